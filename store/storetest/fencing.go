package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// fencingTests are promises that cards and announcements share.
func fencingTests() []test {
	var all []test
	for _, kind := range []struct {
		name string
		open func(*testing.T, store.Store) row
	}{{"card", cardRow}, {"announcement", announcementRow}} {
		for _, c := range []struct {
			name string
			run  func(*testing.T, row)
		}{
			{"each claim has a token of its own", claimsDiffer},
			{"a claim that ran out still counts", ranOutCounts},
			{"a claim lost to another changes nothing", lostChangesNothing},
			{"ending a claim again is a success and changes nothing", endAgain},
			{"ending a claim again is a success when another has claimed", endAgainAfterOther},
			{"no claim asks for no check", noClaimNoCheck},
			{"an extended claim lasts", extended},
			{"a claim that ran out is extended unless another has it", extendedLate},
			{"an ended claim is not extended", endedNotExtended},
			{"a claim is not extended over another of its destination", notExtendedOverAnother},
			{"releasing counts no attempt and sets the time", released},
			{"who held a released claim may still say what came of it", freedCounts},
		} {
			all = append(all, test{kind.name + ": " + c.name, func(t *testing.T, s store.Store) { c.run(t, kind.open(t, s)) }})
		}
	}
	return all
}

// row is a card or an announcement that is due at noon and, as all of its kind, at chat 1.
type row struct {
	store.Store
	claim    func(now, until time.Time) (token string) // empty for none
	extend   func(token string, until time.Time) error
	told     func(token string) error
	postpone func(token string, due time.Time) error
	release  func(token string, due time.Time) error
	abandon  func(token string) error
	attempts func(now time.Time) int // of a row that is not claimed and due then; it claims it
	another  func()                  // adds one more that is due before it
}

func cardRow(t *testing.T, s store.Store) row {
	raised(t, s, incident("a", 1), chat(1))
	claim := func(now, until time.Time) intel.Card {
		cards, err := s.ClaimCards(t.Context(), now, until, 1)
		ok(t, err)
		return append(cards, intel.Card{})[0]
	}
	under := func(token string) intel.Card {
		return intel.Card{Incident: "a", Destination: chat(1), Claim: token}
	}
	return row{
		Store:    s,
		claim:    func(now, until time.Time) string { return claim(now, until).Claim },
		extend:   func(token string, until time.Time) error { return s.ExtendCard(t.Context(), under(token), until) },
		told:     func(token string) error { return s.Told(t.Context(), under(token), 1, 1, "r") },
		postpone: func(token string, due time.Time) error { return s.PostponeCard(t.Context(), under(token), due) },
		release:  func(token string, due time.Time) error { return s.ReleaseCard(t.Context(), under(token), due) },
		abandon:  func(token string) error { return s.AbandonCard(t.Context(), under(token), "gone") },
		attempts: func(now time.Time) int { return claim(now, now.Add(time.Hour)).Attempts },
		another: func() {
			critical := incident("b", 1)
			critical.Severity = intel.Critical
			raised(t, s, critical, chat(1))
		},
	}
}

func announcementRow(t *testing.T, s store.Store) row {
	ok(t, s.Announce(t.Context(), announcement("a", chat(1))))
	claim := func(now, until time.Time) intel.Announcement {
		all, err := s.ClaimAnnouncements(t.Context(), now, until, 1)
		ok(t, err)
		return append(all, intel.Announcement{})[0]
	}
	under := func(token string) intel.Announcement {
		a := announcement("a", chat(1))
		a.Claim = token
		return a
	}
	return row{
		Store: s,
		claim: func(now, until time.Time) string { return claim(now, until).Claim },
		extend: func(token string, until time.Time) error {
			return s.ExtendAnnouncement(t.Context(), under(token), until)
		},
		told: func(token string) error { return s.AnnouncementTold(t.Context(), under(token)) },
		postpone: func(token string, due time.Time) error {
			return s.PostponeAnnouncement(t.Context(), under(token), due)
		},
		release: func(token string, due time.Time) error {
			return s.ReleaseAnnouncement(t.Context(), under(token), due)
		},
		abandon:  func(token string) error { return s.AbandonAnnouncement(t.Context(), under(token), "gone") },
		attempts: func(now time.Time) int { return claim(now, now.Add(time.Hour)).Attempts },
		another: func() {
			a := announcement("b", chat(1))
			a.Due = noon.Add(-time.Hour)
			ok(t, s.Announce(t.Context(), a))
		},
	}
}

// ends are all ways to end a claim.
func (r row) ends() map[string]func(token string) error {
	return map[string]func(string) error{
		"told":     r.told,
		"postpone": func(token string) error { return r.postpone(token, noon.AddDate(1, 0, 0)) },
		"release":  func(token string) error { return r.release(token, noon.AddDate(1, 0, 0)) },
		"abandon":  r.abandon,
	}
}

// assertFree claims the row, which must be free at the time.
func assertFree(t *testing.T, r row, now time.Time) (token string) {
	t.Helper()
	token = r.claim(now, now.Add(time.Hour))
	if token == "" {
		t.Fatal("it is not free")
	}
	return token
}

func assertTaken(t *testing.T, r row, now time.Time) {
	t.Helper()
	if r.claim(now, now.Add(time.Hour)) != "" {
		t.Fatal("it was handed out")
	}
}

func claimsDiffer(t *testing.T, r row) {
	tokens := map[string]bool{}
	for n := range 20 {
		tokens[assertFree(t, r, noon.Add(time.Duration(n)*2*time.Hour))] = true
	}
	same(t, "tokens", len(tokens), 20)
}

func ranOutCounts(t *testing.T, r row) {
	token := assertFree(t, r, noon)
	ok(t, r.postpone(token, noon.AddDate(0, 0, 1)))
	same(t, "attempts", r.attempts(noon.AddDate(0, 0, 1)), 1)
}

func lostChangesNothing(t *testing.T, r row) {
	first := assertFree(t, r, noon)
	second := assertFree(t, r, noon.Add(2*time.Hour))
	for name, end := range r.ends() {
		t.Run(name, func(t *testing.T) { wantErr(t, end(first), store.ErrClaimLost) })
	}
	wantErr(t, r.extend(first, noon.AddDate(1, 0, 0)), store.ErrClaimLost)
	assertTaken(t, r, noon.Add(2*time.Hour))
	ok(t, r.release(second, noon))
	same(t, "attempts", r.attempts(noon), 0)
}

func endAgain(t *testing.T, r row) {
	token := assertFree(t, r, noon)
	for n := range 3 {
		ok(t, r.postpone(token, noon.Add(time.Duration(n)*time.Minute)))
	}
	same(t, "attempts", r.attempts(noon), 1)
}

func endAgainAfterOther(t *testing.T, r row) {
	first := assertFree(t, r, noon)
	ok(t, r.postpone(first, noon))
	second := assertFree(t, r, noon)
	for name, end := range r.ends() {
		t.Run(name, func(t *testing.T) { ok(t, end(first)) })
	}
	assertTaken(t, r, noon)
	ok(t, r.postpone(second, noon))
	same(t, "attempts", r.attempts(noon), 2)
}

func noClaimNoCheck(t *testing.T, r row) {
	assertFree(t, r, noon)
	ok(t, r.postpone("", noon))
	same(t, "attempts", r.attempts(noon), 1)
	ok(t, r.told(""))
	assertTaken(t, r, noon.AddDate(1, 0, 0))
}

func extended(t *testing.T, r row) {
	token := assertFree(t, r, noon)
	for range 2 {
		ok(t, r.extend(token, noon.Add(2*time.Hour)))
	}
	assertTaken(t, r, noon.Add(2*time.Hour-time.Millisecond))
	assertFree(t, r, noon.Add(2*time.Hour+time.Millisecond))
}

func extendedLate(t *testing.T, r row) {
	token := r.claim(noon, noon.Add(time.Minute))
	ok(t, r.extend(token, noon.Add(2*time.Hour)))
	assertTaken(t, r, noon.Add(time.Hour))
	assertFree(t, r, noon.Add(3*time.Hour))
	wantErr(t, r.extend(token, noon.AddDate(1, 0, 0)), store.ErrClaimLost)
}

func endedNotExtended(t *testing.T, r row) {
	token := assertFree(t, r, noon)
	ok(t, r.release(token, noon))
	wantErr(t, r.extend(token, noon.Add(time.Hour)), store.ErrClaimLost)
	wantErr(t, r.extend("", noon.Add(time.Hour)), store.ErrClaimLost)
	assertFree(t, r, noon)
}

func notExtendedOverAnother(t *testing.T, r row) {
	token := r.claim(noon, noon.Add(time.Minute))
	r.another()
	assertFree(t, r, noon.Add(time.Hour)) // it is the other one, which comes first
	wantErr(t, r.extend(token, noon.AddDate(1, 0, 0)), store.ErrClaimLost)
	ok(t, r.told(token)) // the row itself is still its own
	assertTaken(t, r, noon.Add(time.Hour))
}

func released(t *testing.T, r row) {
	token := assertFree(t, r, noon)
	ok(t, r.postpone(token, noon))
	for range 3 {
		token = assertFree(t, r, noon)
		for range 2 {
			ok(t, r.release(token, noon))
		}
	}
	token = assertFree(t, r, noon)
	ok(t, r.release(token, noon.Add(time.Minute)))
	assertTaken(t, r, noon.Add(time.Minute-time.Millisecond))
	same(t, "attempts", r.attempts(noon.Add(time.Minute)), 1)
}

func freedCounts(t *testing.T, r row) {
	token := assertFree(t, r, noon)
	ok(t, r.ReleaseClaims(t.Context()))
	ok(t, r.postpone(token, noon))
	same(t, "attempts", r.attempts(noon), 1)
}

func deadLetterTests() []test {
	return []test{
		{"abandoned cards come in pages, in order, whole", abandonedCards},
		{"abandoned announcements come in pages, in order, whole", abandonedAnnouncements},
		{"what lives is no dead letter", livingIsNoDeadLetter},
		{"a requeued announcement lives without attempts", requeueAnnouncement},
		{"requeueing a living announcement changes nothing", requeueLivingAnnouncement},
		{"requeueing what is not there is not found", requeueNothing},
	}
}

func abandonedCards(t *testing.T, s store.Store) {
	var want []intel.Card
	for _, id := range []string{"a", "a\x00", "a\x00b", "a/b", "b", "\U0001f1f0"} {
		raised(t, s, incident(id, 1), chat(2), chat(1), chat(3))
		for n, to := range chats(1, 4) {
			if n == 1 && id == "a" {
				continue
			}
			ok(t, s.AbandonCard(t.Context(), named(id, to), "reason "+id))
			want = append(want, card(t, s, id, to))
		}
	}
	var got []intel.Card
	for last := (intel.Card{}); ; last = got[len(got)-1] {
		page, err := s.AbandonedCards(t.Context(), last, 4)
		ok(t, err)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
	}
	exactly(t, "abandoned", got, want)
	none, err := s.AbandonedCards(t.Context(), intel.Card{}, 0)
	ok(t, err)
	same(t, "limit 0", none, nil)
}

func abandonedAnnouncements(t *testing.T, s store.Store) {
	var want []intel.Announcement
	for n := range 5 {
		a := announcement(fmt.Sprintf("key-%d", n), chat(n))
		ok(t, s.Announce(t.Context(), a))
		ok(t, s.AbandonAnnouncement(t.Context(), a, "blocked"))
		a.Abandoned = "blocked"
		want = append(want, a)
	}
	var got []intel.Announcement
	for last := ""; ; last = got[len(got)-1].Key {
		page, err := s.AbandonedAnnouncements(t.Context(), last, 2)
		ok(t, err)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
	}
	exactly(t, "abandoned", got, want)
}

func livingIsNoDeadLetter(t *testing.T, s store.Store) {
	abandon(t, s, "blocked")
	ok(t, s.RequeueCard(t.Context(), "a", chat(1), noon))
	ok(t, s.Announce(t.Context(), announcement("key", chat(1))))
	ok(t, s.AbandonAnnouncement(t.Context(), keyed("key"), "blocked"))
	ok(t, s.RequeueAnnouncement(t.Context(), "key", noon))
	cards, err := s.AbandonedCards(t.Context(), intel.Card{}, 10)
	ok(t, err)
	same(t, "cards", cards, nil)
	announcements, err := s.AbandonedAnnouncements(t.Context(), "", 10)
	ok(t, err)
	same(t, "announcements", announcements, nil)
}

func requeueAnnouncement(t *testing.T, s store.Store) {
	ok(t, s.Announce(t.Context(), announcement("key", chat(1))))
	claimKeys(t, s, noon, 10)
	ok(t, s.PostponeAnnouncement(t.Context(), keyed("key"), noon))
	ok(t, s.AbandonAnnouncement(t.Context(), keyed("key"), "blocked"))
	ok(t, s.RequeueAnnouncement(t.Context(), "key", noon.Add(time.Minute)))
	same(t, "too early", claimKeys(t, s, noon, 10), nil)
	want := announcement("key", chat(1))
	want.Due = noon.Add(time.Minute)
	same(t, "requeued", claimAnnouncements(t, s, noon.Add(time.Minute), 10), []intel.Announcement{want})
}

func requeueLivingAnnouncement(t *testing.T, s store.Store) {
	ok(t, s.Announce(t.Context(), announcement("key", chat(1))))
	ok(t, s.Announce(t.Context(), announcement("told", chat(2))))
	ok(t, s.AnnouncementTold(t.Context(), keyed("told")))
	ok(t, s.RequeueAnnouncement(t.Context(), "key", noon.Add(-time.Hour)))
	ok(t, s.RequeueAnnouncement(t.Context(), "told", noon))
	same(t, "too early", claimKeys(t, s, noon.Add(-time.Millisecond), 10), nil)
	same(t, "claimed", claimKeys(t, s, noon, 10), []string{"key"})
}

func requeueNothing(t *testing.T, s store.Store) {
	wantErr(t, s.RequeueAnnouncement(t.Context(), "nothing", noon), store.ErrNotFound)
	wantErr(t, s.RequeueCard(t.Context(), "nothing", chat(1), noon), store.ErrNotFound)
}
