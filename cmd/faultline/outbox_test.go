package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func TestOutboxListsShowsAndRequeues(t *testing.T) { onBoth(t, outbox) }

func outbox(t *testing.T, k keep) {
	config := newWorld(t).config(t, k, false, "local:3")
	if _, errs, status := command(t, "", "outbox", "list", "--config", config); k.name == "sqlite" &&
		(status != exitUsage || !strings.Contains(errs, "there is no store")) {
		t.Errorf("status %d: %s", status, errs)
	}
	if err := k.open(t).Close(); err != nil {
		t.Fatal(err)
	}
	if _, errs, status := command(t, "", "outbox", "list", "--config", config); status != exitDone ||
		!strings.Contains(errs, "nothing was given up") {
		t.Fatalf("status %d: %s", status, errs)
	}
	giveUp(t, k)

	const card, word = "shutdown-gn-1@console/stdout", "announcement:hello"
	out, _, status := command(t, "", "outbox", "list", "--config", config)
	if status != exitDone || !strings.Contains(out, card+"\tblocked\tNet cut") || !strings.Contains(out, word+"\tgone\t") {
		t.Errorf("status %d:\n%s", status, out)
	}
	out, _, status = command(t, "", "outbox", "show", card, "--config", config)
	if status != exitDone || !strings.Contains(out, "none was sent") || !strings.Contains(out, "blocked") {
		t.Errorf("status %d:\n%s", status, out)
	}
	if _, errs, status := command(t, "", "outbox", "show", "nobody@nowhere", "--config", config); status != exitUsage ||
		!strings.Contains(errs, "outbox list") {
		t.Errorf("status %d: %s", status, errs)
	}
	if _, _, status := command(t, "", "outbox", "requeue", "--config", config); status != exitUsage {
		t.Errorf("status %d for nothing named", status)
	}
	out, _, status = command(t, "", "outbox", "requeue", card, "--config", config)
	if status != exitDone || !strings.Contains(out, "1 message") {
		t.Errorf("status %d: %s", status, out)
	}
	out, _, status = command(t, "", "outbox", "requeue", "--all", "--config", config)
	if status != exitDone || !strings.Contains(out, "1 message") {
		t.Errorf("status %d: %s", status, out)
	}
	b := startBot(t, "run", "--config", config)
	b.out.wait("the card", 5*time.Second, has("Guinea"))
	b.out.wait("the announcement", 5*time.Second, has("Hello"))
	b.end(t)
}

// giveUp leaves a card and an announcement that were abandoned.
func giveUp(t *testing.T, k keep) {
	t.Helper()
	ctx, kept, to := context.Background(), k.open(t), everything().Destination
	defer kept.Close()
	i := intel.Incident{
		ID: "shutdown-gn-1", Revision: 1, Kind: intel.Shutdown, Places: []string{"GN"}, Title: "Net cut",
		Opened: time.Now(), Updated: time.Now(),
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(kept.Subscribe(ctx, everything()))
	must(kept.Commit(ctx, store.Step{Token: "t", Time: time.Now(), Changes: []intel.Change{{
		Incident: i,
		Notice:   &intel.Notice{Incident: i.ID, Revision: 1, Change: intel.Opened, Time: time.Now()},
	}}}))
	must(kept.Raise(ctx, store.Page{Incident: i.ID, Revision: 1, To: []intel.Destination{to}, Due: time.Now(), Done: true}))
	must(kept.AbandonCard(ctx, intel.Card{Incident: i.ID, Destination: to}, "blocked"))
	a := intel.Announcement{Key: "hello", Destination: to, Title: "Hello", Due: time.Now()}
	must(kept.Announce(ctx, a))
	must(kept.AbandonAnnouncement(ctx, a, "gone"))
}
