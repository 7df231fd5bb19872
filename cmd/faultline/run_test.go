package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// process is `run` in this process.
type process struct {
	out, err *transcript
	stop     context.CancelFunc
	status   chan int
}

func startBot(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	outR, outW := io.Pipe()
	errR, errW := io.Pipe()
	b := &process{out: newTranscript(t), err: newTranscript(t), stop: stop, status: make(chan int, 1)}
	go b.out.follow(outR)
	go b.err.follow(errR)
	c := &console{in: strings.NewReader(""), out: outW, err: errW, width: 80, log: slog.New(slog.NewTextHandler(errW, nil))}
	go func() {
		b.status <- dispatch(ctx, args, c)
		outW.Close()
		errW.Close()
	}()
	t.Cleanup(stop)
	return b
}

// end stops the bot as SIGTERM does, and returns its status.
func (b *process) end(t *testing.T) int {
	t.Helper()
	b.stop()
	select {
	case status := <-b.status:
		return status
	case <-time.After(10 * time.Second):
		t.Fatalf("still running ten seconds after it was told to end:\n%s", b.err)
		return -1
	}
}

func TestRunMakesACardAndASecondOutletEditsIt(t *testing.T) {
	w := newWorld(t)
	w.publish("local", "old", "Guinea shuts down internet nationwide amid protests last year")
	b := startBot(t, "run", "--config", w.config(t, t.TempDir(), true, "local:3", "wire:1"))
	b.err.wait("word of what it watches", 5*time.Second, has("watching rss/local"))
	b.err.wait("back-fill", 10*time.Second, has("back-fill"))
	for n := range 2 {
		w.publish("local", "new-"+strings.Repeat("x", n), "Stars shine over the harbour tonight")
	}
	w.publish("local", "cut", "Guinea shuts down internet nationwide amid protests")
	if took := b.out.wait("card", 5*time.Second, sent); took > 3*time.Second {
		t.Errorf("the card took %v; the poll may take one second and the path two", took)
	}
	w.publish("wire", "cut-2", "Guinea cuts off internet access across the country")
	b.out.wait("edit", 5*time.Second, has("#1 updated"))
	b.out.wait("second source", 5*time.Second, has("wire"))
	if n := b.out.count(sent); n != 1 {
		t.Errorf("%d cards for one happening:\n%s", n, b.out)
	}
	if b.out.count(has("last year")) > 0 {
		t.Error("what was there at the first start is back-fill and no news")
	}
	if status := b.end(t); status != exitDone {
		t.Errorf("status %d:\n%s", status, b.err)
	}
}

func TestRunWithoutNetworkSaysSoAndKeepsGoing(t *testing.T) {
	w := newWorld(t)
	config := w.config(t, t.TempDir(), true, "local:3")
	w.Close()
	b := startBot(t, "--config", config) // run is the default
	for _, source := range []string{"rss/local", "mempool"} {
		b.err.wait("failure of "+source, 10*time.Second, func(line string) bool {
			return strings.Contains(line, source+":") && strings.Contains(line, "next try in")
		})
	}
	if status := b.end(t); status != exitDone {
		t.Errorf("status %d:\n%s", status, b.err)
	}
}

func TestASecondProcessOnTheSameStoreIsRefusedWithASentence(t *testing.T) {
	w := newWorld(t)
	config := w.config(t, t.TempDir(), false, "local:3")
	b := startBot(t, "run", "--config", config)
	b.err.wait("start", 5*time.Second, has("watching"))
	_, errs, status := command(t, "", "run", "--config", config)
	if status != exitFaults || !strings.Contains(errs, "another process") {
		t.Errorf("status %d: %s", status, errs)
	}
	b.end(t)
}

func TestRestartAsksForNothingTwiceAndTellsNothingTwice(t *testing.T) {
	w := newWorld(t)
	config := w.config(t, t.TempDir(), true, "local:2")
	b := startBot(t, "run", "--config", config)
	b.err.wait("back-fill", 10*time.Second, has("back-fill"))
	w.publish("local", "cut", "Guinea shuts down internet nationwide amid protests")
	b.out.wait("card", 5*time.Second, sent)
	b.end(t)
	w.mu.Lock()
	before := len(w.asked)
	w.mu.Unlock()
	w.publish("local", "cut-2", "Guinea: riots in the capital as thousands protest")
	b = startBot(t, "run", "--config", config)
	b.out.wait("the next card", 5*time.Second, has("nrest in Guinea"))
	if b.out.count(func(line string) bool { return sent(line) && strings.Contains(line, "shutdown") }) > 0 {
		t.Errorf("the first card was sent again:\n%s", b.out)
	}
	b.end(t)
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[int]bool{}
	for _, h := range w.asked[:before] {
		seen[h] = true
	}
	again := 0
	for _, h := range w.asked[before:] {
		if seen[h] {
			again++
		}
	}
	if again > 1 { // the page that was under way at the end
		t.Errorf("%d pages asked for again: %v, then %v", again, w.asked[:before], w.asked[before:])
	}
}
