package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// PendingNotices implements [store.Cards].
func (s *Store) PendingNotices(ctx context.Context, limit int) ([]store.Pending, error) {
	found, err := all(ctx, s.read, scanPending, `SELECT n.data, n.after
		FROM notices n JOIN incidents i ON i.id = n.incident WHERE n.pending
		ORDER BY i.severity DESC, n.at, n.incident, n.revision LIMIT ?`, atLeastNone(limit))
	return found, wrap(ctx, "pending notices", err)
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
	to, err := destinations(page.To)
	if err != nil {
		return wrap(ctx, "raise", err)
	}
	return s.transact(ctx, "raise", func(ctx context.Context, t *tx) error {
		// A page done again, however late, must neither reopen the fan-out nor set it back.
		n, err := affected(t.exec(ctx, `UPDATE notices
			SET pending = pending AND NOT ?, after = max(after, ?) WHERE incident = ? AND revision = ?`,
			page.Done, page.After, page.Incident, page.Revision))
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrNotFound
		}
		_, err = t.exec(ctx, raiseCards, page.Incident, page.Revision,
			min(max(page.Severity, intel.Info), intel.Critical), store.Micros(page.Due), to)
		return err
	})
}

// One statement for the whole page, so that the page costs one pass and not a thousand.
const raiseCards = `
INSERT INTO cards (incident, destination, platform, chat, thread, severity, wanted, due, to_speak)
SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, ?3, ?2, ?4, (
	SELECT coalesce(max(revision), 0) FROM notices WHERE incident = ?1 AND spoken AND revision <= ?2)
FROM json_each(?5) WHERE true
ON CONFLICT (incident, destination) DO UPDATE
SET wanted = excluded.wanted, severity = excluded.severity, due = excluded.due, to_speak = excluded.to_speak
WHERE wanted < excluded.wanted`

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
	return found, wrap(ctx, "cards of", err)
}

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

const cardColumns = `incident, platform, chat, thread, severity, wanted, told, spoken, receipt, due, attempts,
	abandoned`

func scanCard(rows *sql.Rows) (c intel.Card, err error) {
	var due int64
	err = rows.Scan(&c.Incident, &c.Destination.Platform, &c.Destination.Chat, &c.Destination.Thread, &c.Severity,
		&c.Wanted, &c.Told, &c.Spoken, &c.Receipt, &due, &c.Attempts, &c.Abandoned)
	c.Due = store.FromMicros(due)
	return c, err
}

// Told implements [store.Cards]. Its receipt counts unless a later revision has been told.
func (s *Store) Told(ctx context.Context, incident string, to intel.Destination, told, spoken int,
	receipt string,
) error {
	return s.settle(ctx, "told", incident, to, func(ctx context.Context, t *tx, _ int64) (sql.Result, error) {
		return t.exec(ctx, `UPDATE cards SET attempts = 0,
			receipt = CASE WHEN ?3 >= told AND ?5 <> '' THEN ?5 ELSE receipt END,
			told = max(told, ?3), spoken = max(spoken, ?4)
			WHERE incident = ?1 AND destination = ?2`, incident, to.String(), told, spoken, receipt)
	})
}

// PostponeCard implements [store.Cards]. Asked again it counts nothing more, for the claim is over.
func (s *Store) PostponeCard(ctx context.Context, incident string, to intel.Destination, due time.Time) error {
	return s.settle(ctx, "postpone card", incident, to, func(ctx context.Context, t *tx, claims int64) (sql.Result, error) {
		return t.exec(ctx, `UPDATE cards SET due = ?3, attempts = attempts + ?4
			WHERE incident = ?1 AND destination = ?2`, incident, to.String(), store.Micros(due), claims)
	})
}

// AbandonCard implements [store.Cards]. The first reason stays.
func (s *Store) AbandonCard(ctx context.Context, incident string, to intel.Destination, reason string) error {
	return s.settle(ctx, "abandon card", incident, to, func(ctx context.Context, t *tx, _ int64) (sql.Result, error) {
		return t.exec(ctx, `UPDATE cards SET abandoned = CASE WHEN abandoned = '' THEN ?3 ELSE abandoned END
			WHERE incident = ?1 AND destination = ?2`, incident, to.String(), cmp.Or(reason, noReason))
	})
}

// noReason stands where none is given: an empty one would mean that it lives.
const noReason = "no reason given"

// RequeueCard implements [store.Cards]. A card that is not abandoned stays as it is.
func (s *Store) RequeueCard(ctx context.Context, incident string, to intel.Destination, due time.Time) error {
	return s.change(ctx, "requeue card", `UPDATE cards SET abandoned = '',
		attempts = CASE WHEN abandoned = '' THEN attempts ELSE 0 END,
		due = CASE WHEN abandoned = '' THEN due ELSE ?3 END
		WHERE incident = ?1 AND destination = ?2`, incident, to.String(), store.Micros(due))
}

// settle ends a card's claim, if it has one, and writes what came of it.
func (s *Store) settle(ctx context.Context, what, incident string, to intel.Destination,
	write func(ctx context.Context, t *tx, claims int64) (sql.Result, error),
) error {
	return s.transact(ctx, what, func(ctx context.Context, t *tx) error {
		claims, err := affected(t.exec(ctx, `DELETE FROM claims WHERE destination = ? AND incident = ?`,
			to.String(), incident))
		if err != nil {
			return err
		}
		n, err := affected(write(ctx, t, claims))
		if err == nil && n == 0 {
			err = store.ErrNotFound
		}
		return err
	})
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
