package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func historyTests() []test {
	return []test{
		{"observations come back as they were", observationRoundTrip},
		{"they come in the order committed", historyOrder},
		{"yield's error ends it and comes back", yieldError},
		{"the store may be used between them", useBetween},
		{"what is committed meanwhile does not keep it going", commitMeanwhile},
		{"a cancelled context ends it", historyCancelled},
	}
}

func observationRoundTrip(t *testing.T, s store.Store) {
	for _, o := range bodies() {
		ok(t, s.Commit(t.Context(), seen(o)))
	}
	exactly(t, "observations", observations(t, s), bodies())
}

func historyOrder(t *testing.T, s store.Store) {
	var want []string
	for _, n := range []int{5, 1, 3, 2, 4} { // a back-fill is older than what is known already
		ok(t, s.Commit(t.Context(), observed(n)))
		want = append(want, article(n).Key())
	}
	same(t, "order", keys(t, s), want)
}

func yieldError(t *testing.T, s store.Store) {
	for n := range 3 {
		ok(t, s.Commit(t.Context(), observed(n)))
	}
	stop := errors.New("stop")
	times := 0
	err := s.Observations(t.Context(), func(intel.Observation) error {
		times++
		return stop
	})
	wantErr(t, err, stop)
	same(t, "times", times, 1)
}

func useBetween(t *testing.T, s store.Store) {
	for n := range 3 {
		ok(t, s.Commit(t.Context(), observed(n)))
	}
	ok(t, s.Observations(t.Context(), func(o intel.Observation) error {
		if err := s.SaveCursor(t.Context(), "watcher", []byte(o.Key())); err != nil {
			return err
		}
		_, err := s.Cursor(t.Context(), "watcher")
		return err
	}))
}

func commitMeanwhile(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), observed(0)))
	next := 1
	ok(t, s.Observations(t.Context(), func(intel.Observation) error {
		if next > 50 {
			return errors.New("it goes on for ever")
		}
		err := s.Commit(t.Context(), observed(next))
		next++
		return err
	}))
	if got := len(observations(t, s)); got != next {
		t.Fatalf("got %d observations, want %d", got, next)
	}
}

func historyCancelled(t *testing.T, s store.Store) {
	for n := range 3 {
		ok(t, s.Commit(t.Context(), observed(n)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	times := 0
	err := s.Observations(ctx, func(intel.Observation) error {
		times++
		cancel()
		return nil
	})
	wantErr(t, err, context.Canceled)
	same(t, "times", times, 1)
}

func forgetTests() []test {
	return []test{
		{"there is nothing to forget in an empty store", forgetNothing},
		{"articles go by known time after a week", forgetArticles},
		{"blocks go by their own time", forgetBlocks},
		{"readings go after ninety days", forgetReadings},
		{"seen marks go after ninety days", forgetSeen},
		{"minute bars become hours after eight days", forgetBars},
		{"an hour that is not over stays as it is", forgetPartOfHour},
		{"an hour with a late bar waits for it", forgetLateBar},
		{"an hour that the source has given is enough", forgetGivenHour},
		{"a market is not mixed with another", forgetMarkets},
		{"a bar that does not divide the hour stays as it is", forgetOddBar},
		{"thinned hours keep their place", forgetKeepsOrder},
		{"thinned hours go after ninety days", forgetHours},
		{"what has to be told and what happened stay", forgetKeepsCards},
	}
}

// forget forgets until there is no more to forget.
func forget(t *testing.T, s store.Store, now time.Time) {
	t.Helper()
	for range 1000 {
		more, err := s.Forget(t.Context(), now)
		ok(t, err)
		if !more {
			return
		}
	}
	t.Fatal("forgetting has no end")
}

// commitAll commits the observations one by one.
func commitAll(t *testing.T, s store.Store, all ...intel.Observation) {
	t.Helper()
	for _, o := range all {
		ok(t, s.Commit(t.Context(), seen(o)))
	}
}

// assertKept says which of the observations must still be there, in order.
func assertKept(t *testing.T, s store.Store, want ...intel.Observation) {
	t.Helper()
	exactly(t, "kept", observations(t, s), want)
}

func forgetNothing(t *testing.T, s store.Store) {
	more, err := s.Forget(t.Context(), noon)
	ok(t, err)
	same(t, "more", more, false)
}

func forgetArticles(t *testing.T, s store.Store) {
	old, young := article(0), article(1)
	young.Time = noon.AddDate(-1, 0, 0)
	commitAll(t, s, old, young)
	forget(t, s, young.Known.Add(store.KeepArticles))
	assertKept(t, s, young)
	assertSeen(t, s, old.Key(), true)
}

func forgetBlocks(t *testing.T, s store.Store) {
	block := func(height int64, at time.Time) intel.Observation {
		return intel.Observation{Source: "chain", Time: at, Known: noon, Body: intel.Block{Height: height}}
	}
	old, young := block(1, noon.Add(-time.Second)), block(2, noon)
	commitAll(t, s, old, young)
	forget(t, s, noon.Add(store.KeepBlocks))
	assertKept(t, s, young)
}

func forgetReadings(t *testing.T, s store.Store) {
	count := func(country string, known time.Time) intel.Observation {
		return intel.Observation{Source: "acled", Time: noon, Known: known, Body: intel.Count{Country: country}}
	}
	old, young := count("KZ", noon.Add(-time.Second)), count("KG", noon)
	commitAll(t, s, old, young)
	forget(t, s, noon.Add(store.KeepReadings))
	assertKept(t, s, young)
}

func forgetSeen(t *testing.T, s store.Store) {
	commitAll(t, s, article(0), article(1))
	forget(t, s, article(1).Known.Add(store.SeenFor))
	assertSeen(t, s, article(0).Key(), false)
	assertSeen(t, s, article(1).Key(), true)
}

// hourOfBars is the five-minute bars of the hour: they rise from open by one each and fall back to open.
func hourOfBars(begin time.Time, open float64) []intel.Observation {
	var all []intel.Observation
	for n := range 12 {
		f := open + float64(n)
		all = append(all, bar(begin.Add(time.Duration(n)*5*time.Minute), f, f+2, f-3, f+1, 0.5))
	}
	return all
}

// hourBar is what they become.
func hourBar(begin time.Time, open float64) intel.Observation {
	return intel.Observation{
		Source: "binance", Time: begin, Known: begin.Add(time.Hour),
		Body: intel.Bar{
			Asset: "BTC", Currency: "USD", Interval: time.Hour, Open: open, High: open + 13, Low: open - 3,
			Close: open + 12, Volume: 6,
		},
	}
}

func forgetBars(t *testing.T, s store.Store) {
	commitAll(t, s, hourOfBars(noon, 100)...)
	commitAll(t, s, hourOfBars(noon.Add(time.Hour), 200)...)
	forget(t, s, noon.Add(store.KeepBars))
	if got := len(observations(t, s)); got != 24 {
		t.Fatalf("kept %d bars too early, want 24", got)
	}
	forget(t, s, noon.Add(store.KeepBars+2*time.Hour+time.Second))
	assertKept(t, s, hourBar(noon, 100), hourBar(noon.Add(time.Hour), 200))
}

func forgetPartOfHour(t *testing.T, s store.Store) {
	first, second := hourOfBars(noon, 100), hourOfBars(noon.Add(time.Hour), 200)
	commitAll(t, s, first...)
	commitAll(t, s, second...)
	forget(t, s, noon.Add(store.KeepBars+90*time.Minute))
	assertKept(t, s, append([]intel.Observation{hourBar(noon, 100)}, second...)...)
}

func forgetLateBar(t *testing.T, s store.Store) {
	bars := hourOfBars(noon, 100)
	late := &bars[11]
	late.Known = noon.AddDate(0, 0, 1)
	commitAll(t, s, bars...)
	forget(t, s, noon.Add(store.KeepBars+2*time.Hour))
	assertKept(t, s, bars...)
	forget(t, s, late.Known.Add(store.KeepBars+time.Second))
	want := hourBar(noon, 100)
	want.Known = late.Known
	assertKept(t, s, want)
}

func forgetGivenHour(t *testing.T, s store.Store) {
	given := hourBar(noon, 777)
	given.Known = noon.Add(2 * time.Hour)
	commitAll(t, s, hourOfBars(noon, 100)...)
	commitAll(t, s, given)
	forget(t, s, noon.Add(store.KeepBars+3*time.Hour))
	assertKept(t, s, given)
}

func forgetMarkets(t *testing.T, s store.Store) {
	at := func(venue, currency string) []intel.Observation {
		all := hourOfBars(noon, 100)
		for i := range all {
			b := all[i].Body.(intel.Bar)
			b.Currency = currency
			all[i].Source, all[i].Body = venue, b
		}
		return all
	}
	commitAll(t, s, at("binance", "USD")...)
	commitAll(t, s, at("kraken", "USD")...)
	commitAll(t, s, at("binance", "EUR")...)
	forget(t, s, noon.Add(store.KeepBars+2*time.Hour))
	same(t, "kept", keys(t, s), []string{
		"bar/binance/BTC/USD/1h/2022-01-05T12:00:00Z", "bar/kraken/BTC/USD/1h/2022-01-05T12:00:00Z",
		"bar/binance/BTC/EUR/1h/2022-01-05T12:00:00Z",
	})
}

func forgetOddBar(t *testing.T, s store.Store) {
	odd := bar(noon, 1, 1, 1, 1, 1)
	b := odd.Body.(intel.Bar)
	b.Interval = 7 * time.Minute
	odd.Body = b
	day := bar(noon, 1, 1, 1, 1, 1)
	b.Interval = 24 * time.Hour
	day.Body = b
	commitAll(t, s, odd, day)
	forget(t, s, noon.Add(store.KeepBars+48*time.Hour))
	assertKept(t, s, odd, day)
}

func forgetKeepsOrder(t *testing.T, s store.Store) {
	count := func(n int) intel.Observation {
		at := noon.Add(time.Duration(n) * time.Hour)
		return intel.Observation{Source: "acled", Time: at, Known: at, Body: intel.Count{Country: "KZ"}}
	}
	commitAll(t, s, count(0))
	commitAll(t, s, hourOfBars(noon, 100)...)
	commitAll(t, s, count(1))
	commitAll(t, s, hourOfBars(noon.Add(time.Hour), 200)...)
	commitAll(t, s, count(2))
	forget(t, s, noon.Add(store.KeepBars+3*time.Hour))
	assertKept(t, s, count(0), hourBar(noon, 100), count(1), hourBar(noon.Add(time.Hour), 200), count(2))
}

func forgetHours(t *testing.T, s store.Store) {
	commitAll(t, s, hourOfBars(noon, 100)...)
	forget(t, s, noon.Add(store.KeepBars+2*time.Hour))
	forget(t, s, noon.Add(store.KeepReadings+59*time.Minute))
	assertKept(t, s, hourBar(noon, 100))
	forget(t, s, noon.Add(store.KeepReadings+61*time.Minute))
	assertKept(t, s)
}

func forgetKeepsCards(t *testing.T, s store.Store) {
	closed := closedAt(incident("closed", 1), 0)
	ok(t, s.Commit(t.Context(), tick(opened("closed"), change(closed, intel.Closed))))
	ok(t, s.Commit(t.Context(), observed(1, opened("waiting"))))
	raised(t, s, incident("unsent", 1), chat(1))
	ok(t, s.Announce(t.Context(), announcement("key", chat(1))))
	forget(t, s, noon.AddDate(1, 0, 0))
	same(t, "pending", pending(t, s), []string{"closed/1", "closed/2", "waiting/1"})
	same(t, "cards", claim(t, s, noon, 10), []string{at("unsent", chat(1))})
	same(t, "announcements", claimKeys(t, s, noon, 10), []string{"key"})
	got, err := s.Incident(t.Context(), "closed")
	ok(t, err)
	same(t, "incident", got, closed)
}
