package discord

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// link is one session with the gateway, over the connections that it takes.
type link struct {
	session *discordgo.Session
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	roots   *x509.CertPool
	now     func() time.Time
	gone    chan struct{} // gets a word when a connection is over

	mu    sync.Mutex
	where *url.URL // the gateway
	wire  *wire    // the connection under way
	ready bool     // the gateway has taken us, and the session can be resumed
}

const (
	// openTime is how long it may take until the gateway has taken us.
	openTime = 60 * time.Second
	// closeTime is how long a session is given to notice that its connection is over.
	closeTime = 5 * time.Second
)

var (
	errElsewhere = errors.New("the gateway is elsewhere now")
	errStuck     = errors.New("the session does not come to an end")
	errSlow      = errors.New("the gateway takes too long")
)

// newLink makes a session; hear gets its events, one at a time, and must not block.
func newLink(d *Discord, where *url.URL, hear func(event any)) (*link, error) {
	session, err := discordgo.New("Bot " + d.token)
	if err != nil {
		return nil, err
	}
	l := &link{session: session, dial: d.dial, roots: d.roots, now: d.now, gone: make(chan struct{}, 1), where: where}
	session.LogLevel = -1 // its log is not ours, and could show the token
	session.ShouldReconnectOnError = false
	session.ShouldReconnectVoiceOnSessionError = false
	session.StateEnabled = false
	session.Compress = false  // the wire reads along
	session.SyncEvents = true // in their order, and without a goroutine for each
	session.Identify.Intents = discordgo.IntentsGuilds
	session.Client = &http.Client{Transport: signpost(l.address)}
	session.Dialer = &websocket.Dialer{
		HandshakeTimeout: helloTime, NetDialContext: l.connect, NetDialTLSContext: l.connectTLS,
	}
	session.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		if e.Type == "READY" {
			l.welcome(e.RawData)
		}
	})
	session.AddHandler(func(_ *discordgo.Session, _ *discordgo.Disconnect) {
		select {
		case l.gone <- struct{}{}:
		default:
		}
	})
	session.AddHandler(func(_ *discordgo.Session, event any) { hear(event) })
	return l, nil
}

// run connects, identifies or resumes, and returns whether the gateway took us and why that ended. The session can go
// on unless it is errStuck.
func (l *link) run(ctx context.Context) (taken bool, why error) {
	select {
	case <-l.gone: // of an earlier connection
	default:
	}
	if err := l.open(ctx); err != nil {
		return false, err
	}
	select {
	case <-ctx.Done():
		return true, l.leave()
	case <-l.gone:
	}
	if err := l.current().cause(); err != nil {
		return true, err
	}
	return true, io.ErrUnexpectedEOF
}

// open connects and waits until the gateway has taken us.
func (l *link) open(ctx context.Context) error {
	var err error
	opened := make(chan struct{})
	go func() {
		defer close(opened)
		err = l.session.Open()
		if errors.Is(err, errElsewhere) { // and now the session has forgotten the old address
			err = l.session.Open()
		}
	}()
	slow := time.NewTimer(openTime)
	defer slow.Stop()
	why := errSlow
	select {
	case <-opened:
		return l.explain(err)
	case <-slow.C:
	case <-ctx.Done():
		why = ctx.Err()
	}
	if w := l.current(); w != nil {
		_ = w.end(why)
	}
	// Whatever it waits for is on the wire, which is closed now.
	select {
	case <-opened:
		return why
	case <-time.After(closeTime + helloTime):
		return errStuck
	}
}

// explain finds what lies behind the session's error: on the wire where there was one.
func (l *link) explain(err error) error {
	if err == nil {
		return nil
	}
	if w := l.current(); w != nil && w.cause() != nil {
		return w.cause()
	}
	return bare(err)
}

// leave tells the gateway that we go, so that people see it at once.
func (l *link) leave() error {
	l.current().hush()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = l.session.Close()
	}()
	select {
	case <-closed:
		return context.Canceled
	case <-time.After(closeTime):
		return errStuck
	}
}

func (l *link) current() *wire {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire
}

// resumable says whether the gateway knows this session.
func (l *link) resumable() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ready
}

// welcome takes in where the session is to be resumed.
func (l *link) welcome(raw json.RawMessage) {
	var ready struct {
		Resume string `json:"resume_gateway_url"`
	}
	_ = json.Unmarshal(raw, &ready)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready = true
	if u, err := gatewayURL(ready.Resume); err == nil {
		l.where = u
	}
}

// address is where the gateway is, for the session to connect to. What the session adds for the version it was
// written for comes after the mark, where it is not sent.
func (l *link) address() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.where.String() + "#"
}

func (l *link) connect(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	want := hostPort(l.where)
	l.wire = nil
	l.mu.Unlock()
	if address != want { // the session keeps the first address until it cannot be reached
		return nil, errElsewhere
	}
	c, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return l.keep(c), nil
}

func (l *link) connectTLS(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := l.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	raw := c.(*wire).Conn
	secure := tls.Client(raw, &tls.Config{ServerName: host, RootCAs: l.roots, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return l.keep(secure), nil
}

// keep makes it the connection under way.
func (l *link) keep(c net.Conn) net.Conn {
	w := newWire(c, l.now)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wire = w
	return w
}

// gatewayURL makes the address complete; see https://docs.discord.com/developers/events/gateway#connecting.
func gatewayURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "ws" && u.Scheme != "wss") || u.Host == "" || u.User != nil {
		return nil, errors.New("this is no address of a gateway")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery, u.Fragment = "v=10&encoding=json", ""
	return u, nil
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"ws": "80", "wss": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// signpost answers the one request that the session makes by itself: where the gateway is.
type signpost func() string

// RoundTrip implements http.RoundTripper.
func (s signpost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	text, err := json.Marshal(map[string]string{"url": s()})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header), Body: io.NopCloser(bytes.NewReader(text)), Request: r,
	}, nil
}
