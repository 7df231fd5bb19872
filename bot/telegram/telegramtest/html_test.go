package telegramtest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHTMLIsReadAsTelegramReadsIt(t *testing.T) {
	for name, c := range map[string]struct {
		raw, text string
		entities  []Entity
	}{
		"nothing":                {"", "", nil},
		"no markup":              {"net & cut > dark", "net & cut > dark", nil},
		"four names":             {"&lt;&gt;&amp;&quot;", `<>&"`, nil},
		"other names stay":       {"&nbsp;&apos;&laquo;", "&nbsp;&apos;&laquo;", nil},
		"without semicolon":      {"&lt🟠", "<🟠", nil},
		"part of a word":         {"&ltd;", "&ltd;", nil},
		"numbers":                {"&#65;&#x42;&#99999999;", "AB&#99999999;", nil},
		"bold":                   {"a<b>b</b>", "ab", []Entity{{"bold", 1, 1, ""}}},
		"case":                   {"<STRONG>b</Strong>", "b", []Entity{{"bold", 0, 1, ""}}},
		"units are UTF-16":       {"🟠<i>🟠x</i>", "🟠🟠x", []Entity{{"italic", 2, 3, ""}}},
		"nested":                 {"<i>a<b>b</b></i>", "ab", []Entity{{"italic", 0, 2, ""}, {"bold", 1, 1, ""}}},
		"empty vanishes":         {"a<b></b>", "a", nil},
		"empty end":              {"<u>a</>", "a", []Entity{{"underline", 0, 1, ""}}},
		"end with spaces":        {"<s>a</s  >", "a", []Entity{{"strikethrough", 0, 1, ""}}},
		"unknown attribute":      {`<b class = "x" id=a.1-b>a</b>`, "a", []Entity{{"bold", 0, 1, ""}}},
		"link":                   {`<a href="https://a.example/?a=1&amp;b=&quot;">x</a>`, "x", []Entity{{"text_link", 0, 1, `https://a.example/?a=1&b="`}}},
		"bad link loses itself":  {`<a href="javascript:1">x</a>`, "x", nil},
		"spoiler":                {`<span class="tg-spoiler">x</span>`, "x", []Entity{{"spoiler", 0, 1, ""}}},
		"single quotation marks": {`<a href='http://a.example'>x</a>`, "x", []Entity{{"text_link", 0, 1, "http://a.example"}}},
	} {
		t.Run(name, func(t *testing.T) {
			text, entities, err := parseHTML(c.raw)
			if err != nil {
				t.Fatal(err)
			}
			if text != c.text {
				t.Errorf("text %q, want %q", text, c.text)
			}
			if diff := cmp.Diff(c.entities, entities); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestHTMLIsRefusedInTelegramsWords(t *testing.T) {
	for raw, want := range map[string]string{
		"x<abc":              `Unclosed start tag at byte offset 1`,
		"ж<p>":               `Unsupported start tag "p" at byte offset 2`,
		"a < b":              `Unsupported start tag "" at byte offset 2`,
		"<br/>":              `Unsupported start tag "br/" at byte offset 0`,
		"<i =a>":             `Empty attribute name in the tag "i" at byte offset 0`,
		"<i a>":              `Expected equal sign in declaration of an attribute of the tag "i" at byte offset 0`,
		"<i a = ":            `Unclosed start tag "i" at byte offset 0`,
		"<i a=b,c>":          `Unexpected end of name token at byte offset 5`,
		`<i a="b>`:           `Unclosed start tag at byte offset 0`,
		"</b>":               `Unexpected end tag at byte offset 0`,
		"<b>a</b ":           `Unclosed end tag at byte offset 4`,
		"<i>a</em>":          `Unmatched end tag at byte offset 4, expected "</i>", found "</em>"`,
		"<b>a":               `Can't find end tag corresponding to start tag "b"`,
		"<span>a</span>":     `Tag "span" must have class "tg-spoiler" at byte offset 0`,
		"<b>&#xD800;</b>":    `Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units`,
		"<blockquote a=b>x":  `Can't find end tag corresponding to start tag "blockquote"`,
		"<b><i>a</b></i>":    `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`,
		"🟠<unknown a='b'>c<": `Unsupported start tag "unknown" at byte offset 4`,
	} {
		if _, _, err := parseHTML(raw); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", raw, err, want)
		}
	}
}
