package outages

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"time"
)

// normal is the level of an alert that says that all is well again.
const normal = "normal"

// PageError is an answer with a good status that does not hold what was asked for.
type PageError struct {
	What string // "an HTML page"
}

func (e *PageError) Error() string { return "no usable answer: " + e.What }

// Reason implements [feeds.Reasoned].
func (e *PageError) Reason() string { return "sends no usable answer: " + e.What }

// envelope is around every answer. An error comes with a good status.
type envelope struct {
	Error json.RawMessage `json:"error"`
	Data  json.RawMessage `json:"data"`
}

func open(body []byte, data any) error {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return &PageError{What: "an empty answer"}
	case body[0] == '<':
		return &PageError{What: "an HTML page"}
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return &PageError{What: "text that is no JSON object"}
	}
	if len(e.Error) > 0 && !slices.Contains([]string{"null", `""`, "false"}, string(e.Error)) {
		return &PageError{What: "an error in place of data"}
	}
	if len(e.Data) == 0 {
		return &PageError{What: "an answer without data"}
	}
	if err := json.Unmarshal(e.Data, data); err != nil {
		return &PageError{What: "data of another form"}
	}
	return nil
}

// alert is a series that left what is normal, or came back.
type alert struct {
	series
	at    time.Time
	level string
	value float64
	usual float64
}

// countryCode is what a country is called here; IODA has other entities of the same type.
var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// decodeAlerts reads alerts, oldest first. Those that are not about a country, or hold no figures, are left out:
// they are rows of a table, and one that makes no sense says nothing of the others.
func decodeAlerts(body []byte) ([]alert, error) {
	var rows []struct {
		DataSource string `json:"datasource"`
		Entity     struct {
			Code string `json:"code"`
			Type string `json:"type"`
		} `json:"entity"`
		Time         int64    `json:"time"`
		Level        string   `json:"level"`
		Value        *float64 `json:"value"`
		HistoryValue *float64 `json:"historyValue"`
	}
	if err := open(body, &rows); err != nil {
		return nil, err
	}
	var alerts []alert
	for _, r := range rows {
		if r.Entity.Type != "country" || !countryCode.MatchString(r.Entity.Code) || r.DataSource == "" || r.Time <= 0 ||
			r.Value == nil || *r.Value < 0 || r.HistoryValue == nil || *r.HistoryValue <= 0 {
			continue
		}
		alerts = append(alerts, alert{
			series: series{Country: r.Entity.Code, Data: r.DataSource}, at: time.Unix(r.Time, 0).UTC(),
			level: r.Level, value: *r.Value, usual: *r.HistoryValue,
		})
	}
	slices.SortStableFunc(alerts, func(a, b alert) int { return a.at.Compare(b.at) })
	return alerts, nil
}

// level is a reading of a series.
type level struct {
	at    time.Time
	value float64
}

// unsettled is how many of the newest steps are left out: they are often not complete yet.
const unsettled = 2

// decodeLevels reads the levels of one series, oldest first. Steps without a value are left out.
func decodeLevels(body []byte, of series) ([]level, error) {
	var groups [][]struct {
		EntityCode string     `json:"entityCode"`
		DataSource string     `json:"datasource"`
		From       int64      `json:"from"`
		Step       int64      `json:"step"`
		Values     []*float64 `json:"values"`
	}
	if err := open(body, &groups); err != nil {
		return nil, err
	}
	var levels []level
	for _, group := range groups {
		for _, s := range group {
			if s.EntityCode != of.Country || s.DataSource != of.Data || s.Step <= 0 || s.From <= 0 {
				continue
			}
			for i, v := range s.Values[:max(len(s.Values)-unsettled, 0)] {
				if v != nil && *v >= 0 {
					levels = append(levels, level{time.Unix(s.From+int64(i)*s.Step, 0).UTC(), *v})
				}
			}
		}
	}
	return levels, nil
}
