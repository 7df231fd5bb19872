// Package bitcoin watches the Bitcoin chain through the REST interface of a mempool.space server.
//
// Two loops share one cursor. The live loop asks for the newest page every interval and emits what it has not
// seen, oldest first; after a stop it first fetches the pages between, so that no block is left out, and a
// block that takes another's place is emitted as well. The back-fill loop goes down from the first page ever
// seen, newest first and slowly, until enough block time is covered, and goes on after a stop where it was.
//
// A page is taken whole or refused whole: what it says is checked before any of it is believed. To read
// another kind of server, write another page.go.
package bitcoin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
)

// Source is the source of every observation of this package, and the watcher's name.
const Source = "mempool"

// Options say what to watch and with what. Board may be nil.
type Options struct {
	BaseURL  string        // "https://mempool.space/api"
	Interval time.Duration // 1 min when 0, which is how long the public server's answers stay good
	// History is how much block time back-fill covers; 90 days when 0.
	History time.Duration
	// Pace is the pause between two requests of back-fill and catch-up; 1 s when 0.
	Pace time.Duration
	// ExpectedSilence is 2 h when 0: the chance that a block takes longer is one in 160,000.
	ExpectedSilence time.Duration
	Fetcher         feeds.Fetcher
	Cursors         feeds.Cursors
	Board           *feeds.Board
}

// Watcher watches the chain.
type Watcher struct {
	o    Options
	base string

	mu      sync.Mutex // guards what the two loops share
	at      *cursor    // nil before the first page ever
	saved   string     // what is known to be kept
	trouble string     // why back-fill waits

	tip feeds.Request // what makes an unchanged newest page cheap; the live loop's
}

var _ feeds.Watcher = (*Watcher)(nil)

// New makes a watcher.
func New(o Options) (*Watcher, error) {
	if o.Fetcher == nil || o.Cursors == nil {
		return nil, errors.New("mempool: fetcher or cursors missing")
	}
	if _, err := feeds.CheckURL(o.BaseURL); err != nil {
		return nil, fmt.Errorf("mempool: %w", err)
	}
	o.Interval = or(o.Interval, time.Minute)
	o.History = or(o.History, 90*24*time.Hour)
	o.Pace = or(o.Pace, time.Second)
	o.ExpectedSilence = or(o.ExpectedSilence, 2*time.Hour)
	if o.Board == nil {
		o.Board = feeds.NewBoard(nil)
	}
	return &Watcher{o: o, base: strings.TrimRight(o.BaseURL, "/")}, nil
}

func or(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// Name implements [feeds.Watcher].
func (w *Watcher) Name() string { return Source }

// Watches implements [feeds.Watcher].
func (w *Watcher) Watches() string {
	return feeds.Place(w.base) + " every " + feeds.Words(w.o.Interval)
}

// ExpectedSilence implements [feeds.Watcher].
func (w *Watcher) ExpectedSilence() time.Duration { return w.o.ExpectedSilence }

// Run implements [feeds.Watcher].
func (w *Watcher) Run(ctx context.Context, emit feeds.Emit) error {
	w.at, w.saved, w.trouble, w.tip = nil, "", "", feeds.Request{}
	begun := make(chan struct{}) // there is a cursor, so back-fill knows where to go on
	first := sync.OnceFunc(func() { close(begun) })

	loops, ctx := errgroup.WithContext(ctx)
	loops.Go(func() error {
		return feeds.Caught(func() error {
			return feeds.Poll{
				Name: Source, Place: feeds.Place(w.base), Interval: w.o.Interval, Board: w.o.Board,
				Look: func(ctx context.Context) (feeds.Result, error) {
					if err := w.look(ctx, emit); err != nil {
						return feeds.Result{}, err
					}
					first()
					return feeds.Result{Note: w.progress()}, nil
				},
			}.Run(ctx)
		})
	})
	loops.Go(func() error {
		return feeds.Caught(func() error {
			select {
			case <-begun:
				return w.fillBack(ctx, emit)
			case <-ctx.Done():
				return nil
			}
		})
	})
	return loops.Wait()
}

// observation is what a block says.
func observation(b block, backfill bool) intel.Observation {
	return intel.Observation{
		Source: Source, Time: b.time, Known: time.Now(), Backfill: backfill,
		Body: intel.Block{Height: b.height, Difficulty: b.difficulty, Hash: b.hash, Pool: b.pool},
	}
}
