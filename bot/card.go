package bot

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// CardOptions is what a card needs beside the incident.
type CardOptions struct {
	// Place names a country's code in English; nil or an empty answer leaves the code.
	Place func(code string) string
	// Incident finds a linked incident; one that is not found is not named.
	Incident func(id string) (intel.Incident, bool)

	ids bool // linked incidents are named with their ids, for who asks for all there is
}

// mostLinks is how many sources a card leads to; the evidence counts the others.
const mostLinks = 6

// Card is the incident as it stands, as people see it.
func Card(i *intel.Incident, o CardOptions) Message {
	m := Message{
		Severity: i.Severity,
		Headline: strings.ToUpper(standing(i)) + "  " + o.name(i),
		Facts:    o.facts(i),
		Links:    links(i),
		Buttons:  buttons(i),
	}
	if title := Plain(i.Title); title != "" {
		m.Lines = append(m.Lines, title)
	}
	if at := updated(i); !at.IsZero() {
		m.Footer = "Updated " + moment(at)
	}
	return m
}

// buttons lead to more, and to less. Nothing follows on what is closed, so there is nothing to mute.
func buttons(i *intel.Incident) []Button {
	all := []Button{{Label: "Details", Command: "incident", Argument: i.ID}}
	if i.IsOpen() {
		all = append(all, Button{Label: "Mute this", Command: "mute", Argument: i.ID})
	}
	return append(all, Button{Label: "Why me", Command: "why", Argument: i.ID})
}

// updated is when the newest of what the card shows became known.
func updated(i *intel.Incident) time.Time {
	known := []time.Time{i.Updated, i.Eased, i.ClosedAt, i.Silent}
	for _, m := range i.Measurements {
		known = append(known, m.At)
	}
	for _, c := range i.Claims {
		known = append(known, c.At)
	}
	for _, s := range i.Sources {
		known = append(known, s.Heard)
	}
	return slices.MaxFunc(known, time.Time.Compare)
}

// standing is the word before the headline: how severe it is, or that it is over.
func standing(i *intel.Incident) string {
	switch i.Closed {
	case "":
		return i.Severity.String()
	case intel.ClosedContradicted:
		return "false alarm"
	}
	return "closed"
}

// links leads to the sources, those that measure first.
func links(i *intel.Incident) []Link {
	var out []Link
	for _, s := range ranked(i.Sources) {
		l := Link{Name: Plain(s.Name), URL: webAddress(s.URL)}
		if l.URL == "" || slices.ContainsFunc(out, func(o Link) bool { return o.URL == l.URL }) {
			continue
		}
		if len(out) == mostLinks {
			break
		}
		if l.Name == "" {
			l.Name = "source"
		}
		out = append(out, l)
	}
	return out
}

// ranked orders sources by how much their word weighs: instruments, then tiers, then who was first.
func ranked(sources []intel.Source) []intel.Source {
	out := slices.Clone(sources)
	slices.SortStableFunc(out, func(a, b intel.Source) int {
		if a.Instrument != b.Instrument {
			if a.Instrument {
				return -1
			}
			return 1
		}
		return int(a.Tier) - int(b.Tier)
	})
	return out
}

// webAddress is the address if it may be shown: http or https, a host, no user name that could pass for one.
func webAddress(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	u.User = nil
	return Plain(u.String())
}
