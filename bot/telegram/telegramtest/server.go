// Package telegramtest is a Telegram to test against: a server that speaks the real wire of the Bot API, keeps
// what readers would see, and plays the people who read it. It refuses in Telegram's words, keeps Telegram's
// limits, and fails as it is told to.
//
// Every request is checked against the part of the API that is served here, and against the whole published API
// where Options.API has it: what is wrong with one is in Problems. The server's own rules are those of the
// official server (https://github.com/tdlib/telegram-bot-api) and of https://core.telegram.org/bots/api.
//
// A test in a bubble of [testing/synctest] reaches it through Client, any other and any other process through
// Listen.
package telegramtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options says what the bot is.
type Options struct {
	Token    string // usually 4242:TEST
	Username string // of the bot, without @; usually faultline_bot
	Limits   Limits // zero values are no limits
	API      *API   // the whole published API; nil where it is not at hand
	Now      func() time.Time
}

// Server is one Telegram with one bot. Its methods are safe for concurrent use.
type Server struct {
	token  string
	bot    User
	limits Limits
	apis   []*API
	now    func() time.Time

	closed  chan struct{}
	closers []func()

	mu       sync.Mutex
	faults   []*script
	problems []string
	calls    []Call
	meter    meter
	users    map[int64]*User
	chats    map[int64]*Chat
	messages []*Message
	queries  map[string]*query
	menus    map[string][]command
	updates  updates
	nextID   int64 // of users, chats, messages and queries
}

// Call is one request that came, carried out or not.
type Call struct {
	At     time.Time
	Method string
	Params map[string]string
	// Refused is the code of the refusal; 0 where it was carried out.
	Refused int
}

// New makes a server that nobody reaches before Client, Listen or a handler of the caller's.
func New(o Options) *Server {
	s := &Server{
		token: or(o.Token, "4242:TEST"), limits: o.Limits, now: o.Now, apis: []*API{pocketAPI()},
		closed: make(chan struct{}), meter: meter{chats: make(map[int64]*chatMeter)},
		users: make(map[int64]*User), chats: make(map[int64]*Chat), queries: make(map[string]*query),
		menus: make(map[string][]command), updates: newUpdates(), nextID: 100,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if o.API != nil {
		s.apis = append(s.apis, o.API)
	}
	number, _, _ := strings.Cut(s.token, ":")
	id, _ := strconv.ParseInt(number, 10, 64)
	s.bot = User{ID: id, Bot: true, Name: "Faultline", Username: or(o.Username, "faultline_bot")}
	return s
}

func or(value, usual string) string {
	if value == "" {
		return usual
	}
	return value
}

// Problems are the faults of the requests that came: what the API has no name for, what is missing, what has the
// wrong shape. A bot that is right causes none.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// Calls are the requests of a method that came, oldest first; all where the method is empty.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

// refusal is an answer that says no.
type refusal struct {
	code       int
	text       string
	retryAfter int
	migrateTo  int64
}

func badRequest(text string) *refusal { return &refusal{code: 400, text: "Bad Request: " + text} }

func forbidden(text string) *refusal { return &refusal{code: 403, text: "Forbidden: " + text} }

// ServeHTTP answers https://api.telegram.org/bot<token>/<method>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !ok || !strings.HasPrefix(r.URL.Path, "/bot") || !strings.Contains(token, ":") {
		answer(w, nil, &refusal{code: 404, text: "Not Found"})
		return
	}
	if token != s.token {
		answer(w, nil, &refusal{code: Revoked.Code, text: Revoked.Description})
		return
	}
	p, err := readParams(w, r)
	if err != nil {
		answer(w, nil, badRequest("can't read the request: "+err.Error()))
		return
	}
	f := s.arrive(method, p)
	if !f.Applied {
		s.hold(r, f)
		if f.show(w) {
			s.refused(method, p, f.Code)
			return
		}
	}
	result, no := s.carryOut(r, method, p)
	if f.Applied {
		s.hold(r, f)
		if f.show(w) {
			return
		}
	}
	answer(w, result, no)
}

// arrive checks a request and says what goes wrong with it.
func (s *Server) arrive(method string, p params) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.apis {
		for _, problem := range b.check(method, p) {
			if !slices.Contains(s.problems, problem) {
				s.problems = append(s.problems, problem)
			}
		}
	}
	return s.fault(method, p)
}

func (s *Server) carryOut(r *http.Request, method string, p params) (any, *refusal) {
	var result any
	var no *refusal
	if method == "getUpdates" {
		result, no = s.getUpdates(r, p)
	} else {
		result, no = s.do(method, p)
	}
	code := 0
	if no != nil {
		code = no.code
	}
	s.refused(method, p, code)
	return result, no
}

func (s *Server) refused(method string, p params, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{At: s.now(), Method: method, Params: p, Refused: code})
}

func (s *Server) do(method string, p params) (any, *refusal) {
	methods := map[string]func(params) (any, *refusal){
		"getMe":               s.getMe,
		"deleteWebhook":       s.deleteWebhook,
		"sendMessage":         s.sendMessage,
		"editMessageText":     s.editMessageText,
		"sendPhoto":           s.sendPhoto,
		"answerCallbackQuery": s.answerCallbackQuery,
		"getChatMember":       s.getChatMember,
		"getMyCommands":       s.getMyCommands,
		"setMyCommands":       s.setMyCommands,
	}
	handle, ok := methods[method]
	if !ok {
		return nil, &refusal{code: 404, text: "Not Found: method not found"}
	}
	if !p.utf8() {
		return nil, badRequest("strings must be encoded in UTF-8")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return handle(p)
}

func (s *Server) getMe(params) (any, *refusal) { return s.bot, nil }

// answer writes what Telegram's server would, with the code in the status as well.
func answer(w http.ResponseWriter, result any, no *refusal) {
	body := map[string]any{"ok": no == nil}
	w.Header().Set("Content-Type", "application/json")
	if no == nil {
		body["result"] = result
	} else {
		body["error_code"], body["description"] = no.code, no.text
		more := make(map[string]any)
		if no.retryAfter > 0 {
			body["description"] = "Too Many Requests: retry after " + strconv.Itoa(no.retryAfter)
			more["retry_after"] = no.retryAfter
			w.Header().Set("Retry-After", strconv.Itoa(no.retryAfter))
		}
		if no.migrateTo != 0 {
			more["migrate_to_chat_id"] = no.migrateTo
		}
		if len(more) > 0 {
			body["parameters"] = more
		}
		w.WriteHeader(no.code)
	}
	_ = json.NewEncoder(w).Encode(body)
}

// id is a number that was not used yet. The caller has the lock.
func (s *Server) id() int64 {
	s.nextID++
	return s.nextID
}
