package detect

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/datatest"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/recording"
)

// watchOutages plays a recording's text and says in short what the detector made of it.
func watchOutages(t *testing.T, text string) []string {
	t.Helper()
	all, err := recording.Read("case", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	d := NewOutage(OutageOptions{Countries: []intel.Country{{Code: "KZ", Name: "Kazakhstan"}}})
	var got []string
	tell := func(signals []intel.Signal) {
		for _, s := range signals {
			got = append(got, strings.Join([]string{
				s.Time.Format("15:04"), string(s.Kind), string(s.Phase), string(s.Scope),
				strings.Repeat("!", int(s.Alert)), s.Title,
			}, " "))
		}
	}
	observe := func(o intel.Observation) error { tell(d.Observe(o)); return nil }
	tick := func(now time.Time) error { tell(d.Tick(now)); return nil }
	if err := recording.Play(t.Context(), all, observe, tick); err != nil {
		t.Fatal(err)
	}
	tell(d.Tick(all[len(all)-1].Known.Add(burstSpan)))
	return got
}

func TestOutages(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  []string
	}{
		"one cause known is news, a wider word is a step, an end is easing": {
			[]string{
				`"time":"2022-01-04T10:00:00Z","source":"radar","country":"KZ","state":"start","datasource":"traffic","level":"mobile","cause":"government"`,
				`"time":"2022-01-04T11:00:00Z","source":"radar","country":"KZ","state":"update","datasource":"traffic","level":"nationwide","cause":"government"`,
				`"time":"2022-01-04T11:30:00Z","source":"radar","country":"KZ","state":"update","datasource":"traffic","level":"nationwide","cause":"government"`,
				`"time":"2022-01-04T15:00:00Z","source":"accessnow","country":"KZ","state":"end","datasource":"report","level":"nationwide"`,
			},
			[]string{
				"10:00 shutdown onset regional !! Mobile internet shutdown in Kazakhstan",
				"11:00 shutdown ongoing national !! Nationwide internet shutdown in Kazakhstan",
				"15:00 shutdown easing national !! Internet access restored in Kazakhstan",
			},
		},
		"one source alone is weak until a second agrees": {
			[]string{
				`"time":"2022-01-04T10:00:00Z","source":"ioda","country":"KZ","state":"start","datasource":"bgp","level":"critical"`,
				`"time":"2022-01-04T10:10:00Z","source":"ioda","country":"KZ","state":"start","datasource":"ping-slash24","level":"critical"`,
			},
			[]string{
				"10:10 shutdown onset national ! Nationwide internet outage in Kazakhstan",
				"10:10 shutdown ongoing national !! Nationwide internet outage in Kazakhstan",
			},
		},
		"a dip of two per cent is nothing however critical it is called": {
			[]string{
				`"time":"2022-01-04T10:00:00Z","source":"ioda","country":"KZ","state":"start","datasource":"bgp","level":"critical","value":984,"baseline":1000`,
				`"time":"2022-01-04T12:00:00Z","source":"ioda","country":"KZ","state":"update","datasource":"bgp","level":"critical","value":985,"baseline":1000`,
			},
			nil,
		},
		"a level is judged by depth and duration": {
			[]string{
				`"time":"2022-01-04T10:00:00Z","source":"probe","country":"KZ","state":"update","datasource":"probing","value":40,"baseline":100`,
				`"time":"2022-01-04T11:00:00Z","source":"probe","country":"KZ","state":"update","datasource":"probing","value":30,"baseline":100`,
				`"time":"2022-01-04T12:00:00Z","source":"probe","country":"KZ","state":"update","datasource":"probing","value":5,"baseline":100`,
				`"time":"2022-01-04T13:00:00Z","source":"probe","country":"KZ","state":"update","datasource":"probing","value":95,"baseline":100`,
				`"time":"2022-01-04T15:00:00Z","source":"probe","country":"KZ","state":"update","datasource":"probing","value":96,"baseline":100`,
			},
			[]string{
				"11:00 shutdown onset national !! Nationwide internet outage in Kazakhstan",
				"12:00 shutdown ongoing national !! Nationwide internet outage in Kazakhstan",
				"15:00 shutdown easing national !! Internet access restored in Kazakhstan",
			},
		},
		"a power cut is of its own kind": {
			[]string{
				`"time":"2022-01-25T06:00:00Z","source":"radar","country":"KZ","state":"start","datasource":"traffic","level":"nationwide","cause":"POWER_OUTAGE"`,
			},
			[]string{"06:00 power onset national !! Power cut takes the internet down in Kazakhstan"},
		},
		"an end of a part does not end the whole": {
			[]string{
				`"time":"2022-01-04T10:00:00Z","source":"radar","country":"KZ","state":"start","datasource":"traffic","level":"nationwide","cause":"government"`,
				`"time":"2022-01-04T12:00:00Z","source":"radar","country":"KZ","state":"end","datasource":"traffic","level":"mobile"`,
			},
			[]string{"10:00 shutdown onset national !! Nationwide internet shutdown in Kazakhstan"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"type":"outage",` + strings.Join(c.lines, "}\n{\"type\":\"outage\",") + "}"
			if diff := cmp.Diff(c.want, watchOutages(t, text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What an observer leaves unsaid, repeats, or gets wrong.
func TestOutagesOfObserversAsTheyAre(t *testing.T) {
	const (
		start = `"source":"ioda","country":"KZ","state":"start","datasource":"bgp+ping",`
		probe = `"source":"probe","country":"KZ","state":"update","datasource":"probing","baseline":100,`
		route = `"source":"probe","country":"KZ","state":"update","datasource":"bgp","baseline":100,`
	)
	onset := func(at string) string {
		return at + " shutdown onset national !! Nationwide internet outage in Kazakhstan"
	}
	ongoing := strings.Replace(onset(""), "onset", "ongoing", 1)
	for name, c := range map[string]struct {
		lines []string
		want  []string
	}{
		"without an end, a start a day later is a new one": {
			[]string{
				start + `"time":"2022-01-04T10:00:00Z"`, start + `"time":"2022-01-05T09:00:00Z"`,
				start + `"time":"2022-01-06T09:01:00Z"`,
			},
			[]string{onset("10:00"), onset("09:01")},
		},
		"who says nothing for a week is forgotten": {
			[]string{
				start + `"time":"2022-01-04T10:00:00Z"`,
				`"time":"2022-01-11T11:00:00Z","source":"radar","country":"KZ","state":"start","datasource":"a+b"`,
			},
			[]string{onset("10:00"), onset("11:00")},
		},
		"the healthy readings of one data source say nothing of another": {
			[]string{
				probe + `"time":"2022-01-04T10:00:00Z","value":5`, route + `"time":"2022-01-04T10:01:00Z","value":98`,
				probe + `"time":"2022-01-04T10:30:00Z","value":5`, route + `"time":"2022-01-04T10:31:00Z","value":98`,
				probe + `"time":"2022-01-04T11:00:00Z","value":5`, route + `"time":"2022-01-04T11:01:00Z","value":98`,
				route + `"time":"2022-01-04T13:01:00Z","value":98`,
			},
			[]string{onset("11:00")},
		},
		"the end of a region ends only that region": {
			[]string{
				start + `"time":"2022-01-04T10:00:00Z","region":"Almaty"`,
				start + `"time":"2022-01-04T10:05:00Z","region":"Astana"`,
				`"time":"2022-01-04T12:00:00Z","source":"ioda","country":"KZ","state":"end","datasource":"bgp+ping","region":"Astana"`,
				`"time":"2022-01-04T12:30:00Z","source":"other","country":"KZ","state":"end","datasource":"bgp","region":"Almaty"`,
				`"time":"2022-01-04T13:00:00Z","source":"ioda","country":"KZ","state":"end","datasource":"bgp+ping","region":"Almaty"`,
			},
			[]string{
				"10:00 shutdown onset regional !! Internet outage in Almaty, Kazakhstan",
				"13:00 shutdown easing regional !! Internet access restored in Almaty, Kazakhstan",
			},
		},
		"an end by one data source ends its view, not the other's": {
			[]string{
				start + `"time":"2022-01-04T10:00:00Z"`,
				`"time":"2022-01-04T12:00:00Z","source":"ioda","country":"KZ","state":"end","datasource":"bgp"`,
				`"time":"2022-01-04T13:00:00Z","source":"ioda","country":"KZ","state":"end","datasource":"ping"`,
			},
			[]string{onset("10:00"), "13:00 shutdown easing national !! Internet access restored in Kazakhstan"},
		},
		"a healthy value is no outage whatever stands beside it": {
			[]string{
				probe + `"time":"2022-01-04T10:00:00Z","value":98,"level":"nationwide"`,
				probe + `"time":"2022-01-04T12:00:00Z","value":98,"region":"Almaty","cause":"government"`,
				`"time":"2022-01-04T12:10:00Z","source":"x","country":"KZ","state":"start","datasource":"a+b","level":"nationwide","value":90,"baseline":100`,
			},
			nil,
		},
		"a value with nothing to compare it with is nothing": {
			[]string{
				`"time":"2022-01-04T10:00:00Z","source":"x","country":"KZ","state":"update","datasource":"a+b","value":98`,
				`"time":"2022-01-04T11:00:00Z","source":"x","country":"KZ","state":"update","level":"nationwide","value":98,"baseline":0`,
			},
			nil,
		},
		"a cause that nobody knows is none": {
			[]string{
				`"time":"2022-01-04T10:00:00Z","source":"x","country":"KZ","state":"start","datasource":"bgp","cause":"UNKNOWN"`,
			},
			[]string{"10:10 shutdown onset national ! Nationwide internet outage in Kazakhstan"},
		},
		"what ends before it was said is not said": {
			[]string{
				`"time":"2022-01-04T10:00:00Z","source":"x","country":"KZ","state":"start","datasource":"bgp"`,
				`"time":"2022-01-04T10:08:00Z","source":"x","country":"KZ","state":"end","datasource":"bgp"`,
			},
			nil,
		},
		"an own time far ahead does not stop the clock": {
			[]string{
				probe + `"time":"9999-01-04T10:00:00Z","seen":"2022-01-04T10:00:00Z","value":20`,
				probe + `"time":"2022-01-04T11:00:00Z","value":20`,
				probe + `"time":"2022-01-04T12:00:00Z","value":95`, probe + `"time":"2022-01-04T14:00:00Z","value":95`,
			},
			[]string{onset("11:00"), "14:00 shutdown easing national !! Internet access restored in Kazakhstan"},
		},
		"readings a day apart do not say what was between them": {
			[]string{
				probe + `"time":"2022-01-04T10:00:00Z","value":5`, probe + `"time":"2022-01-05T11:00:00Z","value":5`,
			},
			nil,
		},
		"a loss that goes on being reported is affirmed once a day": {
			[]string{
				probe + `"time":"2022-01-04T10:00:00Z","value":8`, probe + `"time":"2022-01-04T11:00:00Z","value":8`,
				probe + `"time":"2022-01-04T23:00:00Z","value":8`, probe + `"time":"2022-01-05T11:00:00Z","value":8`,
				probe + `"time":"2022-01-05T23:00:00Z","value":8`, probe + `"time":"2022-01-06T11:00:00Z","value":8`,
			},
			[]string{onset("11:00"), "11:00" + ongoing, "11:00" + ongoing},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"type":"outage",` + strings.Join(c.lines, "}\n{\"type\":\"outage\",") + "}"
			if diff := cmp.Diff(c.want, watchOutages(t, text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// starts is one source's word, without a cause, that countries went at a time.
func starts(d *OutageDetector, source, data string, at time.Time, countries ...string) []intel.Signal {
	var all []intel.Signal
	for _, c := range countries {
		all = append(all, d.Observe(intel.Observation{
			Source: source, Time: at, Known: at,
			Body: intel.Outage{Country: c, State: intel.OutageStart, DataSource: data},
		})...)
	}
	return all
}

func TestManyCountriesAtOnceAreABrokenProbe(t *testing.T) {
	at := time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC)
	d := NewOutage(OutageOptions{})
	got := starts(d, "ioda", "bgp", at, "KZ", "IR", "IQ")
	got = append(got, starts(d, "ioda", "bgp", at.Add(9*time.Minute), "SY", "PK")...)
	got = append(got, starts(d, "ioda", "ping", at.Add(9*time.Minute), "KZ")...)
	for m := range time.Duration(120) {
		got = append(got, d.Tick(at.Add((9+m)*time.Minute))...)
	}
	if len(got) != 0 {
		t.Fatalf("spoke of a broken probe: %v", phases(got))
	}
	got = starts(d, "radar", "traffic", at.Add(3*time.Hour), "KZ")
	if len(got) != 2 || got[0].Phase != intel.Onset || got[1].Alert != intel.AlertPush {
		t.Errorf("got %v when another source agreed, want the onset and a push", phases(got))
	}
}

func TestFourCountriesAtOnceAreHeardAfterTenMinutes(t *testing.T) {
	at := time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC)
	d := NewOutage(OutageOptions{})
	got := starts(d, "ioda", "bgp", at, "KZ", "IR", "IQ", "SY")
	got = append(got, d.Tick(at.Add(9*time.Minute))...)
	if len(got) != 0 {
		t.Fatalf("did not wait: %v", phases(got))
	}
	now := at.Add(10 * time.Minute)
	got = d.Tick(now)
	if len(got) != 4 || !got[0].Time.Equal(now) || got[0].Key != "outage/ioda/KZ//bgp/2024-05-01T10:00:00Z/start" {
		t.Errorf("got %v, want four onsets of now with the keys of their causes", got)
	}
	if got := d.Tick(now.Add(time.Minute)); len(got) != 0 {
		t.Errorf("said twice: %v", phases(got))
	}
}

func TestStrongStartsNeverWait(t *testing.T) {
	at := time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC)
	d := NewOutage(OutageOptions{})
	if got := starts(d, "ioda", "bgp+ping", at, "KZ", "IR", "IQ", "SY", "PK", "TM"); len(got) != 6 {
		t.Errorf("got %v, want six onsets", phases(got))
	}
}

// What waited when a process ended was told by it, or is too old to be an onset of now.
func TestAHeldOnsetThatNoTickCameForIsNotToldLate(t *testing.T) {
	at := time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC)
	d := NewOutage(OutageOptions{})
	starts(d, "ioda", "bgp", at, "KZ")
	if got := d.Tick(at.Add(48 * time.Hour)); len(got) != 0 {
		t.Errorf("told two days late: %v", phases(got))
	}
}

func TestKazakhstanIsSixWords(t *testing.T) {
	all, err := recording.ReadFiles([]string{datatest.File(t, "data", "recordings", "kazakhstan-2022.jsonl.gz")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := NewOutage(OutageOptions{})
	var got []intel.Phase
	for _, o := range all {
		for _, s := range d.Observe(o) {
			got = append(got, s.Phase)
		}
	}
	want := []intel.Phase{intel.Onset, intel.Ongoing, intel.Ongoing, intel.Ongoing, intel.Ongoing, intel.Easing}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestIranNovember2019(t *testing.T) {
	all, err := recording.ReadFiles([]string{
		datatest.File(t, "data", "recordings", "outage-iran-2019-11.jsonl.gz"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := NewOutage(OutageOptions{})
	var pushed time.Time
	for _, o := range all {
		for _, s := range d.Observe(o) {
			if s.Alert == intel.AlertPush && pushed.IsZero() {
				pushed = s.Time
			}
			if s.Phase == intel.Easing {
				t.Errorf("said to be over at %v", s.Time)
			}
		}
	}
	fell := time.Date(2019, 11, 16, 17, 30, 0, 0, time.UTC)
	if delay := pushed.Sub(fell); delay < 0 || delay > 3*time.Hour {
		t.Errorf("pushed at %v", pushed)
	}
}
