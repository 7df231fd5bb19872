package feeds

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// ClientOptions says how a [Client] behaves. The zero value is a polite and safe client.
type ClientOptions struct {
	// UserAgent tells servers who asks; several refuse those who do not say.
	UserAgent string
	// AllowNetworks are the only exception from the address guard: what lies in them may be reached on any
	// port, and is asked without a gap.
	AllowNetworks []netip.Prefix
	// Timeout bounds one fetch with all its redirects; 30 s when 0.
	Timeout time.Duration
	// MaxBody bounds an answer, packed and unpacked; 4 MiB when 0.
	MaxBody int64
	// Concurrent bounds the fetches under way; 16 when 0.
	Concurrent int
	// HostGap is the least time between two fetches from one host; 1 s when 0.
	HostGap time.Duration
	// IdleTimeout keeps connections for the next poll, so it is best longer than the poll interval; 15 min
	// when 0.
	IdleTimeout time.Duration
	// Resolver and RootCAs replace the system's; nil for the system's.
	Resolver *net.Resolver
	RootCAs  *x509.CertPool
}

// Request is what to fetch. The validators come from an earlier [Response] and may be empty.
type Request struct {
	URL          string
	Accept       string
	ETag         string
	LastModified string
	Hash         string
}

// Response is an answer that is worth reading.
type Response struct {
	// Unchanged: the server says so, or the bytes are those of the hash asked with. There is no body then.
	Unchanged    bool
	Body         []byte // unpacked
	Hash         string // of the bytes as sent
	ContentType  string
	ETag         string
	LastModified string
	// URL is where the answer came from, after all redirects.
	URL string
	// Moved is where the asked URL has moved to for good; empty when it has not.
	Moved string
	// Wait is how long the server says its answer stays good; 0 when it does not say.
	Wait time.Duration
}

// Fetcher fetches; a [Client] is one. Errors are the typed ones of this package or those of net and
// crypto/tls, and none quotes the URL.
type Fetcher interface {
	Fetch(ctx context.Context, r Request) (*Response, error)
}

// Client fetches over HTTP and HTTPS from addresses that strangers may have named. It guards the address that
// it connects to, each redirect, the size, the time and the encoding; it sends no cookies and no credentials,
// and uses no proxy, behind which the guard would see only the proxy. It is safe for concurrent use.
type Client struct {
	o         ClientOptions
	guard     *guard
	transport *http.Transport
	turns     *turns
	slots     chan struct{}
}

var _ Fetcher = (*Client)(nil)

// NewClient makes a client. Close its idle connections when it is no longer needed.
func NewClient(o ClientOptions) *Client {
	o = o.withDefaults()
	g := newGuard(o.AllowNetworks)
	return &Client{
		o:         o,
		guard:     g,
		transport: newTransport(o, g),
		turns:     newTurns(o.HostGap),
		slots:     make(chan struct{}, o.Concurrent),
	}
}

func (o ClientOptions) withDefaults() ClientOptions {
	if o.UserAgent == "" {
		o.UserAgent = "Faultline (+https://github.com/faultlinebot/faultline)"
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 4 << 20
	}
	if o.Concurrent <= 0 {
		o.Concurrent = 16
	}
	if o.HostGap <= 0 {
		o.HostGap = time.Second
	}
	if o.IdleTimeout <= 0 {
		o.IdleTimeout = 15 * time.Minute
	}
	return o
}

func newTransport(o ClientOptions, g *guard) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: g.control, Resolver: o.Resolver}
	return &http.Transport{
		Proxy:       nil,
		DialContext: dialer.DialContext,
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			RootCAs:            o.RootCAs,
			ClientSessionCache: tls.NewLRUClientSessionCache(4096),
		},
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  20 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns:           4096,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        o.IdleTimeout,
		// We ask for gzip ourselves: the bytes as sent are hashed, and both sizes are bounded.
		DisableCompression: true,
	}
}

// CloseIdle closes the connections that wait for a next fetch.
func (c *Client) CloseIdle() { c.transport.CloseIdleConnections() }

// Fetch fetches what r names. It waits for the host's turn and for a free slot before the time of the fetch
// begins to run.
func (c *Client) Fetch(ctx context.Context, r Request) (*Response, error) {
	u, err := CheckURL(r.URL)
	if err != nil {
		return nil, err
	}
	if err := c.admit(ctx, u); err != nil {
		return nil, err
	}
	defer func() { <-c.slots }()

	timed, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	resp, err := c.fetch(timed, u, r)
	if err != nil && ctx.Err() == nil && timed.Err() != nil {
		return nil, ErrTooSlow
	}
	return resp, bare(err)
}

// admit waits until the host may be asked and a slot is free.
func (c *Client) admit(ctx context.Context, u *url.URL) error {
	if !c.guard.allowsHost(u.Hostname()) {
		if err := c.turns.wait(ctx, u.Host); err != nil {
			return err
		}
	}
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) fetch(ctx context.Context, u *url.URL, r Request) (*Response, error) {
	h, err := c.follow(ctx, u, r)
	if err != nil {
		return nil, err
	}
	defer h.resp.Body.Close()

	out := &Response{
		ContentType:  h.resp.Header.Get("Content-Type"),
		ETag:         h.resp.Header.Get("ETag"),
		LastModified: h.resp.Header.Get("Last-Modified"),
		URL:          h.url.String(),
		Moved:        h.moved,
		Wait:         freshFor(h.resp.Header, time.Now()),
	}
	conditional := r.ETag != "" || r.LastModified != ""
	switch code := h.resp.StatusCode; {
	case code == http.StatusNotModified && conditional:
		out.Unchanged, out.Hash = true, r.Hash
		out.ETag, out.LastModified = or(out.ETag, r.ETag), or(out.LastModified, r.LastModified)
		return out, nil
	case code != http.StatusOK && code != http.StatusNonAuthoritativeInfo:
		discard(h.resp.Body)
		return nil, &StatusError{Code: code, RetryAfter: retryAfter(h.resp.Header, time.Now())}
	}
	packed, err := readPacked(h.resp, c.o.MaxBody)
	if err != nil {
		return nil, err
	}
	if out.Hash = hash(packed); out.Hash == r.Hash {
		out.Unchanged = true
		return out, nil
	}
	out.Body, err = unpack(packed, h.resp.Header, c.o.MaxBody)
	return out, err
}

// bare drops the URL that net/http and net/url put around their errors: it may hold a secret.
func bare(err error) error {
	for {
		var u *url.Error
		if !errors.As(err, &u) {
			return err
		}
		err = u.Err
	}
}

// discard reads a little of a body that nobody wants, so that its connection can be used again.
func discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 16<<10)
	_ = body.Close()
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
