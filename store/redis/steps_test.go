package redis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

var noon = time.Date(2022, 1, 5, 12, 0, 0, 0, time.UTC)

// step is one observation that opens one incident.
func step(n int) store.Step {
	at := noon.Add(time.Duration(n) * time.Second)
	id := fmt.Sprintf("incident-%08d", n)
	return store.Step{
		Token: fmt.Sprintf("token-%d", n), Time: at,
		Observation: &intel.Observation{
			Source: "wire", Time: at, Known: at,
			Body: intel.Article{Title: "Internet cut in Kazakhstan", URL: fmt.Sprintf("https://wire.test/%d", n*7919)},
		},
		Changes: []intel.Change{{
			Incident: intel.Incident{
				ID: id, Revision: 1, Kind: intel.Shutdown, Places: []string{"KZ"}, Severity: intel.Major,
				Title: "Internet cut", Opened: at, Updated: at, Since: at,
			},
			Notice: &intel.Notice{Incident: id, Revision: 1, Change: intel.Opened, Time: at},
		}},
	}
}

// page is a page of the n-th step's fan-out, for the destinations from up to to.
func page(n, from, to int) store.Page {
	p := store.Page{
		Incident: step(n).Changes[0].Incident.ID, Revision: 1, Severity: intel.Major, Due: noon,
		After: fmt.Sprintf("sub-%08d", to),
	}
	for d := from; d < to; d++ {
		p.To = append(p.To, intel.Destination{Platform: "telegram", Chat: fmt.Sprint(1_000_000_007 * (d + 1) % 9_999_991)})
	}
	return p
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func commitAll(t testing.TB, s store.Store, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		ok(t, s.Commit(t.Context(), step(n)))
	}
}

func acquire(t testing.TB, s store.Leases, owner string) (fence int64) {
	t.Helper()
	fence, err := s.Acquire(t.Context(), store.WorldLease, owner, time.Hour)
	ok(t, err)
	return fence
}

// whole checks that the store holds the first steps of the sequence, each of them whole, and not the next one.
func whole(t *testing.T, s store.Store, steps int) {
	t.Helper()
	incidents, err := s.LiveIncidents(t.Context(), time.Time{})
	ok(t, err)
	if len(incidents) != steps {
		t.Fatalf("%d incidents are kept, want %d", len(incidents), steps)
	}
	kept := map[string]bool{}
	ok(t, s.Observations(t.Context(), func(o intel.Observation) error {
		kept[o.Key()] = true
		return nil
	}))
	for n := range steps + 1 {
		key, there := step(n).Observation.Key(), n < steps
		seen, err := s.Seen(t.Context(), key)
		ok(t, err)
		notices, err := s.Notices(t.Context(), step(n).Changes[0].Incident.ID, 0)
		ok(t, err)
		if seen != there || kept[key] != there || (len(notices) == 1) != there {
			t.Fatalf("step %d is torn: want it %v, seen %v, kept %v, %d notices", n, there, seen, kept[key], len(notices))
		}
	}
}
