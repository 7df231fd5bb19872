package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const (
	historyPage = 500 // observations read at a time
	forgetRows  = 500 // rows dropped at a time at most
	forgetHours = 8   // hours of minute bars made into hourly ones at a time at most

	// Others wait for the file meanwhile, and how long a row takes depends on the disk and on how many there are.
	forgetFor  = 5 * time.Millisecond
	forgetStep = 25 // rows between two looks at the clock
)

func addHistory(ctx context.Context, t *tx, o intel.Observation, step store.Step, data string) error {
	at := store.KeptBy(o)
	if at.IsZero() {
		at = step.Time
	}
	var inSeries, inHour any // NULL for all but bars
	series, hour, fine, ok := store.HourOf(o)
	if ok {
		inSeries, inHour = series, store.Micros(hour)
	}
	_, err := t.exec(ctx, `INSERT INTO history (type, at, quarantined, series, hour, fine, data)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		o.Body.Type(), store.Micros(at), step.Quarantined, inSeries, inHour, fine, data)
	return err
}

// Observations implements [store.History]. It reads page by page and holds nothing while yield runs.
func (s *Store) Observations(ctx context.Context, yield func(intel.Observation) error) error {
	var last int64 // what is committed from now on is not part of it
	err := s.read.row(ctx, `SELECT coalesce(max(number), 0) FROM history`).Scan(&last)
	if err != nil {
		return s.wrap(ctx, "observations", err)
	}
	for after := int64(0); ; {
		page, err := all(ctx, s.read, scanKept, `SELECT number, data FROM history
			WHERE number > ? AND number <= ? AND quarantined = '' ORDER BY number LIMIT ?`, after, last, historyPage)
		if err != nil {
			return s.wrap(ctx, "observations", err)
		}
		for _, k := range page {
			if err := ctx.Err(); err != nil {
				return s.wrap(ctx, "observations", err)
			}
			if err := yield(k.observation); err != nil {
				return err
			}
			after = k.number
		}
		if len(page) < historyPage {
			return nil
		}
	}
}

// kept is an observation and its place in the order committed.
type kept struct {
	number      int64
	observation intel.Observation
}

func scanKept(rows *sql.Rows) (k kept, err error) {
	var data []byte
	if err := rows.Scan(&k.number, &data); err != nil {
		return k, err
	}
	if k.observation, err = store.DecodeObservation(data); err != nil {
		return k, fmt.Errorf("history %d: %w", k.number, err)
	}
	return k, nil
}

// Forget implements [store.History].
func (s *Store) Forget(ctx context.Context, now time.Time) (more bool, err error) {
	err = s.transactAlone(ctx, "forget", func(ctx context.Context, t *tx) error {
		budget, err := forgetOld(ctx, t, now)
		if err != nil {
			return err
		}
		bars, err := thinBars(ctx, t, store.Micros(now.Add(-store.KeepBars)), budget.until)
		more = budget.short || bars
		return err
	})
	return more && err == nil, err
}

// budget is how much one call may do. Of each kind it does a little even when its time is over, so that none waits for
// ever.
type budget struct {
	rows  int64
	until time.Time
	short bool // there may be more to drop
}

// drop drops rows until there are no more or the budget is spent. The statement gets the arguments and a limit.
func (b *budget) drop(ctx context.Context, t *tx, statement string, args ...any) error {
	for b.rows > 0 {
		most := min(forgetStep, b.rows)
		n, err := affected(t.exec(ctx, statement, append(args, most)...))
		if err != nil || n < most {
			return err
		}
		b.rows -= n
		if time.Now().After(b.until) {
			break
		}
	}
	b.short = true
	return nil
}

// forgetOld drops what is too old and returns what is left of the budget.
func forgetOld(ctx context.Context, t *tx, now time.Time) (*budget, error) {
	b := &budget{rows: forgetRows, until: time.Now().Add(forgetFor)}
	if err := b.drop(ctx, t, `DELETE FROM seen WHERE key IN (SELECT key FROM seen WHERE at < ? ORDER BY at LIMIT ?)`,
		store.Micros(now.Add(-store.SeenFor))); err != nil {
		return b, err
	}
	for kind, keep := range store.KeepFor() {
		if err := b.drop(ctx, t, `DELETE FROM history WHERE number IN (
			SELECT number FROM history WHERE type = ? AND at < ? ORDER BY at LIMIT ?)`,
			kind, store.Micros(now.Add(-keep))); err != nil {
			return b, err
		}
	}
	return b, nil
}

// thinBars makes hourly bars of some hours whose finer bars all became known before the cutoff, and says whether there
// may be more. An hour that is still within reach of newer bars waits.
func thinBars(ctx context.Context, t *tx, cutoff int64, until time.Time) (more bool, err error) {
	for range forgetHours {
		found, err := all(ctx, t, scanHour, `SELECT series, hour FROM history h
			WHERE fine AND at < ?1 AND hour <= ?1 - ?2 AND NOT EXISTS (
				SELECT 1 FROM history l WHERE l.series = h.series AND l.hour = h.hour AND l.fine AND l.at >= ?1)
			ORDER BY at LIMIT 1`, cutoff, time.Hour.Microseconds())
		if err != nil || len(found) == 0 {
			return false, err
		}
		if err := thinHour(ctx, t, found[0]); err != nil {
			return false, err
		}
		if time.Now().After(until) {
			break
		}
	}
	return true, nil
}

// hourOf names an hour of a market.
type hourOf struct {
	series string
	hour   int64
}

func scanHour(rows *sql.Rows) (h hourOf, err error) {
	return h, rows.Scan(&h.series, &h.hour)
}

// thinHour puts one hourly bar in the place of the last of the hour's finer bars and drops the others. Where
// the source has given the hour itself, that one is better and only the finer ones go.
func thinHour(ctx context.Context, t *tx, h hourOf) error {
	var whole bool
	err := t.row(ctx, `SELECT EXISTS (SELECT 1 FROM history
		WHERE series = ? AND hour = ? AND NOT fine AND quarantined = '')`, h.series, h.hour).Scan(&whole)
	if err != nil {
		return err
	}
	bars, err := all(ctx, t, scanKept, `SELECT number, data FROM history
		WHERE series = ? AND hour = ? AND fine AND quarantined = '' ORDER BY number`, h.series, h.hour)
	if err != nil {
		return err
	}
	if !whole && len(bars) > 0 {
		if err := replaceBar(ctx, t, bars); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, `DELETE FROM history WHERE series = ? AND hour = ? AND fine`, h.series, h.hour)
	return err
}

// replaceBar makes the last row the hourly bar of all.
func replaceBar(ctx context.Context, t *tx, bars []kept) error {
	all := make([]intel.Observation, len(bars))
	for i, b := range bars {
		all[i] = b.observation
	}
	data, err := store.EncodeObservation(store.HourBar(all))
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE history SET fine = 0, data = ? WHERE number = ?`,
		string(data), bars[len(bars)-1].number)
	return err
}
