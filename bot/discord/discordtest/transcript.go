package discordtest

import (
	"fmt"
	"regexp"
	"strings"
)

// Transcript is what readers of the channel see, oldest first: markup taken off, links with their address. What only
// one person sees is not in it.
func (s *Server) Transcript(c Channel) string {
	var b strings.Builder
	for _, m := range s.Messages(c) {
		if !m.Ephemeral() {
			b.WriteString(m.Text())
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Text is the message as readers see it.
func (m *Message) Text() string {
	var b strings.Builder
	head := "[" + m.ID + "]"
	if m.ReplyTo != "" {
		head += " to [" + m.ReplyTo + "]"
	}
	if n := len(m.Before); n > 0 {
		head += fmt.Sprintf(" edited %d×", n)
	}
	b.WriteString(head + "\n")
	if m.Content != "" {
		b.WriteString(Shown(m.Content) + "\n")
	}
	for _, e := range m.Embeds {
		e.write(&b)
	}
	for _, button := range m.Buttons {
		b.WriteString("(" + button.Label + ") ")
	}
	if len(m.Buttons) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

func (e *Embed) write(b *strings.Builder) {
	for _, text := range []string{e.Title, e.Description} {
		if text != "" {
			b.WriteString(Shown(text) + "\n")
		}
	}
	for _, f := range e.Fields {
		b.WriteString(Shown(f.Name) + ": " + Shown(f.Value) + "\n")
	}
	if e.Footer != nil {
		b.WriteString(e.Footer.Text + "\n")
	}
}

// kept is where the characters that an escape keeps from being markup stand while the rest is read.
const kept = 0xe000

var (
	escapes    = regexp.MustCompile(`\\[[:punct:]]`)
	maskedLink = regexp.MustCompile(`\[([^\[\]]*)\]\(([^()\s]*)\)`)
	markup     = regexp.MustCompile("[*_~`|<>#\\[\\]]|@(?:everyone|here)|https?:")
	lists      = regexp.MustCompile(`^\s*(?:[-+*]|\d+\.) `)
)

func hideEscaped(text string) string {
	return escapes.ReplaceAllStringFunc(text, func(e string) string { return string(kept + rune(e[1])) })
}

// Shown is the text with its markdown read: escapes taken off, links as their name and address.
func Shown(text string) string {
	text = maskedLink.ReplaceAllString(hideEscaped(text), "$1 $2")
	text = strings.ReplaceAll(text, "@\u200b", "@")
	return strings.Map(func(r rune) rune {
		if r > kept && r < kept+0x80 {
			return r - kept
		}
		return r
	}, text)
}

// Markup is what Discord would not show as it stands in the text, beside links to the web: bold, mentions, bare
// addresses. It is empty for a text whose every character is safe.
func Markup(text string) []string {
	text = hideEscaped(text)
	for _, link := range maskedLink.FindAllStringSubmatch(text, -1) {
		if !webAddress(link[2]) {
			return []string{link[0]}
		}
	}
	text = maskedLink.ReplaceAllString(text, string(rune(kept))+"$1") // a line that begins with a link is no list
	found := markup.FindAllString(text, -1)
	for line := range strings.Lines(text) {
		if lists.MatchString(line) {
			found = append(found, line)
		}
	}
	return found
}
