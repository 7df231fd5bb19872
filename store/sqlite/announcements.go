package sqlite

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
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
		return s.wrap(ctx, "announce", err)
	}
	_, err = s.exec(ctx, "announce", `INSERT INTO announcements (key, destination, due, data)
		VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		a.Key, a.Destination.String(), store.Micros(a.Due), string(data))
	return err
}

// ClaimAnnouncements implements [store.Announcements].
func (s *Store) ClaimAnnouncements(ctx context.Context, now, until time.Time, limit int) ([]intel.Announcement, error) {
	var claimed []intel.Announcement
	token := rand.Text()
	err := s.transact(ctx, "claim announcements", func(ctx context.Context, t *tx) (err error) {
		claimed, err = all(ctx, t, scanAnnouncement, claimAnnouncements,
			store.Micros(until), store.Micros(now), atLeastNone(limit), token)
		for _, a := range claimed {
			if err == nil { // a destination has one claim at most, and this is it
				_, err = t.exec(ctx, `UPDATE announcements SET claimed_until = NULL
					WHERE waiting AND destination = ? AND key <> ? AND claimed_until IS NOT NULL`, a.Destination.String(), a.Key)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range claimed {
		claimed[i].Claim = token
	}
	slices.SortFunc(claimed, func(a, b intel.Announcement) int { // RETURNING has no order
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key))
	})
	return claimed, nil
}

// An announcement waits while another one of its destination is claimed, and behind one that is due for longer.
const claimAnnouncements = `
UPDATE announcements SET claimed_until = ?1, claim = ?4 WHERE rowid IN (
	SELECT a.rowid FROM announcements a
	WHERE a.waiting AND a.due <= ?2
	AND NOT EXISTS (SELECT 1 FROM announcements b
		WHERE b.waiting AND b.destination = a.destination AND b.claimed_until > ?2)
	AND NOT EXISTS (SELECT 1 FROM announcements b
		WHERE b.waiting AND b.destination = a.destination AND (b.due, b.rowid) < (a.due, a.rowid))
	ORDER BY a.due, a.rowid LIMIT ?3)
RETURNING ` + announcementColumns

const announcementColumns = `key, due, attempts, told, abandoned, data`

func scanAnnouncement(rows *sql.Rows) (a intel.Announcement, err error) {
	var due int64
	var data []byte
	if err := rows.Scan(&a.Key, &due, &a.Attempts, &a.Told, &a.Abandoned, &data); err != nil {
		return a, err
	}
	var says announced
	err = json.Unmarshal(data, &says)
	a.Destination, a.Title, a.Lines, a.Due = says.Destination, says.Title, says.Lines, store.FromMicros(due)
	return a, err
}

// ExtendAnnouncement implements [store.Announcements].
func (s *Store) ExtendAnnouncement(ctx context.Context, a intel.Announcement, until time.Time) error {
	return s.transact(ctx, "extend announcement", func(ctx context.Context, t *tx) error {
		c, err := announcementClaim(ctx, t, a)
		if err != nil {
			return err
		}
		if a.Claim == "" || c.over(a.Claim) || c.lost(a.Claim) {
			return store.ErrClaimLost
		}
		n, err := affected(t.exec(ctx, `UPDATE announcements SET claimed_until = ?2 WHERE key = ?1 AND waiting
			AND NOT EXISTS (SELECT 1 FROM announcements b WHERE b.waiting AND b.key <> ?1
				AND b.destination = announcements.destination AND b.claimed_until IS NOT NULL)`, a.Key, store.Micros(until)))
		if err == nil && n == 0 {
			err = store.ErrClaimLost
		}
		return err
	})
}

// AnnouncementTold implements [store.Announcements].
func (s *Store) AnnouncementTold(ctx context.Context, a intel.Announcement) error {
	return s.settleAnnouncement(ctx, "announcement told", a, `UPDATE announcements
		SET claimed_until = NULL, told = 1, abandoned = '' WHERE key = ?1`)
}

// PostponeAnnouncement implements [store.Announcements].
func (s *Store) PostponeAnnouncement(ctx context.Context, a intel.Announcement, due time.Time) error {
	return s.settleAnnouncement(ctx, "postpone announcement", a, `UPDATE announcements
		SET claimed_until = NULL, attempts = attempts + ?2, due = ?3 WHERE key = ?1`, store.Micros(due))
}

// ReleaseAnnouncement implements [store.Announcements].
func (s *Store) ReleaseAnnouncement(ctx context.Context, a intel.Announcement, due time.Time) error {
	return s.settleAnnouncement(ctx, "release announcement", a, `UPDATE announcements
		SET claimed_until = NULL, due = ?3 WHERE key = ?1`, store.Micros(due))
}

// AbandonAnnouncement implements [store.Announcements]. The first reason stays.
func (s *Store) AbandonAnnouncement(ctx context.Context, a intel.Announcement, reason string) error {
	return s.settleAnnouncement(ctx, "abandon announcement", a, `UPDATE announcements SET claimed_until = NULL,
		abandoned = CASE WHEN abandoned = '' AND NOT told THEN ?3 ELSE abandoned END WHERE key = ?1`, cmp.Or(reason, noReason))
}

// settleAnnouncement is settle for announcements. The statement gets the key, how many attempts that makes (none
// or one), and the arguments; it ends the claim.
func (s *Store) settleAnnouncement(ctx context.Context, what string, a intel.Announcement, statement string,
	args ...any,
) error {
	return s.transact(ctx, what, func(ctx context.Context, t *tx) error {
		c, err := announcementClaim(ctx, t, a)
		switch {
		case err != nil:
			return err
		case c.over(a.Claim):
			return nil
		case c.lost(a.Claim):
			return store.ErrClaimLost
		}
		if a.Claim != "" {
			if _, err := t.exec(ctx, `UPDATE announcements SET settled = ?2 WHERE key = ?1`, a.Key, a.Claim); err != nil {
				return err
			}
		}
		_, err = t.exec(ctx, statement, append([]any{a.Key, c.attempt(a.Claim)}, args...)...)
		return err
	})
}

// announcementClaim returns what is known of the announcement's claims, or ErrNotFound where there is none.
func announcementClaim(ctx context.Context, t *tx, a intel.Announcement) (c claimed, err error) {
	err = t.row(ctx, `SELECT claim, settled, claimed_until IS NOT NULL FROM announcements WHERE key = ?`, a.Key).
		Scan(&c.last, &c.settled, &c.live)
	if errors.Is(err, sql.ErrNoRows) {
		err = store.ErrNotFound
	}
	return c, err
}

const releaseAnnouncements = `UPDATE announcements SET claimed_until = NULL
	WHERE waiting AND claimed_until IS NOT NULL`
