package detect

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/intel"
)

var headlineUpdate = flag.Bool("headline-update", false, "write what the detector says into testdata/headline")

func headlineCountries(t testing.TB) []intel.Country {
	t.Helper()
	countries, err := configs.Countries()
	if err != nil {
		t.Fatal(err)
	}
	return countries
}

// TestHeadlineCases reads testdata/headline: a file is a title and what else is known of an article, a line of
// dashes, and the signals that are expected, one a line: kind, phase, places, alert, claim. A new case is a new file.
func TestHeadlineCases(t *testing.T) {
	files, err := filepath.Glob("testdata/headline/*.txt")
	if err != nil || len(files) < 40 {
		t.Fatalf("want at least 40 cases, have %d (%v)", len(files), err)
	}
	detector := NewHeadline(headlineCountries(t))
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, want, ok := strings.Cut(string(text), "---\n")
			if !ok {
				t.Fatal("no dashed line")
			}
			got := headlineLines(detector.Observe(headlineCase(t, head)))
			if *headlineUpdate {
				if err := os.WriteFile(file, []byte(head+"---\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != want {
				t.Errorf("%s\ngot:\n%swant:\n%s", head, got, want)
			}
		})
	}
}

func headlineCase(t *testing.T, head string) intel.Observation {
	t.Helper()
	a := intel.Article{URL: "https://news.example/case", Tier: intel.Other}
	o := intel.Observation{Source: "case"}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "title":
			a.Title = value
		case "summary":
			a.Summary = value
		case "source":
			o.Source = value
		case "tier":
			tier, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			a.Tier = intel.Tier(tier)
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	o.Time = time.Date(2022, 1, 5, 12, 0, 0, 0, time.UTC)
	o.Known, o.Body = o.Time, a
	return o
}

func headlineLines(signals []intel.Signal) string {
	if len(signals) == 0 {
		return "none\n"
	}
	var b strings.Builder
	for _, s := range signals {
		places := strings.Join(s.Places, ",")
		if places == "" {
			places = "-"
		}
		fmt.Fprintf(&b, "%s %s %s %d", s.Kind, s.Phase, places, s.Alert)
		if s.Claim != nil {
			fmt.Fprintf(&b, " %s %v", s.Claim.Of, s.Claim.Value)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestHeadlineTables reads the tables as the constructor does, and holds that every group is used.
func TestHeadlineTables(t *testing.T) {
	words, err := newHeadlineWords(headlineLexicon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseHeadlineRules(headlineRules, words.names); err != nil {
		t.Error(err)
	}
	if _, err := newHeadlineCues(words.names); err != nil {
		t.Error(err)
	}
	tables := strings.NewReplacer("|", " ", "-", " ", ">", " ").Replace(headlineRules + headlinePhases + headlineAlerts)
	used := append(strings.Fields(tables), "mask", "claimdown", "claimup", "claimprice", "otherq", "partly")
	for name := range words.names {
		if !slices.Contains(used, name) {
			t.Errorf("no rule speaks of the group %q", name)
		}
	}
}

func TestHeadlineFaultyTables(t *testing.T) {
	for _, table := range []string{"no colon here", "a: b\n\na: c"} {
		if _, err := newHeadlineWords(table); err == nil {
			t.Errorf("lexicon %q was taken", table)
		}
	}
	words, err := newHeadlineWords("a: b")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{
		"price : a", "weather 3 : a", "price three : a", "price 3 : b", "price 3 : a /x", "price 3 often : a", "price 3 :",
	} {
		if _, err := parseHeadlineRules(rule, words.names); err == nil {
			t.Errorf("rule %q was taken", rule)
		}
	}
}

func TestHeadlineSignalFields(t *testing.T) {
	known := time.Date(2022, 1, 6, 23, 59, 0, 0, time.UTC)
	o := intel.Observation{
		Source: "gazette", Time: known.Add(-12 * time.Hour), Known: known, Backfill: true, Audience: "discord/1",
		Body: intel.Article{
			Title: "Hashrate of Bitcoin drops 12% as Kazakhstan goes offline", URL: "https://news.example/1", GUID: "g1",
			Tier: intel.Established,
		},
	}
	signals := NewHeadline(headlineCountries(t)).Observe(o)
	if len(signals) == 0 {
		t.Fatal("no signal")
	}
	s := signals[0]
	if s.Kind != intel.Hashrate || s.Observation != "g1" || s.Key != "article/gazette/g1@discord/1" ||
		!s.Time.Equal(known) || !s.Since.Equal(o.Time) || !s.Backfill || s.Audience != "discord/1" ||
		!slices.Equal(s.Assets, []string{"BTC"}) || s.URL != "https://news.example/1" || s.Scope != intel.ScopeNational {
		t.Errorf("got %+v", s)
	}
	source := intel.Source{Name: "gazette", URL: "https://news.example/1", Tier: intel.Established, Heard: known}
	if !slices.Equal(s.Sources, []intel.Source{source}) {
		t.Errorf("sources: %+v", s.Sources)
	}
	reasons := strings.Join(s.Reasons, "; ")
	for _, want := range []string{"hashrate: 'Hashrate of Bitcoin drops'", "place: Kazakhstan (KZ)", "claim: hashrate -12 %"} {
		if !strings.Contains(reasons, want) {
			t.Errorf("reasons %q lack %q", reasons, want)
		}
	}
}

func TestHeadlineScope(t *testing.T) {
	detector := NewHeadline(headlineCountries(t))
	for title, want := range map[string]intel.Scope{
		"Kazakhstan shuts down the internet":                       intel.ScopeNational,
		"Internet shut down in Almaty":                             intel.ScopeRegional,
		"Mobile internet cut off across parts of Kazakhstan":       intel.ScopeRegional,
		"Nationwide mobile internet shutdown hits Kazakhstan":      intel.ScopeNational,
		"Internet blackout in Xinjiang":                            intel.ScopeRegional,
		"Moscow blocks Twitter":                                    intel.ScopeNational,
		"Thousands protest in Moscow as riot police make arrests":  intel.ScopeRegional,
		"Blackout leaves Havana in the dark, all of Cuba affected": intel.ScopeNational,
	} {
		signals := detector.Observe(intel.Observation{Body: intel.Article{Title: title}})
		if len(signals) == 0 || signals[0].Scope != want {
			t.Errorf("%s: got %+v, want %s", title, signals, want)
		}
	}
}

func TestHeadlineIgnoresOthers(t *testing.T) {
	detector := NewHeadline(headlineCountries(t))
	for _, body := range []intel.Body{
		intel.Block{Height: 1},
		intel.Bar{Asset: "BTC"},
		intel.Outage{Country: "KZ"},
		intel.Hazard{},
		intel.Count{},
		intel.Listing{Name: "internet shutdown in Iran"},
		intel.Silence{},
	} {
		if got := detector.Observe(intel.Observation{Body: body}); got != nil {
			t.Errorf("%s: got %v", body.Type(), got)
		}
	}
	if got := detector.Tick(time.Unix(0, 0)); got != nil {
		t.Errorf("tick: got %v", got)
	}
}

// TestHeadlineHostile feeds what nobody should send. It must neither fall over nor take long.
func TestHeadlineHostile(t *testing.T) {
	detector := NewHeadline(headlineCountries(t))
	for name, title := range map[string]string{
		"empty": "", "blank": " \n\t", "signs": "%%% $$$ ... --- ''", "broken": "bitcoin \xff\xfe falls \xc3", "nul": "a\x00b",
		"words":   strings.Repeat("bitcoin falls internet shut down ", 150),
		"numbers": strings.Repeat("1,2.3 % ", 600), "han": strings.Repeat("比特币暴跌", 1000),
		"accents": strings.Repeat("e\u0301", 2500), "one word": strings.Repeat("a", 5000),
		"masks": strings.Repeat("power of attorney ", 300), "dots": strings.Repeat("U.S.", 1200),
	} {
		start := time.Now()
		detector.Observe(intel.Observation{Body: intel.Article{Title: title, Summary: title}})
		if took := time.Since(start); took > 200*time.Millisecond {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func BenchmarkHeadline(b *testing.B) {
	detector := NewHeadline(headlineCountries(b))
	o := intel.Observation{Source: "bench", Body: intel.Article{
		Title: "Bitcoin slides under $30,000 as Beijing tells banks to stop serving crypto exchanges",
		Summary: "The largest cryptocurrency fell as much as 9% on Monday after the central bank of China said lenders must " +
			"cut off payment channels, the latest step in a widening crackdown on trading and mining.",
	}}
	for b.Loop() {
		detector.Observe(o)
	}
}

func BenchmarkHeadlineLong(b *testing.B) {
	detector := NewHeadline(headlineCountries(b))
	o := intel.Observation{Body: intel.Article{Title: strings.Repeat("bitcoin falls as the internet is shut down in Iran, ", 100)}}
	for b.Loop() {
		detector.Observe(o)
	}
}
