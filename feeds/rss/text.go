package rss

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxMarkup is how much markup is looked at for the few hundred runes that are wanted.
	maxMarkup = 64 << 10
	// maxMarks is how many combining marks one letter may carry; more is meant to smear over the screen.
	maxMarks = 8
)

// plain turns markup into one line of text: no tags, no entities, no scripts, no characters that hide or
// reorder others.
func plain(markup string, limit int) string {
	markup = strings.ToValidUTF8(markup[:min(len(markup), maxMarkup)], "")
	if strings.ContainsAny(markup, "<&") {
		markup = stripped(markup)
	}
	return cut(folded(markup), limit)
}

func stripped(markup string) string {
	var text strings.Builder
	z := html.NewTokenizer(strings.NewReader(markup))
	for skip := atom.Atom(0); ; {
		switch z.Next() {
		case html.ErrorToken:
			return text.String()
		case html.TextToken:
			if skip == 0 {
				text.Write(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); {
			case tag == atom.Script || tag == atom.Style:
				skip = tag
			case !inline(tag):
				text.WriteByte(' ')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); {
			case skip != 0 && tag == skip:
				skip = 0
			case !inline(tag):
				text.WriteByte(' ')
			}
		case html.SelfClosingTagToken:
			text.WriteByte(' ')
		}
	}
}

// inline says that a tag does not part the words around it.
func inline(tag atom.Atom) bool {
	switch tag {
	case atom.A, atom.Abbr, atom.B, atom.Bdi, atom.Bdo, atom.Cite, atom.Code, atom.Del, atom.Em, atom.Font,
		atom.I, atom.Ins, atom.Mark, atom.S, atom.Small, atom.Span, atom.Strong, atom.Sub, atom.Sup, atom.U,
		atom.Wbr:
		return true
	}
	return false
}

// folded makes one line of text, with single spaces.
func folded(text string) string {
	var out strings.Builder
	space, marks := false, 0
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = out.Len() > 0
			continue
		case printable(r) < 0:
			continue
		case unicode.Is(unicode.Mn, r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if space {
			out.WriteByte(' ')
			space = false
		}
		out.WriteRune(r)
	}
	return out.String()
}

// printable is r, or -1 for what nobody sees: control characters, and those that hide or reorder others. The
// joiners stay, as Persian and emoji are written with them.
func printable(r rune) rune {
	switch {
	case unicode.IsControl(r), r == '\u200B', r == '\u200E', r == '\u200F', r == '\u2060', r == '\uFEFF',
		r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', r >= 0xE0000 && r <= 0xE007F:
		return -1
	}
	return r
}

// cut keeps whole runes up to a limit, and says with an ellipsis that it did.
func cut(text string, limit int) string {
	n := 0
	for i := range text {
		if n++; n == limit {
			if rest := text[i:]; len([]rune(rest)) > 1 {
				return strings.TrimRight(text[:i], " ") + "…"
			}
			return text
		}
	}
	return text
}
