package telegramtest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Shown is what a reader sees of the message: its text, where links lead, and the buttons.
func (m Message) Shown() string {
	u := utf16.Encode([]rune(m.Text))
	var links []Entity
	for _, e := range m.Entities {
		if e.Type == "text_link" {
			links = append(links, e)
		}
	}
	slices.SortFunc(links, func(a, b Entity) int { return a.Offset - b.Offset })
	var b strings.Builder
	from := 0
	for _, e := range links {
		to := e.Offset + e.Length
		b.WriteString(string(utf16.Decode(u[from:to])) + " <" + e.URL + ">")
		from = to
	}
	b.WriteString(string(utf16.Decode(u[from:])))
	if len(m.Buttons) > 0 {
		b.WriteString("\n")
	}
	for _, button := range m.Buttons {
		b.WriteString("[" + button.Text + "]")
	}
	return b.String()
}

// Marked is the part of the text that an entity marks.
func (m Message) Marked(e Entity) string {
	return string(utf16.Decode(utf16.Encode([]rune(m.Text))[e.Offset : e.Offset+e.Length]))
}

// Transcript is a chat as people see it, oldest first: who wrote what, in which topic, and to what it replies.
// A message stands as it was edited last, with the number of its edits.
func (s *Server) Transcript(c Chat) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, m := range s.messages {
		if m.Chat != c.ID || m.Deleted {
			continue
		}
		fmt.Fprintf(&b, "%s", m.From.Name)
		if m.Thread != 0 {
			fmt.Fprintf(&b, " in topic %d", m.Thread)
		}
		if to := s.find(m.Chat, m.ReplyTo); to != nil {
			head, _, _ := strings.Cut(to.Text, "\n")
			fmt.Fprintf(&b, " to %q", head)
		}
		if n := len(m.Earlier); n > 0 {
			fmt.Fprintf(&b, " (edited %d times)", n)
		}
		fmt.Fprintf(&b, ": %s\n", m.Shown())
	}
	return b.String()
}
