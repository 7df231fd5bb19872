package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// This file is the form at rest that both stores share. It names every field itself, so that renaming one in
// intel never makes an old store unreadable, and it takes whatever a body may hold: a source that divides by
// zero or dates an item 9999 must not stop the path.

// EncodeObservation writes an observation so that DecodeObservation gives back the same one. It fails only
// for a body that is none of the eight.
func EncodeObservation(o intel.Observation) ([]byte, error) {
	e := envelope{
		Source: o.Source, Time: clamp(o.Time), Known: clamp(o.Known), Backfill: o.Backfill,
		Audience: o.Audience,
	}
	switch b := o.Body.(type) {
	case intel.Article:
		e.Article = (*article)(&b)
	case intel.Block:
		e.Block = &block{b.Height, number(b.Difficulty), b.Hash, b.Pool}
	case intel.Bar:
		e.Bar = &bar{
			b.Asset, b.Currency, b.Interval, number(b.Open), number(b.High), number(b.Low),
			number(b.Close), number(b.Volume),
		}
	case intel.Outage:
		e.Outage = &outage{
			b.Country, b.Region, b.DataSource, b.State, (*number)(b.Value), (*number)(b.Baseline),
			b.Level, b.Cause, b.URL,
		}
	case intel.Hazard:
		e.Hazard = &hazard{b.ID, b.Hazard, b.Countries, (*number)(b.Magnitude), b.Colour, b.URL}
	case intel.Count:
		e.Count = &count{b.Country, b.Metric, number(b.Value), (*number)(b.Baseline), b.URL}
	case intel.Listing:
		e.Listing = (*listing)(&b)
	case intel.Silence:
		e.Silence = &silence{clamp(b.Since)}
	default:
		return nil, fmt.Errorf("an observation with a body of type %T cannot be kept", o.Body)
	}
	return json.Marshal(e)
}

// DecodeObservation reads what EncodeObservation wrote.
func DecodeObservation(data []byte) (intel.Observation, error) {
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return intel.Observation{}, fmt.Errorf("decode observation: %w", err)
	}
	body := e.body()
	if body == nil {
		return intel.Observation{}, errors.New("decode observation: it has no body known here")
	}
	return intel.Observation{
		Source: e.Source, Time: e.Time, Known: e.Known, Backfill: e.Backfill, Audience: e.Audience,
		Body: body,
	}, nil
}

// EncodeIncident writes an incident. It fails where one of its figures is not a number.
func EncodeIncident(i intel.Incident) ([]byte, error) {
	for _, t := range []*time.Time{&i.Since, &i.Onset, &i.Opened, &i.Updated, &i.Eased, &i.ClosedAt} {
		*t = clamp(*t)
	}
	i.Measurements = slices.Clone(i.Measurements)
	for n := range i.Measurements {
		i.Measurements[n].Since = clamp(i.Measurements[n].Since)
	}
	return json.Marshal(i)
}

// DecodeIncident reads what EncodeIncident wrote.
func DecodeIncident(data []byte) (intel.Incident, error) {
	var i intel.Incident
	if err := json.Unmarshal(data, &i); err != nil {
		return intel.Incident{}, fmt.Errorf("decode incident: %w", err)
	}
	return i, nil
}

// Micros is the form of times that are compared: microseconds since 1970. Every year from 1 to 9999 fits in
// it, and every time until 2255 fits in a float64 too, which is what Redis sorts by.
func Micros(t time.Time) int64 { return clamp(t).UnixMicro() }

// FromMicros gives the time back, in UTC and to the microsecond.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// clamp brings a time into the years that RFC 3339 can write; some sources mistake milliseconds for seconds.
func clamp(t time.Time) time.Time {
	t = t.UTC()
	switch y := t.Year(); {
	case y < 1:
		return time.Time{}
	case y > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	}
	return t
}

// number is a float64 that may also be one of those for which JSON has no word.
type number float64

// MarshalJSON implements [json.Marshaler].
func (n number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Appendf(nil, `"%g"`, f), nil
	}
	return strconv.AppendFloat(nil, f, 'g', -1, 64), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (n *number) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `"NaN"`:
		*n = number(math.NaN())
	case `"+Inf"`:
		*n = number(math.Inf(1))
	case `"-Inf"`:
		*n = number(math.Inf(-1))
	default:
		return json.Unmarshal(data, (*float64)(n))
	}
	return nil
}

// envelope is an observation with the one body it has.
type envelope struct {
	Source   string         `json:"source"`
	Time     time.Time      `json:"time"`
	Known    time.Time      `json:"known"`
	Backfill bool           `json:"backfill,omitempty"`
	Audience intel.Audience `json:"audience,omitempty"`
	Article  *article       `json:"article,omitempty"`
	Block    *block         `json:"block,omitempty"`
	Bar      *bar           `json:"bar,omitempty"`
	Outage   *outage        `json:"outage,omitempty"`
	Hazard   *hazard        `json:"hazard,omitempty"`
	Count    *count         `json:"count,omitempty"`
	Listing  *listing       `json:"listing,omitempty"`
	Silence  *silence       `json:"silence,omitempty"`
}

func (e *envelope) body() intel.Body {
	switch {
	case e.Article != nil:
		return intel.Article(*e.Article)
	case e.Block != nil:
		b := e.Block
		return intel.Block{Height: b.Height, Difficulty: float64(b.Difficulty), Hash: b.Hash, Pool: b.Pool}
	case e.Bar != nil:
		b := e.Bar
		return intel.Bar{
			Asset: b.Asset, Currency: b.Currency, Interval: b.Interval, Open: float64(b.Open),
			High: float64(b.High), Low: float64(b.Low), Close: float64(b.Close), Volume: float64(b.Volume),
		}
	case e.Outage != nil:
		o := e.Outage
		return intel.Outage{
			Country: o.Country, Region: o.Region, DataSource: o.DataSource, State: o.State,
			Value: (*float64)(o.Value), Baseline: (*float64)(o.Baseline), Level: o.Level, Cause: o.Cause,
			URL: o.URL,
		}
	case e.Hazard != nil:
		h := e.Hazard
		return intel.Hazard{
			ID: h.ID, Hazard: h.Hazard, Countries: h.Countries, Magnitude: (*float64)(h.Magnitude),
			Colour: h.Colour, URL: h.URL,
		}
	case e.Count != nil:
		c := e.Count
		return intel.Count{
			Country: c.Country, Metric: c.Metric, Value: float64(c.Value),
			Baseline: (*float64)(c.Baseline), URL: c.URL,
		}
	case e.Listing != nil:
		return intel.Listing(*e.Listing)
	case e.Silence != nil:
		return intel.Silence(*e.Silence)
	}
	return nil
}

type article struct {
	Title   string     `json:"title"`
	URL     string     `json:"url"`
	GUID    string     `json:"guid"`
	Summary string     `json:"summary"`
	Lang    string     `json:"lang"`
	Tier    intel.Tier `json:"tier"`
}

type block struct {
	Height     int64  `json:"height"`
	Difficulty number `json:"difficulty"`
	Hash       string `json:"hash"`
	Pool       string `json:"pool"`
}

type bar struct {
	Asset    string        `json:"asset"`
	Currency string        `json:"currency"`
	Interval time.Duration `json:"interval"` // nanoseconds
	Open     number        `json:"open"`
	High     number        `json:"high"`
	Low      number        `json:"low"`
	Close    number        `json:"close"`
	Volume   number        `json:"volume"`
}

type outage struct {
	Country    string  `json:"country"`
	Region     string  `json:"region"`
	DataSource string  `json:"datasource"`
	State      string  `json:"state"`
	Value      *number `json:"value"`
	Baseline   *number `json:"baseline"`
	Level      string  `json:"level"`
	Cause      string  `json:"cause"`
	URL        string  `json:"url"`
}

type hazard struct {
	ID        string   `json:"id"`
	Hazard    string   `json:"hazard"`
	Countries []string `json:"countries"`
	Magnitude *number  `json:"magnitude"`
	Colour    string   `json:"colour"`
	URL       string   `json:"url"`
}

type count struct {
	Country  string  `json:"country"`
	Metric   string  `json:"metric"`
	Value    number  `json:"value"`
	Baseline *number `json:"baseline"`
	URL      string  `json:"url"`
}

type listing struct {
	ID        string   `json:"id"`
	Action    string   `json:"action"`
	Name      string   `json:"name"`
	Countries []string `json:"countries"`
	Addresses []string `json:"addresses"`
	URL       string   `json:"url"`
}

type silence struct {
	Since time.Time `json:"since"`
}
