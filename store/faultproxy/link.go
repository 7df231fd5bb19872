package faultproxy

import (
	"errors"
	"io"
	"net"
	"testing"
)

// Link is the way between two servers, such as a master and its replica. It hands on bytes, whatever they mean, until
// it is told to refuse.
type Link struct{ p *Proxy }

// StartLink starts a link to the server at the network address, until the test ends.
func StartLink(t testing.TB, network, address string) *Link {
	t.Helper()
	p := &Proxy{ended: make(chan struct{}), open: map[net.Conn]bool{}, speak: pipe}
	p.start(t, network, address)
	return &Link{p}
}

// Host and Port are where it listens, as REPLICAOF wants them.
func (l *Link) Host() string { return l.p.listener.Addr().(*net.TCPAddr).IP.String() }

// Port is described at Host.
func (l *Link) Port() int { return l.p.listener.Addr().(*net.TCPAddr).Port }

// Refuse cuts the link and keeps it cut until it is called with false.
func (l *Link) Refuse(yes bool) { l.p.Refuse(yes) }

// pipe hands on bytes both ways until either side ends.
func pipe(a, b net.Conn) error {
	done := make(chan error, 2)
	copyOver := func(to, from net.Conn) {
		_, err := io.Copy(to, from)
		done <- errors.Join(err, to.Close(), from.Close())
	}
	go copyOver(a, b)
	go copyOver(b, a)
	return errors.Join(<-done, <-done)
}
