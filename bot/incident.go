package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func (t *Talk) incidentParameter(required bool) Parameter {
	return Parameter{
		Name: "incident", Summary: "The incident's id, as /latest shows it", Required: required,
		Suggest: t.suggestIncidents,
	}
}

func (t *Talk) incidentCommand() Command {
	return Command{
		Name:       "incident",
		Summary:    "Show all that is known of an incident, with its timeline",
		Example:    "shutdown-kz-0a1b2c3d4e",
		Private:    true,
		Parameters: []Parameter{t.incidentParameter(true)},
		Run:        t.incident,
	}
}

func (t *Talk) incident(ctx context.Context, r Request) (Message, error) {
	i, err := t.find(ctx, &r, r.Args["incident"])
	if err != nil {
		return Message{}, err
	}
	notices, err := t.store.Notices(ctx, i.ID, 0)
	if err != nil {
		return Message{}, err
	}
	options, err := t.linkedCards(ctx, &i)
	if err != nil {
		return Message{}, err
	}
	options.ids = true
	m := Card(&i, options)
	m.Lines = append(m.Lines, timeline(&i, notices)...)
	m.Footer = strings.TrimLeft(m.Footer+" - "+i.ID, " -")
	m.Buttons = slices.DeleteFunc(m.Buttons, func(b Button) bool { return b.Command == "incident" })
	return m, nil
}

// linkedCards finds the incidents that this one names.
func (t *Talk) linkedCards(ctx context.Context, i *intel.Incident) (CardOptions, error) {
	linked := make(map[string]intel.Incident, len(i.Links))
	for _, l := range i.Links {
		other, err := t.store.Incident(ctx, l.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return CardOptions{}, err
		}
		linked[l.ID] = other
	}
	o := t.cards()
	o.Incident = func(id string) (intel.Incident, bool) {
		other, ok := linked[id]
		return other, ok
	}
	return o, nil
}

// mostEvents is how many entries a timeline has; those in the middle go first.
const mostEvents = 24

type event struct {
	at   time.Time
	what string
}

// timeline is what became known and when: what was said of it, what was claimed, what was measured.
func timeline(i *intel.Incident, notices []intel.Notice) []string {
	var events []event
	for _, n := range notices {
		what := string(n.Change)
		if reason := Plain(n.Reason); reason != "" {
			what += ": " + reason
		}
		events = append(events, event{n.Time, what})
	}
	for n := range i.Claims {
		events = append(events, event{i.Claims[n].At, claimEvent(&i.Claims[n])})
	}
	for n := range i.Measurements {
		m := &i.Measurements[n]
		what := "measured: " + strings.TrimSpace(Plain(m.Asset)+" "+quantity(m.Of)) + " " + amount(&m.Figure) +
			after(m.Over) + interval(&m.Figure)
		if m.Verdict != "" {
			what += ", " + Plain(string(m.Verdict))
		}
		events = append(events, event{m.At, what})
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) })
	var lines []string
	for n, e := range events {
		if left := len(events) - mostEvents; left > 0 && n >= mostEvents/2 && n < mostEvents/2+left {
			if n == mostEvents/2 {
				lines = append(lines, "... "+counted(left, "entry")+" ...")
			}
			continue
		}
		lines = append(lines, stamp(e.at)+"  "+e.what)
	}
	return lines
}

func claimEvent(c *intel.Claim) string {
	what := "claimed: " + quantity(c.Of) + amount(&c.Figure)
	if name := Plain(c.Source.Name); name != "" {
		what += " (" + name + ")"
	}
	if c.Verdict != "" {
		what += ", " + Plain(string(c.Verdict)) + " by what was measured"
	}
	return what
}

// stamp writes a time at the head of a line.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "time unknown"
	}
	return t.UTC().Format("2 Jan 2006 15:04")
}
