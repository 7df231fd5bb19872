package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// marker is a chat that nothing else looks like.
const marker = "4815162342777"

// naming says which of the store's files hold the marker, and how often.
func naming(t *testing.T, path string) (all []string) {
	t.Helper()
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		data, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if n := bytes.Count(data, []byte(marker)); n > 0 {
			all = append(all, fmt.Sprintf("%s: %d", strings.TrimPrefix(name, path), n))
		}
	}
	return all
}

// busyLife gives many chats, the marker among them, a life in which rows grow, go and come, so that pages are filled,
// split and emptied.
func busyLife(t *testing.T, s *sqlite.Store, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	all := []intel.Destination{{Platform: "telegram", Chat: marker}, {Platform: "telegram", Chat: marker, Thread: "7"}}
	for range 50 {
		all = append(all, intel.Destination{Platform: "telegram", Chat: fmt.Sprint(1e12 + r.Int64N(8e12))})
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	for n := range 9 {
		must(s.Commit(ctx, step(n)))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		p := page(n, 0, 0)
		p.To, p.After, p.Done = all, all[0].String(), n%2 == 0
		must(s.Raise(ctx, p))
		_, err := s.ClaimCards(ctx, noon, noon.Add(time.Hour), 30)
		must(err)
		for i, to := range all {
			card := intel.Card{Incident: p.Incident, Destination: to}
			must(s.Told(ctx, card, 1, 1, strings.Repeat("r", r.IntN(80))))
			id := fmt.Sprint("sub-", r.Int64())
			switch i % 7 {
			case 0:
				must(s.Announce(ctx, intel.Announcement{
					Key: id + to.String(), Destination: to, Title: strings.Repeat("t", r.IntN(3000)), Due: noon,
				}))
			case 1:
				must(s.Subscribe(ctx, intel.Subscription{ID: id, Destination: to, Mention: strings.Repeat("m", r.IntN(1500))}))
			}
			if to.Chat != marker && r.IntN(40) == 0 {
				must(s.EraseChat(ctx, to.Platform, to.Chat))
			}
		}
		must(s.ReleaseClaims(ctx))
	}
	_, err := s.ClaimCards(ctx, noon, noon.Add(time.Hour), 200)
	must(err)
}

// No byte of the files names an erased chat, while the store is open and afterwards.
func TestErasedChatIsOverwritten(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		path := newPath(t)
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		busyLife(t, s, seed)
		if len(naming(t, path)) == 0 {
			t.Fatal("the chat was never there")
		}
		if err := s.EraseChat(t.Context(), "telegram", marker); err != nil {
			t.Fatal(err)
		}
		if found := naming(t, path); len(found) > 0 {
			t.Errorf("seed %d: while it is open, it is named in %v", seed, found)
		}
		if err := s.Commit(t.Context(), step(1000)); err != nil {
			t.Fatal(err)
		}
		closed(t, s)
		if found := naming(t, path); len(found) > 0 {
			t.Errorf("seed %d: after Close it is named in %v", seed, found)
		}
	}
}

// What another program, or SQLite where it moves rows about, has left in space that is free goes too.
func TestErasedChatIsOverwrittenInFreeSpace(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s, db := open(t, path), raw(t, path)
	execute(t, db, `PRAGMA secure_delete = OFF`)
	for n := range 50 {
		execute(t, db, `INSERT INTO subscriptions (id, destination, data) VALUES (?, ?, '{}')`,
			fmt.Sprint(n), fmt.Sprintf("telegram/%s/%d", marker, n))
	}
	execute(t, db, `DELETE FROM subscriptions`)
	if len(naming(t, path)) == 0 {
		t.Fatal("nothing is left in free space")
	}
	if err := s.EraseChat(t.Context(), "telegram", marker); err != nil {
		t.Fatal(err)
	}
	if found := naming(t, path); len(found) > 0 {
		t.Errorf("it is named in %v", found)
	}
	if err := s.Commit(t.Context(), step(0)); err != nil {
		t.Error("after the file was written anew:", err)
	}
}

// Who reads for long keeps the bytes; that is said, and asking again is enough.
func TestErasedChatWhileSomebodyReads(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s, db := open(t, path), raw(t, path)
	to := intel.Destination{Platform: "telegram", Chat: marker}
	if err := s.Subscribe(t.Context(), intel.Subscription{ID: "s", Destination: to}); err != nil {
		t.Fatal(err)
	}
	execute(t, db, `BEGIN`)
	execute(t, db, `SELECT count(*) FROM subscriptions`)
	var n int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM subscriptions`).Scan(&n); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	err := s.EraseChat(t.Context(), to.Platform, to.Chat)
	if err == nil || !strings.Contains(err.Error(), "ask again") {
		t.Errorf("got error %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := s.EraseChat(ctx, to.Platform, to.Chat); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a deadline: %v", err)
	}
	execute(t, db, `COMMIT`)
	if err := s.EraseChat(t.Context(), to.Platform, to.Chat); err != nil {
		t.Fatal(err)
	}
	if found := naming(t, path); len(found) > 0 {
		t.Errorf("it is named in %v", found)
	}
}
