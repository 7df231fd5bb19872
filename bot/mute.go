package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// mostMutes is how many a chat keeps at a time.
	mostMutes = 25
	// usualMute is how long a kind or a country is muted if nothing is said: nobody should find out after months
	// that they had switched something off. An incident ends by itself.
	usualMute = 24 * time.Hour
)

func (t *Talk) muteCommand() Command {
	return Command{
		Name:    "mute",
		Summary: "Hear nothing here of an incident, a kind or a country",
		Example: "unrest for 24h",
		Private: true,
		Parameters: []Parameter{
			{Name: "what", Summary: "An incident's id, a kind or a country; lists what is muted if left out", Suggest: t.suggestMutable},
			{
				Name: "for", Summary: "How long: 2h, 3d, 1w or ever; if left out 24h, for an incident ever",
				Suggest: suggestSpans, Takes: func(words string) bool { _, ok := readSpan(words); return ok },
			},
		},
		Run: t.mute,
	}
}

func suggestSpans(_ context.Context, _ Request, typed string) []Choice {
	if _, ok := readSpan(typed); ok {
		return []Choice{{Name: typed, Value: typed}}
	}
	var choices []Choice
	for _, s := range []string{"2h", "8h", "24h", "3d", "7d", "ever"} {
		choices = append(choices, Choice{Name: s, Value: s})
	}
	return fitting(choices, typed)
}

// suggestMutable are the incidents that may come up again, then kinds, then countries.
func (t *Talk) suggestMutable(ctx context.Context, r Request, typed string) []Choice {
	choices := t.suggestIncidents(ctx, r, typed)
	choices = choices[:min(len(choices), mostShown/2)]
	var kinds []Choice
	for _, k := range intel.Kinds() {
		kinds = append(kinds, Choice{Name: "kind: " + string(k), Value: string(k)})
	}
	return append(append(choices, fitting(kinds, typed)...), t.countries.choices(typed)...)
}

func (t *Talk) mute(ctx context.Context, r Request) (Message, error) {
	what := r.Args["what"]
	switch strings.ToLower(what) {
	case "":
		return t.listMutes(ctx, &r)
	case "off":
		delete(r.Args, "what")
		return t.unmute(ctx, r)
	}
	if before, after, ok := strings.Cut(what, " for "); ok && r.Args["for"] == "" {
		what, r.Args["for"] = before, after // it is no time that is known, and muteEnd says so
	}
	m, name, err := t.mutable(ctx, &r, what)
	if err != nil {
		return Message{}, err
	}
	if m.Until, err = t.muteEnd(&r, m); err != nil {
		return Message{}, err
	}
	err = t.changeMutes(ctx, &r, func(mutes []intel.Mute) ([]intel.Mute, error) {
		mutes = slices.DeleteFunc(mutes, func(o intel.Mute) bool { return sameMute(o, m) })
		if len(mutes) >= mostMutes {
			return nil, refuse(fmt.Sprintf("This chat has muted %d things, and more are not kept.", len(mutes)),
				"End one first: /mute lists them, /unmute ends them.")
		}
		return append(mutes, m), nil
	})
	if err != nil {
		return Message{}, err
	}
	return Message{
		Headline: "Muted here: " + name,
		Lines:    []string{capital(until(m.Until)) + ", nothing is said of it.", "To hear of it again: /unmute " + muteWord(m)},
		Buttons:  []Button{{Label: "Unmute", Command: "unmute", Argument: muteWord(m)}},
	}, nil
}

// mutable reads what to mute: an incident, a kind or a country.
func (t *Talk) mutable(ctx context.Context, r *Request, what string) (m intel.Mute, name string, err error) {
	if kind, ok := kindOf(what); ok {
		return intel.Mute{Kind: kind}, plural(kind), nil
	}
	if code, ok := t.countries.find(what); ok {
		return intel.Mute{Country: code}, t.cards().place(code), nil
	}
	i, err := t.find(ctx, r, what)
	if err == nil {
		return intel.Mute{Incident: i.ID}, t.cards().name(&i), nil
	}
	if isRefusal(err) {
		err = refuse(quote(what)+" is no incident, kind or country that is known here.",
			"/latest shows incidents with their ids; a country goes by its name or code.")
	}
	return m, "", err
}

// muteEnd is when the mute ends, reckoned from when it was asked for.
func (t *Talk) muteEnd(r *Request, m intel.Mute) (time.Time, error) {
	text := r.Args["for"]
	span := usualMute
	if m.Incident != "" {
		span = 0
	}
	if text != "" {
		var ok bool
		if span, ok = readSpan(text); !ok {
			return time.Time{}, refuse(quote(text)+" is no length of time that is known here.",
				"Write a number with h, d or w, such as 24h, up to a year, or ever.")
		}
	}
	if span == 0 {
		return time.Time{}, nil
	}
	return r.At.Add(span), nil
}

func (t *Talk) unmuteCommand() Command {
	return Command{
		Name:    "unmute",
		Summary: "Hear again of what was muted here",
		Example: "unrest",
		Private: true,
		Parameters: []Parameter{{
			Name: "what", Summary: "What was muted; everything if left out", Suggest: t.suggestMutes,
		}},
		Run: t.unmute,
	}
}

// unmute ends what is named, or everything. What is not muted is not, however often it is said.
func (t *Talk) unmute(ctx context.Context, r Request) (Message, error) {
	what := r.Args["what"]
	var ended []intel.Mute
	err := t.changeMutes(ctx, &r, func(mutes []intel.Mute) ([]intel.Mute, error) {
		ended = nil
		return slices.DeleteFunc(mutes, func(m intel.Mute) bool {
			ends := what == "" || strings.EqualFold(what, "all") || t.means(what, m)
			if ends {
				ended = append(ended, m)
			}
			return ends
		}), nil
	})
	if err != nil {
		return Message{}, err
	}
	switch {
	case len(ended) == 0 && what == "":
		return Message{Headline: "Nothing is muted here"}, nil
	case len(ended) == 0:
		return Message{}, refuse(quote(what)+" is not muted here.", "/mute lists what is.")
	}
	var names []string
	for _, m := range ended {
		names = append(names, t.muteName(m))
	}
	return titled("Unmuted", list(names)), nil
}

// means says whether a text names a mute.
func (t *Talk) means(what string, m intel.Mute) bool {
	if kind, ok := kindOf(what); ok && m.Kind == kind {
		return true
	}
	code, ok := t.countries.find(what)
	return ok && m.Country == code || m.Incident != "" && m.Incident == what
}

func (t *Talk) suggestMutes(ctx context.Context, r Request, typed string) []Choice {
	subs, err := t.store.SubscriptionsAt(ctx, r.Where)
	if err != nil {
		return nil
	}
	var choices []Choice
	for _, m := range mutesAt(subs, r.Where, t.now()) {
		choices = append(choices, Choice{Name: t.muteName(m) + ", " + until(m.Until), Value: muteWord(m)})
	}
	return fitting(choices, typed)
}

func (t *Talk) listMutes(ctx context.Context, r *Request) (Message, error) {
	subs, err := t.store.SubscriptionsAt(ctx, r.Where)
	if err != nil {
		return Message{}, err
	}
	mutes := mutesAt(subs, r.Where, t.now())
	if len(mutes) == 0 {
		return Message{
			Headline: "Nothing is muted here",
			Lines:    []string{"/mute with an incident's id, a kind or a country, and for how long: /mute unrest for 24h."},
		}, nil
	}
	m := Message{Headline: "Muted here: " + counted(len(mutes), "thing")}
	for _, mute := range mutes {
		m.Lines = append(m.Lines, t.muteName(mute)+", "+until(mute.Until))
	}
	m.Footer = "To end one: /unmute and its name. To end all: /mute off"
	return m, nil
}

// changeMutes replaces what is muted where it is asked, in every subscription there: a mute holds for the place.
func (t *Talk) changeMutes(
	ctx context.Context, r *Request, change func([]intel.Mute) ([]intel.Mute, error),
) error {
	defer t.chats.lock(r.Where.Platform, r.Where.Chat)()
	subs, err := t.store.SubscriptionsAt(ctx, r.Where)
	if err != nil {
		return err
	}
	if len(subs) == 0 {
		return refuse("Nothing is subscribed to here, so there is nothing to mute or unmute.", "/subscribe begins a subscription.")
	}
	mutes, err := change(mutesAt(subs, r.Where, t.now()))
	if err != nil {
		return err
	}
	for _, s := range subs {
		s.Mutes = mutes
		if err := t.store.Subscribe(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// mutesAt is what is muted at a place now.
func mutesAt(subs []intel.Subscription, at intel.Destination, now time.Time) []intel.Mute {
	var all []intel.Mute
	for i := range subs {
		if subs[i].Destination != at {
			continue
		}
		for _, m := range activeMutes(subs[i].Mutes, now) {
			if !slices.ContainsFunc(all, func(o intel.Mute) bool { return sameMute(o, m) }) {
				all = append(all, m)
			}
		}
	}
	return all
}

func activeMutes(all []intel.Mute, now time.Time) []intel.Mute {
	return slices.DeleteFunc(slices.Clone(all), func(m intel.Mute) bool {
		return !m.Until.IsZero() && !now.Before(m.Until)
	})
}

// sameMute says whether two mutes are of the same thing, whenever they end.
func sameMute(a, b intel.Mute) bool {
	return a.Incident == b.Incident && a.Kind == b.Kind && a.Country == b.Country
}

// muteWord is what a mute is called in a command.
func muteWord(m intel.Mute) string { return m.Incident + string(m.Kind) + m.Country }

// muteName is what a mute is called in a sentence.
func (t *Talk) muteName(m intel.Mute) string {
	switch {
	case m.Kind != "":
		return plural(m.Kind)
	case m.Country != "":
		return t.cards().place(m.Country)
	}
	return "incident " + Plain(m.Incident)
}
