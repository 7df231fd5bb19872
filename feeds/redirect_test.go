package feeds_test

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

func TestRedirects(t *testing.T) {
	var last http.Header
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		last = r.Header.Clone()
		if r.URL.User != nil {
			t.Error("a user travelled")
		}
		rest := strings.TrimPrefix(r.URL.Path, "/")
		if rest == "end" {
			_, _ = io.WriteString(w, "end")
			return
		}
		// "/301/302/end" redirects by 301 to "/302/end".
		code, next, _ := strings.Cut(rest, "/")
		w.Header().Set("Location", "/"+next)
		w.Header().Set("Set-Cookie", "session=1")
		w.WriteHeader(map[string]int{"301": 301, "302": 302, "303": 303, "307": 307, "308": 308}[code])
	})
	c := local(t, nil)
	for _, tc := range []struct {
		path, moved string
	}{
		{"/301/end", "/end"},
		{"/308/301/end", "/end"},
		{"/302/end", ""},
		{"/303/end", ""},
		{"/307/end", ""},
		{"/301/302/end", "/302/end"},
		{"/302/301/end", ""},
		{"/302/302/302/302/302/end", ""},
	} {
		r, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL + tc.path})
		if err != nil || string(r.Body) != "end" || r.URL != s.URL+"/end" {
			t.Errorf("%s: %+v, %v", tc.path, r, err)
			continue
		}
		if strings.TrimPrefix(r.Moved, s.URL) != tc.moved {
			t.Errorf("%s: moved to %q, want %q", tc.path, r.Moved, tc.moved)
		}
		if last.Get("Referer") != "" || last.Get("Cookie") != "" {
			t.Errorf("%s: something travelled: %v", tc.path, last)
		}
	}
	var refused *feeds.URLError
	_, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL + "/302/302/302/302/302/302/end"})
	if !errors.As(err, &refused) {
		t.Errorf("six redirects: %v", err)
	}
}

func TestRefusedRedirects(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.WriteHeader(http.StatusFound)
	})
	c := local(t, nil)
	for _, to := range []string{
		"file:///etc/passwd", "ftp://example.org/", "http://", "http://[::1/", "//:80", "data:text/html,x",
		"http://example.org/" + strings.Repeat("x", 2000),
	} {
		req, _ := http.NewRequest(http.MethodGet, s.URL, nil)
		q := req.URL.Query()
		q.Set("to", to)
		req.URL.RawQuery = q.Encode()
		_, err := c.Fetch(t.Context(), feeds.Request{URL: req.URL.String()})
		var refused *feeds.URLError
		if !errors.As(err, &refused) {
			t.Errorf("to %.40q: %v", to, err)
		}
	}
}

func TestRedirectToLoopback(t *testing.T) {
	var reached atomic.Int32
	inner := serveOn(t, "127.0.0.1", func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	outer := serveOn(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://secret:word@"+inner.Listener.Addr().String()+"/admin?token=secret", http.StatusFound)
	})
	c := feeds.NewClient(feeds.ClientOptions{
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, HostGap: time.Nanosecond,
	})
	t.Cleanup(c.CloseIdle)
	_, err := c.Fetch(t.Context(), feeds.Request{URL: outer.URL})
	if !errors.Is(err, feeds.ErrBlockedAddress) {
		t.Errorf("error %v", err)
	}
	if reached.Load() != 0 {
		t.Error("the inner server was reached")
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the error tells a secret: %v", err)
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	gone := serve(t, func(http.ResponseWriter, *http.Request) {})
	refuses := gone.URL
	gone.Close()
	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://%zz/?token=secret")
		w.WriteHeader(http.StatusFound)
	})
	hangsUp := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	c := local(t, nil)
	for _, base := range []string{refuses, broken.URL, hangsUp.URL, "http://%zz"} {
		raw := strings.Replace(base, "://", "://user:secret@", 1) + "/secret?token=secret"
		_, err := c.Fetch(t.Context(), feeds.Request{URL: raw})
		if err == nil {
			t.Errorf("%s: no error", base)
			continue
		}
		told := err.Error() + feeds.Explain(feeds.Place(base), err)
		if strings.Contains(told, "secret") {
			t.Errorf("%s: the error tells a secret: %s", base, told)
		}
	}
}
