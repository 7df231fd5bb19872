package feeds

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// goneFor is how long something that is gone for good is left alone. It is asked again because servers say so
// by mistake.
const goneFor = 24 * time.Hour

// Result is what one look that went well has brought.
type Result struct {
	// Wait is how long the source asks not to be asked again; the interval where it is shorter.
	Wait time.Duration
	// Note is worth telling people though all is well.
	Note string
	// Heard says that the answer is a sign of life even when nothing was emitted, as with a source that
	// speaks only when something is wrong.
	Heard bool
}

// Poll is the schedule of a watcher that looks again and again: every interval and never faster, later when
// the source asks for it, and with growing, random pauses while it fails. It tells the board how each look
// went.
type Poll struct {
	Name     string // the watcher's
	Place    string // what is looked at, for people; see [Place]
	Interval time.Duration
	Spread   time.Duration // the first look comes at a random moment within it; see [Spread]
	Board    *Board        // may be nil
	Look     func(ctx context.Context) (Result, error)
}

// Run looks until ctx is over and then returns nil.
func (p Poll) Run(ctx context.Context) error {
	if p.Board == nil {
		p.Board = NewBoard(nil)
	}
	if p.Spread > 0 && Sleep(ctx, rand.N(p.Spread)) != nil {
		return nil
	}
	for failures := 0; ; {
		r, err := p.Look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var wait time.Duration
		if err == nil {
			failures = 0
			wait = p.afterSuccess(r)
			p.Board.Succeeded(p.Name, r, time.Now().Add(wait))
		} else {
			failures++
			wait = p.afterFailure(err, failures)
			p.Board.Failed(p.Name, Explain(p.Place, err), time.Now().Add(wait))
		}
		if Sleep(ctx, wait) != nil {
			return nil
		}
	}
}

func (p Poll) afterSuccess(r Result) time.Duration {
	return jittered(max(p.Interval, min(r.Wait, longestWait)))
}

func (p Poll) afterFailure(err error, failures int) time.Duration {
	b := Backoff{Least: p.Interval / 2, Most: max(p.Interval, min(10*p.Interval, longestWait))}
	wait := b.After(failures)
	var status *StatusError
	if errors.As(err, &status) {
		if status.Code == http.StatusGone {
			return jittered(max(p.Interval, goneFor))
		}
		if status.RetryAfter > wait {
			wait = jittered(status.RetryAfter)
		}
	}
	return wait
}

// jittered adds up to a tenth, so that what began together does not go on together.
func jittered(d time.Duration) time.Duration {
	if d < 10 {
		return d
	}
	return d + rand.N(d/10)
}

// Spread is a good [Poll] spread for n watchers: none for a few, then 50 ms each up to the interval.
func Spread(n int, interval time.Duration) time.Duration {
	if n <= 16 {
		return 0
	}
	return min(time.Duration(n)*50*time.Millisecond, interval)
}

// Backoff is a pause after failures in a row: random between Least and a bound that doubles from twice Least
// up to Most.
type Backoff struct {
	Least, Most time.Duration
}

// After is the pause after so many failures in a row.
func (b Backoff) After(failures int) time.Duration {
	bound := b.Least
	for range min(max(failures, 1), 30) {
		if bound *= 2; bound >= b.Most {
			bound = b.Most
			break
		}
	}
	if bound <= b.Least {
		return b.Least
	}
	return b.Least + rand.N(bound-b.Least)
}

// Sleep waits for d, or returns ctx's error when it is over.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
