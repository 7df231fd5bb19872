package sqlite

import (
	"context"

	"github.com/faultlinebot/faultline/store"
)

// transact runs do in one transaction: all of it is kept, or nothing. The transaction may be shared with others
// that come at the same time, and do may be run a second time where the first was undone; see writer.
func (s *Store) transact(ctx context.Context, what string, do func(context.Context, *tx) error) error {
	return s.wrap(ctx, what, s.writer.run(&job{ctx: ctx, do: do}))
}

// transactAlone is transact for what takes long or can be run only once.
func (s *Store) transactAlone(ctx context.Context, what string, do func(context.Context, *tx) error) error {
	return s.wrap(ctx, what, s.writer.run(&job{ctx: ctx, do: do, alone: true}))
}

// exec runs one statement as a transaction and says how many rows it has changed.
func (s *Store) exec(ctx context.Context, what, statement string, args ...any) (n int64, err error) {
	err = s.transact(ctx, what, func(ctx context.Context, t *tx) error {
		n, err = affected(t.exec(ctx, statement, args...))
		return err
	})
	return n, err
}

// change is exec for a row that has to be there.
func (s *Store) change(ctx context.Context, what, statement string, args ...any) error {
	n, err := s.exec(ctx, what, statement, args...)
	if err == nil && n == 0 {
		return s.wrap(ctx, what, store.ErrNotFound)
	}
	return err
}
