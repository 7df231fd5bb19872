package redis

import (
	"context"
	"fmt"
	"strconv"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// PendingNotices implements [store.Cards].
func (s *Store) PendingNotices(ctx context.Context, limit int) ([]store.Pending, error) {
	rows, err := s.run(ctx, "pending notices", "pending", max(limit, 0))
	if err != nil {
		return nil, err
	}
	var found []store.Pending
	for i := 0; i+1 < len(rows); i += 2 {
		n, err := decodeNotice(text(rows[i]))
		if err != nil {
			return nil, s.wrap(ctx, "pending notices", err)
		}
		found = append(found, store.Pending{Notice: n, After: text(rows[i+1])})
	}
	return found, nil
}

// Raise implements [store.Cards].
func (s *Store) Raise(ctx context.Context, page store.Page) error {
	severity := min(max(page.Severity, intel.Info), intel.Critical)
	args := []any{
		pendingName(page.Incident, page.Revision), page.Incident, page.Revision, int(severity),
		store.Micros(page.Due), page.After, bit(page.Done),
	}
	for _, to := range page.To {
		args = append(args, to.String(), to.Platform, to.Chat, to.Thread)
	}
	_, err := s.run(ctx, "raise", "raise", args...)
	return err
}

// CardsOf implements [store.Cards].
func (s *Store) CardsOf(ctx context.Context, incident, after string, limit int) ([]intel.Card, error) {
	args := append([]any{incident, after, max(limit, 0)}, cardFields()...)
	rows, err := s.run(ctx, "cards of", "cards_of", args...)
	if err != nil {
		return nil, err
	}
	var found []intel.Card
	for _, row := range rows {
		c, err := decodeCard(incident, list(row))
		if err != nil {
			return nil, s.wrap(ctx, "cards of", err)
		}
		found = append(found, c)
	}
	return found, nil
}

// cardFields are the fields of a card's hash in the order in which decodeCard takes them.
func cardFields() []any {
	return []any{
		"platform", "chat", "thread", "receipt", "abandoned", "severity", "wanted", "told", "spoken", "attempts",
		"due",
	}
}

// decodeCard reads the fields. What was never set is not there: it is empty, or 0.
func decodeCard(incident string, row []any) (c intel.Card, err error) {
	if len(row) != len(cardFields()) {
		return c, fmt.Errorf("a card of %s has %d fields", incident, len(row))
	}
	c.Incident = incident
	c.Destination = intel.Destination{Platform: text(row[0]), Chat: text(row[1]), Thread: text(row[2])}
	c.Receipt, c.Abandoned = text(row[3]), text(row[4])
	var numbers [6]int64
	for i := range numbers {
		if numbers[i], err = number(row[5+i]); err != nil {
			return c, fmt.Errorf("the card of %s at %s: %w", incident, c.Destination, err)
		}
	}
	c.Severity = intel.Severity(numbers[0])
	c.Wanted, c.Told, c.Spoken, c.Attempts = int(numbers[1]), int(numbers[2]), int(numbers[3]), int(numbers[4])
	c.Due = store.FromMicros(numbers[5])
	return c, nil
}

// number is a part of an answer as a number; what is not there is 0.
func number(part any) (int64, error) {
	if part == nil {
		return 0, nil
	}
	n, err := strconv.ParseInt(text(part), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", text(part))
	}
	return n, nil
}
