package sqlite_test

import (
	"errors"
	"testing"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// historyPages is more than one page of History and more than is forgotten at once.
const historyPages = 1200

// longHistory is a store with that many observations.
func longHistory(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, s) })
	if _, err := commitUntil(t, s, 0, func(n int) bool { return n == historyPages }); err != nil {
		t.Fatal(err)
	}
	return s
}

func historyOf(t *testing.T, s *sqlite.Store) (keys []string) {
	t.Helper()
	if err := s.Observations(t.Context(), func(o intel.Observation) error {
		keys = append(keys, o.Key())
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestHistoryPagesMeet(t *testing.T) {
	for n, key := range historyOf(t, longHistory(t)) {
		if want := step(n).Observation.Key(); key != want {
			t.Fatalf("observation %d is %s, want %s", n, key, want)
		}
	}
}

func TestHistoryEndsWhereItStood(t *testing.T) {
	s := longHistory(t)
	n := historyPages
	if err := s.Observations(t.Context(), func(intel.Observation) error {
		if n > 2*historyPages {
			return errors.New("it goes on with what is committed meanwhile")
		}
		n++
		return s.Commit(t.Context(), step(n))
	}); err != nil {
		t.Fatal(err)
	}
}

func TestForgettingIsBounded(t *testing.T) {
	s := longHistory(t)
	left, rounds := historyPages, 0
	for more := true; more; rounds++ {
		var err error
		if more, err = s.Forget(t.Context(), noon.AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		now := len(historyOf(t, s))
		if left-now > 500 {
			t.Errorf("%d observations were dropped at once", left-now)
		}
		left = now
	}
	if left != 0 {
		t.Errorf("%d observations are left", left)
	}
	if rounds < 2*historyPages/500 { // as many seen marks
		t.Errorf("it took %d rounds only", rounds)
	}
}
