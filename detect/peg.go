package detect

import (
	"fmt"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// pegBroken is the level below which a stablecoin has lost its peg when it stays there for pegPatience.
	pegBroken   = 0.99
	pegPatience = 10 * time.Minute
	// pegLost is the level at which two bars in a row are enough.
	pegLost = 0.97
	// pegStep is how much deeper the next word must be.
	pegStep = 0.02
	// pegBack is the level that must hold for pegSettled to end the episode.
	pegBack    = 0.995
	pegSettled = time.Hour
)

// peg watches a stablecoin by its level: its returns say nothing, its distance from one says all.
type peg struct {
	below time.Time // since when it has been below pegBroken
	lost  int       // bars in a row below pegLost
	above time.Time // since when it has been back
	open  bool
	since time.Time
	told  float64 // the lowest level spoken of
}

func (p *peg) observe(o intel.Observation, b intel.Bar, end time.Time) []intel.Signal {
	p.note(b, end)
	switch {
	case !p.open && (p.lost >= 2 || !p.below.IsZero() && end.Sub(p.below) >= pegPatience):
		p.open, p.told, p.since = true, b.Close, p.below
		return []intel.Signal{p.signal(o, b, intel.Onset, "has lost its peg")}
	case p.open && b.Close <= p.told-pegStep && p.lost >= 2:
		p.told = b.Close
		return []intel.Signal{p.signal(o, b, intel.Ongoing, "is further below its peg")}
	case p.open && !p.above.IsZero() && end.Sub(p.above) >= pegSettled:
		p.open = false
		return []intel.Signal{p.signal(o, b, intel.Easing, "is back at its peg")}
	}
	return nil
}

// note follows how long the level has been where.
func (p *peg) note(b intel.Bar, end time.Time) {
	start := end.Add(-b.Interval)
	switch {
	case b.Close >= pegBroken:
		p.below = time.Time{}
	case p.below.IsZero():
		p.below = start
	}
	if b.Close < pegLost {
		p.lost++
	} else {
		p.lost = 0
	}
	switch {
	case b.Close < pegBack:
		p.above = time.Time{}
	case p.above.IsZero():
		p.above = start
	}
}

func (p *peg) signal(o intel.Observation, b intel.Bar, phase intel.Phase, what string) intel.Signal {
	return intel.Signal{
		Time: o.Known, Observation: o.Label(), Key: o.Key(), Kind: intel.Price, Phase: phase,
		Assets: []string{b.Asset}, Since: p.since,
		Magnitude: &intel.Figure{Of: intel.OfPrice, Value: round(b.Close - 1), Unit: intel.UnitRatio},
		Sources:   []intel.Source{{Name: o.Source, Tier: intel.Official, Instrument: true, Heard: o.Known}},
		Title:     b.Asset + " " + what, Alert: intel.AlertPush,
		Reasons: []string{fmt.Sprintf("%s traded at %.3f dollars on %s", b.Asset, b.Close, o.Source)},
	}
}
