package detect

import (
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// OutageOptions sets up an OutageDetector.
type OutageOptions struct {
	// Countries give places their names in titles.
	Countries []intel.Country
}

// OutageDetector finds losses of connectivity in what outage observers say.
//
// An observer gives either a level against its baseline, which is judged by depth and duration, or a word:
// that something started, and how wide. Two data sources, one at great depth for an hour, or one with the
// cause known (a person looked) is news; one alone is a weak signal that is raised when others agree. An end
// for the whole country from any source is an end; any other ends only what that observer said of that region.
//
// A weak onset is held back for ten minutes: a source that sees many countries go at once is broken itself.
// While somebody goes on reporting the loss it is affirmed once a day; who says nothing for a week is forgotten.
type OutageDetector struct {
	names  map[string]string
	places map[string]*outageEpisode // by country
	starts []outageStart             // without a known cause, of late
	held   []*outageEpisode          // whose onset waits, in the order they began
}

// NewOutage makes a detector that has seen nothing.
func NewOutage(opts OutageOptions) *OutageDetector {
	d := &OutageDetector{names: map[string]string{}, places: map[string]*outageEpisode{}}
	for _, c := range opts.Countries {
		d.names[c.Code] = c.Name
	}
	return d
}

// Tick implements Detector: it lets go the onsets that were held back long enough.
func (d *OutageDetector) Tick(now time.Time) []intel.Signal {
	if len(d.held) == 0 {
		return nil
	}
	return d.release(now)
}

// Observe implements Detector.
func (d *OutageDetector) Observe(o intel.Observation) []intel.Signal {
	b, ok := o.Body.(intel.Outage)
	if !ok || saysNothing(b) {
		return nil
	}
	all := d.judge(o, b)
	if len(d.held) > 0 && !o.Backfill { // back-fill would mark what is live as its own
		all = append(all, d.release(o.Known)...)
	}
	return all
}

// judge folds an observation into its country's episode and says what follows.
func (d *OutageDetector) judge(o intel.Observation, b intel.Outage) []intel.Signal {
	r := read(o, b)
	e := d.places[b.Country]
	if e == nil {
		e = &outageEpisode{}
		d.places[b.Country] = e
	}
	e.forget(r.at)
	if b.State == intel.OutageStart && !r.healthy() && e.quiet(r) {
		e.reset()
	}
	var phase intel.Phase
	switch {
	case b.State == intel.OutageEnd:
		phase = e.end(r)
	case r.levelled && (r.healthy() || !saysLevel(b)):
		phase = e.level(r)
	default:
		phase = e.word(r)
	}
	if phase == "" {
		return nil
	}
	e.told = r.at
	return d.say(e, d.signal(o, e, phase, r), r)
}

// say decides whether a signal goes out: an onset that is weak waits, and with it all that would follow.
func (d *OutageDetector) say(e *outageEpisode, s intel.Signal, r reading) []intel.Signal {
	all := []intel.Signal{s}
	switch {
	case s.Phase == intel.Onset:
		if d.hold(e, s, r) {
			return nil
		}
	case e.held == nil:
	case s.Phase == intel.Easing:
		all = nil // nobody was told that it began
	case e.strong:
		all = []intel.Signal{e.letGo(s.Time), s}
	default:
		return nil
	}
	if s.Phase == intel.Easing {
		e.held = nil
		delete(d.places, r.Country)
	}
	return all
}

// reading is an observation as the episode takes it.
type reading struct {
	intel.Outage
	source   string
	data     []string  // its data sources; one that is empty when it names none
	at       time.Time // never later than it was known, whatever the observer's clock says
	loss     float64
	levelled bool        // loss is known
	scope    intel.Scope // how wide the observer says it is; empty when it does not say
}

func read(o intel.Observation, b intel.Outage) reading {
	r := reading{
		Outage: b, source: o.Source, data: strings.Split(b.DataSource, "+"), at: o.Time, scope: saidScope(b),
	}
	if r.at.After(o.Known) {
		r.at = o.Known
	}
	r.loss, r.levelled = lossOf(b)
	return r
}

// healthy says that it was measured and that too little is missing to speak of.
func (r reading) healthy() bool { return r.levelled && r.loss < dip }

// reach is how wide it is taken to be: a word that names no part is about the whole.
func (r reading) reach() intel.Scope {
	if r.scope == "" {
		return intel.ScopeNational
	}
	return r.scope
}

// saysNothing is true of a number that nothing can be compared with: it may be as healthy as any. With the
// cause known a person has looked, and the number is not all there is.
func saysNothing(b intel.Outage) bool {
	_, levelled := lossOf(b)
	return b.State == intel.OutageUpdate && b.Value != nil && !levelled && !knownCause(b.Cause)
}

// lossOf is the part of usual connectivity that is lost, where the observer gives both.
func lossOf(b intel.Outage) (float64, bool) {
	if b.Value == nil || b.Baseline == nil || *b.Baseline <= 0 || *b.Value < 0 {
		return 0, false
	}
	return min(max(1 - *b.Value / *b.Baseline, 0), 1), true
}

// saidScope is how wide the observer says it is; empty when it does not say. A named region is a region, even
// where the level calls it nationwide.
func saidScope(b intel.Outage) intel.Scope {
	level := strings.ToLower(b.Level)
	switch {
	case b.Region != "":
		return intel.ScopeRegional
	case strings.Contains(level, "nation"):
		return intel.ScopeNational
	case strings.Contains(level, "mobile"), strings.Contains(level, "region"), strings.Contains(level, "network"):
		return intel.ScopeRegional
	default:
		return ""
	}
}

// saysLevel says whether the width is the observer's own word, not only that of the series it reads.
func saysLevel(b intel.Outage) bool {
	b.Region = ""
	return saidScope(b) != ""
}

// knownCause says whether somebody knows why; some observers write that nobody does.
func knownCause(cause string) bool {
	cause = strings.TrimSpace(cause)
	return cause != "" && !strings.EqualFold(cause, "unknown")
}

// kindOf is the kind of happening that a cause makes of a loss of connectivity.
func kindOf(cause string) intel.Kind {
	if strings.Contains(strings.ToLower(cause), "power") {
		return intel.Power
	}
	return intel.Shutdown
}

func (d *OutageDetector) signal(o intel.Observation, e *outageEpisode, phase intel.Phase, r reading) intel.Signal {
	s := intel.Signal{
		Time: o.Known, Observation: o.Label(), Key: o.Key(), Kind: e.kind, Phase: phase,
		Places: []string{r.Country}, Scope: e.scope, Since: e.since, Title: d.title(r.Outage, e, phase), URL: r.URL,
		Sources: []intel.Source{{
			Name: o.Source, URL: r.URL, Tier: intel.Official, Instrument: r.DataSource != "report",
			Heard: o.Known,
		}},
		Alert:   intel.AlertDigest,
		Reasons: []string{strings.Join(e.seenBy(), ", ")},
		// The onset may go out with a later tick, which knows neither.
		Backfill: o.Backfill, Audience: o.Audience,
	}
	if e.strong || phase == intel.Easing {
		s.Alert = intel.AlertPush
	}
	if phase != intel.Onset {
		s.Since = r.at
	}
	if r.levelled {
		s.Magnitude = &intel.Figure{Of: intel.OfConnectivity, Value: round(-r.loss), Unit: intel.UnitRatio}
	}
	return s
}

func (d *OutageDetector) title(b intel.Outage, e *outageEpisode, phase intel.Phase) string {
	place := d.names[b.Country]
	if place == "" {
		place = b.Country
	}
	if b.Region != "" {
		place = b.Region + ", " + place
	}
	if phase == intel.Easing {
		return "Internet access restored in " + place
	}
	what := "Internet outage in "
	switch {
	case strings.Contains(strings.ToLower(b.Cause), "gov"):
		what = "Internet shutdown in "
	case e.kind == intel.Power:
		what = "Power cut takes the internet down in "
	}
	switch {
	case strings.Contains(strings.ToLower(b.Level), "mobile"):
		return strings.Replace(what, "Internet", "Mobile internet", 1) + place
	case e.scope == intel.ScopeNational && strings.HasPrefix(what, "Internet"):
		return "Nationwide " + strings.ToLower(what[:1]) + what[1:] + place
	default:
		return what + place
	}
}
