package bot

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// mostSubscriptions is how many a chat may have, in all its threads.
const mostSubscriptions = 25

func (t *Talk) subscribeCommand() Command {
	return Command{
		Name:    "subscribe",
		Summary: "Get a card here for each incident that matters to you",
		Example: "shutdown, power in Kazakhstan, Iran major",
		Private: true,
		Parameters: []Parameter{
			kinds("kinds", "Kinds of incidents, with commas between them; all if left out", true),
			t.places("countries", "Countries, with commas between them; all if left out", true),
			severity("least", "The least severity: major if you name nothing else, else minor"),
			{Name: "words", Summary: "Words of which one must stand in the title, with commas between them", Many: true},
		},
		Run: t.subscribe,
	}
}

// subscribe keeps the subscription and sends a test card on the way that every card takes, so that its arrival
// proves that cards arrive. Doing it twice comes to the same: the id is made of what is asked for, and the test
// card's key of the minute in which it was asked for.
func (t *Talk) subscribe(ctx context.Context, r Request) (Message, error) {
	filter, err := t.readFilter(r.Args)
	if err != nil {
		return Message{}, err
	}
	defer t.chats.lock(r.Where.Platform, r.Where.Chat)()
	all, err := t.store.ChatSubscriptions(ctx, r.Where.Platform, r.Where.Chat)
	if err != nil {
		return Message{}, err
	}
	s, known := subscription(all, &r, filter, t.now())
	if !known && len(all) >= mostSubscriptions {
		return Message{}, refuse(fmt.Sprintf("This chat has %d subscriptions, and more are not kept.", len(all)),
			"End one first: /subscriptions lists them.")
	}
	paused := s.Paused
	s.Paused = ""
	if !known || paused != "" {
		if err := t.store.Subscribe(ctx, s); err != nil {
			return Message{}, err
		}
	}
	if err := t.announce(ctx, testCard(s, t.cards(), r.At, t.now())); err != nil {
		return Message{}, err
	}
	return t.subscribed(ctx, s, known, paused)
}

// subscription is the one that is there for the same filter at the same place, or a new one that is silent about
// what the others there are silent about.
func subscription(
	all []intel.Subscription, r *Request, f intel.Filter, now time.Time,
) (s intel.Subscription, known bool) {
	for _, s := range all {
		if s.Destination == r.Where && sameFilter(s.Filter, f) {
			return s, true
		}
	}
	s = intel.Subscription{
		ID: subscriptionID(r.Where, f), Destination: r.Where, Server: r.Server, Filter: f,
		Mutes: mutesAt(all, r.Where, now),
	}
	// A chat that has moved keeps the ids it came with; one of them may be this.
	for n := 2; slices.ContainsFunc(all, func(o intel.Subscription) bool { return o.ID == s.ID }); n++ {
		s.ID = subscriptionID(r.Where, f) + "-" + strconv.Itoa(n)
	}
	return s, false
}

// subscriptionID makes the id of what is wanted and where, so that asking twice is one subscription.
func subscriptionID(at intel.Destination, f intel.Filter) string {
	data, err := json.Marshal(struct {
		At     intel.Destination
		Filter intel.Filter
	}{at, f})
	if err != nil {
		panic(err) // both are made of texts and numbers
	}
	sum := sha256.Sum256(data)
	return "sub-" + hex.EncodeToString(sum[:10])
}

// subscriptionNumber is what people call a subscription by. It does not change when another one is ended, so that
// "/unsubscribe 4711" never ends another one than was meant, however late it arrives.
func subscriptionNumber(id string) string {
	sum := sha256.Sum256([]byte(id))
	return strconv.Itoa(1000 + int(binary.BigEndian.Uint64(sum[:8])%9000))
}

// subscribed says what was kept, in words, so that a slip shows at once.
func (t *Talk) subscribed(ctx context.Context, s intel.Subscription, known bool, paused string) (Message, error) {
	done := "Subscribed"
	if known {
		done = "Subscribed already"
	}
	m := titled(done, t.cards().wanted(s.Filter))
	if paused != "" {
		m.Lines = append(m.Lines, "It was paused ("+sentenceEnd(paused)+") and goes on now.")
	}
	m.Lines = append(m.Lines,
		"A test card is on its way here. If it arrives, cards will arrive.",
		"Cards follow when something happens. Silence means that nothing was seen.")
	often, err := t.often(ctx, &s)
	if err != nil {
		return m, err
	}
	m.Facts = []Fact{
		{"Number", subscriptionNumber(s.ID)},
		{"Last 30 days", often},
		{"To end it", "/unsubscribe " + subscriptionNumber(s.ID)},
		{"To be quiet", "/mute, with an incident, a kind or a country"},
	}
	if n := len(s.Mutes); n > 0 {
		m.Facts = append(m.Facts, Fact{"Muted", counted(n, "thing") + "; /mute lists them"})
	}
	return m, nil
}

// often says how many of the incidents that are kept would have come. It is a measure of what to expect, no more:
// they count as they stand now.
func (t *Talk) often(ctx context.Context, s *intel.Subscription) (string, error) {
	latest, err := t.store.LatestIncidents(ctx, manyIncidents)
	if err != nil {
		return "", err
	}
	since, n := t.now().Add(-30*24*time.Hour), 0
	for i := range latest {
		if latest[i].Opened.After(since) && s.Hears(&latest[i]) {
			n++
		}
	}
	if n == 0 {
		return "no incident that is kept would have matched", nil
	}
	return counted(n, "incident") + " would have matched", nil
}

// longestTitle is how many characters of a wish go into a headline: where it is cut, a slip in it would not show.
const longestTitle = 120

// titled puts a wish into the headline, or below it.
func titled(done, wish string) Message {
	if len([]rune(wish)) <= longestTitle {
		return Message{Headline: done + ": " + wish}
	}
	return Message{Headline: done, Lines: []string{capital(wish) + "."}}
}

// sentenceEnd is a reason as it stands in brackets: in lower case, without a full stop.
func sentenceEnd(text string) string { return strings.TrimRight(Plain(text), ". ") }
