package redis

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// announced is what an announcement says and to whom; its state has fields.
type announced struct {
	Destination intel.Destination `json:"destination"`
	Title       string            `json:"title"`
	Lines       []string          `json:"lines"`
}

// Announce implements [store.Announcements].
func (s *Store) Announce(ctx context.Context, a intel.Announcement) error {
	data, err := json.Marshal(announced{a.Destination, a.Title, a.Lines})
	if err != nil {
		return s.wrap(ctx, "announce", err)
	}
	_, err = s.run(ctx, "announce", "announce", a.Key, a.Destination.String(), store.Micros(a.Due), data,
		chatName(a.Destination.Platform, a.Destination.Chat))
	return err
}

// ClaimAnnouncements implements [store.Announcements].
func (s *Store) ClaimAnnouncements(ctx context.Context, now, until time.Time, limit int) ([]intel.Announcement, error) {
	const what = "claim announcements"
	token := rand.Text()
	rows, err := s.hand(ctx, what, ofAnnouncement, token, now, until, limit, announcementFields())
	if err != nil {
		return nil, err
	}
	var claimed []intel.Announcement
	for i := 0; i+1 < len(rows); i += 2 {
		a, err := decodeAnnouncement(text(rows[i]), list(rows[i+1]))
		if err != nil {
			return nil, s.wrap(ctx, what, err)
		}
		a.Claim = token
		claimed = append(claimed, a)
	}
	return claimed, nil
}

// announcementFields are the fields of the hash in the order in which decodeAnnouncement takes them.
func announcementFields() []any {
	return []any{"data", "due", "attempts", "told", "abandoned", "of", "to"}
}

func decodeAnnouncement(key string, row []any) (a intel.Announcement, err error) {
	if len(row) != len(announcementFields()) {
		return a, fmt.Errorf("announcement %s has %d fields", key, len(row))
	}
	says := announced{Destination: placeOf(text(row[5]), text(row[6]))}
	if words := text(row[0]); words != "" { // one that was told has none
		if err := json.Unmarshal([]byte(words), &says); err != nil {
			return a, fmt.Errorf("decode announcement %s: %w", key, err)
		}
	}
	var numbers [3]int64
	for i := range numbers {
		if numbers[i], err = number(row[1+i]); err != nil {
			return a, fmt.Errorf("announcement %s: %w", key, err)
		}
	}
	return intel.Announcement{
		Key: key, Destination: says.Destination, Title: says.Title, Lines: says.Lines,
		Due: store.FromMicros(numbers[0]), Attempts: int(numbers[1]), Told: numbers[2] != 0, Abandoned: text(row[4]),
	}, nil
}

// ExtendAnnouncement implements [store.Announcements].
func (s *Store) ExtendAnnouncement(ctx context.Context, a intel.Announcement, until time.Time) error {
	_, err := s.run(ctx, "extend announcement", "extend", ofAnnouncement, a.Key, a.Claim, store.Micros(until))
	return err
}

// AnnouncementTold implements [store.Announcements].
func (s *Store) AnnouncementTold(ctx context.Context, a intel.Announcement) error {
	_, err := s.run(ctx, "announcement told", "announcement_told", a.Key, a.Claim, store.SeenFor.Milliseconds())
	return err
}

// PostponeAnnouncement implements [store.Announcements].
func (s *Store) PostponeAnnouncement(ctx context.Context, a intel.Announcement, due time.Time) error {
	_, err := s.run(ctx, "postpone announcement", "postpone", ofAnnouncement, a.Key, a.Claim, store.Micros(due),
		bit(true))
	return err
}

// ReleaseAnnouncement implements [store.Announcements].
func (s *Store) ReleaseAnnouncement(ctx context.Context, a intel.Announcement, due time.Time) error {
	_, err := s.run(ctx, "release announcement", "postpone", ofAnnouncement, a.Key, a.Claim, store.Micros(due),
		bit(false))
	return err
}

// AbandonAnnouncement implements [store.Announcements]. The first reason stays.
func (s *Store) AbandonAnnouncement(ctx context.Context, a intel.Announcement, reason string) error {
	_, err := s.run(ctx, "abandon announcement", "abandon", ofAnnouncement, a.Key, a.Claim,
		cmp.Or(reason, noReason), a.Key)
	return err
}
