package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// How long a request may take: one that does something, and how much longer than it asked for a long poll.
const (
	callTime = 20 * time.Second
	pollTime = 50 * time.Second // the longest that Telegram waits
	pollMore = 10 * time.Second
)

// mostBody is how much of an answer is read: a hundred updates are far smaller.
const mostBody = 16 << 20

// api makes requests.
type api struct {
	token  string
	format string // of the address, for the token and the method
	client *http.Client
	traced bool // the client says whether it got a connection
}

// quiet is a logger for the library: what it would log holds the token.
type quiet struct{}

// Println implements [tgbotapi.BotLogger].
func (quiet) Println(...any) {}

// Printf implements [tgbotapi.BotLogger].
func (quiet) Printf(string, ...any) {}

// silence is once for all bots, because the library has one logger for all.
var silence = sync.OnceFunc(func() { _ = tgbotapi.SetLogger(quiet{}) })

func newAPI(token string, base *url.URL, given *http.Client) *api {
	silence()
	client := &http.Client{Timeout: pollTime + 2*pollMore}
	if given != nil {
		copied := *given
		client = &copied
	} else {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = 64 // as many as messages are under way
		client.Transport = transport
	}
	// Wherever a redirect leads, the token would go there.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, traced := client.Transport.(*http.Transport)
	return &api{
		token: token, client: client, traced: traced,
		format: strings.ReplaceAll(base.String(), "%", "%%") + "/bot%s/%s",
	}
}

// call makes a request within the time and decodes its result. Its errors are a *refusal where Telegram
// said no, a *pageError where something else answered, an *unsentError where nothing was sent; none holds the token.
func (a *api) call(ctx context.Context, within time.Duration, method string, p tgbotapi.Params, result any) error {
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	answer, err := a.over(limited).MakeRequest(method, p)
	if ctx.Err() != nil && err != nil {
		return fmt.Errorf("telegram %s: %w", method, ctx.Err())
	}
	if err == nil && result != nil {
		err = json.Unmarshal(answer.Result, result)
	}
	if err != nil {
		return a.plain(fmt.Errorf("telegram %s: %w", method, a.meant(bare(err))))
	}
	return nil
}

// meant is Telegram's refusal as it is told apart here, or the error as it is.
func (a *api) meant(err error) error {
	var said *tgbotapi.Error
	if !errors.As(err, &said) {
		return err
	}
	return newRefusal(said.Code, a.clean(said.Message), said.RetryAfter, said.MigrateToChatID)
}

// over is the library for requests that end with the context, of which it knows nothing.
func (a *api) over(ctx context.Context) *tgbotapi.BotAPI {
	b := &tgbotapi.BotAPI{Token: a.token, Client: &wire{api: a, ctx: ctx}}
	b.SetAPIEndpoint(a.format)
	return b
}

// bare takes off what http puts around an error: the address, and the token in it.
func bare(err error) error {
	for {
		u, ok := err.(*url.Error) //nolint:errorlint // the outermost layer, to take it off
		if !ok {
			return err
		}
		err = u.Err
	}
}

// plain is the error, or its text without the token if that is still in it.
func (a *api) plain(err error) error {
	if clean := a.clean(err.Error()); clean != err.Error() {
		return errors.New(clean)
	}
	return err
}

func (a *api) clean(text string) string {
	for _, form := range []string{a.token, url.QueryEscape(a.token), url.PathEscape(a.token)} {
		text = strings.ReplaceAll(text, form, "<token>")
	}
	return text
}

// wire is an HTTP client that knows its context, and lets only answers of Telegram through.
type wire struct {
	api *api
	ctx context.Context
}

// Do implements [tgbotapi.HTTPClient].
func (w *wire) Do(r *http.Request) (*http.Response, error) {
	var connected atomic.Bool
	ctx := httptrace.WithClientTrace(w.ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	answer, err := w.api.client.Do(r.WithContext(ctx))
	if err != nil {
		if w.api.traced && !connected.Load() {
			return nil, &unsentError{cause: w.api.plain(bare(err))}
		}
		return nil, bare(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostBody))
	if err != nil {
		return nil, bare(err)
	}
	if !telegramSaid(body) {
		after, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		return nil, &pageError{status: answer.StatusCode, after: time.Duration(max(after, 0)) * time.Second}
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// telegramSaid says whether the body is an answer of the Bot API: https://core.telegram.org/bots/api#making-requests.
func telegramSaid(body []byte) bool {
	var said struct {
		OK   *bool `json:"ok"`
		Code int   `json:"error_code"`
	}
	return json.Unmarshal(body, &said) == nil && said.OK != nil && (*said.OK || said.Code != 0)
}
