package correlate

import (
	"slices"

	"github.com/faultlinebot/faultline/intel"
)

// merge joins two incidents that a signal has shown to be one: same kind, places in common, and a story that
// both tell. The younger closes with a link to the older, which takes over what it knew.
func (s *step) merge(d *draft) {
	if d.Kind == intel.Price || d.Kind == intel.Hashrate {
		return
	}
	for _, other := range s.c.live {
		if other == d.Incident || !other.IsOpen() || other.Kind != d.Kind || other.Audience != d.Audience ||
			!overlap(other.Places, d.Places) || !alike(other, d.Incident) {
			continue
		}
		older, younger := s.draft(other), d
		if other.Opened.After(d.Opened) {
			older, younger = d, s.draft(other)
		}
		s.swallow(older, younger)
		return
	}
}

// alike says whether two incidents share a story.
func alike(a, b *intel.Incident) bool {
	return slices.ContainsFunc(a.Stories, func(x string) bool {
		return slices.ContainsFunc(b.Stories, func(y string) bool { return likeness(x, y) >= oneHappening })
	})
}

func (s *step) swallow(older, younger *draft) {
	for _, p := range younger.Places {
		if !slices.Contains(older.Places, p) {
			older.Places = append(older.Places, p)
		}
	}
	for _, src := range younger.Sources {
		if !slices.ContainsFunc(older.Sources, func(k intel.Source) bool { return k.Name == src.Name }) {
			older.Sources = append(older.Sources, src)
		}
	}
	older.Claims = append(older.Claims, younger.Claims...)
	older.Stories = append(older.Stories, younger.Stories...)
	older.Stories = older.Stories[max(0, len(older.Stories)-keepStories):]
	for _, m := range younger.Measurements {
		if older.Measurement(m.Of) == nil {
			older.Measurements = append(older.Measurements, m)
		}
	}
	for _, l := range younger.Links {
		if l.ID != older.ID && !slices.ContainsFunc(older.Links, func(k intel.Link) bool { return k.ID == l.ID }) {
			older.Links = append(older.Links, l)
		}
	}
	if younger.Since.Before(older.Since) {
		older.Since = younger.Since
	}
	if younger.Eased.IsZero() && !older.Eased.IsZero() {
		older.Eased, older.Phase = zero, younger.Phase
	}
	if older.Scope != intel.ScopeNational {
		older.Scope = younger.Scope
	}
	if older.Onset.IsZero() || !younger.Onset.IsZero() && younger.Onset.Before(older.Onset) {
		older.Onset = younger.Onset
	}
	older.Links = append(older.Links, intel.Link{ID: younger.ID, How: intel.Merged})
	older.Updated = s.now
	older.note(intel.Updated, "joined with: "+younger.Title)
	younger.Links = append(younger.Links, intel.Link{ID: older.ID, How: intel.MergedInto})
	younger.Closed, younger.ClosedAt = intel.ClosedMerged, s.now
	younger.note(intel.Closed, "it is the same as: "+older.Title)
}
