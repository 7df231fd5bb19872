package correlate

import "github.com/faultlinebot/faultline/intel"

// EvidenceOf says how sure the happening itself is, by who has said or measured it: one weak source is a
// rumour, one strong one a report, two independent ones corroborate each other, and an instrument that sees it
// clearly measures it. A happening that consists in a figure is contradicted where an instrument excludes it.
//
// An instrument that sees something faintly has the tier of a weak source.
func EvidenceOf(i *intel.Incident) intel.Evidence {
	if i.Kind == intel.Hashrate && !hasInstrument(i) {
		if m := i.Measurement(intel.OfHashrate); m != nil && m.Verdict == intel.Excluded {
			return intel.Contradicted
		}
	}
	if hasInstrument(i) {
		return intel.Measured
	}
	strong := false
	for _, s := range i.Sources {
		strong = strong || s.Tier < intel.Other
	}
	switch {
	case len(i.Sources) >= 2:
		return intel.Corroborated
	case strong:
		return intel.Reported
	default:
		return intel.Rumour
	}
}

func hasInstrument(i *intel.Incident) bool {
	for _, s := range i.Sources {
		if s.Instrument && s.Tier < intel.Other {
			return true
		}
	}
	return false
}

// rank orders evidence; contradiction is news, so it ranks highest.
func rank(e intel.Evidence) int {
	switch e {
	case intel.Rumour:
		return 1
	case intel.Reported:
		return 2
	case intel.Corroborated:
		return 3
	case intel.Measured:
		return 4
	case intel.Contradicted:
		return 5
	default:
		return 0
	}
}
