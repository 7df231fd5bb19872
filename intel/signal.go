package intel

import "time"

// Kind says what sort of happening something is.
type Kind string

// The kinds, in the order in which menus show them.
const (
	Shutdown   Kind = "shutdown"
	Power      Kind = "power"
	Unrest     Kind = "unrest"
	Conflict   Kind = "conflict"
	Sanctions  Kind = "sanctions"
	Mining     Kind = "mining"
	Hashrate   Kind = "hashrate"
	Price      Kind = "price"
	Regulation Kind = "regulation"
	Exchange   Kind = "exchange"
	Disaster   Kind = "disaster"
)

// Kinds lists every kind once.
func Kinds() []Kind {
	return []Kind{
		Shutdown, Power, Unrest, Conflict, Sanctions, Mining, Hashrate, Price, Regulation, Exchange,
		Disaster,
	}
}

// Phase says where in its life a happening is.
type Phase string

// The phases.
const (
	Threat  Phase = "threat"
	Onset   Phase = "onset"
	Ongoing Phase = "ongoing"
	Easing  Phase = "easing"
	Denial  Phase = "denial"
	Comment Phase = "comment"
)

// Alert says what a signal is worth alone.
type Alert int

// The alert levels: nothing, a line in the daily digest, a push message.
const (
	AlertNone   Alert = 0
	AlertDigest Alert = 1
	AlertPush   Alert = 2
)

// Scope says how much of a place is concerned.
type Scope string

// The scopes. The zero value is unknown.
const (
	ScopeRegional Scope = "regional" // a region, or one part of the networks such as mobile
	ScopeNational Scope = "national"
)

// Signal is a detector's statement about the world.
type Signal struct {
	Time        time.Time // known time of the cause
	Observation string    // label of the observation that caused it; see [Observation.Label]
	Key         string    // key of that observation
	Kind        Kind
	Phase       Phase
	Places      []string // ISO 3166-1 alpha-2 or "EU", most important first
	Assets      []string // "BTC" ...
	Scope       Scope
	Since       time.Time // when it began, as far as the detector can say
	Magnitude   *Figure
	Claim       *Figure
	Sources     []Source
	Title       string
	URL         string
	Alert       Alert
	Reasons     []string // why the detector says so, in words, for people who ask
	Backfill    bool
	Audience    Audience
}

// Quantity names what a figure is about.
type Quantity string

// The quantities.
const (
	OfHashrate     Quantity = "hashrate"
	OfConnectivity Quantity = "connectivity"
	OfPrice        Quantity = "price"
)

// UnitRatio is the unit of fractions of one.
const UnitRatio = "ratio"

// Figure is one number about one quantity. Low and High bound it with 95 % and are both nil where no interval
// is known, as for a claim of a single figure.
type Figure struct {
	Of    Quantity `json:"of"`
	Value float64  `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
	Unit  string   `json:"unit"`
}

// Source is somebody who said or measured something.
type Source struct {
	Name       string    `json:"name"`
	URL        string    `json:"url"`
	Tier       Tier      `json:"tier"`
	Instrument bool      `json:"instrument"` // it measures; it does not tell
	Heard      time.Time `json:"heard"`      // known time of its last word
}

// Audience says who may hear of something: everyone, or one server, named platform/server.
type Audience string

// Everyone is the audience of the common feeds and of every instrument.
const Everyone Audience = ""
