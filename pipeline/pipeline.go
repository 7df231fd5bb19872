// Package pipeline is the path from an observation to what is kept: drop what is known, ask the detectors
// once, ask correlation what that changes, and commit it all in one atomic step. It is the brain of one
// replica and is used by one goroutine at a time; Brain makes that so.
//
// A commit that fails is repeated with the same step and the same token until it succeeds or ctx ends: a
// detector is never asked twice about one observation. A detector that panics costs the observation, which is
// committed as quarantined, and the detectors are warmed anew.
package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/correlate"
	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// Store is what the path needs to keep.
type Store interface {
	store.Intake
	store.Incidents
	store.History
}

// Detectors is what the path asks: observations and ticks in, signals out, and what the instruments show.
type Detectors interface {
	Observe(o intel.Observation) []intel.Signal
	Tick(now time.Time) []intel.Signal
	// Warmed says that what was observed so far is history: it was told back then.
	Warmed()
	// Readings are what the instruments show now, for people who ask.
	Readings() []intel.Reading
	correlate.Instruments
}

// Options sets up a Brain.
type Options struct {
	Store Store
	// Detectors makes them anew, knowing nothing yet: at the start, and after one has panicked.
	Detectors func() Detectors
	Countries []intel.Country
	// Fence is the token of the lease on the world; 0 where nobody else can hold it.
	Fence int64
	// Now says when a live observation became known; nil keeps what it carries, as a recording does.
	Now func() time.Time
	Log *slog.Logger
	// Committed is told of each step that changed an incident, after it is kept; it must not block.
	Committed func([]intel.Change)
}

// Brain folds observations and ticks, one after the other, in the order they became known.
type Brain struct {
	opts      Options
	run       string // begins every token: one process may be the brain many times, and counts its steps anew
	mu        sync.Mutex
	detectors Detectors
	correlate *correlate.Correlator
	known     time.Time // of the last step
	steps     int64
}

// New makes a brain, warmed by what the store's history holds and with its incidents taken up.
func New(ctx context.Context, opts Options) (*Brain, error) {
	b := &Brain{opts: opts, run: rand.Text()}
	if err := b.warm(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// Handle takes one observation along the path and returns when it is committed. An observation that is known
// already is no error and no change.
func (b *Brain) Handle(ctx context.Context, o intel.Observation) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.opts.Now != nil {
		o.Known = b.opts.Now()
	}
	if o.Known.Before(b.known) {
		o.Known = b.known // two watchers may be a moment apart; known time never runs backwards
	}
	b.known = o.Known
	seen, err := retry(ctx, b.opts.Log, "look up", func() (bool, error) { return b.opts.Store.Seen(ctx, o.Key()) })
	if err != nil || seen {
		return err
	}
	step := thought{store.Step{Time: o.Known, Observation: &o}}
	step.think(func() []intel.Change {
		signals := b.detectors.Observe(o)
		failpoint.Hit(failpoint.Detected)
		return b.correlate.Observe(o, signals)
	})
	return b.commit(ctx, step.Step)
}

// Tick tells the brain what time it is.
func (b *Brain) Tick(ctx context.Context, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.known) {
		now = b.known
	}
	b.known = now
	step := thought{store.Step{Time: now}}
	step.think(func() []intel.Change {
		return b.correlate.Tick(now, b.detectors.Tick(now))
	})
	if len(step.Changes) == 0 && step.Quarantined == "" {
		return nil
	}
	return b.commit(ctx, step.Step)
}

// thought is a step in the making.
type thought struct{ store.Step }

// think asks detectors and correlation, once. What panics is quarantined.
func (t *thought) think(ask func() []intel.Change) {
	defer func() {
		if r := recover(); r != nil {
			t.Changes, t.Quarantined = nil, fmt.Sprint("panic: ", r)
		}
	}()
	t.Changes = ask()
}

// commit keeps a step, however often that has to be tried.
func (b *Brain) commit(ctx context.Context, step store.Step) error {
	b.steps++
	step.Fence = b.opts.Fence
	step.Token = b.run + "/" + strconv.FormatInt(b.steps, 10)
	failpoint.Hit(failpoint.Correlated)
	_, err := retry(ctx, b.opts.Log, "commit", func() (struct{}, error) {
		return struct{}{}, b.opts.Store.Commit(ctx, step)
	})
	switch {
	case errors.Is(err, store.ErrSeen):
		return b.warm(ctx) // another brain was faster; what we made of it does not count
	case err != nil:
		return err
	}
	failpoint.Hit(failpoint.Committed)
	if step.Quarantined != "" {
		b.opts.Log.Error("observation quarantined", "key", keyOf(step), "reason", step.Quarantined)
		return b.warm(ctx)
	}
	if len(step.Changes) > 0 && b.opts.Committed != nil {
		b.opts.Committed(step.Changes)
	}
	return nil
}

func keyOf(step store.Step) string {
	if step.Observation == nil {
		return "tick/" + intel.Stamp(step.Time)
	}
	return step.Observation.Key()
}

// Readings are what the instruments show now, for people who ask.
func (b *Brain) Readings() []intel.Reading {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.detectors.Readings()
}
