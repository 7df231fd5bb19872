package main

import (
	"fmt"
	"testing"
	"time"
)

// One story that fifty outlets have is one card: those who come later are edits of it, and few of them are spoken.
func TestFiftyOutletsMakeOneCard(t *testing.T) { onBoth(t, fiftyOutlets) }

func fiftyOutlets(t *testing.T, k keep) {
	t.Parallel()
	const outlets = 50
	w := newWorld(t)
	var names []string
	for n := range outlets {
		name := fmt.Sprintf("outlet%d", n)
		names = append(names, fmt.Sprintf("%s:%d", name, 1+n%3))
		w.publish(name, "old", "Stars shine over the harbour tonight")
	}
	b := startBot(t, "run", "--config", w.config(t, k, false, names...))
	w.lookedAt(t, names...)
	for n := range outlets {
		// Outlets do not copy each other to the letter.
		title := []string{
			"Guinea shuts down internet nationwide amid protests", "Guinea cuts off internet access across the country",
			"Internet blackout in Guinea as protests spread", "Guinea internet down: authorities cut access nationwide",
		}[n%4]
		w.publish(fmt.Sprintf("outlet%d", n), "cut", title)
	}
	w.lookedAt(t, names...)
	w.lookedAt(t, names...) // what the look before brought is committed by now
	b.out.wait("card", 20*time.Second, sent)
	if status := b.end(t); status != exitDone {
		t.Errorf("status %d:\n%s", status, b.err)
	}
	kept := k.open(t)
	defer kept.Close()
	for n := range outlets {
		if seen, err := kept.Seen(t.Context(), fmt.Sprintf("article/outlet%d/cut", n)); err != nil || !seen {
			t.Errorf("what outlet %d had was not taken: %v", n, err)
		}
	}
	all, err := kept.LatestIncidents(t.Context(), 10)
	if err != nil || len(all) != 1 {
		t.Errorf("%d incidents, %v", len(all), err)
	}
	cards := b.out.count(func(line string) bool { return sent(line) })
	edits, replies := b.out.count(has(" updated ")), b.out.count(has("->"))
	t.Logf("%d outlets: %d card, %d edits, %d replies", outlets, cards, edits, replies)
	if cards != 1 || replies > 2 {
		t.Errorf("%d cards and %d replies for one story:\n%s", cards, replies, b.out)
	}
}
