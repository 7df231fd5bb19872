package feeds_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/faultlinebot/faultline/feeds"
)

func TestBlockedAddresses(t *testing.T) {
	c := feeds.NewClient(feeds.ClientOptions{HostGap: time.Nanosecond, Timeout: 5 * time.Second})
	for _, host := range []string{
		"127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
		"100.100.100.200", "169.254.169.254", "192.0.0.192", "168.63.129.16", "198.18.0.1", "224.0.0.1",
		"240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
		"[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "[fe80::1]", "[fd00:ec2::254]",
		"[fec0::1]", "[ff02::1]", "localhost",
		"127\u30020\u30020\u30021",
	} {
		for _, scheme := range []string{"http", "https"} {
			_, err := c.Fetch(t.Context(), feeds.Request{URL: scheme + "://" + host + "/"})
			// A machine without IPv6 has no socket to guard.
			if !errors.Is(err, feeds.ErrBlockedAddress) && !errors.Is(err, syscall.EAFNOSUPPORT) {
				t.Errorf("%s://%s: %v", scheme, host, err)
			}
		}
	}
}

func TestBlockedPorts(t *testing.T) {
	c := feeds.NewClient(feeds.ClientOptions{HostGap: time.Nanosecond})
	for _, port := range []string{"22", "25", "6379", "8080", "11211"} {
		_, err := c.Fetch(t.Context(), feeds.Request{URL: "http://93.184.216.34:" + port + "/"})
		if !errors.Is(err, feeds.ErrBlockedAddress) {
			t.Errorf("port %s: %v", port, err)
		}
	}
}

func TestRefusedURLs(t *testing.T) {
	c := local(t, nil)
	for _, raw := range []string{
		"", "example.org/feed", "//example.org/feed", "file:///etc/passwd", "gopher://example.org/",
		"unix:/run/x.sock", "javascript:alert(1)", "http:", "http://", "http:///feed", "http://:80/",
		"http:opaque", "http://exa mple.org/", "http://example.org/\r\nHost: evil", "http://[::1/",
		"http://127%2e0.0.1/", "http://example.org:port/", "http://example.org/" + strings.Repeat("x", 2000),
	} {
		_, err := c.Fetch(t.Context(), feeds.Request{URL: raw})
		var refused *feeds.URLError
		if !errors.As(err, &refused) {
			t.Errorf("%.60q: %v", raw, err)
		}
	}
}

// Numbers in other clothes reach the same guard, as it sees only what is connected to.
func TestBlockedSpellings(t *testing.T) {
	c := feeds.NewClient(feeds.ClientOptions{
		HostGap: time.Nanosecond, Timeout: 5 * time.Second, Resolver: resolver(t, nil),
	})
	for _, host := range []string{"0x7f.1", "2130706433", "127.1", "017700000001", "127.0.0.1."} {
		if _, err := c.Fetch(t.Context(), feeds.Request{URL: "http://" + host + "/"}); err == nil {
			t.Errorf("%s was reached", host)
		}
	}
	_, err := c.Fetch(t.Context(), feeds.Request{URL: "http://a@b@127.0.0.1/"})
	if err == nil {
		t.Error("two users were taken")
	}
}

func TestRebinding(t *testing.T) {
	var reached atomic.Int32
	inner := serveOn(t, "127.0.0.1", func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	outer := serveOn(t, "127.0.0.2", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "outer") })
	answers := map[string][][]string{
		"rebind.example.": {{"127.0.0.2"}, {"127.0.0.1"}},
		"mixed.example.":  {{"127.0.0.1", "127.0.0.2"}},
	}
	c := feeds.NewClient(feeds.ClientOptions{
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")},
		HostGap:       time.Nanosecond,
		Resolver:      resolver(t, answers),
	})
	t.Cleanup(c.CloseIdle)
	_, outerPort, _ := net.SplitHostPort(outer.Listener.Addr().String())
	_, innerPort, _ := net.SplitHostPort(inner.Listener.Addr().String())

	r, err := c.Fetch(t.Context(), feeds.Request{URL: "http://rebind.example:" + outerPort})
	if err != nil || string(r.Body) != "outer" {
		t.Fatalf("first answer: %+v, %v", r, err)
	}
	c.CloseIdle()
	_, err = c.Fetch(t.Context(), feeds.Request{URL: "http://rebind.example:" + innerPort})
	if !errors.Is(err, feeds.ErrBlockedAddress) {
		t.Errorf("second answer: %v", err)
	}
	// One good record does not make the bad one beside it good.
	r, err = c.Fetch(t.Context(), feeds.Request{URL: "http://mixed.example:" + outerPort})
	if err != nil || string(r.Body) != "outer" {
		t.Errorf("mixed, good port: %+v, %v", r, err)
	}
	if _, err = c.Fetch(t.Context(), feeds.Request{URL: "http://mixed.example:" + innerPort}); err == nil {
		t.Error("mixed, port of the inner server: reached something")
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the inner server was reached %d times", n)
	}
}

// resolver answers A questions from a table, one list of addresses after the other, the last for ever.
func resolver(t *testing.T, answers map[string][][]string) *net.Resolver {
	t.Helper()
	r := &net.Resolver{PreferGo: true}
	asked := make(chan map[string]int, 1)
	asked <- map[string]int{}
	r.Dial = func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			_ = answerDNS(server, func(name string) []string {
				n := <-asked
				defer func() { asked <- n }()
				lists := answers[strings.ToLower(name)]
				if len(lists) == 0 {
					return nil
				}
				list := lists[min(n[name], len(lists)-1)]
				n[name]++
				return list
			})
		}()
		return client, nil
	}
	return r
}

func answerDNS(conn net.Conn, addresses func(name string) []string) error {
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return err
	}
	b := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, b); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(b); err != nil {
		return err
	}
	q := m.Questions[0]
	answer := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true},
		Questions: m.Questions,
	}
	if q.Type == dnsmessage.TypeA {
		for _, a := range addresses(q.Name.String()) {
			answer.Answers = append(answer.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
			})
		}
	}
	packed, err := answer.Pack()
	if err != nil {
		return err
	}
	_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...))
	return err
}
