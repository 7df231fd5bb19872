package bot_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/faultlinebot/faultline/bot"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"clean", "Net cut in Almaty", "Net cut in Almaty"},
		{"newlines", "one\r\ntwo\u2028three\u0085four", "one two three four"},
		{"white space", " a\t\u00a0b ", "a b"},
		{"colour", "\x1b[1;31mred\x1b[0m", "red"},
		{"colour in one rune", "\u009b31mred", "red"},
		{"window title", "\x1b]0;owned\anet cut", "net cut"},
		{"hyperlink", "\x1b]8;;http://evil\x1b\\here\x1b]8;;\x1b\\", "here"},
		{"endless string", "\x1b]0;net cut", "0;net cut"},
		{"lone escape", "net\x1b", "net"},
		{"bidi", "\u202eevil\u202c \u2066x\u2069", "evil x"},
		{"zero width", "net\u200b\ufeff\u2060cut", "netcut"},
		{"tags", "a\U000e0041\U000e007fb", "ab"},
		{"nul", "a\x00b", "ab"},
		{"broken", "a\xffb", "a\ufffdb"},
		{"emoji family", "👩\u200d👩\u200d👧 ❤\ufe0f", "👩\u200d👩\u200d👧 ❤\ufe0f"},
		{"persian", "می\u200cخواهم", "می\u200cخواهم"},
		{"marks", "a" + strings.Repeat("\u0301", 5000), "a" + strings.Repeat("\u0301", 4)},
	} {
		if got := bot.Plain(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("\x1b]0;x\x1b\\ \u009b1m \xff")
	f.Add("\xc2\x9d" + strings.Repeat("a", 300) + "\a")
	f.Fuzz(func(t *testing.T, text string) {
		got := bot.Plain(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("%q became %q", text, got)
		}
		if again := bot.Plain(got); again != got {
			t.Errorf("%q is not clean: it became %q", got, again)
		}
	})
}
