package telegram

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/pacing"
	"github.com/faultlinebot/faultline/intel"
)

// Telegram's limits, https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: 30 messages a
// second, one a second to a chat but for short bursts, 20 a minute to a group or channel. Edits count alike. We
// stay a little below, since messages may arrive closer together than they left.
const perSecond = 29.2

func limits(chat string) []pacing.Limit {
	burst := pacing.Limit{Most: 3, Over: 3200 * time.Millisecond}
	if !strings.HasPrefix(chat, "-") { // a person's
		return []pacing.Limit{burst}
	}
	return []pacing.Limit{burst, {Most: 20, Over: 61 * time.Second}}
}

// answerUrgency is that of what somebody waits for; alerts go by severity, which is less.
const answerUrgency = int(intel.Critical) + 1

// How long a refusal to send holds for all where nothing proves that it is meant for all, and how long one that
// does not say how long.
const (
	unproven = time.Minute
	unsaid   = 5 * time.Second
)

// pace keeps the bot below the limits, and waits where Telegram says to all the same.
type pace struct {
	rate   *pacing.Rate
	gaps   *pacing.Gaps
	limits func(chat string) []pacing.Limit

	mu     sync.Mutex
	spoken map[string][2]time.Time // when each chat was written to last, and before
	swept  time.Time
	holds  map[string]time.Time // chats that have to wait by Telegram's word
	open   context.Context      // ends when all have to wait; another takes its place
	shut   context.CancelFunc
}

func newPace() *pace {
	open, shut := context.WithCancel(context.Background())
	return &pace{
		rate: pacing.NewRate(perSecond), gaps: pacing.NewGaps(), limits: limits, spoken: make(map[string][2]time.Time),
		holds: make(map[string]time.Time), open: open, shut: shut,
	}
}

// alert waits for the turn of a message that can also go later: where its chat has no room, or nobody may send, it
// says so at once.
func (p *pace) alert(ctx context.Context, chat string, severity intel.Severity) error {
	open := p.gate()
	if held := p.rate.Held(time.Now()); held > 0 {
		return &bot.RateLimitedError{After: held, All: true}
	}
	if wait := p.gaps.Take(chat, time.Now(), p.limits(chat)...); wait > 0 {
		return &bot.RateLimitedError{After: wait}
	}
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	unhook := context.AfterFunc(open, stop)
	defer unhook()
	err := p.rate.Wait(waiting, int(severity))
	switch {
	case err == nil:
		p.speak(chat)
	case ctx.Err() == nil: // all have to wait since
		err = &bot.RateLimitedError{After: max(p.rate.Held(time.Now()), time.Second), All: true}
	}
	return err
}

// answer waits for the turn of a message that somebody waits for, however long that takes.
func (p *pace) answer(ctx context.Context, chat string) error {
	for {
		wait := p.gaps.Take(chat, time.Now(), p.limits(chat)...)
		if wait == 0 {
			break
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
	return p.again(ctx, chat, answerUrgency)
}

// again waits for the turn of another request for the same message.
func (p *pace) again(ctx context.Context, chat string, urgency int) error {
	if err := p.rate.Wait(ctx, urgency); err != nil {
		return err
	}
	p.speak(chat)
	return nil
}

// gate is a context that ends when all have to wait.
func (p *pace) gate() context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open
}

// speak notes that the chat is written to, and forgets now and then those that have long been silent.
func (p *pace) speak(chat string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.spoken[chat] = [2]time.Time{now, p.spoken[chat][0]}
	if now.Sub(p.swept) < time.Minute {
		return
	}
	p.swept = now
	for c, at := range p.spoken {
		if now.Sub(at[0]) > time.Minute {
			delete(p.spoken, c)
		}
	}
	for c, until := range p.holds {
		if now.After(until) {
			delete(p.holds, c)
		}
	}
}

// refused is what follows from Telegram's word to wait. It does not say for whom, so the chat waits in any case, and
// what others are told shows the rest. All wait where this is the third chat that is told so at once, or the second
// and cannot have had too much. Where such a one is the first, all wait for a minute at most: then the next shows.
func (p *pace) refused(chat string, after time.Duration) *bot.RateLimitedError {
	if after <= 0 {
		after = unsaid
	}
	now := time.Now()
	p.gaps.Hold(chat, now.Add(after), p.limits(chat)...)
	others, busy := p.note(chat, now, after)
	switch {
	case others >= 2, others == 1 && !busy:
		return p.holdAll(after)
	case !busy:
		return p.holdAll(min(after, unproven))
	}
	return &bot.RateLimitedError{After: after}
}

// note remembers the refusal, and says how many other chats are held and whether this one was written to within the
// last minute before.
func (p *pace) note(chat string, now time.Time, after time.Duration) (others int, busy bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c, until := range p.holds {
		if c != chat && now.Before(until) {
			others++
		}
	}
	p.holds[chat] = now.Add(after)
	return others, now.Sub(p.spoken[chat][1]) < time.Minute
}

// holdAll lets nobody send for a while; alerts that wait for their turn are told at once.
func (p *pace) holdAll(wait time.Duration) *bot.RateLimitedError {
	p.rate.Hold(time.Now().Add(wait))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut()
	p.open, p.shut = context.WithCancel(context.Background())
	return &bot.RateLimitedError{After: wait, All: true}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
