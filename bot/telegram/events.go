package telegram

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// handle does what an update asks for. One that makes us panic must not stop the others at each start.
func (l *listener) handle(u update) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("an update made us panic", "panic", fmt.Sprint(p))
		}
	}()
	switch {
	case u.Message != nil && u.Message.MovedTo != 0:
		from, to := number(u.Message.Chat.ID), number(u.Message.MovedTo)
		l.keep("a chat that moved", func(ctx context.Context) error { return l.talk.Moved(ctx, Name, from, to) })
	case u.Message != nil:
		l.asked(u.Message)
	case u.Post != nil:
		l.asked(u.Post)
	case u.Press != nil:
		l.pressed(u.Press)
	case u.Standing != nil:
		l.stands(u.Standing)
	}
}

// stands hands on that the bot may write in a chat, or may not any more.
func (l *listener) stands(s *standing) {
	id := number(s.Chat.ID)
	if reason := s.mute(); reason != "" {
		l.keep("a chat that closed", func(ctx context.Context) error { return l.talk.Closed(ctx, Name, id, reason) })
		return
	}
	l.keep("a chat that opened", func(ctx context.Context) error { return l.talk.Opened(ctx, Name, id) })
}

// mute is why the bot cannot write there; empty where it can.
func (s *standing) mute() string {
	no := func(may *bool) bool { return may != nil && !*may }
	switch {
	case s.New.Status == "kicked" && s.Chat.Type == "private":
		return "bot was blocked by the user"
	case s.New.Status == "kicked":
		return "bot was kicked from the " + s.Chat.Type + " chat"
	case s.New.Status == "left", no(s.New.Member):
		return "bot is not a member of the " + s.Chat.Type + " chat"
	case s.New.Status == "restricted" && no(s.New.CanSend), s.Chat.Type == "channel" && no(s.New.CanPost):
		return "bot has no right to write in the " + s.Chat.Type
	}
	return ""
}

// keep hands an event on until it is kept, or until the end: then it comes again.
func (l *listener) keep(what string, hand func(context.Context) error) {
	for pause := shortestWait; ; pause = min(2*pause, longestWait) {
		err := hand(l.ctx)
		if err == nil || l.ctx.Err() != nil {
			return
		}
		l.log.Warn("could not keep "+what+"; trying again", "error", err)
		if sleep(l.ctx, pause+rand.N(pause/2+1)) != nil {
			return
		}
	}
}
