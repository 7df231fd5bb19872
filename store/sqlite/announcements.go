package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// announced is what an announcement says and to whom; its state has columns.
type announced struct {
	Destination intel.Destination `json:"destination"`
	Title       string            `json:"title"`
	Lines       []string          `json:"lines"`
}

// Announce implements [store.Announcements].
func (s *Store) Announce(ctx context.Context, a intel.Announcement) error {
	data, err := json.Marshal(announced{a.Destination, a.Title, a.Lines})
	if err != nil {
		return wrap(ctx, "announce", err)
	}
	_, err = s.exec(ctx, "announce", `INSERT INTO announcements (key, destination, due, data)
		VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		a.Key, a.Destination.String(), store.Micros(a.Due), string(data))
	return err
}

// ClaimAnnouncements implements [store.Announcements].
func (s *Store) ClaimAnnouncements(ctx context.Context, now, until time.Time, limit int) ([]intel.Announcement, error) {
	var claimed []intel.Announcement
	err := s.transact(ctx, "claim announcements", func(ctx context.Context, t *tx) (err error) {
		claimed, err = all(ctx, t, scanAnnouncement, claimAnnouncements,
			store.Micros(until), store.Micros(now), atLeastNone(limit))
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(claimed, func(a, b intel.Announcement) int { // RETURNING has no order
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key))
	})
	return claimed, nil
}

// An announcement waits while another one of its destination is claimed, and behind one that is due for longer.
const claimAnnouncements = `
UPDATE announcements SET claimed_until = ?1 WHERE rowid IN (
	SELECT a.rowid FROM announcements a
	WHERE a.waiting AND a.due <= ?2
	AND NOT EXISTS (SELECT 1 FROM announcements b
		WHERE b.waiting AND b.destination = a.destination AND b.claimed_until > ?2)
	AND NOT EXISTS (SELECT 1 FROM announcements b
		WHERE b.waiting AND b.destination = a.destination AND (b.due, b.rowid) < (a.due, a.rowid))
	ORDER BY a.due, a.rowid LIMIT ?3)
RETURNING key, due, attempts, data`

func scanAnnouncement(rows *sql.Rows) (a intel.Announcement, err error) {
	var due int64
	var data []byte
	if err := rows.Scan(&a.Key, &due, &a.Attempts, &data); err != nil {
		return a, err
	}
	var says announced
	err = json.Unmarshal(data, &says)
	a.Destination, a.Title, a.Lines, a.Due = says.Destination, says.Title, says.Lines, store.FromMicros(due)
	return a, err
}

// AnnouncementTold implements [store.Announcements].
func (s *Store) AnnouncementTold(ctx context.Context, key string) error {
	return s.change(ctx, "announcement told", `UPDATE announcements SET claimed_until = NULL, told = 1
		WHERE key = ?`, key)
}

// PostponeAnnouncement implements [store.Announcements]. Asked again it counts nothing more.
func (s *Store) PostponeAnnouncement(ctx context.Context, key string, due time.Time) error {
	return s.change(ctx, "postpone announcement", `UPDATE announcements SET claimed_until = NULL, due = ?2,
		attempts = attempts + (claimed_until IS NOT NULL) WHERE key = ?1`, key, store.Micros(due))
}

// AbandonAnnouncement implements [store.Announcements]. The first reason stays.
func (s *Store) AbandonAnnouncement(ctx context.Context, key, reason string) error {
	return s.change(ctx, "abandon announcement", `UPDATE announcements SET claimed_until = NULL,
		abandoned = CASE WHEN abandoned = '' THEN ?2 ELSE abandoned END WHERE key = ?1`,
		key, cmp.Or(reason, noReason))
}

const releaseAnnouncements = `UPDATE announcements SET claimed_until = NULL
	WHERE waiting AND claimed_until IS NOT NULL`
