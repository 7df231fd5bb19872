package main

import (
	"context"
	"crypto/rand"
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
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/sqlite"
)

type runCommand struct {
	configFlag
}

const (
	// forgetEvery is how often what is too old is dropped.
	forgetEvery = time.Hour
	// grace is how long sends under way may take at the end, so that the whole process ends within ten seconds.
	grace = 6 * time.Second
)

// Run wires the bot in the order of the path: world -> feeds -> detect -> correlate -> store -> deliver -> bot.
// Every replica is a mouth; the one that holds the lease on the world is the brain.
func (r *runCommand) Run(ctx context.Context, c *console) error {
	cfg, err := r.load(c)
	if err != nil {
		return err
	}
	countries, err := configs.Countries()
	if err != nil {
		return err
	}
	kept, err := await(ctx, c, func() (store.Store, error) { return openStore(ctx, cfg, c) })
	if err != nil {
		return err
	}
	defer func() {
		if err := kept.Close(); err != nil {
			c.log.Error("store did not close well", "error", err)
		}
	}()
	mouth, err := mouths(ctx, c, cfg, kept, placeNames(countries))
	if err != nil {
		return err
	}
	world, err := watch(cfg, kept, c)
	if err != nil {
		return err
	}
	defer world.close()
	if err := world.name(); err != nil {
		return err
	}
	lists := newLineup(store.FeedList{Documents: kept}, world)
	where := cfg.Store.Path
	if cfg.Store.RedisURL.IsSet() {
		where = "Redis"
	}
	fmt.Fprintf(c.err, "keeping everything in %s; cards appear here, and silence means that what answers saw nothing\n", where)

	lead := leader{
		store: kept, owner: rand.Text(), ttl: leaseTTL(cfg), log: c.log,
		think: func(ctx context.Context, fence int64) (*pipeline.Brain, error) {
			// A server that was emptied under a running bot has forgotten who listens, too.
			if err := kept.Subscribe(ctx, everything()); err != nil {
				return nil, err
			}
			return pipeline.New(ctx, pipeline.Options{
				Store: kept, Detectors: detectors(countries), Countries: countries, Fence: fence,
				Now: time.Now, Log: c.log, Committed: func([]intel.Change) { mouth.Wake() },
			})
		},
		watch: func(ctx context.Context, emit feeds.Emit) { world.run(ctx, emit, world.instruments, lists) },
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return mouth.Run(ctx) })
	group.Go(func() error { return lead.run(ctx) })
	group.Go(func() error { return forget(ctx, kept, c.log) })
	return group.Wait()
}

// detectors makes a set for the brain, as often as it asks for a new one.
func detectors(countries []intel.Country) func() pipeline.Detectors {
	return func() pipeline.Detectors { return detect.NewSet(detect.Options{Countries: countries}) }
}

// openStore opens what the configuration names: Redis where it has a URL, else the SQLite file.
func openStore(ctx context.Context, cfg configs.Config, c *console) (store.Store, error) {
	if url := cfg.Store.RedisURL; url.IsSet() {
		return redis.Open(ctx, redis.Options{URL: url.Reveal(), Warn: func(s string) { c.log.Warn(s) }})
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
		Store: kept, Platforms: []bot.Platform{terminal}, Now: kept.Now, Place: place, Log: c.log, Grace: grace,
	}), nil
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
