package redistest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/store/faultproxy"
)

// Pair is a master and its replica, over a link that can be cut, with one address in front that leads to the master
// until Promote.
type Pair struct {
	t               testing.TB
	Master, Replica *Server
	Link            *faultproxy.Link
	Front           *faultproxy.Proxy
}

// StartPair starts a pair and waits until the replica has what the master has. Settings are both servers'.
func StartPair(t testing.TB, settings ...string) *Pair {
	t.Helper()
	settings = append([]string{"--repl-diskless-sync-delay", "0"}, settings...)
	p := &Pair{t: t, Master: Start(t, settings...)}
	p.Link = faultproxy.StartLink(t, "unix", p.Master.Socket())
	p.Front = faultproxy.Start(t, "unix", p.Master.Socket())
	p.Replica = Start(t, settings...)
	p.Replica.Do("REPLICAOF", p.Link.Host(), p.Link.Port())
	p.Sync()
	return p
}

// URL is the one address in front.
func (p *Pair) URL() string { return "redis://" + p.Front.Address() }

// Sync waits until the replica has all that the master has, with the link up and known to the master to be up.
func (p *Pair) Sync() {
	p.t.Helper()
	for until := time.Now().Add(20 * time.Second); ; {
		of, at := info(p.Master, "master_repl_offset"), info(p.Replica, "slave_repl_offset")
		if info(p.Replica, "master_link_status") == "up" && of == at && of != "" &&
			strings.Contains(info(p.Master, "slave0"), "state=online") {
			return
		}
		if time.Now().After(until) {
			p.t.Fatalf("the replica does not follow: it is at %q of %q", at, of)
		}
	}
}

// Promote makes the replica a master and the address in front lead to it. Connections that are open stay where they
// are; Front.Refuse cuts them.
func (p *Pair) Promote() {
	p.t.Helper()
	p.Replica.Do("REPLICAOF", "NO", "ONE")
	p.Front.Lead(p.t, "unix", p.Replica.Socket())
}

// FailOver is an unplanned one: the master dies and the replica takes its place as it is.
func (p *Pair) FailOver() {
	p.t.Helper()
	p.Front.Refuse(true)
	p.Master.Kill()
	p.Promote()
	p.Front.Refuse(false)
}

// info is a field of what a server says of its replication; empty where it does not.
func info(s *Server, field string) string {
	for line := range strings.Lines(fmt.Sprint(s.Do("INFO", "replication"))) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
