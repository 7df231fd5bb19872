package main

import (
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/store/faultproxy"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// A brain is frozen in the midst of a step, for longer than its lease, and the step reaches the server when another
// brain has taken over long ago. It writes nothing then, and the thawed one goes on as a mouth.
func TestAFrozenBrainWritesNothingWhenItWakes(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary")
	}
	t.Parallel()
	binary, server, w := build(t), redistest.Start(t), newWorld(t)
	proxy := faultproxy.Start(t, "unix", server.Socket())
	direct := keep{"redis", "redis_url: " + server.URL(), configs.Store{RedisURL: configs.NewSecret(server.URL())}}
	w.publish("local", "old", "Stars shine over the harbour tonight")
	config := w.config(t, direct, false, "local:2", "wire:2")
	warmUp(t, binary, config, w)

	out := newTranscript(t)
	a := startFellow(t, binary, w.config(t, keep{yaml: "redis_url: redis://" + proxy.Address()}, false, "local:2", "wire:2"), out)
	a.err.wait("word that it is the brain", 20*time.Second, isBrain)

	// The item is gone from the feed before the other brain looks: only the late step knows of it.
	held, arrived := make(chan struct{}), make(chan struct{})
	handOn := sync.OnceFunc(func() { close(arrived) })
	t.Cleanup(handOn)
	proxy.Plan(holdStep("article/local/gone", held, arrived))
	w.publish("local", "gone", cut("Guinea"))
	within(t, held, 20*time.Second, "step to hold")
	a.signal(t, syscall.SIGSTOP)
	w.withdraw("local", "gone")
	b := startFellow(t, binary, config, out)
	b.err.wait("word that the other is the brain now", 20*time.Second, isBrain)
	w.publish("wire", "cut", cut("Kenya"))
	out.wait("card while one is frozen", 20*time.Second, heads("Kenya"))
	fence := server.Do("HGET", "faultline:lease:world", "fence")
	handOn()
	for _, guid := range []string{"cut-2", "cut-3"} {
		w.publish("wire", guid, cut(map[string]string{"cut-2": "Peru", "cut-3": "Cuba"}[guid]))
	}
	out.wait("card beside the late step", 20*time.Second, heads("Peru"))
	a.signal(t, syscall.SIGCONT)
	a.err.wait("word that it is the brain no more", 20*time.Second, isStandby)
	out.wait("card", 20*time.Second, heads("Cuba"))
	w.publish("local", "cut-4", cut("Yemen"))
	out.wait("card after both are awake", 20*time.Second, heads("Yemen"))
	if now := server.Do("HGET", "faultline:lease:world", "fence"); now != fence {
		t.Errorf("the fence went from %v to %v: the one that woke took the lease from the one that has it", fence, now)
	}
	a.end(t)
	b.end(t)

	kept := direct.open(t)
	defer kept.Close()
	if seen, err := kept.Seen(t.Context(), "article/local/gone"); err != nil || seen {
		t.Errorf("the late step was taken (%v)", err)
	}
	for _, place := range []string{"Kenya", "Peru", "Cuba", "Yemen"} {
		if n := out.count(heads(place)); n != 1 {
			t.Errorf("what happened in %s was told %d times:\n%s", place, n, out)
		}
	}
	if n := out.count(heads("Guinea")); n != 0 {
		t.Errorf("what no step has kept was told %d times", n)
	}
	oneBrainAtATime(t, server)
}

// holdStep keeps back the first step that takes an observation, until arrived is closed, and closes held when it has
// come. All that the process sends meanwhile waits behind it, as with one that is frozen.
func holdStep(key string, held, arrived chan struct{}) func([]string) faultproxy.Fault {
	var once sync.Once
	return func(request []string) faultproxy.Fault {
		if !strings.HasPrefix(strings.ToUpper(request[0]), "EVAL") || !slices.Contains(request, key) {
			return faultproxy.Fault{}
		}
		hold := false
		once.Do(func() { hold = true })
		if !hold {
			return faultproxy.Fault{}
		}
		close(held)
		<-arrived
		return faultproxy.Fault{}
	}
}

func within(t *testing.T, c <-chan struct{}, limit time.Duration, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(limit):
		t.Fatalf("no %s within %v", what, limit)
	}
}

// oneBrainAtATime reads the steps that the server knows, in the order taken. Each reign names its steps alike, so all
// of one must stand in one stretch: a brain that writes after the next one has begun would stand there twice.
func oneBrainAtATime(t *testing.T, server *redistest.Server) (reigns int) {
	t.Helper()
	steps, _ := server.Do("ZRANGE", "faultline:steps", 0, -1).([]any)
	if len(steps) == 0 {
		t.Error("the server knows no steps")
	}
	over, last := map[string]bool{}, ""
	for _, step := range steps {
		reign, _, _ := strings.Cut(step.(string), "/")
		if reign == last {
			continue
		}
		if over[reign] {
			t.Errorf("a brain wrote again after the next one had begun: %v", steps)
		}
		over[last], last = true, reign
		reigns++
	}
	return reigns
}
