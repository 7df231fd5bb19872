package detect

import (
	"math"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// HashrateOptions sets up a HashrateDetector. The zero value is the published behaviour.
type HashrateOptions struct {
	// AlarmsPerYear is how many false onsets a year are accepted; 0 means one.
	AlarmsPerYear float64
}

const (
	blocksPerYear = 52560
	baselineSpan  = 90 * 24 * time.Hour
	// firstWord is the baseline from which the detector speaks.
	firstWord = 21 * 24 * time.Hour
	// settleSpan is how much of the new level must be seen before a further step is looked for.
	settleSpan = 4 * 24 * time.Hour
	// newNormal is when a fall that has not recovered becomes the level to compare with.
	newNormal = 45 * 24 * time.Hour
	// searchSpan is how far back a fall may have begun.
	searchSpan = 30 * 24 * time.Hour
	// surelyBack is the part of the level before the fall that the last days must exceed with their whole 95 %
	// interval, or lucky nights would end an episode that goes on.
	surelyBack = 0.9
	// repeatWithin is how old an onset may be that is told again after a start. A detector warmed from less than it
	// had seen before may know of a fall that was never spoken of; whoever knows it already hears nothing new.
	repeatWithin = 14 * 24 * time.Hour
)

// HashrateDetector finds falls of the network's hashrate in the arrival of blocks.
//
// Blocks arrive as a Poisson process whose rate is hashrate / difficulty, so the time between two blocks,
// measured in what the baseline says is usual at that difficulty, is exponential with mean one. A Shiryaev-
// Roberts statistic for each of several falls (15 to 50 %) accumulates the evidence that the rate fell at some
// unknown block; their mean is compared with a threshold that follows from the accepted number of false alarms:
// without a fall the statistic grows by one a block on average, so that a threshold of A is reached after no
// less than A blocks on average (Pollak 1985). An average over 24 hours would have a standard error of 8 %
// before anything happened; this rule waits exactly as long as the evidence needs.
//
// After an onset the episode stays open: a further fall below the new level is a step, and the return to the
// old level is easing.
type HashrateDetector struct {
	opts   HashrateOptions
	chain  chain
	state  hashrateState
	untold bool // an episode is open that this detector has not spoken of
}

// hashrateState is what folding over the chain leaves; folding anew starts from its zero value.
type hashrateState struct {
	evidence [len(falls)]float64 // Shiryaev-Roberts statistic of each fall
	episode  bool
	from     int64          // Unix seconds from which the baseline counts; 0 for as far as it reaches
	before   float64        // rate (difficulty per second) before the episode
	began    int64          // onset or last step, Unix seconds
	last     *hashrateEvent // what opened the episode or was its last step
	at       int64          // when that was found
}

// falls are the changes the mixture looks for: the factor that is left of the rate.
var falls = [...]float64{0.85, 0.8, 0.7, 0.6, 0.5}

// NewHashrate makes a detector that has seen no blocks.
func NewHashrate(opts HashrateOptions) *HashrateDetector {
	if opts.AlarmsPerYear <= 0 {
		opts.AlarmsPerYear = 1
	}
	return &HashrateDetector{opts: opts, chain: chain{keep: baselineSpan + searchSpan}}
}

// Observe implements Detector.
func (d *HashrateDetector) Observe(o intel.Observation) []intel.Signal {
	b, ok := o.Body.(intel.Block)
	if !ok {
		return nil
	}
	grown := d.chain.add(b, o.Time, o.Known)
	if d.chain.restated {
		if !o.Backfill {
			open := d.state.episode
			d.refold()
			d.untold = d.untold || d.state.episode && !open
		}
		return nil
	}
	if !grown {
		return nil
	}
	e := d.state.fold(&d.chain, len(d.chain.links)-1, d.opts)
	switch {
	case e != nil:
		d.untold = false
		return []intel.Signal{d.signal(o, *e)}
	case d.untold && !o.Backfill:
		d.untold = false
		if d.state.episode && o.Known.Unix()-d.state.at < int64(repeatWithin/time.Second) {
			return []intel.Signal{d.signal(o, *d.state.last)}
		}
	}
	return nil
}

// Warmed says that what was observed so far is past: what it gave rise to was told back then, if at all.
func (d *HashrateDetector) Warmed() { d.untold = d.state.episode }

// Tick implements Detector. Only blocks are evidence: a long time without one is as likely a dead watcher.
func (d *HashrateDetector) Tick(time.Time) []intel.Signal { return nil }

// refold makes the state anew from the blocks held; what it would have said back then is not said now.
func (d *HashrateDetector) refold() {
	d.chain.restate()
	d.state = hashrateState{}
	for i := range d.chain.links {
		d.state.fold(&d.chain, i, d.opts)
	}
}

// hashrateEvent is a change of the episode.
type hashrateEvent struct {
	phase  intel.Phase
	since  int64
	figure intel.Figure
}

// fold takes the block at index i into the state and says what changed, or nil.
func (s *hashrateState) fold(c *chain, i int, opts HashrateOptions) *hashrateEvent {
	if i < 3 {
		return nil
	}
	base, ok := s.baseline(c, i)
	if !ok {
		return nil
	}
	prev, now := c.links[i-1], c.links[i]
	gap := float64(now.at-prev.at) * base.rate / (now.work - prev.work) * float64(now.height-prev.height)
	if s.episode {
		if e := s.recover(c, now); e != nil {
			return e
		}
	}
	if !s.accumulate(gap, float64(now.height-prev.height), base, opts) {
		return nil
	}
	return s.alarm(c, i, base)
}

// baseline is what the rate usually is.
type baseline struct {
	rate float64       // difficulty per second
	span time.Duration // how much time it rests on
	n    float64       // how many blocks
}

// baseline reckons the usual rate before link i. It is false while there is too little to compare with.
func (s *hashrateState) baseline(c *chain, i int) (baseline, bool) {
	last := c.links[i-1]
	from := max(s.from, last.at-int64(baselineSpan/time.Second))
	first := 0
	if c.links[0].at < from {
		first = c.find(from)
	}
	if first >= i-1 {
		return baseline{}, false
	}
	l := c.links[first]
	b := baseline{
		rate: (last.work - l.work) / float64(max(last.at-l.at, 1)),
		span: time.Duration(last.at-l.at) * time.Second,
		n:    float64(last.height - l.height),
	}
	need := firstWord
	if s.episode {
		need = settleSpan
	}
	return b, b.span >= need
}

// accumulate adds a gap, in usual gaps, that ended with n blocks to the evidence. It says whether that is enough.
func (s *hashrateState) accumulate(gap, n float64, b baseline, opts HashrateOptions) bool {
	var sum float64
	for k, r := range falls {
		s.evidence[k] = (1 + s.evidence[k]) * math.Exp(n*math.Log(r)+(1-r)*gap)
		sum += s.evidence[k]
	}
	return sum/float64(len(falls)) >= threshold(b, opts)
}

// threshold is the level of the evidence at which an alarm is raised. The statistic overshoots it by a factor
// of about 1.3 when it alarms, which makes alarms that much rarer; a short baseline is itself uncertain, which
// makes them more frequent: by simulation, about as the square root of the missing span.
func threshold(b baseline, opts HashrateOptions) float64 {
	const overshoot = 1.3
	short := float64(baselineSpan) / float64(min(max(b.span, firstWord), baselineSpan))
	return blocksPerYear / opts.AlarmsPerYear / overshoot * math.Sqrt(short)
}

// alarm opens an episode or notes a further step of it.
func (s *hashrateState) alarm(c *chain, i int, b baseline) *hashrateEvent {
	began, left := s.estimate(c, i, b)
	e := &hashrateEvent{phase: intel.Onset, since: c.links[began].at}
	if s.episode {
		e.phase = intel.Ongoing
		left = left.times(b.rate / s.before)
	} else {
		s.before = b.rate
	}
	e.figure = left.figure()
	s.episode, s.began, s.from = true, e.since, e.since
	s.last, s.at = e, c.links[i].at
	s.evidence = [len(falls)]float64{}
	return e
}

// recoverySpans are the last days that are looked at for a recovery.
var recoverySpans = [...]time.Duration{24 * time.Hour, 48 * time.Hour, 96 * time.Hour, 168 * time.Hour}

// recover follows an open episode: it eases when the last days are surely back near the old level, and ends
// without a word when the new level has become the usual one.
func (s *hashrateState) recover(c *chain, now link) *hashrateEvent {
	for _, span := range recoverySpans {
		start := now.at - int64(span/time.Second)
		if start < s.began {
			break
		}
		seen, blocks := c.rate(start, now.at)
		if seen*(1-1.96/math.Sqrt(max(blocks, 1))) < surelyBack*s.before {
			continue
		}
		e := &hashrateEvent{
			phase: intel.Easing, since: start,
			figure: fall(seen/s.before, blocks, float64(firstWord/(10*time.Minute))),
		}
		*s = hashrateState{}
		return e
	}
	if now.at-s.began >= int64(newNormal/time.Second) {
		*s = hashrateState{from: s.began}
	}
	return nil
}

// fall writes what is left of a rate as a change with its 95 % interval. n and usual are the numbers of blocks
// that the two rates rest on.
func fall(left, n, usual float64) intel.Figure {
	half := 1.96 * left * math.Sqrt(1/max(n, 1)+1/max(usual, 1))
	low, high := left-1-half, left-1+half
	low = max(low, -1)
	return intel.Figure{
		Of: intel.OfHashrate, Value: round(left - 1), Low: ptr(round(low)), High: ptr(round(high)),
		Unit: intel.UnitRatio,
	}
}

func (d *HashrateDetector) signal(o intel.Observation, e hashrateEvent) intel.Signal {
	title := map[intel.Phase]string{
		intel.Onset:   "Bitcoin's hashrate fell",
		intel.Ongoing: "Bitcoin's hashrate fell further",
		intel.Easing:  "Bitcoin's hashrate has recovered",
	}[e.phase]
	s := intel.Signal{
		Time: o.Known, Observation: o.Label(), Key: o.Key(), Kind: intel.Hashrate, Phase: e.phase,
		Assets: []string{"BTC"}, Since: time.Unix(e.since, 0).UTC(), Magnitude: &e.figure,
		Sources: []intel.Source{{Name: "Bitcoin blocks", Tier: intel.Official, Instrument: true, Heard: o.Known}},
		Title:   title, Alert: intel.AlertPush,
		Reasons: []string{"blocks up to height " + o.Label()},
	}
	return s
}

func ptr[T any](v T) *T { return &v }

// round keeps four digits, more than any interval here is wide, so that output is short.
func round(x float64) float64 {
	r := math.Round(x*1e4) / 1e4
	if r == 0 {
		return 0
	}
	return r
}
