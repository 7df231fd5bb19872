package storetest

import (
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

type durableTest struct {
	name string
	run  func(t *testing.T, s store.Store, reopen func() store.Store)
}

func durableTests() []durableTest {
	return []durableTest{
		{"a step survives", stepSurvives},
		{"a token survives", tokenSurvives},
		{"a fan-out survives", fanOutSurvives},
		{"cards survive", cardsSurvive},
		{"claims survive", claimsSurvive},
		{"announcements survive", announcementsSurvive},
		{"subscriptions and cursors survive", subscriptionsSurvive},
		{"documents survive", documentsSurvive},
		{"an erased chat stays erased, a moved one moved", chatsSurvive},
		{"fences go on rising", fencesSurvive},
	}
}

func stepSurvives(t *testing.T, s store.Store, reopen func() store.Store) {
	step := observed(1, change(fullIncident("a", 1), intel.Opened))
	ok(t, s.Commit(t.Context(), step))
	s = reopen()
	assertSeen(t, s, article(1).Key(), true)
	got, err := s.Incident(t.Context(), "a")
	ok(t, err)
	exactly(t, "incident", got, step.Changes[0].Incident)
	same(t, "pending", pending(t, s), []string{"a/1"})
	same(t, "history", observations(t, s), []intel.Observation{article(1)})
}

func tokenSurvives(t *testing.T, s store.Store, reopen func() store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	ok(t, s.Commit(t.Context(), observed(1)))
	s = reopen()
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	ok(t, s.Commit(t.Context(), observed(1)))
	other := observed(1)
	other.Token = "another"
	wantErr(t, s.Commit(t.Context(), other), store.ErrSeen)
}

func fanOutSurvives(t *testing.T, s store.Store, reopen func() store.Store) {
	ok(t, s.Commit(t.Context(), tick(opened("a"))))
	p := page(incident("a", 1), chat(1))
	p.After, p.Done = "sub-1", false
	ok(t, s.Raise(t.Context(), p))
	s = reopen()
	got, err := s.PendingNotices(t.Context(), 10)
	ok(t, err)
	same(t, "pending", got, []store.Pending{{Notice: *opened("a").Notice, After: "sub-1"}})
	ok(t, s.Raise(t.Context(), page(incident("a", 1), chat(2))))
	s = reopen()
	same(t, "pending", pending(t, s), nil)
	same(t, "cards", claim(t, s, noon, 10), []string{at("a", chat(1)), at("a", chat(2))})
}

func cardsSurvive(t *testing.T, s store.Store, reopen func() store.Store) {
	raised(t, s, incident("a", 1), chats(1, 5)...)
	claim(t, s, noon, 10)
	ok(t, s.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	ok(t, s.PostponeCard(t.Context(), named("a", chat(2)), noon.Add(time.Minute)))
	ok(t, s.AbandonCard(t.Context(), named("a", chat(3)), "blocked"))
	before, err := s.CardsOf(t.Context(), "a", "", 10)
	ok(t, err)
	s = reopen()
	after, err := s.CardsOf(t.Context(), "a", "", 10)
	ok(t, err)
	exactly(t, "cards", after, before)
	ok(t, s.ReleaseClaims(t.Context()))
	same(t, "claimed", claim(t, s, noon, 10), []string{at("a", chat(4))})
}

func claimsSurvive(t *testing.T, s store.Store, reopen func() store.Store) {
	raised(t, s, incident("a", 1), chat(1))
	ok(t, s.Announce(t.Context(), announcement("key", chat(1))))
	var cards []intel.Card
	var announcements []intel.Announcement
	for _, now := range []time.Time{noon, noon.Add(2 * time.Hour)} {
		some, err := s.ClaimCards(t.Context(), now, now.Add(time.Hour), 1)
		ok(t, err)
		more, err := s.ClaimAnnouncements(t.Context(), now, now.Add(time.Hour), 1)
		ok(t, err)
		cards, announcements = append(cards, some...), append(announcements, more...)
	}
	s = reopen()
	wantErr(t, s.Told(t.Context(), cards[0], 1, 1, "r"), store.ErrClaimLost)
	wantErr(t, s.AnnouncementTold(t.Context(), announcements[0]), store.ErrClaimLost)
	ok(t, s.Told(t.Context(), cards[1], 1, 1, "r"))
	ok(t, s.AnnouncementTold(t.Context(), announcements[1]))
}

func announcementsSurvive(t *testing.T, s store.Store, reopen func() store.Store) {
	for n, key := range []string{"waiting", "told", "gone"} {
		ok(t, s.Announce(t.Context(), announcement(key, chat(n))))
	}
	ok(t, s.AnnouncementTold(t.Context(), keyed("told")))
	ok(t, s.AbandonAnnouncement(t.Context(), keyed("gone"), "blocked"))
	s = reopen()
	ok(t, s.Announce(t.Context(), announcement("told", chat(1))))
	same(t, "claimed", claimKeys(t, s, noon, 10), []string{"waiting"})
}

func subscriptionsSurvive(t *testing.T, s store.Store, reopen func() store.Store) {
	ok(t, s.Subscribe(t.Context(), subscription(1, chat(1))))
	ok(t, s.Subscribe(t.Context(), subscription(2, chat(1))))
	ok(t, s.Unsubscribe(t.Context(), subscription(2, chat(1)).ID))
	ok(t, s.SaveCursor(t.Context(), "watcher", []byte("cursor")))
	s = reopen()
	got, err := s.SubscriptionsAt(t.Context(), chat(1))
	ok(t, err)
	same(t, "subscriptions", got, []intel.Subscription{subscription(1, chat(1))})
	cursor, err := s.Cursor(t.Context(), "watcher")
	ok(t, err)
	same(t, "cursor", string(cursor), "cursor")
}

func documentsSurvive(t *testing.T, s store.Store, reopen func() store.Store) {
	ok(t, replaced(t, s, "kind", "one", "", "x"))
	ok(t, replaced(t, s, "kind", "one", "x", "y"))
	ok(t, replaced(t, s, "kind", "two", "", "x"))
	ok(t, replaced(t, s, "kind", "two", "x", ""))
	s = reopen()
	assertDocument(t, s, "kind", "one", "y")
	same(t, "keys", documentKeys(t, s, "kind", 10), []string{"one"})
}

func chatsSurvive(t *testing.T, s store.Store, reopen func() store.Store) {
	settled(t, s)
	ok(t, s.EraseChat(t.Context(), tg, group))
	ok(t, s.MoveChat(t.Context(), tg, "-10011", newGroup))
	before := everythingKept(t, s)
	s = reopen()
	exactly(t, "what is kept", everythingKept(t, s), before)
}

func fencesSurvive(t *testing.T, s store.Store, reopen func() store.Store) {
	first := acquired(t, s, "first")
	ok(t, s.Release(t.Context(), store.WorldLease, "first"))
	s = reopen()
	second := acquired(t, s, "second")
	if second <= first {
		t.Fatalf("the fence went from %d to %d, want higher", first, second)
	}
	step := observed(1)
	step.Fence = first
	wantErr(t, s.Commit(t.Context(), step), store.ErrFenced)
}
