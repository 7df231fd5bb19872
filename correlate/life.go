package correlate

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const day = 24 * time.Hour

// quietFor is how long an incident stays open without a further word.
func quietFor(k intel.Kind) time.Duration {
	switch k {
	case intel.Hashrate, intel.Price:
		return 50 * day // their detectors say when it is over, or has become the new normal
	case intel.Shutdown, intel.Conflict, intel.Sanctions, intel.Mining:
		return 7 * day
	case intel.Exchange:
		return 5 * day
	case intel.Power, intel.Regulation:
		return 3 * day
	default:
		return 4 * day
	}
}

const (
	// easedFor is how long what has eased stays open, in case it begins again.
	easedFor = 3 * day
	// contradictedFor is how long people can read that something was contradicted before it closes.
	contradictedFor = day
	// holds is how long a source that said it goes on holds an incident open against an article's easing; those
	// that go on seeing it say so once a day.
	holds = 26 * time.Hour
)

// ease takes a word that it is over. An instrument's end is one for the whole country, and it counts; an
// article's counts where no instrument that was heard within a day still sees it.
func (s *step) ease(d *draft, sig *intel.Signal) {
	if !d.Eased.IsZero() {
		return
	}
	if !fromInstrument(sig) && (sig.Alert < intel.AlertPush || s.held(d)) {
		d.note(intel.Updated, "first sign of easing: "+sig.Title)
		return
	}
	d.Updated, d.Eased, d.Phase = s.now, s.now, intel.Easing
	reason := sig.Title
	if len(sig.Sources) > 0 {
		reason += " (" + sig.Sources[0].Name + ")"
	}
	d.note(intel.EasedOff, reason)
}

// held says whether an instrument heard within a day still sees it.
func (s *step) held(d *draft) bool {
	return slices.ContainsFunc(d.Sources, func(src intel.Source) bool {
		return src.Instrument && s.now.Sub(src.Heard) < holds
	})
}

// pass moves every open incident on in time.
func (s *step) pass() {
	for _, i := range s.c.live {
		if !i.IsOpen() {
			continue
		}
		if reason := s.over(i); reason != "" {
			d := s.draft(i)
			d.Closed, d.ClosedAt = reason, s.now
			d.note(intel.Closed, "") // the incident says why
			continue
		}
		if from := asksFrom(i); !from.IsZero() && !question(from, i.Asked).After(s.now) {
			s.draft(i).saved = true // the question counts as put, whatever the answer
		}
	}
}

// over is why an incident closes now, or nothing.
func (s *step) over(i *intel.Incident) string {
	switch quiet := s.now.Sub(i.Updated); {
	case i.Evidence == intel.Contradicted && quiet >= contradictedFor:
		return intel.ClosedContradicted
	case !i.Eased.IsZero() && s.now.Sub(i.Eased) >= easedFor:
		return intel.ClosedEnded
	case quiet >= quietFor(i.Kind) && i.Eased.IsZero() && !s.blind(i):
		return intel.ClosedNoWord
	default:
		return ""
	}
}

// listen says on the cards whose instruments have all fallen silent, and when one speaks again.
func (s *step) listen() {
	for _, i := range s.c.live {
		if !i.IsOpen() || s.blind(i) == !i.Silent.IsZero() {
			continue
		}
		d := s.draft(i)
		if i.Silent.IsZero() {
			d.Silent = s.now
			d.note(intel.Updated, "its instruments have fallen silent")
		} else {
			d.Silent = zero
			d.note(intel.Updated, "its instruments speak again")
		}
	}
}

// blind says whether the incident's instruments are themselves silent: then no word means nothing.
func (s *step) blind(i *intel.Incident) bool {
	measured := false
	for _, src := range i.Sources {
		if !src.Instrument {
			continue
		}
		measured = true
		name := src.Name
		if i.Kind == intel.Hashrate {
			name = s.c.chain // the blocks are the instrument, whoever tells of them
		}
		if !s.c.silent[name] {
			return false
		}
	}
	return measured
}
