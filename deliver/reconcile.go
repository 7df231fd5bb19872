package deliver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// nobodyWants is why a card is abandoned whose destination has no subscription for it any more.
const nobodyWants = "no subscription left"

// reconcile makes one step with a claimed card: it sends or edits the message, or it replies to it. Marking the
// step ends the claim; a card that still has something to be spoken of is claimed once more for its reply.
func (d *Deliverer) reconcile(ctx context.Context, card intel.Card, r row) error {
	failpoint.Hit(failpoint.CardClaimed)
	err := d.step(ctx, card, r)
	if err != nil {
		return fmt.Errorf("card of %s at %s: %w", card.Incident, card.Destination, err)
	}
	return nil
}

func (d *Deliverer) step(ctx context.Context, card intel.Card, r row) error {
	incident, err := d.store.Incident(ctx, card.Incident)
	if errors.Is(err, store.ErrNotFound) {
		return d.abandon(ctx, r, "the incident is not kept any more")
	}
	if err != nil {
		return err
	}
	ears, err := d.listening(ctx, card.Destination, &incident)
	if err != nil {
		return err
	}
	// Who was told goes on hearing of it even below the filter: it may have become harmless, or false.
	if told := card.Receipt != ""; !ears.hear && !(told && ears.open) {
		return d.abandon(ctx, r, nobodyWants)
	}
	if incident.Revision < card.Wanted {
		return d.failed(ctx, r, errors.New("the store gave an incident older than its card"))
	}
	if card.Receipt == "" || card.Told < incident.Revision {
		return d.show(ctx, r, card, &incident)
	}
	return d.speak(ctx, r, card, &incident, ears.muted)
}

// show makes the message show the incident as it stands. A card that was never shown speaks for itself: nothing
// up to its revision needs a reply. It does not ring where all is over already, as after a day without the platform:
// who looks finds it, and nobody is woken for what has passed.
func (d *Deliverer) show(ctx context.Context, r row, card intel.Card, incident *intel.Incident) error {
	options, err := d.cardOptions(ctx, incident)
	if err != nil {
		return err
	}
	// A card has one key whatever it shows: the attempt before may have been applied, with what was known then.
	part, revision, spoken := "card", 0, incident.Revision
	if card.Receipt != "" {
		part, revision = "edit", incident.Revision
		waiting, err := d.unspoken(ctx, card, incident)
		if err != nil {
			return err
		}
		if waiting != nil {
			spoken = card.Spoken
		}
	}
	receipt, err := d.send(ctx, r, bot.Outgoing{
		Key:     key(card.Destination, incident.ID, revision, part),
		Message: bot.Card(incident, options),
		Edit:    card.Receipt,
		Silent:  card.Receipt == "" && incident.Closed != "",
	})
	if err != nil {
		return d.failed(ctx, r, err)
	}
	failpoint.Hit(failpoint.CardSent)
	if err := d.told(ctx, card, incident.Revision, spoken, receipt); err != nil {
		return err
	}
	failpoint.Hit(failpoint.CardMarked)
	return nil
}

// speak replies to a card that is up to date. Of several changes that waited the newest is spoken of; the card
// shows the rest, and all of it to those who have muted the incident.
func (d *Deliverer) speak(ctx context.Context, r row, card intel.Card, incident *intel.Incident, muted bool) error {
	notice, err := d.unspoken(ctx, card, incident)
	if err != nil {
		return err
	}
	if notice != nil && !muted {
		options, err := d.cardOptions(ctx, incident)
		if err != nil {
			return err
		}
		_, err = d.send(ctx, r, bot.Outgoing{
			Key:     key(card.Destination, incident.ID, notice.Revision, "reply"),
			Message: bot.Reply(*notice, incident, options),
			ReplyTo: card.Receipt,
		})
		if err != nil {
			return d.failed(ctx, r, err)
		}
		failpoint.Hit(failpoint.ReplySent)
	}
	return d.told(ctx, card, card.Told, incident.Revision, card.Receipt)
}

// unspoken is the newest notice to be spoken of that the card's readers have not heard, up to the incident's
// revision; nil for none.
func (d *Deliverer) unspoken(
	ctx context.Context, card intel.Card, incident *intel.Incident,
) (*intel.Notice, error) {
	notices, err := d.store.Notices(ctx, incident.ID, card.Spoken)
	if err != nil {
		return nil, err
	}
	for n := len(notices) - 1; n >= 0; n-- {
		if notices[n].Revision <= incident.Revision && notices[n].Change.Spoken() {
			return &notices[n], nil
		}
	}
	return nil, nil
}

func (d *Deliverer) told(ctx context.Context, card intel.Card, told, spoken int, receipt string) error {
	return d.mark(ctx, func(ctx context.Context) error {
		return d.store.Told(ctx, card, told, spoken, receipt)
	})
}

// cardOptions loads the linked incidents beforehand: a store that fails now must not make a card that lacks
// them and counts as told.
func (d *Deliverer) cardOptions(ctx context.Context, incident *intel.Incident) (bot.CardOptions, error) {
	linked := make(map[string]intel.Incident, len(incident.Links))
	for _, l := range incident.Links {
		other, err := d.store.Incident(ctx, l.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return bot.CardOptions{}, err
		}
		linked[l.ID] = other
	}
	return bot.CardOptions{
		Place: d.place,
		Incident: func(id string) (intel.Incident, bool) {
			other, ok := linked[id]
			return other, ok
		},
	}, nil
}

// key names one message in every attempt at it, in every process. It is 24 characters long: Discord's nonce may
// have 25.
func key(to intel.Destination, incident string, revision int, part string) string {
	sum := sha256.Sum256([]byte(strings.Join(
		[]string{to.Platform, to.Chat, to.Thread, incident, strconv.Itoa(revision), part}, "\x00")))
	return hex.EncodeToString(sum[:12])
}
