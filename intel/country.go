package intel

import "time"

// Country is what Faultline knows of a place beforehand: how headlines write it, and what it means for the
// network.
type Country struct {
	Code  string // ISO 3166-1 alpha-2, or "EU"
	Name  string // in English, as cards write it
	Names []string
	// Demonyms are adjectives and people: "Kazakh", "Kazakhstani".
	Demonyms []string
	Cities   []string
	Shares   []Share // oldest first
}

// Share is a published figure of a country's part in Bitcoin's hashrate.
type Share struct {
	Month     time.Time // first day of the month the figure is for
	Published time.Time // first day on which it was public
	Share     float64   // fraction of one
	Source    string
}

// ExposureAt is the newest share that was public at t, or nil.
func (c *Country) ExposureAt(t time.Time) *Exposure {
	var best *Share
	for i := range c.Shares {
		s := &c.Shares[i]
		if !s.Published.After(t) && (best == nil || s.Month.After(best.Month)) {
			best = s
		}
	}
	if best == nil {
		return nil
	}
	return &Exposure{Share: best.Share, AsOf: best.Month, Published: best.Published, Source: best.Source}
}
