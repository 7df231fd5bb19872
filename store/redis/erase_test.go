package redis_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// marker is a chat that nothing else looks like. It is no number, for those are kept in fewer bytes.
const marker = "c4815162342777"

// naming returns all keys that name the marker or hold something that does.
func naming(t *testing.T, server *redistest.Server) (all []string) {
	t.Helper()
	for _, key := range keys(server, "") {
		read := map[string][]any{
			"string": {"GET", key}, "hash": {"HGETALL", key}, "set": {"SMEMBERS", key}, "list": {"LRANGE", key, 0, -1},
			"zset": {"ZRANGE", key, 0, -1},
		}[server.Do("TYPE", key).(string)]
		if read == nil {
			t.Fatalf("%q is of an unknown type", key)
		}
		if strings.Contains(key, marker) || strings.Contains(fmt.Sprint(server.Do(read...)), marker) {
			all = append(all, key)
		}
	}
	return all
}

// life gives the marker, a thread of it and others all that a chat can have, claims of claims among it.
func life(t *testing.T, s store.Store) {
	t.Helper()
	ctx := t.Context()
	all := []intel.Destination{
		{Platform: "telegram", Chat: marker},
		{Platform: "telegram", Chat: marker, Thread: "7"},
		{Platform: "telegram", Chat: "1"},
		{Platform: "telegram", Chat: "9"},
	}
	for n := range 6 {
		ok(t, s.Commit(ctx, step(n)))
		p := page(n, 0, 0)
		p.To, p.After, p.Done = all, all[n%2].String(), n == 5
		ok(t, s.Raise(ctx, p))
	}
	for n, to := range all {
		ok(t, s.Subscribe(ctx, intel.Subscription{ID: "sub/" + to.String(), Destination: to}))
		for i := range 5 {
			key := fmt.Sprintf("%s/%d", to, i)
			ok(t, s.Announce(ctx, intel.Announcement{Key: key, Destination: to, Title: to.String(), Due: noon}))
		}
		card := intel.Card{Incident: step(n).Changes[0].Incident.ID, Destination: to}
		ok(t, s.AbandonCard(ctx, card, "blocked in "+to.Chat))
		ok(t, s.AnnouncementTold(ctx, intel.Announcement{Key: to.String() + "/0"}))
		ok(t, s.AbandonAnnouncement(ctx, intel.Announcement{Key: to.String() + "/1"}, "blocked in "+to.Chat))
	}
	left := intel.Subscription{ID: "left", Destination: intel.Destination{Platform: "telegram", Chat: marker, Thread: "8"}}
	ok(t, s.Subscribe(ctx, left))
	left.Destination.Chat = "1"
	ok(t, s.Subscribe(ctx, left))
	for n := range 3 { // each claim is lost to the next one, and its note outlives it
		now := noon.Add(time.Duration(n) * time.Hour)
		_, err := s.ClaimCards(ctx, now, now.Add(time.Minute), 100)
		ok(t, err)
		_, err = s.ClaimAnnouncements(ctx, now, now.Add(time.Minute), 100)
		ok(t, err)
	}
}

// No key names an erased chat, and nothing in one does.
func TestErasedChatIsNowhere(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendfsync", "no")
	s := open(t, redis.Options{URL: server.URL()})
	life(t, s)
	if found := naming(t, server); len(found) < 20 {
		t.Fatalf("the chat was only in %q", found)
	}
	ok(t, s.EraseChat(t.Context(), "telegram", marker))
	if found := naming(t, server); len(found) > 0 {
		t.Errorf("it is still in %q", found)
	}
	for _, key := range []string{"subscriptions", "announcements:due", "due:2", "claims", "announcements:claims", "dead"} {
		if !strings.Contains(fmt.Sprint(keys(server, "faultline:"+key)), key) {
			t.Errorf("%s went too, which others have something in", key)
		}
	}
}

// The append-only file is written anew without the chat.
func TestErasedChatLeavesTheAppendOnlyFile(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--rdbcompression", "no")
	s := open(t, redis.Options{URL: server.URL()})
	life(t, s)
	named := func() (files []string) {
		t.Helper()
		all, err := filepath.Glob(filepath.Join(server.Dir(), "appendonlydir", "*"))
		ok(t, err)
		for _, name := range all {
			data, err := os.ReadFile(name)
			if os.IsNotExist(err) {
				continue // an old one has just gone
			}
			ok(t, err)
			if bytes.Contains(data, []byte(marker)) {
				files = append(files, name)
			}
		}
		return files
	}
	if len(named()) == 0 {
		t.Fatal("the file never named it")
	}
	ok(t, s.EraseChat(t.Context(), "telegram", marker))
	for begun := time.Now(); len(named()) > 0; runtime.Gosched() {
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("it is still in %v", named())
		}
	}
	server.Kill()
	server.Restart()
	if found := naming(t, server); len(found) > 0 {
		t.Errorf("after a restart it is in %q", found)
	}
}

// The index of a chat's announcements goes with the last of them, and not before.
func TestIndexOfAnnouncementsGoes(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendfsync", "no")
	s := open(t, redis.Options{URL: server.URL()})
	const index = "faultline:announcements:of:8:telegram:1"
	to := intel.Destination{Platform: "telegram", Chat: "1"}
	for _, key := range []string{"a", "b"} {
		ok(t, s.Announce(t.Context(), intel.Announcement{Key: key, Destination: to, Due: noon}))
	}
	ok(t, s.AnnouncementTold(t.Context(), intel.Announcement{Key: "a"}))
	if left := server.Do("PTTL", index).(int64); left != -1 {
		t.Errorf("with one that waits it goes in %d ms", left)
	}
	ok(t, s.AnnouncementTold(t.Context(), intel.Announcement{Key: "b"}))
	assertTTL(t, server, "announcements:of:", 1, store.SeenFor-time.Hour, store.SeenFor+time.Hour)
	server.Do("ZADD", index, 1, "told long ago")
	ok(t, s.Announce(t.Context(), intel.Announcement{Key: "c", Destination: to, Due: noon}))
	if left := server.Do("PTTL", index).(int64); left != -1 {
		t.Errorf("with a new one it goes in %d ms", left)
	}
	ok(t, s.AnnouncementTold(t.Context(), intel.Announcement{Key: "c"}))
	if got := fmt.Sprint(server.Do("ZRANGE", index, 0, -1)); got != "[a b c]" {
		t.Errorf("it holds %s", got)
	}
	ok(t, s.MoveChat(t.Context(), "telegram", "1", "2"))
	assertTTL(t, server, "announcements:of:", 1, store.SeenFor-time.Hour, store.SeenFor+time.Hour)
}

// An announcement that was told long ago may be gone, and its key another chat's since.
func TestIndexOfAnnouncementsIsOld(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendfsync", "no")
	s := open(t, redis.Options{URL: server.URL()})
	ok(t, s.Announce(t.Context(), intel.Announcement{
		Key: "k", Destination: intel.Destination{Platform: "telegram", Chat: "2"}, Due: noon,
	}))
	for _, end := range []func() error{
		func() error { return s.MoveChat(t.Context(), "telegram", "1", "3") },
		func() error { return s.EraseChat(t.Context(), "telegram", "1") },
	} {
		server.Do("ZADD", "faultline:announcements:of:8:telegram:1", 1, "k", 1, "gone")
		ok(t, end())
	}
	all, err := s.ClaimAnnouncements(t.Context(), noon, noon.Add(time.Minute), 10)
	ok(t, err)
	if len(all) != 1 || all[0].Destination.Chat != "2" {
		t.Errorf("got %+v", all)
	}
	if left := keys(server, "faultline:announcements:of:"); len(left) != 1 {
		t.Errorf("indexes %v are left", left)
	}
}
