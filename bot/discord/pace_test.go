package discord_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/discord/discordtest"
	"github.com/faultlinebot/faultline/intel"
)

// storm has cards for many channels go out for so long, while people ask.
type storm struct {
	world    *world
	channels int
	lasts    time.Duration
	people   int // ask, evenly over the first sixth

	mu   sync.Mutex
	took []time.Duration
}

// run returns the requests a second that the server saw of messages.
func (s *storm) run(t testing.TB) float64 {
	w := s.world
	var chats []discordtest.Channel
	for range s.channels {
		chats = append(chats, w.AddChannel(w.guild))
	}
	before := len(w.Requests())
	began := time.Now()
	ctx, cancel := context.WithDeadline(t.Context(), began.Add(s.lasts))
	defer cancel()
	var all sync.WaitGroup
	const senders = 64
	for i := range senders {
		all.Go(func() {
			for n := i; ctx.Err() == nil; n += senders {
				s.send(t, ctx, chats[n%len(chats)], n)
			}
		})
	}
	if s.people > 0 {
		for range s.people {
			asked := w.RunCommand(somebody, w.channel, "status", nil)
			all.Go(func() {
				r, err := asked.Wait(time.Minute)
				if err != nil {
					t.Error(err)
				}
				s.mu.Lock()
				defer s.mu.Unlock()
				s.took = append(s.took, r.Took)
			})
			time.Sleep(s.lasts / 6 / time.Duration(s.people))
		}
	}
	all.Wait()
	sent := 0
	for _, r := range w.Requests()[before:] {
		if r.Method == http.MethodPost && strings.HasPrefix(r.Path, "/channels") {
			sent++
		}
	}
	return float64(sent) / time.Since(began).Seconds()
}

func (s *storm) send(t testing.TB, ctx context.Context, to discordtest.Channel, n int) {
	o := s.world.outgoing(fmt.Sprintf("storm %d", n), "Card")
	o.To.Chat = to.ID
	o.Message.Severity = intel.Severity(n % 4)
	_, err := s.world.bot.Send(ctx, o)
	var limited *bot.RateLimitedError
	switch {
	case errors.As(err, &limited):
		wait := time.NewTimer(limited.After)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
	case err != nil && ctx.Err() == nil:
		t.Error(err)
	}
}

// check says whether the storm went well.
func (s *storm) check(t testing.TB, rate, least float64) {
	w := s.world
	if rate < least || w.Limited() != 0 || w.Invalid() != 0 {
		t.Errorf("%.2f messages a second, %d limits met, %d invalid", rate, w.Limited(), w.Invalid())
	}
	if len(s.took) != s.people {
		t.Errorf("%d of %d people were answered", len(s.took), s.people)
	}
	if s.people > 0 {
		slices.Sort(s.took)
		if p99 := s.took[len(s.took)*99/100]; p99 > time.Second {
			t.Errorf("one of a hundred people waited longer than %v", p99)
		}
	}
}

func TestPaceInMemory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &storm{world: start(t, discordtest.Options{Memory: true}), channels: 400, lasts: time.Minute, people: 500}
		s.world.listen(t, newTalk())
		rate := s.run(t)
		s.check(t, rate, 48)
		t.Logf("%.2f a second, at most %d in one", rate, s.world.Fastest())
	})
}

// TestPaceOnTheWire is the same for a few seconds of real time. How many go through then is up to the machine, too; the
// benchmark measures it.
func TestPaceOnTheWire(t *testing.T) {
	s := &storm{world: start(t, discordtest.Options{}), channels: 200, lasts: 6 * time.Second, people: 50}
	s.world.listen(t, newTalk())
	s.check(t, s.run(t), 20)
}

func BenchmarkStorm(b *testing.B) {
	for b.Loop() {
		w := &world{Server: discordtest.Start(b, discordtest.Options{}), log: new(safeLog)}
		w.guild = w.AddGuild()
		w.channel = w.AddChannel(w.guild)
		w.bot = w.connect(b)
		s := &storm{world: w, channels: 400, lasts: time.Minute, people: 500}
		w.listen(b, newTalk())
		rate := s.run(b)
		s.check(b, rate, 48)
		b.ReportMetric(rate, "messages/s")
		b.ReportMetric(float64(s.took[len(s.took)*99/100].Milliseconds()), "answer-p99-ms")
	}
}

// TestD18ManyChannels has neither memory nor goroutines stay behind.
func TestD18ManyChannels(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.Fail(discordtest.Fault{Times: -1, Status: 403, Code: 50013})
		goroutines, memory := runtime.NumGoroutine(), heap()
		for i := range 10000 {
			o := w.outgoing("k", "A")
			o.To.Chat = fmt.Sprint(1000000 + i)
			_, err := w.bot.Send(t.Context(), o)
			var limited *bot.RateLimitedError
			if errors.As(err, &limited) {
				time.Sleep(limited.After)
			}
		}
		requests := len(w.Requests())
		time.Sleep(time.Hour)
		_, _ = w.bot.Send(t.Context(), w.outgoing("k", "A"))
		// The server keeps every request; the rest is ours.
		if more := heap() - memory; more > int64(requests)*1024+4<<20 {
			t.Errorf("%d KB stayed behind after %d requests", more/1024, requests)
		}
		if more := runtime.NumGoroutine() - goroutines; more > 20 {
			t.Errorf("%d goroutines stayed behind", more)
		}
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestMostSevereGoesFirst has a critical card overtake those that wait.
func TestMostSevereGoesFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		var all sync.WaitGroup
		send := func(s intel.Severity) {
			o := w.outgoing(s.String(), s.String())
			o.To.Chat, o.Message.Severity = w.AddChannel(w.guild).ID, s
			all.Go(func() { w.send(t, o) })
		}
		for range 100 {
			send(intel.Info)
		}
		time.Sleep(100 * time.Millisecond)
		send(intel.Critical)
		all.Wait()
		requests := w.Requests()
		at := slices.IndexFunc(requests, func(r discordtest.Request) bool { return strings.Contains(r.Body, `"critical"`) })
		if at > 10 {
			t.Errorf("it went as number %d", at)
		}
	})
}
