package storetest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// noon is when most of what the suite makes up becomes known.
var noon = time.Date(2022, 1, 5, 12, 0, 0, 0, time.UTC)

// article is the n-th item of a feed, known n seconds after noon.
func article(n int) intel.Observation {
	known := noon.Add(time.Duration(n) * time.Second)
	return intel.Observation{
		Source: "wire", Time: known.Add(-time.Minute), Known: known,
		Body: intel.Article{
			Title: fmt.Sprintf("Internet cut in Kazakhstan (%d)", n), URL: fmt.Sprintf("https://wire.test/%d", n),
			Tier: intel.Official,
		},
	}
}

// bar is a five-minute bar of BTC that begins at the given time and becomes known at its end.
func bar(begin time.Time, open, high, low, last, volume float64) intel.Observation {
	return intel.Observation{
		Source: "binance", Time: begin, Known: begin.Add(5 * time.Minute),
		Body: intel.Bar{
			Asset: "BTC", Currency: "USD", Interval: 5 * time.Minute, Open: open, High: high, Low: low, Close: last,
			Volume: volume,
		},
	}
}

// incident is a small one at the given revision.
func incident(id string, revision int) intel.Incident {
	return intel.Incident{
		ID: id, Revision: revision, Kind: intel.Shutdown, Phase: intel.Onset, Places: []string{"KZ"},
		Scope: intel.ScopeNational, Severity: intel.Major, Evidence: intel.Reported, Title: "Internet cut",
		Since: noon, Onset: noon, Opened: noon, Updated: noon.Add(time.Duration(revision) * time.Minute),
	}
}

// change is the incident with a notice of the given kind.
func change(i intel.Incident, kind intel.ChangeKind) intel.Change {
	return intel.Change{Incident: i, Notice: &intel.Notice{
		Incident: i.ID, Revision: i.Revision, Change: kind, Time: i.Updated, Reason: "because",
	}}
}

// opened is the first revision of an incident with its notice.
func opened(id string) intel.Change { return change(incident(id, 1), intel.Opened) }

func noticeName(n intel.Notice) string { return fmt.Sprintf("%s/%d", n.Incident, n.Revision) }

// observed is a step with the n-th article.
func observed(n int, changes ...intel.Change) store.Step {
	o := article(n)
	return store.Step{Token: fmt.Sprintf("token-%d", n), Time: o.Known, Observation: &o, Changes: changes}
}

// seen is a step with any observation.
func seen(o intel.Observation) store.Step {
	return store.Step{Token: "seen-" + o.Key(), Time: o.Known, Observation: &o}
}

// tick is a step without an observation. Its token is its own as long as its changes are.
func tick(changes ...intel.Change) store.Step {
	token := "tick"
	for _, c := range changes {
		token += fmt.Sprintf("-%s/%d", c.Incident.ID, c.Incident.Revision)
	}
	return store.Step{Token: token, Time: noon, Changes: changes}
}

// chat is the n-th destination; their names are in the order of n.
func chat(n int) intel.Destination {
	return intel.Destination{Platform: "telegram", Chat: fmt.Sprintf("%06d", n)}
}

func chats(from, to int) []intel.Destination {
	var all []intel.Destination
	for n := from; n < to; n++ {
		all = append(all, chat(n))
	}
	return all
}

// named is a card by its name only, without a claim.
func named(incident string, to intel.Destination) intel.Card {
	return intel.Card{Incident: incident, Destination: to}
}

// keyed is an announcement by its key only, without a claim.
func keyed(key string) intel.Announcement { return intel.Announcement{Key: key} }

// page is a whole fan-out in one page, due at noon.
func page(i intel.Incident, to ...intel.Destination) store.Page {
	return store.Page{
		Incident: i.ID, Revision: i.Revision, Severity: i.Severity, To: to, Due: noon, Done: true,
	}
}

// raised commits an incident that has just opened and raises its cards.
func raised(t *testing.T, s store.Store, i intel.Incident, to ...intel.Destination) {
	t.Helper()
	ok(t, s.Commit(t.Context(), tick(change(i, intel.Opened))))
	ok(t, s.Raise(t.Context(), page(i, to...)))
}

// bodies are observations with everything that a body can hold, and with the values that break encodings.
func bodies() []intel.Observation {
	nanos := noon.Add(123456789 * time.Nanosecond)
	observe := func(b intel.Body) intel.Observation {
		return intel.Observation{Source: "source", Time: nanos, Known: nanos.Add(1), Body: b}
	}
	all := []intel.Observation{
		observe(intel.Article{
			Title: "<b>\"Net\"\u00a0cut</b> \U0001f1f0\U0001f1ff & \x00 \u202e \u2028", URL: "https://a.test/?a=1&b=2",
			GUID: "tag:a,2022:1", Summary: "line\nline", Lang: "kk-Cyrl", Tier: intel.Other,
		}),
		observe(intel.Block{
			Height: 717268, Difficulty: 24272331996979.97,
			Hash: "00000000000000000008b1a1e7ca5a1b8e45a2a0e2f2f0f2fd3a3f4f5b6c7d8e", Pool: "antpool",
		}),
		observe(intel.Bar{
			Asset: "BTC", Currency: "USD", Interval: 90 * time.Second, Open: 45500.1, High: math.MaxFloat64,
			Low: math.SmallestNonzeroFloat64, Close: 1.0 / 3, Volume: 1e-7,
		}),
		observe(intel.Outage{
			Country: "KZ", Region: "Almaty", DataSource: "bgp+probing", State: intel.OutageStart, Value: new(float64),
			Baseline: number(-0.1), Level: "nationwide", Cause: "government", URL: "https://o.test",
		}),
		observe(intel.Outage{Country: "KZ", State: intel.OutageEnd}),
		observe(intel.Hazard{
			ID: "EQ1", Hazard: "earthquake", Countries: []string{"KZ", "KG"}, Magnitude: number(6.5), Colour: "red",
			URL: "https://h.test",
		}),
		observe(intel.Hazard{ID: "EQ2", Countries: []string{}}),
		observe(intel.Count{Country: "KZ", Metric: "protest", Value: 12, Baseline: number(0.5), URL: "https://c.test"}),
		observe(intel.Count{Country: "KG", Metric: "protest"}),
		observe(intel.Listing{
			ID: "OFAC-1", Action: "add", Name: "Somebody", Countries: []string{"RU"}, Addresses: []string{"bc1q"},
			URL: "https://l.test",
		}),
		observe(intel.Listing{ID: "OFAC-2", Action: "remove"}),
		observe(intel.Silence{Since: nanos.Add(-time.Hour)}),
	}
	odd := article(0)
	odd.Backfill, odd.Audience = true, "discord/42"
	ancient, distant := article(1), article(2)
	ancient.Time = time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)
	distant.Time = time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	undated := article(3)
	undated.Time = time.Time{}
	return append(all, odd, ancient, distant, undated)
}

func number(f float64) *float64 { return &f }

// fullIncident is one with every field set.
func fullIncident(id string, revision int) intel.Incident {
	i := incident(id, revision)
	source := intel.Source{Name: "wire", URL: "https://wire.test", Tier: intel.Official, Heard: noon.Add(1)}
	figure := intel.Figure{Of: intel.OfHashrate, Value: -0.2, Low: number(-0.3), High: number(0), Unit: intel.UnitRatio}
	i.Audience, i.Severity, i.Evidence = "discord/42", intel.Critical, intel.Measured
	i.Title = "<net> & cut \U0001f1f0\U0001f1ff"
	i.Assets = []string{"BTC"}
	i.Since = noon.Add(-123456789 * time.Nanosecond)
	i.Eased, i.ClosedAt, i.Closed = noon.Add(time.Hour), noon.Add(2*time.Hour), intel.ClosedEnded
	i.Magnitude = &figure
	i.Claims = []intel.Claim{{Figure: figure, Source: source, At: noon}}
	i.Measurements = []intel.Measurement{{
		Figure: figure, Verdict: intel.Excluded, Asset: "BTC", Since: noon, At: noon.Add(time.Hour), Over: time.Hour + 1,
	}}
	i.Exposure = &intel.Exposure{
		Share: 0.181, AsOf: noon.AddDate(0, -5, 0), Published: noon.AddDate(0, -2, 0), Source: "CBECI",
	}
	i.Links = []intel.Link{{ID: "other", How: intel.PossibleCause}}
	i.Sources = []intel.Source{source, {Name: "ioda", Instrument: true}}
	i.Asked, i.Stories = 3, []string{"internet cut in kazakhstan"}
	return i
}
