package bot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// SealedMost is the longest sealed button, in bytes: what Telegram takes; Discord takes more.
const SealedMost = 64

// The errors of Open.
var (
	// ErrForged: nobody here made this button for this chat and, where it is one person's, for this person.
	ErrForged = errors.New("this button was not made here")
	// ErrStale: it was, but its time is over.
	ErrStale = errors.New("this button is no longer good")
)

// Sealer makes data of buttons that come back through the hands of clients, and knows them again. A button is
// bound to its chat. All replicas of one bot have the same key, so that each opens what another sealed.
type Sealer struct{ key []byte }

// NewSealer derives its key from a secret that only the bot has, such as its token; the token cannot be found
// from what it seals.
func NewSealer(secret string) Sealer {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("faultline buttons"))
	return Sealer{key: mac.Sum(nil)}
}

// Binding is what a button holds for.
type Binding struct {
	Platform string
	Chat     string
	Person   string    // its ID, for a button that only this person may press; empty for everybody in the chat
	Until    time.Time // zero for ever
}

// sealLen is how many bytes of the code stand in a button; 2^64 guesses are out of reach of a chat's pace.
const sealLen = 8

// Seal returns what the platform keeps with the button. It says no where that would be longer than SealedMost.
func (s Sealer) Seal(b Button, to Binding) (data string, ok bool) {
	until := ""
	if !to.Until.IsZero() {
		until = strconv.FormatInt(to.Until.Unix(), 36)
	}
	mark := "a" // anybody
	if to.Person != "" {
		mark = "p"
	}
	text := strings.Join([]string{mark + until, b.Command, b.Argument}, ":")
	data = s.code(text, to) + text
	return data, len(data) <= SealedMost
}

// Open returns the button, without its label, that was sealed for this chat and person. The time is now.
func (s Sealer) Open(data string, from Binding, now time.Time) (Button, error) {
	n := base64.RawURLEncoding.EncodedLen(sealLen)
	if len(data) <= n || len(data) > SealedMost {
		return Button{}, ErrForged
	}
	code, text := data[:n], data[n:]
	if text[0] == 'a' {
		from.Person = ""
	}
	if !hmac.Equal([]byte(code), []byte(s.code(text, from))) {
		return Button{}, ErrForged
	}
	head, rest, _ := strings.Cut(text, ":")
	command, argument, _ := strings.Cut(rest, ":")
	if until := head[1:]; until != "" {
		if end, err := strconv.ParseInt(until, 36, 64); err != nil || now.Unix() > end {
			return Button{}, ErrStale
		}
	}
	return Button{Command: command, Argument: argument}, nil
}

func (s Sealer) code(text string, of Binding) string {
	mac := hmac.New(sha256.New, s.key)
	for _, part := range []string{of.Platform, of.Chat, of.Person, text} {
		mac.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:sealLen])
}

// Bound is what the button holds for when it stands under an answer to that person now: what its answer holds for,
// narrowed where the button says so.
func (b Button) Bound(to Binding, person string, now time.Time) Binding {
	if b.Own {
		to.Person = person
	}
	if end := now.Add(b.Good); b.Good > 0 && (to.Until.IsZero() || end.Before(to.Until)) {
		to.Until = end
	}
	return to
}
