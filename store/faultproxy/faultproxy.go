// Package faultproxy stands between a client and a Redis server in tests and does what networks do: delay, cut
// the connection before a request or after it was applied, hold it for ever, refuse, lead to another server. It
// understands where requests and replies end, so that a fault meets one command and no other, and so that "applied,
// and the reply lost" is certain and not a race. What passes between two servers is a [Link], which is cut as a whole.
package faultproxy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Fault says what happens to one request.
type Fault struct {
	Delay time.Duration // before it is handed on
	What  What
	// Answer is an error the client gets for it in place of the server, which never sees it: "LOADING and why".
	Answer string
}

// What happens to a request after its delay.
type What int

// The faults. The zero value is none.
const (
	Pass      What = iota
	CutBefore      // the server never sees it
	CutAfter       // the server has answered, the client never sees it
	HalfReply      // the client sees half of the answer, then the connection is cut
	Stall          // nothing happens any more, and the connection stays open
)

// Proxy is a listener that hands requests on.
type Proxy struct {
	listener net.Listener
	ended    chan struct{}
	busy     sync.WaitGroup
	speak    func(client, server net.Conn) error // until the connection is over

	mu      sync.Mutex
	dial    func() (net.Conn, error)
	plan    func(request []string) Fault
	refuses bool
	open    map[net.Conn]bool
}

// Start starts a proxy for the server at the network address, until the test ends.
func Start(t testing.TB, network, address string) *Proxy {
	t.Helper()
	p := &Proxy{ended: make(chan struct{}), open: map[net.Conn]bool{}}
	p.speak = p.serve
	p.start(t, network, address)
	return p
}

func (p *Proxy) start(t testing.TB, network, address string) {
	t.Helper()
	var listener net.ListenConfig
	l, err := listener.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.listener = l
	p.Lead(t, network, address)
	p.busy.Go(p.accept)
	t.Cleanup(func() {
		close(p.ended)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		p.cut()
		p.busy.Wait()
	})
}

// Lead makes new connections lead to another server. Those that are open stay where they are.
func (p *Proxy) Lead(t testing.TB, network, address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dial = func() (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(t.Context(), network, address)
	}
}

// Address is where it listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Plan sets what happens to each request from now on; nil means nothing. It is called with one request at a time.
func (p *Proxy) Plan(plan func(request []string) Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan = plan
}

// Refuse cuts all connections and takes no more until it is called with false.
func (p *Proxy) Refuse(yes bool) {
	p.mu.Lock()
	p.refuses = yes
	p.mu.Unlock()
	if yes {
		p.cut()
	}
}

func (p *Proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close() // it may have ended by itself
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.busy.Go(func() {
			p.mu.Lock()
			dial := p.dial
			p.mu.Unlock()
			server, err := dial()
			if err != nil {
				_ = client.Close()
				return
			}
			if p.hold(client, server) {
				_ = p.speak(client, server) // its end is the end of the connection
			}
			p.drop(client, server)
		})
	}
}

// hold notes connections that are to be cut, and says whether they may be used.
func (p *Proxy) hold(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.open[c] = true
	}
	return !p.refuses
}

func (p *Proxy) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.open, c)
		_ = c.Close()
	}
}

var errCut = errors.New("cut")

// serve hands on one request after the other. Redis answers in order, so that a client that sends several at once
// gets the same answers, only later.
func (p *Proxy) serve(client, server net.Conn) error {
	requests, replies := bufio.NewReader(client), bufio.NewReader(server)
	for {
		request, words, err := frame(requests)
		if err != nil {
			return err
		}
		f := p.fault(words)
		if err := p.wait(f.Delay); err != nil {
			return err
		}
		if f.Answer != "" {
			if _, err := io.WriteString(client, "-"+f.Answer+"\r\n"); err != nil {
				return err
			}
			continue
		}
		switch f.What {
		case CutBefore:
			return errCut
		case Stall:
			_, err := io.Copy(io.Discard, requests) // until the client gives up
			return err
		}
		if _, err := server.Write(request); err != nil {
			return err
		}
		reply, _, err := frame(replies)
		if err != nil {
			return err
		}
		switch f.What {
		case CutAfter:
			return errCut
		case HalfReply:
			_, _ = client.Write(reply[:len(reply)/2])
			return errCut
		}
		if _, err := client.Write(reply); err != nil {
			return err
		}
	}
}

func (p *Proxy) fault(request []string) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plan == nil {
		return Fault{}
	}
	return p.plan(request)
}

func (p *Proxy) wait(d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.ended:
		return errCut
	}
}

// frame reads one request or reply (https://redis.io/docs/latest/develop/reference/protocol-spec) and returns its
// bytes and its words.
func frame(r *bufio.Reader) (raw []byte, words []string, err error) {
	var whole bytes.Buffer
	for left := 1; left > 0; left-- {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, nil, err
		}
		whole.WriteString(line)
		head := strings.TrimSpace(line)
		size, sizeErr := strconv.Atoi(head[min(1, len(head)):])
		switch {
		case strings.HasPrefix(head, "*") && sizeErr == nil:
			left += max(size, 0)
		case strings.HasPrefix(head, "$") && size >= 0:
			word := make([]byte, size+len("\r\n"))
			if _, err := io.ReadFull(r, word); err != nil {
				return nil, nil, err
			}
			whole.Write(word)
			words = append(words, string(word[:size]))
		}
	}
	return whole.Bytes(), words, nil
}
