// Package discordtest is a Discord to test against: a server that speaks its REST API and its gateway on the real
// wire, keeps its rules and limits, fails as it is told to, and plays the people who use a bot.
//
// It is for code of ours and for Discord as it is documented, so it is stricter than Discord: whatever a bot sends
// that Discord's rules do not allow is refused and fails the test. Where Options.Spec names Discord's OpenAPI
// document, requests are checked against that too.
//
//	server := discordtest.Start(t, discordtest.Options{})
//	channel := server.AddChannel(server.AddGuild())
//	... run a bot with server.APIURL() and server.Token() ...
//	asked := server.RunCommand(discordtest.Person{ID: "7"}, channel, "status", nil)
//	answer := asked.Answer(t)
//	alerts := server.Transcript(channel)
//
// The bot may be another process. In a test with testing/synctest, Options.Memory keeps the network in memory; the
// bot then dials with Server.Dial.
package discordtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options says what kind of Discord it is.
type Options struct {
	// Spec is Discord's OpenAPI document; nil for the server's own rules only.
	Spec *Spec
	// Memory keeps the network in memory.
	Memory bool
	// Unlimited leaves the limits of rate out.
	Unlimited bool
	// Broken says that rules will be broken, and the test looks at Violations itself.
	Broken bool
}

// Server is one Discord with one bot.
type Server struct {
	options  Options
	token    string
	appID    string
	botID    string
	listener net.Listener
	host     string
	resume   string // host of the gateway for sessions that resume
	http     *http.Server
	gateway  *gateway

	mu           sync.Mutex
	sequence     uint64
	channels     map[string]*channel
	guilds       map[string]bool // whether the bot is there
	messages     map[string]*Message
	order        []*Message
	commands     []command
	created      []time.Time // commands, for the limit of a day
	overwrites   int
	interactions map[string]*Interaction // by token
	limits       limits
	faults       []*Fault
	requests     []Request
	violations   []string
	changed      chan struct{} // closed and made anew when something happens
}

// Request is one that the bot made.
type Request struct {
	At     time.Time
	Method string
	Path   string // below the API's URL
	Status int    // of the answer; 0 where there was none
	Body   string
}

// Start runs a server until the test is over. Rules that the bot broke fail the test then.
func Start(t testing.TB, o Options) *Server {
	s := &Server{
		options: o,
		token:   "MTk4NjIyNDgzNDcx.discordtest.secret-of-the-bot",
		appID:   "100000000000000001", botID: "100000000000000001",
		channels: make(map[string]*channel), guilds: make(map[string]bool), messages: make(map[string]*Message),
		interactions: make(map[string]*Interaction), changed: make(chan struct{}),
	}
	s.limits.init()
	s.gateway = newGateway(s)
	if o.Memory {
		s.listener, s.host, s.resume = newMemory(), "discord.test", "resume.discord.test"
	} else {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		s.listener, s.host, s.resume = l, l.Addr().String(), "localhost:"+port
	}
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: time.Minute}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("discordtest: %v", err)
		}
	}()
	t.Cleanup(func() {
		s.gateway.cutAll()
		_ = s.http.Close()
		<-served
		if !o.Broken {
			for _, v := range s.Violations() {
				t.Errorf("discordtest: %s", v)
			}
		}
	})
	return s
}

// APIURL is what the bot's requests go to a path below of.
func (s *Server) APIURL() string { return "http://" + s.host + "/api/v10" }

// Token is the bot's.
func (s *Server) Token() string { return s.token }

// Dial connects to the server, whatever the address says; for a server whose network is in memory.
func (s *Server) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if m, ok := s.listener.(*memory); ok {
		return m.dial(ctx)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// Requests are all that the bot made.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Violations are the rules that the bot broke.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// Await returns when the condition holds, and fails the test if that takes too long: a minute, or an hour of the time
// in a bubble.
func (s *Server) Await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	most := time.Minute
	if s.options.Memory {
		most = time.Hour
	}
	late := time.NewTimer(most)
	defer late.Stop()
	for {
		changed := s.change()
		if holds() {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("discordtest: still waiting for %s", what)
		}
	}
}

func (s *Server) change() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// happened wakes whoever waits. The caller has the lock.
func (s *Server) happened() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// violated notes a broken rule. The caller has the lock.
func (s *Server) violated(rule string) {
	s.violations = append(s.violations, rule)
	s.happened()
}

// discordEpoch is where ids begin to count.
const discordEpoch = 1420070400000

// id makes a snowflake. The caller has the lock.
func (s *Server) id() string { return s.idAt(time.Now()) }

func (s *Server) idAt(t time.Time) string {
	s.sequence++
	return strconv.FormatUint(uint64(t.UnixMilli()-discordEpoch)<<22|s.sequence&0x3fffff, 10)
}

// answer is what the server says to a request.
type answer struct {
	status int
	header map[string]string
	body   any // JSON, or a string as it stands
}

// refuse is Discord saying no.
func refuse(status, code int, message string) answer {
	return answer{status: status, body: map[string]any{"code": code, "message": message}}
}

// badForm is Discord not taking a form, and where.
func badForm(path, code, message string) answer {
	var at any = map[string]any{"_errors": []any{map[string]any{"code": code, "message": message}}}
	for _, part := range slices.Backward(strings.Split(path, ".")) {
		at = map[string]any{part: at}
	}
	return answer{status: http.StatusBadRequest, body: map[string]any{
		"code": 50035, "message": "Invalid Form Body", "errors": at,
	}}
}

// route answers one kind of request. The server is locked.
type route func(r *http.Request, body []byte) answer

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]route{
		"GET /gateway/bot":                                  s.getGateway,
		"GET /users/@me":                                    s.getMe,
		"GET /applications/@me":                             s.getApplication,
		"GET /oauth2/applications/@me":                      s.getApplication,
		"GET /applications/{app}/commands":                  s.getCommands,
		"PUT /applications/{app}/commands":                  s.putCommands,
		"PATCH /channels/{channel}":                         s.patchChannel,
		"POST /channels/{channel}/messages":                 s.postMessage,
		"PATCH /channels/{channel}/messages/{message}":      s.patchMessage,
		"POST /interactions/{id}/{token}/callback":          s.postCallback,
		"POST /webhooks/{app}/{token}":                      s.postFollowUp,
		"PATCH /webhooks/{app}/{token}/messages/@original":  s.patchOriginal,
		"DELETE /webhooks/{app}/{token}/messages/@original": s.deleteOriginal,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /api/v10"+path, func(w http.ResponseWriter, r *http.Request) {
			s.serve(w, r, pattern, handle)
		})
	}
	mux.HandleFunc("GET /{$}", s.gateway.serve)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.violated(fmt.Sprintf("%s %s is no request of API v10", r.Method, r.URL.Path))
		s.mu.Unlock()
		write(w, refuse(http.StatusNotFound, 0, "404: Not Found"))
	})
	return mux
}

// serve answers a request: with a fault if one was asked for, else by its route.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, pattern string, handle route) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	s.mu.Lock()
	at := len(s.requests)
	s.requests = append(s.requests, Request{
		At: time.Now(), Method: r.Method, Path: strings.TrimPrefix(r.URL.Path, "/api/v10"), Body: string(body),
	})
	fault := s.take(pattern, r)
	var out answer
	if fault == nil || fault.Applied {
		out = s.judge(r, pattern, body, handle)
	}
	if fault != nil {
		out = fault.answer(out)
	}
	if out.status == http.StatusUnauthorized || out.status == http.StatusForbidden ||
		out.status == http.StatusTooManyRequests && out.header["X-RateLimit-Scope"] != "shared" {
		s.limits.invalid++
	}
	s.requests[at].Status = out.status
	s.happened()
	s.mu.Unlock()
	if fault != nil {
		fault.finish(w, r, out)
		return
	}
	write(w, out)
}

// judge checks what every request has to keep to, and then has it answered. The server is locked.
func (s *Server) judge(r *http.Request, pattern string, body []byte, handle route) answer {
	if !agent.MatchString(r.UserAgent()) {
		s.violated("User-Agent " + strconv.Quote(r.UserAgent()) + " is not of the form DiscordBot (url, version)")
		return refuse(http.StatusForbidden, 40333, "internal network error")
	}
	free := strings.Contains(pattern, "{token}")
	if !free && r.Header.Get("Authorization") != "Bot "+s.token {
		return refuse(http.StatusUnauthorized, 0, "401: "+http.StatusText(http.StatusUnauthorized))
	}
	var headers map[string]string
	if !free && !s.options.Unlimited {
		var no *answer
		if headers, no = s.limits.count(r, pattern, time.Now()); no != nil {
			return *no
		}
	}
	if len(body) > 0 && r.Header.Get("Content-Type") != "application/json" {
		s.violated(pattern + ": the content type is " + strconv.Quote(r.Header.Get("Content-Type")))
		return refuse(http.StatusBadRequest, 50035, "Expected JSON")
	}
	if s.options.Spec != nil && len(body) > 0 {
		if err := s.options.Spec.check(pattern, body); err != nil {
			s.violated(fmt.Sprintf("%s is not as Discord's document has it: %v\n%s", pattern, err, body))
			return badForm("document", "SPEC", err.Error())
		}
	}
	out := handle(r, body)
	if out.header == nil {
		out.header = make(map[string]string)
	}
	for k, v := range headers {
		out.header[k] = v
	}
	return out
}

func write(w http.ResponseWriter, a answer) {
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	if text, ok := a.body.(string); ok {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

func (s *Server) getMe(*http.Request, []byte) answer {
	return answer{status: http.StatusOK, body: map[string]any{"id": s.botID, "username": "faultline", "bot": true}}
}

func (s *Server) getApplication(*http.Request, []byte) answer {
	return answer{status: http.StatusOK, body: map[string]any{"id": s.appID, "name": "faultline"}}
}
