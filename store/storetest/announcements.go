package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func announcementTests() []test {
	return []test{
		{"an announcement comes back whole", announcementWhole},
		{"a key is announced once", keyOnce},
		{"a key stays known when it is told or abandoned", keyStays},
		{"only what is due is claimed, longest due first", announcementOrder},
		{"a claim is exclusive and ends at its time", announcementClaim},
		{"a destination has one claimed at a time", announcementPerDestination},
		{"many claimers never get the same one", manyAnnouncementClaimers},
		{"postponing counts an attempt and sets the time", announcementPostponed},
		{"what is told or abandoned is not claimed again", announcementEnds},
		{"what was told stays told", announcementToldStays},
		{"a claim that is extended is one, whatever was said without it", announcementExtendedAfterEnd},
		{"what is not there is not found", announcementNotFound},
		{"cards and announcements do not wait for each other", announcementBesideCard},
	}
}

func announcement(key string, to intel.Destination) intel.Announcement {
	return intel.Announcement{Key: key, Destination: to, Title: "Hello", Lines: []string{"one", "two"}, Due: noon}
}

// claimAnnouncements claims announcements for an hour and returns them as they were announced, without claims.
func claimAnnouncements(t *testing.T, s store.Store, now time.Time, limit int) []intel.Announcement {
	t.Helper()
	all, err := s.ClaimAnnouncements(t.Context(), now, now.Add(time.Hour), limit)
	ok(t, err)
	for i := range all {
		if all[i].Claim == "" {
			t.Fatalf("%s was handed out without a claim", all[i].Key)
		}
		all[i].Claim = ""
	}
	return all
}

// claimKeys claims announcements for an hour and returns their keys.
func claimKeys(t *testing.T, s store.Store, now time.Time, limit int) []string {
	t.Helper()
	all := claimAnnouncements(t, s, now, limit)
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.Key
	}
	return names
}

func announcementWhole(t *testing.T, s store.Store) {
	want := announcement("it's/a \"key\"", intel.Destination{Platform: "discord", Chat: "1", Thread: "2"})
	want.Title, want.Lines = "<b> \U0001f1f0", []string{"", "a\nb"}
	bare := intel.Announcement{Key: "bare", Destination: chat(2), Due: noon.Add(-time.Minute)}
	ok(t, s.Announce(t.Context(), want))
	ok(t, s.Announce(t.Context(), bare))
	got := claimAnnouncements(t, s, noon, 10)
	same(t, "announcements", got, []intel.Announcement{bare, want})
}

func keyOnce(t *testing.T, s store.Store) {
	first, second := announcement("key", chat(1)), announcement("key", chat(2))
	ok(t, s.Announce(t.Context(), first))
	ok(t, s.Announce(t.Context(), second))
	got := claimAnnouncements(t, s, noon, 10)
	same(t, "announcements", got, []intel.Announcement{first})
}

func keyStays(t *testing.T, s store.Store) {
	told, gone := announcement("told", chat(1)), announcement("gone", chat(2))
	ok(t, s.Announce(t.Context(), told))
	ok(t, s.Announce(t.Context(), gone))
	ok(t, s.AnnouncementTold(t.Context(), keyed("told")))
	ok(t, s.AbandonAnnouncement(t.Context(), keyed("gone"), "blocked"))
	ok(t, s.Announce(t.Context(), told))
	ok(t, s.Announce(t.Context(), gone))
	same(t, "claimed", claimKeys(t, s, noon, 10), nil)
}

func announcementOrder(t *testing.T, s store.Store) {
	for n, minutes := range []int{3, 1, 2, 4} {
		a := announcement(fmt.Sprintf("due-%d", minutes), chat(n))
		a.Due = noon.Add(time.Duration(minutes) * time.Minute)
		ok(t, s.Announce(t.Context(), a))
	}
	same(t, "none", claimKeys(t, s, noon, 10), nil)
	same(t, "first", claimKeys(t, s, noon.Add(3*time.Minute), 1), []string{"due-1"})
	same(t, "rest", claimKeys(t, s, noon.Add(3*time.Minute), 10), []string{"due-2", "due-3"})
}

func announcementClaim(t *testing.T, s store.Store) {
	ok(t, s.Announce(t.Context(), announcement("key", chat(1))))
	same(t, "first", claimKeys(t, s, noon, 10), []string{"key"})
	same(t, "second", claimKeys(t, s, noon.Add(time.Hour-time.Millisecond), 10), nil)
	same(t, "later", claimKeys(t, s, noon.Add(time.Hour+time.Millisecond), 10), []string{"key"})
}

func announcementPerDestination(t *testing.T, s store.Store) {
	for n := range 3 {
		a := announcement(fmt.Sprintf("key-%d", n), chat(1))
		a.Due = noon.Add(-time.Duration(n) * time.Minute)
		ok(t, s.Announce(t.Context(), a))
	}
	same(t, "first", claimKeys(t, s, noon, 10), []string{"key-2"})
	earlier := announcement("earlier", chat(1))
	earlier.Due = noon.Add(-time.Hour)
	ok(t, s.Announce(t.Context(), earlier))
	same(t, "none", claimKeys(t, s, noon, 10), nil)
	ok(t, s.AnnouncementTold(t.Context(), keyed("key-2")))
	same(t, "second", claimKeys(t, s, noon, 10), []string{"earlier"})
	ok(t, s.AnnouncementTold(t.Context(), keyed("earlier")))
	same(t, "third", claimKeys(t, s, noon, 10), []string{"key-1"})
}

func manyAnnouncementClaimers(t *testing.T, s store.Store) {
	const announcements, claimers = 100, 4
	for n := range announcements {
		ok(t, s.Announce(t.Context(), announcement(fmt.Sprintf("key-%d", n), chat(n))))
	}
	var mu sync.Mutex
	times := map[string]int{}
	errs := make([]error, claimers)
	var wg sync.WaitGroup
	for n := range claimers {
		wg.Go(func() {
			for errs[n] == nil {
				var some []intel.Announcement
				some, errs[n] = s.ClaimAnnouncements(t.Context(), noon, noon.Add(time.Hour), 5)
				if len(some) == 0 {
					return
				}
				mu.Lock()
				for _, a := range some {
					times[a.Key]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		ok(t, err)
	}
	for n := range announcements {
		if key := fmt.Sprintf("key-%d", n); times[key] != 1 {
			t.Fatalf("%s was claimed %d times", key, times[key])
		}
	}
}

func announcementPostponed(t *testing.T, s store.Store) {
	ok(t, s.Announce(t.Context(), announcement("key", chat(1))))
	claimKeys(t, s, noon, 10)
	for range 2 { // the second time is a repeat, for the claim is over
		ok(t, s.PostponeAnnouncement(t.Context(), keyed("key"), noon.Add(time.Minute)))
	}
	same(t, "too early", claimKeys(t, s, noon, 10), nil)
	got := claimAnnouncements(t, s, noon.Add(time.Minute), 10)
	want := announcement("key", chat(1))
	want.Attempts, want.Due = 1, noon.Add(time.Minute)
	same(t, "postponed", got, []intel.Announcement{want})
}

func announcementEnds(t *testing.T, s store.Store) {
	ok(t, s.Announce(t.Context(), announcement("told", chat(1))))
	ok(t, s.Announce(t.Context(), announcement("gone", chat(2))))
	claimKeys(t, s, noon, 10)
	ok(t, s.AnnouncementTold(t.Context(), keyed("told")))
	ok(t, s.AbandonAnnouncement(t.Context(), keyed("gone"), ""))
	ok(t, s.PostponeAnnouncement(t.Context(), keyed("told"), noon))
	same(t, "claimed", claimKeys(t, s, noon.AddDate(1, 0, 0), 10), nil)
}

func announcementToldStays(t *testing.T, s store.Store) {
	for n, key := range []string{"abandoned before", "abandoned after"} {
		ok(t, s.Announce(t.Context(), announcement(key, chat(n))))
	}
	ok(t, s.AbandonAnnouncement(t.Context(), keyed("abandoned before"), "blocked"))
	ok(t, s.AnnouncementTold(t.Context(), keyed("abandoned before")))
	ok(t, s.AnnouncementTold(t.Context(), keyed("abandoned after")))
	ok(t, s.AbandonAnnouncement(t.Context(), keyed("abandoned after"), "blocked"))
	dead, err := s.AbandonedAnnouncements(t.Context(), "", 10)
	ok(t, err)
	same(t, "dead letters", dead, nil)
	for n, key := range []string{"abandoned before", "abandoned after"} {
		ok(t, s.RequeueAnnouncement(t.Context(), key, noon))
		ok(t, s.Announce(t.Context(), announcement(key, chat(n))))
	}
	same(t, "claimed", claimKeys(t, s, noon, 10), nil)
}

func announcementExtendedAfterEnd(t *testing.T, s store.Store) {
	for n, end := range []func(a intel.Announcement) error{
		func(a intel.Announcement) error { return s.AbandonAnnouncement(t.Context(), a, "gone") },
		func(a intel.Announcement) error { return s.AnnouncementTold(t.Context(), a) },
	} {
		first, second := fmt.Sprint("first-", n), fmt.Sprint("second-", n)
		ok(t, s.Announce(t.Context(), announcement(first, chat(n))))
		held, err := s.ClaimAnnouncements(t.Context(), noon, noon.Add(time.Hour), 1)
		ok(t, err)
		ok(t, end(keyed(first)))
		ok(t, s.Announce(t.Context(), announcement(second, chat(n))))
		var want []string
		if err := s.ExtendAnnouncement(t.Context(), held[0], noon.Add(time.Hour)); err != nil {
			wantErr(t, err, store.ErrClaimLost)
			want = []string{second}
		}
		same(t, "claimed", claimKeys(t, s, noon, 10), want)
	}
}

func announcementNotFound(t *testing.T, s store.Store) {
	wantErr(t, s.AnnouncementTold(t.Context(), keyed("nothing")), store.ErrNotFound)
	wantErr(t, s.PostponeAnnouncement(t.Context(), keyed("nothing"), noon), store.ErrNotFound)
	wantErr(t, s.AbandonAnnouncement(t.Context(), keyed("nothing"), "gone"), store.ErrNotFound)
	wantErr(t, s.ReleaseAnnouncement(t.Context(), keyed("nothing"), noon), store.ErrNotFound)
	wantErr(t, s.ExtendAnnouncement(t.Context(), keyed("nothing"), noon), store.ErrNotFound)
}

func announcementBesideCard(t *testing.T, s store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Announce(t.Context(), announcement("key", chat(1))))
	same(t, "card", claim(t, s, noon, 10), []string{at("a", chat(1))})
	same(t, "announcement", claimKeys(t, s, noon, 10), []string{"key"})
}
