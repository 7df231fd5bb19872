package bot

import (
	"context"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Outgoing is one message on its way.
type Outgoing struct {
	To intel.Destination
	// Key is the same for every attempt at the same message, also where what it shows has changed meanwhile: a
	// platform that can recognise a repeat by it shows the message once, as it was asked for last.
	Key     string
	Message Message
	// Edit is the receipt of the message to change; empty to send a new one.
	Edit string
	// ReplyTo is the receipt of the message to answer; empty for none.
	ReplyTo string
	// Silent asks not to ring.
	Silent bool
}

// Platform is one chat network.
type Platform interface {
	// Name is the word in Destination.Platform.
	Name() string
	// Send sends or edits and returns a receipt that Edit and ReplyTo of later messages accept; an edit
	// returns the receipt it was given or its successor. It returns when ctx is over. It may wait a few seconds
	// for its turn below the platform's limits; where that would take longer it says so at once. Many Sends may be
	// under way, one to each destination.
	//
	// Its errors are an *UnreachableError, a *RateLimitedError, a *RejectedError or a *NotSentError; with these the
	// message surely has not arrived. With any other it may have. No error holds a secret.
	Send(ctx context.Context, o Outgoing) (receipt string, err error)
}

// UnreachableError says that the destination cannot be reached any more: blocked, kicked, gone.
type UnreachableError struct {
	Reason string
	// Perhaps says that it may pass, as where a permission was taken that can be given back: to be given up only
	// when it lasts.
	Perhaps bool
}

func (e *UnreachableError) Error() string { return "unreachable: " + e.Reason }

// RateLimitedError says to wait.
type RateLimitedError struct {
	After time.Duration
	All   bool // every chat of the platform has to wait, not only this one with its threads
}

func (e *RateLimitedError) Error() string { return "rate limited for " + e.After.String() }

// RejectedError says that the payload is wrong: the same one must never be sent again.
type RejectedError struct{ Reason string }

func (e *RejectedError) Error() string { return "rejected: " + e.Reason }

// NotSentError says that the platform cannot be reached at present, whatever the chat and the message: no connection
// was made (refused, no such host, no agreement on TLS) or nothing was written to it. Where a part may have been
// written it is not this one.
type NotSentError struct{ Reason string }

func (e *NotSentError) Error() string { return "not sent: " + e.Reason }
