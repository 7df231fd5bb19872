package discord_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/discord"
	"github.com/faultlinebot/faultline/bot/discord/discordtest"
)

// talk is a conversation of a few commands that does what the test wants.
type talk struct {
	table  []bot.Command
	answer func(ctx context.Context, r bot.Request) bot.Answer

	mu     sync.Mutex
	asked  []bot.Request
	events []string
	fail   int // so many events are not kept
}

func newTalk() *talk {
	return &talk{table: []bot.Command{
		{Name: "status", Summary: "How things stand"},
		{Name: "subscribe", Summary: "Hear of what happens here", Who: bot.Managers, Private: true, Parameters: []bot.Parameter{
			{Name: "kinds", Summary: "Which kinds", Many: true, Choices: []bot.Choice{{Name: "Shutdown", Value: "shutdown"}}},
			{Name: "severity", Summary: "From which severity on", Choices: []bot.Choice{{Name: "Major", Value: "major"}}},
			{Name: "place", Summary: "Which country", Required: true, Suggest: func(context.Context, bot.Request, string) []bot.Choice { return nil }},
		}},
		{Name: "feed add", Summary: "Add a feed", Who: bot.Managers, Parameters: []bot.Parameter{{Name: "url", Summary: "Its address", Required: true}}},
		{Name: "feed list", Summary: "List the feeds"},
		{Name: "feed", Summary: "About feeds"},
		{Name: "adopt", Summary: "Adopt a feed", Who: bot.Operators},
		{Name: "why", Summary: "Why me", Hidden: true, Parameters: []bot.Parameter{{Name: "incident", Summary: "Which", Required: true}}},
	}}
}

func (k *talk) Commands() []bot.Command { return k.table }

func (k *talk) Answer(ctx context.Context, r bot.Request) bot.Answer {
	k.mu.Lock()
	k.asked = append(k.asked, r)
	k.mu.Unlock()
	if k.answer != nil {
		return k.answer(ctx, r)
	}
	return bot.Answer{Message: bot.Message{Headline: "All is quiet"}}
}

func (k *talk) Suggest(_ context.Context, _ bot.Request, parameter, typed string) []bot.Choice {
	if typed == "" {
		return nil
	}
	return []bot.Choice{{Name: "Kazakhstan " + parameter, Value: "KZ"}, {Name: strings.Repeat("long ", 50), Value: "l"}}
}

func (k *talk) note(event string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail > 0 {
		k.fail--
		return errors.New("the store is away")
	}
	k.events = append(k.events, event)
	return nil
}

func (k *talk) Closed(_ context.Context, _, chat, _ string) error { return k.note("closed " + chat) }

func (k *talk) Opened(_ context.Context, _, chat string) error { return k.note("opened " + chat) }

func (k *talk) Moved(_ context.Context, _, from, to string) error {
	return k.note("moved " + from + to)
}

func (k *talk) requests() []bot.Request {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.asked)
}

func (k *talk) heard() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.events)
}

// run has the bot listen, until stop is called, which returns what Run did.
func (w *world) run(t testing.TB, d *discord.Discord, k *talk) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, k) }()
	stop = sync.OnceValue(func() error {
		// discordgo sleeps with its lock held while it closes. In a bubble, where time stands still while somebody
		// waits for a lock, it has to be at rest before and has to come to rest after.
		w.rest()
		cancel()
		err := <-ended
		w.rest()
		return err
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

const rest = 2 * time.Second

func (w *world) rest() {
	if w.virtual {
		time.Sleep(rest)
	}
}

// listen has the bot listen and waits until it does, with its commands registered.
func (w *world) listen(t testing.TB, k *talk) (stop func() error) {
	t.Helper()
	stop = w.run(t, w.bot, k)
	w.Await(t, "the bot to listen", func() bool { return w.Listening() && w.Registrations() > 0 })
	w.rest()
	return stop
}

// works checks that people are answered.
func (w *world) works(t *testing.T) {
	t.Helper()
	w.Await(t, "the bot to listen again", w.Listening)
	w.rest()
	r := w.RunCommand(discordtest.Person{ID: "7"}, w.channel, "status", nil).Answer(t)
	if got := r.Message.Text(); !strings.Contains(got, "All is quiet") {
		t.Errorf("the answer is %q", got)
	}
}

// TestG01Reconnect is Op 7, while connected and in place of READY, where discordgo by itself locks up for ever.
func TestG01Reconnect(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		stop := w.listen(t, newTalk())
		w.Reconnect()
		time.Sleep(10 * time.Second)
		w.works(t)
		if g := w.Gateway(); g.Identifies != 1 || g.Resumes != 1 || g.Elsewhere != 1 {
			t.Errorf("got %+v, want it to resume where it was told to", g)
		}
		w.NextConnection(discordtest.ReconnectFirst, discordtest.ReconnectFirst)
		w.Reconnect()
		time.Sleep(30 * time.Second)
		w.works(t)
		if g := w.Gateway(); g.Identifies != 1 || g.Resumes != 4 {
			t.Errorf("got %+v", g)
		}
		began := time.Now()
		if err := stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began) - 2*rest; took > 2*time.Second {
			t.Errorf("stopping took %v", took)
		}
	})
}

func TestG01ReconnectAtFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.NextConnection(discordtest.ReconnectFirst, discordtest.NoReady, discordtest.NoHello, discordtest.CloseFirst(4000))
		w.listen(t, newTalk())
		w.works(t)
		if g := w.Gateway(); g.Connections != 5 || g.Identifies != 4 {
			t.Errorf("got %+v", g)
		}
	})
}

// TestG02InvalidSession is Op 9: discordgo by itself identifies at once and without end.
func TestG02InvalidSession(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.listen(t, newTalk())
		w.Invalidate(true)
		time.Sleep(10 * time.Second)
		w.works(t)
		if g := w.Gateway(); g.Identifies != 1 || g.Resumes != 1 {
			t.Errorf("resumable: got %+v", g)
		}
		w.Invalidate(false)
		time.Sleep(20 * time.Second)
		w.works(t)
		if g := w.Gateway(); g.Identifies != 2 || g.Resumes != 1 {
			t.Errorf("not resumable: got %+v", g)
		}
		w.EveryConnection(discordtest.Invalid(false))
		w.Invalidate(false)
		time.Sleep(24 * time.Hour)
		if g := w.Gateway(); g.Identifies > 500 {
			t.Errorf("a gateway that takes nobody saw %d identifies a day", g.Identifies)
		}
		w.EveryConnection(nil)
		time.Sleep(25 * time.Hour)
		w.works(t)
	})
}

func TestG03CloseCodes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.listen(t, newTalk())
		for _, c := range []struct {
			code   int
			resume bool
		}{
			{4000, true},
			{4001, true},
			{4002, true},
			{4003, true},
			{4005, true},
			{4008, true},
			{1001, true},
			{1006, true},
			{4007, false},
			{4009, false},
		} {
			before := w.Gateway()
			if c.code == 1006 {
				w.CutGateway()
			} else {
				w.CloseGateway(c.code)
			}
			time.Sleep(2 * time.Minute)
			w.works(t)
			after := w.Gateway()
			if resumed := after.Identifies == before.Identifies; resumed != c.resume {
				t.Errorf("after %d: resumed %v, want %v", c.code, resumed, c.resume)
			}
		}
	})
}

// TestG04FatalCodes stops with a sentence, while connecting and later, where discordgo by itself goes on for ever.
func TestG04FatalCodes(t *testing.T) {
	for _, code := range []int{4004, 4010, 4011, 4012, 4013, 4014} {
		bubble(t, func(t *testing.T) {
			w := start(t, discordtest.Options{Memory: true})
			w.NextConnection(discordtest.CloseFirst(code))
			err := w.bot.Run(t.Context(), newTalk())
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("at first: %d ends with %v", code, err)
			}
			time.Sleep(time.Minute)
			ended := make(chan error, 1)
			go func() { ended <- w.bot.Run(t.Context(), newTalk()) }()
			w.Await(t, "the bot to listen", w.Listening)
			w.rest()
			w.CloseGateway(code)
			if later := <-ended; later == nil || later.Error() != err.Error() {
				t.Errorf("later: %d ends with %v, want %v", code, later, err)
			}
			if g := w.Gateway(); g.Connections != 2 {
				t.Errorf("%d: %d connections", code, g.Connections)
			}
			w.send(t, w.outgoing("k", "Alerts go out all the same"))
		})
	}
}

func TestG04TokenRefusedByREST(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.Fail(discordtest.Fault{On: "GET /gateway/bot", Status: 401})
		if err := w.bot.Run(t.Context(), newTalk()); err == nil || !strings.Contains(err.Error(), "token") {
			t.Errorf("it ends with %v", err)
		}
	})
}

func TestG05Zombie(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.listen(t, newTalk())
		time.Sleep(10 * time.Minute)
		if g := w.Gateway(); g.Connections != 1 {
			t.Errorf("a good connection did not last: %+v", g)
		}
		w.Mute()
		time.Sleep(discordtest.Heartbeat*2 + 10*time.Second)
		if g := w.Gateway(); g.Resumes != 1 || g.Identifies != 1 {
			t.Errorf("a silent link was not noticed and resumed in two heartbeats: %+v", g)
		}
		w.works(t)
	})
}

func TestG06CutEachSecond(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.listen(t, newTalk())
		w.EveryConnection(discordtest.CutAfter(time.Second))
		w.CutGateway()
		time.Sleep(time.Hour)
		if g := w.Gateway(); g.Identifies > 30 || g.Connections < 20 {
			t.Errorf("an hour of cuts: %+v", g)
		}
		w.EveryConnection(nil)
		time.Sleep(5 * time.Minute)
		w.works(t)
	})
}

// TestG07HeartbeatAskedWhileClosing would end the process if the session closed while it reads.
func TestG07HeartbeatAskedWhileClosing(t *testing.T) {
	for range 3 {
		w := start(t, discordtest.Options{})
		stop := w.listen(t, newTalk())
		over := make(chan struct{})
		var asking sync.WaitGroup
		asking.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					w.AskHeartbeat()
				}
			}
		})
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		close(over)
		asking.Wait()
	}
}

func TestG06StartsAreRespected(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.Starts(0, 3*time.Hour)
		w.run(t, w.bot, newTalk())
		time.Sleep(2 * time.Hour)
		if g := w.Gateway(); g.Connections != 0 {
			t.Errorf("the gateway was entered: %+v", g)
		}
		w.Starts(1000, 24*time.Hour)
		time.Sleep(2 * time.Hour)
		w.works(t)
	})
}

// TestG10GatewayDown has alerts go out while people cannot be heard for a day.
func TestG10GatewayDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.listen(t, newTalk())
		w.GatewayDown(true)
		for i := range 24 {
			time.Sleep(time.Hour)
			w.send(t, w.outgoing(time.Now().String(), "Alert "+string(rune('a'+i))))
		}
		if n := len(w.Messages(w.channel)); n != 24 {
			t.Errorf("%d alerts", n)
		}
		w.GatewayDown(false)
		time.Sleep(5 * time.Minute)
		w.works(t)
		if g := w.Gateway(); g.Identifies > 2 {
			t.Errorf("a day without a gateway took %d identifies", g.Identifies)
		}
	})
}

func TestG11EventFlood(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		busy, most := 0, 0
		var mu sync.Mutex
		k.answer = func(context.Context, bot.Request) bot.Answer {
			mu.Lock()
			busy++
			most = max(most, busy)
			mu.Unlock()
			time.Sleep(100 * time.Millisecond)
			mu.Lock()
			busy--
			mu.Unlock()
			return bot.Answer{Message: bot.Message{Headline: "All is quiet"}}
		}
		w.listen(t, k)
		for range 5000 {
			w.Dispatch("TYPING_START", map[string]any{"channel_id": w.channel.ID})
			w.RunCommand(discordtest.Person{ID: "7"}, w.channel, "status", nil)
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		if most > 64 || most < 32 {
			t.Errorf("%d people were answered at once", most)
		}
		mu.Unlock()
		w.works(t)
	})
}
