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
	for _, o := range all {
		for _, s := range d.Observe(o) {
			got = append(got, strings.Join([]string{
				s.Time.Format("15:04"), string(s.Kind), string(s.Phase), string(s.Scope),
				strings.Repeat("!", int(s.Alert)), s.Title,
			}, " "))
		}
	}
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
				"10:00 shutdown onset national ! Nationwide internet outage in Kazakhstan",
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
