package storetest

import (
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func outcomeTests() []test {
	return []test{
		{"told and spoken never go back", toldNeverBack},
		{"an empty receipt does not wipe the last one", receiptStays},
		{"telling puts the attempts back to none", toldResetsAttempts},
		{"telling more than was wanted is fine", toldMore},
		{"postponing counts an attempt and sets the time", postpone},
		{"postponing twice counts once", postponeTwice},
		{"an abandoned card is never claimed", abandoned},
		{"raising an abandoned card does not bring it back", raiseAbandoned},
		{"the first reason for abandoning stays", firstReason},
		{"abandoning without a reason abandons all the same", noReason},
		{"requeueing brings it back without attempts", requeue},
		{"requeueing a living card changes nothing", requeueLiving},
		{"what is not there is not found", outcomesNotFound},
	}
}

func toldNeverBack(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Raise(t.Context(), page(escalate(t, s, "a"), chat(1))))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 2, 2, "new"))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "old"))
	got := card(t, s, "a", chat(1))
	same(t, "revisions", []int{got.Wanted, got.Told, got.Spoken}, []int{2, 2, 2})
	same(t, "receipt", got.Receipt, "new")
}

func receiptStays(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 0, "r1"))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, ""))
	same(t, "receipt", card(t, s, "a", chat(1)).Receipt, "r1")
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r2"))
	same(t, "successor", card(t, s, "a", chat(1)).Receipt, "r2")
}

func toldResetsAttempts(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	claim(t, s, noon, 1)
	ok(t, s.PostponeCard(t.Context(), named("a", chat(1)), noon))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	same(t, "attempts", card(t, s, "a", chat(1)).Attempts, 0)
}

func toldMore(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Commit(t.Context(), tick(change(incident("a", 2), intel.Updated))))
	ok(t, s.Told(t.Context(), named("a", chat(1)), 2, 2, "r1"))
	ok(t, s.Raise(t.Context(), page(incident("a", 2), chat(1))))
	same(t, "claimed", claim(t, s, noon, 10), nil)
	same(t, "told", card(t, s, "a", chat(1)).Told, 2)
}

func postpone(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	for n := 1; n <= 3; n++ {
		due := noon.Add(time.Duration(n) * time.Minute)
		same(t, "claimed", claim(t, s, due.Add(-time.Minute), 1), []string{at("a", chat(1))})
		ok(t, s.PostponeCard(t.Context(), named("a", chat(1)), due))
		got := card(t, s, "a", chat(1))
		same(t, "attempts", got.Attempts, n)
		same(t, "due", got.Due, due)
		same(t, "too early", claim(t, s, due.Add(-time.Millisecond), 1), nil)
	}
}

func postponeTwice(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	claim(t, s, noon, 1)
	ok(t, s.PostponeCard(t.Context(), named("a", chat(1)), noon.Add(time.Minute)))
	ok(t, s.PostponeCard(t.Context(), named("a", chat(1)), noon.Add(time.Minute)))
	same(t, "attempts", card(t, s, "a", chat(1)).Attempts, 1)
}

// abandon makes one card and abandons it.
func abandon(t *testing.T, s store.Store, reason string) {
	t.Helper()
	raised(t, s, incident("a", 1), chat(1))
	claim(t, s, noon, 1)
	ok(t, s.PostponeCard(t.Context(), named("a", chat(1)), noon))
	ok(t, s.AbandonCard(t.Context(), named("a", chat(1)), reason))
}

func abandoned(t *testing.T, s store.Store) {
	abandon(t, s, "blocked")
	same(t, "claimed", claim(t, s, noon.AddDate(1, 0, 0), 10), nil)
	same(t, "reason", card(t, s, "a", chat(1)).Abandoned, "blocked")
}

func raiseAbandoned(t *testing.T, s store.Store) {
	abandon(t, s, "blocked")
	ok(t, s.Raise(t.Context(), page(escalate(t, s, "a"), chat(1))))
	got := card(t, s, "a", chat(1))
	same(t, "wanted", got.Wanted, 2)
	same(t, "reason", got.Abandoned, "blocked")
	same(t, "claimed", claim(t, s, noon.AddDate(1, 0, 0), 10), nil)
}

func firstReason(t *testing.T, s store.Store) {
	abandon(t, s, "first")
	ok(t, s.AbandonCard(t.Context(), named("a", chat(1)), "second"))
	same(t, "reason", card(t, s, "a", chat(1)).Abandoned, "first")
}

func noReason(t *testing.T, s store.Store) {
	abandon(t, s, "")
	same(t, "claimed", claim(t, s, noon, 10), nil)
	if card(t, s, "a", chat(1)).Abandoned == "" {
		t.Fatal("the card looks alive")
	}
}

func requeue(t *testing.T, s store.Store) {
	abandon(t, s, "blocked")
	ok(t, s.RequeueCard(t.Context(), "a", chat(1), noon.Add(time.Minute)))
	same(t, "card", card(t, s, "a", chat(1)), intel.Card{
		Incident: "a", Destination: chat(1), Severity: intel.Major, Wanted: 1, Due: noon.Add(time.Minute),
	})
	same(t, "too early", claim(t, s, noon, 10), nil)
	same(t, "claimed", claim(t, s, noon.Add(time.Minute), 10), []string{at("a", chat(1))})
}

func requeueLiving(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	claim(t, s, noon, 1)
	ok(t, s.PostponeCard(t.Context(), named("a", chat(1)), noon.Add(time.Hour)))
	before := card(t, s, "a", chat(1))
	ok(t, s.RequeueCard(t.Context(), "a", chat(1), noon))
	same(t, "card", card(t, s, "a", chat(1)), before)
}

func outcomesNotFound(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ctx := t.Context()
	for _, at := range []struct {
		incident string
		to       intel.Destination
	}{{"a", chat(2)}, {"b", chat(1)}} {
		wantErr(t, s.Told(ctx, named(at.incident, at.to), 1, 1, "r"), store.ErrNotFound)
		wantErr(t, s.PostponeCard(ctx, named(at.incident, at.to), noon), store.ErrNotFound)
		wantErr(t, s.AbandonCard(ctx, named(at.incident, at.to), "gone"), store.ErrNotFound)
		wantErr(t, s.ReleaseCard(ctx, named(at.incident, at.to), noon), store.ErrNotFound)
		wantErr(t, s.ExtendCard(ctx, named(at.incident, at.to), noon), store.ErrNotFound)
		wantErr(t, s.RequeueCard(ctx, at.incident, at.to, noon), store.ErrNotFound)
	}
	same(t, "card", card(t, s, "a", chat(1)).Told, 0)
}
