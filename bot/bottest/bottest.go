// Package bottest is the contract of [bot.Platform] as tests. Every platform passes it against a server, or a
// writer, that keeps what readers would see.
//
// To put a platform under test, write a function that sets one up afresh and returns its [Harness], and hand it
// to [Run]. A fault that the platform cannot have is named in Never: leaving one out fails the suite.
package bottest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// Fault is a way in which sending fails.
type Fault string

// The faults: one for each class of error.
const (
	Unreachable Fault = "unreachable"
	RateLimited Fault = "rate limited"
	Rejected    Fault = "rejected"
	NotSent     Fault = "not sent"  // such as a refused connection
	Temporary   Fault = "temporary" // no word on whether it arrived
)

// Harness is a platform set up for one test.
type Harness struct {
	Platform bot.Platform
	To       intel.Destination
	// Shown returns what readers of To have been shown so far, oldest first: the platform's markup and frame
	// are taken off, what came from the message stands as it was sent.
	Shown func() string
	// Faults make the sends that follow fail.
	Faults map[Fault]func()
	// Never names the faults that this platform cannot have.
	Never []Fault
}

// Run puts the platform that set makes through the suite.
func Run(t *testing.T, set func(t *testing.T) Harness) {
	t.Run("shows the whole message", func(t *testing.T) { showsAll(t, set(t)) })
	t.Run("edits", func(t *testing.T) { edits(t, set(t)) })
	t.Run("replies", func(t *testing.T) { replies(t, set(t)) })
	t.Run("tells messages apart", func(t *testing.T) { tellsApart(t, set(t)) })
	for name, text := range nasty() {
		t.Run("escapes "+name, func(t *testing.T) { escapes(t, set(t), text) })
	}
	t.Run("obeys its context", func(t *testing.T) { obeysContext(t, set(t)) })
	for _, fault := range []Fault{Unreachable, RateLimited, Rejected, NotSent, Temporary} {
		t.Run("fails when "+string(fault), func(t *testing.T) { fails(t, set(t), fault) })
	}
}

func message(headline string) bot.Message {
	return bot.Message{
		Severity: intel.Major,
		Headline: headline,
		Lines:    []string{"Lines go dark in the north"},
		Facts:    []bot.Fact{{Name: "Since", Value: "5 January 2022, 10:30 UTC"}},
		Links:    []bot.Link{{Name: "Radar", URL: "https://radar.example/kz?a=1&b=2"}},
		Footer:   "Updated today",
	}
}

func showsAll(t *testing.T, h Harness) {
	send(t, h, bot.Outgoing{Message: message("MAJOR  Power cut in Georgia")})
	for _, part := range []string{
		"MAJOR", "Power cut in Georgia", "Lines go dark in the north", "Since", "5 January 2022, 10:30 UTC",
		"Radar", "https://radar.example/kz?a=1&b=2", "Updated today",
	} {
		if !strings.Contains(shown(h), part) {
			t.Errorf("%q is not shown in\n%s", part, h.Shown())
		}
	}
}

func edits(t *testing.T, h Harness) {
	receipt := send(t, h, bot.Outgoing{Message: message("First")})
	for _, headline := range []string{"Second", "Third"} {
		receipt = send(t, h, bot.Outgoing{Message: message(headline), Edit: receipt})
		if !strings.Contains(shown(h), headline) {
			t.Errorf("%q is not shown in\n%s", headline, h.Shown())
		}
	}
}

func replies(t *testing.T, h Harness) {
	card := send(t, h, bot.Outgoing{Message: message("Card")})
	reply := send(t, h, bot.Outgoing{Message: bot.Message{Headline: "It eases."}, ReplyTo: card})
	if reply == card {
		t.Errorf("the reply has the card's receipt %q", reply)
	}
	if !strings.Contains(shown(h), "It eases.") {
		t.Errorf("the reply is not shown in\n%s", h.Shown())
	}
	send(t, h, bot.Outgoing{Message: message("Card again"), Edit: card})
}

func tellsApart(t *testing.T, h Harness) {
	var receipts []string
	for _, headline := range []string{"One", "Two", "Three"} {
		receipt := send(t, h, bot.Outgoing{Key: headline, Message: message(headline)})
		if slices.Contains(receipts, receipt) {
			t.Errorf("receipt %q names two messages", receipt)
		}
		receipts = append(receipts, receipt)
	}
}

// nasty texts are what a feed can put into a title.
func nasty() map[string]string {
	return map[string]string{
		"terminal escapes": "net \x1b[2J\x1b]0;owned\a\u009b2J cut",
		"new lines":        "net\nFAKE\r\ncut\u2028cut\u0085cut",
		"bidi overrides":   "net \u202etuc\u202c \u2066cut\u2069",
		"markup":           "net <b>cut</a> & *cut* _cut_ `cut` [cut](http://evil.example) ||cut|| cut",
		"mentions":         "net @everyone @here <@1> <@&1> cut",
		"emoji":            "net 👩‍👩‍👧 🇰🇿 ❤️ cut",
		"5,000 runes":      "net " + strings.Repeat("ж", 5000) + " cut",
		"marks":            "net" + strings.Repeat("\u0301", 5000) + " cut",
		"broken bytes":     "net \xff\xfe cut",
		"nothing":          "",
	}
}

func escapes(t *testing.T, h Harness, text string) {
	m := message("Headline " + text)
	m.Lines = []string{"Line " + text}
	m.Facts = []bot.Fact{{Name: "Fact " + text, Value: text}}
	m.Links = []bot.Link{{Name: "Link " + text, URL: "https://radar.example/"}}
	m.Footer = "Footer " + text
	receipt := send(t, h, bot.Outgoing{Message: m})
	send(t, h, bot.Outgoing{Message: m, Edit: receipt})
	seen := h.Shown()
	for _, never := range []string{"\x1b", "\u009b", "\a", "\u202e", "\u2066", "\u2028", "\u0085", "\r"} {
		if strings.Contains(seen, never) {
			t.Errorf("%q got through", never)
		}
	}
	for line := range strings.Lines(seen) {
		if strings.HasPrefix(strings.TrimSpace(line), "FAKE") {
			t.Errorf("a text from outside began the line %q", line)
		}
	}
	if !strings.Contains(seen, "Headline") {
		t.Errorf("the headline is gone from\n%s", seen)
	}
}

func obeysContext(t *testing.T, h Harness) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Platform.Send(ctx, bot.Outgoing{To: h.To, Message: message("Late")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if strings.Contains(h.Shown(), "Late") {
		t.Error("the message is shown")
	}
}

func fails(t *testing.T, h Harness, fault Fault) {
	if slices.Contains(h.Never, fault) {
		return
	}
	script, ok := h.Faults[fault]
	if !ok {
		t.Fatalf("the harness neither makes this fault nor says that it never happens")
	}
	script()
	_, err := h.Platform.Send(t.Context(), bot.Outgoing{To: h.To, Message: message("Failing")})
	if err == nil {
		t.Fatal("the send succeeded")
	}
	var unreachable *bot.UnreachableError
	var limited *bot.RateLimitedError
	var rejected *bot.RejectedError
	var notSent *bot.NotSentError
	got := Temporary
	switch {
	case errors.As(err, &unreachable):
		got = Unreachable
	case errors.As(err, &limited):
		got = RateLimited
		if limited.After < time.Second {
			t.Errorf("it says to wait only %s", limited.After)
		}
	case errors.As(err, &rejected):
		got = Rejected
	case errors.As(err, &notSent):
		got = NotSent
	}
	if got != fault {
		t.Errorf("got %s: %v", got, err)
	}
}

func send(t *testing.T, h Harness, o bot.Outgoing) string {
	t.Helper()
	o.To = h.To
	receipt, err := h.Platform.Send(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if receipt == "" {
		t.Fatal("no receipt")
	}
	return receipt
}

// shown is what readers see with every run of white space as one space: platforms wrap lines as they like.
func shown(h Harness) string { return strings.Join(strings.Fields(h.Shown()), " ") }
