package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/store"
)

// leaseTTL is how long a lease lasts without being renewed: short where another replica waits to take over, long
// where there can be no other and each renewal is a write to the disk.
func leaseTTL(cfg configs.Config) time.Duration {
	if cfg.Store.RedisURL.IsSet() {
		return 1500 * time.Millisecond
	}
	return 30 * time.Second
}

// tenure is what only one replica does at a time, for as long as it holds a lease.
type tenure struct {
	store store.Leases
	name  string // the lease's
	owner string
	ttl   time.Duration
	log   *slog.Logger
	waits string // what is said, once, while another replica does it
	stops string // what is said when it cannot go on, and begins anew
	// serve does it until ctx is over. An error of it ends this tenure, and another begins; errPointless ends them all.
	serve func(ctx context.Context, fence int64) error
}

// Why a tenure ends.
var (
	errLost      = errors.New("the lease is lost")
	errForgotten = errors.New("the store has lost what it had kept; what the feeds still show is offered to it again")
	errPointless = errors.New("going on is pointless")
)

// run takes the lease whenever it is free, and serves until it is lost or ctx is over.
func (t *tenure) run(ctx context.Context) error {
	waiting := false
	for ctx.Err() == nil {
		asked := time.Now()
		fence, err := t.store.Acquire(ctx, t.name, t.owner, t.ttl)
		switch {
		case err == nil:
			waiting = false
			err := t.hold(ctx, fence, asked)
			if errors.Is(err, errPointless) {
				return nil
			}
			if err != nil && ctx.Err() == nil {
				t.log.Warn(t.stops, "error", err)
			}
		case errors.Is(err, store.ErrInUse) && !waiting:
			waiting = true
			t.log.Info(t.waits)
		case !errors.Is(err, store.ErrInUse) && ctx.Err() == nil:
			t.log.Warn("a lease cannot be asked for", "what", t.name, "error", err)
		}
		_ = feeds.Sleep(ctx, t.ttl/3)
	}
	return nil
}

// hold serves and renews, until one of the two cannot go on.
func (t *tenure) hold(ctx context.Context, fence int64, since time.Time) error {
	defer t.giveBack(ctx)
	ctx, end := context.WithCancel(ctx)
	defer end()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return t.renew(ctx, fence, since) })
	group.Go(func() error {
		defer end()
		return t.serve(ctx, fence)
	})
	return group.Wait()
}

// giveBack frees the lease, so that the next one need not wait for it to run out.
func (t *tenure) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.ttl)
	defer cancel()
	if err := t.store.Release(ctx, t.name, t.owner); err != nil {
		t.log.Warn("a lease was not given back, it runs out by itself", "what", t.name, "error", err)
	}
}

// renew keeps the lease. Trust in it counts from before the call that renewed it, and ends before it does. A fence
// that has changed is the end too: what is believed to be kept is not.
func (t *tenure) renew(ctx context.Context, fence int64, since time.Time) error {
	for {
		trusted := since.Add(t.ttl * 9 / 10)
		if feeds.Sleep(ctx, min(t.ttl/3, time.Until(trusted))) != nil {
			return nil
		}
		asked := time.Now()
		call, cancel := context.WithDeadline(ctx, trusted)
		now, err := t.store.Acquire(call, t.name, t.owner, t.ttl)
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
