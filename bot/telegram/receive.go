package telegram

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/faultlinebot/faultline/bot"
)

// How the updates are asked for.
const (
	// settle is how long a fetch waits for the last one to be handled, so that all of it is confirmed at once.
	settle = 200 * time.Millisecond
	// between is between two fetches from the same offset: sooner, Telegram shows only one update.
	between = 550 * time.Millisecond
	// grace is how long what is being answered may take after the end.
	grace = 5 * time.Second
	// farewell bounds the last confirmation.
	farewell = 2 * time.Second
	// atOnce is how many requests are worked on at a time.
	atOnce = 16
)

// listener is one run.
type listener struct {
	*Telegram
	talk   bot.Conversation
	me     user
	admins *admins
	slots  chan struct{} // one is taken while a request is worked on
	ctx    context.Context
	inbox  *inbox
	last   int64 // the offset of the last fetch: what is below it is confirmed
}

// Run implements [bot.Listener]. A Telegram that cannot be reached is waited for. Updates are confirmed when they
// were handed on and answered; where a chat sends more than may be answered, it is confirmed before.
func (t *Telegram) Run(ctx context.Context, c bot.Conversation) error {
	l := &listener{Telegram: t, talk: c, admins: newAdmins(t), slots: make(chan struct{}, atOnce)}
	if err := l.meet(ctx); err != nil {
		return ended(ctx, err)
	}
	// What is being answered when ctx ends has some time left.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	l.ctx = work
	l.inbox = newInbox(l.handle)
	menu := make(chan struct{})
	go func() {
		defer close(menu)
		l.keepMenu(ctx)
	}()
	err := l.listen(ctx)
	l.leave(stop)
	<-menu
	return ended(ctx, err)
}

// ended is what Run returns: the end that was asked for is no error.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// meet asks who we are until there is an answer.
func (l *listener) meet(ctx context.Context) error {
	var trouble trouble
	for {
		err := l.api.call(ctx, callTime, "getMe", nil, &l.me)
		if err == nil {
			l.log.Info("telegram is connected", "bot", l.me.Username)
			return nil
		}
		if err := trouble.wait(ctx, l.Telegram, err); err != nil {
			return err
		}
	}
}

// listen fetches updates and hands them on until ctx is over or the token is refused.
func (l *listener) listen(ctx context.Context) error {
	var trouble trouble
	at := time.Time{}
	for {
		offset, busy := l.inbox.offset()
		if busy && offset == l.last {
			if err := l.rest(ctx, at.Add(between)); err != nil {
				return err
			}
			offset, busy = l.inbox.offset()
		}
		l.last, at = offset, time.Now()
		updates, err := l.fetch(ctx, offset, busy)
		if err != nil {
			if ctx.Err() == nil { // a poll that we cut had told Telegram its offset when it began
				l.last = -1
			}
			if err := trouble.wait(ctx, l.Telegram, err); err != nil {
				return err
			}
			continue
		}
		trouble.over(l.Telegram)
		for _, raw := range updates {
			l.take(raw)
		}
		if err := l.rest(ctx, time.Now().Add(settle)); err != nil {
			return err
		}
	}
}

// rest waits until everything is done, or until then.
func (l *listener) rest(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for {
		change, busy := l.inbox.changed()
		if !busy {
			return ctx.Err()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		case <-change:
		}
	}
}

// fetch confirms what is below the offset and waits for more; not for long where what was fetched before is not
// done, for that is there again at once.
func (l *listener) fetch(ctx context.Context, offset int64, busy bool) (updates []json.RawMessage, err error) {
	wait := pollTime
	if busy {
		wait = 0
	}
	p := tgbotapi.Params{"allowed_updates": `["` + strings.Join(kinds, `","`) + `"]`}
	p["timeout"] = number(int64(wait.Seconds()))
	if offset > 0 {
		p["offset"] = number(offset)
	}
	err = l.api.call(ctx, wait+pollMore, "getUpdates", p, &updates)
	return updates, err
}

// take reads one update and puts it in.
func (l *listener) take(raw json.RawMessage) {
	u, err := decode(raw)
	if err != nil {
		l.log.Warn("skipped", "error", err)
		if u.ID != 0 {
			l.inbox.skip(u.ID)
		}
		return
	}
	if !l.inbox.add(u) {
		l.log.Warn("a chat sends more than can be answered; it is not heard until there is room", "chat", u.where())
	}
}

// leave waits for what is being answered and confirms what was: else it would all come again.
func (l *listener) leave(stop context.CancelFunc) {
	handled := l.inbox.close()
	defer time.AfterFunc(grace, stop).Stop()
	timer := time.NewTimer(grace + time.Second)
	defer timer.Stop()
	select {
	case <-handled:
	case <-timer.C:
		l.log.Warn("what is being answered takes too long; it is left, and asked for again at the next start")
	}
	offset, _ := l.inbox.offset()
	if offset == 0 || offset == l.last {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), farewell)
	defer cancel()
	p := tgbotapi.Params{"offset": number(offset), "limit": "1", "timeout": "0"}
	if err := l.api.call(ctx, farewell, "getUpdates", p, nil); err != nil {
		l.log.Warn("the last updates could not be confirmed; they come again at the next start", "error", err)
	}
}
