package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/deliver/delivertest"
)

// rounds is how often the bot is killed; FAULTLINE_ROUNDS asks for another number.
func rounds(t *testing.T) int {
	text := os.Getenv("FAULTLINE_ROUNDS")
	if text == "" {
		return 8
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("FAULTLINE_ROUNDS is %q, want a number", text)
	}
	return n
}

// At random moments everything dies, feeds fail, and news goes on. Nothing may be lost.
func TestRandomSIGKILLs(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary many times")
	}
	binary := build(t)
	t.Run("sqlite, one process", func(t *testing.T) { storm(t, binary, inSQLite(t), 1) })
	t.Run("redis, two processes", func(t *testing.T) { storm(t, binary, onRedis(t), 2) })
}

// storm kills the processes on one store again and again while news comes in, and counts what was told.
func storm(t *testing.T, binary string, k keep, processes int) {
	t.Parallel()
	const seed = 20220105
	random := rand.New(rand.NewPCG(seed, uint64(processes)))
	w := newWorld(t)
	w.publish("local", "old", "Stars shine over the harbour tonight")
	config := w.config(t, k, false, "local:2", "wire:1")
	warmUp(t, binary, config, w)
	w.failing(0.2)

	places := quietCountries(t)
	out := newTranscript(t)
	running := make([]*exec.Cmd, processes)
	start := func(n int) {
		cmd := exec.Command(binary, "run", "--config", config)
		cmd.Env = []string{} // what the tests are told by variables is no setting of the bot's
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go out.follow(pipe)
		running[n] = cmd
	}
	kill := func(n int) {
		_ = running[n].Process.Kill()
		_ = running[n].Wait()
	}
	for n := range processes {
		start(n)
	}
	published := 0
	for round := range rounds(t) {
		for range 1 + random.IntN(3) {
			if published < len(places) {
				w.publish("local", "cut-"+strconv.Itoa(published),
					places[published]+" shuts down internet nationwide amid protests")
				published++
			}
		}
		// Real time is the matter here: the moment of death.
		<-time.After(time.Duration(300+random.IntN(1700)) * time.Millisecond)
		n := round % processes
		kill(n)
		start(n)
	}
	w.failing(0)
	h := settle(out, places[:published], k.afterClaim())
	for n := range processes {
		kill(n)
	}
	// Four senders may each be between printing and marking.
	v := delivertest.Check(t, h, rounds(t)*4)
	t.Logf("%-22s seed %d  rounds %3d  published %3d  %s", t.Name(), seed, rounds(t), published, v)
	if t.Failed() {
		t.Log(out)
	}
}

// settle waits until a card was sent of a happening in each place, at most so long, and returns what was sent.
func settle(out *transcript, places []string, limit time.Duration) delivertest.History {
	for until := time.Now().Add(limit); ; {
		h := happenings(out, places)
		if len(h.Judge().Lost) == 0 || time.Now().After(until) {
			return h
		}
		select {
		case <-out.more:
		case <-time.After(time.Second):
		}
	}
}

// happenings reads from a transcript of which places a card was sent for the first time, in their order.
func happenings(out *transcript, places []string) delivertest.History {
	const terminal = "the terminal"
	h := delivertest.History{Arrived: map[string][]delivertest.Message{terminal: nil}}
	for _, p := range places {
		h.Accepted = append(h.Accepted, delivertest.Message{ID: p, Revision: 1})
	}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#") || strings.Contains(line, "updated") || strings.Contains(line, "->") {
			continue
		}
		for _, m := range h.Accepted {
			if strings.HasSuffix(line, " in "+m.ID) || strings.HasSuffix(line, " in the "+m.ID) {
				h.Arrived[terminal] = append(h.Arrived[terminal], m)
			}
		}
	}
	return h
}

// quietCountries are countries by names that stand in no other one's name, and have no hashrate to speak of.
func quietCountries(t *testing.T) []string {
	t.Helper()
	all, err := configs.Countries()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range all {
		if len(c.Shares) == 0 && len(c.Code) == 2 && !strings.ContainsAny(c.Name, " -().,'") && c.Name != "Georgia" &&
			c.Name != "Jordan" && c.Name != "Chad" && c.Name != "Turkey" {
			names = append(names, c.Name)
		}
	}
	return names
}
