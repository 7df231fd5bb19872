package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/faultlinebot/faultline/bot"
)

// Discord waits three seconds for the first word of an answer and fifteen minutes for the rest; see
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback.
const (
	// patience is how long an answer may take before Discord is told that it is on its way.
	patience = 1500 * time.Millisecond
	// tooLate is how old an interaction may be, by Discord's clock and ours, to be acted upon unasked.
	tooLate = 2 * time.Second
	// answerTime is how long an answer may take at all.
	answerTime = 5 * time.Minute
	// suggestTime is how long completing what is typed may take.
	suggestTime = 2 * time.Second
	// wordTime is how long one request of an answer may take; a goodbye at the end of the process, too.
	wordTime = 5 * time.Second
)

// callback is the first word of an answer.
type callback struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data,omitempty"`
}

// onItsWay is the callback that buys time.
type onItsWay struct {
	Flags           discordgo.MessageFlags `json:"flags,omitempty"`
	AllowedMentions mentions               `json:"allowed_mentions"`
}

// answer does what is asked and says what came of it, in time. private is whether the command's answers are for the
// asker only.
func (l *listener) answer(ctx context.Context, i *discordgo.Interaction, r bot.Request, private bool) {
	age := l.now().Sub(r.At)
	// An interaction that is late by the clocks may have come too late, or the clocks differ. Discord knows, and
	// nothing is done whose answer nobody would see.
	if age > tooLate && !l.promise(ctx, i, private) {
		return
	}
	answered := make(chan bot.Answer, 1)
	go func() { answered <- l.ask(ctx, r) }()
	if age <= tooLate {
		timer := time.NewTimer(min(patience, patience-age+500*time.Millisecond))
		defer timer.Stop()
		select {
		case a := <-answered:
			l.say(ctx, i, r, a)
			return
		case <-timer.C:
			// Where this fails, what was asked for is done all the same.
			l.promise(ctx, i, private)
		}
	}
	l.fulfil(ctx, i, r, <-answered, private)
}

// ask puts the request to the conversation. One that panics has an answer too.
func (l *listener) ask(ctx context.Context, r bot.Request) (a bot.Answer) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("a command panicked", "command", r.Command, "panic", p)
			a = bot.Answer{Message: bot.Message{Headline: "Something went wrong here; it is in the bot's log."}, Private: true}
		}
	}()
	return l.conversation.Answer(ctx, r)
}

// say gives the answer as the first word.
func (l *listener) say(ctx context.Context, i *discordgo.Interaction, r bot.Request, a bot.Answer) {
	err := l.spell(r, a, func(b *body) error {
		return l.first(ctx, i, callback{Type: discordgo.InteractionResponseChannelMessageWithSource, Data: b})
	})
	l.missed("answer", err)
}

// promise says that an answer is on its way. It returns whether Discord still waits for one.
func (l *listener) promise(ctx context.Context, i *discordgo.Interaction, private bool) bool {
	var later onItsWay
	if private {
		later.Flags = discordgo.MessageFlagsEphemeral
	}
	err := l.first(ctx, i, callback{
		Type: discordgo.InteractionResponseDeferredChannelMessageWithSource, Data: later,
	})
	l.missed("promise of an answer", err)
	return err == nil
}

// fulfil puts the answer where it was promised. One that turns out to be for the asker only, where a public one was
// promised, takes the promise back.
func (l *listener) fulfil(ctx context.Context, i *discordgo.Interaction, r bot.Request, a bot.Answer, private bool) {
	base := "/webhooks/" + i.AppID + "/" + i.Token
	c := call{name: "edit answer", method: http.MethodPatch, path: base + "/messages/@original"}
	if a.Private && !private {
		err := l.insist(ctx, call{name: "take back promise", method: http.MethodDelete, path: c.path})
		l.missed("promise to take back", err)
		c = call{name: "answer in private", method: http.MethodPost, path: base}
	}
	err := l.spell(r, a, func(b *body) error {
		if c.method == http.MethodPatch {
			b.Flags &^= discordgo.MessageFlagsEphemeral // which it is already
		}
		c.body = b
		return l.insist(ctx, c)
	})
	l.missed("answer", err)
}

// spell makes the body of an answer and sends it, as plain text where Discord does not take it otherwise. The buttons
// of what only the asker sees are for the asker only.
func (l *listener) spell(r bot.Request, a bot.Answer, send func(*body) error) error {
	to := bot.Binding{Platform: Name, Chat: r.Where.Chat}
	if a.Private {
		to.Person = r.From.ID
	}
	var no *refusal
	var err error
	for _, plain := range []bool{false, true} {
		var b *body
		if b, err = l.show(a.Message, to, r.From.ID, plain); err != nil {
			return err
		}
		if a.Private {
			b.Flags |= discordgo.MessageFlagsEphemeral
		}
		if err = send(b); !errors.As(err, &no) || !l.malformed(no) {
			return err
		}
	}
	return err
}

// complete offers what could be typed. Discord wants a list, and be it empty.
func (l *listener) complete(ctx context.Context, i *discordgo.Interaction, r bot.Request, parameter string) {
	type choice struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	choices := []choice{}
	within, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	for _, c := range l.conversation.Suggest(within, r, parameter, r.Args[parameter]) {
		name := short(c.Name, mostChoice)
		if len(choices) < mostChoices && name != "" && c.Value != "" && length(c.Value) <= mostChoice {
			choices = append(choices, choice{Name: name, Value: c.Value})
		}
	}
	err := l.first(ctx, i, callback{
		Type: discordgo.InteractionApplicationCommandAutocompleteResult,
		Data: map[string][]choice{"choices": choices},
	})
	l.missed("suggestion", err)
}

// first sends the first word. Where its fate is unknown it is said again, and an answer that is there already is the
// one that was not heard to arrive.
func (l *listener) first(ctx context.Context, i *discordgo.Interaction, c callback) error {
	to := call{
		name: "answer interaction", method: http.MethodPost,
		path: "/interactions/" + i.ID + "/" + i.Token + "/callback", body: c, open: true,
	}
	err := l.once(ctx, to)
	var no *refusal
	if err == nil || errors.As(err, &no) && no.status < http.StatusInternalServerError {
		return err
	}
	err = l.once(ctx, to)
	if errors.As(err, &no) && no.code == codeAnswered {
		return nil
	}
	return err
}

// insist makes a request of an answer that was promised, a few times if need be: it has fifteen minutes.
func (l *listener) insist(ctx context.Context, c call) (err error) {
	c.open = true
	const most = 4
	for attempt := 1; ; attempt++ {
		err = l.once(ctx, c)
		var no *refusal
		wait := time.Duration(attempt) * time.Second
		if errors.As(err, &no) {
			if no.status < http.StatusInternalServerError && no.status != http.StatusTooManyRequests {
				return err
			}
			wait = max(wait, no.after)
		}
		if err == nil || attempt == most || wait > time.Minute || !sleep(ctx, wait) {
			return err
		}
	}
}

// once makes one request of an answer. It outlives ctx a little: what was done before the process ends is still said.
func (l *listener) once(ctx context.Context, c call) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wordTime)
	defer cancel()
	_, err := l.api.do(ctx, c)
	var no *refusal
	if errors.As(err, &no) { // a ban, say, is one for messages too
		l.pace.heed("answers", reply{}, no)
	}
	return err
}

// missed logs that somebody was not answered. That they did not wait, or that another process was quicker, is nothing
// to shout about.
func (l *listener) missed(what string, err error) {
	var no *refusal
	switch {
	case err == nil:
	case errors.As(err, &no) && (no.code == codeUnknownInteraction || no.code == codeAnswered):
		l.log.Debug("nobody waits for this any more", "what", what, "error", err)
	default:
		l.log.Warn("somebody was not answered", "what", what, "error", err)
	}
}
