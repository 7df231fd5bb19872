package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/store"
)

// lease is the store's word on who reigns, with faults that a test sets.
type lease struct {
	mu     sync.Mutex
	holder string
	until  time.Time
	fence  int64
	fail   error
	slow   time.Duration // how long the answer to a call takes
}

func (l *lease) Acquire(ctx context.Context, _, owner string, ttl time.Duration) (int64, error) {
	l.mu.Lock()
	fail, slow := l.fail, l.slow
	l.mu.Unlock()
	now := time.Now()
	if err := feeds.Sleep(ctx, slow); err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case fail != nil:
		return 0, fail
	case l.holder != "" && l.holder != owner && now.Before(l.until):
		return 0, store.ErrInUse
	case l.holder != owner:
		l.fence++
	}
	l.holder, l.until = owner, now.Add(ttl)
	return l.fence, nil
}

func (l *lease) Release(_ context.Context, _, owner string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder == owner {
		l.holder = ""
	}
	return nil
}

func (l *lease) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// reigns notes when a replica watches the world.
type reigns struct {
	mu  sync.Mutex
	now map[string]bool
	max int
}

func (r *reigns) watch(name string) func(context.Context, feeds.Emit) {
	return func(ctx context.Context, _ feeds.Emit) {
		r.mu.Lock()
		r.now[name] = true
		r.max = max(r.max, len(r.now))
		r.mu.Unlock()
		<-ctx.Done()
		r.mu.Lock()
		delete(r.now, name)
		r.mu.Unlock()
	}
}

func (r *reigns) has(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now[name]
}

// nothing is a store that has nothing to warm from.
type nothing struct{ pipeline.Store }

func (nothing) Observations(context.Context, func(intel.Observation) error) error { return nil }
func (nothing) LiveIncidents(context.Context, time.Time) ([]intel.Incident, error) {
	return nil, nil
}

func replica(l store.Leases, r *reigns, name string) *tenure {
	log := slog.New(slog.DiscardHandler)
	return lead(tenure{store: l, owner: name, ttl: 1500 * time.Millisecond, log: log}, brain{
		watch: r.watch(name),
		think: func(ctx context.Context, fence int64) (*pipeline.Brain, error) {
			return pipeline.New(ctx, pipeline.Options{
				Store: nothing{}, Detectors: detectors(nil), Fence: fence, Log: log,
			})
		},
	})
}

// start runs a replica until the function it returns is called.
func start(l *tenure) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = l.run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

func TestTheNextReplicaTakesOverWithinTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, r := &lease{}, &reigns{now: map[string]bool{}}
		stopA := start(replica(l, r, "a"))
		time.Sleep(time.Millisecond)
		stopB := start(replica(l, r, "b"))
		defer stopB()
		time.Sleep(10 * time.Second)
		if !r.has("a") || r.has("b") {
			t.Fatalf("reigning: %v", r.now)
		}
		stopA() // gives it back
		time.Sleep(time.Second)
		if !r.has("b") {
			t.Error("the next one does not reign a second after the first has gone")
		}
		if r.max > 1 {
			t.Error("two at once")
		}
	})
}

func TestABrainThatCannotRenewStepsDownBeforeItsLeaseIsOver(t *testing.T) {
	for name, fault := range map[string]func(*lease){
		"errors":       func(l *lease) { l.fail = errors.New("connection refused") },
		"stalls":       func(l *lease) { l.slow = time.Hour },
		"was taken":    func(l *lease) { l.holder, l.until = "b", time.Now().Add(time.Hour) },
		"slow success": func(l *lease) { l.slow = 1490 * time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, r := &lease{}, &reigns{now: map[string]bool{}}
				stop := start(replica(l, r, "a"))
				defer stop()
				time.Sleep(10*time.Second + 100*time.Millisecond) // between two renewals
				var until time.Time
				l.set(func() { until = l.until; fault(l) })
				time.Sleep(time.Until(until) + time.Millisecond)
				if name != "was taken" && r.has("a") {
					t.Error("reigns on after its lease is over")
				}
				if name == "was taken" {
					time.Sleep(time.Second)
					if r.has("a") {
						t.Error("reigns on beside another")
					}
				}
			})
		})
	}
}

// An answer that came late brings what is left of the lease. When no other follows, the reign ends within that.
func TestALateRenewalCountsFromWhenItWasAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, r := &lease{}, &reigns{now: map[string]bool{}}
		stop := start(replica(l, r, "a"))
		defer stop()
		time.Sleep(10*time.Second + 100*time.Millisecond)
		l.set(func() { l.slow = 800 * time.Millisecond })
		time.Sleep(1300 * time.Millisecond) // the next renewal has been asked for, and answered
		var until time.Time
		l.set(func() { l.slow, l.fail, until = 0, errors.New("connection refused"), l.until })
		if left := time.Until(until); left <= 0 || !r.has("a") {
			t.Fatalf("the lease has %v left, reigning: %v", left, r.now)
		}
		time.Sleep(time.Until(until))
		if r.has("a") {
			t.Error("reigns on after its lease is over")
		}
	})
}

func TestAFencedBrainIsMadeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lease{}
		log := slog.New(slog.DiscardHandler)
		var times atomic.Int64
		stop := start(lead(tenure{store: l, owner: "a", ttl: 1500 * time.Millisecond, log: log}, brain{
			watch: func(ctx context.Context, emit feeds.Emit) {
				if times.Add(1) == 1 {
					_ = emit(ctx, intel.Observation{Source: "x", Body: intel.Block{Height: 1, Difficulty: 1}})
				}
				<-ctx.Done()
			},
			think: func(ctx context.Context, fence int64) (*pipeline.Brain, error) {
				return pipeline.New(ctx, pipeline.Options{
					Store: fenced{}, Detectors: detectors(nil), Fence: fence, Log: log,
				})
			},
		}))
		defer stop()
		time.Sleep(5 * time.Second)
		if n := times.Load(); n != 2 {
			t.Errorf("watched %d times, want again after the fence", n)
		}
	})
}

// fenced refuses every step.
type fenced struct{ nothing }

func (fenced) Seen(context.Context, string) (bool, error) { return false, nil }
func (fenced) Commit(context.Context, store.Step) error   { return store.ErrFenced }
