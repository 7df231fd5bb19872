package telegramtest

import (
	"net/http"
	"slices"
	"time"
)

// Fault is how a request goes wrong. Its zero value is none: the request is answered as usual.
type Fault struct {
	// Chat says that only requests to this chat go wrong; 0 for all.
	Chat int64

	// A refusal in Telegram's form.
	Code        int
	Description string
	RetryAfter  int
	MigrateTo   int64

	// Something else than Telegram's form: a page of a proxy, or nothing at all where Body is empty.
	Status int
	Body   string

	// Cut ends the connection without an answer.
	Cut bool

	// Applied says that the request is carried out before it goes wrong.
	Applied bool
	// Hold keeps the answer, or the fault, back for so long.
	Hold time.Duration
}

// Some usual ones.
var (
	Blocked     = Fault{Code: 403, Description: "Forbidden: bot was blocked by the user"}
	Deactivated = Fault{Code: 403, Description: "Forbidden: user is deactivated"}
	Revoked     = Fault{Code: 401, Description: http.StatusText(http.StatusUnauthorized)}
	BadGateway  = Fault{Status: 502, Body: "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"}
	Empty       = Fault{Status: 200}
	WebhookSet  = Fault{Code: 409, Description: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
)

// TooMany is a refusal that says to wait.
func TooMany(seconds int) Fault { return Fault{Code: 429, RetryAfter: seconds} }

// Fail makes the next so many requests of a method go wrong; fewer than 0 for all that follow.
func (s *Server) Fail(method string, times int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &script{method: method, left: times, fault: f})
}

// Recover takes all faults away that are still to come.
func (s *Server) Recover() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

type script struct {
	method string
	left   int
	fault  Fault
}

// fault is what goes wrong with this request. The caller has the lock.
func (s *Server) fault(method string, p params) Fault {
	for i, f := range s.faults {
		if f.method != method || f.fault.Chat != 0 && f.fault.Chat != p.integer("chat_id") {
			continue
		}
		if f.left--; f.left == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return f.fault
	}
	return Fault{}
}

// show lets the client see the fault, or says that there is none to see.
func (f Fault) show(w http.ResponseWriter) bool {
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.Code != 0:
		answer(w, nil, &refusal{code: f.Code, text: f.Description, retryAfter: f.RetryAfter, migrateTo: f.MigrateTo})
	case f.Status != 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	default:
		return false
	}
	return true
}

// hold waits for as long as the fault says, or until nobody waits for the answer any more.
func (s *Server) hold(r *http.Request, f Fault) {
	if f.Hold <= 0 {
		return
	}
	timer := time.NewTimer(f.Hold)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.closed:
	}
}
