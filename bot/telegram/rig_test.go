package telegram_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/telegram"
	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
	"github.com/faultlinebot/faultline/intel"
)

// token is marked, so that it is found wherever it leaks to.
const token = "4242:MARKER-SECRET_token"

// rig is a bot on a Telegram of its own.
type rig struct {
	t      *testing.T
	server *telegramtest.Server
	bot    *telegram.Telegram
	log    *journal
	ann    telegramtest.User
	chat   telegramtest.Chat // Ann's
}

// published is the whole published API, where that is at hand.
var published = sync.OnceValues(func() (*telegramtest.API, error) {
	dir := os.Getenv("FAULTLINE_DATA")
	if dir == "" {
		return nil, nil
	}
	return telegramtest.LoadAPI(filepath.Join(dir, "specs", "telegram-bot-api.json"))
})

// newRig sets one up. What the bot asks is held against the published API where that is at hand.
func newRig(t *testing.T, limits telegramtest.Limits) *rig {
	t.Helper()
	api, err := published()
	if err != nil {
		t.Fatal(err)
	}
	server := telegramtest.New(telegramtest.Options{Token: token, Limits: limits, API: api})
	r := &rig{t: t, server: server, log: &journal{}}
	r.bot = r.another()
	r.ann = server.NewUser("Ann")
	r.chat = server.Private(r.ann)
	return r
}

// another is one more process with the same token.
func (r *rig) another() *telegram.Telegram {
	r.t.Helper()
	b, err := telegram.New(telegram.Options{
		Token: token, APIURL: telegramtest.MemoryURL, HTTP: r.server.Client(), Log: slog.New(slog.NewTextHandler(r.log, nil)),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

// close ends the rig, and fails the test for what the bot asked wrongly and for a token that leaked.
func (r *rig) close() {
	r.t.Helper()
	r.server.Close()
	for _, problem := range r.server.Problems() {
		r.t.Errorf("the bot asked wrongly: %s", problem)
	}
	noSecret(r.t, r.log.String())
}

func noSecret(t *testing.T, text string) {
	t.Helper()
	for _, part := range []string{token, "MARKER", "SECRET_token"} {
		if strings.Contains(text, part) {
			t.Errorf("the token leaked: %s", text)
		}
	}
}

// bubble runs a test in fake time.
func bubble(t *testing.T, limits telegramtest.Limits, test func(t *testing.T, r *rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, limits)
		defer r.close()
		test(t, r)
	})
}

// run lets the bot listen until stop is called, which returns what Run returned.
func (r *rig) run(talk bot.Conversation) (stop func() error) {
	return r.runBot(r.bot, talk)
}

func (r *rig) runBot(b *telegram.Telegram, talk bot.Conversation) (stop func() error) {
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx, talk) }()
	return func() error {
		cancel()
		return <-ended
	}
}

func to(c telegramtest.Chat) intel.Destination {
	return intel.Destination{Platform: telegram.Name, Chat: number(c.ID)}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func (r *rig) send(o bot.Outgoing) (string, error) {
	receipt, err := r.bot.Send(r.t.Context(), o)
	if err != nil {
		noSecret(r.t, err.Error())
	}
	return receipt, err
}

func (r *rig) mustSend(o bot.Outgoing) string {
	r.t.Helper()
	receipt, err := r.send(o)
	if err != nil {
		r.t.Fatal(err)
	}
	return receipt
}

func text(headline string) bot.Message { return bot.Message{Headline: headline} }

// journal is a log that several write and a test reads.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// talk is a conversation that notes what it is handed.
type talk struct {
	mu       sync.Mutex
	requests []bot.Request
	events   []string
	times    []time.Time
	reply    func(ctx context.Context, r bot.Request) bot.Answer
	fail     error // of the events
}

var table = []bot.Command{
	{Name: "help", Summary: "What I can do"},
	{Name: "start", Summary: "Hello", Hidden: true},
	{Name: "incident", Summary: "One incident", Parameters: []bot.Parameter{{Name: "id", Summary: "Which"}}},
	{Name: "subscribe", Summary: "Hear of incidents here", Who: bot.Managers, Private: true},
	{Name: "feed add", Summary: "Add a feed", Who: bot.Managers, Parameters: []bot.Parameter{{Name: "url", Summary: "Where"}}},
	{Name: "status", Summary: "How I am", Who: bot.Operators},
}

func (k *talk) Commands() []bot.Command { return table }

func (k *talk) Answer(ctx context.Context, r bot.Request) bot.Answer {
	k.mu.Lock()
	k.requests = append(k.requests, r)
	k.times = append(k.times, time.Now())
	reply := k.reply
	k.mu.Unlock()
	if reply != nil {
		return reply(ctx, r)
	}
	return bot.Answer{Message: text("Answer to " + r.Command)}
}

func (k *talk) Suggest(context.Context, bot.Request, string, string) []bot.Choice { return nil }

func (k *talk) note(words ...string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail != nil {
		return k.fail
	}
	k.events = append(k.events, strings.Join(words, " "))
	return nil
}

func (k *talk) Closed(_ context.Context, platform, chat, reason string) error {
	return k.note("closed", platform, chat, reason)
}

func (k *talk) Opened(_ context.Context, platform, chat string) error {
	return k.note("opened", platform, chat)
}

func (k *talk) Moved(_ context.Context, platform, from, to string) error {
	return k.note("moved", platform, from, to)
}

func (k *talk) asked() []bot.Request {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]bot.Request(nil), k.requests...)
}

func (k *talk) happened() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.events...)
}

// admin is what the platform says about who asked.
func admin(t *testing.T, r bot.Request) bool {
	t.Helper()
	yes, err := r.From.Admin(t.Context())
	if err != nil {
		t.Error(err)
	}
	return yes
}

// after lets the bot work for a while of fake time.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// said is the first lines of the bot's messages in a chat.
func (r *rig) said(c telegramtest.Chat) []string {
	var out []string
	for _, m := range r.server.Messages(c) {
		head, _, _ := strings.Cut(m.Text, "\n")
		out = append(out, head)
	}
	return out
}
