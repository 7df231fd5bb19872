// Package outages watches countries' connectivity through IODA (Internet Outage Detection and Analysis, Georgia
// Tech), whose figures may be shown with its name beside them.
//
// IODA's alerts say when a series leaves what is normal and when it comes back, not how it stands between, and
// call a dip of one per cent critical. So an alert only names a series to follow: from then on its levels are
// read and emitted, with what is normal beside them, until it has been normal for some hours. How deep is deep
// is for the detectors to judge.
//
// To read another observer, write another page.go.
package outages

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
)

// Source is the source of every observation of this package, and the watcher's name.
const Source = "ioda"

// dashboard is where people see what IODA says of a country.
const dashboard = "https://ioda.inetintel.cc.gatech.edu/country/"

// Options say what to watch and with what. Board may be nil.
type Options struct {
	BaseURL  string        // "https://api.ioda.inetintel.cc.gatech.edu/v2"
	Interval time.Duration // 5 min when 0
	// Pace is the pause between two requests; 1 s when 0.
	Pace    time.Duration
	Fetcher feeds.Fetcher
	Cursors feeds.Cursors
	Board   *feeds.Board
}

// Watcher watches the countries.
type Watcher struct {
	o    Options
	base string
	// Both belong to Run. heeded are the alerts of late that it has emitted: each look sees them again.
	at     *cursor
	heeded map[alert]bool
}

var _ feeds.Watcher = (*Watcher)(nil)

// New makes a watcher.
func New(o Options) (*Watcher, error) {
	if o.Fetcher == nil || o.Cursors == nil {
		return nil, errors.New("ioda: fetcher or cursors missing")
	}
	if _, err := feeds.CheckURL(o.BaseURL); err != nil {
		return nil, fmt.Errorf("ioda: %w", err)
	}
	o.Interval = or(o.Interval, 5*time.Minute)
	o.Pace = or(o.Pace, time.Second)
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
	return "outages at " + feeds.Place(w.base) + " every " + feeds.Words(w.o.Interval)
}

// ExpectedSilence implements [feeds.Watcher]. The world may stay connected for as long as it likes: that IODA
// answers is word enough.
func (w *Watcher) ExpectedSilence() time.Duration { return 0 }

// Run implements [feeds.Watcher].
func (w *Watcher) Run(ctx context.Context, emit feeds.Emit) error {
	w.at, w.heeded = nil, make(map[alert]bool)
	return feeds.Poll{
		Name: Source, Place: feeds.Place(w.base), Interval: w.o.Interval, Board: w.o.Board,
		Look: func(ctx context.Context) (feeds.Result, error) {
			if err := w.load(ctx); err != nil {
				return feeds.Result{}, err
			}
			return feeds.Result{}, w.look(ctx, emit)
		},
	}.Run(ctx)
}

// observation is what one series says at one moment.
func observation(of series, at time.Time, value, normal float64, level string, backfill bool) intel.Observation {
	return intel.Observation{
		Source: Source, Time: at, Known: time.Now(), Backfill: backfill,
		Body: intel.Outage{
			Country: of.Country, DataSource: dataSource(of.Data), State: intel.OutageUpdate,
			Value: &value, Baseline: &normal, Level: level, URL: dashboard + of.Country,
		},
	}
}

// dataSource is the word that all observers of the same thing share.
func dataSource(theirs string) string {
	switch theirs {
	case "ping-slash24", "ping-slash24-loss", "ping-slash24-latency":
		return "probing"
	case "merit-nt", "ucsd-nt":
		return "telescope"
	case "gtr", "gtr-norm":
		return "traffic"
	}
	return theirs
}
