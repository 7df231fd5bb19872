// Package telegram speaks to Telegram: it sends and edits messages, and hands on what people ask there, by long
// polling. The library below it makes the requests; what it cannot do is done here: contexts, time-outs, errors
// without the token, an own loop for updates that confirms what was handed on and answered, and parameters that
// are newer than it.
//
// Telegram has no key by which it recognises a repeat. A message whose sending was cut off after Telegram had
// taken it is sent once more, so there is at most one more of it for each time that happens. An edit can be
// repeated without a trace.
//
// One process per token may ask for updates, any number may send: whoever runs several gives Run to one of them at
// a time. Where two ask all the same, both wait long between tries and say so in the log.
package telegram

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// Name is the word in Destination.Platform.
const Name = "telegram"

// DefaultURL is Telegram's own server.
const DefaultURL = "https://api.telegram.org"

// Options says which bot it is and where Telegram is.
type Options struct {
	Token string
	// APIURL is what comes before /bot<token>/<method>; empty for Telegram's own server.
	APIURL string
	// HTTP makes the requests; nil takes a client that is meant for it.
	HTTP *http.Client
	Log  *slog.Logger     // nil says nothing
	Now  func() time.Time // nil is the wall's clock
}

// Telegram is one bot on Telegram.
type Telegram struct {
	api    *api
	log    *slog.Logger
	now    func() time.Time
	sealer bot.Sealer
	pace   *pace
}

var _ bot.Listener = (*Telegram)(nil)

// tokenForm is what a token may be made of: it stands in the path of every address. @BotFather gives a number, a colon
// and letters; other servers of the same API may give others.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9:_-]+$`)

// New returns a bot that can send at once. It asks Telegram nothing: a Telegram that is down at the start does not
// keep the rest from working.
func New(o Options) (*Telegram, error) {
	if !tokenForm.MatchString(o.Token) {
		return nil, errors.New("the telegram token holds a character that no token has; it looks like 123456:ABC-DEF")
	}
	if o.APIURL == "" {
		o.APIURL = DefaultURL
	}
	base, err := url.Parse(strings.TrimRight(o.APIURL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("the telegram API URL is not an http or https address")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Telegram{
		api: newAPI(o.Token, base, o.HTTP), log: o.Log, now: o.Now, sealer: bot.NewSealer(o.Token), pace: newPace(),
	}, nil
}

// Name implements [bot.Platform].
func (t *Telegram) Name() string { return Name }

// String keeps the token out of what prints it.
func (t *Telegram) String() string { return Name }

// Format implements [fmt.Formatter] for the same reason: %+v would look inside.
func (t *Telegram) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Name)) }

// server is the audience of a group or channel.
func server(chat string) intel.Audience { return intel.Audience(Name + "/" + chat) }
