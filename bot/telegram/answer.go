package telegram

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

const (
	// spinner is how long a pressed button may seem to be at work before it is let go; the press is no longer good
	// for an answer of its own after some ten seconds more.
	spinner = 3 * time.Second
	// mostNotice is what fits into the small window over a chat: https://core.telegram.org/bots/api#answercallbackquery.
	mostNotice = 200
	// buttonLife is how long the buttons of an answer are good.
	buttonLife = 24 * time.Hour
	// mostTries is how often an answer is tried of which it is not known whether it arrived.
	mostTries = 4
)

// asked answers a message, if it is a command for us.
func (l *listener) asked(m *message) {
	private := m.Chat.Type == "private"
	if !m.typed() {
		return
	}
	typed, ok := bot.Parse(l.talk.Commands(), l.me.Username, m.Text)
	if !ok || !private && !typed.Named && find(l.talk.Commands(), typed.Command) == nil {
		return // of what is not ours, another bot in the group may make sense
	}
	if typed.Command == "start" {
		typed.Args = nil // what a link put there: nobody typed it
	}
	r := l.request(m, "m"+number(m.ID), typed.Command, typed.Args)
	r.From = l.author(m)
	a := l.work(r)
	d := l.draft(r, a)
	if !private {
		d.replyTo = d.chat + "/" + number(m.ID)
	}
	l.reply(d)
}

// request is what was asked at the place of the message.
func (l *listener) request(m *message, id, command string, args map[string]string) bot.Request {
	at := number(m.Chat.ID)
	r := bot.Request{
		ID: at + "/" + id, At: m.at(), Command: command, Args: args,
		Where: intel.Destination{Platform: Name, Chat: at, Thread: m.thread()},
	}
	if m.Chat.Type != "private" {
		r.Server = server(at)
	}
	return r
}

// author is who wrote the message. Who writes in the chat's own name is one of its admins: nobody else can, neither
// in a group nor in a channel. Who writes in another channel's name is nobody in particular.
func (l *listener) author(m *message) bot.Person {
	switch {
	case m.SenderChat != nil:
		own := m.SenderChat.ID == m.Chat.ID
		return bot.Person{ID: number(m.SenderChat.ID), Admin: func(context.Context) (bool, error) { return own, nil }}
	case m.From != nil:
		return l.person(m.Chat, m.From.ID)
	}
	own := m.Chat.Type == "channel"
	return bot.Person{Admin: func(context.Context) (bool, error) { return own, nil }}
}

func (l *listener) person(in chat, id int64) bot.Person {
	return bot.Person{ID: number(id), Admin: func(ctx context.Context) (bool, error) {
		if in.Type == "private" {
			return true, nil
		}
		return l.admins.ask(ctx, in.ID, id)
	}}
}

func find(table []bot.Command, name string) *bot.Command {
	for i := range table {
		if table[i].Name == name {
			return &table[i]
		}
	}
	return nil
}

// work hands the request on, when there is a slot for it. Whoever asked is told of a panic, too.
func (l *listener) work(r bot.Request) (a bot.Answer) {
	l.slots <- struct{}{}
	defer func() { <-l.slots }()
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("a request made us panic", "command", r.Command, "panic", p, "stack", string(debug.Stack()))
			a = bot.Answer{Message: bot.Message{Headline: "Something went wrong here. Ask again in a minute."}, Private: true}
		}
	}()
	return l.talk.Answer(l.ctx, r)
}

// pressed answers a press of a button, if it is one of ours, and in any case lets the button go.
func (l *listener) pressed(p *press) {
	if p.Message == nil || p.Message.Chat.ID == 0 {
		l.letGo(p, "This message is too old. Send the command again.")
		return
	}
	at := number(p.Message.Chat.ID)
	button, err := l.sealer.Open(p.Data, bot.Binding{Platform: Name, Chat: at, Person: number(p.From.ID)}, l.now())
	switch {
	case errors.Is(err, bot.ErrStale):
		l.letGo(p, "This button is no longer good. Send the command again.")
		return
	case err != nil:
		l.letGo(p, "This button is not for you, or was not made here.")
		return
	}
	var args map[string]string
	if c := find(l.talk.Commands(), button.Command); c != nil && len(c.Parameters) > 0 && button.Argument != "" {
		args = map[string]string{c.Parameters[0].Name: button.Argument}
	}
	r := l.request(p.Message, "c"+p.ID, button.Command, args)
	r.At, r.From = l.now(), l.person(p.Message.Chat, p.From.ID)
	l.respond(p, r)
}

// respond shows a short answer for the presser's eyes over the chat, and any other below the message.
func (l *listener) respond(p *press, r bot.Request) {
	answer := make(chan bot.Answer, 1)
	go func() {
		defer close(answer)
		answer <- l.work(r)
	}()
	patience := time.NewTimer(spinner)
	defer patience.Stop()
	var a bot.Answer
	select {
	case a = <-answer:
		if text := notice(a); text != "" {
			l.letGo(p, text)
			return
		}
		l.letGo(p, "")
	case <-patience.C:
		l.letGo(p, "")
		a = <-answer
	}
	d := l.draft(r, a)
	d.replyTo = d.chat + "/" + number(p.Message.ID)
	l.reply(d)
}

// notice is an answer as the text of a small window; empty where it does not go there.
func notice(a bot.Answer) string {
	m := clean(a.Message)
	if !a.Private || len(m.Facts)+len(m.Links)+len(m.Buttons) > 0 {
		return ""
	}
	text := inPlain().render(m)
	if units(text) > mostNotice {
		return ""
	}
	return text
}

// letGo ends the press, with a text or none. One that is too old for that has ended by itself.
func (l *listener) letGo(p *press, text string) {
	q := tgbotapi.Params{"callback_query_id": p.ID}
	q.AddNonEmpty("text", text)
	q.AddBool("show_alert", text != "")
	if err := l.api.call(l.ctx, callTime, "answerCallbackQuery", q, nil); err != nil && !is(err, staleQuery) {
		l.log.Warn("a pressed button was not answered", "error", err)
	}
}

// draft is the answer on its way. What is private and has to be shown to a group is short, and its buttons are the
// asker's.
func (l *listener) draft(r bot.Request, a bot.Answer) draft {
	d := draft{
		chat: r.Where.Chat, thread: r.Where.Thread, message: a.Message, limits: usual, urgency: answerUrgency,
		binding: bot.Binding{Platform: Name, Chat: r.Where.Chat, Until: l.now().Add(buttonLife)},
	}
	if !strings.HasPrefix(r.From.ID, "-") { // who speaks for a group presses in a name of their own
		d.asker = r.From.ID
	}
	if a.Private && !r.Private() {
		d.limits, d.binding.Person = aside, d.asker
	}
	return d
}

// reply sends an answer, waits where it has to, and tries again what may not have arrived.
func (l *listener) reply(d draft) {
	for tries := 1; ; tries++ {
		if l.pace.answer(l.ctx, d.chat) != nil {
			return
		}
		_, err := l.put(l.ctx, d)
		if err == nil || l.ctx.Err() != nil {
			return
		}
		err = l.outcome(err, d.chat)
		var moved *bot.MovedError
		var limited *bot.RateLimitedError
		var unreachable *bot.UnreachableError
		var rejected *bot.RejectedError
		switch {
		case errors.As(err, &moved):
			d.chat, d.binding.Chat = moved.To, moved.To
			continue
		case errors.As(err, &limited):
			tries-- // the pace knows how long to wait
			continue
		case errors.As(err, &unreachable), errors.As(err, &rejected), tries == mostTries:
			l.log.Warn("an answer could not be given", "chat", d.chat, "error", err)
			return
		}
		if sleep(l.ctx, time.Duration(tries)*time.Second+rand.N(time.Second)) != nil {
			return
		}
	}
}
