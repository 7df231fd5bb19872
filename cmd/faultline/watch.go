package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/bitcoin"
	"github.com/faultlinebot/faultline/feeds/market"
	"github.com/faultlinebot/faultline/feeds/outages"
	"github.com/faultlinebot/faultline/feeds/rss"
	"github.com/faultlinebot/faultline/intel"
)

// outside is everything that looks at the outside world.
type outside struct {
	instruments []feeds.Watcher
	starter     []intel.Feed // the configuration's
	feed        func(f intel.Feed, among int) (feeds.Watcher, error)
	reader      feeds.Fetcher // what feeds are fetched with
	board       *feeds.Board
	close       func()
	c           *console
}

// watch makes every instrument that the configuration asks for, and what makes the feeds' watchers. One more kind
// of source is one more line in instruments.
func watch(cfg configs.Config, cursors feeds.Cursors, c *console) (*outside, error) {
	board := feeds.NewBoard(func(_ feeds.Health, sentence string) { c.log.Info(sentence) })
	// Feeds share one client; slow ones among them must not keep an instrument waiting.
	reader := feeds.NewClient(feeds.ClientOptions{AllowNetworks: cfg.Feeds.AllowNetworks})
	apart := feeds.NewClient(feeds.ClientOptions{AllowNetworks: cfg.Feeds.AllowNetworks})
	out := &outside{board: board, reader: reader, c: c, close: func() {
		reader.CloseIdle()
		apart.CloseIdle()
	}}
	for _, f := range cfg.Feeds.List {
		out.starter = append(out.starter, intel.Feed{
			URL: f.URL, Name: f.Name, Topic: f.Topic, Lang: f.Lang, Tier: f.Tier, Starter: true,
		})
	}
	out.feed = func(f intel.Feed, among int) (feeds.Watcher, error) {
		return rss.New(rss.Options{
			Feed: rss.Feed{
				URL: f.URL, Name: f.Name, Topic: f.Topic, Lang: f.Lang, Tier: f.Tier, Audience: f.Audience,
			},
			Interval: cfg.Feeds.Interval, Spread: feeds.Spread(among, cfg.Feeds.Interval),
			Fetcher: reader, Cursors: cursors, Board: board,
		})
	}
	var err error
	out.instruments, err = instruments(cfg, apart, cursors, board, c)
	return out, err
}

// instruments makes a watcher for each source that is enabled.
func instruments(
	cfg configs.Config, fetcher feeds.Fetcher, cursors feeds.Cursors, board *feeds.Board, c *console,
) ([]feeds.Watcher, error) {
	makers := map[string]func(s configs.Source) (feeds.Watcher, error){
		bitcoin.Source: func(s configs.Source) (feeds.Watcher, error) {
			return bitcoin.New(bitcoin.Options{
				BaseURL: s.URL, Interval: s.Interval, Fetcher: fetcher, Cursors: cursors, Board: board,
			})
		},
		market.Source: func(s configs.Source) (feeds.Watcher, error) {
			return market.New(market.Options{
				BaseURL: s.URL, Interval: s.Interval, Fetcher: fetcher, Cursors: cursors, Board: board,
			})
		},
		outages.Source: func(s configs.Source) (feeds.Watcher, error) {
			return outages.New(outages.Options{
				BaseURL: s.URL, Interval: s.Interval, Fetcher: fetcher, Cursors: cursors, Board: board,
			})
		},
	}
	var all []feeds.Watcher
	for _, name := range slices.Sorted(maps.Keys(cfg.Sources)) {
		s := cfg.Sources[name]
		maker, known := makers[name]
		switch {
		case !s.Enabled:
		case !known:
			c.log.Warn("a source is enabled, but this release has no watcher for it", "source", name)
		default:
			w, err := maker(s)
			if err != nil {
				return nil, err
			}
			all = append(all, w)
		}
	}
	return all, nil
}

// feeds makes a watcher for each of the configuration's feeds.
func (o *outside) feeds() ([]feeds.Watcher, error) {
	var all []feeds.Watcher
	for _, f := range o.starter {
		w, err := o.feed(f, len(o.starter))
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, feeds.CheckNames(all...)
}

// name says what will be watched, before anything is.
func (o *outside) name() error {
	starters, err := o.feeds()
	if err != nil {
		return err
	}
	all := append(starters, o.instruments...)
	for _, line := range feeds.Describe(all...) {
		fmt.Fprintln(o.c.err, "watching", line)
	}
	if len(all) == 0 {
		fmt.Fprintln(o.c.err, "watching nothing: feeds.list is empty and every source is off")
	}
	return nil
}

// run watches with these, and with the feeds on the lists where there are any, until ctx is over and every watcher
// has ended.
func (o *outside) run(ctx context.Context, emit feeds.Emit, watchers []feeds.Watcher, lists *lineup) {
	var running sync.WaitGroup
	for _, w := range watchers {
		running.Go(func() { o.supervise(ctx, emit, w) })
	}
	if lists != nil {
		running.Go(func() {
			lists.run(ctx, func(ctx context.Context, w feeds.Watcher) { o.supervise(ctx, emit, w) })
		})
	}
	running.Wait()
}

func (o *outside) supervise(ctx context.Context, emit feeds.Emit, w feeds.Watcher) {
	feeds.Supervise(ctx, w, emit, feeds.SuperviseOptions{Board: o.board, Log: o.c.log})
}
