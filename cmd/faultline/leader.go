package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/store"
)

// leaseTTL is how long the lease on the world lasts without being renewed: short where another replica waits to
// take over, long where there can be no other and each renewal is a write to the disk.
func leaseTTL(cfg configs.Config) time.Duration {
	if cfg.Store.RedisURL.IsSet() {
		return 1500 * time.Millisecond
	}
	return 30 * time.Second
}

// leader makes this replica the brain for as long as it holds the lease on the world.
type leader struct {
	store store.Leases
	owner string
	ttl   time.Duration
	log   *slog.Logger
	think func(ctx context.Context, fence int64) (*pipeline.Brain, error)
	watch func(ctx context.Context, emit feeds.Emit)
}

// run takes the lease whenever it is free, and reigns until it is lost or ctx is over.
func (l *leader) run(ctx context.Context) error {
	waiting := false
	for ctx.Err() == nil {
		asked := time.Now()
		fence, err := l.store.Acquire(ctx, store.WorldLease, l.owner, l.ttl)
		switch {
		case err == nil:
			waiting = false
			if err := l.reign(ctx, fence, asked); err != nil && ctx.Err() == nil {
				l.log.Warn("the brain stops, and is made anew", "error", err)
			}
		case errors.Is(err, store.ErrInUse) && !waiting:
			waiting = true
			l.log.Info("another replica is the brain; this one sends, and takes over when it goes")
		case !errors.Is(err, store.ErrInUse) && ctx.Err() == nil:
			l.log.Warn("the lease on the world cannot be asked for", "error", err)
		}
		_ = feeds.Sleep(ctx, l.ttl/3)
	}
	return nil
}

// reign is one time as the brain: think, watch, tick and renew, until one of them cannot go on.
func (l *leader) reign(ctx context.Context, fence int64, since time.Time) error {
	defer l.abdicate(ctx)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return l.renew(ctx, fence, since) })
	group.Go(func() error {
		begun := time.Now()
		brain, err := l.think(ctx, fence)
		if err != nil {
			return err
		}
		l.log.Info("this one is the brain, and begins to watch", "warm after", time.Since(begun).Round(time.Millisecond))
		group.Go(func() error { return ticks(ctx, brain) })
		l.watch(ctx, emitTo(brain, fail))
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// abdicate gives the lease back, so that the next one need not wait for it to run out.
func (l *leader) abdicate(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.ttl)
	defer cancel()
	if err := l.store.Release(ctx, store.WorldLease, l.owner); err != nil {
		l.log.Warn("the lease on the world was not given back, it runs out by itself", "error", err)
	}
}

// renew keeps the lease. Trust in it counts from before the call that renewed it, and ends before it does. A fence
// that has changed is the end too: what this brain believes to be kept is not.
func (l *leader) renew(ctx context.Context, fence int64, since time.Time) error {
	for {
		trusted := since.Add(l.ttl * 9 / 10)
		if feeds.Sleep(ctx, min(l.ttl/3, time.Until(trusted))) != nil {
			return nil
		}
		asked := time.Now()
		call, cancel := context.WithDeadline(ctx, trusted)
		now, err := l.store.Acquire(call, store.WorldLease, l.owner, l.ttl)
		cancel()
		switch {
		case err == nil && now != fence:
			return errForgotten
		case err == nil:
			since = asked
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrInUse), !time.Now().Before(trusted):
			return errors.Join(errLost, err)
		}
	}
}

// Why a reign ends.
var (
	errLost      = errors.New("the lease on the world is lost")
	errForgotten = errors.New("the store has lost what it had kept; what the feeds still show is offered to it again")
)

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
