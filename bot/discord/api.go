package discord

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/faultlinebot/faultline/bot"
)

// How long things may take.
const (
	dialTime    = 10 * time.Second
	requestTime = 15 * time.Second
)

// mostAnswer is as much of an answer as is read.
const mostAnswer = 8 << 20

// api makes requests to Discord's REST API.
type api struct {
	base, token, agent string
	client             *http.Client
}

// call is one request. Its name stands in errors and logs in place of the path, which may hold a token.
type call struct {
	name         string
	method, path string
	body         any
	open         bool // whoever knows the path may: the bot's token is not shown
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func newAPI(base string, o Options) *api {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = o.Dial
	transport.TLSClientConfig = &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}
	transport.TLSHandshakeTimeout = dialTime
	transport.ResponseHeaderTimeout = requestTime
	transport.MaxIdleConnsPerHost = 64
	version := o.Version
	if version == "" {
		version = "0"
	}
	return &api{
		base: base, token: o.Token,
		agent: "DiscordBot (https://github.com/faultlinebot/faultline, " + version + ")",
		client: &http.Client{
			Transport: transport,
			// A redirect would carry tokens elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// do makes the call. A reply with a status of 400 and more, or one that cannot be, is a *refusal; without a
// connection it is a *bot.NotSentError.
func (a *api) do(ctx context.Context, c call) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	connected := false
	req, err := a.request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	}), c)
	if err != nil {
		return reply{}, fmt.Errorf("%s: %w", c.name, err)
	}
	res, err := a.client.Do(req)
	if err != nil {
		return reply{}, failure(ctx, c, err, connected)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	r := reply{status: res.StatusCode, header: res.Header, body: body}
	switch {
	case r.status >= http.StatusMultipleChoices: // what it says is a help, the status says enough
		return r, newRefusal(c.name, r)
	case err != nil:
		return r, fmt.Errorf("%s: the answer was cut off: %w", c.name, bare(err))
	}
	return r, nil
}

func (a *api) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		text, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, a.base+c.path, body)
	if err != nil {
		return nil, bare(err)
	}
	req.Header.Set("User-Agent", a.agent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !c.open {
		req.Header.Set("Authorization", "Bot "+a.token)
	}
	return req, nil
}

// decode reads the answer. One that is not what it should be has been cut on its way or comes from something in
// between; what was asked for may have been done.
func (r reply) decode(to any) error {
	if err := json.Unmarshal(r.body, to); err != nil {
		return errors.New("the answer cannot be read")
	}
	return nil
}

// failure gives a request that got no answer its meaning.
func failure(ctx context.Context, c call, err error, connected bool) error {
	err = bare(err)
	// The caller's end says nothing of Discord.
	if parent := ctx.Err(); errors.Is(parent, context.Canceled) {
		return fmt.Errorf("%s: %w", c.name, parent)
	}
	if !connected {
		return &bot.NotSentError{Reason: c.name + ": " + err.Error()}
	}
	return fmt.Errorf("%s: no answer: %w", c.name, err)
}

// bare takes the address off an error of net/http: tokens stand in it.
func bare(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
