package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/rss"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// lineupPause is how soon a change of the lists is noticed, wherever it was made.
const lineupPause = 2 * time.Second

// lineup keeps one watcher running for each feed on the lists that is neither paused nor removed.
type lineup struct {
	list    store.FeedList
	starter []intel.Feed
	watcher func(f intel.Feed, among int) (feeds.Watcher, error)
	log     *slog.Logger
}

func newLineup(list store.FeedList, world *outside) *lineup {
	return &lineup{
		list: list, starter: world.starter, watcher: world.feed, log: world.c.log,
	}
}

// running is a feed with its watcher.
type running struct {
	feed intel.Feed
	stop func()
}

// run starts and stops watchers as the lists change, until ctx is over and all of them have ended.
func (l *lineup) run(ctx context.Context, start func(ctx context.Context, w feeds.Watcher)) {
	on := map[string]running{}
	var all sync.WaitGroup
	defer all.Wait()
	for seeded := false; ctx.Err() == nil; _ = feeds.Sleep(ctx, lineupPause) {
		if !seeded {
			err := l.seed(ctx)
			if seeded = err == nil; !seeded && ctx.Err() == nil {
				l.log.Warn("the starter list could not be kept", "error", err)
			}
		}
		found, err := l.list.Feeds(ctx)
		switch {
		case err == nil:
			l.turn(ctx, on, wanted(found), &all, start)
		case ctx.Err() == nil:
			l.log.Warn("the lists of feeds cannot be read", "error", err)
		}
	}
}

// turn stops what is not wanted any more or has changed, and starts what is wanted and not running.
func (l *lineup) turn(
	ctx context.Context, on map[string]running, wanted map[string]intel.Feed, all *sync.WaitGroup,
	start func(context.Context, feeds.Watcher),
) {
	for name, r := range on {
		if f, ok := wanted[name]; !ok || f != r.feed {
			r.stop()
			delete(on, name)
		}
	}
	for name, f := range wanted {
		if _, ok := on[name]; ok {
			continue
		}
		w, err := l.watcher(f, len(wanted))
		if err != nil {
			l.log.Warn("a feed cannot be watched", "feed", f.Name, "error", err)
			on[name] = running{feed: f, stop: func() {}} // said once
			continue
		}
		own, cancel := context.WithCancel(ctx)
		ended := make(chan struct{})
		all.Go(func() {
			defer close(ended)
			start(own, w)
		})
		on[name] = running{feed: f, stop: func() { cancel(); <-ended }}
	}
}

// wanted are the feeds to watch, by the watcher's name. Of two with one name the first by address counts.
func wanted(found []intel.Feed) map[string]intel.Feed {
	out := map[string]intel.Feed{}
	for _, f := range found {
		name := rss.Name(rss.Feed{Name: f.Name, Audience: f.Audience})
		if _, taken := out[name]; !taken && !f.Paused && !f.Removed {
			out[name] = f
		}
	}
	return out
}

// seed puts the configuration's feeds on the common list, and takes away those that stood there and do no more.
// A starter feed that an operator has paused or removed stays so.
func (l *lineup) seed(ctx context.Context) error {
	var faults []error
	for _, s := range l.starter {
		err := l.list.ChangeFeed(ctx, intel.Everyone, s.URL, func(was *intel.Feed) (intel.Feed, error) {
			f := intel.Feed{Added: time.Now().UTC()}
			if was != nil {
				f = *was
			}
			f.Removed = f.Removed && f.Starter
			f.Name, f.Topic, f.Lang, f.Tier, f.Starter = s.Name, s.Topic, s.Lang, s.Tier, true
			if was != nil && sameFeed(*was, f) {
				return f, errSame
			}
			return f, nil
		})
		if err != nil && !errors.Is(err, errSame) {
			faults = append(faults, err)
		}
	}
	return errors.Join(append(faults, l.unseed(ctx))...)
}

// errSame says that there is nothing to keep.
var errSame = errors.New("the feed is as it was")

func sameFeed(a, b intel.Feed) bool {
	b.URL, b.Audience = a.URL, a.Audience
	return a == b
}

// unseed removes starter feeds that the configuration does not name any more.
func (l *lineup) unseed(ctx context.Context) error {
	found, err := l.list.Feeds(ctx)
	if err != nil {
		return err
	}
	for _, f := range found {
		named := slices.ContainsFunc(l.starter, func(s intel.Feed) bool { return s.URL == f.URL })
		if !f.Starter || named || f.Audience != intel.Everyone {
			continue
		}
		err := l.list.ChangeFeed(ctx, f.Audience, f.URL, func(was *intel.Feed) (intel.Feed, error) {
			f.Starter, f.Removed = false, true
			return f, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
