package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// What the gateway and a bot say to each other; see
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opAck            = 11
)

// Heartbeat is how often Discord wants to hear of a bot.
const Heartbeat = 41250 * time.Millisecond

// mostUnsent is how much a bot may have to read.
const mostUnsent = 1 << 16

// Act is what the gateway does with a connection.
type Act func(c *connection)

// ReconnectFirst sends Op 7 in place of READY or RESUMED.
func ReconnectFirst(c *connection) { c.onStart = func() { c.send(opReconnect, nil, nil) } }

// NoReady never takes the bot.
func NoReady(c *connection) { c.onStart = func() {} }

// NoHello says nothing at all.
func NoHello(c *connection) { c.dumb = true }

// Silent does not answer heartbeats.
func Silent(c *connection) { c.silent = true }

// Invalid answers with Op 9.
func Invalid(resumable bool) Act {
	return func(c *connection) { c.onStart = func() { c.send(opInvalidSession, resumable, nil) } }
}

// CloseFirst closes in place of READY.
func CloseFirst(code int) Act {
	return func(c *connection) { c.onStart = func() { c.close(code) } }
}

// CutAfter cuts the connection so long after it was taken.
func CutAfter(d time.Duration) Act { return func(c *connection) { c.cutAfter = d } }

// gateway is the server's other half.
type gateway struct {
	server *Server

	mu          sync.Mutex
	down        bool
	acts        []Act
	always      Act
	connections map[*connection]bool
	sessions    map[string]*session
	made        int // connections
	identifies  []time.Time
	resumes     int
	elsewhere   int // connections to the address for resuming
	remaining   int
	resetAfter  time.Duration
	count       int
}

// session is what can be resumed.
type session struct {
	id     string
	seq    int64
	events []event // all of them
	on     *connection
	over   bool
}

type event struct {
	Op   int    `json:"op"`
	Data any    `json:"d"`
	Seq  *int64 `json:"s"`
	Type any    `json:"t"`
}

// connection is one websocket.
type connection struct {
	gateway  *gateway
	socket   *websocket.Conn
	out      chan func() error
	session  *session
	onStart  func()
	dumb     bool
	silent   bool
	cutAfter time.Duration
}

func newGateway(s *Server) *gateway {
	return &gateway{
		server: s, connections: make(map[*connection]bool), sessions: make(map[string]*session), remaining: 1000,
		resetAfter: 24 * time.Hour,
	}
}

// getGateway says where the gateway is, and how often it may be entered.
func (s *Server) getGateway(*http.Request, []byte) answer {
	g := s.gateway
	g.mu.Lock()
	defer g.mu.Unlock()
	return answer{status: http.StatusOK, body: map[string]any{
		"url": "ws://" + s.host, "shards": 1,
		"session_start_limit": map[string]any{
			"total": 1000, "remaining": g.remaining, "reset_after": g.resetAfter.Milliseconds(), "max_concurrency": 1,
		},
	}}
}

// NextConnection has the connections to come go as the acts say, one each.
func (s *Server) NextConnection(acts ...Act) {
	s.gateway.mu.Lock()
	defer s.gateway.mu.Unlock()
	s.gateway.acts = append(s.gateway.acts, acts...)
}

// EveryConnection has all connections to come go as the act says; nil as they should.
func (s *Server) EveryConnection(a Act) {
	s.gateway.mu.Lock()
	defer s.gateway.mu.Unlock()
	s.gateway.always = a
}

// GatewayDown has the gateway refuse connections, and ends those there are; or brings it back.
func (s *Server) GatewayDown(down bool) {
	s.gateway.mu.Lock()
	s.gateway.down = down
	s.gateway.mu.Unlock()
	if down {
		s.gateway.cutAll()
	}
}

// Starts sets how often the gateway may still be entered.
func (s *Server) Starts(remaining int, resetAfter time.Duration) {
	s.gateway.mu.Lock()
	defer s.gateway.mu.Unlock()
	s.gateway.remaining, s.gateway.resetAfter = remaining, resetAfter
}

// Reconnect sends Op 7 to the bot.
func (s *Server) Reconnect() {
	s.gateway.each(func(c *connection) { c.send(opReconnect, nil, nil) })
}

// AskHeartbeat sends Op 1 to the bot.
func (s *Server) AskHeartbeat() {
	s.gateway.each(func(c *connection) { c.send(opHeartbeat, nil, nil) })
}

// Invalidate sends Op 9 to the bot, and forgets its session unless that is resumable.
func (s *Server) Invalidate(resumable bool) {
	s.gateway.each(func(c *connection) {
		if c.session != nil && !resumable {
			c.session.over = true
		}
		c.send(opInvalidSession, resumable, nil)
	})
}

// CloseGateway closes the bot's connection with a code.
func (s *Server) CloseGateway(code int) { s.gateway.each(func(c *connection) { c.close(code) }) }

// CutGateway cuts the bot's connection without a word.
func (s *Server) CutGateway() { s.gateway.cutAll() }

// Mute has the gateway answer heartbeats no more on the connections there are.
func (s *Server) Mute() { s.gateway.each(func(c *connection) { c.silent = true }) }

// Dispatch sends the bot an event.
func (s *Server) Dispatch(kind string, data any) { s.gateway.dispatch(kind, data) }

// Listening says whether the bot hears events now.
func (s *Server) Listening() bool {
	g := s.gateway
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.sessions {
		if one.on != nil {
			return true
		}
	}
	return false
}

// Gateway counts what the bot did at the gateway.
type Gateway struct {
	Connections, Identifies, Resumes int
	// Elsewhere counts connections to the address that is for resuming.
	Elsewhere int
}

// Gateway is what the bot did at the gateway so far.
func (s *Server) Gateway() Gateway {
	g := s.gateway
	g.mu.Lock()
	defer g.mu.Unlock()
	return Gateway{Connections: g.made, Identifies: len(g.identifies), Resumes: g.resumes, Elsewhere: g.elsewhere}
}

func (g *gateway) each(do func(c *connection)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.connections {
		do(c)
	}
}

func (g *gateway) cutAll() {
	g.each(func(c *connection) { _ = c.socket.NetConn().Close() })
}

// dispatch sends an event to every session; one that is not connected gets it when it resumes.
func (g *gateway) dispatch(kind string, data any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.sessions {
		if !one.over {
			one.tell(kind, data)
		}
	}
}

// tell numbers an event and sends it. The gateway is locked.
func (s *session) tell(kind string, data any) {
	s.seq++
	seq := s.seq
	e := event{Op: opDispatch, Data: data, Seq: &seq, Type: kind}
	s.events = append(s.events, e)
	if s.on != nil {
		s.on.put(e)
	}
}

func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	down := g.down
	g.mu.Unlock()
	if down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	query := r.URL.Query()
	if query.Get("v") != "10" || query.Get("encoding") != "json" || len(query) != 2 {
		g.server.mu.Lock()
		g.server.violated("the gateway was asked for as " + r.URL.String())
		g.server.mu.Unlock()
	}
	upgrader := websocket.Upgrader{HandshakeTimeout: time.Minute}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &connection{gateway: g, socket: socket, out: make(chan func() error, mostUnsent)}
	g.mu.Lock()
	g.made++
	g.connections[c] = true
	if r.Host == g.server.resume {
		g.elsewhere++
	}
	if len(g.acts) > 0 {
		g.acts[0](c)
		g.acts = g.acts[1:]
	} else if g.always != nil {
		g.always(c)
	}
	g.mu.Unlock()
	if !c.dumb {
		c.send(opHello, map[string]any{"heartbeat_interval": Heartbeat.Milliseconds(), "_trace": []string{"discordtest"}}, nil)
	}
	over := make(chan struct{})
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write(over)
	}()
	c.read()
	close(over)
	<-written
	g.mu.Lock()
	delete(g.connections, c)
	if c.session != nil && c.session.on == c {
		c.session.on = nil
	}
	g.mu.Unlock()
	_ = socket.Close()
	g.tellServer()
}

// tellServer wakes whoever waits for something to happen.
func (g *gateway) tellServer() {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	g.server.happened()
}

func (c *connection) read() {
	for {
		var said struct {
			Op   int             `json:"op"`
			Data json.RawMessage `json:"d"`
		}
		if err := c.socket.ReadJSON(&said); err != nil {
			if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) && c.session != nil {
				c.gateway.mu.Lock()
				c.session.over = true // as Discord has it
				c.gateway.mu.Unlock()
			}
			return
		}
		switch said.Op {
		case opHeartbeat:
			c.gateway.mu.Lock()
			silent := c.silent
			c.gateway.mu.Unlock()
			if !silent {
				c.send(opAck, nil, nil)
			}
		case opIdentify:
			c.identify(said.Data)
		case opResume:
			c.resume(said.Data)
		}
	}
}

// identify starts a session, as Discord would.
func (c *connection) identify(data json.RawMessage) {
	var d struct {
		Token      string         `json:"token"`
		Intents    int            `json:"intents"`
		Properties map[string]any `json:"properties"`
	}
	_ = json.Unmarshal(data, &d)
	g, s := c.gateway, c.gateway.server
	s.mu.Lock()
	guilds := []any{}
	var there []any
	for id, on := range s.guilds {
		if on {
			guilds = append(guilds, map[string]any{"id": id, "unavailable": true})
			there = append(there, s.guild(id))
		}
	}
	if d.Intents != 1 {
		s.violated(fmt.Sprintf("IDENTIFY asks for the intents %d, and needs GUILDS only", d.Intents))
	}
	s.mu.Unlock()
	g.mu.Lock()
	defer g.tellServer()
	defer g.mu.Unlock()
	now := time.Now()
	quick := len(g.identifies) > 0 && now.Sub(g.identifies[len(g.identifies)-1]) < 5*time.Second
	g.identifies = append(g.identifies, now)
	g.remaining--
	switch {
	case d.Token != "Bot "+s.token && d.Token != s.token:
		c.close(4004)
	case quick || len(d.Properties) == 0:
		c.send(opInvalidSession, false, nil)
	case c.onStart != nil:
		c.onStart()
	default:
		c.welcome(guilds, there)
	}
}

// welcome sends READY and the servers. The gateway is locked.
func (c *connection) welcome(guilds, there []any) {
	g := c.gateway
	g.count++
	c.session = &session{id: fmt.Sprintf("session-%d", g.count), on: c}
	g.sessions = map[string]*session{c.session.id: c.session} // an older one of the same bot hears nothing of ours
	c.session.tell("READY", map[string]any{
		"v": 10, "user": map[string]any{"id": g.server.botID, "username": "faultline", "bot": true}, "guilds": guilds,
		"session_id": c.session.id, "resume_gateway_url": "ws://" + g.server.resume,
		"application": map[string]any{"id": g.server.appID, "flags": 0},
	})
	for _, guild := range there {
		c.session.tell("GUILD_CREATE", guild)
	}
	c.cutLater()
}

func (c *connection) cutLater() {
	if c.cutAfter > 0 {
		time.AfterFunc(c.cutAfter, func() { _ = c.socket.NetConn().Close() })
	}
}

// resume goes on with a session: what it has missed comes first.
func (c *connection) resume(data json.RawMessage) {
	var d struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int64  `json:"seq"`
	}
	_ = json.Unmarshal(data, &d)
	g := c.gateway
	defer g.tellServer()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.resumes++
	one := g.sessions[d.Session]
	switch {
	case c.onStart != nil:
		c.onStart()
	case one == nil || one.over:
		c.send(opInvalidSession, false, nil)
	case d.Seq > one.seq:
		c.close(4007)
	default:
		c.session, one.on = one, c
		for _, e := range one.events {
			if *e.Seq > d.Seq {
				c.put(e)
			}
		}
		one.tell("RESUMED", map[string]any{})
		c.cutLater()
	}
}

func (c *connection) send(op int, data any, seq *int64) { c.put(event{Op: op, Data: data, Seq: seq}) }

// put sends an event after those that wait already. A bot that does not read is cut off.
func (c *connection) put(e event) {
	c.later(func() error { return c.socket.WriteJSON(e) })
}

func (c *connection) close(code int) {
	c.later(func() error {
		_ = c.socket.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
		return websocket.ErrCloseSent
	})
}

func (c *connection) later(write func() error) {
	select {
	case c.out <- write:
	default:
		_ = c.socket.NetConn().Close()
	}
}

// write sends what waits, until the connection is over.
func (c *connection) write(over <-chan struct{}) {
	defer func() { _ = c.socket.NetConn().Close() }()
	for {
		select {
		case <-over:
			return
		case write := <-c.out:
			if write() != nil {
				return
			}
		}
	}
}
