package deliver_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// A hundred thousand cards wait when the bot starts. The most severe go first, nothing is dropped, and what is in
// memory does not grow with what waits.
func TestAHundredThousandCardsWait(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a hundred thousand cards")
	}
	const incidents, chats, page, told = 100, 1000, 500, 1500
	s := openStore(t, sqlite.Options{Throwaway: true})
	var to []intel.Destination
	for n := range chats {
		to = append(to, chat("x", fmt.Sprintf("c%04d", n)))
		if err := s.Subscribe(t.Context(), intel.Subscription{ID: to[n].String(), Destination: to[n]}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range incidents {
		i := shutdown(1, intel.Severity(n%4))
		i.ID = fmt.Sprintf("shutdown/%02d", n)
		commit(t, s, i, intel.Opened, "")
		for first := 0; first < chats; first += page {
			err := s.Raise(t.Context(), store.Page{
				Incident: i.ID, Revision: 1, Severity: i.Severity, Due: start, To: to[first : first+page],
				After: to[first+page-1].String(), Done: first+page == chats,
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}

	x := &scripted{name: "x"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	most := heap()
	before := most
	x.script = func(context.Context, bot.Outgoing) error {
		switch n := x.attempts(); {
		case n >= told:
			cancel()
		case n%(told/5) == 0:
			most = max(most, heap())
		}
		return nil
	}
	begun := time.Now()
	d := deliver.New(deliver.Options{Store: s, Now: time.Now, Platforms: []bot.Platform{x}})
	if err := d.Run(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cards in %s, %d KB more memory", len(x.log()), time.Since(begun), (most-before)/1024)
	if grown := most - before; grown > 16<<20 {
		t.Errorf("memory grew by %d KB", grown/1024)
	}
	for _, m := range x.log() {
		if m.Message.Severity != intel.Critical {
			t.Fatalf("%s was sent before %d critical cards", m.Message.Headline, chats*incidents/4-len(x.log()))
		}
	}
	waiting := 0
	for n := range incidents {
		cards, err := s.CardsOf(t.Context(), fmt.Sprintf("shutdown/%02d", n), "", chats)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cards {
			if c.Told == 0 && c.Abandoned == "" {
				waiting++
			}
		}
	}
	if want := incidents*chats - len(x.log()); waiting != want {
		t.Errorf("%d cards wait, want %d", waiting, want)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
