package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/store"
)

func leaseTests() []test {
	return []test{
		{"a free lease is taken, with a fence", leaseTaken},
		{"a held lease is refused to others", leaseHeld},
		{"the holder extends it with the same fence", leaseExtended},
		{"a lease that is over goes to the next with a higher fence", leaseOver},
		{"a released lease goes to the next with a higher fence", leaseReleased},
		{"only the holder releases it", leaseNotReleasedByOthers},
		{"releasing what is not held is no error", releaseNothing},
		{"leases do not know each other", leasesApart},
		{"one of many takes a free lease", oneOfManyTakesLease},
	}
}

func leaseTaken(t *testing.T, s store.Store) {
	if fence := acquired(t, s, "a"); fence < 1 {
		t.Fatalf("the fence is %d; 0 would ask Commit for no check", fence)
	}
}

func leaseHeld(t *testing.T, s store.Store) {
	acquired(t, s, "a")
	_, err := s.Acquire(t.Context(), store.WorldLease, "b", time.Hour)
	wantErr(t, err, store.ErrInUse)
}

func leaseExtended(t *testing.T, s store.Store) {
	first := acquired(t, s, "a")
	same(t, "fence", acquired(t, s, "a"), first)
	_, err := s.Acquire(t.Context(), store.WorldLease, "b", time.Hour)
	wantErr(t, err, store.ErrInUse)
}

func leaseOver(t *testing.T, s store.Store) {
	first, err := s.Acquire(t.Context(), store.WorldLease, "a", 10*time.Millisecond)
	ok(t, err)
	var second int64
	for { // until it is over; the test's own time limit ends it
		second, err = s.Acquire(t.Context(), store.WorldLease, "b", time.Hour)
		if !errors.Is(err, store.ErrInUse) {
			break
		}
		runtime.Gosched()
	}
	ok(t, err)
	if second <= first {
		t.Fatalf("the fence went from %d to %d, want higher", first, second)
	}
	_, err = s.Acquire(t.Context(), store.WorldLease, "a", time.Hour)
	wantErr(t, err, store.ErrInUse)
}

func leaseReleased(t *testing.T, s store.Store) {
	first := acquired(t, s, "a")
	ok(t, s.Release(t.Context(), store.WorldLease, "a"))
	if second := acquired(t, s, "b"); second <= first {
		t.Fatalf("the fence went from %d to %d, want higher", first, second)
	}
}

func leaseNotReleasedByOthers(t *testing.T, s store.Store) {
	acquired(t, s, "a")
	ok(t, s.Release(t.Context(), store.WorldLease, "b"))
	_, err := s.Acquire(t.Context(), store.WorldLease, "b", time.Hour)
	wantErr(t, err, store.ErrInUse)
}

func releaseNothing(t *testing.T, s store.Store) {
	ok(t, s.Release(t.Context(), store.WorldLease, "a"))
	acquired(t, s, "b")
}

func leasesApart(t *testing.T, s store.Store) {
	acquired(t, s, "a")
	_, err := s.Acquire(t.Context(), "telegram", "b", time.Hour)
	ok(t, err)
}

func oneOfManyTakesLease(t *testing.T, s store.Store) {
	race(t, 8, store.ErrInUse, func(n int) error {
		_, err := s.Acquire(t.Context(), store.WorldLease, fmt.Sprint(n), time.Hour)
		return err
	})
}
