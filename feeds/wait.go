package feeds

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestWait bounds what a server may ask for.
const longestWait = time.Hour

// retryAfter reads Retry-After, in seconds or as a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		return within(seconds)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longestWait)
}

// freshFor is how long an answer stays good: the longest of Retry-After, Cache-Control and Expires.
func freshFor(h http.Header, now time.Time) time.Duration {
	wait := retryAfter(h, now)
	age, said := maxAge(h.Values("Cache-Control"))
	if said {
		spent, _ := strconv.ParseInt(h.Get("Age"), 10, 64) // in caches on the way
		return max(wait, age-within(spent))
	}
	if at, err := http.ParseTime(h.Get("Expires")); err == nil {
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			now = date // their clock, so that ours may be wrong
		}
		wait = max(wait, min(at.Sub(now), longestWait))
	}
	return wait
}

// maxAge reads max-age; said is false where Cache-Control leaves the question to Expires.
func maxAge(headers []string) (age time.Duration, said bool) {
	for part := range strings.SplitSeq(strings.ToLower(strings.Join(headers, ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "no-cache", "no-store":
			return 0, true
		case "max-age":
			if seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 64); err == nil {
				age, said = within(seconds), true
			}
		}
	}
	return age, said
}

// within bounds a number of seconds that a stranger gave.
func within(seconds int64) time.Duration {
	return time.Duration(min(max(seconds, 0), int64(longestWait/time.Second))) * time.Second
}
