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

// watch makes every watcher that the configuration asks for. One more kind of source is one more line here.
func watch(cfg configs.Config, cursors feeds.Cursors, board *feeds.Board) ([]feeds.Watcher, *feeds.Client, error) {
	client := feeds.NewClient(feeds.ClientOptions{AllowNetworks: cfg.Feeds.AllowNetworks})
	var all []feeds.Watcher
	for _, f := range cfg.Feeds.List {
		w, err := rss.New(rss.Options{
			Feed:     rss.Feed{URL: f.URL, Name: f.Name, Topic: f.Topic, Lang: f.Lang, Tier: f.Tier},
			Interval: cfg.Feeds.Interval,
			Spread:   feeds.Spread(len(cfg.Feeds.List), cfg.Feeds.Interval),
			Fetcher:  client, Cursors: cursors, Board: board,
		})
		if err != nil {
			return nil, nil, err
		}
		all = append(all, w)
	}
	if s := cfg.Sources["mempool"]; s.Enabled {
		w, err := bitcoin.New(bitcoin.Options{
			BaseURL: s.URL, Interval: s.Interval, Fetcher: client, Cursors: cursors, Board: board,
		})
		if err != nil {
			return nil, nil, err
		}
		all = append(all, w)
	}
	return all, client, feeds.CheckNames(all...)
}

// nameSources says what will be watched, before anything is.
func nameSources(c *console, watchers []feeds.Watcher) {
	for _, line := range feeds.Describe(watchers...) {
		fmt.Fprintln(c.err, "watching", line)
	}
	if len(watchers) == 0 {
		fmt.Fprintln(c.err, "watching nothing: feeds.list is empty and every source is off")
	}
}

// supervise runs watchers until ctx is over and all of them have ended.
func supervise(ctx context.Context, watchers []feeds.Watcher, emit feeds.Emit, board *feeds.Board, c *console) {
	var running sync.WaitGroup
	for _, w := range watchers {
		running.Go(func() {
			feeds.Supervise(ctx, w, emit, feeds.SuperviseOptions{Board: board, Log: c.log})
		})
	}
	running.Wait()
}
