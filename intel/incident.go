package intel

import "time"

// Severity orders incidents by how much they matter.
type Severity int

// The severities.
const (
	Info Severity = iota
	Minor
	Major
	Critical
)

var severityWords = [...]string{"info", "minor", "major", "critical"}

// String is the word people read and configs write.
func (s Severity) String() string {
	if s < Info || s > Critical {
		return "unknown"
	}
	return severityWords[s]
}

// ParseSeverity reads the word back.
func ParseSeverity(word string) (Severity, bool) {
	for i, w := range severityWords {
		if w == word {
			return Severity(i), true
		}
	}
	return Info, false
}

// MarshalText implements encoding.TextMarshaler.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. An unknown word reads as info.
func (s *Severity) UnmarshalText(text []byte) error {
	*s, _ = ParseSeverity(string(text))
	return nil
}

// Evidence says how sure a happening itself is.
type Evidence string

// The evidence levels, weakest first; Contradicted stands apart.
const (
	Rumour       Evidence = "rumour"       // one weak source
	Reported     Evidence = "reported"     // one strong source
	Corroborated Evidence = "corroborated" // two independent sources
	Measured     Evidence = "measured"     // an instrument agrees
	Contradicted Evidence = "contradicted" // an instrument excludes it
)

// Verdict is what a measurement says about a claim.
type Verdict string

// The verdicts. An empty verdict means that nothing was claimed.
const (
	Excluded   Verdict = "excluded"   // the interval lies wholly above the claim: no such fall
	Compatible Verdict = "compatible" // the interval holds the claim, and no change at all
	Confirmed  Verdict = "confirmed"  // the interval excludes no change and does not exclude the claim
)

// Claim is a figure that a source gave.
type Claim struct {
	Figure
	Source  Source    `json:"source"`
	At      time.Time `json:"at"`      // known time
	Verdict Verdict   `json:"verdict"` // of the newest measurement of the quantity, empty before there is one
}

// Measurement is what an instrument shows since an onset.
type Measurement struct {
	Figure
	Verdict Verdict       `json:"verdict"`
	Asset   string        `json:"asset,omitempty"` // for a price
	Since   time.Time     `json:"since"`           // the onset it was asked about
	At      time.Time     `json:"at"`              // known time of the answer
	Over    time.Duration `json:"over"`            // how much time after the onset it rests on
}

// Judge says what a measurement with an interval means for a claimed fall: excluded when the whole interval lies
// above it, confirmed when the interval excludes no change and not the claim, else compatible. Without an
// interval there is no verdict.
func Judge(measured, claimed Figure) Verdict {
	switch {
	case measured.Low == nil || measured.High == nil:
		return ""
	case *measured.Low > claimed.Value:
		return Excluded
	case *measured.High < 0:
		return Confirmed
	default:
		return Compatible
	}
}

// Exposure is a place's share of Bitcoin's hashrate as last published at that moment.
type Exposure struct {
	Share     float64   `json:"share"`
	AsOf      time.Time `json:"as_of"`     // first day of the month the figure is for
	Published time.Time `json:"published"` // when it came out
	Source    string    `json:"source"`
}

// How one incident is linked to another. Place and time make a cause possible, never certain.
const (
	PossibleCause  = "possible_cause"
	PossibleEffect = "possible_effect"
	MergedInto     = "merged_into"
	Merged         = "merged" // the other one was merged into this
	Related        = "related"
)

// Link names another incident.
type Link struct {
	ID  string `json:"id"`
	How string `json:"how"`
}

// Reasons for closing.
const (
	ClosedEnded        = "ended"
	ClosedContradicted = "contradicted"
	ClosedMerged       = "merged"
	ClosedNoWord       = "no further word"
)

// Incident is one happening: kind, place or asset, time. It carries everything that correlation needs to go
// on with it after a restart.
type Incident struct {
	ID           string        `json:"id"`
	Revision     int           `json:"revision"` // 1 for the first; each saved change is one more
	Audience     Audience      `json:"audience"`
	Kind         Kind          `json:"kind"`
	Phase        Phase         `json:"phase"`
	Places       []string      `json:"places"`
	Assets       []string      `json:"assets"`
	Scope        Scope         `json:"scope"`
	Severity     Severity      `json:"severity"`
	Evidence     Evidence      `json:"evidence"`
	Title        string        `json:"title"`
	Since        time.Time     `json:"since"`     // when the happening began
	Onset        time.Time     `json:"onset"`     // first signal of national scope; what instruments are asked about
	Opened       time.Time     `json:"opened"`    // known time
	Updated      time.Time     `json:"updated"`   // known time of the last signal
	Eased        time.Time     `json:"eased"`     // zero while it lasts
	ClosedAt     time.Time     `json:"closed_at"` // zero while it is open
	Silent       time.Time     `json:"silent"`    // since when its instruments have all been silent, else zero
	Closed       string        `json:"closed"`    // reason, empty while it is open
	Magnitude    *Figure       `json:"magnitude"` // of the happening itself
	Claims       []Claim       `json:"claims"`    // all of them, in the order heard
	Measurements []Measurement `json:"measurements"`
	Exposure     *Exposure     `json:"exposure"`
	Links        []Link        `json:"links"`
	Sources      []Source      `json:"sources"` // in the order first heard
	Asked        int           `json:"asked"`   // how many of the instrument questions have been put
	Stories      []string      `json:"stories"` // folded titles of its articles, newest last, bounded
}

// IsOpen says whether the incident has not been closed.
func (i *Incident) IsOpen() bool { return i.Closed == "" }

// Claim is the one a card shows: the largest from the best tier, about the quantity given.
func (i *Incident) Claim(of Quantity) *Claim {
	var best *Claim
	for n := range i.Claims {
		c := &i.Claims[n]
		if c.Of != of {
			continue
		}
		if best == nil || c.Source.Tier < best.Source.Tier ||
			c.Source.Tier == best.Source.Tier && abs(c.Value) > abs(best.Value) {
			best = c
		}
	}
	return best
}

// Measurement is the newest about the quantity given.
func (i *Incident) Measurement(of Quantity) *Measurement {
	for n := len(i.Measurements) - 1; n >= 0; n-- {
		if i.Measurements[n].Of == of {
			return &i.Measurements[n]
		}
	}
	return nil
}

// Clone copies the incident so deeply that changing the copy never shows in the original.
func (i *Incident) Clone() Incident {
	c := *i
	c.Places = append([]string(nil), i.Places...)
	c.Assets = append([]string(nil), i.Assets...)
	c.Claims = append([]Claim(nil), i.Claims...)
	c.Measurements = append([]Measurement(nil), i.Measurements...)
	c.Links = append([]Link(nil), i.Links...)
	c.Sources = append([]Source(nil), i.Sources...)
	c.Stories = append([]string(nil), i.Stories...)
	return c
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// ChangeKind says what changed in an incident that people should hear.
type ChangeKind string

// The changes. More evidence alone is an update, not an escalation.
const (
	Opened    ChangeKind = "opened"
	Escalated ChangeKind = "escalated" // severity rose a step, or it was reopened
	Updated   ChangeKind = "updated"
	Corrected ChangeKind = "corrected"
	EasedOff  ChangeKind = "eased"
	Closed    ChangeKind = "closed"
)

// Spoken says whether people hear of the change by a reply to the card; all other changes are edits.
func (c ChangeKind) Spoken() bool {
	return c == Escalated || c == Corrected || c == EasedOff || c == Closed
}

// Notice is one change of one incident that people should hear. There is at most one for a revision.
type Notice struct {
	Incident string     `json:"incident"`
	Revision int        `json:"revision"`
	Change   ChangeKind `json:"change"`
	Time     time.Time  `json:"time"`   // known time
	Reason   string     `json:"reason"` // one sentence for people
	// Wider says that the incident has come to places it was not in: those who watch these have no card yet.
	Wider bool `json:"wider,omitempty"`
	// Again says that it had eased or ended and goes on.
	Again bool `json:"again,omitempty"`
}

// Change is an incident at a new revision and, where people should hear of it, the notice.
type Change struct {
	Incident Incident
	Notice   *Notice
}
