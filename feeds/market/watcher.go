// Package market watches prices through the REST interface of an exchange: Binance's, at any host that speaks it.
//
// One watcher follows several markets, each with its own place in the cursor. A look asks each of them for what
// came since and emits closed minutes, oldest first. At the first start, and after a stop that was too long to
// make up for, it back-fills hours, so that the detectors know what is normal, and goes on with minutes from
// there. A market that fails keeps no other waiting.
//
// A page is taken whole or refused whole. To read another exchange, write another page.go.
package market

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
const Source = "binance"

// Market is one pair on the exchange, by the exchange's name.
type Market struct {
	Symbol string // "BTCUSDT"
	Asset  string // "BTC"
}

// Markets are those watched unless others are named. A dollar token is taken for a dollar: where it breaks,
// everything else seems to move at once, and its own market shows why.
func Markets() []Market {
	return []Market{{"BTCUSDT", "BTC"}, {"ETHUSDT", "ETH"}, {"USDCUSDT", "USDC"}}
}

// currency is what all prices here are in.
const currency = "USD"

// Options say what to watch and with what. Board may be nil.
type Options struct {
	BaseURL  string        // "https://api.binance.com"
	Markets  []Market      // Markets() when empty
	Interval time.Duration // 1 min when 0
	// Pace is the pause between two requests; 250 ms when 0.
	Pace time.Duration
	// ExpectedSilence is 15 min when 0: the market never closes, but it is halted for maintenance.
	ExpectedSilence time.Duration
	Fetcher         feeds.Fetcher
	Cursors         feeds.Cursors
	Board           *feeds.Board
}

// Watcher watches the markets.
type Watcher struct {
	o    Options
	base string
	at   cursor // belongs to Run
}

var _ feeds.Watcher = (*Watcher)(nil)

// New makes a watcher.
func New(o Options) (*Watcher, error) {
	if o.Fetcher == nil || o.Cursors == nil {
		return nil, errors.New("binance: fetcher or cursors missing")
	}
	if _, err := feeds.CheckURL(o.BaseURL); err != nil {
		return nil, fmt.Errorf("binance: %w", err)
	}
	if len(o.Markets) == 0 {
		o.Markets = Markets()
	}
	o.Interval = or(o.Interval, time.Minute)
	o.Pace = or(o.Pace, 250*time.Millisecond)
	o.ExpectedSilence = or(o.ExpectedSilence, 15*time.Minute)
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
	var assets []string
	for _, m := range w.o.Markets {
		assets = append(assets, m.Asset)
	}
	return strings.Join(assets, ", ") + " at " + feeds.Place(w.base) + " every " + feeds.Words(w.o.Interval)
}

// ExpectedSilence implements [feeds.Watcher].
func (w *Watcher) ExpectedSilence() time.Duration { return w.o.ExpectedSilence }

// Run implements [feeds.Watcher].
func (w *Watcher) Run(ctx context.Context, emit feeds.Emit) error {
	w.at = nil
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

// look brings every market up to date, and goes on past those that fail.
func (w *Watcher) look(ctx context.Context, emit feeds.Emit) error {
	var faults []error
	for i, m := range w.o.Markets {
		if i > 0 && feeds.Sleep(ctx, w.o.Pace) != nil {
			return ctx.Err()
		}
		if err := w.follow(ctx, emit, m); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", m.Symbol, err))
		}
	}
	return errors.Join(faults...)
}

// observation is what a candle says.
func observation(m Market, c candle, over time.Duration, backfill bool) intel.Observation {
	return intel.Observation{
		Source: Source, Time: c.opened, Known: time.Now(), Backfill: backfill,
		Body: intel.Bar{
			Asset: m.Asset, Currency: currency, Interval: over,
			Open: c.open, High: c.high, Low: c.low, Close: c.close, Volume: c.volume,
		},
	}
}
