package deliver

import (
	"context"
	"errors"
	"fmt"

	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// fanOut does one page of the most severe pending notice and says whether there was one. It asks anew for each
// page, so that a worse incident overtakes a long fan-out. An older notice of the same incident comes first:
// a card that a later notice looks for has been made by then.
func (d *Deliverer) fanOut(ctx context.Context) (bool, error) {
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
	if err := d.raise(ctx, p); err != nil {
		return false, fmt.Errorf("fan out %s at revision %d: %w", p.Notice.Incident, p.Notice.Revision, err)
	}
	failpoint.Hit(failpoint.FanOutRaised)
	return true, nil
}

func (d *Deliverer) raise(ctx context.Context, p store.Pending) error {
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
		if hearsNow(s, incident) && !taken[s.Destination] {
			taken[s.Destination] = true
			page.To = append(page.To, s.Destination)
		}
	}
	return nil
}

// hearsNow says whether the subscription wants the incident as a card. A digest is no card.
func hearsNow(s *intel.Subscription, incident *intel.Incident) bool {
	return !s.Digest && s.Hears(incident)
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

// revive takes up the cards that were abandoned because nobody at their destination wanted them, where somebody
// does now: without it, who subscribes again would never hear of the incident's next escalation.
func (d *Deliverer) revive(ctx context.Context, incident *intel.Incident) error {
	after := ""
	for {
		cards, err := d.store.CardsOf(ctx, incident.ID, after, d.pageSize)
		if err != nil {
			return err
		}
		for _, c := range cards {
			after = c.Destination.String()
			if c.Abandoned != nobodyWants {
				continue
			}
			wanted, _, err := d.wanted(ctx, c.Destination, incident)
			if err != nil {
				return err
			}
			if wanted {
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

// wanted reads the destination's subscriptions as they are now: whether one of them hears the incident, and
// whether there is any.
func (d *Deliverer) wanted(
	ctx context.Context, to intel.Destination, incident *intel.Incident,
) (hears, some bool, err error) {
	subs, err := d.store.SubscriptionsAt(ctx, to)
	if err != nil {
		return false, false, err
	}
	for i := range subs {
		if hearsNow(&subs[i], incident) {
			return true, true, nil
		}
	}
	return false, len(subs) > 0, nil
}
