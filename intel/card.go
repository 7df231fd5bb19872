package intel

import (
	"slices"
	"strings"
	"time"
)

// Destination is a chat, and a thread or topic in it.
type Destination struct {
	Platform string `json:"platform"` // "console", "discord", "telegram"
	Chat     string `json:"chat"`
	Thread   string `json:"thread,omitempty"`
}

// String is the destination's stable name: platform/chat or platform/chat/thread.
func (d Destination) String() string {
	if d.Thread == "" {
		return d.Platform + "/" + d.Chat
	}
	return d.Platform + "/" + d.Chat + "/" + d.Thread
}

// Filter says which incidents a subscription wants. An empty list means all.
type Filter struct {
	Kinds     []Kind   `json:"kinds,omitempty"`
	Countries []string `json:"countries,omitempty"`
	Least     Severity `json:"least"`
	Words     []string `json:"words,omitempty"` // one of them stands in the title, case folded
}

// Matches says whether the filter wants the incident as it stands.
func (f Filter) Matches(i *Incident) bool {
	if i.Severity < f.Least {
		return false
	}
	if len(f.Kinds) > 0 && !slices.Contains(f.Kinds, i.Kind) {
		return false
	}
	if len(f.Countries) > 0 && !slices.ContainsFunc(i.Places, func(p string) bool {
		return slices.Contains(f.Countries, p)
	}) {
		return false
	}
	title := strings.ToLower(i.Title)
	return len(f.Words) == 0 || slices.ContainsFunc(f.Words, func(w string) bool {
		return strings.Contains(title, strings.ToLower(w))
	})
}

// Subscription is a destination, what it wants to hear, and how.
type Subscription struct {
	ID          string      `json:"id"`
	Destination Destination `json:"destination"`
	Server      Audience    `json:"server"` // the server the chat belongs to; it hears that server's own feeds
	Filter      Filter      `json:"filter"`
	Digest      bool        `json:"digest"`
	Language    string      `json:"language,omitempty"` // BCP 47
	Zone        string      `json:"zone,omitempty"`     // IANA
	Mention     string      `json:"mention,omitempty"`
	Mutes       []Mute      `json:"mutes,omitempty"`
	// Paused is why the chat cannot be written to, such as that the bot was blocked there; empty while it can.
	Paused string `json:"paused,omitempty"`
}

// Mute keeps a subscription from hearing of something. All that is named must fit.
type Mute struct {
	Incident string    `json:"incident,omitempty"`
	Kind     Kind      `json:"kind,omitempty"`
	Country  string    `json:"country,omitempty"`
	Until    time.Time `json:"until"` // zero for ever
}

// covers says whether the mute holds for the incident at that time.
func (m Mute) covers(i *Incident, at time.Time) bool {
	return (m.Until.IsZero() || at.Before(m.Until)) &&
		(m.Incident == "" || m.Incident == i.ID) &&
		(m.Kind == "" || m.Kind == i.Kind) &&
		(m.Country == "" || slices.Contains(i.Places, m.Country))
}

// Hears says whether the incident's audience includes the subscription and its filter wants it.
func (s *Subscription) Hears(i *Incident) bool {
	return (i.Audience == Everyone || i.Audience == s.Server) && s.Filter.Matches(i)
}

// MutesAt says whether the subscription is silent about the incident at that time.
func (s *Subscription) MutesAt(i *Incident, at time.Time) bool {
	return slices.ContainsFunc(s.Mutes, func(m Mute) bool { return m.covers(i, at) })
}

// Card is one incident at one destination. Wanted, Told and Spoken are revisions of the incident: Wanted is
// only ever raised; Told is what the message shows; Spoken is the last revision that was spoken of.
type Card struct {
	Incident    string      `json:"incident"`
	Destination Destination `json:"destination"`
	Severity    Severity    `json:"severity"` // of the wanted revision, for the order of sending
	Wanted      int         `json:"wanted"`
	Told        int         `json:"told"`
	Spoken      int         `json:"spoken"`
	Receipt     string      `json:"receipt"` // names the message at its platform, empty before it is sent
	Due         time.Time   `json:"due"`
	Attempts    int         `json:"attempts"`
	Abandoned   string      `json:"abandoned"` // reason, empty while it lives
	Claim       string      `json:"-"`         // token under which it was handed out to be sent, else empty
}

// Announcement is a one-off message for one destination, told once for its key.
type Announcement struct {
	Key         string      `json:"key"`
	Destination Destination `json:"destination"`
	Title       string      `json:"title"`
	Lines       []string    `json:"lines"`
	Due         time.Time   `json:"due"`
	Attempts    int         `json:"attempts"`
	Told        bool        `json:"told"`
	Abandoned   string      `json:"abandoned"`
	Claim       string      `json:"-"` // token under which it was handed out to be sent, else empty
}
