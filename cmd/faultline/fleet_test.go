package main

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// Five replicas on one Redis, with forty feeds, look like one bot: whoever thinks and whoever sends, each happening
// is told once, and it goes on while they are ended and started one after the other.
func TestFiveReplicasLookLikeOne(t *testing.T) {
	const feeds, happenings = 40, 20
	w, k := newWorld(t), onRedis(t)
	var names []string
	for n := range feeds {
		name := fmt.Sprintf("outlet%d", n)
		names = append(names, name+":2")
		w.publish(name, "old", "Stars shine over the harbour tonight")
	}
	config := w.config(t, k, false, names...)
	var replicas []*process
	printed := func(want func(string) bool) (n int) {
		for _, r := range replicas {
			n += r.out.count(want)
		}
		return n
	}
	for range 5 {
		replicas = append(replicas, startBot(t, "run", "--config", config))
	}
	eventually(t, 20*time.Second, "one brain and four that wait", func() bool {
		brains, waiting := 0, 0
		for _, r := range replicas {
			brains += r.err.count(isBrain)
			waiting += r.err.count(isStandby)
		}
		return brains >= 1 && waiting >= 4 // a busy machine may change its brain
	})
	w.lookedAt(t, names...)

	places := quietCountries(t)[:happenings]
	gone := map[*process]bool{}
	for n, place := range places {
		// Two outlets have it at once, so that two observations of one happening meet.
		w.publish(fmt.Sprintf("outlet%d", n), fmt.Sprint("cut-", n), cut(place))
		w.publish(fmt.Sprintf("outlet%d", n+happenings), fmt.Sprint("cut-", n), cut(place))
		if n%7 != 6 {
			continue
		}
		eventually(t, 20*time.Second, "card of "+place, func() bool { return printed(heads(place)) > 0 })
		brain := slices.IndexFunc(replicas, func(r *process) bool { return r.err.count(isBrain) > 0 && !gone[r] })
		if brain < 0 {
			t.Fatal("nobody is the brain")
		}
		old := replicas[brain]
		if status := old.end(t); status != exitDone {
			t.Errorf("status %d:\n%s", status, old.err)
		}
		gone[old] = true
		replicas = append(replicas, startBot(t, "run", "--config", config))
	}
	for _, place := range places {
		eventually(t, 20*time.Second, "card of "+place, func() bool { return printed(heads(place)) > 0 })
	}
	senders := 0
	for _, r := range replicas {
		if !gone[r] {
			if status := r.end(t); status != exitDone {
				t.Errorf("status %d:\n%s", status, r.err)
			}
		}
		if r.out.count(has("#")) > 0 {
			senders++
		}
	}
	for _, place := range places {
		if n := printed(heads(place)); n != 1 {
			t.Errorf("what happened in %s was told %d times", place, n)
		}
	}
	t.Logf("%d feeds, %d happenings, %d changes of the brain: told once each, by %d of the replicas", feeds, happenings,
		len(gone), senders)
}
