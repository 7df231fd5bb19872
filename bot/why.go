package bot

import (
	"context"
	"slices"

	"github.com/faultlinebot/faultline/intel"
)

func (t *Talk) whyCommand() Command {
	return Command{
		Name:       "why",
		Summary:    "Say which subscription of this chat wants an incident",
		Example:    "shutdown-kz-0a1b2c3d4e",
		Private:    true,
		Hidden:     true,
		Parameters: []Parameter{t.incidentParameter(true)},
		Run:        t.why,
	}
}

// why goes over what is subscribed to at the place where it is asked, as it is now: a card may be older than that.
func (t *Talk) why(ctx context.Context, r Request) (Message, error) {
	i, err := t.find(ctx, &r, r.Args["incident"])
	if err != nil {
		return Message{}, err
	}
	subs, err := t.store.SubscriptionsAt(ctx, r.Where)
	if err != nil {
		return Message{}, err
	}
	m := Message{Severity: i.Severity, Headline: "Why me: " + t.cards().name(&i)}
	names, wants := numbers(subs), 0
	for n := range subs {
		wish := t.cards().wanted(subs[n].Filter)
		if !subs[n].Hears(&i) {
			m.Lines = append(m.Lines, "Subscription "+names[n]+" does not want it: "+wish+". "+t.misses(&subs[n], &i))
			continue
		}
		wants++
		m.Lines = slices.Insert(m.Lines, wants-1, "Subscription "+names[n]+" wants it: "+wish+"."+t.silenced(&subs[n], &i))
	}
	switch {
	case len(subs) == 0:
		m.Lines = append(m.Lines, "Nothing is subscribed to here any more; its card is not kept up to date.")
	case wants == 0:
		m.Lines = append(m.Lines, "A card that is out stays: who was told of something is told what became of it.")
	}
	m.Lines = append(m.Lines, "To hear less: /mute "+i.ID+", or /subscriptions.")
	return m, nil
}

// misses says why a subscription does not want an incident.
func (t *Talk) misses(s *intel.Subscription, i *intel.Incident) string {
	f := s.Filter
	switch {
	case i.Severity < f.Least:
		return "It is " + i.Severity.String() + " now."
	case len(f.Kinds) > 0 && !slices.Contains(f.Kinds, i.Kind):
		return "It is of another kind, " + string(i.Kind) + "."
	case len(f.Countries) > 0 && !slices.ContainsFunc(i.Places, func(p string) bool {
		return slices.Contains(f.Countries, p)
	}):
		return "It is elsewhere."
	}
	return "None of the words stands in its title."
}

// silenced says that the subscription is muted for the incident, or paused.
func (t *Talk) silenced(s *intel.Subscription, i *intel.Incident) string {
	text := ""
	if s.MutesAt(i, t.now()) {
		text += " It is muted for this; /unmute ends that."
	}
	if s.Paused != "" {
		text += " It is paused: " + sentence(s.Paused)
	}
	return text
}
