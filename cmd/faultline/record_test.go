package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWhatIsRecordedIsReplayed(t *testing.T) {
	w := newWorld(t)
	w.publish("local", "old", "Guinea shuts down internet nationwide amid protests last year")
	dir := t.TempDir()
	config, file := w.config(t, inSQLite(t), true, "local:3"), filepath.Join(dir, "evening.jsonl.gz")
	b := startBot(t, "record", "--config", config, "-o", file)
	b.err.wait("word of what it watches", 5*time.Second, has("watching rss/local"))
	w.polls(t, "local", 2)
	w.publish("local", "cut", "Guinea shuts down internet nationwide amid protests")
	w.polls(t, "local", 3)
	if status := b.end(t); status != exitDone {
		t.Fatalf("status %d:\n%s", status, b.err)
	}
	out, errs, status := command(t, "", "replay", "--json", file)
	if status != exitDone {
		t.Fatalf("status %d: %s", status, errs)
	}
	all := notices(t, out)
	if len(all) != 1 || all[0].Incident.Kind != "shutdown" || strings.Contains(out, "last year") {
		t.Errorf("replayed: %s", out)
	}
	if _, errs, status := command(t, "", "record", "--config", config, "-o", file); status != exitUsage ||
		!strings.Contains(errs, "not there yet") {
		t.Errorf("status %d for a file that is there: %s", status, errs)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestReplayAtASpeed(t *testing.T) {
	lines := `{"type":"outage","time":"2024-01-01T10:00:00Z","source":"radar","country":"GN","state":"start","cause":"government","level":"nationwide"}
{"type":"outage","time":"2024-01-01T11:00:00Z","source":"radar","country":"GN","state":"end","cause":"government","level":"nationwide"}`
	began := time.Now()
	out, _, status := command(t, lines, "replay", "-", "--json", "--speed", "7200")
	if took := time.Since(began); status != exitDone || took < 450*time.Millisecond || took > 5*time.Second {
		t.Errorf("an hour at 7200 times real time took %v, status %d", took, status)
	}
	if n := len(notices(t, out)); n != 2 {
		t.Errorf("%d notices", n)
	}
}
