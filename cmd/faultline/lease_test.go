package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/deliver/delivertest"
	"github.com/faultlinebot/faultline/store/faultproxy"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// A brain is killed in the midst of taking, renewing or giving back its lease: the server has done what was asked, or
// has never heard of it. One of the two that come at once after it takes over in time, and tells what happened
// meanwhile.
func TestSIGKILLInsideALeaseChange(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary many times")
	}
	t.Parallel()
	binary := build(t)
	for _, change := range []string{"taken", "renewed", "given back"} {
		for fault, name := range map[faultproxy.What]string{faultproxy.CutBefore: "not applied", faultproxy.CutAfter: "applied"} {
			t.Run(change+", "+name, func(t *testing.T) {
				t.Parallel()
				killInsideLeaseChange(t, binary, change, fault)
			})
		}
	}
}

func killInsideLeaseChange(t *testing.T, binary, change string, fault faultproxy.What) {
	server, w := redistest.Start(t), newWorld(t)
	proxy := faultproxy.Start(t, "unix", server.Socket())
	direct := keep{"redis", "redis_url: " + server.URL(), configs.Store{RedisURL: configs.NewSecret(server.URL())}}
	w.publish("local", "old", "Stars shine over the harbour tonight")
	config, out := w.config(t, direct, false, "local:2", "wire:2"), newTranscript(t)
	warmUp(t, binary, config, w)

	// The request goes on its way, or does not, when the process is dead already: it kills in the midst of the change.
	doomed := make(chan *fellow, 1)
	inside := func(request []string) faultproxy.Fault {
		if changes := leaseChange(request); changes == "" || (changes == "given back") != (change == "given back") {
			return faultproxy.Fault{}
		}
		a := <-doomed
		doomed <- a
		_ = a.cmd.Process.Kill()
		return faultproxy.Fault{What: fault}
	}
	if change == "taken" {
		proxy.Plan(inside)
	}
	a := startFellow(t, binary, w.config(t, keep{yaml: "redis_url: redis://" + proxy.Address()}, false, "local:2", "wire:2"), out)
	doomed <- a
	if change != "taken" {
		a.err.wait("word that it is the brain", 20*time.Second, isBrain)
		proxy.Plan(inside)
	}
	if change == "given back" {
		a.signal(t, syscall.SIGTERM)
	}
	if status := a.ended(t, 20*time.Second); status.Signal() != syscall.SIGKILL {
		t.Fatalf("ended with %v, want SIGKILL in the midst of the change:\n%s", status, a.err)
	}
	died := time.Now()
	others := []*fellow{startFellow(t, binary, config, out), startFellow(t, binary, config, out)}
	w.publish("local", "cut", cut("Guinea"))
	out.wait("card from the next brain", 15*time.Second, heads("Guinea"))
	took := time.Since(died)
	t.Logf("%-28s told by the next brain %v after the death", t.Name()[len("TestSIGKILLInsideALeaseChange/"):], took.Round(time.Millisecond))
	if most := 1500*time.Millisecond + 2*takesOver; took > most {
		t.Errorf("the next brain took %v, want %v at most", took, most)
	}
	w.publish("wire", "cut-2", cut("Kenya"))
	out.wait("the next card", 20*time.Second, heads("Kenya"))
	for _, r := range others {
		r.end(t)
	}
	for _, place := range []string{"Guinea", "Kenya"} {
		if n := out.count(heads(place)); n != 1 {
			t.Errorf("what happened in %s was told %d times", place, n)
		}
	}
	oneBrainAtATime(t, server)
}

// leaseChange says what a request does to the lease on the world: it gives name and owner, and to take or to renew
// it also for how long and the owner's last step.
func leaseChange(request []string) string {
	const named, release, acquire = 4, 6, 8
	switch {
	case len(request) <= named || request[named] != "world":
		return ""
	case len(request) == release:
		return "given back"
	case len(request) != acquire:
		return ""
	}
	return "taken or renewed"
}

// The brain is killed again and again at short intervals, with two that wait. One thinks at a time, and nothing is lost.
func TestBrainsKilledOneAfterTheOther(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary many times")
	}
	t.Parallel()
	const seed = 20220107
	random := rand.New(rand.NewPCG(seed, 3))
	binary, server, w := build(t), redistest.Start(t), newWorld(t)
	k := keep{"redis", "redis_url: " + server.URL(), configs.Store{RedisURL: configs.NewSecret(server.URL())}}
	w.publish("local", "old", "Stars shine over the harbour tonight")
	config, out := w.config(t, k, false, "local:2", "wire:1"), newTranscript(t)
	warmUp(t, binary, config, w)
	var fellows []*fellow
	for range 3 {
		fellows = append(fellows, startFellow(t, binary, config, out))
	}
	var places []string
	for round := range rounds(t) {
		brain := -1
		eventually(t, 20*time.Second, "brain", func() bool {
			brain = slices.IndexFunc(fellows, func(r *fellow) bool { return r.err.count(isBrain) > 0 })
			return brain >= 0
		})
		if all := quietCountries(t); round < len(all) {
			places = append(places, all[round])
			w.publish("local", fmt.Sprint("cut-", round), cut(all[round]))
		}
		// Real time is the matter here: the moment of death.
		<-time.After(time.Duration(random.IntN(1200)) * time.Millisecond)
		fellows[brain].kill()
		fellows[brain] = startFellow(t, binary, config, out)
	}
	h := settle(out, places, k.afterClaim())
	for _, r := range fellows {
		r.err.wait("start", 20*time.Second, has("watching")) // the last one may only just have begun
		r.end(t)
	}
	reigns := oneBrainAtATime(t, server)
	v := delivertest.Check(t, h, rounds(t)) // each death may cut the mark of what it has just printed
	t.Logf("seed %d  brains killed %d  reigns that wrote %d  happenings %d  %s", seed, rounds(t), reigns, len(places), v)
}
