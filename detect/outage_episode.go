package detect

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// deeper is how much more must be lost for a further step.
	deeper = 0.2
	// outageForgotten is after how long without a word an observer is forgotten: an end that is never sent must
	// not silence a country for ever. Correlation closes a shutdown after as long.
	outageForgotten = 7 * 24 * time.Hour
	// outageQuiet is after how long without a word a start is a new one and not the old one said again.
	outageQuiet = 24 * time.Hour
	// affirmEvery is how often a loss that goes on being reported is spoken of.
	affirmEvery = 24 * time.Hour
)

// outageEpisode is what is known of one country.
type outageEpisode struct {
	open   bool
	strong bool
	kind   intel.Kind
	scope  intel.Scope
	since  time.Time
	depth  float64       // the deepest loss spoken of
	told   time.Time     // when it was last spoken of
	views  []*outageView // in the order first heard, so that nothing depends on map order
	held   *heldOnset    // its onset, while it waits
}

// take notes a reading with the views that it comes from, and gives them.
func (e *outageEpisode) take(r reading) []*outageView {
	var own []*outageView
	for _, data := range r.data {
		i := slices.IndexFunc(e.views, func(v *outageView) bool {
			return v.source == r.source && v.data == data && v.region == r.Region
		})
		if i < 0 {
			i = len(e.views)
			e.views = append(e.views, &outageView{source: r.source, data: data, region: r.Region})
		}
		e.views[i].hear(r)
		own = append(own, e.views[i])
	}
	return own
}

// join notes that views see the outage and says whether a data source is new to it.
func (e *outageEpisode) join(own []*outageView, scope intel.Scope) bool {
	before := e.seenBy()
	for _, v := range own {
		v.sees(scope)
	}
	return len(e.seenBy()) > len(before)
}

// seenBy names the data sources that see the outage.
func (e *outageEpisode) seenBy() []string {
	var names []string
	for _, v := range e.views {
		if n := v.dataSource(); v.open && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// agreed says whether two data sources see the outage. Those of a source that is broken are one.
func (e *outageEpisode) agreed() bool {
	if e.held == nil || !e.held.muted {
		return len(e.seenBy()) >= 2
	}
	return slices.ContainsFunc(e.views, func(v *outageView) bool { return v.open && v.source != e.held.source })
}

// word takes an observer's word that something started or goes on.
func (e *outageEpisode) word(r reading) intel.Phase {
	scope := r.reach()
	own := e.take(r)
	news := e.join(own, scope)
	strong := e.strong || e.agreed() || e.weighs(own, r)
	phase := intel.Ongoing
	switch {
	case !e.open:
		phase = intel.Onset
		e.begin(r, r.at)
	case !news && strong == e.strong && r.loss < e.depth+deeper &&
		(scope == e.scope || scope == intel.ScopeRegional):
		return e.affirm(r)
	}
	if e.scope != intel.ScopeNational {
		e.scope = scope
	}
	e.strong = strong
	e.depth = max(e.depth, r.loss)
	return phase
}

// level judges a series of readings by depth and duration.
func (e *outageEpisode) level(r reading) intel.Phase {
	own := e.take(r)
	switch {
	case !r.healthy() && !e.open:
		i := slices.IndexFunc(own, func(v *outageView) bool { return long(v.dipped, r.at, deepSince) })
		if i < 0 {
			return ""
		}
		e.join(own, r.reach())
		e.begin(r, own[i].dipped)
		e.scope, e.depth = r.reach(), r.loss
		e.strong = e.agreed() || e.weighs(own, r)
		return intel.Onset
	case !r.healthy():
		news := e.join(own, r.reach())
		strong := e.strong || e.agreed() || e.weighs(own, r)
		wider := e.scope != intel.ScopeNational && r.reach() == intel.ScopeNational
		if !news && !wider && strong == e.strong && r.loss < e.depth+deeper {
			return e.affirm(r)
		}
		if wider {
			e.scope = intel.ScopeNational
		}
		e.strong, e.depth = strong, max(e.depth, r.loss)
		return intel.Ongoing
	case e.open:
		return e.shut(func(v *outageView) bool { return v.matches(r) && long(v.back, r.at, backFor) })
	}
	return ""
}

// weighs says whether a reading is news without a second: its cause is known, or it has been deep for long.
func (e *outageEpisode) weighs(own []*outageView, r reading) bool {
	return knownCause(r.Cause) ||
		slices.ContainsFunc(own, func(v *outageView) bool { return long(v.deeply, r.at, deepSince) })
}

func (e *outageEpisode) begin(r reading, since time.Time) {
	e.open, e.kind, e.since = true, kindOf(r.Cause), since
}

// affirm says once a day that it goes on, so that nobody takes it for over while it is still reported.
func (e *outageEpisode) affirm(r reading) intel.Phase {
	if r.State != intel.OutageUpdate || r.at.Sub(e.told) < affirmEvery {
		return ""
	}
	return intel.Ongoing
}

// end takes an observer's word that it is over: for the whole country, all of it; else only that observer's
// view of that part.
func (e *outageEpisode) end(r reading) intel.Phase {
	whole := r.scope == intel.ScopeNational || r.scope == "" && r.DataSource == ""
	for _, v := range e.views {
		if v.ends(r) {
			v.hear(r)
		}
	}
	return e.shut(func(v *outageView) bool { return whole || v.ends(r) })
}

// shut closes the open views that are over, and the episode with the last of them.
func (e *outageEpisode) shut(over func(*outageView) bool) intel.Phase {
	if !e.open {
		return ""
	}
	for _, v := range e.views {
		if v.open && over(v) {
			v.close()
		}
	}
	if e.seen() {
		return ""
	}
	return intel.Easing
}

// seen says whether a view sees the outage still.
func (e *outageEpisode) seen() bool {
	return slices.ContainsFunc(e.views, func(v *outageView) bool { return v.open })
}

// forget drops the views that have said nothing for long, and the episode with the last that saw it.
func (e *outageEpisode) forget(now time.Time) {
	e.views = slices.DeleteFunc(e.views, func(v *outageView) bool { return now.Sub(v.heard) > outageForgotten })
	if e.open && !e.seen() {
		*e = outageEpisode{views: e.views}
	}
}

// quiet says whether a start is a new one: its source has not spoken for a day, nor has anybody else who sees
// the old one.
func (e *outageEpisode) quiet(r reading) bool {
	if !e.open {
		return false
	}
	knew := false
	for _, v := range e.views {
		if v.source != r.source && !v.open {
			continue
		}
		if r.at.Sub(v.heard) <= outageQuiet {
			return false
		}
		knew = knew || v.source == r.source
	}
	return knew
}

// reset forgets the episode; who watched it goes on from nothing.
func (e *outageEpisode) reset() { *e = outageEpisode{} }
