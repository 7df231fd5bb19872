package main

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// Z02: a bot that is asked to end, and hangs in it, ends at once when it is asked again.
func TestAskedTwiceItEndsAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary")
	}
	t.Parallel()
	binary := build(t)
	for name, what := range map[string]syscall.Signal{"as by Ctrl-C": syscall.SIGINT, "as by a supervisor": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			server, w := redistest.Start(t), newWorld(t)
			k := keep{"redis", "redis_url: " + server.URL(), configs.Store{RedisURL: configs.NewSecret(server.URL())}}
			config, out := w.config(t, k, false, "local:2"), newTranscript(t)
			r := startFellow(t, binary, config, out)
			r.err.wait("word that it is the brain", 20*time.Second, isBrain)
			w.publish("local", "cut", cut("Guinea"))
			w.lookedAt(t, "local")
			server.Freeze() // giving the lease back hangs in it
			r.signal(t, what)
			r.err.wait("word that it ends", 20*time.Second, has("Ask again to end at once"))
			r.signal(t, what)
			if status := r.ended(t, 5*time.Second); status.Signal() != what {
				t.Errorf("ended with %v, want %v to have ended it:\n%s", status, what, r.err)
			}
			server.Thaw()
			// Nothing is worse than after any other death.
			r = startFellow(t, binary, config, out)
			w.publish("local", "cut-2", cut("Kenya"))
			out.wait("card", 20*time.Second, heads("Kenya"))
			r.end(t)
		})
	}
}

// Z07 and Z08: a bot that has ended has left nothing behind, however often it is started: no goroutine, no open
// file, no child, no temporary file; and what it keeps is whole.
func TestNothingIsLeftAfterTheEnd(t *testing.T) { onBoth(t, endless) }

func endless(t *testing.T, k keep) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	w := newWorld(t)
	config := w.config(t, k, true, "local:2", "wire:1")
	round := func() {
		b := startBot(t, "run", "--config", config)
		b.err.wait("start", 20*time.Second, isBrain)
		if status := b.end(t); status != exitDone {
			t.Fatalf("status %d:\n%s", status, b.err)
		}
		<-b.over
	}
	b := startBot(t, "run", "--config", config)
	b.err.wait("back-fill", 20*time.Second, has("back-fill"))
	w.lookedAt(t, "local", "wire")
	w.publish("local", "cut", "Guinea shuts down internet nationwide amid protests")
	b.out.wait("card", 20*time.Second, sent)
	b.end(t)
	<-b.over
	w.CloseClientConnections()

	goroutines, files := settled(t, goroutinesNow()), openFiles(t)
	began := time.Now()
	n := max(30, rounds(t))
	for range n {
		round()
	}
	took := time.Since(began)
	w.CloseClientConnections()
	var left []string
	if !comesTrue(5*time.Second, func() bool {
		left = left[:0]
		for id, stack := range goroutinesNow() {
			if _, before := goroutines[id]; !before {
				left = append(left, stack)
			}
		}
		return len(left) == 0
	}) {
		t.Errorf("%d goroutines are left, such as\n%s", len(left), left[0])
	}
	if now := openFiles(t); now > files {
		t.Errorf("%d files were open, and %d are", files, now)
	}
	if names, err := os.ReadDir(temporary); err != nil || len(names) > 0 {
		t.Errorf("temporary files are left: %v, %v", names, err)
	}
	t.Logf("%s: %d starts and ends, %v each", k.name, n, (took / time.Duration(n)).Round(time.Millisecond))

	w.publish("wire", "cut-2", "Guinea cuts off internet access across the country")
	b = startBot(t, "run", "--config", config)
	b.out.wait("edit of the card from before", 20*time.Second, has("#1 updated"))
	b.end(t)
	if n := b.out.count(sent); n > 0 {
		t.Errorf("the card was sent again:\n%s", b.out)
	}
	whole(t, k)
}

// A process that has ended leaves no other one, neither child nor grandchild.
func TestNoChildIsLeftAfterTheEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary")
	}
	t.Parallel()
	w := newWorld(t)
	out := newTranscript(t)
	k := inSQLite(t)
	r := startFellow(t, build(t), w.config(t, k, false, "local:2"), out)
	r.err.wait("start", 20*time.Second, isBrain)
	group := r.cmd.Process.Pid // it leads a group of its own
	if err := syscall.Kill(-group, 0); err != nil {
		t.Fatalf("the process leads no group: %v", err)
	}
	r.end(t)
	if err := syscall.Kill(-group, 0); err != syscall.ESRCH { //nolint:errorlint // a bare number
		t.Errorf("somebody of the group is left: %v", err)
	}
	left, err := filepath.Glob(k.cfg.Path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range left {
		if name != k.cfg.Path && name != k.cfg.Path+".lock" {
			t.Errorf("%s is left", name)
		}
	}
}

// goroutinesNow are the stacks of all goroutines by their numbers.
func goroutinesNow() map[string]string {
	all := make([]byte, 4<<20)
	all = all[:runtime.Stack(all, true)]
	found := map[string]string{}
	for stack := range strings.SplitSeq(string(all), "\n\n") {
		id, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		found[id] = stack
	}
	return found
}

// settled waits until goroutines that are about to end have ended.
func settled(t *testing.T, before map[string]string) map[string]string {
	t.Helper()
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); {
		<-time.After(200 * time.Millisecond)
		now := goroutinesNow()
		if len(now) == len(before) {
			return now
		}
		before = now
	}
	t.Fatal("the goroutines do not come to rest")
	return nil
}

// openFiles counts the process's open files, after those that nobody holds any more were closed.
func openFiles(t *testing.T) int {
	t.Helper()
	debug.FreeOSMemory()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		names, err = os.ReadDir("/dev/fd")
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}
