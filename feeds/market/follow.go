package market

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

const (
	// pageSize is the most candles that the exchange hands out at once.
	pageSize = 1000
	// minutesBack is how far back minutes are made up for; what is older comes as hours, where it comes at all.
	minutesBack = 8 * 24 * time.Hour
	// hoursBack is how much is back-filled as hours at the first start: enough to know what is normal.
	hoursBack = 20 * 24 * time.Hour
	// begun is how much of it is back-filled as minutes instead.
	begun = 6 * time.Hour
)

// follow emits what the market did since it was looked at last.
func (w *Watcher) follow(ctx context.Context, emit feeds.Emit, m Market) error {
	last, known := w.at[m.Symbol]
	if now := time.Now(); !known || now.Sub(last.time()) > minutesBack {
		start := now.Add(-begun).Truncate(time.Hour)
		if err := w.take(ctx, emit, m, leg{over: time.Hour, from: start.Add(-hoursBack), to: start, backfill: true}); err != nil {
			return err
		}
		return w.take(ctx, emit, m, leg{over: time.Minute, from: start, backfill: true, mark: true})
	}
	return w.take(ctx, emit, m, leg{over: time.Minute, from: last.time().Add(time.Minute), mark: true})
}

// leg is a stretch of a market's past, as candles of one length.
type leg struct {
	over     time.Duration
	from, to time.Time // a zero to is now
	backfill bool
	mark     bool // the cursor moves with it
}

// take emits a leg page by page. Each page moves the cursor, so a failure midway costs nothing.
func (w *Watcher) take(ctx context.Context, emit feeds.Emit, m Market, l leg) error {
	for from := l.from; ; {
		page, more, err := w.page(ctx, m, l, from)
		if err != nil {
			return err
		}
		for _, c := range page {
			if err := emit(ctx, observation(m, c, l.over, l.backfill)); err != nil {
				return fmt.Errorf("hand on a bar: %w", err)
			}
			from = c.opened.Add(l.over)
		}
		if l.mark && len(page) > 0 {
			if err := w.mark(ctx, m, page[len(page)-1].opened); err != nil {
				return err
			}
		}
		if !more || len(page) == 0 {
			return nil
		}
		if err := feeds.Sleep(ctx, w.o.Pace); err != nil {
			return err
		}
	}
}

// page fetches the closed candles from a moment on, and says whether there are more.
func (w *Watcher) page(ctx context.Context, m Market, l leg, from time.Time) (page []candle, more bool, err error) {
	query := url.Values{
		"symbol": {m.Symbol}, "interval": {map[time.Duration]string{time.Minute: "1m", time.Hour: "1h"}[l.over]},
		"startTime": {strconv.FormatInt(from.UnixMilli(), 10)}, "limit": {strconv.Itoa(pageSize)},
	}
	if !l.to.IsZero() {
		query.Set("endTime", strconv.FormatInt(l.to.UnixMilli()-1, 10))
	}
	resp, err := w.o.Fetcher.Fetch(ctx, feeds.Request{
		URL: w.base + "/api/v3/klines?" + query.Encode(), Accept: "application/json",
	})
	if err != nil {
		return nil, false, fmt.Errorf("fetch bars: %w", err)
	}
	all, err := decodePage(resp.Body, l.over)
	if err != nil {
		return nil, false, fmt.Errorf("read bars: %w", err)
	}
	for i, c := range all {
		// A candle is closed once there is a later one. The clocks here and there need not agree.
		closed := i < len(all)-1 || !l.to.IsZero()
		if closed && !c.opened.Before(from) {
			page = append(page, c)
		}
	}
	return page, len(all) >= pageSize, nil
}
