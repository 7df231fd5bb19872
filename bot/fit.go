package bot

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Limits is how much of a message a platform shows, in the units of Cost.
type Limits struct {
	// Cost is what a text costs once the platform has spelled it: characters, UTF-16 units, with escapes or
	// without. It must not shrink when a text grows at its end, and a whole may not cost more than its parts.
	Cost func(text string) int
	// Total bounds the sum of all parts with Gap for each of them: the markup and the line breaks around them.
	Total int
	Gap   int

	Headline, Line, Name, Value, Footer int // of one part
	Lines                               int // of all lines together
	Facts, Links                        int // how many
}

// ellipsis stands where something was cut.
const ellipsis = "…"

// Fit makes the message fit. What people need least goes first: the links after the first, then facts from the
// end, then lines; then the last link, the last fact, the footer, and the first line and the headline at their end. No
// text is cut inside of what readers see as one character, and addresses are kept whole or
// left out.
func Fit(m Message, l Limits) Message {
	m.Headline = l.cut(m.Headline, l.Headline)
	m.Footer = l.cut(m.Footer, l.Footer)
	m.Lines = l.lines(m.Lines)
	facts := make([]Fact, 0, len(m.Facts))
	for _, f := range m.Facts {
		f = Fact{Name: l.cut(f.Name, l.Name), Value: l.cut(f.Value, l.Value)}
		if len(facts) < l.Facts && f.Value != "" {
			facts = append(facts, f)
		}
	}
	m.Facts = facts
	links := make([]Link, 0, len(m.Links))
	for _, k := range m.Links {
		if len(links) < l.Links && l.Cost(k.URL) <= l.Value {
			links = append(links, Link{Name: l.cut(k.Name, l.Name), URL: k.URL})
		}
	}
	m.Links = links
	for l.cost(m) > l.Total && l.drop(&m) {
	}
	return m
}

// drop takes the part away that readers miss least and says whether there was one.
func (l Limits) drop(m *Message) bool {
	switch {
	case len(m.Links) > 1:
		m.Links = m.Links[:len(m.Links)-1]
	case len(m.Facts) > 1:
		m.Facts = m.Facts[:len(m.Facts)-1]
	case len(m.Lines) > 1:
		m.Lines = m.Lines[:len(m.Lines)-1]
	case len(m.Links) > 0:
		m.Links = nil
	case len(m.Facts) > 0:
		m.Facts = nil
	case m.Footer != "":
		m.Footer = ""
	case len(m.Lines) > 0:
		shorter := l.shorten(m.Lines[0], l.cost(*m)-l.Total)
		m.Lines = nil
		if shorter != "" {
			m.Lines = []string{shorter}
		}
	case m.Headline != "":
		m.Headline = l.shorten(m.Headline, l.cost(*m)-l.Total)
	default:
		return false
	}
	return true
}

// shorten takes so much off the text. It is empty where that cannot be done, so that dropping comes to an end.
func (l Limits) shorten(text string, over int) string {
	shorter := l.cut(text, l.Cost(text)-over)
	if l.Cost(shorter) >= l.Cost(text) {
		return ""
	}
	return shorter
}

// lines cuts each line and leaves out those that all together do not have room.
func (l Limits) lines(all []string) []string {
	out, left := make([]string, 0, len(all)), l.Lines
	for _, line := range all {
		line = l.cut(line, min(l.Line, left-l.Gap))
		if line == "" {
			break
		}
		out = append(out, line)
		left -= l.Cost(line) + l.Gap
	}
	return out
}

func (l Limits) cost(m Message) int {
	parts := []string{m.Headline, m.Footer}
	parts = append(parts, m.Lines...)
	for _, f := range m.Facts {
		parts = append(parts, f.Name, f.Value)
	}
	for _, k := range m.Links {
		parts = append(parts, k.Name, k.URL)
	}
	sum := 0
	for _, p := range parts {
		if p != "" {
			sum += l.Cost(p) + l.Gap
		}
	}
	return sum
}

// cut shortens the text to a cost of at most most, between characters as readers see them, and marks the cut. It
// is empty where not even the mark has room.
func (l Limits) cut(text string, most int) string {
	if l.Cost(text) <= most {
		return text
	}
	room := most - l.Cost(ellipsis)
	if room < 0 {
		return ""
	}
	kept, used := 0, 0
	for g := graphemes.FromString(text); g.Next(); {
		cost := l.Cost(g.Value())
		if used+cost > room {
			break
		}
		kept, used = kept+len(g.Value()), used+cost
	}
	return strings.TrimRight(text[:kept], " ") + ellipsis
}
