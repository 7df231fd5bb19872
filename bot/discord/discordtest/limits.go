package discordtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Discord's limits; see https://docs.discord.com/developers/topics/rate-limits. What one channel allows is not
// documented, but has been seen.
const (
	globalMost  = 50
	globalOver  = time.Second
	channelMost = 5
	channelOver = 5 * time.Second
)

// limits counts requests.
type limits struct {
	recent  []time.Time // within globalOver
	buckets map[string]*bucket
	refused int
	invalid int
	fastest int
}

// bucket is what is left of a channel's allowance.
type bucket struct {
	left  int
	reset time.Time
}

func (l *limits) init() { l.buckets = make(map[string]*bucket) }

// count counts a request and returns the headers that its answer has, or a refusal.
func (l *limits) count(r *http.Request, pattern string, now time.Time) (map[string]string, *answer) {
	for len(l.recent) > 0 && now.Sub(l.recent[0]) >= globalOver {
		l.recent = l.recent[1:]
	}
	if len(l.recent) >= globalMost {
		l.refused++
		wait := l.recent[0].Add(globalOver).Sub(now)
		return nil, limited(wait, "global")
	}
	l.recent = append(l.recent, now)
	l.fastest = max(l.fastest, len(l.recent))
	id := r.PathValue("channel")
	if id == "" || !strings.Contains(pattern, "/messages") {
		return nil, nil
	}
	key := r.Method + " " + id
	b := l.buckets[key]
	if b == nil || !now.Before(b.reset) {
		b = &bucket{left: channelMost, reset: now.Add(channelOver)}
		l.buckets[key] = b
	}
	if b.left == 0 {
		l.refused++
		return nil, limited(b.reset.Sub(now), "user")
	}
	b.left--
	return map[string]string{
		"X-RateLimit-Limit":       strconv.Itoa(channelMost),
		"X-RateLimit-Remaining":   strconv.Itoa(b.left),
		"X-RateLimit-Reset":       fmt.Sprintf("%.3f", float64(b.reset.UnixMilli())/1000),
		"X-RateLimit-Reset-After": fmt.Sprintf("%.3f", b.reset.Sub(now).Seconds()),
		"X-RateLimit-Bucket":      fmt.Sprintf("%x", len(r.Method)) + "d1scordtest",
	}, nil
}

// limited is a 429 as Discord's documents have it: a global one says nothing of a bucket.
func limited(wait time.Duration, scope string) *answer {
	a := &answer{
		status: http.StatusTooManyRequests,
		header: map[string]string{
			"Retry-After":       strconv.Itoa(int(wait.Seconds() + 0.999)),
			"X-RateLimit-Scope": scope,
		},
		body: map[string]any{
			"message": "You are being rate limited.", "retry_after": wait.Seconds(), "global": scope == "global",
		},
	}
	if scope == "global" {
		a.header["X-RateLimit-Global"] = "true"
		return a
	}
	a.header["X-RateLimit-Limit"] = strconv.Itoa(channelMost)
	a.header["X-RateLimit-Remaining"] = "0"
	a.header["X-RateLimit-Reset-After"] = fmt.Sprintf("%.3f", wait.Seconds())
	a.header["X-RateLimit-Bucket"] = "d1scordtest"
	return a
}

// Limited is how many requests met a limit that the bot could have known.
func (s *Server) Limited() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits.refused
}

// Invalid is how many requests Discord would have counted towards shutting the bot's address out.
func (s *Server) Invalid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits.invalid
}

// Fastest is the most requests there were within one second.
func (s *Server) Fastest() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits.fastest
}
