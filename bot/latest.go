package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const (
	// mostListed is how many incidents a list names.
	mostListed = 8
	// fewIncidents is how many are looked at first; most lists are full by then.
	fewIncidents = 50
	// manyIncidents is how many are looked at in all.
	manyIncidents = 1000
)

func (t *Talk) latestCommand() Command {
	return Command{
		Name:    "latest",
		Summary: "Show the newest incidents",
		Example: "shutdown Kazakhstan",
		Parameters: []Parameter{
			kinds("kind", "One kind of incident", false),
			t.places("country", "One country", false),
			severity("least", "The least severity; all if left out"),
		},
		Run: t.latest,
	}
}

func (t *Talk) latest(ctx context.Context, r Request) (Message, error) {
	filter, err := t.latestFilter(r.Args)
	if err != nil {
		return Message{}, err
	}
	var found []intel.Incident
	for _, look := range []int{fewIncidents, manyIncidents} {
		all, err := t.store.LatestIncidents(ctx, look)
		if err != nil {
			return Message{}, err
		}
		found = slices.DeleteFunc(all, func(i intel.Incident) bool {
			return !visible(&i, &r) || !filter.Matches(&i)
		})
		if len(found) >= mostListed || len(all) < look {
			break
		}
	}
	if len(found) == 0 {
		return Message{
			Headline: "Nothing is kept of " + t.listed(filter, "any incident"),
			Lines:    []string{"Unknown is not the same as quiet: /hashrate and /price say how old the newest figures are."},
		}, nil
	}
	m := Message{Headline: "The latest " + t.listed(filter, "incidents")}
	for i := range found[:min(len(found), mostListed)] {
		m.Severity = max(m.Severity, found[i].Severity)
		m.Lines = append(m.Lines, t.incidentLine(&found[i]))
	}
	m.Footer = "More on one: /incident and its id"
	return m, nil
}

func (t *Talk) latestFilter(args map[string]string) (f intel.Filter, err error) {
	if f.Kinds, err = readKinds(args["kind"]); err != nil {
		return f, err
	}
	if f.Countries, err = t.readCountries(args["country"]); err != nil {
		return f, err
	}
	f.Least, _ = intel.ParseSeverity(args["least"])
	return f, nowhere(f)
}

// listed says what a list is of; all says it where that is everything.
func (t *Talk) listed(f intel.Filter, all string) string {
	what := strings.TrimSuffix(t.cards().wanted(f), ", however small")
	if rest, ok := strings.CutPrefix(what, "everything"); ok {
		what = all + rest
	}
	return what
}

// incidentLine is an incident in a list: what, how bad, since when, and its id.
func (t *Talk) incidentLine(i *intel.Incident) string {
	line := standing(i) + ": " + t.cards().name(i) + ", since " + moment(i.Since)
	if i.IsOpen() && i.Phase == intel.Easing {
		line += ", easing"
	}
	return line + " (" + i.ID + ")"
}

// liveFor is how long after its end an incident is still spoken of.
const liveFor = 7 * 24 * time.Hour

// live are the visible incidents that are open or have just ended: the worst first, then the newest.
func (t *Talk) live(ctx context.Context, r *Request, ended time.Duration) ([]intel.Incident, error) {
	all, err := t.store.LiveIncidents(ctx, t.now().Add(-ended))
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(i intel.Incident) bool { return !visible(&i, r) })
	slices.SortStableFunc(all, func(a, b intel.Incident) int {
		if a.IsOpen() != b.IsOpen() {
			if a.IsOpen() {
				return -1
			}
			return 1
		}
		if a.Severity != b.Severity {
			return int(b.Severity - a.Severity)
		}
		return b.Opened.Compare(a.Opened)
	})
	return all, nil
}

// suggestIncidents are ids of incidents that may be meant.
func (t *Talk) suggestIncidents(ctx context.Context, r Request, typed string) []Choice {
	live, err := t.live(ctx, &r, liveFor)
	if err != nil {
		return nil
	}
	choices := make([]Choice, len(live))
	for i := range live {
		choices[i] = Choice{Name: standing(&live[i]) + ": " + t.cards().name(&live[i]), Value: live[i].ID}
	}
	return fitting(choices, typed)
}

// find returns an incident that the asker may know of. One of another audience is not there at all.
func (t *Talk) find(ctx context.Context, r *Request, id string) (intel.Incident, error) {
	i, err := t.store.Incident(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !visible(&i, r):
		return intel.Incident{}, noIncident(id)
	}
	return i, err
}

func noIncident(id string) error {
	return refuse("There is no incident "+quote(id)+".", "/latest shows the newest ones with their ids.")
}
