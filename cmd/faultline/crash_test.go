package main

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/deliver/delivertest"
	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
)

// build makes the binary with failpoints in it.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "faultline")
	out, err := exec.Command("go", "build", "-tags", "failpoints", "-o", binary, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// child is the real binary at work.
type child struct {
	out  *transcript
	said *transcript // on its error stream
	cmd  *exec.Cmd
	done chan error
}

func launch(t *testing.T, binary, config, crashAt string, out *transcript) *child {
	t.Helper()
	c := &child{out: out, cmd: exec.Command(binary, "run", "--config", config), done: make(chan error, 1)}
	c.cmd.Env = []string{"FAULTLINE_CRASH_AT=" + crashAt}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := c.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.said = newTranscript(t)
	go c.said.follow(stderr)
	go func() {
		out.follow(stdout)
		c.done <- c.cmd.Wait()
	}()
	c.said.wait("start", 10*time.Second, has("watching"))
	t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	return c
}

// killed waits for the process to kill itself.
func (c *child) killed(t *testing.T) {
	t.Helper()
	select {
	case err := <-c.done:
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("ended with %v, want SIGKILL:\n%s", err, c.out)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("the failpoint was not reached:\n%s", c.out)
	}
}

// end asks the process to end, as an operator would.
func (c *child) end(t *testing.T) {
	t.Helper()
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-c.done:
		if err != nil {
			t.Fatalf("ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still running ten seconds after SIGTERM")
	}
}

// Between any two steps of the path the process may die. After a restart nothing is lost; a message is there
// once, and at most once more where the death fell between printing it and marking it.
func TestSIGKILLBetweenAnyTwoSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary twice for each step")
	}
	binary := build(t)
	onBoth(t, func(t *testing.T, k keep) {
		fresh := inSQLite
		if k.name == "redis" {
			fresh = onRedis
		}
		for _, step := range failpoint.Names() {
			if k.name == "redis" && (step == failpoint.CommitMarked || step == failpoint.CommitWritten) {
				continue // there the atomic step is one script: this process cannot die inside it
			}
			t.Run(step, func(t *testing.T) {
				t.Parallel()
				if failing(step) {
					crashAfterAFailedSend(t, binary, step, fresh(t))
					return
				}
				crash(t, binary, step, fresh(t))
			})
		}
	})
}

// afterClaim is when a message comes at the latest that a dead process had claimed: on Redis nobody knows that it is
// dead, so its claim of a minute has to run out.
func (k keep) afterClaim() time.Duration {
	if k.name == "redis" {
		return 75 * time.Second
	}
	return 30 * time.Second
}

// crash lives through one evening: a rumour, then a wire that makes it an escalation; the first process dies at
// the step.
func crash(t *testing.T, binary, step string, k keep) {
	w := newWorld(t)
	w.publish("local", "old", "Stars shine over the harbour tonight")
	config := w.config(t, k, false, "local:3", "wire:1")
	out := newTranscript(t)
	warmUp(t, binary, config, w)
	// Only where the announcement is the matter: elsewhere the death could fall beside it by chance.
	announced := step == failpoint.AnnouncementSent
	if announced {
		announce(t, k)
	}

	w.publish("local", "cut", "Guinea shuts down internet nationwide amid protests")
	c := launch(t, binary, config, step, out)
	if step == failpoint.ReplySent {
		out.wait("card", 10*time.Second, sent)
		w.publish("wire", "cut-2", "Guinea cuts off internet access across the country")
	}
	c.killed(t)

	c = launch(t, binary, config, "", out)
	cards, comes := 1, func(n int, line func(string) bool) bool { return out.comes(n, k.afterClaim(), line) }
	if step == failpoint.CardSent {
		cards = 2 // the first one was printed and not marked
	}
	// The wire would make a card of its own where the local paper's is lost, so it waits for that.
	if comes(cards, sent) {
		if step != failpoint.ReplySent {
			w.publish("wire", "cut-2", "Guinea cuts off internet access across the country")
		}
		_ = comes(1, has("updated  MAJOR")) && comes(1, has("Escalated:"))
		_ = announced && comes(1, has("A word from the test"))
	}
	c.end(t)

	arrived(t, out, "the card", sent, step == failpoint.CardSent)
	arrived(t, out, "the edited card", has("updated  MAJOR"), false)
	arrived(t, out, "the escalation", has("Escalated:"), step == failpoint.ReplySent)
	if announced {
		arrived(t, out, "the announcement", has("A word from the test"), true)
	}
	if t.Failed() {
		t.Fatal(out)
	}
	whole(t, k)
}

// arrived checks that a message was printed, once, or once more where it died between printing and marking it.
func arrived(t *testing.T, out *transcript, what string, line func(string) bool, again bool) {
	t.Helper()
	m := delivertest.Message{ID: what, Revision: 1}
	repeats := 0
	if again {
		repeats = 1
	}
	delivertest.Check(t, delivertest.History{
		Accepted: []delivertest.Message{m},
		Arrived:  map[string][]delivertest.Message{"the terminal": slices.Repeat([]delivertest.Message{m}, out.count(line))},
	}, repeats)
}

// warmUp lets a bot see the feeds for the first time, so that what comes later is news.
func warmUp(t *testing.T, binary, config string, w *world) {
	t.Helper()
	c := launch(t, binary, config, "", newTranscript(t))
	w.polls(t, "local", 2) // the second poll comes after the first one's cursor was kept
	w.polls(t, "wire", 2)
	c.end(t)
}

// announce leaves an announcement in the outbox.
func announce(t *testing.T, k keep) {
	t.Helper()
	kept := k.open(t)
	defer kept.Close()
	if err := kept.Announce(context.Background(), intel.Announcement{
		Key: "test", Destination: everything().Destination, Title: "A word from the test", Due: time.Now(),
	}); err != nil {
		t.Fatal(err)
	}
}

// whole looks for torn steps: every notice belongs to a revision that is kept.
func whole(t *testing.T, k keep) {
	t.Helper()
	kept := k.open(t)
	defer kept.Close()
	ctx := context.Background()
	all, err := kept.LatestIncidents(ctx, 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d incidents, %v", len(all), err)
	}
	notes, err := kept.Notices(ctx, all[0].ID, 0)
	if err != nil || len(notes) == 0 || notes[len(notes)-1].Revision > all[0].Revision {
		t.Errorf("notices %v for revision %d: %v", notes, all[0].Revision, err)
	}
	for _, key := range []string{"article/local/cut", "article/wire/cut-2"} {
		if seen, err := kept.Seen(ctx, key); err != nil || !seen {
			t.Errorf("%s is not marked seen: %v", key, err)
		}
	}
}
