package detect

import (
	"slices"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// OutageOptions sets up an OutageDetector.
type OutageOptions struct {
	// Countries give places their names in titles.
	Countries []intel.Country
}

const (
	// deep is the part of connectivity whose loss is news from one data source alone, after an hour.
	deep      = 0.5
	deepSince = time.Hour
	// dip is the part whose loss counts at all.
	dip = 0.2
	// deeper is how much more must be lost for a further step.
	deeper = 0.2
	// backAbove is the part that must be back, and for how long, before a level counts as recovered.
	backAbove = 0.85
	backFor   = 2 * time.Hour
)

// OutageDetector finds losses of connectivity in what outage observers say.
//
// An observer gives either a level against its baseline, which is judged by depth and duration, or a word:
// that something started, and how wide. Two data sources, one at great depth for an hour, or one with the
// cause known (a person looked) is news; one alone is a weak signal that is raised when others agree. An end
// for the whole country from any source is an end.
type OutageDetector struct {
	names  map[string]string
	places map[string]*outageEpisode // by country
}

// outageEpisode is what is known of one country.
type outageEpisode struct {
	open    bool
	strong  bool
	kind    intel.Kind
	scope   intel.Scope
	since   time.Time
	sources []string // data sources that see it, as source/datasource
	depth   float64  // the deepest loss spoken of
	dipped  time.Time
	deeply  time.Time
	back    time.Time
}

// NewOutage makes a detector that has seen nothing.
func NewOutage(opts OutageOptions) *OutageDetector {
	d := &OutageDetector{names: map[string]string{}, places: map[string]*outageEpisode{}}
	for _, c := range opts.Countries {
		d.names[c.Code] = c.Name
	}
	return d
}

// Tick implements Detector.
func (d *OutageDetector) Tick(time.Time) []intel.Signal { return nil }

// Observe implements Detector.
func (d *OutageDetector) Observe(o intel.Observation) []intel.Signal {
	b, ok := o.Body.(intel.Outage)
	if !ok {
		return nil
	}
	e := d.places[b.Country]
	if e == nil {
		e = &outageEpisode{}
		d.places[b.Country] = e
	}
	loss, levelled := lossOf(b)
	var phase intel.Phase
	switch {
	case b.State == intel.OutageEnd:
		phase = e.end(o, b)
	case levelled && saidScope(b) == "":
		phase = e.level(o, b, loss)
	default:
		phase = e.word(o, b, loss)
	}
	if phase == "" {
		return nil
	}
	s := d.signal(o, b, e, phase, loss, levelled)
	if phase == intel.Easing && !e.open {
		delete(d.places, b.Country)
	}
	return []intel.Signal{s}
}

// lossOf is the part of usual connectivity that is lost, where the observer gives both.
func lossOf(b intel.Outage) (float64, bool) {
	if b.Value == nil || b.Baseline == nil || *b.Baseline <= 0 || *b.Value < 0 {
		return 0, false
	}
	return min(max(1 - *b.Value / *b.Baseline, 0), 1), true
}

// saidScope is how wide the observer says it is; empty when it does not say.
func saidScope(b intel.Outage) intel.Scope {
	level := strings.ToLower(b.Level)
	switch {
	case strings.Contains(level, "nation"):
		return intel.ScopeNational
	case b.Region != "", strings.Contains(level, "mobile"), strings.Contains(level, "region"),
		strings.Contains(level, "network"):
		return intel.ScopeRegional
	default:
		return ""
	}
}

// word takes an observer's word that something started or goes on.
func (e *outageEpisode) word(o intel.Observation, b intel.Outage, loss float64) intel.Phase {
	scope := saidScope(b)
	if scope == "" && b.Region == "" {
		scope = intel.ScopeNational
	}
	news := e.hear(o, b)
	strong := e.strong || b.Cause != "" || len(e.sources) >= 2
	phase := intel.Ongoing
	switch {
	case !e.open:
		phase = intel.Onset
		*e = outageEpisode{open: true, kind: kindOf(b.Cause), since: o.Time, sources: e.sources}
	case !news && strong == e.strong && loss < e.depth+deeper && (scope == e.scope || scope == intel.ScopeRegional):
		return ""
	}
	if e.scope != intel.ScopeNational {
		e.scope = scope
	}
	e.strong = strong
	e.depth = max(e.depth, loss)
	return phase
}

// level judges a series of readings by depth and duration.
func (e *outageEpisode) level(o intel.Observation, b intel.Outage, loss float64) intel.Phase {
	mark(&e.dipped, loss >= dip, o.Time)
	mark(&e.deeply, loss >= deep, o.Time)
	mark(&e.back, loss <= 1-backAbove, o.Time)
	long := func(since time.Time, span time.Duration) bool {
		return !since.IsZero() && o.Time.Sub(since) >= span
	}
	isDeep := long(e.deeply, deepSince)
	switch {
	case !e.open && (isDeep || long(e.dipped, deepSince)):
		since := e.dipped
		e.hear(o, b)
		*e = outageEpisode{
			open: true, strong: isDeep || len(e.sources) >= 2, kind: kindOf(b.Cause),
			scope: intel.ScopeNational, since: since, sources: e.sources, depth: loss,
			dipped: e.dipped, deeply: e.deeply,
		}
		if b.Region != "" {
			e.scope = intel.ScopeRegional
		}
		return intel.Onset
	case e.open && long(e.back, backFor):
		e.open = false
		return intel.Easing
	case e.open && (loss >= e.depth+deeper || isDeep && !e.strong || loss >= dip && e.hear(o, b)):
		e.depth = max(e.depth, loss)
		e.strong = e.strong || isDeep || len(e.sources) >= 2
		return intel.Ongoing
	}
	return ""
}

// mark notes since when something has held.
func mark(since *time.Time, holds bool, now time.Time) {
	switch {
	case !holds:
		*since = time.Time{}
	case since.IsZero():
		*since = now
	}
}

// end takes an observer's word that it is over: for a part, only that observer's view of it; for the whole
// country, all of it.
func (e *outageEpisode) end(o intel.Observation, b intel.Outage) intel.Phase {
	if !e.open {
		return ""
	}
	if saidScope(b) == intel.ScopeRegional && e.scope == intel.ScopeNational {
		return ""
	}
	e.sources = slices.DeleteFunc(e.sources, func(s string) bool {
		return slices.Contains(dataSources(o, b), s)
	})
	if saidScope(b) != intel.ScopeNational && b.DataSource != "" && len(e.sources) > 0 {
		return ""
	}
	e.open = false
	return intel.Easing
}

// hear notes the data sources of an observation and says whether one is new.
func (e *outageEpisode) hear(o intel.Observation, b intel.Outage) bool {
	fresh := false
	for _, s := range dataSources(o, b) {
		if !slices.Contains(e.sources, s) {
			e.sources = append(e.sources, s)
			fresh = true
		}
	}
	return fresh
}

func dataSources(o intel.Observation, b intel.Outage) []string {
	parts := strings.Split(b.DataSource, "+")
	for i := range parts {
		parts[i] = o.Source + "/" + parts[i]
	}
	return parts
}

// kindOf is the kind of happening that a cause makes of a loss of connectivity.
func kindOf(cause string) intel.Kind {
	if strings.Contains(strings.ToLower(cause), "power") {
		return intel.Power
	}
	return intel.Shutdown
}

func (d *OutageDetector) signal(o intel.Observation, b intel.Outage, e *outageEpisode, phase intel.Phase,
	loss float64, levelled bool,
) intel.Signal {
	s := intel.Signal{
		Time: o.Known, Observation: o.Label(), Key: o.Key(), Kind: e.kind, Phase: phase,
		Places: []string{b.Country}, Scope: e.scope, Since: e.since, Title: d.title(b, e, phase), URL: b.URL,
		Sources: []intel.Source{{
			Name: o.Source, URL: b.URL, Tier: intel.Official, Instrument: b.DataSource != "report",
			Heard: o.Known,
		}},
		Alert:   intel.AlertDigest,
		Reasons: []string{strings.Join(e.sources, ", ")},
	}
	if e.strong || phase == intel.Easing {
		s.Alert = intel.AlertPush
	}
	if phase != intel.Onset {
		s.Since = o.Time
	}
	if levelled {
		s.Magnitude = &intel.Figure{Of: intel.OfConnectivity, Value: round(-loss), Unit: intel.UnitRatio}
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
