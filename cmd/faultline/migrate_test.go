package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
	botconsole "github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/recording"
	"github.com/faultlinebot/faultline/store"
)

// named is the store as migrate takes it.
func (k keep) named() string {
	if k.name == "redis" {
		return k.cfg.RedisURL.Reveal()
	}
	return "sqlite:" + k.cfg.Path
}

// story plays a part of the built-in recording, with a brain and a mouth of its own, and returns the changes and
// what was printed.
type story struct {
	changes []intel.Change
	printed bytes.Buffer
}

func (s *story) part(t *testing.T, kept store.Store, all []intel.Observation) {
	t.Helper()
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	countries, err := configs.Countries()
	if err != nil {
		t.Fatal(err)
	}
	now := all[0].Known
	mouth := deliver.New(deliver.Options{
		Store: kept, Platforms: []bot.Platform{botconsole.New(botconsole.Options{Out: &s.printed, Width: 80})},
		Now: func() time.Time { return now }, Place: placeNames(countries), Log: log,
	})
	before := s.printed.Len()
	if err := mouth.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if s.printed.Len() > before {
		t.Errorf("sent again:\n%s", s.printed.String()[before:])
	}
	brain, err := pipeline.New(ctx, pipeline.Options{
		Store: kept, Detectors: detectors(countries), Countries: countries, Log: log,
		Committed: func(ch []intel.Change) { s.changes = append(s.changes, ch...) },
	})
	if err != nil {
		t.Fatal(err)
	}
	err = recording.Play(ctx, all, func(o intel.Observation) error {
		now = o.Known
		return errors.Join(brain.Handle(ctx, o), mouth.Drain(ctx))
	}, func(at time.Time) error {
		now = at
		return brain.Tick(ctx, at)
	})
	if err := errors.Join(err, mouth.Drain(ctx)); err != nil {
		t.Fatal(err)
	}
}

// begun opens a store for a story with the terminal's subscription.
func begun(t *testing.T, k keep) store.Store {
	t.Helper()
	kept := k.open(t)
	if err := kept.Subscribe(t.Context(), everything()); err != nil {
		t.Fatal(err)
	}
	return kept
}

func end(t *testing.T, kept store.Store) {
	t.Helper()
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
}

// A bot that is moved in the middle of a story, either way, goes on as if it had not been: the same changes, and
// nothing is sent again.
func TestMigrateAndRestoreInTheMiddleOfAStory(t *testing.T) {
	all, err := recording.Read("the built-in recording", bytes.NewReader(configs.Seed()))
	if err != nil {
		t.Fatal(err)
	}
	half := slices.IndexFunc(all, func(o intel.Observation) bool {
		return o.Known.After(time.Date(2022, 1, 8, 3, 17, 0, 0, time.UTC))
	})
	var whole story
	kept := begun(t, inSQLite(t))
	whole.part(t, kept, all)
	end(t, kept)
	for _, way := range []struct {
		name     string
		from, to func(*testing.T) keep
		move     func(t *testing.T, from, to keep)
		quick    bool // the others take minutes under the race detector and show it nothing new
	}{
		{"migrate sqlite to redis", inSQLite, onRedis, migrateTo, true},
		{"migrate redis to sqlite", onRedis, inSQLite, migrateTo, false},
		{"restore from sqlite on redis", inSQLite, onRedis, backupTo, false},
		{"restore from redis in sqlite", onRedis, inSQLite, backupTo, true},
	} {
		if raceDetector && !way.quick {
			continue
		}
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			var told story
			from, to := way.from(t), way.to(t)
			kept := begun(t, from)
			told.part(t, kept, all[:half])
			end(t, kept)
			if len(told.changes) == 0 || told.printed.Len() == 0 {
				t.Fatal("nothing was told before the move")
			}
			way.move(t, from, to)
			kept = to.open(t)
			told.part(t, kept, all[half:])
			end(t, kept)
			if diff := cmp.Diff(whole.changes, told.changes); diff != "" {
				t.Errorf("changes (-in one piece +moved):\n%s", diff)
			}
			if diff := cmp.Diff(whole.printed.String(), told.printed.String()); diff != "" {
				t.Errorf("printed (-in one piece +moved):\n%s", diff)
			}
		})
	}
}

func migrateTo(t *testing.T, from, to keep) {
	t.Helper()
	_, errs, status := command(t, "", "migrate", "--from", from.named(), "--to", to.named())
	if status != exitDone || !strings.Contains(errs, "moved ") || !strings.Contains(errs, "now holds everything") {
		t.Fatalf("status %d: %s", status, errs)
	}
	// What is there now is never mixed with more, nor taken back over what it came from.
	for _, args := range [][]string{
		{"migrate", "--from", from.named(), "--to", to.named()}, {"migrate", "--from", to.named(), "--to", from.named()},
	} {
		if _, errs, status := command(t, "", args...); status == exitDone || !strings.Contains(errs, "already holds") {
			t.Fatalf("%v: status %d: %s", args, status, errs)
		}
	}
}

func backupTo(t *testing.T, from, to keep) {
	t.Helper()
	w := newWorld(t)
	read, written := w.config(t, from, false, "local:3"), w.config(t, to, false, "local:3")
	file := filepath.Join(t.TempDir(), "backup.jsonl.gz")
	if _, errs, status := command(t, "", "backup", file, "--config", read); status != exitDone {
		t.Fatalf("status %d: %s", status, errs)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if _, errs, status := command(t, "", "restore", file, "--config", written); status != exitDone ||
		!strings.Contains(errs, "restored ") {
		t.Fatalf("status %d: %s", status, errs)
	}
	if _, errs, status := command(t, "", "restore", file, "--config", written); status == exitDone ||
		!strings.Contains(errs, "already holds something and was not touched") {
		t.Fatalf("status %d: %s", status, errs)
	}
}

func TestMigrateRefusesASourceThatABotIsAtWorkOn(t *testing.T) {
	from := onRedis(t)
	kept := begun(t, from)
	defer end(t, kept)
	if _, err := kept.Acquire(t.Context(), store.WorldLease, "bot", time.Minute); err != nil {
		t.Fatal(err)
	}
	_, errs, status := command(t, "", "migrate", "--from", from.named(), "--to", inSQLite(t).named())
	if status == exitDone || !strings.Contains(errs, "stop every replica") {
		t.Errorf("status %d: %s", status, errs)
	}
}

func TestMigrateRefusesWhatItCannotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	for _, c := range []struct{ from, to, says string }{
		{"sqlite:" + path, "sqlite:" + path, "same store"},
		{"sqlite:" + path, "sqlite:" + path + "2", "no store to read"},
		{"postgres://u:secret@h", "sqlite:" + path, "sqlite:PATH"},
		{"sqlite:" + path, "sqlite:", "sqlite:PATH"},
	} {
		_, errs, status := command(t, "", "migrate", "--from", c.from, "--to", c.to)
		if status != exitUsage || !strings.Contains(errs, c.says) || strings.Contains(errs, "secret") {
			t.Errorf("%s to %s: status %d: %s", c.from, c.to, status, errs)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a store was made only to be read")
	}
}

func TestBackupOfARunningSQLiteBotIsRefused(t *testing.T) {
	k := inSQLite(t)
	config := newWorld(t).config(t, k, false, "local:3")
	kept := k.open(t)
	defer end(t, kept)
	_, errs, status := command(t, "", "backup", "-", "--config", config)
	if status == exitDone || !strings.Contains(errs, store.ErrInUse.Error()) {
		t.Errorf("status %d: %s", status, errs)
	}
}

func TestRestoreChecksTheWholeBackupFirst(t *testing.T) { onBoth(t, restoreChecks) }

func restoreChecks(t *testing.T, k keep) {
	giveUp(t, k)
	w := newWorld(t)
	good, errs, status := command(t, "", "backup", "-", "--config", w.config(t, k, false, "local:3"))
	if status != exitDone {
		t.Fatalf("status %d: %s", status, errs)
	}
	to := inSQLite(t)
	config := w.config(t, to, false, "local:3")
	lines := strings.SplitAfter(strings.TrimSuffix(good, "\n"), "\n")
	for n := range lines {
		_, errs, status := command(t, strings.Join(lines[:n], ""), "restore", "-", "--config", config)
		if status != exitUsage || !strings.Contains(errs, "it ends too early: not restored") {
			t.Errorf("%d of %d lines: status %d: %s", n, len(lines), status, errs)
		}
	}
	for name, bad := range map[string]string{
		"another file":     "hello\n",
		"a newer release":  strings.Replace(good, `"version":1`, `"version":2`, 1),
		"a line less":      strings.Join(append(lines[:1:1], lines[2:]...), ""),
		"something after":  good + "{}\n",
		"an unknown thing": strings.Replace(good, `"type":"card"`, `"type":"dream"`, 1),
	} {
		if _, errs, status := command(t, bad, "restore", "-", "--config", config); status != exitUsage ||
			!strings.Contains(errs, "not restored") {
			t.Errorf("%s: status %d: %s", name, status, errs)
		}
	}
	if _, err := os.Stat(to.cfg.Path); err == nil {
		t.Error("the store was touched")
	}
	if _, errs, status := command(t, good, "restore", "-", "--config", config); status != exitDone {
		t.Fatalf("status %d: %s", status, errs)
	}
	again, _, _ := command(t, "", "backup", "-", "--config", config)
	if diff := cmp.Diff(good, again); diff != "" {
		t.Error(diff)
	}
}

func TestAFailedBackupLeavesTheOneFromBefore(t *testing.T) {
	k := inSQLite(t)
	giveUp(t, k)
	kept := k.open(t)
	defer end(t, kept)
	file := filepath.Join(t.TempDir(), "backup.jsonl")
	write(t, file, "before")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := save(ctx, kept, file, nil, newTally(&bytes.Buffer{}, "saved")); err == nil {
		t.Fatal("no error")
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are there (%v)", len(left), err)
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "before" {
		t.Errorf("it holds %q (%v)", data, err)
	}
}
