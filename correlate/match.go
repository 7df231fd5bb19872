package correlate

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// reopenWithin is how long after its end an onset takes an incident up again.
const reopenWithin = 72 * time.Hour

// find is the incident that a signal is about: an open one, or one that the signal reopens, or one that ended
// of late. It is nil when there is none. Of those that fit best the oldest wins.
func (c *Correlator) find(s *intel.Signal) *intel.Incident {
	var best *intel.Incident
	story := fold(s.Title)
	for _, i := range c.live {
		if i.Kind != s.Kind || i.Audience != s.Audience || i.Closed == intel.ClosedMerged || !same(i, s, story) {
			continue
		}
		if best == nil || fits(i, s) > fits(best, s) ||
			fits(i, s) == fits(best, s) && i.ClosedAt.After(best.ClosedAt) {
			best = i
		}
	}
	return best
}

// fits says how well an incident fits a signal that is about the same: one that lasts before one that eases before
// one that has ended, then the one with more places in common.
func fits(i *intel.Incident, s *intel.Signal) int {
	const most = 1000 // places
	common := 0
	for _, p := range s.Places {
		if slices.Contains(i.Places, p) {
			common++
		}
	}
	switch {
	case !i.IsOpen():
		return common
	case !i.Eased.IsZero():
		return most + common
	default:
		return 2*most + common
	}
}

// same says whether an incident and a signal of its kind, whose title is folded into story, are about the same
// happening.
func same(i *intel.Incident, s *intel.Signal, story string) bool {
	switch s.Kind {
	case intel.Hashrate:
		return true // there is one network
	case intel.Price:
		return overlap(i.Assets, s.Assets)
	case intel.Sanctions, intel.Regulation, intel.Exchange:
		// One place has many of these at a time: only the story tells them apart.
		return (len(i.Places) == 0 || len(s.Places) == 0 || overlap(i.Places, s.Places)) && tells(i, story)
	default:
		if len(i.Places) == 0 && len(s.Places) == 0 {
			return tells(i, story)
		}
		return overlap(i.Places, s.Places)
	}
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// causes are the kinds that can take hashrate off the network, likeliest first.
var causes = []intel.Kind{intel.Shutdown, intel.Power, intel.Mining, intel.Disaster, intel.Unrest, intel.Conflict}

// causeOf is the incident that a claim about the hashrate belongs to: in one of the claim's places, of the kind
// that is the likeliest cause. Open ones come before those that ended of late.
func (c *Correlator) causeOf(s *intel.Signal) *intel.Incident {
	for _, open := range []bool{true, false} {
		for _, kind := range causes {
			for _, i := range c.live {
				if i.Kind == kind && i.IsOpen() == open && heardBy(i, s) && overlap(i.Places, s.Places) &&
					i.Closed != intel.ClosedMerged {
					return i
				}
			}
		}
	}
	return nil
}

// heardBy says whether a signal may speak into an incident: never from one server into everyone's.
func heardBy(i *intel.Incident, s *intel.Signal) bool { return i.Audience == s.Audience }
