package sqlite

import (
	"context"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// AbandonedCards implements [store.DeadLetters].
func (s *Store) AbandonedCards(ctx context.Context, after intel.Card, limit int) ([]intel.Card, error) {
	found, err := all(ctx, s.read, scanCard, `SELECT `+cardColumns+` FROM cards
		WHERE abandoned <> '' AND (incident, destination) > (?, ?) ORDER BY incident, destination LIMIT ?`,
		after.Incident, after.Destination.String(), atLeastNone(limit))
	return found, s.wrap(ctx, "abandoned cards", err)
}

// AbandonedAnnouncements implements [store.DeadLetters].
func (s *Store) AbandonedAnnouncements(ctx context.Context, after string, limit int) ([]intel.Announcement, error) {
	found, err := all(ctx, s.read, scanAnnouncement, `SELECT `+announcementColumns+` FROM announcements
		WHERE abandoned <> '' AND key > ? ORDER BY key LIMIT ?`, after, atLeastNone(limit))
	return found, s.wrap(ctx, "abandoned announcements", err)
}

// RequeueAnnouncement implements [store.DeadLetters]. One that is not abandoned stays as it is.
func (s *Store) RequeueAnnouncement(ctx context.Context, key string, due time.Time) error {
	return s.change(ctx, "requeue announcement", `UPDATE announcements SET abandoned = '',
		attempts = CASE WHEN abandoned = '' THEN attempts ELSE 0 END,
		due = CASE WHEN abandoned = '' THEN due ELSE ?2 END
		WHERE key = ?1`, key, store.Micros(due))
}
