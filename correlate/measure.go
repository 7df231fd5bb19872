package correlate

import (
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// questions are the hours after an onset at which instruments are asked; then daily.
var questions = [...]int{3, 6, 12, 24, 48, 72}

// lately is what an article most likely means that says the hashrate has fallen; spans are all that it may mean.
const lately = 2 * 24 * time.Hour

var spans = [...]time.Duration{12 * time.Hour, 24 * time.Hour, lately, 7 * 24 * time.Hour}

// waited is how long after an article its claim can be called wrong: the blocks need time to show it.
const waited = 24 * time.Hour

// question is when the n-th question after an onset is due.
func question(onset time.Time, n int) time.Time {
	last := len(questions) - 1
	if n <= last {
		return onset.Add(time.Duration(questions[n]) * time.Hour)
	}
	return onset.Add(time.Duration(questions[last]+24*(n-last)) * time.Hour)
}

// askedSince is the onset that instruments are asked about: the first word of national scope, where scope
// matters. It is zero where there is nothing to ask.
func askedSince(i *intel.Incident) time.Time {
	if !i.IsOpen() || !i.Eased.IsZero() {
		return zero
	}
	switch i.Kind {
	case intel.Shutdown, intel.Power:
		return i.Onset
	case intel.Mining, intel.Disaster, intel.Unrest, intel.Conflict:
		if i.Phase == intel.Threat {
			return zero
		}
		return i.Since
	case intel.Hashrate:
		if !hasInstrument(i) {
			return i.Since.Add(-lately) // an article tells of what has been, not of what begins with it
		}
		return i.Since
	default:
		return zero
	}
}

// asksFrom is the moment from which questions are timed.
func asksFrom(i *intel.Incident) time.Time {
	if i.Kind == intel.Hashrate && !askedSince(i).IsZero() {
		return i.Since
	}
	return askedSince(i)
}

// expose sets what the incident's place means for the network, as published by the moment it opened. A place
// that joins later with a larger share counts.
func (s *step) expose(d *draft) {
	if d.Kind == intel.Price || d.Kind == intel.Hashrate {
		return
	}
	for _, p := range d.Places {
		country := s.c.countries[p]
		if country == nil {
			continue
		}
		if e := country.ExposureAt(d.Opened); e != nil && (d.Exposure == nil || e.Share > d.Exposure.Share) {
			d.Exposure = e
			d.saved = true
		}
	}
}

// due says whether a question is due, and counts those that are.
func (s *step) due(d *draft, since time.Time) bool {
	due := false
	for !question(since, d.Asked).After(s.now) {
		d.Asked++
		due = true
	}
	return due
}

// measure asks the instruments what is due, or anew where a claim has come in that would change the verdict.
func (s *step) measure(d *draft) {
	since := askedSince(d.Incident)
	if s.c.instruments == nil || since.IsZero() {
		return
	}
	claimed := d.before == nil && len(d.Claims) > 0 || d.before != nil && len(d.Claims) > len(d.before.Claims)
	due := s.due(d, asksFrom(d.Incident))
	if !due && !claimed {
		return
	}
	if s.concernsHashrate(d) {
		s.ask(d, intel.OfHashrate, "", since)
	}
	if d.Exposure != nil && d.Exposure.Share >= bigExposure {
		s.ask(d, intel.OfPrice, "BTC", since)
	}
}

// concernsHashrate says whether blocks could show the incident: something was claimed of them, or it can stop
// miners in a place that has some.
func (s *step) concernsHashrate(d *draft) bool {
	switch {
	case d.Kind == intel.Hashrate, d.Claim(intel.OfHashrate) != nil:
		return true
	case d.Exposure == nil:
		return false
	case d.Kind == intel.Unrest, d.Kind == intel.Conflict:
		return d.Exposure.Share >= bigExposure
	default:
		return isEvent(d.Kind)
	}
}

// ask puts one question and keeps the answer. A new figure with the same verdicts is kept without a word.
func (s *step) ask(d *draft, of intel.Quantity, asset string, since time.Time) {
	m, ok := s.c.instruments.Measure(of, asset, since, s.now)
	if !ok {
		return
	}
	d.saved = true
	shown := d.Claim(of)
	s.judge(d, &m)
	if shown != nil {
		m.Verdict = shown.Verdict
	}
	old := d.Measurement(of)
	if old == nil {
		d.Measurements = append(d.Measurements, m)
		d.note(intel.Updated, "first measurement of the "+string(of))
		return
	}
	if m.Verdict != old.Verdict && m.Verdict != "" && m.Verdict != intel.Excluded {
		d.note(intel.Updated, "a change of "+percent(shown.Value)+" is "+string(m.Verdict)+" with what is measured")
	}
	*old = m
}

// judge gives every claim its verdict. That some have become excluded is a correction: whoever was told of them
// is told that they were wrong.
func (s *step) judge(d *draft, m *intel.Measurement) {
	var wrong []*intel.Claim
	for i := range d.Claims {
		c := &d.Claims[i]
		if c.Of != m.Of {
			continue
		}
		was := c.Verdict
		c.Verdict = s.verdict(d, m, c)
		if c.Verdict == intel.Excluded && was != intel.Excluded {
			wrong = append(wrong, c)
		}
	}
	if len(wrong) > 0 {
		d.note(intel.Corrected, "the "+string(m.Of)+" is measured at "+percent(m.Value)+" (95 %: "+
			number(*m.Low)+" ... "+number(*m.High)+"); that excludes "+byFigure(wrong))
	}
}

// byFigure lists claims, each figure once with all who claim it.
func byFigure(claims []*intel.Claim) string {
	var figures []string
	who := map[string][]string{}
	for _, c := range claims {
		f := percent(c.Value)
		if who[f] == nil {
			figures = append(figures, f)
		}
		who[f] = append(who[f], c.Source.Name)
	}
	for i, f := range figures {
		figures[i] = f + " (" + strings.Join(who[f], ", ") + ")"
	}
	return strings.Join(figures, " and ")
}

// verdict judges one claim. Where an instrument has found the fall by itself, its own figure counts: what is
// measured since then takes in the recovery. What an article alone says of the hashrate is excluded only where every
// span of time that it may mean excludes it, a day later still. What was confirmed once stays so.
func (s *step) verdict(d *draft, m *intel.Measurement, c *intel.Claim) intel.Verdict {
	figure := m.Figure
	own := d.Kind == intel.Hashrate && m.Of == intel.OfHashrate
	if own && hasInstrument(d.Incident) && d.Magnitude != nil {
		figure = *d.Magnitude
	}
	v := intel.Judge(figure, c.Figure)
	if v != intel.Excluded {
		return v
	}
	if c.Verdict == intel.Confirmed {
		return intel.Confirmed
	}
	if own && !hasInstrument(d.Incident) && !s.wrong(d, c) {
		return intel.Compatible
	}
	return intel.Excluded
}

// wrong says whether an article's claim about the hashrate is excluded whatever span it means.
func (s *step) wrong(d *draft, c *intel.Claim) bool {
	if s.now.Sub(c.At) < waited {
		return false
	}
	for _, span := range spans {
		m, ok := s.c.instruments.Measure(c.Of, "", d.Since.Add(-span), s.now)
		if !ok || intel.Judge(m.Figure, c.Figure) != intel.Excluded {
			return false
		}
	}
	return true
}

// name is a country as people write it.
func (c *Correlator) name(code string) string {
	if country := c.countries[code]; country != nil {
		return country.Name
	}
	return code
}
