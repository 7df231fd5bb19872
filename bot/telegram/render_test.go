package telegram_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
	"github.com/faultlinebot/faultline/intel"
)

func TestCard(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: bot.Message{
			Severity: intel.Critical,
			Headline: "CRITICAL  Internet shutdown in Kazakhstan",
			Lines:    []string{"Networks go dark on the third day of protests"},
			Facts: []bot.Fact{
				{Name: "Since", Value: "5 January 2022, 10:30 UTC"},
				{Name: "Claimed", Value: "hashrate -20 %"},
			},
			Links:   []bot.Link{{Name: "Radar", URL: "https://radar.example/kz?a=1&b=2"}, {Name: "Wire", URL: "http://wire.example/1"}},
			Buttons: []bot.Button{{Label: "Details", Command: "incident", Argument: "7"}, {Label: "Mute", Command: "incident"}},
			Footer:  "Updated 5 January 2022, 11:00 UTC",
		}})
		got := r.server.Messages(r.chat)[0]
		want := `🔴 CRITICAL: Internet shutdown in Kazakhstan
Networks go dark on the third day of protests

Since 5 January 2022, 10:30 UTC
Claimed hashrate -20 %

Radar (radar.example) <https://radar.example/kz?a=1&b=2> · Wire (wire.example) <http://wire.example/1>
Updated 5 January 2022, 11:00 UTC
[Details][Mute]`
		if diff := cmp.Diff(want, got.Shown()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		var marked []string
		for _, e := range got.Entities {
			marked = append(marked, e.Type+" "+got.Marked(e))
		}
		if diff := cmp.Diff([]string{
			"bold CRITICAL: Internet shutdown in Kazakhstan", "bold Since", "bold Claimed", "text_link Radar (radar.example)",
			"text_link Wire (wire.example)", "italic Updated 5 January 2022, 11:00 UTC",
		}, marked); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestHeadlinesHaveASignWhereTheyAreSevere(t *testing.T) {
	for want, m := range map[string]bot.Message{
		"🔵 INFO: A talk of mining":      {Headline: "INFO  A talk of mining"},
		"🟡 MINOR: A cut":                {Headline: "MINOR  A cut", Severity: intel.Minor},
		"🟠 Escalated: it is now major.": {Headline: "Escalated: it is now major.", Severity: intel.Major},
		"Your subscriptions":            {Headline: "Your subscriptions"},
		"only lines":                    {Lines: []string{"only lines"}},
	} {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.mustSend(bot.Outgoing{To: to(r.chat), Message: m})
			if got := r.said(r.chat)[0]; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// everywhere puts a text into each part of a message.
func everywhere(text string) bot.Message {
	return bot.Message{
		Headline: text, Lines: []string{text}, Facts: []bot.Fact{{Name: text, Value: text}}, Footer: text,
		Links:   []bot.Link{{Name: text, URL: "https://radar.example/"}},
		Buttons: []bot.Button{{Label: text, Command: "incident"}},
	}
}

func TestX10NoTextBecomesMarkup(t *testing.T) {
	for _, text := range []string{
		"<b>bold</b>", "</b></a></i>", `"><a href="https://evil.example">x`, "&lt;b&gt; &amp; &quot;", "<", "&#60;b&#62;",
		"<tg-spoiler>x", "a & b < c > d", "`code` *b* _i_ [x](https://evil.example) ||s||", "<!-- x -->",
	} {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.mustSend(bot.Outgoing{To: to(r.chat), Message: everywhere(text)})
			got := r.server.Messages(r.chat)[0]
			if n := strings.Count(got.Text, text); n != 6 {
				t.Errorf("%q stands %d times in\n%s", text, n, got.Text)
			}
			for _, e := range got.Entities {
				if part := got.Marked(e); !strings.HasPrefix(part, text) || e.URL != "" && e.URL != "https://radar.example/" {
					t.Errorf("%s marks %q, %s", e.Type, part, e.URL)
				}
			}
			if len(got.Entities) != 4 {
				t.Errorf("%d entities", len(got.Entities))
			}
		})
	}
}

func TestX10HrefsAreQuoted(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		for _, address := range []string{
			`https://a.example/?q="><b>x</b>`, `https://a.example/?a=1&b=2&lt=3`, `https://a.example/'`, "https://a.example/ж",
		} {
			r.mustSend(bot.Outgoing{To: to(r.chat), Message: bot.Message{Headline: "Card", Links: []bot.Link{{Name: "x", URL: address}}}})
			all := r.server.Messages(r.chat)
			got := all[len(all)-1]
			if len(got.Entities) != 2 || !strings.HasPrefix(got.Entities[1].URL, "https://a.example/") || strings.Contains(got.Entities[1].URL, "&amp;") {
				t.Errorf("%q became %+v", address, got.Entities)
			}
			after(2e9)
		}
	})
}

func TestX12NothingHiddenIsShown(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		hidden := "net \u202ecut\u202c \u2066x\u2069 \u200b\ufeff\U000e0041\U000e007f e" + strings.Repeat("\u0301", 5000) + "\nFAKE\u2028FAKE"
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: everywhere(hidden)})
		got := r.server.Messages(r.chat)[0].Shown()
		for _, never := range []string{"\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041", "\n\n\n", "\nFAKE", "\u2028", strings.Repeat("\u0301", 5)} {
			if strings.Contains(got, never) {
				t.Errorf("%q is shown", never)
			}
		}
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: bot.Message{Headline: "Card", Links: []bot.Link{{Name: "Bank", URL: "https://аррӏе.com/login"}}}})
		if got := r.server.Messages(r.chat)[1].Shown(); !strings.Contains(got, "Bank (xn--80ak6aa92e.com) <https://xn--80ak6aa92e.com/login>") {
			t.Errorf("a host that looks like another is shown as %s", got)
		}
	})
}

func TestX13OnlyLinksToTheWeb(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		m := text("Card")
		for _, address := range []string{
			"javascript:alert(1)", "data:text/html,x", "tg://user?id=1", "ftp://a.example", "//a.example", "https://", "http:///x",
			" ", "https://[::1", "JAVASCRIPT:x", "mailto:a@a.example",
		} {
			m.Links = append(m.Links, bot.Link{Name: "Bad", URL: address})
		}
		m.Links = append(m.Links,
			bot.Link{Name: "User", URL: "https://bank.example:secret@evil.example:8443/x"},
			bot.Link{Name: "evil.example", URL: "https://evil.example/"},
			bot.Link{Name: "", URL: "HTTPS://Radar.Example/A"},
			bot.Link{Name: "Six", URL: "http://[2001:db8::1]:80/"})
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: m})
		want := "Card\n\nUser (evil.example) <https://evil.example:8443/x> · evil.example <https://evil.example/> · " +
			"radar.example <https://radar.example/A> · Six (2001:db8::1) <http://[2001:db8::1]:80/>"
		if diff := cmp.Diff(want, r.server.Messages(r.chat)[0].Shown()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
