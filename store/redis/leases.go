package redis

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Acquire implements [store.Leases].
func (s *Store) Acquire(ctx context.Context, name, owner string, ttl time.Duration) (int64, error) {
	what := "acquire " + name
	if owner == "" {
		return 0, s.wrap(ctx, what, errors.New("the owner has no name"))
	}
	answer, err := s.runOn(ctx, s.leases, what, "acquire", name, owner, ttl.Microseconds())
	if err != nil {
		return 0, err
	}
	if len(answer) != 1 {
		return 0, s.wrap(ctx, what, fmt.Errorf("the script gave %d numbers", len(answer)))
	}
	fence, err := number(answer[0])
	return fence, s.wrap(ctx, what, err)
}

// Release implements [store.Leases].
func (s *Store) Release(ctx context.Context, name, owner string) error {
	_, err := s.runOn(ctx, s.leases, "release "+name, "release", name, owner)
	return err
}
