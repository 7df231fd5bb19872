package deliver

import (
	"math/rand/v2"
	"sync"
	"time"
)

// The waits between attempts.
const (
	shortestWait = time.Second
	longestWait  = 10 * time.Minute
)

// pace knows how long to wait: which platform is on hold, and when to try again.
type pace struct {
	mu     sync.Mutex
	random *rand.Rand
	holds  map[string]time.Time
}

func newPace(random *rand.Rand) *pace {
	if random == nil {
		random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return &pace{random: random, holds: make(map[string]time.Time)}
}

// holdUntil keeps every message of the platform back. A hold is never shortened.
func (p *pace) holdUntil(platform string, t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.After(p.holds[platform]) {
		p.holds[platform] = t
	}
}

// hold is how much longer the platform is on hold.
func (p *pace) hold(platform string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.holds[platform].Sub(now), 0)
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
