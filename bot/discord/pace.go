package discord

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/pacing"
)

// perSecond is how many requests a second all of Discord gets from us: it allows 50, and sees them come in a little
// less evenly than they left. Answers to interactions are not counted.
const perSecond = 48.6

// atFirst is what one channel gets until Discord has said what it allows; it has never been seen to allow less.
var atFirst = pacing.Limit{Most: 5, Over: 5 * time.Second}

const (
	// turnTime is how long a message waits for its turn before it goes back to whoever keeps it.
	turnTime = 5 * time.Second
	// resetMargin is for clocks that differ and requests that overtake each other.
	resetMargin = 100 * time.Millisecond
)

// pace keeps the requests below Discord's limits.
type pace struct {
	now   func() time.Time
	rate  *pacing.Rate
	lanes *pacing.Gaps // a lane is what has a limit of its own: sending to a channel, editing in it

	mu      sync.Mutex
	invalid invalid
}

func newPace(now func() time.Time) *pace {
	return &pace{now: now, rate: pacing.NewRate(perSecond), lanes: pacing.NewGaps()}
}

// turn returns when a request of the lane may go. Where that takes more than seconds, the error says how long to
// wait.
func (p *pace) turn(ctx context.Context, lane string, urgency int) error {
	if err := p.held(); err != nil {
		return err
	}
	if wait := p.lanes.Take(lane, p.now(), atFirst); wait > 0 {
		return &bot.RateLimitedError{After: wait}
	}
	waiting, cancel := context.WithTimeout(ctx, turnTime)
	defer cancel()
	err := p.rate.Wait(waiting, urgency)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ctx.Err()
	}
	if err := p.held(); err != nil {
		return err
	}
	return &bot.RateLimitedError{After: time.Second}
}

// held says how long nothing goes out, if so.
func (p *pace) held() error {
	if wait := p.rate.Held(p.now()); wait > 0 {
		return &bot.RateLimitedError{After: wait, All: true}
	}
	return nil
}

// heed takes in what an answer says about limits: ours, and those that were met.
func (p *pace) heed(lane string, r reply, no *refusal) {
	now := p.now()
	if r.header.Get("X-RateLimit-Remaining") == "0" {
		if wait := seconds(r.header.Get("X-RateLimit-Reset-After")); wait > 0 {
			p.lanes.Hold(lane, now.Add(wait+resetMargin), atFirst)
		}
	}
	if no == nil {
		return
	}
	if no.invalid() {
		p.mu.Lock()
		until := p.invalid.count(now)
		p.mu.Unlock()
		p.rate.Hold(until)
	}
	switch wait, all := no.wait(); {
	case all:
		p.rate.Hold(now.Add(wait))
	case wait > 0 && no.code != codeOldEdits: // which is a limit of one message
		p.lanes.Hold(lane, now.Add(wait), atFirst)
	}
}

// Discord shuts out an address that makes 10,000 invalid requests within ten minutes. Other processes may share
// ours.
const (
	invalidMost = 2500
	invalidOver = 10 * time.Minute
	slots       = 20
)

// invalid counts requests that were refused as they should not have been made.
type invalid struct {
	counts [slots]int
	slot   int64 // the newest
}

// count adds one and says until when to keep still: not at all, or until the count falls.
func (i *invalid) count(now time.Time) time.Time {
	const wide = invalidOver / slots
	slot := now.UnixNano() / int64(wide)
	for at := max(i.slot+1, slot-slots+1); at <= slot; at++ {
		i.counts[at%slots] = 0
	}
	i.slot = max(i.slot, slot)
	i.counts[i.slot%slots]++
	sum := 0
	for _, n := range i.counts {
		sum += n
	}
	if sum < invalidMost {
		return time.Time{}
	}
	for back := int64(slots - 1); back > 0; back-- { // from the oldest
		sum -= i.counts[(i.slot-back)%slots]
		if sum < invalidMost {
			return time.Unix(0, (i.slot-back+slots)*int64(wide))
		}
	}
	return now.Add(invalidOver)
}
