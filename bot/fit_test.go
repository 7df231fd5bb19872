package bot_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/faultlinebot/faultline/bot"
)

func units(text string) int { return len(utf16.Encode([]rune(text))) }

// wideLimits leave everything room but what a test makes narrow.
func wideLimits() bot.Limits {
	return bot.Limits{
		Cost: units, Total: 6000, Gap: 2, Headline: 256, Line: 4096, Name: 256, Value: 1024, Footer: 2048,
		Lines: 4096, Facts: 25, Links: 10,
	}
}

func TestFitCutsBetweenCharacters(t *testing.T) {
	family, flag, accents := "👩‍👩‍👧", "🇰🇿", "e\u0301\u0302"
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"plain words", 11, "plain words"},
		{"plain words", 8, "plain w…"},
		{"plain words", 7, "plain…"}, // no space before the mark
		{"a" + family + "b", 9, "a…"},
		{"a" + family + "bc", 10, "a" + family + "…"},
		{flag + flag + "x", 8, flag + "…"},
		{flag + flag + "x", 9, flag + flag + "x"},
		{accents + accents, 5, accents + "…"},
		{accents + accents, 3, "…"},
		{"x\r\ny", 3, "x…"},
		{"नमस्ते दुनिया", 5, "नम…"},
	} {
		l := wideLimits()
		l.Headline = c.most
		if got := bot.Fit(bot.Message{Headline: c.text}, l).Headline; got != c.want {
			t.Errorf("%q in %d is %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

func TestFitCountsAsThePlatformDoes(t *testing.T) {
	l := wideLimits()
	l.Headline = 10
	l.Cost = func(text string) int { return units(strings.ReplaceAll(text, "&", "&amp;")) }
	if got := bot.Fit(bot.Message{Headline: "a && b"}, l).Headline; got != "a &…" {
		t.Errorf("got %q", got)
	}
}

// What people need least goes first.
func TestFitDropsInOrder(t *testing.T) {
	m := bot.Message{
		Headline: "head", Footer: "foot", Lines: []string{"line 1", "line 2"},
		Facts: []bot.Fact{{Name: "a", Value: "fact"}, {Name: "b", Value: "fact"}},
		Links: []bot.Link{{Name: "x", URL: "http://a"}, {Name: "y", URL: "http://b"}},
	}
	describe := func(m bot.Message) string {
		parts := []string{m.Headline}
		parts = append(parts, m.Lines...)
		for _, f := range m.Facts {
			parts = append(parts, f.Name)
		}
		for _, k := range m.Links {
			parts = append(parts, k.Name)
		}
		return strings.Join(append(parts, m.Footer), " ")
	}
	var steps []string
	l := wideLimits()
	l.Gap = 1
	for l.Total = 80; l.Total >= 0; l.Total-- {
		if got := strings.TrimSpace(describe(bot.Fit(m, l))); len(steps) == 0 || steps[len(steps)-1] != got {
			steps = append(steps, got)
		}
	}
	want := []string{
		"head line 1 line 2 a b x y foot", "head line 1 line 2 a b x foot", "head line 1 line 2 a x foot", "head line 1 a x foot",
		"head line 1 a foot", "head line 1 foot", "head line 1", "head line…", "head lin…", "head li…", "head l…", "head …", "head",
		"he…", "h…", "…", "",
	}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFitLeavesTheMessageAlone(t *testing.T) {
	m := bot.Message{Headline: "h", Lines: []string{"l", "m"}, Facts: []bot.Fact{{Name: "n", Value: strings.Repeat("v", 50)}}, Links: []bot.Link{{Name: "k", URL: "http://a"}}}
	l := wideLimits()
	l.Total, l.Value = 20, 10
	bot.Fit(m, l)
	if len(m.Lines) != 2 || len(m.Facts[0].Value) != 50 || len(m.Links) != 1 {
		t.Errorf("it is %v now", m)
	}
}

func TestFitsAnyLimit(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "ж", " ", "👩‍👩‍👧", "🇰🇿🇮🇷", "e\u0301", "नि", "&", "\n", "断网", "word "})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), "") })
	rapid.Check(t, func(t *rapid.T) {
		m := bot.Message{Headline: text.Draw(t, "headline"), Footer: text.Draw(t, "footer"), Lines: rapid.SliceOfN(text, 0, 5).Draw(t, "lines")}
		for range rapid.IntRange(0, 4).Draw(t, "facts") {
			m.Facts = append(m.Facts, bot.Fact{Name: text.Draw(t, "name"), Value: text.Draw(t, "value")})
		}
		for range rapid.IntRange(0, 4).Draw(t, "links") {
			m.Links = append(m.Links, bot.Link{Name: text.Draw(t, "link"), URL: "https://a.example/" + strings.Repeat("x", rapid.IntRange(0, 60).Draw(t, "path"))})
		}
		bound := func(name string) int { return rapid.IntRange(0, 120).Draw(t, name) }
		l := bot.Limits{
			Cost: units, Total: bound("total") * 3, Gap: bound("gap") / 30, Headline: bound("of headline"), Line: bound("of line"),
			Name: bound("of name"), Value: bound("of value"), Footer: bound("of footer"), Lines: bound("of lines"),
			Facts: bound("of facts") / 40, Links: bound("of links") / 40,
		}
		got := bot.Fit(m, l)
		if total, parts := cost(got, l); total > l.Total {
			t.Fatalf("%d parts cost %d of %d: %v", parts, total, l.Total, got)
		}
		within := func(what, text, of string, most int) {
			if units(text) > most {
				t.Fatalf("%s %q costs %d of %d", what, text, units(text), most)
			}
			if !utf8.ValidString(text) || !shortened(of, text) {
				t.Fatalf("%s %q is no beginning of %q", what, text, of)
			}
		}
		within("headline", got.Headline, m.Headline, l.Headline)
		within("footer", got.Footer, m.Footer, l.Footer)
		lines := 0
		for i, line := range got.Lines {
			within("line", line, m.Lines[i], l.Line)
			lines += units(line) + l.Gap
		}
		if lines > l.Lines {
			t.Fatalf("the lines cost %d of %d", lines, l.Lines)
		}
		if len(got.Facts) > l.Facts || len(got.Links) > l.Links {
			t.Fatalf("%d facts and %d links", len(got.Facts), len(got.Links))
		}
		for _, k := range got.Links {
			if !hasAddress(m.Links, k.URL) || units(k.URL) > l.Value {
				t.Fatalf("the address %q", k.URL)
			}
		}
	})
}

func cost(m bot.Message, l bot.Limits) (total, parts int) {
	texts := append([]string{m.Headline, m.Footer}, m.Lines...)
	for _, f := range m.Facts {
		texts = append(texts, f.Name, f.Value)
	}
	for _, k := range m.Links {
		texts = append(texts, k.Name, k.URL)
	}
	for _, text := range texts {
		if text != "" {
			total, parts = total+units(text)+l.Gap, parts+1
		}
	}
	return total, parts
}

func hasAddress(links []bot.Link, address string) bool {
	for _, k := range links {
		if k.URL == address {
			return true
		}
	}
	return false
}

// shortened says whether the text is all of the other, or some whole characters of it with the mark.
func shortened(whole, text string) bool {
	kept, cut := strings.CutSuffix(text, "…")
	if !cut || text == "" {
		return text == whole || text == ""
	}
	if !strings.HasPrefix(whole, kept) {
		return false
	}
	end := 0
	for g := graphemes.FromString(whole); g.Next(); {
		if strings.TrimRight(whole[:end], " ") == kept {
			return true
		}
		end += len(g.Value())
	}
	return false
}
