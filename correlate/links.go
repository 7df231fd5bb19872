package correlate

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// linkWithin is how long after a possible cause an effect may begin.
const linkWithin = 7 * 24 * time.Hour

// link ties an incident to its possible causes and effects among the open ones.
func (s *step) link(d *draft) {
	if !d.IsOpen() || d.before != nil && slices.Equal(d.before.Places, d.Places) && d.before.IsOpen() &&
		d.before.Exposure == d.Exposure {
		return
	}
	for _, other := range s.c.live {
		if other == d.Incident || !other.IsOpen() || other.Audience != d.Audience {
			continue
		}
		switch {
		case mayCause(other, d.Incident):
			s.tie(other, d.Incident, intel.PossibleEffect, intel.PossibleCause)
		case mayCause(d.Incident, other):
			s.tie(other, d.Incident, intel.PossibleCause, intel.PossibleEffect)
		case other.Kind != d.Kind && isEvent(other.Kind) && isEvent(d.Kind) && overlap(other.Places, d.Places):
			s.tie(other, d.Incident, intel.Related, intel.Related)
		}
	}
}

// tie links two incidents with each other: a's link to b says how b stands to a.
func (s *step) tie(a, b *intel.Incident, bToA, aToB string) {
	addLink(s.draft(a), b, bToA)
	addLink(s.draft(b), a, aToB)
}

func addLink(d *draft, to *intel.Incident, how string) {
	if slices.ContainsFunc(d.Links, func(l intel.Link) bool { return l.ID == to.ID }) {
		return
	}
	d.Links = append(d.Links, intel.Link{ID: to.ID, How: how})
	d.saved = true
	if d.before != nil {
		d.note(intel.Updated, "linked: "+to.Title)
	}
}

// isEvent says whether a kind happens in a place.
func isEvent(k intel.Kind) bool {
	switch k {
	case intel.Shutdown, intel.Power, intel.Unrest, intel.Conflict, intel.Mining, intel.Disaster:
		return true
	default:
		return false
	}
}

// mayCause says whether a could be why b happened, by kind, place, share and time. It is a possibility, never
// more.
func mayCause(a, b *intel.Incident) bool {
	lag := b.Since.Sub(a.Since)
	if lag < -time.Hour || b.Since.Sub(a.Updated) > linkWithin {
		return false
	}
	switch b.Kind {
	case intel.Hashrate:
		return isEvent(a.Kind) && a.Exposure != nil && a.Phase != intel.Threat
	case intel.Price:
		if !slices.Contains(b.Assets, "BTC") || a.Phase == intel.Threat {
			return false
		}
		return a.Kind == intel.Hashrate ||
			isEvent(a.Kind) && a.Exposure != nil && a.Exposure.Share >= bigExposure
	case intel.Shutdown, intel.Power, intel.Mining:
		return provokes(a.Kind, b.Kind) && overlap(a.Places, b.Places)
	default:
		return false
	}
}

// provokes says which kinds of event lead to which in the same place.
func provokes(a, b intel.Kind) bool {
	switch a {
	case intel.Unrest, intel.Conflict, intel.Disaster:
		return b == intel.Shutdown || b == intel.Power
	case intel.Power:
		return b == intel.Shutdown || b == intel.Mining
	case intel.Shutdown:
		return b == intel.Mining
	default:
		return false
	}
}
