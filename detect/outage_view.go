package detect

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// deep is the part of connectivity whose loss is news from one data source alone, after an hour.
	deep      = 0.5
	deepSince = time.Hour
	// dip is the part whose loss counts at all.
	dip = 0.2
	// backAbove is the part that must be back, and for how long, before a level counts as recovered.
	backAbove = 0.85
	backFor   = 2 * time.Hour
	// unbroken is how far two readings may lie apart and still say what was between them.
	unbroken = 24 * time.Hour
)

// outageView is what one data source of one observer sees of one region, or of the country where the region
// is empty. Each keeps its own marks: that the routes are up says nothing of the phones behind them.
type outageView struct {
	source string
	data   string
	region string
	open   bool // it sees an outage
	scope  intel.Scope
	heard  time.Time // its last word
	read   time.Time // its last level
	dipped time.Time // since when its level has been so
	deeply time.Time
	back   time.Time
}

// dataSource names what the view looks with.
func (v *outageView) dataSource() string { return v.source + "/" + v.data }

// matches says whether a reading comes from the view.
func (v *outageView) matches(r reading) bool {
	return v.source == r.source && v.region == r.Region && slices.Contains(r.data, v.data)
}

// hear notes a reading and the marks that its level sets. One from before the last cannot be put in order.
func (v *outageView) hear(r reading) {
	if r.at.After(v.heard) {
		v.heard = r.at
	}
	if !r.levelled || r.at.Before(v.read) {
		return
	}
	if r.at.Sub(v.read) > unbroken {
		v.dipped, v.deeply, v.back = time.Time{}, time.Time{}, time.Time{}
	}
	v.read = r.at
	mark(&v.dipped, r.loss >= dip, r.at)
	mark(&v.deeply, r.loss >= deep, r.at)
	mark(&v.back, r.loss <= 1-backAbove, r.at)
}

// sees notes that the view sees an outage this wide.
func (v *outageView) sees(scope intel.Scope) {
	v.open = true
	if v.scope != intel.ScopeNational {
		v.scope = scope
	}
}

// close ends what the view sees; from now on its level is judged anew.
func (v *outageView) close() {
	v.open, v.scope = false, ""
	v.dipped, v.deeply, v.back = time.Time{}, time.Time{}, time.Time{}
}

// ends says whether an end is about what the view sees. The end of a part is not the end of a view that sees
// the whole country.
func (v *outageView) ends(r reading) bool {
	if v.source != r.source || v.region != r.Region || r.DataSource != "" && !slices.Contains(r.data, v.data) {
		return false
	}
	return r.Region != "" || r.scope != intel.ScopeRegional || v.scope != intel.ScopeNational
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

// long says whether a mark has been set for a span.
func long(since, now time.Time, span time.Duration) bool {
	return !since.IsZero() && now.Sub(since) >= span
}
