package redis_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// An import that broke off is never taken for a store: not by Open, not by another import.
func TestPortableHalfAnImportIsRefused(t *testing.T) {
	t.Parallel()
	server, fault := redistest.Start(t), errors.New("fault")
	o := redis.Options{URL: server.URL(), Prefix: "half:"}
	n := 0
	err := open(t, o).Import(t.Context(), func() (store.Record, error) {
		if n++; n > 2000 {
			return nil, fault
		}
		return store.SeenRecord{Key: fmt.Sprint(n), Known: time.Now()}, nil
	})
	if !errors.Is(err, fault) || !strings.Contains(err.Error(), `delete all keys that begin with "half:"`) {
		t.Errorf("got %v", err)
	}
	if _, err := redis.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "it is not whole") {
		t.Errorf("Open: %v", err)
	}
	open(t, redis.Options{URL: server.URL(), Prefix: "another:"})
}

// While one import is under way a second is refused, and the first one's work stays.
func TestPortableOneImportAtATime(t *testing.T) {
	t.Parallel()
	o := redis.Options{URL: redistest.Start(t).URL()}
	one, two := open(t, o), open(t, o)
	asked := false
	err := one.Import(t.Context(), func() (store.Record, error) {
		if asked {
			return nil, io.EOF
		}
		asked = true
		if err := two.Import(t.Context(), func() (store.Record, error) { return nil, io.EOF }); err == nil {
			t.Error("the second import was not refused")
		}
		return store.SeenRecord{Key: "k", Known: time.Now()}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen, err := open(t, o).Seen(t.Context(), "k"); err != nil || !seen {
		t.Errorf("seen %v, %v", seen, err)
	}
}

// A bot that goes on while it is copied: what is marked in the copy is in its History and has its incident, and no
// card, notice or pending fan-out is ahead of its incident. So nothing is lost that is not offered again.
func TestPortableExportOfARunningBot(t *testing.T) {
	t.Parallel()
	o := redis.Options{URL: redistest.Start(t, "--appendfsync", "no").URL()}
	from, bot := open(t, o), open(t, o)
	to := open(t, redis.Options{URL: o.URL, Prefix: "copy:"})
	ctx, n := t.Context(), 0
	at := time.Date(2022, 1, 5, 12, 0, 0, 0, time.UTC)
	chat := intel.Destination{Platform: "console", Chat: "1"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	key := func(n int) intel.Observation {
		return intel.Observation{Source: "s", Time: at, Known: at, Body: intel.Block{Height: int64(n), Difficulty: 1}}
	}
	// Each observation opens an incident and moves the first one on.
	work := func() {
		n++
		o := key(n)
		step := store.Step{Token: fmt.Sprint(n), Time: at, Observation: &o}
		ids := []string{"first"}
		if n > 1 {
			ids = append(ids, fmt.Sprintf("i-%d", n))
		}
		for _, id := range ids {
			i := intel.Incident{ID: id, Revision: 1, Opened: at.Add(time.Duration(n)), Kind: intel.Shutdown}
			if id == "first" {
				i.Revision = n
			}
			step.Changes = append(step.Changes, intel.Change{Incident: i, Notice: &intel.Notice{
				Incident: i.ID, Revision: i.Revision, Change: intel.Updated, Time: at,
			}})
		}
		must(bot.Commit(ctx, step))
		must(bot.Raise(ctx, store.Page{Incident: "first", Revision: n, To: []intel.Destination{chat}, Due: at, Done: true}))
		must(bot.Told(ctx, intel.Card{Incident: "first", Destination: chat}, n, n, fmt.Sprint(n)))
		must(bot.SaveCursor(ctx, "w", []byte(fmt.Sprint(n))))
	}
	for range 50 {
		work()
	}
	var all []store.Record
	must(from.Export(ctx, func(r store.Record) error {
		all = append(all, r)
		if len(all)%3 == 0 && n < 200 {
			work()
		}
		return nil
	}))
	must(to.Import(ctx, func() (store.Record, error) {
		if len(all) == 0 {
			return nil, io.EOF
		}
		r := all[0]
		all = all[1:]
		return r, nil
	}))
	kept := map[string]bool{}
	must(to.Observations(ctx, func(o intel.Observation) error { kept[o.Key()] = true; return nil }))
	marked := 0
	for i := 1; i <= n; i++ {
		seen, err := to.Seen(ctx, key(i).Key())
		must(err)
		if seen != kept[key(i).Key()] {
			t.Errorf("%d: seen %v, in History %v", i, seen, kept[key(i).Key()])
		}
		if !seen {
			continue
		}
		marked++
		if i > 1 {
			if _, err := to.Incident(ctx, fmt.Sprintf("i-%d", i)); err != nil {
				t.Errorf("%d is marked and its incident: %v", i, err)
			}
		}
	}
	first, err := to.Incident(ctx, "first")
	must(err)
	cards, err := to.CardsOf(ctx, "first", "", 10)
	must(err)
	notices, err := to.Notices(ctx, "first", 0)
	must(err)
	cursor, err := to.Cursor(ctx, "w")
	must(err)
	if string(cursor) > fmt.Sprint(marked) && len(cursor) >= len(fmt.Sprint(marked)) {
		t.Errorf("the cursor is at %s and %d are marked", cursor, marked)
	}
	if marked < 50 || marked == n || len(cards) != 1 || cards[0].Told != first.Revision || len(notices) != first.Revision {
		t.Errorf("%d of %d marked; revision %d, %d notices, cards %+v", marked, n, first.Revision, len(notices), cards)
	}
	must(to.Commit(ctx, store.Step{Token: "next", Time: at, Changes: []intel.Change{{Incident: intel.Incident{
		ID: "first", Revision: first.Revision + 1, Opened: at,
	}, Notice: &intel.Notice{Incident: "first", Revision: first.Revision + 1, Change: intel.Updated, Time: at}}}}))
}
