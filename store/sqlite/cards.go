package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// PendingNotices implements [store.Cards].
func (s *Store) PendingNotices(ctx context.Context, limit int) ([]store.Pending, error) {
	found, err := all(ctx, s.read, scanPending, `SELECT n.data, n.after
		FROM notices n JOIN incidents i ON i.id = n.incident WHERE n.pending
		ORDER BY i.severity DESC, n.at, n.incident, n.revision LIMIT ?`, atLeastNone(limit))
	return found, s.wrap(ctx, "pending notices", err)
}

func scanPending(rows *sql.Rows) (p store.Pending, err error) {
	var data []byte
	if err := rows.Scan(&data, &p.After); err != nil {
		return p, err
	}
	return p, json.Unmarshal(data, &p.Notice)
}

// Raise implements [store.Cards].
func (s *Store) Raise(ctx context.Context, page store.Page) error {
	raise, err := raising(page)
	if err != nil {
		return s.wrap(ctx, "raise", err)
	}
	return s.transact(ctx, "raise", func(ctx context.Context, t *tx) error {
		// A page done again, however late, must neither reopen the fan-out nor set it back.
		// Where it is over, how far it came is nobody's affair any more: it names a chat.
		n, err := affected(t.exec(ctx, `UPDATE notices SET pending = pending AND NOT ?1,
			after = CASE WHEN pending AND NOT ?1 THEN max(after, ?2) ELSE '' END WHERE incident = ?3 AND revision = ?4`,
			page.Done, page.After, page.Incident, page.Revision))
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrNotFound
		}
		return raise(ctx, t)
	})
}

// few is up to how many cards are cheaper to raise by a statement each than all by one that reads a list.
const few = 8

// raising prepares what makes the page's cards or raises them.
func raising(page store.Page) (func(context.Context, *tx) error, error) {
	args := []any{
		page.Incident, page.Revision, min(max(page.Severity, intel.Info), intel.Critical), store.Micros(page.Due),
	}
	if len(page.To) <= few {
		return func(ctx context.Context, t *tx) error {
			for _, d := range page.To {
				card := append(args[:len(args):len(args)], d.String(), d.Platform, d.Chat, d.Thread)
				if _, err := t.exec(ctx, raiseCard, card...); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}
	to, err := destinations(page.To)
	return func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, raiseCards, append(args, to)...)
		return err
	}, err
}

const (
	raiseCard  = intoCards + `VALUES (?5, ?6, ?7, ?8, ?1, ?2, ?3, ?4, ` + toSpeak + `)` + unlessRaised
	raiseCards = intoCards + `SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, ?1, ?2, ?3, ?4, ` + toSpeak + `
FROM json_each(?5) WHERE true` + unlessRaised

	intoCards = `
INSERT INTO cards (destination, platform, chat, thread, incident, wanted, severity, due, to_speak)
`
	toSpeak = `(
	SELECT coalesce(max(revision), 0) FROM notices WHERE incident = ?1 AND spoken AND revision <= ?2)`
	unlessRaised = `
ON CONFLICT (incident, destination) DO UPDATE
SET wanted = excluded.wanted, severity = excluded.severity, due = excluded.due, to_speak = excluded.to_speak
WHERE wanted < excluded.wanted`
)

// destinations writes them as raiseCards reads them: the name and its three parts.
func destinations(all []intel.Destination) (string, error) {
	rows := make([][4]string, len(all))
	for i, d := range all {
		rows[i] = [4]string{d.String(), d.Platform, d.Chat, d.Thread}
	}
	data, err := json.Marshal(rows)
	return string(data), err
}

// CardsOf implements [store.Cards].
func (s *Store) CardsOf(ctx context.Context, incident, after string, limit int) ([]intel.Card, error) {
	found, err := all(ctx, s.read, scanCard, `SELECT `+cardColumns+` FROM cards
		WHERE incident = ? AND destination > ? ORDER BY destination LIMIT ?`, incident, after, atLeastNone(limit))
	return found, s.wrap(ctx, "cards of", err)
}

const cardColumns = `incident, platform, chat, thread, severity, wanted, told, spoken, receipt, due, attempts,
	abandoned`

func scanCard(rows *sql.Rows) (c intel.Card, err error) {
	var due int64
	err = rows.Scan(&c.Incident, &c.Destination.Platform, &c.Destination.Chat, &c.Destination.Thread, &c.Severity,
		&c.Wanted, &c.Told, &c.Spoken, &c.Receipt, &due, &c.Attempts, &c.Abandoned)
	c.Due = store.FromMicros(due)
	return c, err
}
