package redis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/faultlinebot/faultline/store"
)

// last is the last step that this process has committed under its newest fence. A server that no longer knows it
// has lost more than that.
type last struct {
	fence int64
	token string
}

// reigns notes the fence that this process commits under from now on.
func (s *Store) reigns(fence int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fence != s.last.fence {
		s.last = last{fence: fence}
	}
}

// committed notes a step that the server has answered for. One of an older fence says nothing of this reign.
func (s *Store) committed(step store.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if step.Fence == s.last.fence {
		s.last.token = step.Token
	}
}

// stepBefore is the token of the last step committed under the fence; empty for none, and where none is checked.
func (s *Store) stepBefore(fence int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fence == 0 || fence != s.last.fence {
		return ""
	}
	return s.last.token
}

func (s *Store) lastStep() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last.token
}

// Acquire implements [store.Leases].
func (s *Store) Acquire(ctx context.Context, name, owner string, ttl time.Duration) (int64, error) {
	what := "acquire " + name
	if owner == "" {
		return 0, s.wrap(ctx, what, errors.New("the owner has no name"))
	}
	step := ""
	if name == store.WorldLease {
		step = s.lastStep()
	}
	fence, err := s.acquire(ctx, what, name, owner, ttl.Microseconds(), step)
	if err != nil {
		return 0, err
	}
	if name == store.WorldLease {
		s.reigns(fence)
	}
	return fence, nil
}

// acquire asks for the lease, and reads the clock that comes with every answer.
func (s *Store) acquire(ctx context.Context, what string, args ...any) (int64, error) {
	asked := s.now()
	answer, err := s.runOn(ctx, s.leases, what, "acquire", args...)
	if err != nil {
		return 0, err
	}
	if len(answer) != 2 {
		return 0, s.wrap(ctx, what, fmt.Errorf("the script gave %d numbers", len(answer)))
	}
	fence, errFence := number(answer[0])
	server, errServer := number(answer[1])
	if err := errors.Join(errFence, errServer); err != nil {
		return 0, s.wrap(ctx, what, err)
	}
	s.readClock(asked, store.FromMicros(server))
	if fence == 0 {
		return 0, s.wrap(ctx, what, store.ErrInUse)
	}
	return fence, nil
}

// Release implements [store.Leases].
func (s *Store) Release(ctx context.Context, name, owner string) error {
	_, err := s.runOn(ctx, s.leases, "release "+name, "release", name, owner)
	return err
}
