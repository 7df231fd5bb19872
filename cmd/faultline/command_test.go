package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/datatest"
	"github.com/faultlinebot/faultline/intel"
)

// command runs a command line and returns what it printed and its status.
func command(t *testing.T, stdin string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	c := &console{
		in: strings.NewReader(stdin), out: &out, err: &errs, width: 80,
		log: slog.New(slog.NewTextHandler(&errs, nil)),
	}
	status = dispatch(context.Background(), args, c)
	return out.String(), errs.String(), status
}

// notices reads the output of replay --json.
func notices(t *testing.T, out string) []noticeLine {
	t.Helper()
	var all []noticeLine
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var n noticeLine
		switch err := dec.Decode(&n); err {
		case nil:
			all = append(all, n)
		case io.EOF:
			return all
		default:
			t.Fatal(err)
		}
	}
}

// kazakhstan checks what must be told of January 2022.
func kazakhstan(t *testing.T, out string) {
	t.Helper()
	kinds := map[intel.Kind]map[string]bool{}
	var claimed, judged, exposed, linked bool
	var best intel.Evidence
	for _, n := range notices(t, out) {
		i := n.Incident
		if kinds[i.Kind] == nil {
			kinds[i.Kind] = map[string]bool{}
		}
		kinds[i.Kind][i.ID] = true
		if i.Kind == intel.Price && slices.Contains(i.Assets, "BTC") {
			linked = linked || len(i.Links) > 0
		}
		if i.Kind != intel.Shutdown {
			continue
		}
		if i.Evidence == intel.Measured || i.Evidence == intel.Corroborated {
			best = i.Evidence
		}
		exposed = exposed || i.Exposure != nil && i.Exposure.Share == 0.181
		if i.Claim == nil || i.Claim.Of != intel.OfHashrate {
			continue
		}
		claimed = true
		if m := i.Measurement; m != nil && m.Of == intel.OfHashrate && m.Low != nil && *m.Low <= -0.045 &&
			*m.High >= -0.045 && m.Verdict != nil && *m.Verdict != intel.Confirmed {
			judged = true
		}
	}
	all := 0
	for _, ids := range kinds {
		all += len(ids)
	}
	if all > 10 || len(kinds[intel.Shutdown]) != 1 || len(kinds[intel.Unrest]) != 1 || len(kinds[intel.Hashrate]) != 0 {
		t.Errorf("incidents: %v", kinds)
	}
	if !claimed || !judged || !exposed || !linked || best == "" {
		t.Errorf("claimed %v, judged %v, exposed %v, price linked %v, evidence %q", claimed, judged, exposed, linked, best)
	}
}

func TestReplayTellsJanuary2022TheSameEveryTime(t *testing.T) {
	first, _, status := command(t, "", "replay", "--json")
	if status != exitDone {
		t.Fatalf("status %d", status)
	}
	kazakhstan(t, first)
	if second, _, _ := command(t, "", "replay", "--json"); second != first {
		t.Error("the second time it printed something else")
	}
}

func TestReplayOfTheRealRecording(t *testing.T) {
	file := datatest.File(t, "data", "recordings", "kazakhstan-2022.jsonl.gz")
	first, _, status := command(t, "", "replay", "--json", file)
	if status != exitDone {
		t.Fatalf("status %d", status)
	}
	kazakhstan(t, first)
	if second, _, _ := command(t, "", "replay", file, "--json"); second != first {
		t.Error("the second time it printed something else")
	}
}

func TestReplayShowsCards(t *testing.T) {
	out, errs, status := command(t, "", "replay")
	for line := range strings.Lines(errs) {
		if !strings.HasPrefix(line, "played to ") {
			t.Errorf("complains: %s", line)
		}
	}
	if status != exitDone {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{
		"CRITICAL  Internet shutdown in Kazakhstan", "18.1 % of the world's hashrate", "hashrate -13.4 % (getblock",
		"compatible with this", "excluded", "Escalated:", "Corrected:", "Easing:", "Closed:", "Unrest in Kazakhstan",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in the cards", want)
		}
	}
	if strings.Contains(out, "\x1b[") {
		t.Error("colours where nobody looks")
	}
}

// replay never touches what is configured, whatever that is.
func TestReplayIgnoresTheConfiguration(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("REDIS_URL", "redis://127.0.0.1:1")
	t.Setenv("TELEGRAM_TOKEN", "1:secret")
	if _, _, status := command(t, "", "replay", "--json"); status != exitDone {
		t.Errorf("status %d", status)
	}
	if left, _ := os.ReadDir("."); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReplayReadsStandardInputAndFlagsAnywhere(t *testing.T) {
	line := `{"type":"article","time":"2024-01-01T10:00:00Z","source":"wire","title":"Guinea shuts down internet nationwide amid protests","url":"https://a.example/1","guid":"g-1","tier":1}`
	out, _, status := command(t, line, "replay", "-", "--signals", "--json")
	if status != exitDone {
		t.Fatalf("status %d", status)
	}
	var s map[string]any
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &s); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if s["observation"] != "g-1" || s["kind"] != "shutdown" || s["time"] != "2024-01-01T10:00:00Z" {
		t.Errorf("got %v", s)
	}
	for _, field := range []string{"magnitude", "claim", "assets", "since", "places", "sources", "alert", "title", "phase"} {
		if _, there := s[field]; !there {
			t.Errorf("no field %q", field)
		}
	}
}

func TestBadInputIsStatusTwoBeforeTheFirstLine(t *testing.T) {
	good := `{"type":"outage","time":"2024-01-01T10:00:00Z","source":"radar","country":"GN","state":"start","cause":"government","level":"nationwide"}`
	for name, args := range map[string][]string{
		"unknown type": {"replay", "--json", "-"}, "missing file": {"replay", "nowhere.jsonl"},
		"unknown flag": {"replay", "--louder"}, "unknown command": {"listen"}, "negative speed": {"replay", "--speed=-1"},
		"record without a file": {"record"},
	} {
		t.Run(name, func(t *testing.T) {
			out, errs, status := command(t, good+"\n"+`{"type":"tweet"}`, args...)
			if status != exitUsage || out != "" {
				t.Errorf("status %d, printed %q", status, out)
			}
			if strings.Count(strings.TrimSpace(errs), "\n") > 0 || errs == "" {
				t.Errorf("want one sentence, got %q", errs)
			}
		})
	}
}

func TestSignalsOfThreeYearsOfBlocks(t *testing.T) {
	file := datatest.File(t, "data", "recordings", "blocks-2021-2023.jsonl.gz")
	began := time.Now()
	out, _, status := command(t, "", "replay", "--signals", "--json", file)
	took := time.Since(began)
	if status != exitDone || !strings.Contains(out, `"kind":"hashrate","phase":"onset"`) {
		t.Fatalf("status %d, printed %q", status, out)
	}
	const blocks = 159_723
	t.Logf("%.0f observations a second", blocks/took.Seconds())
	if !raceDetector && blocks/took.Seconds() < 25_000 { // half of the promise: the machine may be busy
		t.Errorf("%d observations took %v", blocks, took)
	}
}

func TestCheckNamesEveryFault(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	write(t, bad, "feeds:\n  interval: soon\n  colour: red\nsources:\n  mempool:\n    url: \"ftp://x\"\n")
	out, _, status := command(t, "", "check", "--config", bad)
	if status != exitFaults {
		t.Errorf("status %d", status)
	}
	for _, path := range []string{"feeds.interval", "feeds.colour", "sources.mempool.url"} {
		if !strings.Contains(out, path) {
			t.Errorf("%s is not named in:\n%s", path, out)
		}
	}
	noYAML := filepath.Join(dir, "no.yaml")
	write(t, noYAML, "store:\n  path: x\n : : [\n")
	out, _, status = command(t, "", "check", "--config", noYAML)
	if status != exitFaults || strings.Count(strings.TrimSpace(out), "\n") != 0 || !strings.Contains(out, "no.yaml:3") {
		t.Errorf("status %d, want one sentence with the line, got %q", status, out)
	}
	t.Chdir(dir)
	if out, _, status := command(t, "", "check"); status != exitDone || !strings.Contains(out, "good") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestVersion(t *testing.T) {
	if out, _, status := command(t, "", "version"); status != exitDone || !strings.HasPrefix(out, "faultline ") {
		t.Errorf("status %d: %q", status, out)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkReplaySignals(b *testing.B) {
	file := datatest.File(b, "data", "recordings", "blocks-2021-2023.jsonl.gz")
	for b.Loop() {
		c := &console{out: io.Discard, err: io.Discard, log: slog.New(slog.DiscardHandler)}
		if status := dispatch(context.Background(), []string{"replay", "--signals", "--json", file}, c); status != exitDone {
			b.Fatal(status)
		}
	}
	b.ReportMetric(159_723*float64(b.N)/b.Elapsed().Seconds(), "observations/s")
}
