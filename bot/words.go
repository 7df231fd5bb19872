package bot

import (
	"strings"
	"time"
)

// mostQuoted is how many characters of what somebody typed are given back.
var mostQuoted = Limits{Cost: func(text string) int { return len([]rune(text)) }}

// quote gives back what somebody typed, in quotation marks.
func quote(text string) string {
	return "“" + strings.Trim(mostQuoted.cut(Plain(text), 60), "“”\"") + "”"
}

// either joins names of which one is meant.
func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// ago says how long before now: "12 min ago".
func ago(t, now time.Time) string {
	age := now.Sub(t)
	switch {
	case t.IsZero():
		return "at an unknown time"
	case age < time.Minute:
		return "just now"
	}
	return span(age) + " ago"
}

// until says to when, and that there is no end.
func until(t time.Time) string {
	if t.IsZero() {
		return "until it is unmuted"
	}
	return "until " + moment(t)
}
