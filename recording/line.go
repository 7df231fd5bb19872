package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// header holds what a line of every type may carry.
type header struct {
	Type     string     `json:"type"`
	Time     *time.Time `json:"time"`
	Seen     *time.Time `json:"seen,omitempty"`
	Backfill bool       `json:"backfill,omitempty"`
	Source   *string    `json:"source,omitempty"`
}

type articleLine struct {
	header
	Title   *string `json:"title"`
	URL     *string `json:"url"`
	GUID    string  `json:"guid,omitempty"`
	Summary string  `json:"summary,omitempty"`
	Lang    string  `json:"lang,omitempty"`
	Tier    *int    `json:"tier,omitempty"`
}

type blockLine struct {
	header
	Height     *int64   `json:"height"`
	Difficulty *float64 `json:"difficulty"`
	Hash       string   `json:"hash,omitempty"`
	Pool       string   `json:"pool,omitempty"`
}

type barLine struct {
	header
	Asset    *string  `json:"asset"`
	Currency *string  `json:"currency"`
	Interval *string  `json:"interval"`
	Open     *float64 `json:"open"`
	High     *float64 `json:"high"`
	Low      *float64 `json:"low"`
	Close    *float64 `json:"close"`
	Volume   float64  `json:"volume,omitempty"`
}

type outageLine struct {
	header
	Country    *string  `json:"country"`
	State      *string  `json:"state"`
	Region     string   `json:"region,omitempty"`
	DataSource string   `json:"datasource,omitempty"`
	Value      *float64 `json:"value,omitempty"`
	Baseline   *float64 `json:"baseline,omitempty"`
	Level      string   `json:"level,omitempty"`
	Cause      string   `json:"cause,omitempty"`
	URL        string   `json:"url,omitempty"`
}

type hazardLine struct {
	header
	ID        *string  `json:"id"`
	Hazard    *string  `json:"hazard"`
	Countries []string `json:"countries"`
	Magnitude *float64 `json:"magnitude,omitempty"`
	Colour    string   `json:"colour,omitempty"`
	URL       string   `json:"url,omitempty"`
}

type countLine struct {
	header
	Country  *string  `json:"country"`
	Metric   *string  `json:"metric"`
	Value    *float64 `json:"value"`
	Baseline *float64 `json:"baseline,omitempty"`
	URL      string   `json:"url,omitempty"`
}

type silenceLine struct {
	header
	Since *time.Time `json:"since"`
}

type listingLine struct {
	header
	ID        *string  `json:"id"`
	Action    *string  `json:"action"`
	Name      string   `json:"name,omitempty"`
	Countries []string `json:"countries,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	URL       string   `json:"url,omitempty"`
}

// decode reads one line. Known is set only where the line has `seen`.
func decode(line []byte) (intel.Observation, error) {
	kind, err := typeOf(line)
	if err != nil {
		return intel.Observation{}, err
	}
	switch kind {
	case "article":
		return into(line, (*articleLine).observation)
	case "block":
		return into(line, (*blockLine).observation)
	case "bar":
		return into(line, (*barLine).observation)
	case "outage":
		return into(line, (*outageLine).observation)
	case "hazard":
		return into(line, (*hazardLine).observation)
	case "count":
		return into(line, (*countLine).observation)
	case "silence":
		return into(line, (*silenceLine).observation)
	case "listing":
		return into(line, (*listingLine).observation)
	case "":
		return intel.Observation{}, errors.New(`no "type"`)
	default:
		return intel.Observation{}, fmt.Errorf("unknown type %q", kind)
	}
}

// typeOf finds the type without decoding a second time where the line begins as we write it.
func typeOf(line []byte) (string, error) {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"type":"`)); ok {
		if end := bytes.IndexByte(rest, '"'); end >= 0 && bytes.IndexByte(rest[:end], '\\') < 0 {
			return string(rest[:end]), nil
		}
	}
	var h struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &h); err != nil {
		return "", inWords(err)
	}
	return h.Type, nil
}

func into[L any](line []byte, observe func(*L) (intel.Observation, error)) (intel.Observation, error) {
	var l L
	if err := json.Unmarshal(line, &l); err != nil {
		return intel.Observation{}, inWords(err)
	}
	return observe(&l)
}

// inWords names the field where encoding/json would name Go types.
func inWords(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		field := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]
		return fmt.Errorf("%q is a %s where another type is expected", field, wrong.Value)
	}
	var bad *time.ParseError
	if errors.As(err, &bad) {
		return fmt.Errorf("bad time %s: RFC 3339 is expected", strings.Trim(bad.Value, `"`))
	}
	return fmt.Errorf("not a JSON object: %w", err)
}

// missing collects the names of required fields that a line lacks.
type missing []string

func need[T any](m *missing, field string, value *T) T {
	if value == nil {
		*m = append(*m, field)
		var zero T
		return zero
	}
	return *value
}

func (m missing) err() error {
	if len(m) == 0 {
		return nil
	}
	return fmt.Errorf("missing %s", strings.Join(m, ", "))
}

// open starts an observation from what every line has; the source is required for all but blocks.
func (h *header) open(m *missing) intel.Observation {
	o := intel.Observation{Time: need(m, "time", h.Time).UTC(), Backfill: h.Backfill}
	if h.Seen != nil {
		o.Known = h.Seen.UTC()
	}
	if h.Type == "block" && h.Source == nil {
		return o
	}
	o.Source = need(m, "source", h.Source)
	return o
}

func (l *articleLine) observation() (intel.Observation, error) {
	var m missing
	o := l.open(&m)
	a := intel.Article{
		Title: need(&m, "title", l.Title), URL: need(&m, "url", l.URL), GUID: l.GUID, Summary: l.Summary,
		Lang: l.Lang, Tier: intel.Other,
	}
	if l.Tier != nil {
		a.Tier = intel.Tier(*l.Tier)
		if a.Tier < intel.Official || a.Tier > intel.Other {
			return o, fmt.Errorf(`"tier" is %d: 1, 2 or 3 is expected`, *l.Tier)
		}
	}
	if l.URL != nil && a.URL == "" && a.GUID == "" {
		m = append(m, "url") // nothing else would tell two articles apart
	}
	o.Body = a
	return o, m.err()
}

func (l *blockLine) observation() (intel.Observation, error) {
	var m missing
	o := l.open(&m)
	b := intel.Block{
		Height: need(&m, "height", l.Height), Difficulty: need(&m, "difficulty", l.Difficulty),
		Hash: l.Hash, Pool: l.Pool,
	}
	o.Body = b
	if err := m.err(); err != nil {
		return o, err
	}
	if b.Height < 0 || b.Difficulty <= 0 {
		return o, errors.New(`"height" must not be negative and "difficulty" must be positive`)
	}
	return o, nil
}

func (l *barLine) observation() (intel.Observation, error) {
	var m missing
	o := l.open(&m)
	b := intel.Bar{
		Asset: need(&m, "asset", l.Asset), Currency: need(&m, "currency", l.Currency),
		Open: need(&m, "open", l.Open), High: need(&m, "high", l.High), Low: need(&m, "low", l.Low),
		Close: need(&m, "close", l.Close), Volume: l.Volume,
	}
	interval := need(&m, "interval", l.Interval)
	if err := m.err(); err != nil {
		return o, err
	}
	d, err := time.ParseDuration(interval)
	if err != nil || d <= 0 {
		return o, fmt.Errorf(`"interval" is %q: a positive duration such as 1m or 1h is expected`, interval)
	}
	b.Interval = d
	o.Body = b
	return o, nil
}

func (l *outageLine) observation() (intel.Observation, error) {
	var m missing
	o := l.open(&m)
	out := intel.Outage{
		Country: need(&m, "country", l.Country), State: need(&m, "state", l.State), Region: l.Region,
		DataSource: l.DataSource, Value: l.Value, Baseline: l.Baseline, Level: l.Level, Cause: l.Cause,
		URL: l.URL,
	}
	o.Body = out
	if err := m.err(); err != nil {
		return o, err
	}
	switch out.State {
	case intel.OutageStart, intel.OutageUpdate, intel.OutageEnd:
		return o, nil
	default:
		return o, fmt.Errorf(`"state" is %q: start, update or end is expected`, out.State)
	}
}

func (l *hazardLine) observation() (intel.Observation, error) {
	var m missing
	o := l.open(&m)
	h := intel.Hazard{
		ID: need(&m, "id", l.ID), Hazard: need(&m, "hazard", l.Hazard), Countries: l.Countries,
		Magnitude: l.Magnitude, Colour: l.Colour, URL: l.URL,
	}
	if l.Countries == nil {
		m = append(m, "countries")
	}
	o.Body = h
	return o, m.err()
}

func (l *countLine) observation() (intel.Observation, error) {
	var m missing
	o := l.open(&m)
	o.Body = intel.Count{
		Country: need(&m, "country", l.Country), Metric: need(&m, "metric", l.Metric),
		Value: need(&m, "value", l.Value), Baseline: l.Baseline, URL: l.URL,
	}
	return o, m.err()
}

func (l *silenceLine) observation() (intel.Observation, error) {
	var m missing
	o := l.open(&m)
	o.Body = intel.Silence{Since: need(&m, "since", l.Since).UTC()}
	return o, m.err()
}

func (l *listingLine) observation() (intel.Observation, error) {
	var m missing
	o := l.open(&m)
	li := intel.Listing{
		ID: need(&m, "id", l.ID), Action: need(&m, "action", l.Action), Name: l.Name,
		Countries: l.Countries, Addresses: l.Addresses, URL: l.URL,
	}
	o.Body = li
	if err := m.err(); err != nil {
		return o, err
	}
	if li.Action != "add" && li.Action != "remove" {
		return o, fmt.Errorf(`"action" is %q: add or remove is expected`, li.Action)
	}
	return o, nil
}

// lineOf is the way back.
func lineOf(o intel.Observation) any {
	at, seen := o.Time.UTC(), o.Known.UTC()
	h := header{Type: o.Body.Type(), Time: &at, Backfill: o.Backfill, Source: &o.Source}
	if !o.Known.IsZero() {
		h.Seen = &seen
	}
	switch b := o.Body.(type) {
	case intel.Article:
		tier := int(b.Tier)
		return articleLine{h, &b.Title, &b.URL, b.GUID, b.Summary, b.Lang, &tier}
	case intel.Block:
		return blockLine{h, &b.Height, &b.Difficulty, b.Hash, b.Pool}
	case intel.Bar:
		interval := intel.Span(b.Interval)
		return barLine{
			h, &b.Asset, &b.Currency, &interval, &b.Open, &b.High, &b.Low, &b.Close, b.Volume,
		}
	case intel.Outage:
		return outageLine{
			h, &b.Country, &b.State, b.Region, b.DataSource, b.Value, b.Baseline, b.Level, b.Cause, b.URL,
		}
	case intel.Hazard:
		if b.Countries == nil {
			b.Countries = []string{}
		}
		return hazardLine{h, &b.ID, &b.Hazard, b.Countries, b.Magnitude, b.Colour, b.URL}
	case intel.Count:
		return countLine{h, &b.Country, &b.Metric, &b.Value, b.Baseline, b.URL}
	case intel.Silence:
		return silenceLine{h, &b.Since}
	case intel.Listing:
		return listingLine{h, &b.ID, &b.Action, b.Name, b.Countries, b.Addresses, b.URL}
	}
	return h
}
