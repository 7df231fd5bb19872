package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostMarks is how many combining marks may sit on one letter; real scripts need fewer, and a tower of a
// thousand covers the lines above it.
const mostMarks = 4

// Plain makes one clean line of a text that came from outside: no control characters, no terminal escapes, no
// bidi overrides, nothing invisible, every run of white space one space. It keeps the joiners that emoji and
// Persian are spelled with.
func Plain(text string) string {
	var b strings.Builder
	marks := 0
	for text != "" {
		if n := escapeLen(text); n > 0 {
			text = text[n:]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
			continue
		case hidden(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			marks++
		default:
			marks = 0
		}
		if marks <= mostMarks {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// hidden says whether the rune shows nothing and may steer what does: controls, formats, private use.
func hidden(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	if r == zeroWidthNonJoiner || r == zeroWidthJoiner {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) || r&0xfffe == 0xfffe
}

// escapeLen is the length of the terminal escape that the text begins with, or 0. Stripping the escape
// character alone would leave "[31m" standing in the text. See ECMA-48, 5.4 and 5.6.
func escapeLen(text string) int {
	kind, at := byte(0), 0
	switch {
	case len(text) > 1 && text[0] == 0x1b:
		kind, at = text[1], 2
	case len(text) > 1 && text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f: // one C1 rune
		kind, at = text[1]-0x40, 2
	}
	switch kind {
	case '[':
		return controlSequenceLen(text, at)
	case ']', 'P', 'X', '^', '_':
		return controlStringLen(text, at)
	}
	return 0
}

func controlSequenceLen(text string, at int) int {
	for at < len(text) && text[at] >= 0x20 && text[at] <= 0x3f {
		at++
	}
	if at < len(text) && text[at] >= 0x40 && text[at] <= 0x7e {
		at++
	}
	return at
}

// controlStringLen swallows a title or a link up to its end. One that does not end soon is no such string, and
// only its beginning goes: the rest may be the headline.
func controlStringLen(text string, at int) int {
	const longest = 256
	body := text[at:min(len(text), at+longest)]
	end := -1
	for _, terminator := range []string{"\a", "\x1b\\", "\u009c"} {
		if i := strings.Index(body, terminator); i >= 0 && (end < 0 || i+len(terminator) < end) {
			end = i + len(terminator)
		}
	}
	return at + max(end, 0)
}
