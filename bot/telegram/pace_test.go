package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/telegram"
	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// refusals is how often Telegram said to wait.
func (r *rig) refusals() (n int) {
	for _, c := range r.server.Calls("") {
		if c.Refused == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

func TestSustainedRate(t *testing.T) {
	bubble(t, telegramtest.Usual(), func(t *testing.T, r *rig) {
		var chats []telegramtest.Chat
		for n := range 2000 {
			chats = append(chats, r.server.Private(r.server.NewUser(fmt.Sprint("U", n))))
		}
		var next, sent atomic.Int64
		var senders sync.WaitGroup
		start := time.Now()
		for range 64 {
			senders.Go(func() {
				for time.Since(start) < time.Minute {
					chat := chats[next.Add(1)]
					if _, err := r.send(bot.Outgoing{To: to(chat), Message: text("Card")}); err != nil {
						t.Error(err)
					}
					sent.Add(1)
				}
			})
		}
		time.Sleep(time.Minute)
		if n := sent.Load(); n < 29*60 {
			t.Errorf("%d messages in a minute", n)
		}
		senders.Wait()
		if n := r.refusals(); n > 0 {
			t.Errorf("Telegram refused %d", n)
		}
	})
}

func TestChatsHaveTheirPace(t *testing.T) {
	bubble(t, telegramtest.Usual(), func(t *testing.T, r *rig) {
		for name, c := range map[string]struct {
			chat telegramtest.Chat
			want int // in five minutes
		}{
			"person":  {r.chat, 280},
			"group":   {r.server.Supergroup("Group", r.ann), 96},
			"channel": {r.server.Channel("Channel", r.ann), 96},
		} {
			receipt := r.mustSend(bot.Outgoing{To: to(c.chat), Message: text("0")})
			sent := 1
			for start := time.Now(); time.Since(start) < 5*time.Minute; {
				begun := time.Now()
				_, err := r.send(bot.Outgoing{To: to(c.chat), Message: text(fmt.Sprint(sent)), Edit: receipt})
				var limited *bot.RateLimitedError
				switch {
				case err == nil:
					sent++
				case !errors.As(err, &limited) || limited.All || time.Since(begun) > 0:
					t.Fatalf("%s: %v after %v", name, err, time.Since(begun))
				default:
					time.Sleep(limited.After)
				}
			}
			if sent < c.want {
				t.Errorf("%s: %d messages in five minutes", name, sent)
			}
		}
		if n := r.refusals(); n > 0 {
			t.Errorf("Telegram refused %d", n)
		}
	})
}

// storm is a deliverer with cards that wait for many chats.
type storm struct {
	*rig
	store     *sqlite.Store
	deliverer *deliver.Deliverer
	chats     []telegramtest.Chat
}

func newStorm(t *testing.T, r *rig, chats int) *storm {
	kept, err := sqlite.Open(t.Context(), sqlite.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	s := &storm{rig: r, store: kept}
	for n := range chats {
		c := r.server.Private(r.server.NewUser(fmt.Sprint("Reader", n)))
		if err := kept.Subscribe(t.Context(), intel.Subscription{ID: number(c.ID), Destination: to(c)}); err != nil {
			t.Fatal(err)
		}
		s.chats = append(s.chats, c)
	}
	s.deliverer = deliver.New(deliver.Options{Store: kept, Platforms: []bot.Platform{r.bot}, Now: time.Now})
	return s
}

// happen makes an incident of which every chat is to hear.
func (s *storm) happen(t *testing.T, id string, severity intel.Severity) {
	t.Helper()
	i := intel.Incident{
		ID: id, Kind: intel.Unrest, Places: []string{"KZ"}, Severity: severity, Revision: 1, Phase: intel.Ongoing,
		Title: id, Since: time.Now(), Opened: time.Now(), Updated: time.Now(),
	}
	err := s.store.Commit(t.Context(), store.Step{Token: id, Time: time.Now(), Changes: []intel.Change{{
		Incident: i, Notice: &intel.Notice{Incident: id, Revision: 1, Change: intel.Opened, Time: time.Now()},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s.deliverer.Wake()
}

// deliver delivers until the function that it returns is called.
func (s *storm) deliver(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.deliverer.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// first is when a card of the severity was shown first.
func (s *storm) first(sign string) (at time.Time) {
	for _, c := range s.server.Calls("sendMessage") {
		if c.Refused == 0 && len(c.Params["text"]) >= len(sign) && c.Params["text"][:len(sign)] == sign {
			return c.At
		}
	}
	return at
}

func TestACriticalCardOvertakesTenThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("writes ten thousand cards")
	}
	bubble(t, telegramtest.Usual(), func(t *testing.T, r *rig) {
		s := newStorm(t, r, 10_000)
		stop := s.deliver(t)
		s.happen(t, "a-talk", intel.Info)
		time.Sleep(30 * time.Second)
		before := len(s.server.Calls("sendMessage"))
		s.happen(t, "an-outage", intel.Critical)
		happened := time.Now()
		time.Sleep(5 * time.Second)
		at := s.first("🔴")
		t.Logf("%d cards were out; the critical one came after %v", before, at.Sub(happened))
		if at.IsZero() || at.Sub(happened) > time.Second {
			t.Errorf("the critical card came after %v", at.Sub(happened))
		}
		if before > 30*31 || before < 25*29 {
			t.Errorf("%d cards were out after half a minute", before)
		}
		if n := r.refusals(); n > 0 {
			t.Errorf("Telegram refused %d", n)
		}
		stop()
	})
}

func TestT01AStormOn500Chats(t *testing.T) {
	bubble(t, telegramtest.Usual(), func(t *testing.T, r *rig) {
		s := newStorm(t, r, 500)
		for _, f := range []telegramtest.Fault{
			telegramtest.TooMany(1), telegramtest.TooMany(35), telegramtest.BadGateway, {Cut: true}, telegramtest.Empty,
		} {
			r.server.Fail("sendMessage", 3, f)
		}
		s.happen(t, "a-talk", intel.Info)
		stop := s.deliver(t)
		time.Sleep(2 * time.Second)
		s.happen(t, "an-outage", intel.Critical)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		for _, c := range s.chats {
			if n := len(s.server.Messages(c)); n != 2 {
				t.Errorf("%s has had %d cards", c.Name, n)
			}
		}
		var critical, info []time.Time
		for _, c := range s.server.Calls("sendMessage") {
			if c.Refused == 0 && c.At.Sub(s.first("🔴")) > 2*time.Second {
				if c.Params["text"][:len("🔴")] == "🔴" {
					critical = append(critical, c.At)
				} else {
					info = append(info, c.At)
				}
			}
		}
		slices.SortFunc(critical, time.Time.Compare)
		slices.SortFunc(info, time.Time.Compare)
		// The few whose chat had to wait come later; nine in ten critical ones come before nine in ten others.
		if len(critical) == 0 || len(info) == 0 || critical[len(critical)*9/10].After(info[len(info)/10]) {
			t.Errorf("%d critical cards and %d others came mixed", len(critical), len(info))
		}
		stop()
	})
}

func TestAnswersComeAtOnceWhileAlertsWait(t *testing.T) {
	bubble(t, telegramtest.Usual(), func(t *testing.T, r *rig) {
		s := newStorm(t, r, 3000)
		k := &talk{}
		stop, end := s.deliver(t), r.run(k)
		s.happen(t, "a-talk", intel.Critical)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		goroutines := runtime.NumGoroutine()
		type asking struct {
			chat telegramtest.Chat
			at   time.Time
		}
		var asked []asking
		for n := range 200 {
			u := r.server.NewUser(fmt.Sprint("Asker", n))
			chat := r.server.Private(u)
			asked = append(asked, asking{chat, time.Now()})
			r.server.Say(u, chat, "/help")
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		var took []time.Duration
		for _, a := range asked {
			got := r.server.Messages(a.chat)
			if len(got) != 1 {
				t.Fatalf("%s has had %d answers", a.chat.Name, len(got))
			}
			took = append(took, got[0].At.Sub(a.at))
		}
		slices.Sort(took)
		p99 := took[len(took)*99/100]
		t.Logf("half of 200 answers within %v, 99 %% within %v, all within %v", took[100], p99, took[199])
		if p99 > time.Second {
			t.Errorf("99 %% of the answers took up to %v", p99)
		}
		if now := runtime.NumGoroutine(); now > goroutines+10 {
			t.Errorf("there were %d goroutines, now there are %d", goroutines, now)
		}
		if n := r.refusals(); n > 0 {
			t.Errorf("Telegram refused %d", n)
		}
		_ = end()
		stop()
	})
}

// BenchmarkRate sends over a loopback connection in real time: the rate is that of the limit, and not of the machine.
// Where the machine is busy, messages bunch on their way, and now and then Telegram refuses one for a second.
func BenchmarkRate(b *testing.B) {
	server := telegramtest.New(telegramtest.Options{Token: token, Limits: telegramtest.Usual()})
	defer server.Close()
	t, err := telegram.New(telegram.Options{Token: token, APIURL: server.Listen()})
	if err != nil {
		b.Fatal(err)
	}
	chats := make(chan intel.Destination, b.N)
	for n := range b.N {
		chats <- to(server.Private(server.NewUser(fmt.Sprint("U", n))))
	}
	close(chats)
	b.ResetTimer()
	var senders sync.WaitGroup
	for range 64 {
		senders.Go(func() {
			for chat := range chats {
				sendPatiently(b, t, chat)
			}
		})
	}
	senders.Wait()
	refused := 0
	for _, c := range server.Calls("sendMessage") {
		if c.Refused != 0 {
			refused++
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64(refused), "refused")
}

// sendPatiently waits as long as it is told to.
func sendPatiently(b *testing.B, t *telegram.Telegram, chat intel.Destination) {
	for {
		_, err := t.Send(b.Context(), bot.Outgoing{To: chat, Message: text("Card")})
		var limited *bot.RateLimitedError
		if errors.As(err, &limited) {
			time.Sleep(limited.After)
			continue
		}
		if err != nil {
			b.Error(err)
		}
		return
	}
}
