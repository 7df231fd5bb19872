package store_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// portable is one record of each type, with bytes that JSON has no word for.
func portable() []store.Record {
	at := time.Date(2022, 1, 5, 12, 0, 0, 1000, time.UTC)
	to := intel.Destination{Platform: "telegram", Chat: "1"}
	return []store.Record{
		store.CursorRecord{Watcher: "w\xff", Cursor: []byte("\x00\xff")},
		store.SeenRecord{Key: "article/a/\xff\xfe", Known: at},
		store.SeenRecord{Key: `{"base64":"eA=="}`, Known: at},
		store.ObservationRecord{Observation: intel.Observation{
			Source: "s", Time: at, Known: at, Body: intel.Block{Height: 1, Difficulty: 2},
		}, At: at, Quarantined: "why"},
		store.IncidentRecord{Incident: intel.Incident{ID: "a", Revision: 2, Kind: intel.Shutdown, Opened: at}},
		store.NoticeRecord{Notice: intel.Notice{Incident: "a", Revision: 1, Change: intel.Opened, Time: at}},
		store.PendingRecord{Incident: "a", Revision: 1, After: "s\xff"},
		store.CardRecord{Card: intel.Card{
			Incident: "a", Destination: to, Wanted: 2, Told: 1, Spoken: 1, Receipt: "r", Due: at, Attempts: 3,
			Abandoned: "no",
		}},
		store.AnnouncementRecord{Announcement: intel.Announcement{Key: "k", Destination: to, Due: at, Told: true}},
		store.SubscriptionRecord{Subscription: intel.Subscription{
			ID: "s", Destination: to, Mutes: []intel.Mute{{Kind: intel.Shutdown, Until: at}}, Paused: "blocked",
		}},
		store.DocumentRecord{Kind: "k\xff", Document: store.Document{Key: "\x00\xff", Data: []byte("\x00\xff")}},
		store.DocumentRecord{Kind: "k", Document: store.Document{Key: `{"base64":"eA=="}`, Data: []byte{}}},
		store.FenceRecord{Lease: "world", Fence: 1 << 60},
	}
}

func written(t *testing.T, records []store.Record) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := store.NewRecordWriter(&b)
	for _, r := range records {
		err = errors.Join(err, w.Write(r))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(data []byte) (all []store.Record, err error) {
	r, err := store.NewRecordReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	for {
		one, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	got, err := read(written(t, portable()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(portable(), got); diff != "" {
		t.Error(diff)
	}
}

// Wherever it is cut, it is recognised; only the last newline may be missing.
func TestRecordsThatAreCutOffAreNeverWhole(t *testing.T) {
	data := written(t, portable())
	for n := range len(data) - 1 {
		if _, err := read(data[:n]); !errors.Is(err, store.ErrCutOff) {
			t.Fatalf("at %d of %d: %v", n, len(data), err)
		}
	}
}

func TestRecordsThatBelongToAnIncidentFollowIt(t *testing.T) {
	all := portable()
	for _, bad := range []store.Record{
		store.CardRecord{Card: intel.Card{Incident: "b", Wanted: 1}},
		store.CardRecord{Card: intel.Card{Incident: "a", Wanted: 3}},
		store.NoticeRecord{Notice: intel.Notice{Incident: "b", Revision: 1}},
		store.PendingRecord{Incident: "b", Revision: 1},
	} {
		if _, err := read(written(t, append(all[:len(all):len(all)], bad))); err == nil ||
			!strings.Contains(err.Error(), "line 15") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// What releases before have written stays readable: these lines may be added to, not changed.
func TestOlderBackupsAreRead(t *testing.T) {
	const older = `{"faultline":"store","version":1}
{"type":"announcement","data":{"key":"k","destination":{"platform":"","chat":""},"title":"","lines":null,` +
		`"due":"2022-01-05T12:00:00Z","attempts":0,"told":true,"abandoned":""}}
{"type":"subscription","data":{"id":"s","destination":{"platform":"telegram","chat":"1"},"server":"",` +
		`"filter":{"least":"info"},"digest":false}}
{"type":"end","counts":{"announcement":1,"subscription":1}}
`
	got, err := read([]byte(older))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.Record{
		store.AnnouncementRecord{Announcement: intel.Announcement{
			Key: "k", Due: time.Date(2022, 1, 5, 12, 0, 0, 0, time.UTC), Told: true,
		}},
		store.SubscriptionRecord{Subscription: intel.Subscription{
			ID: "s", Destination: intel.Destination{Platform: "telegram", Chat: "1"},
		}},
	}, got); diff != "" {
		t.Error(diff)
	}
}
