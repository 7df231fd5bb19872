package feeds_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

// local is a client for test servers, which listen where nothing else may be fetched from.
func local(t *testing.T, change func(o *feeds.ClientOptions)) *feeds.Client {
	t.Helper()
	o := feeds.ClientOptions{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	if change != nil {
		change(&o)
	}
	c := feeds.NewClient(o)
	t.Cleanup(c.CloseIdle)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// serveOn serves on a loopback address of our choice.
func serveOn(t *testing.T, host string, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Skipf("no second loopback address here: %v", err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func zipped(t *testing.T, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFetchAsksPolitely(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	var got http.Header
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Last-Modified", "Wed, 05 Jan 2022 10:30:00 GMT")
		w.Header().Set("Cache-Control", "public, max-age=90")
		w.Header().Set("Age", "30")
		w.Header().Set("Set-Cookie", "session=1")
		_, _ = io.WriteString(w, "body")
	})
	c := local(t, func(o *feeds.ClientOptions) { o.UserAgent = "tester/1" })
	withUser := strings.Replace(s.URL, "http://", "http://user:secret@", 1)
	r, err := c.Fetch(t.Context(), feeds.Request{URL: withUser + "/feed", Accept: "text/xml"})
	if err != nil {
		t.Fatal(err)
	}
	if string(r.Body) != "body" || r.ETag != `"one"` || r.LastModified == "" || r.Wait != time.Minute {
		t.Errorf("response %+v", r)
	}
	if r.URL != s.URL+"/feed" || r.Moved != "" {
		t.Errorf("came from %q, moved to %q", r.URL, r.Moved)
	}
	for name, want := range map[string]string{
		"User-Agent": "tester/1", "Accept": "text/xml", "Accept-Encoding": "gzip", "Authorization": "", "Cookie": "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
	if _, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL}); err != nil {
		t.Fatal(err)
	}
	if got.Get("Cookie") != "" {
		t.Error("a cookie was kept")
	}
}

func TestFetchUnchanged(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/etag" && r.Header.Get("If-None-Match") == `"one"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if r.URL.Path == "/date" && r.Header.Get("If-Modified-Since") == "Wed, 05 Jan 2022 10:30:00 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "same")
	})
	c := local(t, nil)
	first, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL})
	if err != nil || first.Unchanged || first.Hash == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	for name, r := range map[string]feeds.Request{
		"entity tag": {URL: s.URL + "/etag", ETag: `"one"`, Hash: "h"},
		"date":       {URL: s.URL + "/date", LastModified: "Wed, 05 Jan 2022 10:30:00 GMT", Hash: "h"},
		"same bytes": {URL: s.URL, Hash: first.Hash},
	} {
		got, err := c.Fetch(t.Context(), r)
		if err != nil || !got.Unchanged || got.Body != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		if got.ETag != r.ETag || got.LastModified != r.LastModified || got.Hash != r.Hash {
			t.Errorf("%s: validators lost: %+v", name, got)
		}
	}
}

func TestFetchStatus(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(strings.Trim(r.URL.Path, "/"))
		if after := r.URL.Query().Get("after"); after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(code)
	})
	later := time.Now().Add(10 * time.Minute).UTC().Format(http.TimeFormat)
	c := local(t, nil)
	for _, tc := range []struct {
		path  string
		code  int
		least time.Duration
		most  time.Duration
	}{
		{"/404", 404, 0, 0},
		{"/410", 410, 0, 0},
		{"/503", 503, 0, 0},
		{"/204", 204, 0, 0},
		{"/206", 206, 0, 0},
		{"/304", 304, 0, 0}, // though nothing was asked conditionally
		{"/302", 302, 0, 0}, // to nowhere
		{"/429?after=35", 429, 35 * time.Second, 35 * time.Second},
		{"/429?after=99999999999", 429, time.Hour, time.Hour},
		{"/429?after=-5", 429, 0, 0},
		{"/429?after=soon", 429, 0, 0},
		{"/503?after=" + url.QueryEscape(later), 503, 9 * time.Minute, 10 * time.Minute},
	} {
		_, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL + tc.path})
		var status *feeds.StatusError
		if !errors.As(err, &status) || status.Code != tc.code {
			t.Errorf("%s: %v", tc.path, err)
			continue
		}
		if status.RetryAfter < tc.least || status.RetryAfter > tc.most {
			t.Errorf("%s: retry after %s", tc.path, status.RetryAfter)
		}
	}
}

func TestFetchBodies(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 200_000)
	answers := map[string]struct {
		encoding string
		body     []byte
		want     string // "" where it fails
		fails    func(error) bool
	}{
		"plain":       {body: []byte("hello"), want: "hello"},
		"identity":    {encoding: "identity", body: []byte("hello"), want: "hello"},
		"gzip":        {encoding: "gzip", body: zipped(t, []byte("hello")), want: "hello"},
		"x-gzip":      {encoding: "X-Gzip", body: zipped(t, []byte("hello")), want: "hello"},
		"packed file": {body: zipped(t, []byte("hello")), want: "hello"},
		"gzip bomb":   {encoding: "gzip", body: zipped(t, big), fails: tooLarge},
		"large":       {body: big, fails: tooLarge},
		"brotli":      {encoding: "br", body: []byte("hello"), fails: unknownEncoding},
		"gzip twice":  {encoding: "gzip, gzip", body: zipped(t, zipped(t, big)), fails: unknownEncoding},
		"cut gzip":    {encoding: "gzip", body: zipped(t, []byte("hello"))[:15], fails: hungUp},
		"no gzip after all": {encoding: "gzip", body: []byte("hello, this is plain"), fails: func(err error) bool {
			return errors.Is(err, gzip.ErrHeader)
		}},
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		a := answers[r.URL.Query().Get("case")]
		if a.encoding != "" {
			w.Header().Set("Content-Encoding", a.encoding)
		}
		_, _ = w.Write(a.body)
	})
	c := local(t, func(o *feeds.ClientOptions) { o.MaxBody = 100_000 })
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			r, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL + "?case=" + url.QueryEscape(name)})
			if a.fails != nil {
				if err == nil || !a.fails(err) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || string(r.Body) != a.want {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func tooLarge(err error) bool { return errors.Is(err, feeds.ErrTooLarge) }
func hungUp(err error) bool   { return errors.Is(err, io.ErrUnexpectedEOF) }
func unknownEncoding(err error) bool {
	var e *feeds.EncodingError
	return errors.As(err, &e)
}

func TestFetchEndless(t *testing.T) {
	stop := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/headers":
			for i := range 2000 {
				w.Header().Set("X-Filler-"+strconv.Itoa(i), strings.Repeat("x", 100))
			}
		case "/chunks":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/slow":
			_, _ = io.WriteString(w, "<rss>")
			w.(http.Flusher).Flush()
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		}
	})
	t.Cleanup(func() { close(stop) })
	c := local(t, func(o *feeds.ClientOptions) { o.Timeout = 300 * time.Millisecond })
	if _, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL + "/slow"}); !errors.Is(err, feeds.ErrTooSlow) {
		t.Errorf("slow body: %v", err)
	}
	patient := local(t, nil)
	if _, err := patient.Fetch(t.Context(), feeds.Request{URL: s.URL + "/headers"}); err == nil {
		t.Error("endless headers were read")
	}
	if _, err := patient.Fetch(t.Context(), feeds.Request{URL: s.URL + "/chunks"}); !tooLarge(err) {
		t.Errorf("endless chunks: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Fetch(ctx, feeds.Request{URL: s.URL + "/slow"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFetchKeepsConnections(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, "body")
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := local(t, nil)
	for _, path := range []string{"/", "/bad", "/", "/bad", "/"} {
		_, _ = c.Fetch(t.Context(), feeds.Request{URL: s.URL + path})
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections for five fetches", n)
	}
}

func TestFetchOverTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "safe")
	}))
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := local(t, func(o *feeds.ClientOptions) { o.RootCAs = roots })
	if r, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL}); err != nil || string(r.Body) != "safe" {
		t.Errorf("%+v, %v", r, err)
	}
	var refused *feeds.URLError
	if _, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL + "/down"}); !errors.As(err, &refused) {
		t.Errorf("from https to http: %v", err)
	}
	_, err := local(t, nil).Fetch(t.Context(), feeds.Request{URL: s.URL})
	if got := feeds.Explain("it", err); !strings.Contains(got, "certificate is not valid") {
		t.Errorf("unknown certificate: %s", got)
	}
}

func TestFetchBoundsWhatIsUnderWay(t *testing.T) {
	var under, most atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n := under.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		under.Add(-1)
		_, _ = io.WriteString(w, "body")
	})
	c := local(t, func(o *feeds.ClientOptions) { o.Concurrent = 2 })
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if _, err := c.Fetch(t.Context(), feeds.Request{URL: s.URL}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := most.Load(); n > 2 {
		t.Errorf("%d fetches at once", n)
	}
}
