package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func claimTests() []test {
	return []test{
		{"a claimed card comes whole", claimedCardWhole},
		{"only what is due is claimed", onlyDue},
		{"only what is behind is claimed", onlyBehind},
		{"a card that has not spoken is claimed", notSpoken},
		{"a card is not claimed for a change that is not spoken", nothingToSpeak},
		{"the most severe comes first, then the longest due", claimOrder},
		{"a claim is limited", claimLimit},
		{"a claimed card is not handed out again", claimExclusive},
		{"a claim ends at its time", claimExpires},
		{"telling ends a claim", toldEndsClaim},
		{"a destination has one card claimed at a time", onePerDestination},
		{"a destination is free for the next card when the claim ends", destinationFreed},
		{"a thread is a destination of its own", threadIsDestination},
		{"a card raised while it is claimed is due again", raisedWhileClaimed},
		{"many claimers never get the same card", manyClaimers},
		{"released claims are free", releasedClaims},
	}
}

// claim claims cards for an hour and returns them as "incident at destination", sorted.
func claim(t *testing.T, s store.Store, now time.Time, limit int) []string {
	t.Helper()
	cards, err := s.ClaimCards(t.Context(), now, now.Add(time.Hour), limit)
	ok(t, err)
	names := make([]string, len(cards))
	for i, c := range cards {
		names[i] = at(c.Incident, c.Destination)
	}
	slices.Sort(names)
	return names
}

func at(incident string, to intel.Destination) string { return incident + " at " + to.String() }

func claimedCardWhole(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	ok(t, s.Raise(t.Context(), page(escalate(t, s, "a"), chat(1))))
	want := card(t, s, "a", chat(1))
	got, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Minute), 10)
	ok(t, err)
	if len(got) != 1 || got[0].Claim == "" {
		t.Fatalf("got %+v, want one card with a claim", got)
	}
	got[0].Claim = ""
	exactly(t, "claimed", got, []intel.Card{want})
}

func onlyDue(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	same(t, "before", claim(t, s, noon.Add(-time.Millisecond), 10), nil)
	same(t, "at", claim(t, s, noon, 10), []string{at("a", chat(1))})
}

func onlyBehind(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	same(t, "claimed", claim(t, s, noon.Add(time.Hour), 10), nil)
}

func notSpoken(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	ok(t, s.Raise(t.Context(), page(escalate(t, s, "a"), chat(1))))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 2, 1, "r1"))
	same(t, "told, not spoken", claim(t, s, noon, 10), []string{at("a", chat(1))})
	ok(t, s.Told(t.Context(), named("a", chat(1)), 2, 2, "r1"))
	same(t, "spoken", claim(t, s, noon.Add(2*time.Hour), 10), nil)
}

func nothingToSpeak(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	ok(t, s.Commit(t.Context(), tick(change(incident("a", 2), intel.Updated))))
	ok(t, s.Raise(t.Context(), page(incident("a", 2), chat(1))))
	same(t, "updated", claim(t, s, noon, 10), []string{at("a", chat(1))})
	ok(t, s.Told(t.Context(), named("a", chat(1)), 2, 1, "r1"))
	same(t, "told", claim(t, s, noon.Add(2*time.Hour), 10), nil)
}

func claimOrder(t *testing.T, s store.Store) {
	for n, c := range []struct {
		id       string
		severity intel.Severity
		due      time.Duration
	}{
		{"info", intel.Info, -9},
		{"major-late", intel.Major, -1},
		{"critical-late", intel.Critical, 0},
		{"critical", intel.Critical, -1},
		{"major", intel.Major, -2},
		{"minor", intel.Minor, -8},
	} {
		i := incident(c.id, 1)
		i.Severity = c.severity
		ok(t, s.Commit(t.Context(), tick(change(i, intel.Opened))))
		p := page(i, chat(n))
		p.Due = noon.Add(c.due * time.Minute)
		ok(t, s.Raise(t.Context(), p))
	}
	cards, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 10)
	ok(t, err)
	var got []string
	for _, c := range cards {
		got = append(got, c.Incident)
	}
	same(t, "order", got, []string{"critical", "critical-late", "major", "major-late", "minor", "info"})
}

func claimLimit(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chats(0, 5)...)
	for _, want := range []int{0, 2, 3} {
		if got := claim(t, s, noon, want); len(got) != want {
			t.Fatalf("got %d cards, want %d", len(got), want)
		}
	}
	same(t, "rest", claim(t, s, noon, 10), nil)
}

func claimExclusive(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	same(t, "first", claim(t, s, noon, 10), []string{at("a", chat(1))})
	same(t, "second", claim(t, s, noon.Add(time.Hour-time.Millisecond), 10), nil)
}

func claimExpires(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	claim(t, s, noon, 10)
	same(t, "later", claim(t, s, noon.Add(time.Hour+time.Millisecond), 10), []string{at("a", chat(1))})
	same(t, "attempts", card(t, s, "a", chat(1)).Attempts, 0)
}

func toldEndsClaim(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	second := escalate(t, s, "a")
	ok(t, s.Raise(t.Context(), page(second, chat(1))))
	claim(t, s, noon, 10)
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	same(t, "again", claim(t, s, noon, 10), []string{at("a", chat(1))})
}

func onePerDestination(t *testing.T, s store.Store) {
	for _, id := range []string{"a", "b", "c"} {
		raised(t, s, incident(id, 1), chat(1))
	}
	critical := incident("d", 1)
	critical.Severity = intel.Critical
	raised(t, s, critical, chat(1), chat(2))
	same(t, "first", claim(t, s, noon, 10), []string{at("d", chat(1)), at("d", chat(2))})
	same(t, "second", claim(t, s, noon, 10), nil)
}

func destinationFreed(t *testing.T, s store.Store) {
	for _, id := range []string{"a", "b", "c", "d"} {
		raised(t, s, incident(id, 1), chat(1))
	}
	for _, end := range []func(id string) error{
		func(id string) error { return s.Told(t.Context(), named(id, chat(1)), 1, 1, "r") },
		func(id string) error { return s.PostponeCard(t.Context(), named(id, chat(1)), noon.Add(time.Hour)) },
		func(id string) error { return s.AbandonCard(t.Context(), named(id, chat(1)), "gone") },
	} {
		cards, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 10)
		ok(t, err)
		if len(cards) != 1 {
			t.Fatalf("claimed %d cards of one destination, want 1", len(cards))
		}
		ok(t, end(cards[0].Incident))
	}
	if got := claim(t, s, noon, 10); len(got) != 1 {
		t.Fatalf("claimed %v, want the last card", got)
	}
}

func threadIsDestination(t *testing.T, s store.Store) {
	thread := chat(1)
	thread.Thread = "7"
	raised(t, s, incident("a", 1), chat(1), thread)
	if got := claim(t, s, noon, 10); len(got) != 2 {
		t.Fatalf("claimed %v, want both", got)
	}
}

func raisedWhileClaimed(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	claim(t, s, noon, 10)
	ok(t, s.Raise(t.Context(), page(escalate(t, s, "a"), chat(1))))
	same(t, "still claimed", claim(t, s, noon, 10), nil)
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	same(t, "behind", claim(t, s, noon, 10), []string{at("a", chat(1))})
}

func manyClaimers(t *testing.T, s store.Store) {
	const cards, claimers = 1500, 8
	raised(t, s, incident("a", 1), chats(0, cards)...)
	got := make([][]intel.Card, claimers)
	errs := make([]error, claimers)
	var wg sync.WaitGroup
	for n := range claimers {
		wg.Go(func() {
			for errs[n] == nil {
				var some []intel.Card
				some, errs[n] = s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 50)
				if len(some) == 0 {
					return
				}
				got[n] = append(got[n], some...)
			}
		})
	}
	wg.Wait()
	times := map[string]int{}
	for n := range claimers {
		ok(t, errs[n])
		for _, c := range got[n] {
			times[c.Destination.String()]++
		}
	}
	for _, d := range chats(0, cards) {
		if times[d.String()] != 1 {
			t.Fatalf("%s was claimed %d times", d, times[d.String()])
		}
	}
}

func releasedClaims(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1), chat(2))
	ok(t, s.Announce(t.Context(), announcement("hello", chat(1))))
	claim(t, s, noon, 10)
	claimKeys(t, s, noon, 10)
	ok(t, s.ReleaseClaims(t.Context()))
	same(t, "cards", claim(t, s, noon, 10), []string{at("a", chat(1)), at("a", chat(2))})
	same(t, "announcements", claimKeys(t, s, noon, 10), []string{"hello"})
	same(t, "attempts", card(t, s, "a", chat(1)).Attempts, 0)
}
