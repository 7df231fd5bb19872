package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/faultlinebot/faultline/store"
)

// Now implements [store.Clock]: one process, one clock.
func (s *Store) Now() time.Time { return s.now() }

// Acquire implements [store.Leases].
func (s *Store) Acquire(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, err error) {
	if owner == "" {
		return 0, s.wrap(ctx, "acquire "+name, errors.New("the owner has no name"))
	}
	err = s.transact(ctx, "acquire "+name, func(ctx context.Context, t *tx) error {
		var holder string
		var until int64
		fence = 0
		err := t.row(ctx, `SELECT owner, fence, until FROM leases WHERE name = ?`, name).
			Scan(&holder, &fence, &until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		now := s.now()
		if holder != owner {
			if holder != "" && until > store.Micros(now) {
				return store.ErrInUse
			}
			fence++
		}
		_, err = t.exec(ctx, `INSERT INTO leases (name, owner, fence, until) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = excluded.fence, until = excluded.until`,
			name, owner, fence, store.Micros(now.Add(ttl)))
		return err
	})
	if err != nil {
		return 0, err
	}
	return fence, nil
}

// Release implements [store.Leases]. The row stays, for its fence.
func (s *Store) Release(ctx context.Context, name, owner string) error {
	_, err := s.exec(ctx, "release "+name, `UPDATE leases SET owner = '' WHERE name = ? AND owner = ?`, name, owner)
	return err
}

const releaseLeases = `UPDATE leases SET owner = ''`
