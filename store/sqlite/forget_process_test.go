package sqlite_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

const (
	today    = 100 * 24 * 3600 // number of the step that happens a hundred days after noon
	newSteps = 12              // steps from today on, with cards that nobody has been told
	oldMarks = 4_000           // what may be forgotten
	barHours = 4               // hours of minute bars that are to become hourly ones
)

var (
	forgetAt = noon.Add((today + 3600) * time.Second)
	barsFrom = forgetAt.Truncate(time.Hour).Add(-store.KeepBars - (barHours+2)*time.Hour)
)

// forgetOn forgets as long as there is something, and says so each time.
func forgetOn(ctx context.Context, s store.Store) error {
	for more := true; more; {
		var err error
		if more, err = s.Forget(ctx, forgetAt); err != nil {
			return err
		}
		fmt.Println("forgot")
	}
	fmt.Println("done")
	return nil
}

// minuteBar is the n-th bar of those that are to be thinned. An hour's bars have the hour's number as their top.
func minuteBar(n int) store.Step {
	at := barsFrom.Add(time.Duration(n) * time.Minute)
	top := float64(100 + n/60)
	return store.Step{
		Token: fmt.Sprintf("bar-%d", n), Time: at,
		Observation: &intel.Observation{Source: "binance", Time: at, Known: at.Add(time.Minute), Body: intel.Bar{
			Asset: "BTC", Currency: "USD", Interval: time.Minute, Open: 1, High: top, Low: 1, Close: 1, Volume: 1,
		}},
	}
}

// A process that is killed at any moment while it forgets has dropped nothing that was to stay, and has torn no hour.
func TestKilledWhileForgetting(t *testing.T) {
	path := newPath(t)
	fillToForget(t, path)
	finished := false
	for round := 0; !finished; round++ {
		o := start(t, forgets, path)
		var said []string
		for len(said) <= round%3 && !slices.Contains(said, "done") {
			said = append(said, o.read(1)...)
		}
		said = append(said, o.kill()...)
		finished = len(said) > 0 && said[len(said)-1] == "done"
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		auditForgetting(t, s, finished)
		closed(t, s)
		if finished && round < 3 {
			t.Errorf("it was over after %d rounds, too soon to be killed in the middle", round+1)
		}
	}
}

func fillToForget(t *testing.T, path string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for n := range barHours * 60 {
		if err := s.Commit(t.Context(), minuteBar(n)); err != nil {
			t.Fatal(err)
		}
	}
	for n := today; n < today+newSteps; n++ {
		p := page(n, 0, cardsEach)
		p.Done = true
		if err := s.Commit(t.Context(), step(n)); err != nil {
			t.Fatal(err)
		}
		if err := s.Raise(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	closed(t, s)
	db := raw(t, path)
	execute(t, db, `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
		INSERT INTO seen (key, at) SELECT 'old/' || (n * 7919 % 8009), ?2 + n FROM n`, oldMarks, noon.UnixMicro())
	execute(t, db, `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
		INSERT INTO history (type, at, data) SELECT 'article', ?2 + n,
			'{"source":"wire","article":{"guid":"old"}}' FROM n`, oldMarks, noon.UnixMicro())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// auditForgetting checks what had to stay, and when it is over that the rest is gone.
func auditForgetting(t *testing.T, s store.Store, over bool) {
	t.Helper()
	var recent []string
	minutes, hours, old := map[time.Time]int{}, map[time.Time]float64{}, 0
	if err := s.Observations(t.Context(), func(o intel.Observation) error {
		bar, isBar := o.Body.(intel.Bar)
		switch {
		case isBar && bar.Interval == time.Minute:
			minutes[o.Time.Truncate(time.Hour)]++
		case isBar:
			hours[o.Time] = float64(bar.High)
		case o.Known.IsZero():
			old++
		default:
			recent = append(recent, o.Key())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for n := range barHours {
		hour := barsFrom.Add(time.Duration(n) * time.Hour)
		fine, top := minutes[hour], hours[hour]
		if whole, thin := fine == 60 && top == 0, fine == 0 && top == float64(100+n); !whole && !thin || over && whole {
			t.Errorf("the hour %s has %d minute bars and an hourly one of %v", hour, fine, top)
		}
	}
	if len(recent) != newSteps {
		t.Errorf("%d of %d recent observations are kept", len(recent), newSteps)
	}
	for n := range newSteps {
		auditRecent(t, s, today+n, recent[n])
	}
	seen, err := s.Seen(t.Context(), "old/1")
	if err != nil || over && (seen || old > 0) {
		t.Errorf("after all, %d old observations are kept, an old mark %v, error %v", old, seen, err)
	}
}

// auditRecent checks that a step of today is there with its cards, in its place.
func auditRecent(t *testing.T, s store.Store, n int, key string) {
	t.Helper()
	want := step(n)
	seen, err := s.Seen(t.Context(), want.Observation.Key())
	if err != nil || !seen || key != want.Observation.Key() {
		t.Errorf("step %d: seen %v, in its place %s, error %v", n, seen, key, err)
	}
	cards, err := s.CardsOf(t.Context(), want.Changes[0].Incident.ID, "", 10)
	if err != nil || len(cards) != cardsEach {
		t.Fatalf("step %d has %d cards, error %v", n, len(cards), err)
	}
	for _, c := range cards {
		if c.Told != 0 || c.Wanted != 1 || c.Abandoned != "" {
			t.Errorf("the card is %+v", c)
		}
	}
}
