package feeds_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

type reasoned struct{}

func (reasoned) Error() string  { return "not a feed" }
func (reasoned) Reason() string { return "sends no feed but an\nHTML page" }

func TestExplain(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, tc := range []struct {
		err  error
		want string
	}{
		{refused, "cannot reach it (connection refused)"},
		{&net.DNSError{IsNotFound: true}, "cannot reach it (its name is not known to the DNS)"},
		{&net.DNSError{IsTimeout: true}, "cannot reach it (the DNS does not answer)"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "cannot reach it (connection reset)"},
		{&net.OpError{Op: "dial", Err: syscall.ENETUNREACH}, "cannot reach it (no route to it)"},
		{feeds.ErrTooSlow, "cannot reach it (no complete answer in time)"},
		{io.ErrUnexpectedEOF, "cannot reach it (it hung up before the end)"},
		{&feeds.StatusError{Code: 503}, "it answers status 503 (service unavailable)"},
		{&feeds.StatusError{Code: 599}, "it answers status 599"},
		{
			&feeds.StatusError{Code: 429, RetryAfter: time.Minute},
			"it answers status 429 (too many requests) and asks to wait 60 s",
		},
		{&feeds.StatusError{Code: 403}, "it refuses us (status 403)"},
		{&feeds.StatusError{Code: 404}, "it has nothing there (status 404)"},
		{&feeds.StatusError{Code: 410}, "it is gone for good (status 410), so it is paused"},
		{feeds.ErrTooLarge, "it sends more than we take"},
		{&feeds.EncodingError{Encoding: "br"}, `it sends content encoding "br", which we did not ask for`},
		{&feeds.URLError{Reason: "it names no host"}, "it is not asked: it names no host"},
		{
			feeds.ErrBlockedAddress,
			"it is not asked: it lies in a private, local or reserved network, or its port is not allowed",
		},
		{reasoned{}, "it sends no feed but an HTML page"},
		{errors.New("save cursor: disk full"), "save cursor: disk full"},
	} {
		if got := feeds.Explain("it", fmt.Errorf("fetch feed x: %w", tc.err)); got != tc.want &&
			got != "fetch feed x: "+tc.want {
			t.Errorf("%v: %q, want %q", tc.err, got, tc.want)
		}
	}
}

func TestPlaceHidesSecrets(t *testing.T) {
	for raw, want := range map[string]string{
		"https://user:secret@example.org/a/b?key=secret#secret": "https://example.org/a/b?…",
		"https://mempool.space/api":                             "https://mempool.space/api",
		"http://%zz/secret":                                     "an unreadable address",
		"nothing":                                               "an unreadable address",
	} {
		if got := feeds.Place(raw); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                 "0 s",
		12*time.Second + time.Millisecond: "12 s",
		119 * time.Second:                 "119 s",
		5 * time.Minute:                   "5 min",
		2 * time.Hour:                     "2 h",
		2*time.Hour + 10*time.Minute:      "2 h 10 min",
		90 * 24 * time.Hour:               "90 days",
	} {
		if got := feeds.Words(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	w := watcher{}
	if got := feeds.Describe(w); len(got) != 1 || got[0] != "w: nothing every 1 s" {
		t.Errorf("lines %q", got)
	}
	if feeds.CheckNames(w) != nil || feeds.CheckNames(w, w) == nil {
		t.Error("names were not checked")
	}
}
