package discord_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/discord/discordtest"
	"github.com/faultlinebot/faultline/intel"
)

var somebody = discordtest.Person{ID: "7"}

func TestCommandsAreRegisteredOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		stop := w.listen(t, k)
		want := []string{"adopt", "feed add", "feed feed", "feed list", "status", "subscribe"}
		if got := w.Commands(); !slices.Equal(got, want) {
			t.Errorf("people can type %q, want %q", got, want)
		}
		for name, want := range map[string]string{"subscribe": "32", "adopt": "0", "status": "", "feed": ""} {
			if got, _ := w.Permissions(name); got != want {
				t.Errorf("%s needs %q, want %q", name, got, want)
			}
		}
		_ = stop()
		time.Sleep(time.Minute)
		stop = w.run(t, w.bot, k)
		time.Sleep(time.Minute)
		if n := w.Registrations(); n != 1 {
			t.Errorf("the same commands were written %d times", n)
		}
		_ = stop()
		k.table[0].Summary = "Something else"
		w.run(t, w.bot, k)
		time.Sleep(time.Minute)
		if n := w.Registrations(); n != 2 {
			t.Errorf("other commands were written %d times", n-1)
		}
	})
}

func TestRegistrationGoesOnTrying(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.Fail(discordtest.Fault{On: "PUT /applications/", Times: 3, Status: 503},
			discordtest.Fault{On: "GET /applications/", Times: 2, Drop: true})
		w.run(t, w.bot, newTalk())
		time.Sleep(5 * time.Minute)
		if n := w.Registrations(); n != 1 {
			t.Errorf("%d registrations", n)
		}
	})
}

func TestCommand(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		w.listen(t, k)
		asked := w.RunCommand(somebody, w.channel, "subscribe", map[string]string{"place": "KZ", "severity": "major"})
		if r := asked.Answer(t); r.Took > time.Second || r.Deferred {
			t.Errorf("it took %v", r.Took)
		}
		w.RunCommand(somebody, w.channel, "feed add", map[string]string{"url": "https://a.example/feed?a=1"}).Answer(t)
		w.RunCommand(somebody, w.channel, "feed feed", nil).Answer(t)
		direct := w.AddChannel("")
		w.RunCommand(somebody, direct, "status", nil).Answer(t)
		all := k.requests()
		r := all[0]
		if r.ID != asked.ID || r.Command != "subscribe" || r.Args["place"] != "KZ" || r.Args["severity"] != "major" ||
			r.From.ID != "7" || r.Where != w.to() || r.Server != intel.Audience("discord/"+w.guild) ||
			time.Since(r.At).Abs() > time.Minute {
			t.Errorf("got %+v", r)
		}
		if all[1].Command != "feed add" || all[1].Args["url"] != "https://a.example/feed?a=1" || all[2].Command != "feed" {
			t.Errorf("got %+v", all[1:])
		}
		if r := all[3]; !r.Private() || r.Where.Chat != direct.ID {
			t.Errorf("got %+v", r)
		}
	})
}

func TestAutocomplete(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		w.listen(t, newTalk())
		r := w.Autocomplete(somebody, w.channel, "subscribe", "place", "Kaz").Answer(t)
		if len(r.Choices) != 2 || r.Choices[0] != (discordtest.Choice{Name: "Kazakhstan place", Value: "KZ"}) {
			t.Errorf("got %+v", r.Choices)
		}
		r = w.Autocomplete(somebody, w.channel, "subscribe", "place", "").Answer(t)
		if r.Choices == nil || len(r.Choices) != 0 { // the server refuses an answer without a list
			t.Errorf("got %+v", r.Choices)
		}
	})
}

// TestX17PermissionsAreAskedEachTime has people use what the menu does not show them.
func TestX17PermissionsAreAskedEachTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		k.answer = func(ctx context.Context, r bot.Request) bot.Answer {
			admin, err := r.From.Admin(ctx)
			if err != nil || !admin {
				return bot.Answer{Message: bot.Message{Headline: "no"}, Private: true}
			}
			return bot.Answer{Message: bot.Message{Headline: "yes"}}
		}
		w.listen(t, k)
		o := w.outgoing("k", "Card")
		o.Message.Buttons = []bot.Button{{Label: "Why me", Command: "why", Argument: "i1"}}
		card, _ := w.Message(w.send(t, o))
		for permissions, want := range map[int64]string{
			0: "no", 1 << 4: "no", 1 << 13: "no", discordtest.ManageGuild: "yes", discordtest.Administrator: "yes",
		} {
			p := discordtest.Person{ID: "7", Permissions: permissions}
			for _, asked := range []*discordtest.Interaction{
				w.RunCommand(p, w.channel, "adopt", nil), w.Click(p, card, "Why me"),
			} {
				m := asked.Answer(t).Message
				if got := m.Embeds[0].Title; got != want || m.Ephemeral() != (want == "no") {
					t.Errorf("permissions %b: got %q, ephemeral %v", permissions, got, m.Ephemeral())
				}
			}
		}
	})
}

func TestX19Buttons(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		w.listen(t, k)
		o := w.outgoing("k", "Card")
		o.Message.Buttons = []bot.Button{
			{Label: "Why me", Command: "why", Argument: "i1"},
			{Label: strings.Repeat("long", 30), Command: "status"},
			{Label: "too long", Command: "why", Argument: strings.Repeat("x", 64)},
			{Label: "again", Command: "status"},
		}
		for i := range 6 {
			o.Message.Buttons = append(o.Message.Buttons, bot.Button{Label: "more", Command: "status", Argument: string(rune('a' + i))})
		}
		card, _ := w.Message(w.send(t, o))
		if len(card.Buttons) != 8 {
			t.Errorf("%d buttons", len(card.Buttons))
		}
		w.Click(somebody, card, "Why me").Answer(t)
		if r := k.requests()[0]; r.Command != "why" || r.Args["incident"] != "i1" || r.Where != w.to() {
			t.Errorf("got %+v", r)
		}
		good := card.Buttons[0].CustomID
		elsewhere := card
		elsewhere.Channel = w.AddChannel(w.guild).ID
		for name, asked := range map[string]*discordtest.Interaction{
			"forged":    w.Press(somebody, card, "AAAAAAAAAAAa:adopt:x"),
			"changed":   w.Press(somebody, card, good[:len(good)-1]+"2"),
			"elsewhere": w.Press(somebody, elsewhere, good),
			"empty":     w.Press(somebody, card, ""),
		} {
			if m := asked.Answer(t).Message; !m.Ephemeral() {
				t.Errorf("%s: got %s", name, m.Text())
			}
		}
		if n := len(k.requests()); n != 1 {
			t.Errorf("%d presses were taken", n)
		}
		// What only one person sees is for that person only.
		k.answer = func(context.Context, bot.Request) bot.Answer {
			return bot.Answer{Private: true, Message: bot.Message{Headline: "Sure?", Buttons: []bot.Button{{Label: "Yes", Command: "status"}}}}
		}
		sure := w.RunCommand(somebody, w.channel, "status", nil).Answer(t).Message
		w.Click(somebody, sure, "Yes").Answer(t)
		before := len(k.requests())
		w.Click(discordtest.Person{ID: "8"}, sure, "Yes").Answer(t)
		if len(k.requests()) != before {
			t.Error("another person pressed it")
		}
	})
}

func TestSlowAnswersArePromised(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		w.listen(t, k)
		for _, c := range []struct {
			command string
			secret  bool // this answer is; the command's are where it is Private
		}{{"status", false}, {"subscribe", true}, {"status", true}} {
			k.answer = func(context.Context, bot.Request) bot.Answer {
				time.Sleep(20 * time.Second)
				return bot.Answer{Message: bot.Message{Headline: "At last"}, Private: c.secret}
			}
			var options map[string]string
			if c.command == "subscribe" {
				options = map[string]string{"place": "KZ"}
			}
			r := w.RunCommand(somebody, w.channel, c.command, options).Answer(t)
			if r.Took > 2*time.Second || !strings.Contains(r.Message.Text(), "At last") || r.Message.Ephemeral() != c.secret {
				t.Errorf("%+v: first word after %v, ephemeral %v: %s", c, r.Took, r.Message.Ephemeral(), r.Message.Text())
			}
		}
	})
}

func TestG08TwiceLateAndLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		w.listen(t, k)
		asked := w.RunCommand(somebody, w.channel, "status", nil)
		asked.Again("status")
		asked.Answer(t)
		asked.Again("status")
		time.Sleep(time.Second)
		if n := len(k.requests()); n != 1 {
			t.Errorf("a request that came twice was done %d times", n)
		}
		for _, by := range []time.Duration{4 * time.Second, time.Minute, 20 * time.Minute} {
			w.Late(somebody, w.channel, "status", by)
			time.Sleep(5 * time.Second)
		}
		if n := len(k.requests()); n != 1 {
			t.Error("a request was done whose answer nobody would see")
		}
		// Late by the clocks only: Discord still waits.
		late := w.Late(somebody, w.channel, "status", 2500*time.Millisecond)
		if r := late.Answer(t); !r.Deferred || len(k.requests()) != 2 {
			t.Errorf("got %+v", r)
		}
		// Another process was quicker.
		w.Fail(discordtest.Fault{On: "POST /interactions/", Status: 400, Code: 40060})
		w.RunCommand(somebody, w.channel, "status", nil)
		time.Sleep(time.Minute)
		if log := w.log.String(); strings.Contains(log, "\"WARN\"") || strings.Contains(log, "\"ERROR\"") {
			t.Errorf("it was shouted about:\n%s", log)
		}
		// The word was heard, its answer was not.
		w.Fail(discordtest.Fault{On: "POST /interactions/", Applied: true, Drop: true})
		w.RunCommand(somebody, w.channel, "status", nil).Answer(t)
		w.Fail(discordtest.Fault{On: "POST /interactions/", Status: 503})
		w.RunCommand(somebody, w.channel, "status", nil).Answer(t)
	})
}

func TestAnswerSurvivesTroubleAndBadForm(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		w.listen(t, k)
		w.Fail(discordtest.Fault{On: "POST /interactions/", Status: 400, Code: 50035})
		if m := w.RunCommand(somebody, w.channel, "status", nil).Answer(t).Message; !strings.Contains(m.Content, "All is quiet") {
			t.Errorf("got %+v", m)
		}
		k.answer = func(context.Context, bot.Request) bot.Answer {
			time.Sleep(5 * time.Second)
			return bot.Answer{Message: bot.Message{Headline: "At last"}}
		}
		w.Fail(discordtest.Fault{On: "PATCH /webhooks/", Status: 502}, discordtest.Fault{On: "PATCH /webhooks/", Status: 429, After: 3 * time.Second, Scope: "shared"})
		if m := w.RunCommand(somebody, w.channel, "status", nil).Answer(t).Message; !strings.Contains(m.Text(), "At last") {
			t.Errorf("got %+v", m)
		}
		w.send(t, w.outgoing("k", "what was met there holds nobody here"))
	})
}

// TestX15NoSecretsInErrors has every kind of request fail in every way. That neither errors nor the log hold a token is
// checked by want, temporary and the end of each test.
func TestX15NoSecretsInErrors(t *testing.T) {
	for name, fault := range map[string]discordtest.Fault{
		"dropped": {Drop: true}, "cut": {Applied: true, Cut: true}, "page": {Status: 502, Body: "<html>"}, "refused": {Status: 400},
		"banned": discordtest.Cloudflare(http.StatusForbidden),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := start(t, discordtest.Options{Memory: true})
				k := newTalk()
				w.listen(t, k)
				fault.Times = -1
				fault.On = "POST /interactions/"
				w.Fail(fault)
				w.RunCommand(somebody, w.channel, "status", nil)
				time.Sleep(time.Minute)
				w.Heal()
				fault.On = "PATCH /webhooks/"
				w.Fail(fault)
				k.answer = func(context.Context, bot.Request) bot.Answer {
					time.Sleep(5 * time.Second)
					return bot.Answer{Message: bot.Message{Headline: "At last"}}
				}
				w.RunCommand(somebody, w.channel, "status", nil)
				time.Sleep(time.Hour)
				w.Heal()
				fault.On = ""
				w.Fail(fault)
				_, err := w.bot.Send(t.Context(), w.outgoing("k", "A"))
				if err == nil || strings.Contains(err.Error(), "secret-of") {
					t.Errorf("got %v", err)
				}
				fault.On = "GET /"
				w.Fail(fault)
				w.Invalidate(false)
				time.Sleep(time.Hour)
				if n := strings.Count(w.log.String(), "somebody was not answered"); n == 0 {
					t.Errorf("nothing went wrong:\n%s", w.log)
				}
			})
		})
	}
}

func TestG09PanicsAreAnswered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		k.answer = func(context.Context, bot.Request) bot.Answer { panic("poison") }
		w.listen(t, k)
		if m := w.RunCommand(somebody, w.channel, "status", nil).Answer(t).Message; !m.Ephemeral() {
			t.Errorf("got %s", m.Text())
		}
		k.answer = nil
		w.works(t)
	})
}

func TestD16D17ChatsComeAndGo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		k := newTalk()
		k.fail = 3
		w.listen(t, k)
		doomed := w.AddChannel(w.guild)
		w.DeleteChannel(doomed)
		time.Sleep(time.Minute)
		if got := k.heard(); !slices.Equal(got, []string{"closed " + doomed.ID}) {
			t.Errorf("got %q", got)
		}
		o := w.outgoing("k", "A")
		o.To.Chat = doomed.ID
		_, err := w.bot.Send(t.Context(), o)
		want[*bot.UnreachableError](t, err)

		w.Outage(w.guild)
		w.Rejoin(w.guild) // as after an outage
		time.Sleep(time.Minute)
		if got := k.heard(); len(got) != 1 {
			t.Errorf("an outage was taken for something else: %q", got)
		}
		w.Remove(w.guild)
		time.Sleep(time.Minute)
		_, err = w.bot.Send(t.Context(), w.outgoing("k", "A"))
		want[*bot.UnreachableError](t, err)
		w.Rejoin(w.guild)
		time.Sleep(time.Minute)
		if got := k.heard(); !slices.Contains(got, "opened "+w.channel.ID) {
			t.Errorf("after the bot was added again: %q", got)
		}

		before := len(k.heard())
		w.Forbid(w.channel, 403, 50013)
		time.Sleep(time.Minute)
		_, err = w.bot.Send(t.Context(), w.outgoing("l", "A"))
		if e := want[*bot.UnreachableError](t, err); !e.Perhaps {
			t.Errorf("got %+v", e)
		}
		w.Forbid(w.channel, 0, 0) // the permission is given back
		time.Sleep(time.Minute)
		if got := k.heard()[before:]; !slices.Equal(got, []string{"opened " + w.channel.ID}) {
			t.Errorf("after the permission was given back: %q", got)
		}
		w.send(t, w.outgoing("l", "A"))
	})
}
