package store_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

var noon = time.Date(2022, 1, 5, 12, 0, 0, 1, time.UTC)

func number(f float64) *float64 { return &f }

// What stores hold already must stay readable: these lines may be added to, not changed.
func TestObservationsAtRest(t *testing.T) {
	const head = `{"source":"s","time":"2022-01-05T12:00:00.000000001Z","known":"2022-01-05T12:00:00.000000001Z",`
	for _, c := range []struct {
		body intel.Body
		line string
	}{
		{
			intel.Article{Title: "t", URL: "u", GUID: "g", Summary: "s", Lang: "kk", Tier: 2},
			`"article":{"title":"t","url":"u","guid":"g","summary":"s","lang":"kk","tier":2}}`,
		},
		{
			intel.Block{Height: 717268, Difficulty: 24272331996979.97, Hash: "00", Pool: "p"},
			`"block":{"height":717268,"difficulty":2.427233199697997e+13,"hash":"00","pool":"p"}}`,
		},
		{
			intel.Bar{Asset: "BTC", Currency: "USD", Interval: time.Minute, Open: 1, High: 2, Low: 0.5, Close: 1.5, Volume: 3},
			`"bar":{"asset":"BTC","currency":"USD","interval":60000000000,"open":1,"high":2,"low":0.5,"close":1.5,"volume":3}}`,
		},
		{
			intel.Outage{
				Country: "KZ", Region: "r", DataSource: "bgp", State: "start", Value: number(0), Level: "l", Cause: "c",
				URL: "u",
			},
			`"outage":{"country":"KZ","region":"r","datasource":"bgp","state":"start","value":0,"baseline":null,` +
				`"level":"l","cause":"c","url":"u"}}`,
		},
		{
			intel.Hazard{ID: "i", Hazard: "h", Countries: []string{"KZ"}, Magnitude: number(6.5), Colour: "red", URL: "u"},
			`"hazard":{"id":"i","hazard":"h","countries":["KZ"],"magnitude":6.5,"colour":"red","url":"u"}}`,
		},
		{
			intel.Count{Country: "KZ", Metric: "protest", Value: 1, Baseline: number(2), URL: "u"},
			`"count":{"country":"KZ","metric":"protest","value":1,"baseline":2,"url":"u"}}`,
		},
		{
			intel.Listing{ID: "i", Action: "add", Name: "n", Countries: []string{}, URL: "u"},
			`"listing":{"id":"i","action":"add","name":"n","countries":[],"addresses":null,"url":"u"}}`,
		},
		{intel.Silence{Since: noon}, `"silence":{"since":"2022-01-05T12:00:00.000000001Z"}}`},
	} {
		t.Run(c.body.Type(), func(t *testing.T) {
			o := intel.Observation{Source: "s", Time: noon, Known: noon, Body: c.body}
			data, err := store.EncodeObservation(o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+c.line, string(data)); diff != "" {
				t.Errorf("encoded (-want +got):\n%s", diff)
			}
			back, err := store.DecodeObservation([]byte(head + c.line))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(o, back); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestObservationsWithOddNumbers(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324, math.Copysign(0, -1)} {
		o := intel.Observation{Body: intel.Outage{Value: number(f), Baseline: number(f)}}
		data, err := store.EncodeObservation(o)
		if err != nil {
			t.Fatal(f, err)
		}
		back, err := store.DecodeObservation(data)
		if err != nil {
			t.Fatal(f, err)
		}
		if diff := cmp.Diff(o, back, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%v (-want +got):\n%s", f, diff)
		}
	}
}

// A source that mistakes milliseconds for seconds must not stop the path.
func TestTimesOutOfRange(t *testing.T) {
	last := time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	west := time.FixedZone("", -5*3600)
	for _, c := range []struct{ at, want time.Time }{
		{time.Date(54321, 1, 1, 0, 0, 0, 0, time.UTC), last},
		{time.Date(9999, 12, 31, 23, 0, 0, 0, west), last},
		{time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}},
		{time.Date(2022, 1, 1, 0, 0, 0, 0, west), time.Date(2022, 1, 1, 5, 0, 0, 0, time.UTC)},
	} {
		data, err := store.EncodeObservation(intel.Observation{Time: c.at, Known: noon, Body: intel.Silence{Since: c.at}})
		if err != nil {
			t.Fatal(err)
		}
		back, err := store.DecodeObservation(data)
		if err != nil {
			t.Fatal(err)
		}
		want := intel.Observation{Time: c.want, Known: noon, Body: intel.Silence{Since: c.want}}
		if diff := cmp.Diff(want, back); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.at, diff)
		}
		if store.Micros(c.at) != store.Micros(c.want) {
			t.Errorf("%v is not clamped for comparing", c.at)
		}
		i := intel.Incident{ID: "i", Since: c.at, Measurements: []intel.Measurement{{Since: c.at}}}
		if _, err := store.EncodeIncident(i); err != nil {
			t.Error(err)
		}
		if !i.Measurements[0].Since.Equal(c.at) {
			t.Error("encoding an incident changed it")
		}
	}
}

func TestUnknownBody(t *testing.T) {
	if _, err := store.EncodeObservation(intel.Observation{}); err == nil {
		t.Error("an observation without a body was encoded")
	}
	for _, line := range []string{`{}`, `{"flood":{}}`, `null`, `[]`, ``} {
		if _, err := store.DecodeObservation([]byte(line)); err == nil {
			t.Errorf("%q was decoded", line)
		}
	}
}

func TestMicros(t *testing.T) {
	for _, at := range []time.Time{{}, noon.Truncate(time.Microsecond), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
		if back := store.FromMicros(store.Micros(at)); !back.Equal(at) {
			t.Errorf("%v came back as %v", at, back)
		}
	}
}
