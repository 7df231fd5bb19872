package feeds

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// Reasoned is an error that knows what to say to people about the place it came from: "sends no feed: an HTML
// page".
type Reasoned interface {
	error
	Reason() string
}

// Explain says in words, for people, why looking at a place failed. It decides by type, never by text.
func Explain(place string, err error) string {
	var (
		status   *StatusError
		address  *URLError
		encoding *EncodingError
		reasoned Reasoned
		panicked *PanicError
	)
	switch {
	case errors.As(err, &status):
		return place + " " + status.words()
	case errors.As(err, &address):
		return place + " is not asked: " + address.Reason
	case errors.As(err, &encoding):
		return place + " sends " + encoding.Error() + ", which we did not ask for"
	case errors.As(err, &reasoned):
		return place + " " + shorten(reasoned.Reason(), 200)
	case errors.As(err, &panicked):
		return shorten(fmt.Sprintf("stopped by a fault of ours: %v", panicked.Value), 200)
	case errors.Is(err, ErrBlockedAddress):
		return place + " is not asked: it lies in a private, local or reserved network, or its port is not allowed"
	case errors.Is(err, ErrTooLarge):
		return place + " sends more than we take"
	}
	if why := network(err); why != "" {
		return "cannot reach " + place + " (" + why + ")"
	}
	return shorten(err.Error(), 200)
}

func (e *StatusError) words() string {
	words := fmt.Sprintf("answers status %d", e.Code)
	switch {
	case e.Code == http.StatusGone:
		return "is gone for good (status 410), so it is paused"
	case e.Code == http.StatusUnauthorized || e.Code == http.StatusForbidden:
		words = fmt.Sprintf("refuses us (status %d)", e.Code)
	case e.Code == http.StatusNotFound:
		words = "has nothing there (status 404)"
	case e.Code == http.StatusTooManyRequests:
		words += " (too many requests)"
	case http.StatusText(e.Code) != "":
		words += " (" + strings.ToLower(http.StatusText(e.Code)) + ")"
	}
	if e.RetryAfter > 0 {
		words += " and asks to wait " + Words(e.RetryAfter)
	}
	return words
}

// network says what went wrong on the way, or "".
func network(err error) string {
	var (
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		timeout net.Error
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "its name is not known to the DNS"
	case errors.As(err, &dns):
		return "the DNS does not answer"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "no route to it"
	case errors.As(err, &cert):
		return "its certificate is not valid"
	case errors.As(err, &record):
		return "it does not speak TLS"
	case errors.Is(err, ErrTooSlow), errors.As(err, &timeout) && timeout.Timeout():
		return "no complete answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it hung up before the end"
	}
	return ""
}

// Place writes an address for people: without user, query and fragment, which may hold secrets.
func Place(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "an unreadable address"
	}
	place := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
	if u.RawQuery != "" {
		place += "?…"
	}
	return shorten(place, 120)
}

// Words writes a duration for people: "12 s", "5 min", "2 h 10 min".
func Words(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	d = d.Round(time.Minute)
	if rest := d % time.Hour; rest > 0 {
		return fmt.Sprintf("%d h %d min", d/time.Hour, rest/time.Minute)
	}
	return fmt.Sprintf("%d h", d/time.Hour)
}

// shorten makes a stranger's text fit for a sentence: one line, and no longer than limit.
func shorten(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return string(runes[:limit]) + "…"
}
