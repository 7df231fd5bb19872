package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is `run` in this process.
type process struct {
	out, err *transcript
	stop     context.CancelFunc
	status   chan int
	over     chan struct{} // closed when all that it printed was read, too
}

func startBot(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	outR, outW := io.Pipe()
	errR, errW := io.Pipe()
	b := &process{out: newTranscript(t), err: newTranscript(t), stop: stop, status: make(chan int, 1), over: make(chan struct{})}
	var reading sync.WaitGroup
	reading.Go(func() { b.out.follow(outR) })
	reading.Go(func() { b.err.follow(errR) })
	c := &console{in: strings.NewReader(""), out: outW, err: errW, width: 80, log: slog.New(slog.NewTextHandler(errW, nil))}
	go func() {
		b.status <- dispatch(ctx, args, c)
		outW.Close()
		errW.Close()
		reading.Wait()
		close(b.over)
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

func TestRunMakesACardAndASecondOutletEditsIt(t *testing.T) { onBoth(t, cardAndEdit) }

func cardAndEdit(t *testing.T, k keep) {
	w := newWorld(t)
	w.publish("local", "old", "Guinea shuts down internet nationwide amid protests last year")
	b := startBot(t, "run", "--config", w.config(t, k, true, "local:3", "wire:1"))
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
	config := w.config(t, inSQLite(t), true, "local:3")
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
	config := w.config(t, inSQLite(t), false, "local:3")
	b := startBot(t, "run", "--config", config)
	b.err.wait("start", 5*time.Second, has("watching"))
	_, errs, status := command(t, "", "run", "--config", config)
	if status != exitFaults || !strings.Contains(errs, "another process") {
		t.Errorf("status %d: %s", status, errs)
	}
	b.end(t)
}

func TestRestartAsksForNothingTwiceAndTellsNothingTwice(t *testing.T) { onBoth(t, restart) }

func restart(t *testing.T, k keep) {
	w := newWorld(t)
	config := w.config(t, k, true, "local:2")
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

// Two replicas on one Redis look like one; when the brain goes, the other takes over and nothing is told twice.
func TestTwoReplicasLookLikeOne(t *testing.T) {
	w, k := newWorld(t), onRedis(t)
	config := w.config(t, k, false, "local:2", "wire:1")
	first := startBot(t, "run", "--config", config)
	w.polls(t, "local", 2)
	second := startBot(t, "run", "--config", config)
	second.err.wait("word that another one thinks", 5*time.Second, has("another replica is the brain"))
	w.publish("local", "cut", "Guinea shuts down internet nationwide amid protests")
	either := func(what string, limit time.Duration, want func(string) bool) {
		t.Helper()
		for until := time.Now().Add(limit); first.out.count(want)+second.out.count(want) == 0; {
			select {
			case <-first.out.more:
			case <-second.out.more:
			case <-time.After(time.Until(until)):
				t.Fatalf("no %s:\n%s\n%s", what, first.out, second.out)
			}
		}
	}
	either("card", 5*time.Second, sent)
	if status := first.end(t); status != exitDone {
		t.Errorf("status %d", status)
	}
	gone := time.Now()
	w.publish("local", "riot", "Guinea: riots in the capital as thousands protest")
	second.out.wait("card from the next brain", 6*time.Second, has("nrest in Guinea"))
	t.Logf("the next brain told the next happening %v after the first had gone", time.Since(gone))
	cards := func(line string) bool { return sent(line) && strings.Contains(line, "shutdown") }
	if n := first.out.count(cards) + second.out.count(cards); n != 1 {
		t.Errorf("the first card was sent %d times", n)
	}
	second.end(t)
}
