package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/faultlinebot/faultline/bot"
	botconsole "github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/detect"
	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

type runCommand struct {
	configFlag
}

const (
	// worldTTL is how long the lease on the world lasts without being renewed.
	worldTTL = 30 * time.Second
	// forgetEvery is how often what is too old is dropped.
	forgetEvery = time.Hour
)

// Run wires the bot in the order of the path: world -> feeds -> detect -> correlate -> store -> deliver -> bot.
func (r *runCommand) Run(ctx context.Context, c *console) error {
	cfg, err := r.load(c)
	if err != nil {
		return err
	}
	countries, err := configs.Countries()
	if err != nil {
		return err
	}
	kept, err := openStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		if err := kept.Close(); err != nil {
			c.log.Error("store did not close well", "error", err)
		}
	}()
	// A part that cannot go on ends all others.
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	owner := rand.Text()
	fence, err := kept.Acquire(ctx, store.WorldLease, owner, worldTTL)
	if err != nil {
		return fmt.Errorf("become the brain: %w", err)
	}
	mouth, err := mouths(ctx, c, cfg, kept, placeNames(countries))
	if err != nil {
		return err
	}
	brain, err := pipeline.New(ctx, pipeline.Options{
		Store: kept, Detectors: detectors(countries), Countries: countries, Fence: fence, Owner: owner,
		Now: time.Now, Log: c.log, Committed: func([]intel.Change) { mouth.Wake() },
	})
	if err != nil {
		return err
	}
	world, err := watch(cfg, kept, c)
	if err != nil {
		return err
	}
	defer world.close()
	world.name(c)
	fmt.Fprintf(c.err, "keeping everything in %s; cards appear here, and silence means that nothing happened\n",
		cfg.Store.Path)

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return mouth.Run(ctx) })
	group.Go(func() error { return ticks(ctx, brain) })
	group.Go(func() error { return keepLease(ctx, kept, owner) })
	group.Go(func() error { return forget(ctx, kept, c.log) })
	group.Go(func() error {
		world.run(ctx, emitTo(brain, fail), c)
		return nil
	})
	err = group.Wait()
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}

// detectors makes a set for the brain, as often as it asks for a new one.
func detectors(countries []intel.Country) func() pipeline.Detectors {
	return func() pipeline.Detectors { return detect.NewSet(detect.Options{Countries: countries}) }
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

func openStore(ctx context.Context, cfg configs.Config) (store.Store, error) {
	if cfg.Store.RedisURL.IsSet() {
		return nil, &exitError{exitFaults, errors.New(
			"store.redis_url is set, but this release keeps its store in SQLite only; unset it (and REDIS_URL)")}
	}
	return sqlite.Open(ctx, sqlite.Options{Path: cfg.Store.Path})
}

// mouths makes the deliverer with every platform there is.
func mouths(ctx context.Context, c *console, cfg configs.Config, kept store.Store, place func(string) string) (
	*deliver.Deliverer, error,
) {
	for name, p := range map[string]configs.Platform{"discord": cfg.Discord, "telegram": cfg.Telegram} {
		if p.Token.IsSet() {
			c.log.Warn("a token is set, but this release speaks to the terminal only", "platform", name)
		}
	}
	if err := kept.Subscribe(ctx, everything()); err != nil {
		return nil, err
	}
	terminal := botconsole.New(botconsole.Options{Out: c.out, Colour: c.colour, Width: c.width})
	return deliver.New(deliver.Options{
		Store: kept, Platforms: []bot.Platform{terminal}, Now: time.Now, Place: place, Log: c.log,
	}), nil
}

// ticks tells the brain each minute what time it is.
func ticks(ctx context.Context, brain *pipeline.Brain) error {
	for {
		next := time.Now().Truncate(time.Minute).Add(time.Minute)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(next)):
		}
		if err := brain.Tick(ctx, next); err != nil {
			return unlessOver(ctx, err)
		}
	}
}

// keepLease renews the lease on the world; a brain that has lost it must end.
func keepLease(ctx context.Context, leases store.Leases, owner string) error {
	for renewed := time.Now(); ; {
		select {
		case <-ctx.Done():
			return leases.Release(context.WithoutCancel(ctx), store.WorldLease, owner)
		case <-time.After(worldTTL / 3):
		}
		asked := time.Now() // trust counts from before the call
		switch _, err := leases.Acquire(ctx, store.WorldLease, owner, worldTTL); {
		case err == nil:
			renewed = asked
		case errors.Is(err, store.ErrInUse), time.Since(renewed) >= worldTTL:
			return unlessOver(ctx, fmt.Errorf("keep the lease on the world: %w", err))
		}
	}
}

// forget drops what is too old, now and then. That it fails is no reason to end: nothing is lost by keeping more.
func forget(ctx context.Context, history store.History, log *slog.Logger) error {
	for {
		more, err := history.Forget(ctx, time.Now())
		if err != nil && ctx.Err() == nil {
			log.Warn("could not drop what is too old", "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(forgetEvery):
		}
	}
}

func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
