package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func contextTests() []test {
	return []test{
		{"every method returns the error of a cancelled context", cancelledEverywhere},
		{"the store works after a cancelled call", worksAfterCancel},
	}
}

// Calls returns all methods of a store but Close by name, with arguments that are fine.
func Calls(s store.Store) map[string]func(context.Context) error {
	to := chat(1)
	return map[string]func(context.Context) error{
		"Seen":             func(ctx context.Context) error { _, err := s.Seen(ctx, "key"); return err },
		"Commit":           func(ctx context.Context) error { return s.Commit(ctx, observed(1)) },
		"Incident":         func(ctx context.Context) error { _, err := s.Incident(ctx, "a"); return err },
		"LiveIncidents":    func(ctx context.Context) error { _, err := s.LiveIncidents(ctx, noon); return err },
		"LatestIncidents":  func(ctx context.Context) error { _, err := s.LatestIncidents(ctx, 1); return err },
		"Notices":          func(ctx context.Context) error { _, err := s.Notices(ctx, "a", 0); return err },
		"PendingNotices":   func(ctx context.Context) error { _, err := s.PendingNotices(ctx, 1); return err },
		"Raise":            func(ctx context.Context) error { return s.Raise(ctx, page(incident("a", 1), to)) },
		"CardsOf":          func(ctx context.Context) error { _, err := s.CardsOf(ctx, "a", "", 1); return err },
		"ClaimCards":       func(ctx context.Context) error { _, err := s.ClaimCards(ctx, noon, noon, 1); return err },
		"Told":             func(ctx context.Context) error { return s.Told(ctx, named("a", to), 1, 1, "r") },
		"PostponeCard":     func(ctx context.Context) error { return s.PostponeCard(ctx, named("a", to), noon) },
		"AbandonCard":      func(ctx context.Context) error { return s.AbandonCard(ctx, named("a", to), "gone") },
		"ExtendCard":       func(ctx context.Context) error { return s.ExtendCard(ctx, named("a", to), noon) },
		"ReleaseCard":      func(ctx context.Context) error { return s.ReleaseCard(ctx, named("a", to), noon) },
		"RequeueCard":      func(ctx context.Context) error { return s.RequeueCard(ctx, "a", to, noon) },
		"ReleaseClaims":    func(ctx context.Context) error { return s.ReleaseClaims(ctx) },
		"Announce":         func(ctx context.Context) error { return s.Announce(ctx, announcement("k", to)) },
		"AnnouncementTold": func(ctx context.Context) error { return s.AnnouncementTold(ctx, keyed("k")) },
		"ClaimAnnouncements": func(ctx context.Context) error {
			_, err := s.ClaimAnnouncements(ctx, noon, noon, 1)
			return err
		},
		"PostponeAnnouncement": func(ctx context.Context) error { return s.PostponeAnnouncement(ctx, keyed("k"), noon) },
		"AbandonAnnouncement":  func(ctx context.Context) error { return s.AbandonAnnouncement(ctx, keyed("k"), "gone") },
		"ExtendAnnouncement":   func(ctx context.Context) error { return s.ExtendAnnouncement(ctx, keyed("k"), noon) },
		"ReleaseAnnouncement":  func(ctx context.Context) error { return s.ReleaseAnnouncement(ctx, keyed("k"), noon) },
		"RequeueAnnouncement":  func(ctx context.Context) error { return s.RequeueAnnouncement(ctx, "k", noon) },
		"AbandonedCards": func(ctx context.Context) error {
			_, err := s.AbandonedCards(ctx, intel.Card{}, 1)
			return err
		},
		"AbandonedAnnouncements": func(ctx context.Context) error {
			_, err := s.AbandonedAnnouncements(ctx, "", 1)
			return err
		},
		"Subscribe":          func(ctx context.Context) error { return s.Subscribe(ctx, subscription(1, to)) },
		"Unsubscribe":        func(ctx context.Context) error { return s.Unsubscribe(ctx, "sub") },
		"SubscriptionsAfter": func(ctx context.Context) error { _, err := s.SubscriptionsAfter(ctx, "", 1); return err },
		"SubscriptionsAt":    func(ctx context.Context) error { _, err := s.SubscriptionsAt(ctx, to); return err },
		"EraseChat":          func(ctx context.Context) error { return s.EraseChat(ctx, to.Platform, to.Chat) },
		"MoveChat":           func(ctx context.Context) error { return s.MoveChat(ctx, to.Platform, to.Chat, "new") },
		"ChatSubscriptions": func(ctx context.Context) error {
			_, err := s.ChatSubscriptions(ctx, to.Platform, to.Chat)
			return err
		},
		"Document": func(ctx context.Context) error { _, err := s.Document(ctx, "kind", "key"); return err },
		"ReplaceDocument": func(ctx context.Context) error {
			return s.ReplaceDocument(ctx, "kind", "key", nil, []byte("x"))
		},
		"DocumentsAfter": func(ctx context.Context) error { _, err := s.DocumentsAfter(ctx, "kind", "", 1); return err },
		"Cursor":         func(ctx context.Context) error { _, err := s.Cursor(ctx, "w"); return err },
		"SaveCursor":     func(ctx context.Context) error { return s.SaveCursor(ctx, "w", []byte("c")) },
		"Observations": func(ctx context.Context) error {
			return s.Observations(ctx, func(intel.Observation) error { return nil })
		},
		"Forget":  func(ctx context.Context) error { _, err := s.Forget(ctx, noon); return err },
		"Acquire": func(ctx context.Context) error { _, err := s.Acquire(ctx, "l", "a", time.Hour); return err },
		"Release": func(ctx context.Context) error { return s.Release(ctx, "l", "a") },
	}
}

func cancelledEverywhere(t *testing.T, s store.Store) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range Calls(s) {
		t.Run(name, func(t *testing.T) { wantErr(t, call(cancelled), context.Canceled) })
	}
}

func worksAfterCancel(t *testing.T, s store.Store) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	wantErr(t, s.Commit(cancelled, observed(1, opened("a"))), context.Canceled)
	ok(t, s.Commit(t.Context(), observed(1, opened("a"))))
	same(t, "pending", pending(t, s), []string{"a/1"})
}
