package bot

import (
	"context"
	"slices"
	"time"
)

func (t *Talk) countryCommand() Command {
	p := t.places("country", "The country's name or code", false)
	p.Required, p.Takes = true, nil // all that is typed is the name
	return Command{
		Name:       "country",
		Summary:    "Show what a country means for the network, and what happens there",
		Example:    "Kazakhstan",
		Parameters: []Parameter{p},
		Run:        t.country,
	}
}

// recentFor is how long ago an incident may have ended to be recent.
const recentFor = 30 * 24 * time.Hour

func (t *Talk) country(ctx context.Context, r Request) (Message, error) {
	code, ok := t.countries.find(r.Args["country"])
	if !ok {
		return Message{}, t.noCountry(r.Args["country"])
	}
	all, err := t.live(ctx, &r, recentFor)
	if err != nil {
		return Message{}, err
	}
	m := Message{
		Headline: t.countries.name(code) + " (" + code + ")",
		Facts:    []Fact{{"Exposure", t.exposed(code)}},
	}
	var now, ended []string
	for i := range all {
		switch {
		case !slices.Contains(all[i].Places, code):
		case all[i].IsOpen():
			m.Severity = max(m.Severity, all[i].Severity)
			now = append(now, t.incidentLine(&all[i]))
		default:
			ended = append(ended, t.incidentLine(&all[i]))
		}
	}
	m.Lines = append(m.Lines, under("Now", "Nothing is going on there that is known here.", now)...)
	m.Lines = append(m.Lines, under("Ended in the last 30 days", "Nothing ended there in the last 30 days.", ended)...)
	return m, nil
}

// mostThere is how many incidents of a country are named.
const mostThere = 5

func under(title, none string, lines []string) []string {
	if len(lines) == 0 {
		return []string{none}
	}
	out := []string{title + ":"}
	for n, line := range lines {
		if n == mostThere {
			return append(out, counted(len(lines)-n, "more incident")+"; /latest lists them by kind.")
		}
		out = append(out, line)
	}
	return out
}

// exposed says the last published share of the network.
func (t *Talk) exposed(code string) string {
	e := t.countries.country(code).ExposureAt(t.now())
	if e == nil {
		return "unknown, no share of the world's hashrate was published"
	}
	return share(e.Share) + " of the world's hashrate in " + e.AsOf.UTC().Format("January 2006") +
		" (" + Plain(e.Source) + ", published in " + e.Published.UTC().Format("January 2006") + "; there is no newer figure)"
}
