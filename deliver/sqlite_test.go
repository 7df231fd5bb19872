package deliver_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

func openStore(t *testing.T, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func commit(t *testing.T, s store.Intake, i intel.Incident, change intel.ChangeKind, reason string) {
	t.Helper()
	i.Updated = start.Add(time.Duration(i.Revision) * time.Hour)
	notice := &intel.Notice{
		Incident: i.ID, Revision: i.Revision, Change: change, Time: i.Updated, Reason: reason,
	}
	err := s.Commit(t.Context(), store.Step{
		Token: fmt.Sprint(i.ID, i.Revision), Time: i.Updated,
		Changes: []intel.Change{{Incident: i, Notice: notice}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

var start = time.Date(2022, 1, 5, 10, 30, 0, 0, time.UTC)

// The whole way from the store to the screen, over a restart.
func TestFromStoreToScreen(t *testing.T) {
	file := sqlite.Options{Path: t.TempDir() + "/faultline.db"}
	var screen bytes.Buffer
	drain := func(s *sqlite.Store) {
		t.Helper()
		d := deliver.New(deliver.Options{
			Store: s, Now: func() time.Time { return start },
			Platforms: []bot.Platform{console.New(console.Options{Out: &screen})},
			Place:     func(string) string { return "Kazakhstan" },
		})
		if err := d.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s := openStore(t, file)
	err := s.Subscribe(t.Context(), intel.Subscription{
		ID: "console", Destination: chat(console.Name, "stdout"),
	})
	if err != nil {
		t.Fatal(err)
	}
	i := shutdown(1, intel.Minor)
	i.Since = start
	commit(t, s, i, intel.Opened, "")
	drain(s)
	i.Revision, i.Severity = 2, intel.Critical
	commit(t, s, i, intel.Escalated, "nationwide since 10:30 UTC")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, file)
	drain(s)
	drain(s)
	want := `#1  MINOR  Internet shutdown in Kazakhstan
  The net is down

  Since      5 January 2022, 10:30 UTC
  Phase      ongoing
  Evidence   reported
  Magnitude  unknown
  Exposure   unknown, no share of the world's hashrate was published
  Updated 5 January 2022, 11:30 UTC

#1 updated  CRITICAL  Internet shutdown in Kazakhstan
  The net is down

  Since      5 January 2022, 10:30 UTC
  Phase      ongoing
  Evidence   reported
  Magnitude  unknown
  Exposure   unknown, no share of the world's hashrate was published
  Updated 5 January 2022, 12:30 UTC

#1 -> Escalated: the internet shutdown in Kazakhstan is now critical.
  Nationwide since 10:30 UTC.
  5 January 2022, 12:30 UTC

`
	if diff := cmp.Diff(want, screen.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestManyChatsOnSQLite(t *testing.T) {
	s := openStore(t, sqlite.Options{Throwaway: true})
	const chats = 200
	for n := range chats {
		to := chat("x", fmt.Sprintf("c%04d", n))
		if err := s.Subscribe(t.Context(), intel.Subscription{ID: to.String(), Destination: to}); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, s, shutdown(1, intel.Major), intel.Opened, "")
	commit(t, s, shutdown(2, intel.Critical), intel.Escalated, "")
	x := &scripted{name: "x"}
	d := deliver.New(deliver.Options{Store: s, Now: time.Now, Platforms: []bot.Platform{x}, PageSize: 60})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	all := make(chan struct{})
	x.script = func(context.Context, bot.Outgoing) error {
		if x.attempts() == chats {
			close(all)
		}
		return nil
	}
	go func() { done <- d.Run(ctx) }()
	<-all
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	cards, err := s.CardsOf(t.Context(), "shutdown/KZ", "", 2*chats)
	if err != nil {
		t.Fatal(err)
	}
	receipts := make(map[string]bool)
	for _, c := range cards {
		receipts[c.Receipt] = true
		if c.Told != 2 || c.Spoken != 2 {
			t.Errorf("the card is %+v", c)
		}
	}
	if len(cards) != chats || len(receipts) != chats || len(x.log()) != chats {
		t.Errorf("%d cards, %d receipts, %d messages for %d chats",
			len(cards), len(receipts), len(x.log()), chats)
	}
}
