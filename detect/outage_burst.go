package detect

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// burstCountries that start within burstSpan by one source's word, without a cause, are that source's own
	// trouble and not the world's.
	burstCountries = 5
	burstSpan      = 10 * time.Minute
	// startsKept is how long a start may still be found to belong to a burst that is told out of order.
	startsKept = time.Hour
	// heldAtMost is when an onset that still waits was told by another process, or is none any more: no tick
	// came for so long.
	heldAtMost = time.Hour
)

// heldOnset is a weak onset that waits for its source to prove sound.
type heldOnset struct {
	signal intel.Signal
	source string
	muted  bool // its source proved broken: it takes somebody else to let it go
}

// outageStart is a start without a known cause.
type outageStart struct {
	source, country string
	at              time.Time // as the source says
	known           time.Time
	episode         *outageEpisode
}

// hold notes an onset, keeps it back if it is weak, and says whether it does.
func (d *OutageDetector) hold(e *outageEpisode, s intel.Signal, r reading) bool {
	if knownCause(r.Cause) {
		return false
	}
	if !e.strong {
		e.held = &heldOnset{signal: s, source: r.source}
		d.held = append(d.held, e)
	}
	d.starts = slices.DeleteFunc(d.starts, func(old outageStart) bool { return s.Time.Sub(old.known) > startsKept })
	d.starts = append(d.starts, outageStart{r.source, r.Country, r.at, s.Time, e})
	d.mute(r.source, r.at)
	return !e.strong
}

// mute silences the held onsets of a source that belong to a burst around a time.
func (d *OutageDetector) mute(source string, at time.Time) {
	for _, first := range d.starts {
		if first.source != source || first.at.After(at) || at.Sub(first.at) >= burstSpan {
			continue
		}
		var burst []*outageEpisode
		var countries []string
		for _, s := range d.starts {
			if s.source != source || s.at.Before(first.at) || s.at.Sub(first.at) >= burstSpan {
				continue
			}
			burst = append(burst, s.episode)
			if !slices.Contains(countries, s.country) {
				countries = append(countries, s.country)
			}
		}
		if len(countries) < burstCountries {
			continue
		}
		for _, e := range burst {
			if e.held != nil && e.held.source == source {
				e.held.muted = true
			}
		}
	}
}

// release lets go what has waited long enough. What was muted waits on, for somebody else's word.
func (d *OutageDetector) release(now time.Time) []intel.Signal {
	var all []intel.Signal
	d.held = slices.DeleteFunc(d.held, func(e *outageEpisode) bool {
		if e.held == nil || e.held.muted {
			return true
		}
		waited := now.Sub(e.held.signal.Time)
		if waited < burstSpan {
			return false
		}
		s := e.letGo(now)
		if waited <= heldAtMost && !s.Backfill {
			all = append(all, s)
		}
		return true
	})
	return all
}

// letGo gives the onset that waited, as news of now.
func (e *outageEpisode) letGo(now time.Time) intel.Signal {
	s := e.held.signal
	s.Time, e.held = now, nil
	return s
}
