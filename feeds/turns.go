package feeds

import (
	"context"
	"sync"
	"time"
)

// turns spaces the fetches from one host.
type turns struct {
	gap  time.Duration
	mu   sync.Mutex
	next map[string]time.Time
}

func newTurns(gap time.Duration) *turns {
	return &turns{gap: gap, next: make(map[string]time.Time)}
}

// wait takes the host's next turn and returns when it has come.
func (t *turns) wait(ctx context.Context, host string) error {
	return Sleep(ctx, t.take(host, time.Now()))
}

func (t *turns) take(host string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.next) > 10_000 {
		for h, at := range t.next {
			if at.Before(now) {
				delete(t.next, h)
			}
		}
	}
	at := t.next[host]
	if at.Before(now) {
		at = now
	}
	t.next[host] = at.Add(t.gap)
	return at.Sub(now)
}
