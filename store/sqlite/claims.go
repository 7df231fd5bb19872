package sqlite

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// ClaimCards implements [store.Cards].
func (s *Store) ClaimCards(ctx context.Context, now, until time.Time, limit int) ([]intel.Card, error) {
	var claimed []intel.Card
	token := rand.Text()
	err := s.transact(ctx, "claim cards", func(ctx context.Context, t *tx) error {
		claimed = nil
		taken := map[string]bool{}
		// One severity at a time: the index then leads straight to what is due, however much is not.
		for severity := intel.Critical; severity >= intel.Info && len(claimed) < limit; severity-- {
			cards, err := dueCards(ctx, t, severity, now, taken, limit-len(claimed))
			if err != nil {
				return err
			}
			claimed = append(claimed, cards...)
		}
		for i := range claimed {
			claimed[i].Claim = token
			if err := claimCard(ctx, t, claimed[i], until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// dueCards returns cards of the severity that are due, longest first, at destinations that are neither busy nor
// taken, and takes those.
func dueCards(ctx context.Context, t *tx, severity intel.Severity, now time.Time,
	taken map[string]bool, limit int,
) ([]intel.Card, error) {
	rows, err := t.query(ctx, `SELECT `+cardColumns+` FROM cards c
		WHERE behind AND severity = ?1 AND due <= ?2 AND NOT EXISTS (
			SELECT 1 FROM claims WHERE destination = c.destination AND until > ?2)
		ORDER BY due, rowid`, severity, store.Micros(now))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var due []intel.Card
	for len(due) < limit && rows.Next() {
		c, err := scanCard(rows)
		if err != nil {
			return nil, err
		}
		if name := c.Destination.String(); !taken[name] {
			taken[name] = true
			due = append(due, c)
		}
	}
	return due, errors.Join(rows.Err(), rows.Close())
}

func claimCard(ctx context.Context, t *tx, c intel.Card, until time.Time) error {
	if _, err := t.exec(ctx, `UPDATE cards SET claim = ? WHERE incident = ? AND destination = ?`,
		c.Claim, c.Incident, c.Destination.String()); err != nil {
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO claims (destination, incident, until) VALUES (?, ?, ?)
		ON CONFLICT (destination) DO UPDATE SET incident = excluded.incident, until = excluded.until`,
		c.Destination.String(), c.Incident, store.Micros(until))
	return err
}

// ExtendCard implements [store.Cards].
func (s *Store) ExtendCard(ctx context.Context, card intel.Card, until time.Time) error {
	return s.transact(ctx, "extend card", func(ctx context.Context, t *tx) error {
		c, err := cardClaim(ctx, t, card)
		if err != nil {
			return err
		}
		if card.Claim == "" || c.over(card.Claim) || c.lost(card.Claim) {
			return store.ErrClaimLost
		}
		n, err := affected(t.exec(ctx, `INSERT INTO claims (destination, incident, until) VALUES (?, ?, ?)
			ON CONFLICT (destination) DO UPDATE SET until = excluded.until WHERE incident = excluded.incident`,
			card.Destination.String(), card.Incident, store.Micros(until)))
		if err == nil && n == 0 {
			err = store.ErrClaimLost
		}
		return err
	})
}

// Told implements [store.Cards]. Its receipt counts unless a later revision has been told.
func (s *Store) Told(ctx context.Context, card intel.Card, told, spoken int, receipt string) error {
	return s.settle(ctx, "told", card, `UPDATE cards SET attempts = 0,
		receipt = CASE WHEN ?4 >= told AND ?6 <> '' THEN ?6 ELSE receipt END,
		told = max(told, ?4), spoken = max(spoken, ?5)
		WHERE incident = ?1 AND destination = ?2`, told, spoken, receipt)
}

// PostponeCard implements [store.Cards].
func (s *Store) PostponeCard(ctx context.Context, card intel.Card, due time.Time) error {
	return s.settle(ctx, "postpone card", card, `UPDATE cards SET attempts = attempts + ?3, due = ?4
		WHERE incident = ?1 AND destination = ?2`, store.Micros(due))
}

// ReleaseCard implements [store.Cards].
func (s *Store) ReleaseCard(ctx context.Context, card intel.Card, due time.Time) error {
	return s.settle(ctx, "release card", card, `UPDATE cards SET due = ?4
		WHERE incident = ?1 AND destination = ?2`, store.Micros(due))
}

// AbandonCard implements [store.Cards]. The first reason stays.
func (s *Store) AbandonCard(ctx context.Context, card intel.Card, reason string) error {
	return s.settle(ctx, "abandon card", card, `UPDATE cards
		SET abandoned = CASE WHEN abandoned = '' THEN ?4 ELSE abandoned END
		WHERE incident = ?1 AND destination = ?2`, cmp.Or(reason, noReason))
}

// noReason stands where none is given: an empty one would mean that it lives.
const noReason = "no reason given"

// settle ends a card's claim, if it has one, and writes what came of it, unless that has been done. The
// statement gets the incident, the destination, how many attempts that makes (none or one), and the arguments.
func (s *Store) settle(ctx context.Context, what string, card intel.Card, statement string, args ...any) error {
	return s.transact(ctx, what, func(ctx context.Context, t *tx) error {
		c, err := cardClaim(ctx, t, card)
		switch {
		case err != nil:
			return err
		case c.over(card.Claim):
			return nil
		case c.lost(card.Claim):
			return store.ErrClaimLost
		}
		name := []any{card.Incident, card.Destination.String()}
		if _, err := t.exec(ctx, `DELETE FROM claims WHERE incident = ? AND destination = ?`, name...); err != nil {
			return err
		}
		if card.Claim != "" {
			if _, err := t.exec(ctx, `UPDATE cards SET settled = ?3 WHERE incident = ?1 AND destination = ?2`,
				append(name, card.Claim)...); err != nil {
				return err
			}
		}
		_, err = t.exec(ctx, statement, append(append(name, c.attempt(card.Claim)), args...)...)
		return err
	})
}

// claimed is what is known of the claims of a card or an announcement.
type claimed struct {
	last    string // token of the last one
	settled string // token of the last one that its holder has ended
	live    bool   // there is one
}

// over says whether the claim was ended by its holder.
func (c claimed) over(claim string) bool { return claim != "" && claim == c.settled }

// lost says whether somebody has claimed it since.
func (c claimed) lost(claim string) bool { return claim != "" && c.last != "" && claim != c.last }

// attempt is how many attempts end with the claim.
func (c claimed) attempt(claim string) int {
	if claim != "" || c.live {
		return 1
	}
	return 0
}

// cardClaim returns what is known of the card's claims, or ErrNotFound where there is no such card.
func cardClaim(ctx context.Context, t *tx, card intel.Card) (c claimed, err error) {
	err = t.row(ctx, `SELECT claim, settled, EXISTS (
			SELECT 1 FROM claims WHERE incident = ?1 AND destination = ?2)
		FROM cards WHERE incident = ?1 AND destination = ?2`, card.Incident, card.Destination.String()).
		Scan(&c.last, &c.settled, &c.live)
	if errors.Is(err, sql.ErrNoRows) {
		err = store.ErrNotFound
	}
	return c, err
}

// RequeueCard implements [store.Cards]. A card that is not abandoned stays as it is.
func (s *Store) RequeueCard(ctx context.Context, incident string, to intel.Destination, due time.Time) error {
	return s.change(ctx, "requeue card", `UPDATE cards SET abandoned = '',
		attempts = CASE WHEN abandoned = '' THEN attempts ELSE 0 END,
		due = CASE WHEN abandoned = '' THEN due ELSE ?3 END
		WHERE incident = ?1 AND destination = ?2`, incident, to.String(), store.Micros(due))
}

// ReleaseClaims implements [store.Cards].
func (s *Store) ReleaseClaims(ctx context.Context) error {
	return s.transact(ctx, "release claims", func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, releaseCards); err != nil {
			return err
		}
		_, err := t.exec(ctx, releaseAnnouncements)
		return err
	})
}

const releaseCards = `DELETE FROM claims`
