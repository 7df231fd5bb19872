package feeds

import (
	"errors"
	"strconv"
	"time"
)

// Errors of a fetch that callers branch on.
var (
	// ErrBlockedAddress: the host leads to a private, local or reserved network, or to a port that is neither
	// 80 nor 443, and no allowed network excepts it.
	ErrBlockedAddress = errors.New("address is not allowed")
	// ErrTooLarge: the answer is larger than we take, packed or unpacked.
	ErrTooLarge = errors.New("answer is too large")
	// ErrTooSlow: the answer was not complete within the time of one fetch.
	ErrTooSlow = errors.New("answer takes too long")
)

// StatusError is an answer whose status brings no body we want.
type StatusError struct {
	Code int
	// RetryAfter is how long the server asks to be left alone, 0 when it does not say.
	RetryAfter time.Duration
}

func (e *StatusError) Error() string { return "status " + strconv.Itoa(e.Code) }

// URLError is an address, or a redirect to one, that we do not follow. It never quotes the address, which may
// hold a secret.
type URLError struct {
	Reason string
}

func (e *URLError) Error() string { return "address refused: " + e.Reason }

// EncodingError is a Content-Encoding that we did not ask for and do not read.
type EncodingError struct {
	Encoding string
}

func (e *EncodingError) Error() string {
	return "content encoding " + strconv.Quote(shorten(e.Encoding, 40))
}

// PanicError is what a watcher's panic becomes.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return "watcher panicked" }
