package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
	"github.com/faultlinebot/faultline/intel"
)

// listen runs the bot with a conversation while the test goes on.
func listen(t *testing.T, limits telegramtest.Limits, test func(t *testing.T, r *rig, k *talk)) {
	t.Helper()
	bubble(t, limits, func(t *testing.T, r *rig) {
		k := &talk{}
		stop := r.run(k)
		after(time.Second)
		test(t, r, k)
		if err := stop(); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestCommandsAreAnswered(t *testing.T) {
	listen(t, telegramtest.Usual(), func(t *testing.T, r *rig, k *talk) {
		asked := r.server.Say(r.ann, r.chat, "/incident kz-1")
		after(time.Second)
		group := r.server.Supergroup("Group", r.ann)
		in := r.server.Say(r.ann, group, "/feed_add@Faultline_Bot https://a.example/rss")
		after(time.Second)
		got := k.asked()
		if len(got) != 2 {
			t.Fatalf("%d requests", len(got))
		}
		want := bot.Request{
			ID: number(r.chat.ID) + "/m" + number(asked.ID), At: time.Unix(asked.At.Unix(), 0), Command: "incident",
			Args: map[string]string{"id": "kz-1"}, Where: to(r.chat),
		}
		if got[0].From.ID != number(r.ann.ID) || !got[0].Private() {
			t.Errorf("from %s, private %t", got[0].From.ID, got[0].Private())
		}
		got[0].From = bot.Person{}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got[1].Command != "feed add" || got[1].Server != intel.Audience("telegram/"+number(group.ID)) ||
			got[1].Args["url"] != "https://a.example/rss" {
			t.Errorf("got %+v", got[1])
		}
		answers := append(r.server.Messages(r.chat), r.server.Messages(group)...)
		if len(answers) != 2 || answers[0].ReplyTo != 0 || answers[1].ReplyTo != in.ID {
			t.Errorf("answers %+v", answers)
		}
		after(time.Minute)
		if n := r.server.Unconfirmed(); n != 0 {
			t.Errorf("%d updates are not confirmed", n)
		}
	})
}

func TestWhatIsNoCommandForUsIsLeftAlone(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		group := r.server.Supergroup("Group", r.ann)
		channel := r.server.Channel("Channel", r.ann)
		for _, said := range []telegramtest.Said{
			{Text: "hello"},
			{Text: "/help@other_bot"},
			{Text: "/roll 6"},
			{Text: "/help", Edited: true},
			{Text: "/help", Forwarded: true},
			{Text: "/help", Automatic: true, As: &channel},
			{Text: ""},
		} {
			r.server.Write(r.ann, group, said)
		}
		r.server.Write(r.ann, channel, telegramtest.Said{Text: "/help", Edited: true})
		after(time.Minute)
		if got := k.asked(); len(got) != 0 {
			t.Errorf("handed on: %+v", got)
		}
		// Alone with the bot, nobody else can be meant.
		r.server.Say(r.ann, r.chat, "/roll 6")
		r.server.Say(r.ann, group, "/roll@faultline_bot 6")
		after(time.Minute)
		if got := k.asked(); len(got) != 2 || got[0].Command != "roll" {
			t.Errorf("handed on: %+v", got)
		}
	})
}

func TestStartTakesNoArgumentsOfLinks(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		r.server.Say(r.ann, r.chat, "/start <b>payload")
		after(time.Second)
		if got := k.asked(); len(got) != 1 || got[0].Command != "start" || len(got[0].Args) > 0 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestT03ChatsCloseAndOpen(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		group := r.server.Group("Group", r.ann)
		k.mu.Lock()
		k.fail = errors.New("the store is away")
		k.mu.Unlock()
		r.server.Block(r.ann)
		after(20 * time.Second)
		if n := r.server.Unconfirmed(); n == 0 {
			t.Error("an event was confirmed that was not kept")
		}
		k.mu.Lock()
		k.fail = nil
		k.mu.Unlock()
		after(time.Minute)
		r.server.Unblock(r.ann)
		r.server.Kick(group, r.ann)
		after(time.Minute)
		r.server.Join(group, r.ann)
		r.server.Leave(group, r.ann)
		r.server.Push(`{"my_chat_member":{"chat":{"id":-9,"type":"supergroup"},"from":{"id":1},"date":1,
			"new_chat_member":{"status":"restricted","can_send_messages":false}}}`)
		after(time.Minute)
		me, g := number(r.chat.ID), number(group.ID)
		want := []string{
			"closed telegram " + me + " bot was blocked by the user", "opened telegram " + me,
			"closed telegram " + g + " bot was kicked from the group chat", "opened telegram " + g,
			"closed telegram " + g + " bot is not a member of the group chat",
			"closed telegram -9 bot has no right to write in the supergroup",
		}
		got := k.happened()
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestT04MovedByServiceMessage(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		group := r.server.Group("Group", r.ann)
		hold := make(chan struct{})
		k.mu.Lock()
		k.reply = func(context.Context, bot.Request) bot.Answer {
			<-hold
			m := text("Late answer")
			m.Buttons = []bot.Button{{Label: "More", Command: "help"}}
			return bot.Answer{Message: m}
		}
		k.mu.Unlock()
		r.server.Say(r.ann, group, "/help")
		after(time.Second)
		now := r.server.Migrate(group)
		close(hold)
		after(time.Minute)
		if got, want := k.happened(), []string{"moved telegram " + number(group.ID) + " " + number(now.ID)}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := r.said(now); !slices.Equal(got, []string{"Late answer"}) {
			t.Errorf("in the new chat stands %v", got)
		}
		r.server.Press(r.ann, r.server.Messages(now)[0], "More")
		after(time.Minute)
		if len(k.asked()) != 2 {
			t.Error("its button is not good there")
		}
	})
}

func TestT09TokenUsedElsewhere(t *testing.T) {
	t.Run("another poller", func(t *testing.T) {
		listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
			other := &talk{}
			stop := r.runBot(r.another(), other)
			after(2 * time.Minute)
			if n := strings.Count(r.log.String(), "another process asks for its updates"); n == 0 || n > 8 {
				t.Errorf("the log says it %d times", n)
			}
			_ = stop()
			after(2 * time.Minute)
			r.server.Say(r.ann, r.chat, "/help")
			after(time.Minute)
			if len(k.asked()) != 1 {
				t.Error("the one that is left does not hear")
			}
			if !strings.Contains(r.log.String(), "telegram is reached again") {
				t.Error("the log does not say that it is over")
			}
		})
	})
	t.Run("a webhook", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.server.SetWebhook()
			stop := r.run(&talk{})
			after(10 * time.Minute)
			if n := strings.Count(r.log.String(), "go to a webhook"); n != 1 {
				t.Errorf("the log says it %d times", n)
			}
			if len(r.server.Calls("deleteWebhook")) > 0 {
				t.Error("the updates were taken away from somebody")
			}
			if n := len(r.server.Calls("getUpdates")); n > 40 {
				t.Errorf("asked %d times", n)
			}
			_ = stop()
		})
	})
}

func TestT12UpdatesThatCannotBeRead(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		for _, update := range []string{
			`{"message":{"message_id":"seven","chat":{"id":5}}}`, `{"message":[]}`, `{"message":null}`,
			`{"callback_query":{"id":"1","from":{"id":5},"chat_instance":"1","data":"x"}}`,
			`{"future_kind":{"chat":{"id":5}}}`, `{"channel_post":{"message_id":1,"chat":{},"text":"/help"}}`,
			`{"callback_query":{"id":"2","from":{"id":5},"message":{"chat":{"id":5,"type":"private"},"message_id":1,"date":0}}}`, `{}`,
		} {
			r.server.Push(update)
		}
		r.server.Say(r.ann, r.chat, "/help")
		after(2 * time.Minute)
		if n := len(r.said(r.chat)); n != 1 {
			t.Errorf("%d answers to what came after", n)
		}
		if n := r.server.Unconfirmed(); n != 0 {
			t.Errorf("%d are not confirmed", n)
		}
		log := r.log.String()
		if n := strings.Count(log, "an update that cannot be read, of the kind message"); n != 2 {
			t.Errorf("the log names %d:\n%s", n, log)
		}
		if strings.Contains(log, "seven") {
			t.Error("what is in it is in the log")
		}
	})
}

func TestT13NothingIsLostInACrash(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		first := &talk{reply: func(ctx context.Context, _ bot.Request) bot.Answer {
			<-ctx.Done() // it dies before it answers
			return bot.Answer{Message: text("Dying")}
		}}
		stop := r.run(first)
		after(time.Second)
		bob := r.server.NewUser("Bob")
		r.server.Private(bob)
		r.server.Say(r.ann, r.chat, "/help")
		after(time.Second)
		// The process dies: nothing of it reaches Telegram any more.
		r.server.Fail("getUpdates", -1, telegramtest.Fault{Cut: true})
		r.server.Fail("sendMessage", -1, telegramtest.Fault{Cut: true})
		_ = stop()
		r.server.Recover()
		second := &talk{}
		stop = r.runBot(r.another(), second)
		after(10 * time.Second)
		if a, b := first.asked(), second.asked(); len(a) != 1 || len(b) != 1 || a[0].ID != b[0].ID {
			t.Fatalf("first %v, then %v", a, b)
		}
		if got := r.said(r.chat); !slices.Equal(got, []string{"Answer to help"}) {
			t.Errorf("shown: %v", got)
		}
		_ = stop()
		// After an orderly end nothing comes again.
		r.server.Say(r.ann, r.chat, "/help")
		third := &talk{}
		stop = r.runBot(r.another(), third)
		synctest.Wait()
		time.Sleep(time.Second / 2)
		_ = stop()
		fourth := &talk{}
		stop = r.runBot(r.another(), fourth)
		after(time.Minute)
		if len(third.asked()) != 1 || len(fourth.asked()) != 0 {
			t.Errorf("asked %d, then %d", len(third.asked()), len(fourth.asked()))
		}
		_ = stop()
	})
}

func TestT14StoppingIsSafe(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		k := &talk{}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.bot.Run(ctx, k) }()
		after(time.Second)
		start := time.Now()
		cancel()
		cancel()
		if err := <-ended; err != nil || time.Since(start) > time.Second {
			t.Errorf("Run returned %v after %v", err, time.Since(start))
		}
		if err := r.bot.Run(ctx, k); err != nil {
			t.Errorf("a run that is over before it begins returned %v", err)
		}
		// A conversation that does not come to its end does not keep the process from its own.
		release := make(chan struct{})
		stuck := &talk{reply: func(context.Context, bot.Request) bot.Answer { <-release; return bot.Answer{} }}
		stop := r.run(stuck)
		r.server.Say(r.ann, r.chat, "/help")
		r.server.Say(r.ann, r.chat, "/help")
		after(time.Second)
		start = time.Now()
		if err := stop(); err != nil || time.Since(start) > 10*time.Second {
			t.Errorf("Run returned %v after %v", err, time.Since(start))
		}
		if n := r.server.Unconfirmed(); n != 2 {
			t.Errorf("%d are not confirmed", n)
		}
		close(release)
	})
}

func TestTelegramMayBeDownAtTheStart(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		for _, method := range []string{"getMe", "getMyCommands", "setMyCommands", "getUpdates"} {
			r.server.Fail(method, 5, telegramtest.BadGateway)
		}
		r.server.Fail("getUpdates", 1, telegramtest.TooMany(100))
		k := &talk{}
		stop := r.run(k)
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("Sent before it is connected")})
		after(10 * time.Minute)
		r.server.Say(r.ann, r.chat, "/help")
		after(time.Minute)
		if got := r.said(r.chat); len(got) != 2 {
			t.Errorf("shown: %v", got)
		}
		if got := r.server.Menu("default"); len(got) == 0 {
			t.Error("there is no menu")
		}
		if n := len(r.server.Calls("getMe")); n != 6 {
			t.Errorf("asked who it is %d times", n)
		}
		_ = stop()
	})
}

func TestAnOutageIsNotHammered(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		before := len(r.server.Calls("getUpdates"))
		r.server.Fail("getUpdates", -1, telegramtest.BadGateway)
		after(time.Hour)
		if n := len(r.server.Calls("getUpdates")) - before; n < 70 || n > 150 {
			t.Errorf("asked %d times in an hour", n)
		}
		if n := strings.Count(r.log.String(), "cannot be reached"); n != 1 {
			t.Errorf("the log says it %d times", n)
		}
		r.server.Recover()
		after(time.Minute)
		r.server.Say(r.ann, r.chat, "/help")
		after(time.Second)
		if len(k.asked()) != 1 {
			t.Error("it does not hear any more")
		}
	})
}

func TestMenus(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		after(time.Second)
		for scope, want := range map[string][]string{
			"default":                 {"help", "incident"},
			"all_private_chats":       {"help", "incident", "subscribe", "feed_add"},
			"all_chat_administrators": {"help", "incident", "subscribe", "feed_add"},
		} {
			if got := r.server.Menu(scope); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", scope, got, want)
			}
		}
		stop := r.runBot(r.another(), k)
		after(time.Second)
		if n := len(r.server.Calls("setMyCommands")); n != 3 {
			t.Errorf("the menus were set %d times", n)
		}
		_ = stop()
	})
}

func TestX18WhoIsAdmin(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		group := r.server.Supergroup("Group", r.ann)
		channel := r.server.Channel("Channel", r.ann)
		bob := r.server.NewUser("Bob")
		r.server.Admit(group, bob)
		last := func() bot.Request {
			after(10 * time.Second)
			all := k.asked()
			if len(all) == 0 {
				t.Fatal("nothing was handed on")
			}
			return all[len(all)-1]
		}
		expect := func(who string, want bool) {
			t.Helper()
			q := last()
			if got := admin(t, q); got != want {
				t.Errorf("%s: admin %t, want %t", who, got, want)
			}
			if !want && q.From.ID == number(r.ann.ID) {
				t.Errorf("%s passes for %s", who, q.From.ID)
			}
		}
		r.server.Say(r.ann, group, "/help")
		expect("the owner", true)
		r.server.Say(bob, group, "/help")
		expect("a member", false)
		calls := len(r.server.Calls("getChatMember"))
		r.server.Say(bob, group, "/help")
		expect("a member again", false)
		if n := len(r.server.Calls("getChatMember")); n != calls {
			t.Error("Telegram was asked twice within ten seconds")
		}
		r.server.Promote(group, bob)
		time.Sleep(time.Minute)
		r.server.Say(bob, group, "/help")
		expect("a member that was made an admin a minute ago", true)
		r.server.Demote(group, bob)
		time.Sleep(time.Minute)
		r.server.Say(bob, group, "/help")
		expect("an admin no more, for a minute", false)
		r.server.Write(bob, group, telegramtest.Said{Text: "/help", Anonymous: true})
		expect("an anonymous admin", true)
		if id := last().From.ID; id != number(group.ID) {
			t.Errorf("an anonymous admin is %s", id)
		}
		r.server.Write(bob, group, telegramtest.Said{Text: "/help", As: &channel})
		expect("somebody in a channel's name", false)
		r.server.Say(r.ann, channel, "/help")
		expect("a channel's own post", true)
		r.server.Say(bob, r.server.Private(bob), "/help")
		expect("somebody alone with the bot", true)
		// No answer is no yes.
		time.Sleep(time.Minute)
		r.server.Fail("getChatMember", 1, telegramtest.BadGateway)
		r.server.Say(r.ann, group, "/help")
		if yes, err := last().From.Admin(t.Context()); yes || err == nil {
			t.Errorf("without an answer: %t, %v", yes, err)
		}
	})
}

func TestT11AnswersStayInTheirTopic(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		forum := r.server.Forum("Forum", r.ann)
		topic := r.server.Topic(forum)
		r.server.Write(r.ann, forum, telegramtest.Said{Text: "/help", Thread: topic})
		r.server.Say(r.ann, forum, "/help") // in General
		after(10 * time.Second)
		got := r.server.Messages(forum)
		if len(got) != 2 || got[0].Thread != topic || got[1].Thread != 0 {
			t.Errorf("got %+v", got)
		}
		if q := k.asked(); q[0].Where.Thread != number(topic) || q[1].Where.Thread != "" {
			t.Errorf("asked in %q and %q", q[0].Where.Thread, q[1].Where.Thread)
		}
	})
}

func TestButtons(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		m := text("Card")
		m.Buttons = []bot.Button{
			{Label: "Details", Command: "incident", Argument: "kz-1"},
			{Label: "Too much to seal", Command: "incident", Argument: strings.Repeat("x", 60)},
		}
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: m})
		card := r.server.Messages(r.chat)[0]
		if len(card.Buttons) != 1 {
			t.Fatalf("buttons %v", card.Buttons)
		}
		id := r.server.Press(r.ann, card, "Details")
		after(time.Second)
		got := k.asked()
		if len(got) != 1 || got[0].Command != "incident" || got[0].Args["id"] != "kz-1" || got[0].From.ID != number(r.ann.ID) {
			t.Fatalf("got %+v", got)
		}
		if q := r.server.Pressed(id); !q.Answered || q.Notice != "" {
			t.Errorf("the press came to %+v", q)
		}
		if answers := r.server.Messages(r.chat); len(answers) != 2 || answers[1].ReplyTo != card.ID {
			t.Errorf("answers %+v", answers)
		}
		// What is short and for the presser alone is shown to nobody else.
		k.mu.Lock()
		k.reply = func(context.Context, bot.Request) bot.Answer {
			return bot.Answer{Message: text("Muted."), Private: true}
		}
		k.mu.Unlock()
		id = r.server.Press(r.ann, card, "Details")
		after(time.Second)
		if q := r.server.Pressed(id); q.Notice != "Muted." || !q.Alert || len(r.server.Messages(r.chat)) != 2 {
			t.Errorf("the press came to %+v", q)
		}
		// What takes long lets the button go before.
		k.mu.Lock()
		k.reply = func(context.Context, bot.Request) bot.Answer {
			time.Sleep(30 * time.Second)
			return bot.Answer{Message: text("At last."), Private: true}
		}
		k.mu.Unlock()
		id = r.server.Press(r.ann, card, "Details")
		after(5 * time.Second)
		if q := r.server.Pressed(id); !q.Answered {
			t.Error("the button is still at work")
		}
		after(time.Minute)
		if got := r.said(r.chat); got[len(got)-1] != "At last." {
			t.Errorf("got %v", got)
		}
	})
}

func TestX19ForgedButtons(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		bob := r.server.NewUser("Bob")
		group, other := r.server.Supergroup("Group", r.ann), r.server.Supergroup("Other", r.ann)
		r.server.Admit(group, bob)
		k.mu.Lock()
		k.reply = func(_ context.Context, q bot.Request) bot.Answer {
			m := text("Choose")
			m.Buttons = []bot.Button{{Label: "Yes", Command: "subscribe"}}
			return bot.Answer{Message: m, Private: q.Command == "subscribe"}
		}
		k.mu.Unlock()
		r.server.Say(r.ann, group, "/subscribe")
		after(10 * time.Second)
		mine := r.server.Messages(group)[0]
		data := mine.Buttons[0].Data
		r.mustSend(bot.Outgoing{To: to(other), Message: text("Elsewhere")})
		elsewhere := r.server.Messages(other)[0]
		before := len(k.asked())
		for name, press := range map[string]func() string{
			"another person":  func() string { return r.server.Press(bob, mine, "Yes") },
			"another chat":    func() string { return r.server.PressData(r.ann, elsewhere, data) },
			"another command": func() string { return r.server.PressData(r.ann, mine, strings.Replace(data, "subscribe", "status", 1)) },
			"made up":         func() string { return r.server.PressData(r.ann, mine, "subscribe") },
			"nothing":         func() string { return r.server.PressData(r.ann, mine, "") },
			"bytes":           func() string { return r.server.PressData(r.ann, mine, strings.Repeat("\x00", 64)) },
		} {
			id := press()
			after(5 * time.Second)
			if q := r.server.Pressed(id); !strings.Contains(q.Notice, "not for you") || !q.Alert {
				t.Errorf("%s: the press came to %+v", name, q)
			}
		}
		if n := len(k.asked()); n != before {
			t.Fatalf("%d forged presses were handed on", n-before)
		}
		r.server.Press(r.ann, mine, "Yes")
		after(5 * time.Second)
		if n := len(k.asked()); n != before+1 {
			t.Error("the asker's own press was not handed on")
		}
		time.Sleep(25 * time.Hour)
		id := r.server.Press(r.ann, mine, "Yes")
		after(5 * time.Second)
		if q := r.server.Pressed(id); !strings.Contains(q.Notice, "no longer good") || len(k.asked()) != before+1 {
			t.Errorf("a stale press came to %+v", q)
		}
	})
}

func TestOneSlowChatDoesNotKeepOthersWaiting(t *testing.T) {
	listen(t, telegramtest.Usual(), func(t *testing.T, r *rig, k *talk) {
		group := r.server.Supergroup("Loud", r.ann)
		for range 150 { // its answers take minutes
			r.server.Say(r.ann, group, "/help")
		}
		after(2 * time.Second)
		for n := range 100 {
			u := r.server.NewUser(fmt.Sprint("U", n))
			chat := r.server.Private(u)
			r.server.Say(u, chat, "/help")
			time.Sleep(time.Second)
			if got := r.said(chat); len(got) != 1 {
				t.Fatalf("number %d has had %d answers within a second", n, len(got))
			}
		}
		if got := len(r.said(group)); got < 20 || got > 60 {
			t.Errorf("the loud group has had %d answers", got)
		}
	})
}

func TestAnswersAreTriedAgain(t *testing.T) {
	for name, f := range map[string]telegramtest.Fault{
		"page": telegramtest.BadGateway, "429": telegramtest.TooMany(7), "cut": {Cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
				r.server.Fail("sendMessage", 2, f)
				r.server.Say(r.ann, r.chat, "/help")
				after(time.Minute)
				if got := r.said(r.chat); len(got) != 1 || len(k.asked()) != 1 {
					t.Errorf("answers %v, asked %d times", got, len(k.asked()))
				}
			})
		})
	}
	t.Run("but not for ever", func(t *testing.T) {
		listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, _ *talk) {
			r.server.Fail("sendMessage", -1, telegramtest.BadGateway)
			r.server.Say(r.ann, r.chat, "/help")
			after(10 * time.Minute)
			if n := len(r.server.Calls("sendMessage")); n != 4 {
				t.Errorf("tried %d times", n)
			}
			if r.server.Unconfirmed() != 0 {
				t.Error("it is not confirmed")
			}
		})
	})
	t.Run("nor where nobody hears", func(t *testing.T) {
		listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, _ *talk) {
			r.server.Fail("sendMessage", -1, telegramtest.Blocked)
			r.server.Say(r.ann, r.chat, "/help")
			after(10 * time.Minute)
			if n := len(r.server.Calls("sendMessage")); n != 1 {
				t.Errorf("tried %d times", n)
			}
		})
	})
}

func TestPanicsStopNobody(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		k.mu.Lock()
		k.reply = func(_ context.Context, q bot.Request) bot.Answer {
			if q.Command == "incident" {
				panic("a bug")
			}
			return bot.Answer{Message: text("Fine")}
		}
		k.mu.Unlock()
		r.server.Say(r.ann, r.chat, "/incident")
		r.server.Say(r.ann, r.chat, "/help")
		after(10 * time.Second)
		if got := r.said(r.chat); len(got) != 2 || !strings.HasPrefix(got[0], "Something went wrong") || got[1] != "Fine" {
			t.Errorf("got %v", got)
		}
	})
}

// A button may be for less than its answer: for the asker, and for some minutes.
func TestX19ButtonsHoldForWhatTheySay(t *testing.T) {
	listen(t, telegramtest.Limits{}, func(t *testing.T, r *rig, k *talk) {
		bob := r.server.NewUser("Bob")
		group := r.server.Supergroup("Group", r.ann)
		r.server.Admit(group, bob)
		k.mu.Lock()
		k.reply = func(context.Context, bot.Request) bot.Answer {
			m := text("Sure?")
			m.Buttons = []bot.Button{{Label: "Yes", Command: "status", Own: true, Good: time.Minute}}
			return bot.Answer{Message: m}
		}
		k.mu.Unlock()
		r.server.Say(r.ann, group, "/status")
		after(5 * time.Second)
		mine, before := r.server.Messages(group)[0], len(k.asked())
		r.server.Press(bob, mine, "Yes")
		after(5 * time.Second)
		if len(k.asked()) != before {
			t.Error("somebody else's press was handed on")
		}
		r.server.Press(r.ann, mine, "Yes")
		after(5 * time.Second)
		if len(k.asked()) != before+1 {
			t.Error("the asker's press was not handed on")
		}
		after(time.Minute)
		r.server.Press(r.ann, mine, "Yes")
		after(5 * time.Second)
		if len(k.asked()) != before+1 {
			t.Error("a press after the button's time was handed on")
		}
	})
}
