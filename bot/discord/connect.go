// Package discord is the platform Discord: it sends cards as embeds and hands on slash commands and pressed
// buttons. It translates and decides nothing.
//
// Messages go out by REST alone, so alerts do not depend on the gateway, which only brings what people do. Each
// message carries its key as a nonce, so that Discord shows a repeat of the last minutes once. Nothing in a message
// mentions anybody: every text is escaped, and every request says that no mention is allowed.
//
// A chat is a channel, a thread (which has an id of its own) or a direct-message channel; a receipt is a message id.
// Errors are told apart by Discord's codes. None holds a token, although tokens stand in the addresses.
package discord

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/faultlinebot/faultline/bot"
)

// Name is the word in Destination.Platform.
const Name = "discord"

// DefaultAPIURL is Discord's API in the version this package speaks.
const DefaultAPIURL = "https://discord.com/api/v10"

// Options is what the platform needs.
type Options struct {
	Token string
	// APIURL is what every request goes to a path below of; empty for DefaultAPIURL. The gateway is where the API
	// says it is.
	APIURL string
	// Version is the bot's, for the User-Agent; Discord refuses clients that do not name themselves.
	Version string
	// Buttons seals what comes back when a button is pressed; made of the token where it is not given.
	Buttons bot.Sealer
	// Dial connects to the API and the gateway; nil for the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are whom to trust; nil for those whom the system trusts.
	Roots *x509.CertPool
	Log   *slog.Logger
	Now   func() time.Time // nil for time.Now
}

// Discord is the bot on Discord.
type Discord struct {
	token   string
	api     *api
	pace    *pace
	buttons bot.Sealer
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	roots   *x509.CertPool
	log     *slog.Logger
	now     func() time.Time

	refused sync.Once // the token was, and the log says so
	shut    *recent   // chats that perhaps cannot be written to
}

var _ bot.Listener = (*Discord)(nil)

// New makes the platform. It does not connect.
func New(o Options) (*Discord, error) {
	if o.Token == "" {
		return nil, errors.New("discord: the bot token is missing")
	}
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("discord: the bot token holds a character that no token has")
	}
	if o.APIURL == "" {
		o.APIURL = DefaultAPIURL
	}
	base, err := url.Parse(o.APIURL)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" || base.User != nil {
		return nil, fmt.Errorf("discord: the API URL has to be http or https, with a host and nothing secret")
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: dialTime, KeepAlive: 30 * time.Second}).DialContext
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if reflect.ValueOf(o.Buttons).IsZero() { // whose seal everybody could make
		o.Buttons = bot.NewSealer(o.Token)
	}
	return &Discord{
		token:   o.Token,
		api:     newAPI(strings.TrimRight(o.APIURL, "/"), o),
		pace:    newPace(o.Now),
		buttons: o.Buttons,
		dial:    o.Dial,
		roots:   o.Roots,
		log:     o.Log.With("platform", Name),
		now:     o.Now,
		shut:    newRecent(mostShut),
	}, nil
}

// Name implements [bot.Platform].
func (d *Discord) Name() string { return Name }

// Run implements [bot.Listener].
//
// Discord does not keep what people ask while nobody listens: it tells them that the bot did not answer, and they
// ask again. Of chats it hands on: a channel or thread that was deleted is closed; the channels of a server that
// the bot was added to again, and a channel whose settings changed after it could not be written to, are opened. The
// channels of a server that the bot was removed from are closed one by one by the next message to each.
func (d *Discord) Run(ctx context.Context, c bot.Conversation) error {
	group, ctx := errgroup.WithContext(ctx)
	l := newListener(d, c)
	group.Go(func() error { return newGateway(d, l.hear).run(ctx) })
	group.Go(func() error { l.answerAll(ctx); return nil })
	group.Go(func() error { l.keepChats(ctx); return nil })
	group.Go(func() error { l.keepMenu(ctx); return nil })
	return group.Wait()
}
