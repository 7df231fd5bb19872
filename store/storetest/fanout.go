package storetest

import (
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func fanOutTests() []test {
	return []test{
		{"pending notices are the most severe first, then the oldest", pendingOrder},
		{"pending notices go by how severe the incident is now", pendingNow},
		{"pending notices are limited", pendingLimit},
		{"a page makes cards", pageMakesCards},
		{"a page moves the fan-out", pageMovesFanOut},
		{"the last page ends it", lastPageEnds},
		{"a page done twice changes nothing", pageTwice},
		{"a page done again after a later one changes nothing", pageAgainLater},
		{"a page raises cards that are lower", pageRaises},
		{"a page never lowers a card", pageNeverLowers},
		{"a page leaves a card alone that is there already", pageLeavesAlone},
		{"a page of an unknown notice is refused", pageOfNothing},
		{"a page may be empty", pageMayBeEmpty},
		{"cards come in the order of their destinations", cardsInOrder},
		{"destinations come back whole", destinationsWhole},
	}
}

func pendingOrder(t *testing.T, s store.Store) {
	for _, c := range []struct {
		id       string
		severity intel.Severity
		minutes  int
	}{
		{"late-minor", intel.Minor, 9}, {"minor", intel.Minor, 1}, {"critical", intel.Critical, 5}, {"info", intel.Info, 0},
	} {
		i := incident(c.id, 1)
		i.Severity, i.Updated = c.severity, noon.Add(time.Duration(c.minutes)*time.Minute)
		ok(t, s.Commit(t.Context(), tick(change(i, intel.Opened))))
	}
	same(t, "pending", pending(t, s), []string{"critical/1", "minor/1", "late-minor/1", "info/1"})
}

func pendingNow(t *testing.T, s store.Store) {
	a, b := incident("a", 1), incident("b", 1)
	a.Severity, b.Severity = intel.Minor, intel.Major
	ok(t, s.Commit(t.Context(), tick(change(a, intel.Opened), change(b, intel.Opened))))
	a.Revision, a.Severity, a.Updated = 2, intel.Critical, noon.Add(time.Hour)
	ok(t, s.Commit(t.Context(), tick(change(a, intel.Escalated))))
	same(t, "pending", pending(t, s), []string{"a/1", "a/2", "b/1"})
}

func pendingLimit(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"), opened("b"), opened("c"))))
	got, err := s.PendingNotices(t.Context(), 2)
	ok(t, err)
	same(t, "pending", got, []store.Pending{{Notice: *opened("a").Notice}, {Notice: *opened("b").Notice}})
}

func pageMakesCards(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1), chat(2))
	got, err := s.CardsOf(t.Context(), "a", "", 10)
	ok(t, err)
	fresh := intel.Card{Incident: "a", Destination: chat(1), Severity: intel.Major, Wanted: 1, Due: noon}
	second := fresh
	second.Destination = chat(2)
	exactly(t, "cards", got, []intel.Card{fresh, second})
}

func pageMovesFanOut(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	p := page(incident("a", 1), chat(1))
	p.After, p.Done = "sub-1", false
	ok(t, s.Raise(t.Context(), p))
	got, err := s.PendingNotices(t.Context(), 10)
	ok(t, err)
	same(t, "pending", got, []store.Pending{{Notice: *opened("a").Notice, After: "sub-1"}})
}

func lastPageEnds(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"), opened("b"))))
	ok(t, s.Raise(t.Context(), page(incident("a", 1), chat(1))))
	same(t, "pending", pending(t, s), []string{"b/1"})
}

func pageTwice(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	before := card(t, s, "a", chat(1))
	again := page(incident("a", 1), chat(1))
	again.Due = noon.Add(time.Hour)
	ok(t, s.Raise(t.Context(), again))
	same(t, "card", card(t, s, "a", chat(1)), before)
	same(t, "pending", pending(t, s), nil)
	same(t, "claimed", claim(t, s, noon.Add(2*time.Hour), 10), nil)
}

func pageAgainLater(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	first, second, last := page(incident("a", 1), chat(1)), page(incident("a", 1), chat(2)), page(incident("a", 1))
	first.After, first.Done = "sub-1", false
	second.After, second.Done = "sub-2", false
	ok(t, s.Raise(t.Context(), first))
	ok(t, s.Raise(t.Context(), second))
	ok(t, s.Raise(t.Context(), first))
	got, err := s.PendingNotices(t.Context(), 10)
	ok(t, err)
	same(t, "after", got[0].After, "sub-2")
	ok(t, s.Raise(t.Context(), last))
	ok(t, s.Raise(t.Context(), second))
	same(t, "pending", pending(t, s), nil)
}

// escalate commits revision 2 of the incident, critical, and returns it.
func escalate(t *testing.T, s store.Store, id string) intel.Incident {
	t.Helper()
	i := incident(id, 2)
	i.Severity = intel.Critical
	ok(t, s.Commit(t.Context(), tick(change(i, intel.Escalated))))
	return i
}

func pageRaises(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	p := page(escalate(t, s, "a"), chat(1), chat(2))
	p.Due = noon.Add(time.Minute)
	ok(t, s.Raise(t.Context(), p))
	same(t, "old card", card(t, s, "a", chat(1)), intel.Card{
		Incident: "a", Destination: chat(1), Severity: intel.Critical, Wanted: 2, Told: 1, Spoken: 1, Receipt: "r1",
		Due: noon.Add(time.Minute),
	})
	same(t, "new card", card(t, s, "a", chat(2)), intel.Card{
		Incident: "a", Destination: chat(2), Severity: intel.Critical, Wanted: 2, Due: noon.Add(time.Minute),
	})
}

func pageNeverLowers(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	second := escalate(t, s, "a")
	ok(t, s.Raise(t.Context(), page(second, chat(1))))
	before := card(t, s, "a", chat(1))
	late := page(incident("a", 1), chat(1))
	late.Due = noon.Add(-time.Hour)
	ok(t, s.Raise(t.Context(), late))
	same(t, "card", card(t, s, "a", chat(1)), before)
}

func pageLeavesAlone(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	claim(t, s, noon, 1)
	ok(t, s.PostponeCard(t.Context(), named("a", chat(1)), noon.Add(time.Hour)))
	ok(t, s.Raise(t.Context(), page(incident("a", 1), chat(1))))
	got := card(t, s, "a", chat(1))
	same(t, "due", got.Due, noon.Add(time.Hour))
	same(t, "attempts", got.Attempts, 1)
}

func pageOfNothing(t *testing.T, s store.Store) {
	wantErr(t, s.Raise(t.Context(), page(incident("nothing", 1), chat(1))), store.ErrNotFound)
	got, err := s.CardsOf(t.Context(), "nothing", "", 10)
	ok(t, err)
	same(t, "cards", got, nil)
}

func pageMayBeEmpty(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1))
	same(t, "pending", pending(t, s), nil)
	got, err := s.CardsOf(t.Context(), "a", "", 10)
	ok(t, err)
	same(t, "cards", got, nil)
}

func cardsInOrder(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(3), chat(1), chat(2), chat(1))
	raised(t, s, incident("b", 1), chat(4))
	var got []string
	for after := ""; ; {
		cards, err := s.CardsOf(t.Context(), "a", after, 2)
		ok(t, err)
		if len(cards) == 0 {
			break
		}
		for _, c := range cards {
			after = c.Destination.String()
			got = append(got, after)
		}
	}
	same(t, "order", got, []string{chat(1).String(), chat(2).String(), chat(3).String()})
}

func destinationsWhole(t *testing.T, s store.Store) {
	odd := []intel.Destination{
		{Platform: "console", Chat: "it's \"odd\" {x} \U0001f1f0", Thread: ""},
		{Platform: "discord", Chat: "1234567890123456789", Thread: "987"},
		{Platform: "telegram", Chat: "-1001234", Thread: "007"},
	}
	raised(t, s, incident("a", 1), odd...)
	cards, err := s.CardsOf(t.Context(), "a", "", 10)
	ok(t, err)
	var got []intel.Destination
	for _, c := range cards {
		got = append(got, c.Destination)
	}
	exactly(t, "destinations", got, odd)
}
