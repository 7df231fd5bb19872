// Package rss watches news feeds: RSS, RDF, Atom and JSON Feed. One [Watcher] looks at one feed.
//
// It promises that an item is emitted once, whatever the feed does to it later; that what is there at the
// first look is back-fill; that the cursor moves only after every item was taken; and that nothing a feed
// sends (bombs, HTML, half a document, wrong encodings) does more than make its health bad.
//
// One look goes fetch, decode, sniff, guard, parse, pick the new items, emit them oldest first, save the
// cursor; each step is a file. To read one more format, add it to parse.go.
package rss

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
)

// Feed is one feed as a config or a server's admins name it.
type Feed struct {
	URL      string
	Name     string // unique within its audience, short and stable: "coindesk"
	Topic    string // for people who read the list
	Lang     string // BCP 47; what the feed says when empty
	Tier     intel.Tier
	Audience intel.Audience
}

// Options say what to watch and with what. Board may be nil.
type Options struct {
	Feed     Feed
	Interval time.Duration
	// Spread puts the first look off by a random part of it; see [feeds.Spread].
	Spread time.Duration
	// ExpectedSilence is how long the feed may have nothing new; 0 for ever.
	ExpectedSilence time.Duration
	Fetcher         feeds.Fetcher
	Cursors         feeds.Cursors
	Board           *feeds.Board
}

// Watcher watches one feed.
type Watcher struct {
	o    Options
	name string
	// read is what the cursor was read as, and saved the bytes that are known to be kept. Both belong to Run.
	read  *cursor
	saved string
	// lost counts the failures in a row at the address the feed has moved to.
	lost int
	// verified is when the feed last sent its bytes, or when Run began.
	verified time.Time
	// note is what the last look that brought bytes was worth remarking, flooded when one was taken as back-fill.
	note    string
	flooded time.Time
}

var (
	_ feeds.Watcher = (*Watcher)(nil)
	_ feeds.Private = (*Watcher)(nil)
)

// New makes a watcher for one feed.
func New(o Options) (*Watcher, error) {
	switch {
	case o.Feed.Name == "":
		return nil, errors.New("feed has no name")
	case o.Interval <= 0:
		return nil, fmt.Errorf("feed %s: interval must be positive", o.Feed.Name)
	case o.Fetcher == nil || o.Cursors == nil:
		return nil, fmt.Errorf("feed %s: fetcher or cursors missing", o.Feed.Name)
	}
	if _, err := feeds.CheckURL(o.Feed.URL); err != nil {
		return nil, fmt.Errorf("feed %s: %w", o.Feed.Name, err)
	}
	if o.Feed.Tier == 0 {
		o.Feed.Tier = intel.Other
	}
	if o.Board == nil {
		o.Board = feeds.NewBoard(nil)
	}
	return &Watcher{o: o, name: Name(o.Feed)}, nil
}

// Name is the name of the watcher of a feed. A server's own feed carries its audience, so that it never meets
// a common feed of the same name.
func Name(f Feed) string {
	name := "rss/" + f.Name
	if f.Audience != intel.Everyone {
		name += "@" + string(f.Audience)
	}
	return name
}

// Name implements [feeds.Watcher].
func (w *Watcher) Name() string { return w.name }

// Watches implements [feeds.Watcher].
func (w *Watcher) Watches() string {
	return feeds.Place(w.o.Feed.URL) + " every " + feeds.Words(w.o.Interval)
}

// ExpectedSilence implements [feeds.Watcher].
func (w *Watcher) ExpectedSilence() time.Duration { return w.o.ExpectedSilence }

// Audience implements [feeds.Private].
func (w *Watcher) Audience() intel.Audience { return w.o.Feed.Audience }

// Run implements [feeds.Watcher].
func (w *Watcher) Run(ctx context.Context, emit feeds.Emit) error {
	w.read, w.saved, w.verified = nil, "", time.Now() // the store may have lost what was kept
	return feeds.Poll{
		Name:     w.name,
		Place:    feeds.Place(w.o.Feed.URL),
		Interval: w.o.Interval,
		Spread:   w.o.Spread,
		Board:    w.o.Board,
		Look:     func(ctx context.Context) (feeds.Result, error) { return w.look(ctx, emit) },
	}.Run(ctx)
}
