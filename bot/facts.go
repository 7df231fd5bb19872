package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// facts lists what is known of the incident, in the order in which people ask.
func (o CardOptions) facts(i *intel.Incident) []Fact {
	facts := []Fact{
		{"Since", moment(i.Since)},
		{"Phase", o.phase(i)},
		{"Evidence", evidence(i)},
	}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, Fact{name, value})
		}
	}
	if !i.Silent.IsZero() && i.IsOpen() {
		add("Silence", "its instruments have been silent since "+moment(i.Silent)+"; no word means nothing")
	}
	add("Magnitude", magnitude(i))
	for _, of := range []intel.Quantity{intel.OfHashrate, intel.OfConnectivity, intel.OfPrice} {
		add("Claimed", claimed(i, of))
		add("Measured", measured(i, of))
		add("Also claimed", others(i, of))
	}
	add("Exposure", exposure(i))
	add("Price", prices(i))
	return append(facts, o.linked(i)...)
}

func (o CardOptions) phase(i *intel.Incident) string {
	if !i.IsOpen() {
		text := "closed"
		if !i.ClosedAt.IsZero() {
			text += " " + moment(i.ClosedAt)
		}
		return text + " - " + Plain(i.Closed)
	}
	text := Plain(string(i.Phase))
	switch i.Phase {
	case "":
		text = "unknown"
	case intel.Threat:
		text = "threat, it has not happened"
	case intel.Denial:
		text = "denied"
	case intel.Comment:
		text = "talked about"
	}
	if i.Phase == intel.Easing && !i.Eased.IsZero() {
		text += " since " + moment(i.Eased)
	}
	switch {
	case len(i.Places) == 0:
	case i.Scope == intel.ScopeNational:
		text += ", nationwide"
	case i.Scope == intel.ScopeRegional:
		text += ", in part of the country or of its networks"
	}
	return text
}

// mostNames is how many sources the evidence names before it counts.
const mostNames = 3

func evidence(i *intel.Incident) string {
	level := Plain(string(i.Evidence))
	switch i.Evidence {
	case "":
		level = "unknown"
	case intel.Rumour:
		level = "rumour, not confirmed"
	case intel.Contradicted:
		level = "contradicted, an instrument excludes what was said"
	}
	if who := voices(i.Sources); who != "" {
		level += " - " + who
	}
	return level
}

// voices names the sources that weigh most and counts the rest. Beside instruments only instruments are named.
func voices(sources []intel.Source) string {
	var names []string
	outlets, named := 0, 0
	measuring := slices.ContainsFunc(sources, func(s intel.Source) bool { return s.Instrument })
	more := 0
	seen := make(map[string]bool)
	for _, s := range ranked(sources) {
		name := Plain(s.Name)
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		switch {
		case s.Instrument != measuring:
			outlets++
		case named < mostNames:
			named++
			names = append(names, name)
		default:
			more++
		}
	}
	if more > 0 {
		names = append(names, strconv.Itoa(more)+" more")
	}
	if outlets > 0 {
		names = append(names, counted(outlets, "outlet"))
	}
	return list(names)
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// magnitude says how deep the happening itself is; unknown is said where an instrument could tell.
func magnitude(i *intel.Incident) string {
	if f := i.Magnitude; f != nil {
		return quantity(f.Of) + amount(f) + interval(f)
	}
	switch i.Kind {
	case intel.Shutdown, intel.Hashrate, intel.Price:
		return "unknown"
	}
	return ""
}

func quantity(of intel.Quantity) string {
	if of == "" {
		return ""
	}
	return Plain(string(of)) + " "
}

func claimed(i *intel.Incident, of intel.Quantity) string {
	c := i.Claim(of)
	if c == nil {
		return ""
	}
	text := quantity(of) + amount(&c.Figure)
	if c.Low != nil && c.High != nil {
		text += ", between " + amount(&intel.Figure{Value: *c.Low, Unit: c.Unit}) +
			" and " + amount(&intel.Figure{Value: *c.High, Unit: c.Unit})
	}
	return text + whose(c, "reported ", i.Since)
}

// whose says in brackets who claims something and since when.
func whose(c *intel.Claim, verb string, beside time.Time) string {
	var from []string
	if name := Plain(c.Source.Name); name != "" {
		from = append(from, name)
	}
	if !c.At.IsZero() {
		from = append(from, verb+day(c.At, beside))
	}
	if len(from) == 0 {
		return ""
	}
	return " (" + strings.Join(from, ", ") + ")"
}

// mostOthers is how many further claims a card names.
const mostOthers = 4

// others lists the claims beside the shown one, each figure of each source once, with its own verdict.
func others(i *intel.Incident, of intel.Quantity) string {
	shown := i.Claim(of)
	var texts []string
	for n := range i.Claims {
		c := &i.Claims[n]
		if c.Of != of || c == shown {
			continue
		}
		text := amount(&c.Figure) + whose(c, "", i.Since)
		if c.Verdict != "" {
			text += ", " + Plain(string(c.Verdict))
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if more := len(texts) - mostOthers; more > 0 {
		texts = append(texts[:mostOthers], counted(more, "more claim"))
	}
	return strings.Join(texts, "; ")
}

// measured says what the instruments show. Where something was claimed, or the place matters for the network,
// it says so when they show nothing. Prices have a fact of their own unless one was claimed.
func measured(i *intel.Incident, of intel.Quantity) string {
	c, m := i.Claim(of), i.Measurement(of)
	switch {
	case m != nil && (of != intel.OfPrice || c != nil):
		return quantity(of) + amount(&m.Figure) + after(m.Over) + interval(&m.Figure) + verdict(m, c)
	case m != nil, of == intel.OfPrice && i.Kind == intel.Price && i.Magnitude != nil:
		return "" // the price has a fact of its own, or is the happening itself
	case c == nil && (of != intel.OfHashrate || i.Exposure == nil):
		return ""
	case i.IsOpen():
		return quantity(of) + "unknown, nothing measured yet"
	}
	return quantity(of) + "unknown, nothing was measured"
}

func after(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return " after " + span(d)
}

// verdict says what the measurement means for the claim, in words that promise no more than the interval does.
func verdict(m *intel.Measurement, c *intel.Claim) string {
	if c == nil {
		return ""
	}
	said := move(&c.Figure)
	direction, size, _ := strings.Cut(said, " of ")
	switch m.Verdict {
	case intel.Excluded:
		return " - " + said + " is excluded"
	case intel.Compatible:
		return " - " + said + " is compatible with this, and so is no change"
	case intel.Confirmed:
		if m.High != nil && *m.High < c.Value {
			return " - more than " + said + " is confirmed"
		}
		return " - " + direction + " is confirmed, and " + size + " is not excluded"
	}
	return ""
}

// exposure gives the share with its date, because the figure of that time is the one people acted on.
func exposure(i *intel.Incident) string {
	e := i.Exposure
	if e == nil {
		switch i.Kind {
		case intel.Shutdown, intel.Power, intel.Mining:
			return "unknown, no share of the world's hashrate was published"
		}
		return ""
	}
	var from []string
	if !e.AsOf.IsZero() {
		from = append(from, e.AsOf.UTC().Format("January 2006"))
	}
	if name := Plain(e.Source); name != "" {
		from = append(from, name)
	}
	text := share(e.Share) + " of the world's hashrate ("
	if len(from) > 0 {
		text += strings.Join(from, ", ") + "; "
	}
	return text + "the last figure published by then)"
}

// prices gives the newest measured move of each asset since the onset.
func prices(i *intel.Incident) string {
	var moves, assets []string
	for n := len(i.Measurements) - 1; n >= 0; n-- {
		m := &i.Measurements[n]
		asset := Plain(m.Asset)
		if m.Of != intel.OfPrice || slices.Contains(assets, asset) {
			continue
		}
		assets = append(assets, asset)
		moves = append(moves, strings.TrimSpace(asset+" "+amount(&m.Figure)))
	}
	if len(moves) == 0 {
		return ""
	}
	slices.Reverse(moves)
	text := strings.Join(moves, ", ") + " since onset"
	if over := i.Measurement(intel.OfPrice).Over; over > 0 {
		text += " (" + span(over) + ")"
	}
	return text
}

// linked names possible causes and effects. An incident of another audience stays unnamed: audiences never mix.
func (o CardOptions) linked(i *intel.Incident) []Fact {
	var facts []Fact
	for _, how := range []struct{ link, name string }{
		{intel.PossibleCause, "Possible cause"},
		{intel.PossibleEffect, "Possible effect"},
		{intel.MergedInto, "Merged into"},
		{intel.Merged, "Includes"},
		{intel.Related, "Related"},
	} {
		var names []string
		for _, l := range i.Links {
			if l.How != how.link || o.Incident == nil {
				continue
			}
			other, ok := o.Incident(l.ID)
			if ok && (other.Audience == intel.Everyone || other.Audience == i.Audience) {
				name := o.name(&other)
				if o.ids {
					name += " (" + other.ID + ")"
				}
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			facts = append(facts, Fact{how.name, strings.Join(names, "; ")})
		}
	}
	return facts
}
