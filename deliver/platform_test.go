package deliver_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// scripted is a platform that keeps what it is asked to send and answers as the script says.
type scripted struct {
	name string
	// script answers a send: nil for success. It may wait.
	script func(ctx context.Context, o bot.Outgoing) error

	mu      sync.Mutex
	sent    []sent // all that was applied, in order
	tried   int
	counter int
}

type sent struct {
	bot.Outgoing
	receipt string
	at      time.Time
}

// appliedError comes after the message was shown.
type appliedError struct{ error }

func (e appliedError) Unwrap() error { return e.error }

var _ bot.Platform = (*scripted)(nil)

func (p *scripted) Name() string { return p.name }

func (p *scripted) Send(ctx context.Context, o bot.Outgoing) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	p.mu.Lock()
	p.tried++
	script := p.script
	p.mu.Unlock()
	var err error
	if script != nil {
		err = script(ctx, o)
	}
	if applied := new(appliedError); err != nil && !errors.As(err, applied) {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	receipt := o.Edit
	if receipt == "" {
		p.counter++
		receipt = p.name + "-" + strconv.Itoa(p.counter)
	}
	p.sent = append(p.sent, sent{o, receipt, time.Now()})
	if err != nil {
		return "", err
	}
	return receipt, nil
}

func (p *scripted) say(script func(ctx context.Context, o bot.Outgoing) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = script
}

// fails answers every send to the chat with the error; an empty chat means all.
func (p *scripted) fails(chat string, err error) {
	p.say(func(_ context.Context, o bot.Outgoing) error {
		if chat == "" || o.To.Chat == chat {
			return err
		}
		return nil
	})
}

func (p *scripted) works() { p.say(nil) }

func (p *scripted) log() []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]sent(nil), p.sent...)
}

func (p *scripted) attempts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tried
}

// lines says what was sent in short: "a card 1", "a edit of x-1: CRITICAL ...".
func (p *scripted) lines() []string {
	var out []string
	for _, s := range p.log() {
		what := "card"
		switch {
		case s.Edit != "":
			what = "edit of " + s.Edit
		case s.ReplyTo != "":
			what = "reply to " + s.ReplyTo
		}
		out = append(out, s.To.Chat+" "+what+": "+s.Message.Headline)
	}
	return out
}

func chat(platform, name string) intel.Destination {
	return intel.Destination{Platform: platform, Chat: name}
}
