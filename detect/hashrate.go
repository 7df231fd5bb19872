package detect

import (
	"fmt"
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
	// recovered is the part of the level before the fall that counts as having it back. nearlyBack must be seen
	// since it began to rise, over enough blocks, and surelyBack must be below the 95 % interval of that, or a
	// lucky night would end an episode that goes on at two thirds of the old level.
	recovered    = 0.96
	nearlyBack   = 0.93
	surelyBack   = 0.80
	enoughBlocks = 72
	// recoveryEvidence is the log-likelihood ratio at which a recovery is believed: odds of 150 to 1.
	recoveryEvidence = 5.0
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
	opts  HashrateOptions
	chain chain
	state hashrateState
}

// hashrateState is what folding over the chain leaves; folding anew starts from its zero value.
type hashrateState struct {
	height   int64               // the last block folded
	evidence [len(falls)]float64 // Shiryaev-Roberts statistic of each fall
	episode  bool
	from     int64   // Unix seconds from which the baseline counts; 0 for as far as it reaches
	before   float64 // rate (difficulty per second) before the episode
	began    int64   // onset or last step, Unix seconds
	back     float64 // log-likelihood ratio of the recovery, a CUSUM
	rising   int64   // since when that has been above zero, Unix seconds
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
	d.chain.add(b, o.Time)
	if d.chain.restated {
		if !o.Backfill {
			d.refold()
		}
		return nil
	}
	at := len(d.chain.links) - 1
	e := d.state.fold(&d.chain, at, d.opts)
	if e == nil {
		return nil
	}
	return []intel.Signal{d.signal(o, *e)}
}

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
	s.height = c.links[i].height
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
		if e := s.recover(c, i, now, prev); e != nil {
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
	began, left, n := s.estimate(c, i, b)
	e := &hashrateEvent{phase: intel.Onset, since: c.links[began].at}
	if s.episode {
		e.phase = intel.Ongoing
		left *= b.rate / s.before
	} else {
		s.before = b.rate
	}
	e.figure = fall(left, n, b.n)
	s.episode, s.began, s.from, s.back = true, e.since, e.since, 0
	s.evidence = [len(falls)]float64{}
	return e
}

// estimate finds where the fall most likely began and which part of the rate is left, by maximum likelihood
// over every possible beginning. n is how many blocks the estimate rests on.
func (s *hashrateState) estimate(c *chain, i int, b baseline) (began int, left, n float64) {
	now := c.links[i]
	earliest := max(s.from, now.at-int64(searchSpan/time.Second))
	best := math.Inf(-1)
	began, left, n = i-1, 1, 1
	for k := i - 1; k >= 0 && c.links[k].at >= earliest; k-- {
		got := float64(now.height - c.links[k].height)
		usual := b.rate * float64(now.at-c.links[k].at) * got / (now.work - c.links[k].work)
		if usual <= got {
			continue
		}
		if l := got*math.Log(got/usual) - got + usual; l > best {
			best, began, left, n = l, k, got/usual, got
		}
	}
	return began, left, n
}

// recover follows an open episode: it eases when the old level is likelier than the new one, and ends without a
// word when the new level has become the usual one.
func (s *hashrateState) recover(c *chain, i int, now, prev link) *hashrateEvent {
	since := c.find(s.began)
	level := (prev.work - c.links[since].work) / float64(max(prev.at-c.links[since].at, 1))
	low := min(level, 0.9*s.before)
	q := recovered * s.before / low
	n := float64(now.height - prev.height)
	gap := float64(now.at-prev.at) * low / (now.work - prev.work) * n
	s.back += n*math.Log(q) - (q-1)*gap
	if s.back <= 0 {
		s.back, s.rising = 0, now.at
	}
	if s.back >= recoveryEvidence {
		seen, blocks := c.rate(s.rising, now.at)
		seen /= s.before
		if blocks >= enoughBlocks && seen >= nearlyBack && seen*(1-1.96/math.Sqrt(blocks)) >= surelyBack {
			e := &hashrateEvent{phase: intel.Easing, since: s.rising, figure: s.recent(c, i)}
			*s = hashrateState{height: s.height}
			return e
		}
	}
	if now.at-s.began >= int64(newNormal/time.Second) {
		*s = hashrateState{height: s.height, from: s.began}
	}
	return nil
}

// recent is the last day's rate against the level before the episode.
func (s *hashrateState) recent(c *chain, i int) intel.Figure {
	now := c.links[i]
	day := c.links[min(c.find(now.at-24*60*60), i-1)]
	left := (now.work - day.work) / float64(max(now.at-day.at, 1)) / s.before
	return fall(left, float64(now.height-day.height), float64(firstWord/(10*time.Minute)))
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
		Reasons: []string{fmt.Sprintf("blocks up to height %d", d.state.height)},
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
