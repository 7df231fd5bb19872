package deliver

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// errEnough is why a page is left for later: what is due now is as severe.
var errEnough = errors.New("as severe cards are waiting")

// fanOut does one page of the most severe pending notice, if it is at least so severe, and says whether there was
// one. It asks anew for each page, so that a worse incident overtakes a long fan-out. An older notice of the same
// incident comes first: a card that a later notice looks for has been made by then.
func (d *Deliverer) fanOut(ctx context.Context, least intel.Severity) (bool, error) {
	pending, err := d.store.PendingNotices(ctx, 1)
	if err != nil {
		return false, fmt.Errorf("find pending notices: %w", err)
	}
	if len(pending) == 0 {
		return false, nil
	}
	p := pending[0]
	if p.After == "" {
		failpoint.Hit(failpoint.FanOutBefore)
	}
	err = d.raise(ctx, p, least)
	if errors.Is(err, errEnough) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("fan out %s at revision %d: %w", p.Notice.Incident, p.Notice.Revision, err)
	}
	failpoint.Hit(failpoint.FanOutRaised)
	return true, nil
}

func (d *Deliverer) raise(ctx context.Context, p store.Pending, least intel.Severity) error {
	page := store.Page{Incident: p.Notice.Incident, Revision: p.Notice.Revision, Due: d.now()}
	incident, err := d.store.Incident(ctx, p.Notice.Incident)
	if errors.Is(err, store.ErrNotFound) {
		d.log.Warn("a notice speaks of an unknown incident", "incident", p.Notice.Incident)
		page.Done = true
		return d.store.Raise(ctx, page)
	}
	if err != nil {
		return err
	}
	if incident.Severity < least {
		return errEnough
	}
	page.Severity = incident.Severity
	if makesCards(p.Notice) {
		err = d.toSubscriptions(ctx, &incident, p.After, &page)
	} else {
		err = d.toCards(ctx, incident.ID, p.After, &page)
	}
	if err != nil {
		return err
	}
	return d.store.Raise(ctx, page)
}

// makesCards says whether a change is news to those who have no card yet. All others hear only of what they
// have been told before.
func makesCards(n intel.Notice) bool {
	return n.Change == intel.Opened || n.Change == intel.Escalated || n.Wider
}

// toSubscriptions fills the page with those who want to hear of the incident as it stands now.
func (d *Deliverer) toSubscriptions(
	ctx context.Context, incident *intel.Incident, after string, page *store.Page,
) error {
	if after == "" {
		if err := d.revive(ctx, incident); err != nil {
			return err
		}
	}
	subs, err := d.store.SubscriptionsAfter(ctx, after, d.pageSize)
	if err != nil {
		return err
	}
	page.After, page.Done = after, len(subs) < d.pageSize
	taken := make(map[intel.Destination]bool)
	for i := range subs {
		s := &subs[i]
		page.After = s.ID
		if hears(s, incident) && !taken[s.Destination] {
			taken[s.Destination] = true
			page.To = append(page.To, s.Destination)
		}
	}
	return nil
}

// hears says whether the subscription wants the incident as a card. A digest is no card. One that has muted it is
// raised too: its card, where it has one, is kept right.
func hears(s *intel.Subscription, incident *intel.Incident) bool {
	return !s.Digest && s.Paused == "" && s.Hears(incident)
}

// toCards fills the page with those who have a card that lives.
func (d *Deliverer) toCards(ctx context.Context, incident, after string, page *store.Page) error {
	cards, err := d.store.CardsOf(ctx, incident, after, d.pageSize)
	if err != nil {
		return err
	}
	page.After, page.Done = after, len(cards) < d.pageSize
	for _, c := range cards {
		page.After = c.Destination.String()
		if c.Abandoned == "" {
			page.To = append(page.To, c.Destination)
		}
	}
	return nil
}

// revive takes up the cards that were abandoned because nobody at their destination wanted them, or because it was
// closed, where somebody listens now: without it, who subscribes or opens the chat again would never hear of the
// incident's next escalation.
func (d *Deliverer) revive(ctx context.Context, incident *intel.Incident) error {
	after := ""
	for {
		cards, err := d.store.CardsOf(ctx, incident.ID, after, d.pageSize)
		if err != nil {
			return err
		}
		for _, c := range cards {
			after = c.Destination.String()
			if c.Abandoned != nobodyWants && !strings.HasPrefix(c.Abandoned, closed) {
				continue
			}
			ears, err := d.listening(ctx, c.Destination, incident)
			if err != nil {
				return err
			}
			if ears.hear {
				if err := d.store.RequeueCard(ctx, incident.ID, c.Destination, d.now()); err != nil {
					return err
				}
			}
		}
		if len(cards) < d.pageSize {
			return nil
		}
	}
}

// ears is how a destination's subscriptions stand to an incident now.
type ears struct {
	hear  bool // one of them wants it as a card
	open  bool // there is one that is not paused
	muted bool // none wants it, because those that did have muted it
}

func (d *Deliverer) listening(ctx context.Context, to intel.Destination, incident *intel.Incident) (e ears, err error) {
	subs, err := d.store.SubscriptionsAt(ctx, to)
	if err != nil {
		return e, err
	}
	for i := range subs {
		s := &subs[i]
		muted := s.MutesAt(incident, d.now())
		e.hear = e.hear || hears(s, incident) && !muted
		e.open = e.open || s.Paused == ""
		e.muted = e.muted || muted
	}
	e.muted = e.muted && !e.hear
	return e, nil
}
