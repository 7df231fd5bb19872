package intel

import (
	"strconv"
	"strings"
	"time"
)

// Observation is one thing seen. Time is the thing's own time and never moves "now"; Known is when it became
// known, and observations are folded in the order of Known.
type Observation struct {
	Source   string // venue, feed or instrument, in lower case where the format fixes it
	Time     time.Time
	Known    time.Time
	Backfill bool // it is kept and it warms; no notice follows from it
	Audience Audience
	Body     Body
}

// Body is what was seen. The eight bodies of this package are all there are.
type Body interface {
	// Type is the word that recordings and keys use: "article", "block", ...
	Type() string
	key(source string, at time.Time) string
	label(source string, at time.Time) string
}

// Key is the observation's stable identity: seeing it twice is seeing it once. An empty part stays empty. An
// observation for one audience has its own key, so that a common feed and a server's feed never hide each other.
func (o Observation) Key() string {
	key := o.Body.Type() + "/" + o.Body.key(o.Source, o.Time)
	if o.Audience != Everyone {
		key += "@" + string(o.Audience)
	}
	return key
}

// Label names the observation for people and for signal lines: an article's guid or URL, a block's height, a
// bar's venue/asset/time, else the key.
func (o Observation) Label() string {
	if l := o.Body.label(o.Source, o.Time); l != "" {
		return l
	}
	return o.Key()
}

// Article is an item of a feed. Observation.Time is when it was published.
type Article struct {
	Title   string
	URL     string
	GUID    string
	Summary string // plain text
	Lang    string // BCP 47, empty when unknown
	Tier    Tier
}

// Tier says how much a source's word weighs: 1 wire or official, 2 established, 3 other.
type Tier int

// The three tiers.
const (
	Official    Tier = 1
	Established Tier = 2
	Other       Tier = 3
)

// Block is a block of the Bitcoin chain. Observation.Time is the header's, which its miner sets: not
// monotone, and up to two hours ahead.
type Block struct {
	Height     int64
	Difficulty float64
	Hash       string
	Pool       string
}

// Bar is one interval of one market. Observation.Time is its start, Observation.Source the venue.
type Bar struct {
	Asset    string // "BTC"
	Currency string // "USD"
	Interval time.Duration
	Open     float64
	High     float64
	Low      float64
	Close    float64
	Volume   float64 // asset units, 0 when unknown
}

// Outage states.
const (
	OutageStart  = "start"
	OutageUpdate = "update"
	OutageEnd    = "end"
)

// Outage is a word from something that watches connectivity.
type Outage struct {
	Country    string
	Region     string
	DataSource string // "bgp", "probing", "traffic" ...; several are joined by "+"
	State      string
	Value      *float64 // in units of the data source
	Baseline   *float64 // what Value usually is
	Level      string   // the observer's own word: "nationwide", "mobile", "critical"
	Cause      string   // "government", "power" ...
	URL        string
}

// Hazard is a natural hazard near people.
type Hazard struct {
	ID        string
	Hazard    string // "earthquake", "cyclone" ...
	Countries []string
	Magnitude *float64
	Colour    string // "green", "orange", "red"
	URL       string
}

// Count is a source's own count for a place.
type Count struct {
	Country  string
	Metric   string // "protest" ...
	Value    float64
	Baseline *float64
	URL      string
}

// Listing is an entry put on or off a sanctions list.
type Listing struct {
	ID        string
	Action    string // "add" or "remove"
	Name      string
	Countries []string
	Addresses []string
	URL       string
}

// Silence is a source that has nothing to say when it should.
type Silence struct {
	Since time.Time
}

// Type implements [Body].
func (Article) Type() string { return "article" }

// Type implements [Body].
func (Block) Type() string { return "block" }

// Type implements [Body].
func (Bar) Type() string { return "bar" }

// Type implements [Body].
func (Outage) Type() string { return "outage" }

// Type implements [Body].
func (Hazard) Type() string { return "hazard" }

// Type implements [Body].
func (Count) Type() string { return "count" }

// Type implements [Body].
func (Listing) Type() string { return "listing" }

// Type implements [Body].
func (Silence) Type() string { return "silence" }

func (a Article) key(source string, _ time.Time) string {
	return source + "/" + a.label(source, time.Time{})
}

func (b Block) key(string, time.Time) string {
	if b.Hash != "" {
		return b.Hash
	}
	return strconv.FormatInt(b.Height, 10)
}

func (b Bar) key(source string, at time.Time) string {
	return strings.Join([]string{source, b.Asset, b.Currency, Span(b.Interval), Stamp(at)}, "/")
}

func (o Outage) key(source string, at time.Time) string {
	return strings.Join([]string{source, o.Country, o.Region, o.DataSource, Stamp(at), o.State}, "/")
}

func (h Hazard) key(source string, _ time.Time) string { return source + "/" + h.ID }

func (c Count) key(source string, at time.Time) string {
	return strings.Join([]string{source, c.Country, c.Metric, Stamp(at)}, "/")
}

func (l Listing) key(source string, _ time.Time) string {
	return source + "/" + l.ID + "/" + l.Action
}

func (s Silence) key(source string, _ time.Time) string { return source + "/" + Stamp(s.Since) }

func (a Article) label(string, time.Time) string {
	if a.GUID != "" {
		return a.GUID
	}
	return a.URL
}

func (b Block) label(string, time.Time) string { return strconv.FormatInt(b.Height, 10) }

func (b Bar) label(source string, at time.Time) string {
	return strings.Join([]string{source, b.Asset, Stamp(at)}, "/")
}

func (Outage) label(string, time.Time) string  { return "" }
func (Hazard) label(string, time.Time) string  { return "" }
func (Count) label(string, time.Time) string   { return "" }
func (Listing) label(string, time.Time) string { return "" }
func (Silence) label(string, time.Time) string { return "" }

// Stamp writes a time as keys and output do: RFC 3339, UTC, whole seconds.
func Stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// Span writes a bar's interval in its shortest form: "1m", "30m", "1h".
func Span(d time.Duration) string {
	switch {
	case d > 0 && d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d > 0 && d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	default:
		return d.String()
	}
}
