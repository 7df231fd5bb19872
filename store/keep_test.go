package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func bar(minute int, interval time.Duration, open, high, low, last float64) intel.Observation {
	begin := noon.Truncate(time.Hour).Add(time.Duration(minute) * time.Minute)
	return intel.Observation{
		Source: "binance", Time: begin, Known: begin.Add(interval),
		Body: intel.Bar{
			Asset: "BTC", Currency: "USD", Interval: interval, Open: open, High: high, Low: low, Close: last, Volume: 1,
		},
	}
}

func TestHourBar(t *testing.T) {
	hour := noon.Truncate(time.Hour)
	want := func(known time.Time, open, high, low, last, volume float64) intel.Observation {
		return intel.Observation{
			Source: "binance", Time: hour, Known: known,
			Body: intel.Bar{
				Asset: "BTC", Currency: "USD", Interval: time.Hour, Open: open, High: high, Low: low, Close: last,
				Volume: volume,
			},
		}
	}
	for _, c := range []struct {
		name string
		bars []intel.Observation
		want intel.Observation
	}{
		{
			"in any order",
			[]intel.Observation{
				bar(30, 15*time.Minute, 3, 9, 3, 4), bar(0, 15*time.Minute, 1, 2, 1, 2), bar(45, 15*time.Minute, 4, 5, 0, 5),
			},
			want(hour.Add(time.Hour), 1, 9, 0, 5, 3),
		},
		{
			"with a gap",
			[]intel.Observation{bar(10, time.Minute, 7, 8, 6, 7)},
			want(hour.Add(11*time.Minute), 7, 8, 6, 7, 1),
		},
		{
			"of several intervals the one that covers most",
			[]intel.Observation{
				bar(0, time.Minute, 1, 99, 1, 1), bar(1, time.Minute, 1, 1, 1, 1), bar(0, 30*time.Minute, 2, 3, 2, 3),
			},
			want(hour.Add(30*time.Minute), 2, 3, 2, 3, 1),
		},
		{
			"of equal intervals the finest",
			[]intel.Observation{
				bar(0, 2*time.Minute, 9, 9, 9, 9), bar(0, time.Minute, 1, 2, 1, 2), bar(1, time.Minute, 2, 3, 2, 3),
			},
			want(hour.Add(2*time.Minute), 1, 3, 1, 3, 2),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, store.HourBar(c.bars)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestHourBarIsBackfillOnlyIfAllAre(t *testing.T) {
	first, second := bar(0, time.Minute, 1, 1, 1, 1), bar(1, time.Minute, 1, 1, 1, 1)
	first.Backfill, second.Backfill = true, true
	if !store.HourBar([]intel.Observation{first, second}).Backfill {
		t.Error("all are back-fill")
	}
	second.Backfill = false
	if store.HourBar([]intel.Observation{first, second}).Backfill {
		t.Error("one is not back-fill")
	}
}

func TestHourOf(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		fine, ok bool
	}{
		{time.Minute, true, true},
		{30 * time.Minute, true, true},
		{time.Hour, false, true},
		{7 * time.Minute, false, false},
		{2 * time.Hour, false, false},
		{0, false, false},
	} {
		_, hour, fine, ok := store.HourOf(bar(59, c.interval, 1, 1, 1, 1))
		if fine != c.fine || ok != c.ok {
			t.Errorf("%v: got fine %v, ok %v", c.interval, fine, ok)
		}
		if ok && !hour.Equal(noon.Truncate(time.Hour)) {
			t.Errorf("%v: got hour %v", c.interval, hour)
		}
	}
	if _, _, _, ok := store.HourOf(intel.Observation{Body: intel.Silence{}}); ok {
		t.Error("silence has an hour")
	}
}

// Each type must say how long it is kept, or it would be kept for ever.
func TestEveryTypeHasItsTime(t *testing.T) {
	keep := store.KeepFor()
	for _, b := range []intel.Body{
		intel.Article{},
		intel.Block{},
		intel.Bar{},
		intel.Outage{},
		intel.Hazard{},
		intel.Count{},
		intel.Listing{},
		intel.Silence{},
	} {
		if keep[b.Type()] <= 0 {
			t.Errorf("%s is kept for ever", b.Type())
		}
	}
}
