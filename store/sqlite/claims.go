package sqlite

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// ClaimCards implements [store.Cards].
func (s *Store) ClaimCards(ctx context.Context, now, until time.Time, limit int) ([]intel.Card, error) {
	var claimed []intel.Card
	err := s.transact(ctx, "claim cards", func(ctx context.Context, t *tx) error {
		taken := map[string]bool{}
		// One severity at a time: the index then leads straight to what is due, however much is not.
		for severity := intel.Critical; severity >= intel.Info && len(claimed) < limit; severity-- {
			cards, err := dueCards(ctx, t, severity, now, taken, limit-len(claimed))
			if err != nil {
				return err
			}
			claimed = append(claimed, cards...)
		}
		for _, c := range claimed {
			if err := claimCard(ctx, t, c, until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// dueCards returns cards of the severity that are due, longest first, at destinations that are neither busy nor
// taken, and takes those.
func dueCards(ctx context.Context, t *tx, severity intel.Severity, now time.Time,
	taken map[string]bool, limit int,
) ([]intel.Card, error) {
	rows, err := t.query(ctx, `SELECT `+cardColumns+` FROM cards c
		WHERE behind AND severity = ?1 AND due <= ?2 AND NOT EXISTS (
			SELECT 1 FROM claims WHERE destination = c.destination AND until > ?2)
		ORDER BY due, rowid`, severity, store.Micros(now))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var due []intel.Card
	for len(due) < limit && rows.Next() {
		c, err := scanCard(rows)
		if err != nil {
			return nil, err
		}
		if name := c.Destination.String(); !taken[name] {
			taken[name] = true
			due = append(due, c)
		}
	}
	return due, errors.Join(rows.Err(), rows.Close())
}

func claimCard(ctx context.Context, t *tx, c intel.Card, until time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO claims (destination, incident, until) VALUES (?, ?, ?)
		ON CONFLICT (destination) DO UPDATE SET incident = excluded.incident, until = excluded.until`,
		c.Destination.String(), c.Incident, store.Micros(until))
	return err
}

// Told implements [store.Cards]. Its receipt counts unless a later revision has been told.
func (s *Store) Told(ctx context.Context, incident string, to intel.Destination, told, spoken int,
	receipt string,
) error {
	return s.settle(ctx, "told", incident, to, `UPDATE cards SET attempts = 0,
		receipt = CASE WHEN ?4 >= told AND ?6 <> '' THEN ?6 ELSE receipt END,
		told = max(told, ?4), spoken = max(spoken, ?5)
		WHERE incident = ?1 AND destination = ?2`, told, spoken, receipt)
}

// PostponeCard implements [store.Cards]. Asked again it counts nothing more, for the claim is over.
func (s *Store) PostponeCard(ctx context.Context, incident string, to intel.Destination, due time.Time) error {
	return s.settle(ctx, "postpone card", incident, to, `UPDATE cards SET attempts = attempts + ?3, due = ?4
		WHERE incident = ?1 AND destination = ?2`, store.Micros(due))
}

// AbandonCard implements [store.Cards]. The first reason stays.
func (s *Store) AbandonCard(ctx context.Context, incident string, to intel.Destination, reason string) error {
	return s.settle(ctx, "abandon card", incident, to, `UPDATE cards
		SET abandoned = CASE WHEN abandoned = '' THEN ?4 ELSE abandoned END
		WHERE incident = ?1 AND destination = ?2`, cmp.Or(reason, noReason))
}

// noReason stands where none is given: an empty one would mean that it lives.
const noReason = "no reason given"

// settle ends a card's claim, if it has one, and writes what came of it. The statement gets the incident, the
// destination, how many claims there were (none or one), and the arguments.
func (s *Store) settle(ctx context.Context, what, incident string, to intel.Destination, statement string,
	args ...any,
) error {
	return s.transact(ctx, what, func(ctx context.Context, t *tx) error {
		claims, err := affected(t.exec(ctx, `DELETE FROM claims WHERE destination = ? AND incident = ?`,
			to.String(), incident))
		if err != nil {
			return err
		}
		n, err := affected(t.exec(ctx, statement, append([]any{incident, to.String(), claims}, args...)...))
		if err == nil && n == 0 {
			err = store.ErrNotFound
		}
		return err
	})
}

// RequeueCard implements [store.Cards]. A card that is not abandoned stays as it is.
func (s *Store) RequeueCard(ctx context.Context, incident string, to intel.Destination, due time.Time) error {
	return s.change(ctx, "requeue card", `UPDATE cards SET abandoned = '',
		attempts = CASE WHEN abandoned = '' THEN attempts ELSE 0 END,
		due = CASE WHEN abandoned = '' THEN due ELSE ?3 END
		WHERE incident = ?1 AND destination = ?2`, incident, to.String(), store.Micros(due))
}

// ReleaseClaims implements [store.Cards].
func (s *Store) ReleaseClaims(ctx context.Context) error {
	return s.transact(ctx, "release claims", func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, releaseCards); err != nil {
			return err
		}
		_, err := t.exec(ctx, releaseAnnouncements)
		return err
	})
}

const releaseCards = `DELETE FROM claims`
