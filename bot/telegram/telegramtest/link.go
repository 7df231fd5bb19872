package telegramtest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"syscall"
)

// memory is a listener without a network, so that a test in a bubble of [testing/synctest] speaks the real wire.
type memory struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newMemory() *memory { return &memory{conns: make(chan net.Conn), done: make(chan struct{})} }

// Accept implements [net.Listener].
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}

// Addr implements [net.Listener].
func (m *memory) Addr() net.Addr { return &net.UnixAddr{Name: "telegram", Net: "unix"} }

func (m *memory) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case m.conns <- theirs:
		return ours, nil
	case <-m.done:
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// MemoryURL is the address for a client that Client returned.
const MemoryURL = "http://telegram.test"

// Client serves from memory and returns a client that reaches it, whatever the address. The server has to be
// closed before a bubble ends.
func (s *Server) Client() *http.Client {
	link := newMemory()
	served := &http.Server{Handler: s}
	go func() { _ = served.Serve(link) }()
	transport := &http.Transport{DialContext: link.dial, MaxIdleConnsPerHost: 64}
	s.closers = append(s.closers, func() {
		_ = served.Close()
		transport.CloseIdleConnections()
	})
	return &http.Client{Transport: transport}
}

// Listen serves on a loopback address and returns its URL, for a process of its own or a test in real time.
func (s *Server) Listen() string {
	served := httptest.NewServer(s)
	s.closers = append(s.closers, func() {
		served.CloseClientConnections()
		served.Close()
	})
	return served.URL
}

// Close ends what Client and Listen began. From then on connections are refused.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	s.mu.Unlock()
	for _, closer := range s.closers {
		closer()
	}
	s.closers = nil
}
