package detect

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/faultlinebot/faultline/intel"
)

// headlineLabel is one annotator's view of a headline.
type headlineLabel struct {
	kinds  []string // none when it is irrelevant
	places []string
	phase  string
	alert  string
}

// headlineLabelled is a line of a file of labelled headlines.
type headlineLabelled struct {
	source, title, summary string
	labels                 []headlineLabel
}

// headlineData reads a file of labelled headlines. The labels are machine-made: a language model read each line
// by a guide. The texts are other people's and stay outside the repository.
func headlineData(t testing.TB, name string) []headlineLabelled {
	t.Helper()
	folder := os.Getenv("FAULTLINE_DATA")
	if folder == "" {
		const why = "FAULTLINE_DATA is not set: it names the folder with headlines/dev.tsv"
		if os.Getenv("FAULTLINE_NO_SKIP") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	text, err := os.ReadFile(filepath.Join(folder, "headlines", name))
	if err != nil {
		t.Fatal(err)
	}
	var all []headlineLabelled
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		f := strings.Split(strings.TrimRight(line, "\r"), "\t")
		l := headlineLabelled{source: f[2], title: f[3], summary: f[4]}
		for at := 5; at+4 <= len(f); at += 4 {
			l.labels = append(l.labels, readHeadlineLabel(f[at:at+4]))
		}
		all = append(all, l)
	}
	return all
}

func readHeadlineLabel(f []string) headlineLabel {
	l := headlineLabel{phase: f[2], alert: f[3]}
	if f[0] != "none" {
		l.kinds = strings.Split(f[0], ",")
	}
	if f[1] != "-" {
		l.places = strings.Split(f[1], ",")
		slices.Sort(l.places)
	}
	return l
}

// headlineTally counts how predictions meet labels. A prediction is right where it matches either annotator.
type headlineTally struct {
	found, wrong, missed    int // relevant or not
	pushed, noise, unpushed int // alert 2
	kind, phase, places     int // right ones of the found
}

func (c *headlineTally) count(signals []intel.Signal, labels []headlineLabel) {
	either := func(is func(headlineLabel) bool) bool { return slices.ContainsFunc(labels, is) }
	both := func(is func(headlineLabel) bool) bool {
		return !slices.ContainsFunc(labels, func(l headlineLabel) bool { return !is(l) })
	}
	relevant := func(l headlineLabel) bool { return len(l.kinds) > 0 }
	push := func(l headlineLabel) bool { return l.alert == "2" }
	headlineMark(len(signals) > 0, either(relevant), both(relevant), &c.found, &c.wrong, &c.missed)
	pushes := slices.ContainsFunc(signals, func(s intel.Signal) bool { return s.Alert == intel.AlertPush })
	headlineMark(pushes, either(push), both(push), &c.pushed, &c.noise, &c.unpushed)
	if len(signals) == 0 || !either(relevant) {
		return
	}
	first, places := signals[0], headlineUnion(signals)
	add := func(n *int, is func(headlineLabel) bool) {
		if either(func(l headlineLabel) bool { return relevant(l) && is(l) }) {
			*n++
		}
	}
	add(&c.kind, func(l headlineLabel) bool { return l.kinds[0] == string(first.Kind) })
	add(&c.phase, func(l headlineLabel) bool { return l.phase == string(first.Phase) })
	add(&c.places, func(l headlineLabel) bool { return slices.Equal(l.places, places) })
}

func headlineMark(said, right, must bool, hit, wrong, missed *int) {
	switch {
	case said && right:
		*hit++
	case said:
		*wrong++
	case must:
		*missed++
	}
}

func headlineUnion(signals []intel.Signal) []string {
	var all []string
	for _, s := range signals {
		all = append(all, s.Places...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestHeadlineScores holds the detector to what it reached on headlines that two annotators labelled apart.
func TestHeadlineScores(t *testing.T) {
	detector := NewHeadline(headlineCountries(t))
	var c headlineTally
	for _, l := range headlineData(t, "dev.tsv") {
		c.count(detector.Observe(headlineObservation(l)), l.labels)
	}
	share := func(a, b int) float64 { return float64(a) / float64(max(a+b, 1)) }
	for _, score := range []struct {
		name       string
		got, floor float64
	}{
		{"relevance precision", share(c.found, c.wrong), 0.91},
		{"relevance recall", share(c.found, c.missed), 0.90},
		{"first kind, of all relevant", float64(c.kind) / float64(c.found+c.missed), 0.81},
		{"push precision", share(c.pushed, c.noise), 0.72},
		{"push recall", share(c.pushed, c.unpushed), 0.77},
		{"countries, of those found", float64(c.places) / float64(c.found), 0.79},
		{"phase, of those found", float64(c.phase) / float64(c.found), 0.64},
	} {
		t.Logf("%-28s %.3f", score.name, score.got)
		if score.got < score.floor {
			t.Errorf("%s: %.3f is below %.2f", score.name, score.got, score.floor)
		}
	}
}

func headlineObservation(l headlineLabelled) intel.Observation {
	return intel.Observation{
		Source: l.source, Body: intel.Article{Title: l.title, Summary: l.summary, URL: "https://news.example/", Tier: intel.Established},
	}
}

func BenchmarkHeadlineReal(b *testing.B) {
	detector := NewHeadline(headlineCountries(b))
	var all []intel.Observation
	for _, l := range headlineData(b, "dev.tsv") {
		all = append(all, headlineObservation(l))
	}
	n := 0
	for b.Loop() {
		detector.Observe(all[n%len(all)])
		n++
	}
}
