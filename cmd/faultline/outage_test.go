package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// outage is a bot on a Redis server of its own that has told of Guinea.
type outage struct {
	w      *world
	k      keep
	server *redistest.Server
	config string
	bot    *process
}

func beforeOutage(t *testing.T, settings ...string) *outage {
	t.Helper()
	server := redistest.Start(t, settings...)
	o := &outage{w: newWorld(t), server: server, k: keep{
		"redis", "redis_url: " + server.URL(), configs.Store{RedisURL: configs.NewSecret(server.URL())},
	}}
	o.w.publish("local", "old", cut("Chile")+" last year")
	o.config = o.w.config(t, o.k, false, "local:2", "wire:2")
	o.bot = startBot(t, "run", "--config", o.config)
	o.w.lookedAt(t, "local", "wire")
	o.happens(t, "local", "Guinea")
	return o
}

// happens lets something happen in a place, and waits until it is told and that is marked: an outage between the two
// costs a repeat.
func (o *outage) happens(t *testing.T, feed, place string) {
	t.Helper()
	o.w.publish(feed, place, cut(place))
	o.bot.out.wait("card of "+place, 30*time.Second, heads(place))
	eventually(t, 20*time.Second, "mark of the card", func() bool {
		return o.server.Do("HLEN", "faultline:claims") == int64(0)
	})
}

// told compares how often each place was told with what is right.
func (o *outage) told(t *testing.T, want map[string]int) {
	t.Helper()
	for place, times := range want {
		if n := o.bot.out.count(heads(place)); n != times {
			t.Errorf("what happened in %s was told %d times, want %d", place, n, times)
		}
	}
	if n := o.bot.out.count(heads("Chile")); n > 0 {
		t.Error("what was there at the first look was told")
	}
	if t.Failed() {
		t.Log(o.bot.out, "\n", o.bot.err)
	}
}

func (o *outage) end(t *testing.T) {
	t.Helper()
	if status := o.bot.end(t); status != exitDone {
		t.Errorf("status %d:\n%s", status, o.bot.err)
	}
}

// R02 with an append-only file: the server dies, something happens meanwhile, the server comes back.
func TestRedisRestartsUnderTheBot(t *testing.T) {
	t.Parallel()
	o := beforeOutage(t)
	o.server.Kill()
	o.w.publish("wire", "Kenya", cut("Kenya"))
	o.bot.err.wait("word of the outage", 20*time.Second, has("redis: "))
	o.server.Restart()
	o.bot.out.wait("card of what happened meanwhile", 30*time.Second, heads("Kenya"))
	o.happens(t, "local", "Peru")
	o.end(t)
	o.told(t, map[string]int{"Guinea": 1, "Kenya": 1, "Peru": 1})
}

// R02 with a snapshot only: what was told since is gone and is told again, as the feeds still show it, without
// anybody restarting the bot; what was told before is not.
func TestRedisComesBackOlderUnderTheBot(t *testing.T) {
	t.Parallel()
	o := beforeOutage(t, "--appendonly", "no", "--save", "3600 1000000")
	o.w.lookedAt(t, "local") // and its cursor is kept
	o.server.Do("SAVE")
	o.happens(t, "wire", "Kenya")
	o.w.lookedAt(t, "wire")
	o.server.Kill()
	o.server.Restart()
	o.bot.out.waitFor("second card of what the server has forgotten", 2, 30*time.Second, heads("Kenya"))
	o.happens(t, "local", "Peru")
	o.end(t)
	o.told(t, map[string]int{"Guinea": 1, "Kenya": 2, "Peru": 1})
}

// The same, when what was lost had not been told: the notice is gone with the step, and the item in the feed is all
// that is left. No new item comes to wake the brain.
func TestAStepThatTheServerLostIsTakenAgain(t *testing.T) {
	t.Parallel()
	o := beforeOutage(t, "--appendonly", "no", "--save", "3600 1000000")
	o.w.lookedAt(t, "local", "wire")
	o.server.Do("SAVE")
	for _, feed := range []string{"local", "wire"} {
		o.w.publish(feed, "stars", "Stars shine over the harbour tonight") // an article that makes no card is a step, too
	}
	kept := o.k.open(t)
	defer kept.Close()
	marked := func() bool {
		seen, err := kept.Seen(context.Background(), "article/wire/stars")
		return err == nil && seen
	}
	eventually(t, 20*time.Second, "mark", marked)
	o.w.lookedAt(t, "local", "wire") // the cursors are past it
	o.server.Kill()
	o.server.Restart()
	// It is told of what was lost, or has lost its lease while the server was away: either way it begins anew.
	o.bot.err.wait("word that the brain begins anew", 20*time.Second, has("the brain stops"))
	eventually(t, 20*time.Second, "mark once more", marked)
	o.end(t)
	o.told(t, map[string]int{"Guinea": 1})
}

// R02, emptied: nothing is known any more, and what the feeds show is no news. What comes from then on is, though the
// server has forgotten who listens as well.
func TestRedisIsEmptiedUnderTheBot(t *testing.T) {
	t.Parallel()
	o := beforeOutage(t)
	places := quietCountries(t)[:20]
	for _, place := range places {
		o.w.publish("wire", place, cut(place))
	}
	for _, place := range places {
		o.bot.out.wait("card of "+place, 20*time.Second, heads(place))
	}
	o.server.Do("FLUSHALL")
	o.bot.err.wait("word that the store has forgotten", 20*time.Second, has("the store has lost what it had kept"))
	o.w.lookedAt(t, "local", "wire")
	o.w.lookedAt(t, "local", "wire")
	o.happens(t, "local", "Peru")
	o.end(t)
	want := map[string]int{"Guinea": 1, "Peru": 1}
	for _, place := range places {
		want[place] = 1
	}
	o.told(t, want)
	// The cursors are kept anew though the feeds have not changed: a start from here is no first look.
	o.w.publish("wire", "Mongolia", cut("Mongolia"))
	o.bot = startBot(t, "run", "--config", o.config)
	o.bot.out.wait("card of what happened while the bot was stopped", 20*time.Second, heads("Mongolia"))
	o.end(t)
}

// R04: the server stands still for five seconds, or for a minute where FAULTLINE_ROUNDS asks for more, and the bot
// goes on by itself.
func TestRedisIsFrozenUnderTheBot(t *testing.T) {
	t.Parallel()
	freeze := 5 * time.Second
	if os.Getenv("FAULTLINE_ROUNDS") != "" {
		freeze = time.Minute
	}
	o := beforeOutage(t)
	o.server.Freeze()
	o.w.publish("wire", "Kenya", cut("Kenya"))
	<-time.After(freeze) // real time is the matter here
	o.server.Thaw()
	thawed := time.Now()
	o.bot.out.wait("card of what happened meanwhile", 30*time.Second, heads("Kenya"))
	t.Logf("frozen for %v, and what happened meanwhile was told %v later", freeze, time.Since(thawed).Round(time.Millisecond))
	o.happens(t, "local", "Peru")
	o.end(t)
	o.told(t, map[string]int{"Guinea": 1, "Kenya": 1, "Peru": 1})
}

// L06: the server's clock jumps ahead and every mark runs out at once. That is played by ending them by hand, which
// is all that the jump does to them. What the feeds still show was there at the last look, and stays old.
func TestEveryMarkRunsOutAtOnce(t *testing.T) {
	t.Parallel()
	o := beforeOutage(t)
	places := quietCountries(t)[:20]
	for _, place := range places {
		o.w.publish("wire", place, cut(place))
	}
	for _, place := range places {
		o.bot.out.wait("card of "+place, 20*time.Second, heads(place))
	}
	o.w.lookedAt(t, "local", "wire")
	marks := func() []any {
		all, _ := o.server.Do("KEYS", "faultline:seen:*").([]any)
		return all
	}
	runOut := func() {
		for _, mark := range marks() {
			o.server.Do("PEXPIRE", mark, 1)
		}
		eventually(t, time.Second, "end of the marks", func() bool { return len(marks()) == 0 })
	}
	// only counts what was offered since: the incidents would hide it, for they are open, and take it up in silence.
	only := func(what string) {
		if all := marks(); len(all) != 1 || all[0] != "faultline:seen:article/wire/"+what {
			t.Errorf("what was offered again is marked: %v", all)
		}
	}
	runOut()
	o.happens(t, "wire", "Peru") // the feed is read once more
	o.end(t)
	only("Peru")
	want := map[string]int{"Guinea": 1, "Peru": 1}
	for _, place := range places {
		want[place] = 1
	}
	o.told(t, want)

	runOut() // while nobody runs
	o.bot = startBot(t, "run", "--config", o.config)
	o.w.lookedAt(t, "local", "wire")
	o.happens(t, "wire", "Mongolia")
	o.end(t)
	only("Mongolia")
	want = map[string]int{"Guinea": 0, "Peru": 0, "Mongolia": 1}
	for _, place := range places {
		want[place] = 0
	}
	o.told(t, want)
}

// Z04: a bot that is started before its Redis says so, waits, and begins by itself.
func TestABotThatIsStartedBeforeItsRedisWaits(t *testing.T) {
	t.Parallel()
	server, w := redistest.Start(t), newWorld(t)
	k := keep{"redis", "redis_url: " + server.URL(), configs.Store{RedisURL: configs.NewSecret(server.URL())}}
	config := w.config(t, k, false, "local:2", "wire:2")
	server.Stop()
	b := startBot(t, "run", "--config", config)
	b.err.wait("word that it waits", 20*time.Second, has("waiting for the store"))
	server.Restart()
	w.lookedAt(t, "local", "wire")
	w.publish("local", "cut", cut("Guinea"))
	b.out.wait("card", 20*time.Second, heads("Guinea"))
	if status := b.end(t); status != exitDone {
		t.Errorf("status %d:\n%s", status, b.err)
	}

	server.Stop()
	b = startBot(t, "run", "--config", config)
	b.err.wait("word that it waits", 20*time.Second, has("no server listens there"))
	if status := b.end(t); status != exitDone {
		t.Errorf("asked to end while it waits: status %d:\n%s", status, b.err)
	}
}

func TestTheStoreIsWaitedForWithinBounds(t *testing.T) {
	refused := fmt.Errorf("open: %w", syscall.ECONNREFUSED)
	for name, c := range map[string]struct {
		faults []error // of the attempts, the last one for all that follow
		took   time.Duration
		fails  string
	}{
		"there":                 {[]error{nil}, 0, ""},
		"there in a while":      {[]error{refused, refused, refused, nil}, 3 * time.Second, ""},
		"never there":           {[]error{refused}, storePatience, "nobody answered for 60 s"},
		"a fault of the user's": {[]error{errors.New("wrong password")}, 0, "wrong password"},
		"one after a while":     {[]error{refused, refused, errors.New("wrong password")}, 2 * time.Second, "wrong password"},
		"another process":       {[]error{store.ErrInUse}, 0, "in use"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said strings.Builder
				begun, n := time.Now(), 0
				_, err := await(t.Context(), &console{out: io.Discard, err: &said, log: slog.New(slog.DiscardHandler)},
					func() (store.Store, error) {
						n++
						return nil, c.faults[min(n, len(c.faults))-1]
					})
				if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(begun); took > c.took || took < c.took-storePause {
					t.Errorf("it took %v, want %v", took, c.took)
				}
				if words := strings.Count(said.String(), "waiting for the store"); (words > 0) != (c.took > 0) || words > 7 {
					t.Errorf("said %q", said.String())
				}
			})
		})
	}
}
