package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/store"
)

// brain is what the holder of the lease on the world does: think, watch, tick, and show what came of it.
type brain struct {
	think func(ctx context.Context, fence int64) (*pipeline.Brain, error)
	watch func(ctx context.Context, emit feeds.Emit)
	show  func(ctx context.Context, b *pipeline.Brain) error // nil shows nothing
}

// lead makes this replica the brain for as long as it holds the lease.
func lead(t tenure, b brain) *tenure {
	t.name = store.WorldLease
	t.waits = "another replica is the brain; this one sends, and takes over when it goes"
	t.stops = "the brain stops, and is made anew"
	t.serve = func(ctx context.Context, fence int64) error {
		begun := time.Now()
		thinking, err := b.think(ctx, fence)
		if err != nil {
			return err
		}
		t.log.Info("this one is the brain, and begins to watch", "warm after", time.Since(begun).Round(time.Millisecond))
		return b.serve(ctx, thinking)
	}
	return &t
}

// serve watches until ctx is over, or the brain cannot go on.
func (b *brain) serve(ctx context.Context, thinking *pipeline.Brain) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return ticks(ctx, thinking) })
	if b.show != nil {
		group.Go(func() error { return b.show(ctx, thinking) })
	}
	group.Go(func() error {
		b.watch(ctx, emitTo(thinking, fail))
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// emitTo hands observations to the brain. An error that is not the end of ctx is the end of the brain.
func emitTo(brain *pipeline.Brain, fail context.CancelCauseFunc) feeds.Emit {
	return func(ctx context.Context, o intel.Observation) error {
		err := brain.Handle(ctx, o)
		if err != nil && ctx.Err() == nil {
			fail(err)
		}
		return err
	}
}

// ticks tells the brain each minute what time it is.
func ticks(ctx context.Context, brain *pipeline.Brain) error {
	for {
		next := time.Now().Truncate(time.Minute).Add(time.Minute)
		if feeds.Sleep(ctx, time.Until(next)) != nil {
			return nil
		}
		if err := brain.Tick(ctx, next); err != nil {
			return err
		}
	}
}
