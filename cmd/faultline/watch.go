package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/bitcoin"
	"github.com/faultlinebot/faultline/feeds/rss"
)

// outside is everything that looks at the outside world.
type outside struct {
	watchers []feeds.Watcher
	board    *feeds.Board
	close    func()
}

// watch makes every watcher that the configuration asks for. One more kind of source is one more line here.
func watch(cfg configs.Config, cursors feeds.Cursors, c *console) (*outside, error) {
	out := &outside{board: feeds.NewBoard(func(_ feeds.Health, sentence string) { c.log.Info(sentence) })}
	// Feeds share one client; slow ones among them must not keep an instrument waiting.
	reader := feeds.NewClient(feeds.ClientOptions{AllowNetworks: cfg.Feeds.AllowNetworks})
	instruments := feeds.NewClient(feeds.ClientOptions{AllowNetworks: cfg.Feeds.AllowNetworks})
	out.close = func() {
		reader.CloseIdle()
		instruments.CloseIdle()
	}
	add := func(w feeds.Watcher, err error) error {
		if err == nil {
			out.watchers = append(out.watchers, w)
		}
		return err
	}
	for _, f := range cfg.Feeds.List {
		if err := add(rss.New(rss.Options{
			Feed:     rss.Feed{URL: f.URL, Name: f.Name, Topic: f.Topic, Lang: f.Lang, Tier: f.Tier},
			Interval: cfg.Feeds.Interval, Spread: feeds.Spread(len(cfg.Feeds.List), cfg.Feeds.Interval),
			Fetcher: reader, Cursors: cursors, Board: out.board,
		})); err != nil {
			return nil, err
		}
	}
	for name, s := range cfg.Sources {
		if s.Enabled && name != bitcoin.Source {
			c.log.Warn("a source is enabled, but this release has no watcher for it", "source", name)
		}
	}
	if s := cfg.Sources[bitcoin.Source]; s.Enabled {
		if err := add(bitcoin.New(bitcoin.Options{
			BaseURL: s.URL, Interval: s.Interval, Fetcher: instruments, Cursors: cursors, Board: out.board,
		})); err != nil {
			return nil, err
		}
	}
	return out, feeds.CheckNames(out.watchers...)
}

// name says what will be watched, before anything is.
func (o *outside) name(c *console) {
	for _, line := range feeds.Describe(o.watchers...) {
		fmt.Fprintln(c.err, "watching", line)
	}
	if len(o.watchers) == 0 {
		fmt.Fprintln(c.err, "watching nothing: feeds.list is empty and every source is off")
	}
}

// run watches until ctx is over and every watcher has ended.
func (o *outside) run(ctx context.Context, emit feeds.Emit, c *console) {
	var running sync.WaitGroup
	for _, w := range o.watchers {
		running.Go(func() {
			feeds.Supervise(ctx, w, emit, feeds.SuperviseOptions{Board: o.board, Log: c.log})
		})
	}
	running.Wait()
}
