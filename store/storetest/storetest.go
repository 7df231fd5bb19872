// Package storetest is the contract of package store as tests: one small named test for each promise. Every
// store passes all of them, and no store has a promise tested only in its own folder that the contract makes.
//
// A store calls Run with a function that opens an empty store and registers its own clean-up; one that keeps
// what it has over Close calls RunDurable too. Leases are tested with short times and by asking again, so the
// store may take its time from wherever it likes; nothing sleeps.
//
// To add a promise: write it in package store, then add a test to the file of its role.
package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// Run checks everything that a store promises while it is open.
func Run(t *testing.T, open func(*testing.T) store.Store) {
	for _, role := range []struct {
		name  string
		tests []test
	}{
		{"Intake", intakeTests()},
		{"Incidents", incidentTests()},
		{"FanOut", fanOutTests()},
		{"Claims", claimTests()},
		{"Outcomes", outcomeTests()},
		{"Announcements", announcementTests()},
		{"Fencing", fencingTests()},
		{"DeadLetters", deadLetterTests()},
		{"Subscriptions", subscriptionTests()},
		{"Chats", chatTests()},
		{"Documents", documentTests()},
		{"Feeds", feedTests()},
		{"Cursors", cursorTests()},
		{"History", historyTests()},
		{"Forget", forgetTests()},
		{"Leases", leaseTests()},
		{"Context", contextTests()},
	} {
		t.Run(role.name, func(t *testing.T) {
			for _, c := range role.tests {
				t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
			}
		})
	}
}

// RunDurable checks what survives closing and opening. Open returns an empty store and a function that closes
// the store opened last and opens it again.
func RunDurable(t *testing.T, open func(*testing.T) (s store.Store, reopen func() store.Store)) {
	for _, c := range durableTests() {
		t.Run(c.name, func(t *testing.T) {
			s, reopen := open(t)
			c.run(t, s, reopen)
		})
	}
}

type test struct {
	name string
	run  func(t *testing.T, s store.Store)
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// same compares two values; nothing and an empty list are the same.
func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// exactly compares two values, and tells nothing from an empty list.
func exactly[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// pending returns the pending notices as "incident/revision".
func pending(t *testing.T, s store.Store) []string {
	t.Helper()
	all, err := s.PendingNotices(t.Context(), 100)
	ok(t, err)
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = noticeName(p.Notice)
	}
	return names
}

// observations returns all that History hands out.
func observations(t *testing.T, s store.Store) []intel.Observation {
	t.Helper()
	var all []intel.Observation
	ok(t, s.Observations(t.Context(), func(o intel.Observation) error {
		all = append(all, o)
		return nil
	}))
	return all
}

// keys returns the keys of all that History hands out.
func keys(t *testing.T, s store.Store) []string {
	t.Helper()
	var all []string
	for _, o := range observations(t, s) {
		all = append(all, o.Key())
	}
	return all
}

// card returns the incident's card at the destination.
func card(t *testing.T, s store.Store, incident string, to intel.Destination) intel.Card {
	t.Helper()
	all, err := s.CardsOf(t.Context(), incident, "", 10_000)
	ok(t, err)
	for _, c := range all {
		if c.Destination == to {
			return c
		}
	}
	t.Fatalf("%s has no card at %s", incident, to)
	return intel.Card{}
}
