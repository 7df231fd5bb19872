package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
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
	world, err := watch(cfg, kept, c)
	if err != nil {
		return err
	}
	defer world.close()
	if err := world.name(); err != nil {
		return err
	}
	spoken, err := platforms(cfg, c)
	if err != nil {
		return err
	}
	name(c, cfg, spoken)
	return r.work(ctx, bench{cfg: cfg, countries: countries, kept: kept, world: world, platforms: spoken, c: c})
}

// bench is what the bot works with.
type bench struct {
	cfg       configs.Config
	countries []intel.Country
	kept      store.Store
	world     *outside
	platforms []bot.Listener
	c         *console
}

// work goes on until ctx is over, or something cannot go on.
func (r *runCommand) work(ctx context.Context, b bench) error {
	lists := newLineup(store.FeedList{Documents: b.kept}, b.world)
	var mouth *deliver.Deliverer
	talk := newTalk(b, func() { mouth.Wake() })
	mouth = mouths(b, talk)
	hold := tenure{store: b.kept, owner: rand.Text(), ttl: leaseTTL(b.cfg), log: b.c.log}
	thinking := lead(hold, brain{
		think: func(ctx context.Context, fence int64) (*pipeline.Brain, error) {
			// A server that was emptied under a running bot has forgotten who listens, too.
			if err := subscribeTerminal(ctx, b.kept); err != nil {
				return nil, err
			}
			return pipeline.New(ctx, pipeline.Options{
				Store: b.kept, Detectors: detectors(b.countries), Countries: b.countries, Fence: fence,
				Now: time.Now, Log: b.c.log, Committed: func([]intel.Change) { mouth.Wake() },
			})
		},
		watch: func(ctx context.Context, emit feeds.Emit) { b.world.run(ctx, emit, b.world.instruments, lists) },
		show: func(ctx context.Context, brain *pipeline.Brain) error {
			return show(ctx, brain, b.world.board, b.kept, b.c.log)
		},
	})
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return mouth.Run(ctx) })
	group.Go(func() error { return thinking.run(ctx) })
	for _, p := range b.platforms {
		group.Go(func() error { return listen(ctx, p, talk, hold) })
	}
	group.Go(func() error { return forget(ctx, b.kept, b.c.log) })
	return group.Wait()
}

// subscribeTerminal has cards appear in the terminal. Where they do already, what was muted there stays so.
func subscribeTerminal(ctx context.Context, kept store.Subscriptions) error {
	all := everything()
	there, err := kept.SubscriptionsAt(ctx, all.Destination)
	if err != nil || slices.ContainsFunc(there, func(s intel.Subscription) bool { return s.ID == all.ID }) {
		return err
	}
	return kept.Subscribe(ctx, all)
}

// name says where people are spoken to, and where everything is kept.
func name(c *console, cfg configs.Config, spoken []bot.Listener) {
	for _, p := range spoken {
		if p.Name() != botconsole.Name {
			fmt.Fprintln(c.err, "speaking on", p.Name())
		}
	}
	where := cfg.Store.Path
	if cfg.Store.RedisURL.IsSet() {
		where = "Redis"
	}
	fmt.Fprintf(c.err, "keeping everything in %s; cards appear here, and silence means that what answers saw nothing\n", where)
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

// mouths makes what sends to every platform.
func mouths(b bench, talk *bot.Talk) *deliver.Deliverer {
	var all []bot.Platform
	for _, p := range b.platforms {
		all = append(all, p)
	}
	return deliver.New(deliver.Options{
		Store: b.kept, Platforms: all, Now: b.kept.Now, Place: placeNames(b.countries), Moved: talk.Moved,
		Log: b.c.log, Grace: grace,
	})
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
