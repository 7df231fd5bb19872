package outages_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/detect"
	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/feedstest"
	"github.com/faultlinebot/faultline/feeds/outages"
	"github.com/faultlinebot/faultline/intel"
)

const base = "https://ioda.example/v2"

// observer plays IODA for one country whose series fall to a part of what is normal from one moment to another.
type observer struct {
	mu         sync.Mutex
	country    string
	down, back time.Time
	left       float64 // the part that is left while it is down
	body       string  // in place of every answer
	fail       error
	asked      []string
}

type dataset struct {
	name  string
	usual float64
	step  time.Duration
}

var datasets = []dataset{{"bgp", 8000, 5 * time.Minute}, {"ping-slash24", 3000, 10 * time.Minute}}

// Fetch implements [feeds.Fetcher].
func (v *observer) Fetch(_ context.Context, r feeds.Request) (*feeds.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	v.asked = append(v.asked, strings.TrimPrefix(u.Path, "/v2"))
	if v.fail != nil {
		return nil, v.fail
	}
	body := v.body
	if body == "" {
		var data any
		switch {
		case u.Path == "/v2/outages/alerts" && u.Query().Get("entityType") == "country":
			data = v.alerts(seconds(u.Query(), "from"), seconds(u.Query(), "until"))
		case u.Path == "/v2/signals/raw/country/"+v.country:
			data = v.levels(u.Query())
		default:
			return nil, &feeds.StatusError{Code: 404}
		}
		b, err := json.Marshal(map[string]any{"type": "x", "error": nil, "data": data})
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	return &feeds.Response{Body: []byte(body)}, nil
}

func seconds(q url.Values, name string) time.Time {
	n, _ := strconv.ParseInt(q.Get(name), 10, 64)
	return time.Unix(n, 0)
}

func (v *observer) alerts(from, until time.Time) []any {
	all := []any{}
	add := func(at time.Time, level string, part float64) {
		if at.Before(from) || at.After(until) {
			return
		}
		for _, d := range datasets {
			all = append(all, map[string]any{
				"datasource": d.name, "time": at.Unix(), "level": level, "condition": "< 0.99", "method": "median",
				"entity": map[string]any{"code": v.country, "type": "country", "name": "Somewhere"},
				"value":  part * d.usual, "historyValue": d.usual,
			})
		}
	}
	add(v.down, "critical", v.left)
	add(v.back, "normal", 1)
	return all
}

func (v *observer) levels(q url.Values) any {
	from, until := seconds(q, "from"), seconds(q, "until")
	i := slices.IndexFunc(datasets, func(d dataset) bool {
		return d.name == q.Get("datasource")
	})
	d := datasets[i]
	var values []any
	for at := from.Truncate(d.step); !at.After(until); at = at.Add(d.step) {
		value := d.usual
		if !at.Before(v.down) && at.Before(v.back) {
			value *= v.left
		}
		values = append(values, value)
	}
	values[len(values)-1] = 0.0 // the newest step is never complete
	if len(values) > 3 {
		values[1] = nil
	}
	return []any{[]any{map[string]any{
		"entityType": "country", "entityCode": v.country, "datasource": d.name,
		"from": from.Truncate(d.step).Unix(), "step": int(d.step.Seconds()), "values": values,
	}}}
}

func run(t *testing.T, v *observer, cursors *feedstest.Cursors, out *feedstest.Emitted, board *feeds.Board, d time.Duration) {
	t.Helper()
	w, err := outages.New(outages.Options{BaseURL: base, Fetcher: v, Cursors: cursors, Board: board})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := w.Run(ctx, out.Emit); err != nil {
		t.Errorf("Run returned %v", err)
	}
}

// TestShutdownIsMeasured follows a country that goes dark for half a day, up to what the detector makes of it.
func TestShutdownIsMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		v := &observer{country: "KZ", left: 0.08, down: start.Add(3 * time.Hour), back: start.Add(15 * time.Hour)}
		out := &feedstest.Emitted{}
		run(t, v, &feedstest.Cursors{}, out, feeds.NewBoard(nil), 24*time.Hour)
		d := detect.NewOutage(detect.OutageOptions{})
		type word struct {
			phase intel.Phase
			after time.Duration
		}
		var said []word
		for _, o := range out.All() {
			b := o.Body.(intel.Outage)
			if b.Country != "KZ" || b.Value == nil || b.Baseline == nil || o.Backfill || *b.Value == 0 {
				t.Fatalf("emitted %+v", o)
			}
			for _, s := range append(d.Tick(o.Known), d.Observe(o)...) {
				if s.Alert == intel.AlertPush {
					said = append(said, word{s.Phase, s.Time.Sub(start)})
				}
			}
		}
		if len(said) < 2 || said[0].phase != intel.Onset || said[0].after > 4*time.Hour+30*time.Minute ||
			said[len(said)-1].phase != intel.Easing || said[len(said)-1].after > 18*time.Hour {
			t.Errorf("the detector said %v", said)
		}
		asked := v.asked
		v.asked = nil
		if n := len(asked) - 288; n < 100 || n > 2*12*19 {
			t.Errorf("levels were asked for %d times", n)
		}
		if last := asked[len(asked)-1]; last != "/outages/alerts" {
			t.Errorf("it still asks for %s", last)
		}
	})
}

func TestStopIsMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		v := &observer{country: "IR", left: 0.3, down: start.Add(time.Hour), back: start.Add(100 * time.Hour)}
		cursors, out := &feedstest.Cursors{}, &feedstest.Emitted{}
		run(t, v, cursors, out, nil, 2*time.Hour)
		_ = feeds.Sleep(t.Context(), 20*time.Hour)
		run(t, v, cursors, out, nil, 10*time.Minute)
		var times []time.Time
		for _, o := range out.All() {
			if o.Body.(intel.Outage).DataSource == "bgp" {
				times = append(times, o.Time)
			}
		}
		slices.SortFunc(times, time.Time.Compare) // the alert comes once in each run
		for i := range len(times) - 1 {
			if gap := times[i+1].Sub(times[i]); gap > 15*time.Minute {
				t.Errorf("nothing between %v and %v", times[i], times[i+1])
			}
		}
	})
}

func TestWhatWasBeforeTheFirstLookIsBackfill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		v := &observer{country: "SD", left: 0.1, down: start.Add(-10 * time.Hour), back: start.Add(100 * time.Hour)}
		out := &feedstest.Emitted{}
		run(t, v, &feedstest.Cursors{}, out, nil, time.Hour)
		old, news := 0, 0
		for _, o := range out.All() {
			if o.Backfill != o.Time.Before(start) {
				t.Errorf("reading of %v: backfill %v", o.Time, o.Backfill)
			}
			if o.Backfill {
				old++
			} else {
				news++
			}
		}
		if old < 50 || news == 0 {
			t.Errorf("%d old, %d new", old, news)
		}
	})
}

func TestSmallDipsAreNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &observer{country: "IR", left: 0.984, down: time.Now().Add(time.Minute), back: time.Now().Add(time.Hour)}
		out := &feedstest.Emitted{}
		run(t, v, &feedstest.Cursors{}, out, nil, 2*time.Hour)
		if len(out.All()) == 0 || slices.ContainsFunc(v.asked, func(p string) bool { return strings.Contains(p, "signals") }) {
			t.Errorf("%d alerts; asked for %v", len(out.All()), v.asked)
		}
	})
}

func TestFaultsAreHealthAndLoseNothing(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "HTML": "<html>", "text": "hello", "an error": `{"error":"from is missing","data":[]}`,
		"no data": `{"error":null}`, "other data": `{"error":null,"data":"x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &observer{country: "KZ", left: 0.1, down: time.Now().Add(time.Minute), back: time.Now().Add(time.Hour), body: body + " "}
				cursors, out, board := &feedstest.Cursors{}, &feedstest.Emitted{}, feeds.NewBoard(nil)
				run(t, v, cursors, out, board, 20*time.Minute)
				if h := board.Of(outages.Source); h.OK || !strings.Contains(h.Reason, "no usable answer") || len(out.All()) > 0 {
					t.Errorf("health %+v", h)
				}
				v.body, v.fail = "", nil
				run(t, v, cursors, out, board, 20*time.Minute)
				if h := board.Of(outages.Source); !h.OK || len(out.All()) == 0 {
					t.Errorf("it did not recover: %+v", h)
				}
			})
		})
	}
}

func TestWhatIsNotTakenIsOfferedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &observer{country: "KZ", left: 0.1, down: time.Now().Add(time.Minute), back: time.Now().Add(9 * time.Hour)}
		cursors, out := &feedstest.Cursors{}, &feedstest.Emitted{}
		failing := true
		out.FailWhen(func(intel.Observation) error {
			if failing {
				return errors.New("the store is full")
			}
			return nil
		})
		run(t, v, cursors, out, nil, 30*time.Minute)
		failing = false
		run(t, v, cursors, out, nil, time.Hour)
		if all := out.All(); len(all) == 0 || all[0].Body.(intel.Outage).Level != "critical" {
			t.Errorf("the alert was not offered again: %v", all)
		}
	})
}
