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

// pegMarks is where a stablecoin's level is at one venue: its returns say nothing, its distance from one says all.
type pegMarks struct {
	below time.Time // since when it has been below pegBroken
	lost  int       // bars in a row below pegLost
	above time.Time // since when it has been back
}

// pegEpisode is a peg that is lost.
type pegEpisode struct {
	venue string // that speaks of it
	since time.Time
	told  float64 // the lowest level spoken of
}

// note follows how long the level has been where. A gap since the last bar says nothing of what was in it.
func (p *pegMarks) note(level float64, start, last time.Time) {
	if start.Sub(last) > present {
		*p = pegMarks{}
	}
	mark(&p.below, level < pegBroken, start)
	mark(&p.above, level >= pegBack, start)
	if level < pegLost {
		p.lost++
	} else {
		p.lost = 0
	}
}

// broken says whether the venue sees the peg lost.
func (p *pegMarks) broken(now time.Time) bool { return p.lost >= 2 || long(p.below, now, pegPatience) }

// watchPeg judges a stablecoin by its level, after the venue has taken the bar. As with a fall, a majority of
// the venues present must see the peg lost, and the one that began it goes on speaking of it.
func (m *market) watchPeg(o intel.Observation, b intel.Bar, v *venue) []intel.Signal {
	broken := v.peg.broken(v.end)
	if broken {
		v.falling = v.end
	}
	e := m.peg
	switch {
	case e == nil:
		if !broken || !m.majority(v.end) {
			return nil
		}
		m.peg = &pegEpisode{venue: v.name, since: v.peg.below, told: b.Close}
		return []intel.Signal{m.pegSignal(o, b, intel.Onset, "has lost its peg")}
	case !m.leads(&e.venue, v.name, v.end):
		return nil
	case b.Close <= e.told-pegStep && v.peg.lost >= 2:
		e.told = b.Close
		return []intel.Signal{m.pegSignal(o, b, intel.Ongoing, "is further below its peg")}
	case long(v.peg.above, v.end, pegSettled):
		s := m.pegSignal(o, b, intel.Easing, "is back at its peg")
		m.peg = nil
		return []intel.Signal{s}
	}
	return nil
}

func (m *market) pegSignal(o intel.Observation, b intel.Bar, phase intel.Phase, what string) intel.Signal {
	return intel.Signal{
		Time: o.Known, Observation: o.Label(), Key: o.Key(), Kind: intel.Price, Phase: phase,
		Assets: []string{b.Asset}, Since: m.peg.since,
		Magnitude: &intel.Figure{Of: intel.OfPrice, Value: round(b.Close - 1), Unit: intel.UnitRatio},
		Sources:   []intel.Source{{Name: o.Source, Tier: intel.Official, Instrument: true, Heard: o.Known}},
		Title:     b.Asset + " " + what, Alert: intel.AlertPush,
		Reasons: []string{fmt.Sprintf("%s traded at %.3f dollars on %s", b.Asset, b.Close, o.Source)},
	}
}
