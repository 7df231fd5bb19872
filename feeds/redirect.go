package feeds

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

const (
	maxHops = 5
	maxURL  = 2000
)

// CheckURL reads an address that may be fetched: http or https, with a host. User and password are dropped,
// as we never send them.
func CheckURL(raw string) (*url.URL, error) {
	if len(raw) > maxURL {
		return nil, &URLError{Reason: "it is longer than " + strconv.Itoa(maxURL) + " bytes"}
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, &URLError{Reason: "it is not well formed"}
	}
	return checked(u)
}

func checked(u *url.URL) (*url.URL, error) {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, &URLError{Reason: "it is neither http nor https"}
	case u.Opaque != "" || u.Hostname() == "":
		return nil, &URLError{Reason: "it names no host"}
	}
	clean := *u
	clean.User, clean.Fragment, clean.RawFragment = nil, "", ""
	return &clean, nil
}

// hop is where following redirects has led.
type hop struct {
	resp  *http.Response
	url   *url.URL
	moved string
}

// follow asks u and goes where the answers send it. Each hop is a request of its own, made from r alone, so
// nothing of the hop before it travels on: no credentials, no cookies, no referer.
func (c *Client) follow(ctx context.Context, u *url.URL, r Request) (*hop, error) {
	permanent, moved := true, ""
	for hops := 0; ; hops++ {
		resp, err := c.ask(ctx, u, r)
		if err != nil {
			return nil, err
		}
		location := resp.Header.Get("Location")
		if !redirects(resp.StatusCode) || location == "" {
			return &hop{resp: resp, url: u, moved: moved}, nil
		}
		discard(resp.Body)
		if hops == maxHops {
			return nil, &URLError{Reason: "it redirects more than " + strconv.Itoa(maxHops) + " times"}
		}
		permanent = permanent && lasts(resp.StatusCode)
		if u, err = next(u, location); err != nil {
			return nil, err
		}
		if permanent {
			moved = u.String()
		}
	}
}

func (c *Client) ask(ctx context.Context, u *url.URL, r Request) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &URLError{Reason: "it is not well formed"}
	}
	accept := r.Accept
	if accept == "" {
		accept = "*/*"
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("User-Agent", c.o.UserAgent)
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.LastModified)
	}
	return c.transport.RoundTrip(req)
}

// next is where a redirect from u leads.
func next(u *url.URL, location string) (*url.URL, error) {
	if len(location) > maxURL {
		return nil, &URLError{Reason: "it redirects to an address longer than " + strconv.Itoa(maxURL) + " bytes"}
	}
	to, err := u.Parse(location)
	if err != nil {
		return nil, &URLError{Reason: "it redirects to an address that is not well formed"}
	}
	if u.Scheme == "https" && to.Scheme == "http" {
		return nil, &URLError{Reason: "it redirects from https to http"}
	}
	return checked(to)
}

func redirects(code int) bool {
	switch code {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect,
		http.StatusPermanentRedirect:
		return true
	}
	return false
}

func lasts(code int) bool {
	return code == http.StatusMovedPermanently || code == http.StatusPermanentRedirect
}
