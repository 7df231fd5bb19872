package correlate

import (
	"slices"

	"github.com/faultlinebot/faultline/intel"
)

// take folds one signal. Only an article's first kind may open an incident; the others join what is there.
func (s *step) take(sig *intel.Signal, primary bool) {
	if !finite(sig.Magnitude) || !finite(sig.Claim) {
		return // no store can keep it, and nobody could read it
	}
	switch {
	case sig.Kind == intel.Hashrate && !fromInstrument(sig) && s.attribute(sig):
		return
	case sig.Kind == intel.Price && !fromInstrument(sig) && s.priced(sig):
		return
	}
	i := s.c.find(sig)
	switch {
	case i == nil:
		if s.opens(sig, primary) {
			s.open(sig)
		}
	case i.IsOpen():
		s.join(s.draft(i), sig)
	case i.Closed == intel.ClosedNoWord && fromInstrument(sig) && sig.Phase == intel.Easing:
		d := s.draft(i)
		d.Closed, d.saved = intel.ClosedEnded, true // now the end is known, if late
	case s.now.Sub(i.ClosedAt) <= reopenWithin:
		if weighty(sig) && !s.retells(i, sig) {
			s.reopen(s.draft(i), sig)
		}
	case weighty(sig) && !s.retells(i, sig) && s.opens(sig, primary):
		s.open(sig)
	}
}

// weighty says whether a signal may start again what has ended: a weak source repeating an old story may not.
func weighty(sig *intel.Signal) bool {
	if fromInstrument(sig) {
		return sig.Phase == intel.Onset || sig.Phase == intel.Ongoing
	}
	return sig.Phase == intel.Onset && sig.Alert == intel.AlertPush && len(sig.Sources) > 0 &&
		sig.Sources[0].Tier < intel.Other
}

// retells says whether an article tells a story again that the incident already has.
func (s *step) retells(i *intel.Incident, sig *intel.Signal) bool {
	return !fromInstrument(sig) && tells(i, fold(sig.Title))
}

func fromInstrument(sig *intel.Signal) bool {
	return slices.ContainsFunc(sig.Sources, func(src intel.Source) bool { return src.Instrument })
}

// attribute hands a word about the hashrate to the incident that is its likely cause. It is false when there is
// none, so that the word stands for itself.
func (s *step) attribute(sig *intel.Signal) bool {
	i := s.c.causeOf(sig)
	if i == nil {
		return false
	}
	if i.IsOpen() {
		d := s.draft(i)
		s.claim(d, sig)
		if sig.Phase == intel.Onset || sig.Phase == intel.Ongoing {
			s.hear(d, sig)
		}
	}
	return true // of one that has ended it is a retelling
}

// priced takes an article's word about a price, where that is not one of a fall: the market itself says how it
// moves, so that an article adds a claim and a voice to a fall that is open, and begins, ends or reopens none. It is
// false where the market is not watched and the article has to do.
func (s *step) priced(sig *intel.Signal) bool {
	if sig.Claim != nil && sig.Claim.Value > 0 {
		return true // a rise is no news here
	}
	if !s.watched(sig) {
		return false
	}
	if i := s.c.find(sig); i != nil && i.IsOpen() && i.Eased.IsZero() {
		d := s.draft(i)
		s.claim(d, sig)
		if sig.Phase == intel.Onset || sig.Phase == intel.Ongoing {
			s.hear(d, sig)
		}
	}
	return true
}

// opens says whether a signal is enough to make an incident of.
func (s *step) opens(sig *intel.Signal, primary bool) bool {
	if fromInstrument(sig) {
		return sig.Phase == intel.Onset || sig.Phase == intel.Ongoing
	}
	if sig.Alert < intel.AlertPush || !primary {
		return false
	}
	switch sig.Phase {
	case intel.Denial, intel.Comment:
		return false
	case intel.Easing:
		// That a ban or a sanction ends is news of its own; that something is over which we never heard of is not.
		return sig.Kind == intel.Sanctions || sig.Kind == intel.Regulation || sig.Kind == intel.Mining
	}
	switch sig.Kind {
	case intel.Hashrate:
		return sig.Claim != nil && sig.Claim.Of == intel.OfHashrate && sig.Claim.Value < 0
	case intel.Price:
		return len(sig.Assets) > 0 // a move of no asset in particular is told apart from no other
	case intel.Shutdown, intel.Power, intel.Unrest, intel.Conflict, intel.Disaster, intel.Mining:
		return len(sig.Places) > 0
	}
	return true
}

func (s *step) watched(sig *intel.Signal) bool {
	return s.c.instruments != nil && slices.ContainsFunc(sig.Assets, func(asset string) bool {
		_, ok := s.c.instruments.Measure(intel.OfPrice, asset, s.now.Add(-reopenWithin), s.now)
		return ok
	})
}

// open makes an incident of a signal.
func (s *step) open(sig *intel.Signal) {
	first := ""
	i := &intel.Incident{
		Audience: sig.Audience, Kind: sig.Kind, Phase: sig.Phase, Scope: sig.Scope, Title: sig.Title,
		Since: earlier(sig.Since, s.now), Opened: s.now, Updated: s.now,
	}
	switch sig.Kind {
	case intel.Price:
		i.Assets = slices.Clone(sig.Assets[:min(1, len(sig.Assets))])
		first = firstOf(i.Assets)
	case intel.Hashrate:
		i.Assets = []string{"BTC"}
		i.Places = slices.Clone(sig.Places)
	default:
		i.Places = slices.Clone(sig.Places)
		first = firstOf(i.Places)
		if first == "" {
			first = firstOf(sig.Assets)
		}
	}
	i.ID = ID(sig.Audience, sig.Kind, first, sig.Key)
	s.c.live = append(s.c.live, i)
	d := &draft{Incident: i}
	s.drafts = append(s.drafts, d)
	d.note(intel.Opened, sig.Title)
	s.absorb(d, sig)
}

// reopen takes an incident up again within three days of its end.
func (s *step) reopen(d *draft, sig *intel.Signal) {
	d.Closed, d.ClosedAt, d.Eased = "", zero, zero
	d.Phase, d.again = intel.Ongoing, true
	d.note(intel.Escalated, "it has begun again: "+sig.Title)
	s.absorb(d, sig)
}

// join folds a signal into an open incident.
func (s *step) join(d *draft, sig *intel.Signal) {
	switch sig.Phase {
	case intel.Easing:
		s.ease(d, sig)
	case intel.Denial:
		d.Updated = s.now
		d.note(intel.Updated, "denied: "+sig.Title)
	case intel.Comment:
		// A comment is no new word of the happening, but it may carry a claim.
		s.claim(d, sig)
	case intel.Threat:
		if d.Phase == intel.Threat {
			s.absorb(d, sig)
		}
	default:
		s.affirm(d, sig)
	}
}

// affirm takes a word that the happening began or goes on.
func (s *step) affirm(d *draft, sig *intel.Signal) {
	instrument := fromInstrument(sig)
	if !d.Eased.IsZero() {
		if !instrument && (!weighty(sig) || s.retells(d.Incident, sig)) {
			return
		}
		d.Eased, d.Phase, d.again = zero, intel.Ongoing, true
		d.note(intel.Escalated, "it goes on after all: "+sig.Title)
	}
	switch {
	case d.Phase == intel.Threat:
		d.Phase = sig.Phase
	case d.before != nil && sig.Phase == intel.Ongoing:
		d.Phase = intel.Ongoing
	}
	if instrument {
		d.Title = sig.Title
	}
	s.absorb(d, sig)
}

// absorb takes over what a signal says.
func (s *step) absorb(d *draft, sig *intel.Signal) {
	d.Updated, d.saved = s.now, true
	s.widen(d, sig)
	if fromInstrument(sig) && !sig.Since.IsZero() && sig.Since.Before(d.Since) {
		d.Since, d.Asked = earlier(sig.Since, s.now), 0 // it knows better than an article when it began
	}
	if d.Onset.IsZero() && d.Scope == intel.ScopeNational {
		d.Onset = earlier(sig.Since, s.now)
	}
	if m := sig.Magnitude; m != nil && fromInstrument(sig) {
		if d.before != nil && (d.Magnitude == nil || deeper(m, d.Magnitude)) {
			d.note(intel.Updated, string(m.Of)+" "+percent(m.Value))
		}
		figure := *m
		d.Magnitude = &figure
	}
	s.claim(d, sig)
	s.hear(d, sig)
}

// widen takes over places and scope. A price has none, and where the network's hashrate fell is a claim.
func (s *step) widen(d *draft, sig *intel.Signal) {
	if sig.Kind == intel.Price || sig.Kind == intel.Hashrate {
		return
	}
	// A round-up that names two places does not make one happening of two.
	wider := d.before == nil || fromInstrument(sig) || tells(d.Incident, fold(sig.Title))
	for _, p := range sig.Places {
		if wider && !slices.Contains(d.Places, p) {
			d.Places = append(d.Places, p)
			if d.before != nil {
				d.note(intel.Updated, "also in "+s.c.name(p))
			}
		}
	}
	if sig.Scope == intel.ScopeNational && d.Scope != intel.ScopeNational {
		d.Scope = intel.ScopeNational
		if d.before != nil {
			d.note(intel.Updated, "now nationwide")
		}
	}
}

// deeper says whether a fall is at least a twentieth of the whole deeper than another.
func deeper(a, b *intel.Figure) bool { return a.Of == b.Of && a.Value <= b.Value-0.05 }

// keepSources bounds how many voices and claims an incident remembers.
const keepSources = 50

// hear adds the signal's sources. A new voice is worth telling; the same one again is not.
func (s *step) hear(d *draft, sig *intel.Signal) {
	if sig.Phase == intel.Denial {
		return
	}
	addStory(d.Incident, sig.Title)
	for _, src := range sig.Sources {
		if src.Instrument && sig.Alert < intel.AlertPush {
			src.Tier = intel.Other // it sees something, faintly
		}
		at := slices.IndexFunc(d.Sources, func(k intel.Source) bool { return k.Name == src.Name })
		if at < 0 {
			if len(d.Sources) >= keepSources {
				continue
			}
			d.Sources = append(d.Sources, src)
			if d.before != nil {
				d.note(intel.Updated, "also "+src.Name)
			}
			continue
		}
		known := &d.Sources[at]
		known.Heard = src.Heard
		known.Tier = min(known.Tier, src.Tier)
		if known.URL == "" {
			known.URL = src.URL
		}
		d.saved = true
	}
}

// claim adds what a source claims about a quantity that is not the incident's own magnitude.
func (s *step) claim(d *draft, sig *intel.Signal) {
	if sig.Claim == nil || fromInstrument(sig) || len(sig.Sources) == 0 || sig.Claim.Value >= 0 ||
		sig.Phase == intel.Threat || sig.Phase == intel.Denial || len(d.Claims) >= keepSources {
		return
	}
	by := sig.Sources[0]
	if sig.Phase == intel.Comment {
		by.Tier = intel.Other // what somebody thinks ranks below what somebody reports
	}
	shown := d.Claim(sig.Claim.Of)
	was := ""
	if shown != nil {
		was = shown.Source.Name
	}
	d.Claims = append(d.Claims, intel.Claim{Figure: *sig.Claim, Source: by, At: s.now})
	d.saved = true
	if now := d.Claim(sig.Claim.Of); now.Source.Name != was {
		d.note(intel.Updated, now.Source.Name+" claims "+percent(now.Value)+" of the "+string(now.Of))
	}
}
