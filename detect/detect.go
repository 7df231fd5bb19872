// Package detect turns observations and ticks into signals. A detector is a pure state machine: the same input
// gives the same output whatever the wall clock says, which is what makes replay, tests and the published
// false-alarm rates honest. It knows no clock, no network and no store, and an observation's own time never
// moves its "now". After a start it is warmed by being shown what History kept.
//
// To add a detector: write one type with Observe and Tick, and add it in NewSet.
package detect

import (
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Detector turns observations and ticks into signals. It ignores bodies that are not its own.
type Detector interface {
	Observe(o intel.Observation) []intel.Signal
	Tick(now time.Time) []intel.Signal
}

// Options sets up a Set.
type Options struct {
	Countries []intel.Country
	// HashrateAlarms is how many false onsets of the hashrate a year are accepted; 0 means one.
	HashrateAlarms float64
}

// Set is all detectors as one. It also answers what its instruments show.
type Set struct {
	detectors []Detector
	hashrate  *HashrateDetector
	price     *PriceDetector
}

// NewSet makes a set that has seen nothing yet.
func NewSet(opts Options) *Set {
	s := &Set{
		hashrate: NewHashrate(HashrateOptions{AlarmsPerYear: opts.HashrateAlarms}),
		price:    NewPrice(PriceOptions{}),
	}
	s.detectors = []Detector{
		s.hashrate, s.price, NewOutage(OutageOptions{Countries: opts.Countries}), NewHeadline(opts.Countries),
	}
	return s
}

// Observe shows an observation to every detector. What is back-fill warms them; signals of it are marked so.
func (s *Set) Observe(o intel.Observation) []intel.Signal {
	var all []intel.Signal
	for _, d := range s.detectors {
		all = append(all, d.Observe(o)...)
	}
	for i := range all {
		all[i].Backfill = o.Backfill
		all[i].Audience = o.Audience
	}
	return all
}

// Tick tells every detector what time it is.
func (s *Set) Tick(now time.Time) []intel.Signal {
	var all []intel.Signal
	for _, d := range s.detectors {
		all = append(all, d.Tick(now)...)
	}
	return all
}

// Warmed says that what was observed so far is history.
func (s *Set) Warmed() { s.hashrate.Warmed() }

// Measure answers what a quantity shows since an onset, as known now. It is false while the instrument has
// too little to say anything. For a price the asset names the market.
func (s *Set) Measure(of intel.Quantity, asset string, since, now time.Time) (intel.Measurement, bool) {
	switch of {
	case intel.OfHashrate:
		return s.hashrate.Measure(since, now)
	case intel.OfPrice:
		return s.price.Measure(asset, since, now)
	default:
		return intel.Measurement{}, false
	}
}
