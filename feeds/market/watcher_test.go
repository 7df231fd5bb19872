package market_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/feedstest"
	"github.com/faultlinebot/faultline/feeds/market"
	"github.com/faultlinebot/faultline/intel"
)

const base = "https://exchange.example"

// exchange plays Binance's klines: every candle is open, in every market, as far back as one asks.
type exchange struct {
	mu    sync.Mutex
	asked []url.Values
	fail  map[string]error
	body  string // in place of every page
}

// Fetch implements [feeds.Fetcher].
func (x *exchange) Fetch(_ context.Context, r feeds.Request) (*feeds.Response, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	u, err := url.Parse(r.URL)
	if err != nil || u.Path != "/api/v3/klines" {
		return nil, &feeds.StatusError{Code: 404}
	}
	q := u.Query()
	x.asked = append(x.asked, q)
	if err := x.fail[q.Get("symbol")]; err != nil {
		return nil, err
	}
	if x.body != "" {
		return &feeds.Response{Body: []byte(x.body)}, nil
	}
	over := map[string]time.Duration{"1m": time.Minute, "1h": time.Hour}[q.Get("interval")]
	from, end := milliseconds(q.Get("startTime")), time.Now()
	if q.Has("endTime") {
		end = milliseconds(q.Get("endTime"))
	}
	limit, _ := strconv.Atoi(q.Get("limit"))
	var rows []string
	for at := from.Truncate(over); !at.After(end) && len(rows) < limit; at = at.Add(over) {
		if at.Before(from) {
			continue
		}
		open := 40000 + at.Unix()/60%100
		rows = append(rows, fmt.Sprintf(`[%d,"%d.0","%d.5","%d.5","%d.25","12.5",%d,"0",7,"0","0","0"]`,
			at.UnixMilli(), open, open+1, open-1, open, at.Add(over).UnixMilli()-1))
	}
	return &feeds.Response{Body: []byte("[" + strings.Join(rows, ",") + "]")}, nil
}

func milliseconds(s string) time.Time {
	n, _ := strconv.ParseInt(s, 10, 64)
	return time.UnixMilli(n).UTC()
}

func (x *exchange) set(change func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	change()
}

// run runs a watcher of the exchange for a while.
func run(t *testing.T, x *exchange, cursors *feedstest.Cursors, out *feedstest.Emitted, board *feeds.Board, d time.Duration) {
	t.Helper()
	w, err := market.New(market.Options{
		BaseURL: base + "/", Fetcher: x, Cursors: cursors, Board: board,
		Markets: []market.Market{{Symbol: "BTCUSDT", Asset: "BTC"}, {Symbol: "ETHUSDT", Asset: "ETH"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := w.Run(ctx, out.Emit); err != nil {
		t.Errorf("Run returned %v", err)
	}
}

// of are an asset's bars of one length.
func of(all []intel.Observation, asset string, over time.Duration) (bars []intel.Observation) {
	for _, o := range all {
		if b := o.Body.(intel.Bar); b.Asset == asset && b.Interval == over {
			bars = append(bars, o)
		}
	}
	return bars
}

// gapless checks that bars follow each other.
func gapless(t *testing.T, bars []intel.Observation) {
	t.Helper()
	for i := range len(bars) - 1 {
		over := bars[i].Body.(intel.Bar).Interval
		if d := bars[i+1].Time.Sub(bars[i].Time); d != over {
			t.Fatalf("bars at %v and %v are %v apart", bars[i].Time, bars[i+1].Time, d)
		}
	}
}

func TestFirstLookIsBackfillThenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, out := &exchange{}, &feedstest.Emitted{}
		begin := time.Now()
		run(t, x, &feedstest.Cursors{}, out, nil, 5*time.Minute+30*time.Second)
		for _, asset := range []string{"BTC", "ETH"} {
			hours, minutes := of(out.All(), asset, time.Hour), of(out.All(), asset, time.Minute)
			gapless(t, hours)
			gapless(t, minutes)
			if len(hours) != 480 || !minutes[0].Time.Equal(hours[479].Time.Add(time.Hour)) {
				t.Fatalf("%s: %d hours, then minutes from %v", asset, len(hours), minutes[0].Time)
			}
			for _, o := range append(hours, minutes...) {
				if old := o.Time.Before(begin); o.Backfill != old {
					t.Fatalf("%s at %v: backfill %v", asset, o.Time, o.Backfill)
				}
				if over := o.Body.(intel.Bar).Interval; o.Time.Add(over).After(time.Now()) {
					t.Fatalf("%s at %v was not closed yet", asset, o.Time)
				}
			}
			if last := minutes[len(minutes)-1].Time; time.Since(last) > 3*time.Minute {
				t.Errorf("%s: the newest bar is of %v", asset, last)
			}
		}
		if b := of(out.All(), "BTC", time.Minute)[0]; b.Source != "binance" || b.Body.(intel.Bar).Currency != "USD" ||
			b.Body.(intel.Bar).Volume != 12.5 {
			t.Errorf("a bar is %+v", b)
		}
	})
}

func TestStopIsMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, cursors, out := &exchange{}, &feedstest.Cursors{}, &feedstest.Emitted{}
		run(t, x, cursors, out, nil, time.Minute)
		_ = feeds.Sleep(t.Context(), 30*time.Hour) // 1,800 minutes: two pages
		run(t, x, cursors, out, nil, 2*time.Minute)
		bars := of(out.All(), "BTC", time.Minute)
		gapless(t, bars)
		news := 0
		for _, o := range bars {
			if !o.Backfill {
				news++
			}
		}
		if news < 1800 {
			t.Errorf("%d minutes are news, want those of the stop", news)
		}
	})
}

func TestLongStopBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, cursors, out := &exchange{}, &feedstest.Cursors{}, &feedstest.Emitted{}
		run(t, x, cursors, out, nil, time.Minute)
		_ = feeds.Sleep(t.Context(), 30*24*time.Hour)
		out.Take()
		run(t, x, cursors, out, nil, time.Minute)
		if n := len(of(out.All(), "BTC", time.Hour)); n != 480 {
			t.Errorf("%d hours were back-filled", n)
		}
	})
}

func TestOneMarketFailsTheOthersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, cursors, out := &exchange{fail: map[string]error{"BTCUSDT": &feeds.StatusError{Code: 400}}},
			&feedstest.Cursors{}, &feedstest.Emitted{}
		board := feeds.NewBoard(nil)
		run(t, x, cursors, out, board, 3*time.Minute)
		if len(of(out.All(), "ETH", time.Minute)) == 0 || len(of(out.All(), "BTC", time.Minute)) != 0 {
			t.Error("ETH did not go on by itself")
		}
		if h := board.Of(market.Source); h.OK || !strings.Contains(h.Reason, "400") {
			t.Errorf("health is %+v", h)
		}
		x.set(func() { x.fail = nil })
		run(t, x, cursors, out, board, 3*time.Minute)
		if len(of(out.All(), "BTC", time.Minute)) == 0 || !board.Of(market.Source).OK {
			t.Errorf("BTC did not come back: %+v", board.Of(market.Source))
		}
	})
}

func TestWhatIsNotTakenIsOfferedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, cursors, out := &exchange{}, &feedstest.Cursors{}, &feedstest.Emitted{}
		broken := time.Now().Add(-100 * time.Minute).Truncate(time.Minute)
		out.FailWhen(func(o intel.Observation) error {
			if o.Time.Equal(broken) && o.Body.(intel.Bar).Interval == time.Minute {
				return errors.New("the store is full")
			}
			return nil
		})
		run(t, x, cursors, out, nil, time.Minute)
		out.FailWhen(nil)
		run(t, x, cursors, out, nil, 3*time.Minute)
		var times []time.Time
		for _, o := range of(out.All(), "BTC", time.Minute) {
			if !slices.ContainsFunc(times, o.Time.Equal) {
				times = append(times, o.Time)
			}
		}
		if !slices.ContainsFunc(times, broken.Equal) {
			t.Error("the bar that was not taken was not offered again")
		}
	})
}

func TestBadPagesAreRefused(t *testing.T) {
	const good = `[1641398400000,"45500.0","45512.4","43960.1","44011.3","100"]`
	for name, body := range map[string]string{
		"empty":           " ",
		"HTML":            "<html>",
		"an error":        `{"code":-1121,"msg":"Invalid symbol."}`,
		"numbers":         "[1,2]",
		"short row":       `[[1641398400000,"1"]]`,
		"no time":         `[["x","45500.0","45512.4","43960.1","44011.3","100"]]`,
		"odd time":        `[[1641398400001,"45500.0","45512.4","43960.1","44011.3","100"]]`,
		"zero price":      `[[1641398400000,"0","0","0","0","0"]]`,
		"NaN":             `[[1641398400000,"NaN","45512.4","43960.1","44011.3","100"]]`,
		"low above close": `[[1641398400000,"45500.0","45512.4","45000.0","44011.3","100"]]`,
		"twice":           "[" + good + "," + good + "]",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, out, board := &exchange{body: body}, &feedstest.Emitted{}, feeds.NewBoard(nil)
				run(t, x, &feedstest.Cursors{}, out, board, 10*time.Second)
				h := board.Of(market.Source)
				if len(out.All()) > 0 || h.OK || !strings.Contains(h.Reason, "no usable page of bars") {
					t.Errorf("%d bars came of it, health %+v", len(out.All()), h)
				}
			})
		})
	}
}
