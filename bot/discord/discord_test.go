package discord_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/discord"
	"github.com/faultlinebot/faultline/bot/discord/discordtest"
	"github.com/faultlinebot/faultline/intel"
)

// spec is Discord's own document, where FAULTLINE_DATA names the folder it lies in.
var spec = sync.OnceValues(func() (*discordtest.Spec, error) {
	dir := os.Getenv("FAULTLINE_DATA")
	if dir == "" {
		return nil, nil
	}
	return discordtest.LoadSpec(filepath.Join(dir, "specs", "discord-openapi.json"))
})

// world is a Discord with one channel, and the bot on it.
type world struct {
	*discordtest.Server
	bot     *discord.Discord
	log     *safeLog
	guild   string
	channel discordtest.Channel
	virtual bool // the time is
}

// safeLog is a log that may be read while it is written.
type safeLog struct {
	mu sync.Mutex
	bytes.Buffer
}

func (s *safeLog) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.Write(p)
}

func (s *safeLog) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.String()
}

func start(t testing.TB, o discordtest.Options) *world {
	t.Helper()
	s, err := spec()
	if err != nil {
		t.Fatal(err)
	}
	if !o.Memory {
		o.Spec = s
	}
	w := &world{Server: discordtest.Start(t, o), log: new(safeLog), virtual: o.Memory}
	w.guild = w.AddGuild()
	w.channel = w.AddChannel(w.guild)
	w.bot = w.connect(t)
	return w
}

// connect makes a bot on the server; there may be several, as of several processes.
func (w *world) connect(t testing.TB) *discord.Discord {
	t.Helper()
	d, err := discord.New(discord.Options{
		Token: w.Token(), APIURL: w.APIURL(), Version: "1.2.3", Buttons: bot.NewSealer(w.Token()), Dial: w.Dial,
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // whatever happened: no secret stands in the log
		for _, secret := range []string{w.Token(), "secret-of"} {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
	return d
}

// bubble runs the test in a time of its own, years after Discord began to count, with its network in memory.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)))
		test(t)
	})
}

func (w *world) to() intel.Destination {
	return intel.Destination{Platform: discord.Name, Chat: w.channel.ID}
}

func (w *world) outgoing(key, headline string) bot.Outgoing {
	return bot.Outgoing{To: w.to(), Key: key, Message: bot.Message{Severity: intel.Major, Headline: headline}}
}

func (w *world) send(t *testing.T, o bot.Outgoing) string {
	t.Helper()
	receipt, err := w.bot.Send(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

// want checks the class of an error, and that it holds no secret.
func want[E error](t *testing.T, err error) E {
	t.Helper()
	var out E
	if !errors.As(err, &out) {
		t.Fatalf("got %v (%T), want a %T", err, err, out)
	}
	if strings.Contains(err.Error(), "secret-of") {
		t.Errorf("the error holds a secret: %v", err)
	}
	return out
}

// temporary checks that the error is of no class: what was sent may have arrived.
func temporary(t *testing.T, err error) {
	t.Helper()
	var unreachable *bot.UnreachableError
	var limited *bot.RateLimitedError
	var rejected *bot.RejectedError
	var notSent *bot.NotSentError
	switch {
	case err == nil:
		t.Fatal("it succeeded")
	case errors.As(err, &unreachable), errors.As(err, &limited), errors.As(err, &rejected), errors.As(err, &notSent):
		t.Fatalf("got %v (%T), want a temporary error", err, err)
	case strings.Contains(err.Error(), "secret-of"):
		t.Errorf("the error holds a secret: %v", err)
	}
}

func TestD01ChannelLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		for _, c := range []struct {
			name  string
			fault discordtest.Fault
			after time.Duration
		}{
			{"fraction", discordtest.Fault{Status: 429, After: 1337 * time.Millisecond, Scope: "user"}, 1337 * time.Millisecond},
			{"header only", discordtest.Fault{Status: 429, Body: "{\"message\":\"slow\"}", Header: map[string]string{"Retry-After": "7"}}, 7 * time.Second},
			{"D03 shared", discordtest.Fault{Status: 429, After: 2 * time.Second, Scope: "shared"}, 2 * time.Second},
			{"D11 slow mode", discordtest.Fault{Status: 429, Code: 20016, After: 9 * time.Second}, 9 * time.Second},
			{"D11 slow mode without a time", discordtest.Fault{Status: 400, Code: 20016}, 30 * time.Second},
			{"D11 channel writes", discordtest.Fault{Status: 429, Code: 20028, After: 3 * time.Second}, 3 * time.Second},
		} {
			w.Fail(c.fault)
			_, err := w.bot.Send(t.Context(), w.outgoing("a", c.name))
			e := want[*bot.RateLimitedError](t, err)
			if e.After != c.after || e.All {
				t.Errorf("%s: got %v, all %v", c.name, e.After, e.All)
			}
			before := len(w.Requests())
			_, err = w.bot.Send(t.Context(), w.outgoing("a", c.name))
			want[*bot.RateLimitedError](t, err)
			if len(w.Requests()) != before {
				t.Errorf("%s: the channel was asked again at once", c.name)
			}
			other := w.outgoing("b", "other")
			other.To.Chat = w.AddChannel(w.guild).ID
			w.send(t, other)
			time.Sleep(c.after + 10*time.Second)
			w.send(t, w.outgoing("a "+c.name, c.name))
		}
		if n := w.Invalid(); n != 4 { // the shared one is no fault of ours, nor is what is no 429
			t.Errorf("%d invalid requests", n)
		}
	})
}

func TestD02GlobalLimitStopsAll(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.Fail(discordtest.Fault{Status: 429, After: 64570 * time.Millisecond, Scope: "global"})
		_, err := w.bot.Send(t.Context(), w.outgoing("a", "A"))
		if e := want[*bot.RateLimitedError](t, err); !e.All || e.After != 64570*time.Millisecond {
			t.Errorf("got %+v", e)
		}
		before := len(w.Requests())
		for range 20 {
			o := w.outgoing("b", "B")
			o.To.Chat = w.AddChannel(w.guild).ID
			_, err := w.bot.Send(t.Context(), o)
			if e := want[*bot.RateLimitedError](t, err); !e.All || e.After < 60*time.Second {
				t.Errorf("another channel got %+v", e)
			}
		}
		if len(w.Requests()) != before {
			t.Error("requests went on")
		}
		time.Sleep(65 * time.Second)
		w.send(t, w.outgoing("a", "A"))
	})
}

func TestD04ShutOut(t *testing.T) {
	for name, fault := range map[string]discordtest.Fault{
		"429 page":     discordtest.Cloudflare(http.StatusTooManyRequests),
		"403 page":     discordtest.Cloudflare(http.StatusForbidden),
		"wrong client": {Status: 403, Code: 40333},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := start(t, discordtest.Options{Memory: true})
				w.Fail(fault)
				_, err := w.bot.Send(t.Context(), w.outgoing("a", "A"))
				if e := want[*bot.RateLimitedError](t, err); !e.All || e.After < 10*time.Minute {
					t.Errorf("got %+v", e)
				}
				time.Sleep(10 * time.Minute)
				w.send(t, w.outgoing("a", "A"))
			})
		})
	}
}

func TestD05Unwell(t *testing.T) {
	for name, fault := range map[string]discordtest.Fault{
		"500": {Status: 500}, "502 page": {Status: 502, Body: "<html>bad gateway</html>"}, "503": {Status: 503}, "504": {Status: 504},
		"D14 overloaded": {Status: 503, Code: 130000},
		"cut body":       {Applied: true, Cut: true},
		"no JSON":        {Applied: true, Status: 200, Body: "<html>"},
		"502 after":      {Applied: true, Status: 502},
		"D06 dropped":    {Drop: true}, "D06 dropped after": {Applied: true, Drop: true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := start(t, discordtest.Options{Memory: true})
				w.Fail(fault)
				_, err := w.bot.Send(t.Context(), w.outgoing("0123456789abcdef01234567", "Once"))
				temporary(t, err)
				w.send(t, w.outgoing("0123456789abcdef01234567", "Once"))
				if n := len(w.Messages(w.channel)); n != 1 {
					t.Errorf("readers see it %d times", n)
				}
			})
		})
	}
}

func TestD06TimeoutWithNonce(t *testing.T) {
	for _, applied := range []bool{false, true} {
		t.Run(fmt.Sprintf("applied %v", applied), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := start(t, discordtest.Options{Memory: true})
				w.Fail(discordtest.Fault{Applied: applied, Hold: time.Minute})
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				began := time.Now()
				_, err := w.bot.Send(ctx, w.outgoing("k", "Once"))
				temporary(t, err)
				if took := time.Since(began); took > 30*time.Second {
					t.Errorf("it took %v", took)
				}
				w.send(t, w.outgoing("k", "Once"))
				if n := len(w.Messages(w.channel)); n != 1 {
					t.Errorf("readers see it %d times", n)
				}
				time.Sleep(time.Minute) // the held answer comes to nobody
			})
		})
	}
}

// What was sent before nobody knew of it may say something else than what is sent now. Readers see it once, as it is.
func TestD06RepeatShowsWhatIsKnownNow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.Fail(discordtest.Fault{Applied: true, Status: 502})
		_, err := w.bot.Send(t.Context(), w.outgoing("k", "MINOR  Rumour"))
		temporary(t, err)
		time.Sleep(time.Minute)
		receipt := w.send(t, w.outgoing("k", "MAJOR  It is so"))
		all := w.Messages(w.channel)
		if len(all) != 1 || all[0].ID != receipt || !strings.Contains(all[0].Text(), "MAJOR It is so") {
			t.Errorf("readers see\n%s", w.Transcript(w.channel))
		}
		before := len(w.Requests())
		w.send(t, w.outgoing("another", "MINOR  Rumour"))
		if n := len(w.Requests()) - before; n != 1 {
			t.Errorf("a message that is as it was sent took %d requests", n)
		}
	})
}

func TestNotSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		d, err := discord.New(discord.Options{
			Token: w.Token(), APIURL: w.APIURL(), Buttons: bot.NewSealer("x"),
			Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") },
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Send(t.Context(), w.outgoing("k", "A"))
		want[*bot.NotSentError](t, err)
		w.Fail(discordtest.Fault{Status: 404, Body: "404 page not found"})
		_, err = w.bot.Send(t.Context(), w.outgoing("k", "A"))
		want[*bot.NotSentError](t, err)
	})
}

func TestD07Unreachable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		for code, c := range map[int]struct {
			status  int
			perhaps bool
		}{
			50001: {403, true}, 50013: {403, true}, 50007: {403, false}, 10003: {404, false}, 10004: {404, false},
			10015: {404, false}, 40067: {400, false}, 160005: {400, true}, 50008: {400, false}, 0: {403, true},
		} {
			c0 := w.AddChannel(w.guild)
			w.Fail(discordtest.Fault{Channel: c0.ID, Status: c.status, Code: code})
			o := w.outgoing("k", "A")
			o.To.Chat = c0.ID
			_, err := w.bot.Send(t.Context(), o)
			if e := want[*bot.UnreachableError](t, err); e.Perhaps != c.perhaps || e.Reason == "" {
				t.Errorf("code %d: got %+v", code, e)
			}
		}
	})
}

func TestD07BudgetOfInvalidRequests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true, Unlimited: true})
		w.Fail(discordtest.Fault{Times: -1, Status: 403, Code: 50013})
		began := time.Now()
		for time.Since(began) < 30*time.Minute {
			o := w.outgoing("k", "A")
			o.To.Chat = w.AddChannel(w.guild).ID
			_, err := w.bot.Send(t.Context(), o)
			var limited *bot.RateLimitedError
			if errors.As(err, &limited) {
				if !limited.All {
					t.Fatalf("got %+v", limited)
				}
				time.Sleep(limited.After)
			}
		}
		requests := w.Requests()
		most := 0
		for i, j := 0, 0; i < len(requests); i++ {
			for requests[i].At.Sub(requests[j].At) >= 10*time.Minute {
				j++
			}
			most = max(most, i-j+1)
		}
		if most > 5000 || len(requests) < 5000 {
			t.Errorf("%d invalid requests within ten minutes, %d in all", most, len(requests))
		}
	})
}

func TestD08TokenRevoked(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.Fail(discordtest.Fault{Times: 3, Status: 401})
		for range 3 {
			_, err := w.bot.Send(t.Context(), w.outgoing("k", "A"))
			if e := want[*bot.RateLimitedError](t, err); !e.All || e.After < time.Minute {
				t.Errorf("got %+v", e)
			}
			before := len(w.Requests())
			_, err = w.bot.Send(t.Context(), w.outgoing("k", "A"))
			want[*bot.RateLimitedError](t, err)
			if len(w.Requests()) != before {
				t.Error("it was tried again at once")
			}
			time.Sleep(11 * time.Minute)
		}
		if n := strings.Count(w.log.String(), "refuses the bot's token"); n != 1 {
			t.Errorf("it was logged %d times", n)
		}
		w.send(t, w.outgoing("k", "A"))
	})
}

func TestD09BadFormFallsBackToText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.Fail(discordtest.Fault{Status: 400, Code: 50035})
		o := w.outgoing("k", "MAJOR  Shutdown *now*")
		o.Message.Facts = []bot.Fact{{Name: "Since", Value: "today"}}
		o.Message.Links = []bot.Link{{Name: "Radar", URL: "https://radar.example/a"}}
		w.send(t, o)
		m := w.Messages(w.channel)[0]
		if len(m.Embeds) != 0 || !strings.Contains(discordtest.Shown(m.Content), "Shutdown *now*") ||
			!strings.Contains(m.Content, "https://radar.example/a") {
			t.Errorf("readers see %+v", m)
		}
		w.Fail(discordtest.Fault{Times: 2, Status: 400, Code: 50035})
		before := len(w.Requests())
		_, err := w.bot.Send(t.Context(), w.outgoing("l", "B"))
		want[*bot.RejectedError](t, err)
		if n := len(w.Requests()) - before; n != 2 {
			t.Errorf("it was tried %d times", n)
		}
		for _, code := range []int{200000, 240000} { // D12
			w.Fail(discordtest.Fault{Status: 400, Code: code})
			time.Sleep(5 * time.Second)
			before := len(w.Requests())
			_, err := w.bot.Send(t.Context(), w.outgoing("m", "C"))
			want[*bot.RejectedError](t, err)
			if n := len(w.Requests()) - before; n != 1 {
				t.Errorf("code %d was tried %d times", code, n)
			}
		}
	})
}

func TestD10ArchivedThread(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		card := w.send(t, w.outgoing("k", "A"))
		w.Archive(w.channel)
		o := w.outgoing("l", "B")
		o.Edit = card
		if got := w.send(t, o); got != card {
			t.Errorf("the receipt is %s, was %s", got, card)
		}
		w.Archive(w.channel)
		w.Fail(discordtest.Fault{Status: 400, Code: 50083}, discordtest.Fault{On: "PATCH /channels/{channel}", Status: 403, Code: 50013})
		_, err := w.bot.Send(t.Context(), o)
		if e := want[*bot.UnreachableError](t, err); !e.Perhaps {
			t.Errorf("got %+v", e)
		}
	})
}

func TestD13Edits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		card := w.send(t, w.outgoing("k", "A"))
		w.Delete(card)
		o := w.outgoing("l", "B")
		o.Edit = card
		anew := w.send(t, o)
		if anew == card || len(w.Messages(w.channel)) != 1 {
			t.Errorf("a deleted card has the receipt %s", anew)
		}
		o.Edit = anew
		w.Fail(discordtest.Fault{Status: 429, Code: 30046})
		_, err := w.bot.Send(t.Context(), o)
		if e := want[*bot.RateLimitedError](t, err); e.All || e.After < time.Minute {
			t.Errorf("got %+v", e)
		}
		w.send(t, w.outgoing("m", "the channel is not held"))
		time.Sleep(10 * time.Second)
		reply := w.outgoing("n", "C")
		reply.ReplyTo = card // deleted
		w.send(t, reply)
		reply.ReplyTo, reply.Key = anew, "o"
		w.Fail(discordtest.Fault{Status: 403, Code: 160002})
		w.send(t, reply)
		for _, receipt := range []string{"1/../2", "x", "123456789012345678901"} {
			o.Edit = receipt
			_, err := w.bot.Send(t.Context(), o)
			want[*bot.RejectedError](t, err)
		}
		o.To.Chat = "../users/@me"
		_, err = w.bot.Send(t.Context(), o)
		want[*bot.UnreachableError](t, err)
	})
}

func TestSilentAndReply(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		card := w.send(t, w.outgoing("k", "Card"))
		o := w.outgoing("l", "It eases.")
		o.ReplyTo, o.Silent = card, true
		m, _ := w.Message(w.send(t, o))
		if m.ReplyTo != card || !m.Silent() {
			t.Errorf("got %+v", m)
		}
	})
}
