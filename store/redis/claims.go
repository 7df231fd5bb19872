package redis

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// The two kinds of rows, as scripts name them.
const (
	ofCard         = "card"
	ofAnnouncement = "announcement"
)

// claimKnown is how long it is known what was handed out under a token: longer than anybody asks again.
const claimKnown = time.Minute

// noReason stands where none is given: an empty one would mean that it lives.
const noReason = "no reason given"

// ClaimCards implements [store.Cards].
func (s *Store) ClaimCards(ctx context.Context, now, until time.Time, limit int) ([]intel.Card, error) {
	const what = "claim cards"
	token := rand.Text()
	rows, err := s.hand(ctx, what, ofCard, token, now, until, limit, cardFields())
	if err != nil {
		return nil, err
	}
	var claimed []intel.Card
	for i := 0; i+1 < len(rows); i += 2 {
		c, err := decodeCard(incidentOf(text(rows[i])), list(rows[i+1]))
		if err != nil {
			return nil, s.wrap(ctx, what, err)
		}
		c.Claim = token
		claimed = append(claimed, c)
	}
	return claimed, nil
}

// hand claims rows of a kind and returns pairs of name and fields.
func (s *Store) hand(ctx context.Context, what, kind, token string, now, until time.Time, limit int,
	fields []any,
) ([]any, error) {
	args := []any{
		kind, token, store.Micros(now), store.Micros(until), max(limit, 0), claimKnown.Milliseconds(),
	}
	return s.run(ctx, what, "claim", append(args, fields...)...)
}

// ExtendCard implements [store.Cards].
func (s *Store) ExtendCard(ctx context.Context, card intel.Card, until time.Time) error {
	_, err := s.run(ctx, "extend card", "extend", ofCard, cardName(card.Incident, card.Destination), card.Claim,
		store.Micros(until))
	return err
}

// Told implements [store.Cards]. Its receipt counts unless a later revision has been told.
func (s *Store) Told(ctx context.Context, card intel.Card, told, spoken int, receipt string) error {
	_, err := s.run(ctx, "told", "told", cardName(card.Incident, card.Destination), card.Claim, told, spoken, receipt)
	return err
}

// PostponeCard implements [store.Cards].
func (s *Store) PostponeCard(ctx context.Context, card intel.Card, due time.Time) error {
	_, err := s.run(ctx, "postpone card", "postpone", ofCard, cardName(card.Incident, card.Destination), card.Claim,
		store.Micros(due), bit(true))
	return err
}

// ReleaseCard implements [store.Cards].
func (s *Store) ReleaseCard(ctx context.Context, card intel.Card, due time.Time) error {
	_, err := s.run(ctx, "release card", "postpone", ofCard, cardName(card.Incident, card.Destination), card.Claim,
		store.Micros(due), bit(false))
	return err
}

// AbandonCard implements [store.Cards]. The first reason stays.
func (s *Store) AbandonCard(ctx context.Context, card intel.Card, reason string) error {
	_, err := s.run(ctx, "abandon card", "abandon", ofCard, cardName(card.Incident, card.Destination), card.Claim,
		cmp.Or(reason, noReason), deadName(card.Incident, card.Destination))
	return err
}

// RequeueCard implements [store.Cards]. A card that is not abandoned stays as it is.
func (s *Store) RequeueCard(ctx context.Context, incident string, to intel.Destination, due time.Time) error {
	_, err := s.run(ctx, "requeue card", "requeue", ofCard, cardName(incident, to), store.Micros(due),
		deadName(incident, to))
	return err
}

// ReleaseClaims implements [store.Cards]. A process on Redis never knows by itself that it is alone, so nothing
// here asks for it: after all replicas have been stopped, a person may, and need not, for claims run out.
func (s *Store) ReleaseClaims(ctx context.Context) error {
	err := s.repeat(ctx, func(ctx context.Context) error {
		return s.main.Del(ctx, s.prefix+"claims", s.prefix+"announcements:claims").Err()
	})
	return s.wrap(ctx, "release claims", err)
}
