package deliver

import (
	"errors"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/bot"
)

// The waits between attempts.
const (
	shortestWait = time.Second
	longestWait  = 10 * time.Minute
	// longestHold is how long a platform in trouble is left alone at most: it must be noticed soon when it is back.
	longestHold = time.Minute
)

// pace knows when to try: what is on hold, what has room, and how long to wait after a failure. It knows what this
// process has seen; another replica makes its own experience.
type pace struct {
	mu     sync.Mutex
	random *rand.Rand
	lanes  map[string]*lane // by platform, for those that are connected
}

func newPace(random *rand.Rand) *pace {
	if random == nil {
		random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return &pace{random: random, lanes: make(map[string]*lane)}
}

// held is how much longer the message's platform or chat is on hold.
func (p *pace) held(r row, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[r.to.Platform]
	return max(l.hold.Sub(now), l.chats[r.to.Chat].Sub(now), 0)
}

// heed draws from the outcome of a send what it says of the platform and the chat: who asks to wait is left alone
// so long, and a platform that cannot be reached, or answers nobody, for longer each time.
func (p *pace) heed(r row, err error, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[r.to.Platform]
	var limited *bot.RateLimitedError
	var notSent *bot.NotSentError
	switch {
	case errors.As(err, &limited):
		l.answered()
		t := now.Add(max(limited.After, shortestWait))
		if limited.All {
			l.holdUntil(t)
		} else {
			l.holdChat(r.to.Chat, t, now)
		}
	case errors.As(err, &notSent):
		l.trouble(now)
	case answered(err):
		l.answered()
	default:
		// A chat that hangs time and again says nothing of its platform.
		if r.attempts == 0 {
			l.unanswered++
		}
		if l.troubles > 0 || l.unanswered >= l.width/2 {
			l.trouble(now)
		}
	}
}

func (l *lane) answered() { l.unanswered, l.troubles = 0, 0 }

// trouble holds the platform. Those that were on their way together fail together and count once.
func (l *lane) trouble(now time.Time) {
	if l.hold.After(now) {
		return
	}
	l.holdUntil(now.Add(min(longestHold, shortestWait<<min(l.troubles, 10))))
	l.troubles++
}

// holdUntil keeps every message of the platform back. A hold is never shortened.
func (l *lane) holdUntil(t time.Time) {
	if t.After(l.hold) {
		l.hold = t
	}
}

// holdChat keeps every message to the chat back, and forgets the holds that are over.
func (l *lane) holdChat(chat string, t, now time.Time) {
	maps.DeleteFunc(l.chats, func(_ string, until time.Time) bool { return !until.After(now) })
	if t.After(l.chats[chat]) {
		l.chats[chat] = t
	}
}

// backoff is exponential with full jitter: attempts that failed together are not repeated together.
func (p *pace) backoff(attempts int) time.Duration {
	high := longestWait
	if attempts < 10 {
		high = min(high, 2*shortestWait<<attempts)
	}
	return shortestWait + p.upTo(high-shortestWait)
}

// jitter spreads what waits for the same moment.
func (p *pace) jitter() time.Duration { return p.upTo(time.Second) }

func (p *pace) upTo(d time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Duration(p.random.Int64N(int64(d) + 1))
}
