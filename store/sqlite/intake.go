package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// rememberedSteps is how many tokens are kept at least, and half of how many at most. One brain repeats its last step
// only; the rest is margin.
const rememberedSteps = 64

// Seen implements [store.Intake].
func (s *Store) Seen(ctx context.Context, key string) (seen bool, err error) {
	err = s.read.row(ctx, `SELECT EXISTS (SELECT 1 FROM seen WHERE key = ?)`, key).Scan(&seen)
	return seen, s.wrap(ctx, "seen", err)
}

// Commit implements [store.Intake].
func (s *Store) Commit(ctx context.Context, step store.Step) error {
	rows, err := encodeStep(step)
	if err != nil {
		return s.wrap(ctx, "commit", err)
	}
	return s.transact(ctx, "commit", func(ctx context.Context, t *tx) error {
		if repeated, err := remembered(ctx, t, step.Token); repeated || err != nil {
			return err // the step was committed and only the word of it was lost
		}
		if err := checkFence(ctx, t, step.Fence); err != nil {
			return err
		}
		if step.Observation != nil {
			if err := observe(ctx, t, step, rows.observation); err != nil {
				return err
			}
		}
		failpoint.Hit(failpoint.CommitMarked)
		for i, c := range step.Changes {
			if err := saveIncident(ctx, t, c.Incident, rows.incidents[i]); err != nil {
				return err
			}
			if c.Notice == nil {
				continue
			}
			if err := addNotice(ctx, t, *c.Notice, rows.notices[i]); err != nil {
				return err
			}
		}
		if err := remember(ctx, t, step.Token); err != nil {
			return err
		}
		failpoint.Hit(failpoint.CommitWritten)
		return nil
	})
}

// encoded is a step's content as it is kept, made before the transaction so that nobody waits for it.
type encoded struct {
	observation string
	incidents   []string
	notices     []string
}

func encodeStep(step store.Step) (e encoded, err error) {
	if step.Token == "" {
		return e, errors.New("the step has no token")
	}
	if step.Observation != nil {
		data, err := store.EncodeObservation(*step.Observation)
		if err != nil {
			return e, err
		}
		e.observation = string(data)
	}
	for _, c := range step.Changes {
		incident, err := store.EncodeIncident(c.Incident)
		if err != nil {
			return e, fmt.Errorf("incident %s: %w", c.Incident.ID, err)
		}
		if n := c.Notice; n != nil && (n.Incident != c.Incident.ID || n.Revision != c.Incident.Revision) {
			return e, fmt.Errorf("incident %s at revision %d has the notice of %s at revision %d",
				c.Incident.ID, c.Incident.Revision, n.Incident, n.Revision)
		}
		notice, err := json.Marshal(c.Notice)
		if err != nil {
			return e, fmt.Errorf("notice of incident %s: %w", c.Incident.ID, err)
		}
		e.incidents = append(e.incidents, string(incident))
		e.notices = append(e.notices, string(notice))
	}
	return e, nil
}

// remember notes the step's token, and forgets old ones now and then.
func remember(ctx context.Context, t *tx, token string) error {
	r, err := t.exec(ctx, `INSERT INTO steps (token) VALUES (?)`, token)
	if err != nil {
		return err
	}
	t.writer.tokens[token] = true
	number, err := r.LastInsertId()
	if err != nil || number%rememberedSteps != 0 {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM steps WHERE number <= ?`, number-rememberedSteps)
	t.writer.tokens = nil // some of them are forgotten
	return err
}

// remembered says whether the token was noted before. The tokens are few and this process alone writes them, so that
// memory knows.
func remembered(ctx context.Context, t *tx, token string) (bool, error) {
	if t.writer.tokens == nil {
		tokens, err := all(ctx, t, func(rows *sql.Rows) (token string, err error) { return token, rows.Scan(&token) },
			`SELECT token FROM steps`)
		if err != nil {
			return false, err
		}
		t.writer.tokens = make(map[string]bool, 2*rememberedSteps)
		for _, known := range tokens {
			t.writer.tokens[known] = true
		}
	}
	return t.writer.tokens[token], nil
}

func checkFence(ctx context.Context, t *tx, fence int64) error {
	if fence == 0 {
		return nil
	}
	var holds bool
	err := t.row(ctx, `SELECT EXISTS (SELECT 1 FROM leases WHERE name = ? AND fence = ?)`,
		store.WorldLease, fence).Scan(&holds)
	if err == nil && !holds {
		err = store.ErrFenced
	}
	return err
}

// observe marks the step's observation seen and adds it to History.
func observe(ctx context.Context, t *tx, step store.Step, data string) error {
	o := step.Observation
	n, err := affected(t.exec(ctx, `INSERT INTO seen (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING`,
		o.Key(), store.Micros(step.Time)))
	if err != nil {
		return err
	}
	if n == 0 {
		return store.ErrSeen
	}
	return addHistory(ctx, t, *o, step, data)
}

// saveIncident keeps the incident when the revision before its new one is kept.
func saveIncident(ctx context.Context, t *tx, i intel.Incident, data string) error {
	var closed any
	if !i.IsOpen() {
		closed = store.Micros(i.ClosedAt)
	}
	statement := `UPDATE incidents SET revision = ?2, severity = ?3, opened = ?4, closed = ?5, data = ?6
		WHERE id = ?1 AND revision = ?2 - 1`
	if i.Revision == 1 {
		statement = `INSERT INTO incidents (id, revision, severity, opened, closed, data)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	}
	n, err := affected(t.exec(ctx, statement,
		i.ID, i.Revision, i.Severity, store.Micros(i.Opened), closed, data))
	if err == nil && n == 0 {
		err = fmt.Errorf("incident %s at revision %d: %w", i.ID, i.Revision, store.ErrConflict)
	}
	return err
}

func addNotice(ctx context.Context, t *tx, n intel.Notice, data string) error {
	_, err := t.exec(ctx, `INSERT INTO notices (incident, revision, at, spoken, data) VALUES (?, ?, ?, ?, ?)`,
		n.Incident, n.Revision, store.Micros(n.Time), n.Change.Spoken(), data)
	if err != nil {
		return fmt.Errorf("notice of incident %s: %w", n.Incident, err)
	}
	return nil
}
