package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func intakeTests() []test {
	return []test{
		{"a step is kept whole", stepIsKeptWhole},
		{"a tick is kept without an observation", tickIsKept},
		{"an incident comes back as it was", incidentRoundTrip},
		{"the same token again is a success", sameTokenAgain},
		{"the same token again is a success for a tick", sameTokenAgainForTick},
		{"the same token again is a success after a take-over", sameTokenAfterTakeOver},
		{"the same token is still known some steps later", sameTokenLater},
		{"a step needs a token", stepNeedsToken},
		{"another token is refused", otherTokenIsRefused},
		{"a conflict keeps nothing", conflictKeepsNothing},
		{"revisions must follow each other", revisionsMustFollow},
		{"one conflict of two keeps neither", oneConflictOfTwo},
		{"two revisions in one step", twoRevisionsInOneStep},
		{"a refused token may be used again", refusedTokenMayBeUsedAgain},
		{"an old fence is refused", oldFenceIsRefused},
		{"a fence that the lease has not reached is refused", fenceAheadIsRefused},
		{"no fence is no check", noFenceIsNoCheck},
		{"one of many commits wins the observation", oneOfManyWinsObservation},
		{"one of many commits wins the revision", oneOfManyWinsRevision},
		{"keys may hold anything", keysMayHoldAnything},
		{"a quarantined observation is seen and not handed out", quarantined},
	}
}

func stepIsKeptWhole(t *testing.T, s store.Store) {
	step := observed(1, opened("a"), opened("b"))
	ok(t, s.Commit(t.Context(), step))
	assertSeen(t, s, article(1).Key(), true)
	assertSeen(t, s, article(2).Key(), false)
	for i, id := range []string{"a", "b"} {
		got, err := s.Incident(t.Context(), id)
		ok(t, err)
		same(t, "incident", got, step.Changes[i].Incident)
		notices, err := s.Notices(t.Context(), id, 0)
		ok(t, err)
		same(t, "notices", notices, []intel.Notice{*step.Changes[i].Notice})
	}
	same(t, "pending", pending(t, s), []string{"a/1", "b/1"})
	same(t, "history", observations(t, s), []intel.Observation{article(1)})
}

func tickIsKept(t *testing.T, s store.Store) {
	silent := intel.Change{Incident: incident("b", 1)}
	ok(t, s.Commit(t.Context(), tick(opened("a"), silent)))
	_, err := s.Incident(t.Context(), "b")
	ok(t, err)
	same(t, "pending", pending(t, s), []string{"a/1"})
	same(t, "history", observations(t, s), nil)
}

func incidentRoundTrip(t *testing.T, s store.Store) {
	want := fullIncident("audience/shutdown/KZ/article/wire/https://wire.test/1", 1)
	ok(t, s.Commit(t.Context(), tick(change(want, intel.Opened))))
	got, err := s.Incident(t.Context(), want.ID)
	ok(t, err)
	exactly(t, "incident", got, want)
}

func sameTokenAgain(t *testing.T, s store.Store) {
	step := observed(1, opened("a"))
	for range 3 {
		ok(t, s.Commit(t.Context(), step))
	}
	same(t, "history", keys(t, s), []string{article(1).Key()})
	same(t, "pending", pending(t, s), []string{"a/1"})
}

func sameTokenAgainForTick(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	ok(t, s.Raise(t.Context(), page(incident("a", 1), chat(1))))
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	same(t, "pending", pending(t, s), nil)
}

func sameTokenAfterTakeOver(t *testing.T, s store.Store) {
	step := observed(1, opened("a"))
	step.Fence = acquired(t, s, "first")
	ok(t, s.Commit(t.Context(), step))
	ok(t, s.Release(t.Context(), store.WorldLease, "first"))
	acquired(t, s, "second")
	ok(t, s.Commit(t.Context(), step))
}

func sameTokenLater(t *testing.T, s store.Store) {
	first := tick(opened("a"))
	ok(t, s.Commit(t.Context(), first))
	for n := range 20 {
		ok(t, s.Commit(t.Context(), observed(n)))
	}
	ok(t, s.Commit(t.Context(), first))
}

func stepNeedsToken(t *testing.T, s store.Store) {
	step := observed(1)
	step.Token = ""
	if s.Commit(t.Context(), step) == nil {
		t.Fatal("a step without a token was taken; the next one would look like its repeat")
	}
	assertSeen(t, s, article(1).Key(), false)
}

func otherTokenIsRefused(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), observed(1)))
	step := observed(1, opened("a"))
	step.Token = "another"
	wantErr(t, s.Commit(t.Context(), step), store.ErrSeen)
	_, err := s.Incident(t.Context(), "a")
	wantErr(t, err, store.ErrNotFound)
	same(t, "pending", pending(t, s), nil)
	same(t, "history", keys(t, s), []string{article(1).Key()})
}

func conflictKeepsNothing(t *testing.T, s store.Store) {
	wantErr(t, s.Commit(t.Context(), observed(1, change(incident("a", 2), intel.Updated))), store.ErrConflict)
	assertSeen(t, s, article(1).Key(), false)
	_, err := s.Incident(t.Context(), "a")
	wantErr(t, err, store.ErrNotFound)
	same(t, "pending", pending(t, s), nil)
	same(t, "history", observations(t, s), nil)
}

func revisionsMustFollow(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	ok(t, s.Commit(t.Context(), tick(change(incident("a", 2), intel.Updated))))
	for _, revision := range []int{-1, 0, 1, 2, 4} {
		step := tick(change(incident("a", revision), intel.Updated))
		step.Token = fmt.Sprintf("another-%d", revision)
		wantErr(t, s.Commit(t.Context(), step), store.ErrConflict)
	}
	got, err := s.Incident(t.Context(), "a")
	ok(t, err)
	same(t, "incident", got, incident("a", 2))
	ok(t, s.Commit(t.Context(), tick(change(incident("a", 3), intel.Updated))))
}

func oneConflictOfTwo(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	step := observed(1, change(incident("a", 2), intel.Updated), change(incident("b", 7), intel.Updated))
	wantErr(t, s.Commit(t.Context(), step), store.ErrConflict)
	got, err := s.Incident(t.Context(), "a")
	ok(t, err)
	same(t, "incident", got, incident("a", 1))
	same(t, "pending", pending(t, s), []string{"a/1"})
	assertSeen(t, s, article(1).Key(), false)
}

func twoRevisionsInOneStep(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"), change(incident("a", 2), intel.Updated))))
	same(t, "pending", pending(t, s), []string{"a/1", "a/2"})
}

func refusedTokenMayBeUsedAgain(t *testing.T, s store.Store) {
	step := observed(1, change(incident("a", 2), intel.Updated))
	wantErr(t, s.Commit(t.Context(), step), store.ErrConflict)
	step.Changes = []intel.Change{opened("a")}
	ok(t, s.Commit(t.Context(), step))
	same(t, "pending", pending(t, s), []string{"a/1"})
}

func oldFenceIsRefused(t *testing.T, s store.Store) {
	first := acquired(t, s, "first")
	ok(t, s.Release(t.Context(), store.WorldLease, "first"))
	second := acquired(t, s, "second")
	step := observed(1, opened("a"))
	step.Fence = first
	wantErr(t, s.Commit(t.Context(), step), store.ErrFenced)
	assertSeen(t, s, article(1).Key(), false)
	same(t, "pending", pending(t, s), nil)
	step.Fence = second
	ok(t, s.Commit(t.Context(), step))
}

// A store that was put back to an earlier state may have given out higher fences than it knows.
func fenceAheadIsRefused(t *testing.T, s store.Store) {
	step := observed(1, opened("a"))
	step.Fence = 1 << 60
	wantErr(t, s.Commit(t.Context(), step), store.ErrFenced)
	step.Fence = acquired(t, s, "holder") + 1
	wantErr(t, s.Commit(t.Context(), step), store.ErrFenced)
	assertSeen(t, s, article(1).Key(), false)
	same(t, "pending", pending(t, s), nil)
}

func noFenceIsNoCheck(t *testing.T, s store.Store) {
	acquired(t, s, "somebody")
	ok(t, s.Commit(t.Context(), observed(1)))
}

func oneOfManyWinsObservation(t *testing.T, s store.Store) {
	won := race(t, 8, store.ErrSeen, func(n int) error {
		step := observed(1, opened(fmt.Sprintf("incident-%d", n)))
		step.Token = fmt.Sprintf("attempt-%d", n)
		return s.Commit(t.Context(), step)
	})
	same(t, "pending", pending(t, s), []string{fmt.Sprintf("incident-%d/1", won)})
}

func oneOfManyWinsRevision(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	won := race(t, 8, store.ErrConflict, func(n int) error {
		i := incident("a", 2)
		i.Asked = n + 1
		return s.Commit(t.Context(), observed(n, change(i, intel.Updated)))
	})
	got, err := s.Incident(t.Context(), "a")
	ok(t, err)
	same(t, "winner", got.Asked, won+1)
	same(t, "history", keys(t, s), []string{article(won).Key()})
}

// race runs do n times at once. One must succeed, all others must fail with lost; it returns which one won.
func race(t *testing.T, n int, lost error, do func(n int) error) int {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won < 0:
			won = i
		case err == nil:
			t.Fatalf("both %d and %d succeeded", won, i)
		case !errors.Is(err, lost):
			t.Fatalf("%d: got error %v, want %v", i, err, lost)
		}
	}
	if won < 0 {
		t.Fatal("nobody succeeded")
	}
	return won
}

func keysMayHoldAnything(t *testing.T, s store.Store) {
	for n, guid := range []string{
		"", " ", "a'b\"c", "nul\x00nul", "nul\x00", "\U0001f1f0\U0001f1ff", "%_*?[", "a/b//c", "x{y}z",
	} {
		o := article(n)
		o.Body = intel.Article{GUID: guid, URL: "u"}
		assertSeen(t, s, o.Key(), false)
		ok(t, s.Commit(t.Context(), seen(o)))
		assertSeen(t, s, o.Key(), true)
	}
}

func quarantined(t *testing.T, s store.Store) {
	step := observed(1)
	step.Quarantined = "detector panicked"
	ok(t, s.Commit(t.Context(), step))
	ok(t, s.Commit(t.Context(), observed(2)))
	assertSeen(t, s, article(1).Key(), true)
	same(t, "history", keys(t, s), []string{article(2).Key()})
}

func assertSeen(t *testing.T, s store.Store, key string, want bool) {
	t.Helper()
	got, err := s.Seen(t.Context(), key)
	ok(t, err)
	if got != want {
		t.Fatalf("seen %q: got %v, want %v", key, got, want)
	}
}

// acquired takes the world lease for long.
func acquired(t *testing.T, s store.Store, owner string) (fence int64) {
	t.Helper()
	fence, err := s.Acquire(t.Context(), store.WorldLease, owner, time.Hour)
	ok(t, err)
	return fence
}
