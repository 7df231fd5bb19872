package discordtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is a way in which a request fails.
type Fault struct {
	// On is the method and the beginning of the path that it is for, such as "POST /channels/"; empty for the
	// messages of any channel, sent or edited.
	On string
	// Channel is the only one that it is for; empty for all.
	Channel string
	// Times is how often it happens; 0 for once, less for ever.
	Times int
	// Applied says that what was asked for is done all the same.
	Applied bool

	Status int
	Code   int
	Header map[string]string
	// Body is the answer as it stands; empty for one in JSON with the code.
	Body string
	// After is for how long to wait, of a 429.
	After time.Duration
	// Scope of a 429: "user", "shared" or "global".
	Scope string

	// Cut ends the answer in its middle.
	Cut bool
	// Drop gives no answer: the connection is closed.
	Drop bool
	// Hold gives the answer late.
	Hold time.Duration
}

// Fail has requests to come fail so. Faults that fit the same request happen one after the other.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		if f.Times == 0 {
			f.Times = 1
		}
		s.faults = append(s.faults, &f)
	}
}

// Heal takes all faults back.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Cloudflare is the page that a bot sees which was shut out.
func Cloudflare(status int) Fault {
	return Fault{Status: status, Body: "<!DOCTYPE html><html><head><title>Access denied | discord.com used Cloudflare to " +
		"restrict access</title></head><body>Error 1015: You are being rate limited</body></html>"}
}

// take finds the fault for the request. The server is locked.
func (s *Server) take(pattern string, r *http.Request) *Fault {
	for i, f := range s.faults {
		if !f.fits(pattern, r) {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
		}
		return f
	}
	return nil
}

func (f *Fault) fits(pattern string, r *http.Request) bool {
	if f.Channel != "" && r.PathValue("channel") != f.Channel {
		return false
	}
	if f.On != "" {
		return strings.HasPrefix(pattern, f.On)
	}
	return strings.Contains(pattern, "/channels/{channel}/messages")
}

// answer is what the request is answered in place of what it would be.
func (f *Fault) answer(real answer) answer {
	if f.Status == 0 {
		return real
	}
	out := answer{status: f.Status, header: f.Header}
	switch {
	case f.Body != "":
		out.body = f.Body
	case f.Status == http.StatusTooManyRequests && f.Code == 0:
		out = *limited(f.After, f.Scope)
	default:
		body := map[string]any{"code": f.Code, "message": "as the test wants it"}
		if f.After > 0 {
			body["retry_after"] = f.After.Seconds()
		}
		out.body = body
	}
	return out
}

// finish gives the answer, or does not.
func (f *Fault) finish(w http.ResponseWriter, r *http.Request, a answer) {
	if f.Hold > 0 {
		select {
		case <-time.After(f.Hold):
		case <-r.Context().Done():
		}
	}
	switch {
	case f.Drop, a.status == 0: // nothing was done that could be answered
		panic(http.ErrAbortHandler)
	case f.Cut:
		text, _ := json.Marshal(a.body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		w.WriteHeader(a.status)
		_, _ = io.Copy(w, bytes.NewReader(text[:len(text)/2]))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	write(w, a)
}
