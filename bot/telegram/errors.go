package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/bot"
)

// meaning is what a refusal of Telegram comes to.
type meaning int

const (
	wrong       meaning = iota // with the request; the same will never do
	unreachable                // the chat or the topic
	moved
	tooMany
	tokenRefused
	conflict // somebody else takes the updates
	broken   // Telegram itself, for the moment
	notModified
	vanished // the message to edit
	badMarkup
	tooLong
	staleQuery
)

// refusal is Telegram saying no.
type refusal struct {
	is   meaning
	code int
	text string
	// after is how long to wait; 0 where it did not say.
	after time.Duration
	to    int64 // where a chat that moved is now
}

func (e *refusal) Error() string { return fmt.Sprintf("telegram says %d: %s", e.code, e.text) }

// The beginning of a description tells the code where the library lost it, as it does with uploads.
var codes = []struct {
	prefix string
	code   int
}{
	{"Bad Request: ", http.StatusBadRequest},
	{http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized},
	{"Forbidden: ", http.StatusForbidden},
	{"Not Found", http.StatusNotFound},
	{"Conflict: ", http.StatusConflict},
	{"Request Entity Too Large", http.StatusRequestEntityTooLarge},
	{"Too Many Requests: ", http.StatusTooManyRequests},
	{"Internal Server Error", http.StatusInternalServerError},
	{"Bad Gateway", http.StatusBadGateway},
}

// texts is what else Telegram says with a code of 400, for which it has nothing but words. They are those of the
// official server, https://github.com/tdlib/telegram-bot-api, in lower case; what is in capitals there comes from
// behind it.
var texts = []struct {
	part string
	is   meaning
}{
	{"chat not found", unreachable},
	{"user not found", unreachable},
	{"peer_id_invalid", unreachable},
	{"chat_id_invalid", unreachable},
	{"group chat was deactivated", unreachable},
	{"message thread not found", unreachable},
	{"topic_closed", unreachable},
	{"topic_deleted", unreachable},
	{"topic_id_invalid", unreachable},
	{"not enough rights to send", unreachable},
	{"have no rights to send", unreachable},
	{"need administrator rights in the channel chat", unreachable},
	{"chat_write_forbidden", unreachable},
	{"chat_restricted", unreachable},
	{"chat_admin_required", unreachable},
	{"user_is_blocked", unreachable},

	{"message is not modified", notModified},
	{"message to edit not found", vanished},
	{"message can't be edited", vanished},
	{"message_id_invalid", vanished},

	{"can't parse entities", badMarkup},
	{"message is too long", tooLong},
	{"message_too_long", tooLong},
	{"text is too long", tooLong},

	{"query is too old", staleQuery},
	{"query_id_invalid", staleQuery},
}

func newRefusal(code int, text string, retryAfter int, migrateTo int64) *refusal {
	e := &refusal{code: code, text: text, to: migrateTo, after: time.Duration(max(retryAfter, 0)) * time.Second}
	for _, c := range codes {
		if e.code == 0 && strings.HasPrefix(text, c.prefix) {
			e.code = c.code
		}
	}
	e.is = e.meaning()
	return e
}

func (e *refusal) meaning() meaning {
	switch {
	case e.to != 0:
		return moved
	case e.after > 0, e.code == http.StatusTooManyRequests:
		return tooMany
	case e.code == http.StatusUnauthorized, e.text == "Not Found": // of a token that cannot be one
		return tokenRefused
	case e.code == http.StatusForbidden:
		return unreachable
	case e.code == http.StatusConflict:
		return conflict
	case e.code == 0, e.code >= http.StatusInternalServerError:
		return broken
	}
	text := strings.ToLower(e.text)
	for _, t := range texts {
		if strings.Contains(text, t.part) {
			return t.is
		}
	}
	return wrong
}

// reason is why, for people.
func (e *refusal) reason() string {
	for _, c := range codes {
		if rest, ok := strings.CutPrefix(e.text, c.prefix); ok && rest != "" {
			return rest
		}
	}
	return e.text
}

// pageError is an answer that is not Telegram's: a proxy's page, or nothing.
type pageError struct {
	status int
	after  time.Duration // by its header
}

func (e *pageError) Error() string {
	return fmt.Sprintf("status %d with a body that is not Telegram's", e.status)
}

// unsentError is a request that surely did not go out: there was no connection.
type unsentError struct{ cause error }

func (e *unsentError) Error() string { return "no connection: " + e.cause.Error() }

func (e *unsentError) Unwrap() error { return e.cause }

// meaningOf is what Telegram said, if the error is its own.
func meaningOf(err error) (*refusal, bool) {
	var no *refusal
	return no, errors.As(err, &no)
}

// is says whether Telegram refused with this meaning.
func is(err error, m meaning) bool {
	no, ok := meaningOf(err)
	return ok && no.is == m
}

// tokenWait is how long nothing is sent after the token was refused. What waits is kept: whoever runs the bot puts
// a new token in.
const tokenWait = 10 * time.Minute

// outcome gives the error of a send the type that its caller acts on.
func (t *Telegram) outcome(err error, chat string) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	var unsent *unsentError
	if errors.As(err, &unsent) {
		return &bot.NotSentError{Reason: err.Error()}
	}
	var page *pageError
	if errors.As(err, &page) && page.status == http.StatusTooManyRequests {
		return t.pace.refused(chat, page.after)
	}
	no, ok := meaningOf(err)
	if !ok {
		return err
	}
	switch no.is {
	case unreachable:
		return &bot.UnreachableError{Reason: no.reason()}
	case moved:
		return &bot.MovedError{To: number(no.to)}
	case tooMany:
		return t.pace.refused(chat, no.after)
	case tokenRefused:
		if t.pace.rate.Held(time.Now()) == 0 { // else it was said when the hold began
			t.log.Error("telegram refuses the token; nothing is sent until the bot is started with one that is good")
		}
		return t.pace.holdAll(tokenWait)
	case conflict, broken:
		return err
	}
	return &bot.RejectedError{Reason: no.reason()}
}
