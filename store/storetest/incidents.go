package storetest

import (
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func incidentTests() []test {
	return []test{
		{"an unknown incident is not found", unknownIncident},
		{"live ones are the open and the lately closed, oldest first", liveIncidents},
		{"a reopened one is live again", reopenedIncident},
		{"latest ones are newest first and limited", latestIncidents},
		{"notices are those above a revision, in order", noticesAbove},
		{"an unknown incident has no notices", noNotices},
	}
}

func unknownIncident(t *testing.T, s store.Store) {
	_, err := s.Incident(t.Context(), "nothing")
	wantErr(t, err, store.ErrNotFound)
}

// opensAt is an incident opened so many minutes after noon.
func opensAt(id string, minutes int) intel.Incident {
	i := incident(id, 1)
	i.Opened = noon.Add(time.Duration(minutes) * time.Minute)
	return i
}

// closedAt is the next revision of an incident, closed so many minutes after noon.
func closedAt(i intel.Incident, minutes int) intel.Incident {
	i.Revision++
	i.Closed, i.ClosedAt = intel.ClosedEnded, noon.Add(time.Duration(minutes)*time.Minute)
	return i
}

func ids(all []intel.Incident) []string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].ID
	}
	return names
}

func liveIncidents(t *testing.T, s store.Store) {
	for _, i := range []intel.Incident{
		opensAt("second", 2), opensAt("first", 1), opensAt("old", 0), opensAt("edge", 3), opensAt("late", 4),
	} {
		ok(t, s.Commit(t.Context(), tick(change(i, intel.Opened))))
	}
	for _, i := range []intel.Incident{
		closedAt(opensAt("old", 0), 10), closedAt(opensAt("edge", 3), 20), closedAt(opensAt("late", 4), 21),
	} {
		ok(t, s.Commit(t.Context(), tick(change(i, intel.Closed))))
	}
	live, err := s.LiveIncidents(t.Context(), noon.Add(20*time.Minute))
	ok(t, err)
	same(t, "live", ids(live), []string{"first", "second", "late"})
	same(t, "closed", live[2], closedAt(opensAt("late", 4), 21))
	live, err = s.LiveIncidents(t.Context(), time.Time{})
	ok(t, err)
	same(t, "ever", ids(live), []string{"old", "first", "second", "edge", "late"})
}

func reopenedIncident(t *testing.T, s store.Store) {
	first := opensAt("a", 0)
	ok(t, s.Commit(t.Context(), tick(change(first, intel.Opened))))
	ok(t, s.Commit(t.Context(), tick(change(closedAt(first, 1), intel.Closed))))
	first.Revision = 3
	ok(t, s.Commit(t.Context(), tick(change(first, intel.Escalated))))
	live, err := s.LiveIncidents(t.Context(), noon.Add(time.Hour))
	ok(t, err)
	same(t, "live", live, []intel.Incident{first})
}

func latestIncidents(t *testing.T, s store.Store) {
	for _, i := range []intel.Incident{opensAt("b", 2), opensAt("a", 1), opensAt("c", 3)} {
		ok(t, s.Commit(t.Context(), tick(change(i, intel.Opened))))
	}
	for limit, want := range [][]string{{}, {"c"}, {"c", "b"}, {"c", "b", "a"}, {"c", "b", "a"}} {
		latest, err := s.LatestIncidents(t.Context(), limit)
		ok(t, err)
		same(t, "latest", ids(latest), want)
	}
}

func noticesAbove(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"), opened("b"))))
	ok(t, s.Commit(t.Context(), tick(intel.Change{Incident: incident("a", 2)})))
	third := change(incident("a", 3), intel.Escalated)
	ok(t, s.Commit(t.Context(), tick(third)))
	for above, want := range [][]intel.Notice{{*opened("a").Notice, *third.Notice}, {*third.Notice}, {*third.Notice}, {}} {
		got, err := s.Notices(t.Context(), "a", above)
		ok(t, err)
		same(t, "notices", got, want)
	}
}

func noNotices(t *testing.T, s store.Store) {
	got, err := s.Notices(t.Context(), "nothing", 0)
	ok(t, err)
	same(t, "notices", got, nil)
}
