// Package correlate turns signals into incidents: one happening each, told apart by kind and place, asset or
// neither, with its evidence, its severity, its links to causes and effects, what is claimed and what is
// measured, and an end. It is pure: the same signals and ticks in the same order make the same incidents, in
// every run and every store.
//
// A step (one observation or one tick) drafts the incidents it touches; at its end each draft gets its derived
// fields, a new revision and at most one notice.
package correlate

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Instruments answers from what has been observed.
type Instruments interface {
	// Measure says what a quantity (of an asset, where it is a price) shows since an onset, as known now. It
	// is false while there is too little to say anything.
	Measure(of intel.Quantity, asset string, since, now time.Time) (intel.Measurement, bool)
}

// Options sets up a Correlator.
type Options struct {
	Countries   []intel.Country
	Instruments Instruments // nil measures nothing
}

// Remembers is how long after its end an incident is still looked at, so that a late article about it is
// recognised as a retelling. A correlator that resumes wants those incidents too.
const Remembers = 14 * 24 * time.Hour

// Correlator holds the open incidents and those that ended of late.
type Correlator struct {
	instruments Instruments
	countries   map[string]*intel.Country
	live        []*intel.Incident // in the order opened
	silent      map[string]bool   // sources that have said they are
	chain       string            // who told of the last block
	forgetAt    time.Time
}

// New makes a correlator without incidents.
func New(opts Options) *Correlator {
	c := &Correlator{
		instruments: opts.Instruments, countries: map[string]*intel.Country{}, silent: map[string]bool{},
	}
	for i := range opts.Countries {
		c.countries[opts.Countries[i].Code] = &opts.Countries[i]
	}
	return c
}

// Resume takes up the incidents that a store has kept.
func (c *Correlator) Resume(incidents []intel.Incident) {
	c.live = nil
	for i := range incidents {
		inc := incidents[i].Clone()
		c.live = append(c.live, &inc)
	}
}

// Observe folds what an observation made detectors say. Signals of back-fill change nothing.
func (c *Correlator) Observe(o intel.Observation, signals []intel.Signal) []intel.Change {
	changed := c.Heard(o)
	step := c.begin(o.Known)
	if changed {
		step.listen()
	}
	for i := range signals {
		if !signals[i].Backfill {
			step.take(&signals[i], i == 0)
		}
	}
	return step.end()
}

// Heard notes who speaks and who has fallen silent, and says whether that is a change; after a start History tells
// it.
func (c *Correlator) Heard(o intel.Observation) (changed bool) {
	was := c.silent[o.Source]
	switch o.Body.(type) {
	case intel.Silence:
		c.silent[o.Source] = true
		return !was
	case intel.Block:
		c.chain = o.Source
	}
	delete(c.silent, o.Source)
	return was
}

// Tick moves time: it asks instruments what is due, and closes what has ended.
func (c *Correlator) Tick(now time.Time, signals []intel.Signal) []intel.Change {
	step := c.begin(now)
	for i := range signals {
		step.take(&signals[i], i == 0)
	}
	step.pass()
	return step.end()
}

// step is one observation or tick at work.
type step struct {
	c      *Correlator
	now    time.Time
	drafts []*draft
}

// draft is an incident being changed.
type draft struct {
	*intel.Incident
	before *intel.Incident // as it was; nil when it is new
	notes  []note
	saved  bool // worth a revision even if nothing is to be told
	again  bool // it had eased or ended, and goes on
}

// note is one thing that happened to an incident in a step.
type note struct {
	change intel.ChangeKind
	reason string
}

func (c *Correlator) begin(now time.Time) *step {
	c.forget(now)
	return &step{c: c, now: now}
}

// draft opens an incident for changes; the second time in a step it is the same draft.
func (s *step) draft(i *intel.Incident) *draft {
	for _, d := range s.drafts {
		if d.Incident == i {
			return d
		}
	}
	before := i.Clone()
	d := &draft{Incident: i, before: &before}
	s.drafts = append(s.drafts, d)
	return d
}

func (d *draft) note(change intel.ChangeKind, reason string) {
	d.notes = append(d.notes, note{change, reason})
	d.saved = true
}

// end derives what follows from the changes and hands them over.
func (s *step) end() []intel.Change {
	// Linking may draft further incidents, so the list can grow while it is walked.
	for i := 0; i < len(s.drafts); i++ {
		s.derive(s.drafts[i])
	}
	var changes []intel.Change
	for _, d := range s.drafts {
		if ch, ok := s.finish(d); ok {
			changes = append(changes, ch)
		}
	}
	return changes
}

// derive sets the fields that follow from others.
func (s *step) derive(d *draft) {
	if d.IsOpen() && d.before != nil && !slices.Equal(d.before.Places, d.Places) {
		s.merge(d)
	}
	s.expose(d)
	s.measure(d)
	s.weigh(d)
	s.link(d)
}

// weigh sets evidence and severity and notes what people should hear of them.
func (s *step) weigh(d *draft) {
	evidence := EvidenceOf(d.Incident)
	if d.before != nil && rank(evidence) > rank(d.Evidence) {
		d.note(intel.Updated, "now "+string(evidence))
	}
	d.Evidence = evidence
	severity := SeverityOf(d.Incident)
	if d.before != nil && severity > d.before.Severity && d.IsOpen() {
		d.note(intel.Escalated, "")
	}
	d.Severity = severity
}

// finish gives a draft its revision and its notice.
func (s *step) finish(d *draft) (intel.Change, bool) {
	if !d.saved {
		return intel.Change{}, false
	}
	d.Revision++
	ch := intel.Change{Incident: d.Clone()}
	if n, ok := loudest(d.notes); ok {
		ch.Notice = &intel.Notice{
			Incident: d.ID, Revision: d.Revision, Change: n.change, Time: s.now, Reason: n.reason,
			Wider: d.before != nil && len(d.Places) > len(d.before.Places), Again: d.again,
		}
	}
	return ch, true
}

// loudness is the order in which the one notice of a step is chosen.
var loudness = map[intel.ChangeKind]int{
	intel.Updated: 1, intel.EasedOff: 2, intel.Closed: 3, intel.Corrected: 4, intel.Escalated: 5,
	intel.Opened: 6,
}

// loudest chooses the one notice of a step. Its reason is that of all notes of its change; an escalation or an
// update also says what else happened, since that is why.
func loudest(notes []note) (note, bool) {
	if len(notes) == 0 {
		return note{}, false
	}
	best := note{change: notes[0].change}
	for _, n := range notes {
		if loudness[n.change] > loudness[best.change] {
			best.change = n.change
		}
	}
	for _, n := range notes {
		if n.change == best.change || best.change == intel.Escalated {
			best.reason = join(best.reason, n.reason)
		}
	}
	return best, true
}

// join puts reasons into one sentence, each once.
func join(a, b string) string {
	switch {
	case b == "" || a == b:
		return a
	case a == "":
		return b
	default:
		return a + "; " + b
	}
}

// forget drops incidents that ended long ago.
func (c *Correlator) forget(now time.Time) {
	if now.Before(c.forgetAt) {
		return
	}
	c.forgetAt = now.Truncate(time.Hour).Add(time.Hour)
	c.live = slices.DeleteFunc(c.live, func(i *intel.Incident) bool {
		return !i.IsOpen() && now.Sub(i.ClosedAt) > Remembers
	})
}
