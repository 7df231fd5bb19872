package discord_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/bottest"
	"github.com/faultlinebot/faultline/bot/discord"
	"github.com/faultlinebot/faultline/bot/discord/discordtest"
	"github.com/faultlinebot/faultline/datatest"
)

func TestContract(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Harness {
		w := start(t, discordtest.Options{})
		var refuse atomic.Bool
		d, err := discord.New(discord.Options{
			Token: w.Token(), APIURL: w.APIURL(), Buttons: bot.NewSealer(w.Token()),
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				if refuse.Load() {
					return nil, errors.New("refused")
				}
				return w.Dial(ctx, network, address)
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return bottest.Harness{
			Platform: d, To: w.to(), Shown: func() string { return w.Transcript(w.channel) },
			Faults: map[bottest.Fault]func(){
				bottest.Unreachable: func() { w.DeleteChannel(w.channel) },
				bottest.RateLimited: func() { w.Fail(discordtest.Fault{Status: 429, After: 3e9, Scope: "user"}) },
				bottest.Rejected:    func() { w.Fail(discordtest.Fault{Times: -1, Status: 400, Code: 50035}) },
				bottest.NotSent:     func() { refuse.Store(true) },
				bottest.Temporary:   func() { w.Fail(discordtest.Fault{Status: 502}) },
			},
		}
	})
}

// hostile are texts that mean something to Discord.
var hostile = []string{
	"@everyone @here <@1> <@!1> <@&1> <#1> </status:1>", "**b** *i* _i_ __u__ ~~s~~ `c` ```c```", "||spoiler||",
	"# head", "## head", "-# small", "> quote", ">>> quote", "- list", "* list", "+ list", "1. list", "12. list",
	"[text](http://evil.example)", "[text](<http://evil.example>)", "https://evil.example/a", "<https://evil.example>",
	"discord.gg/evil", "<:a:1> <a:a:1> <t:1:R> :smile:", `\*not\* \\`, "a\\", "[", "](", ")", "<", "trailing `",
	"net\n# FAKE\n- FAKE", "\u202ereversed", "zero\u200bwidth", strings.Repeat("x\u0301\u0302\u0303\u0304\u0305\u0306", 50),
	"\U000e0041tags", "a@everyone", "@\u200beveryone",
}

// all is a message with the text in every place, and its length times that.
func all(text string, times int) bot.Message {
	text = strings.Repeat(text, times)
	m := bot.Message{Headline: text, Footer: text}
	for range 8 {
		m.Lines = append(m.Lines, text)
	}
	for i := range 30 {
		m.Facts = append(m.Facts, bot.Fact{Name: text, Value: text})
		if i > 7 {
			continue
		}
		m.Links = append(m.Links, bot.Link{Name: text, URL: fmt.Sprintf("https://radar.example/%d?(a)=[b]&c=d_e_", i)})
		m.Buttons = append(m.Buttons, bot.Button{Label: text, Command: "status", Argument: fmt.Sprint(i)})
	}
	return m
}

// TestX11NothingIsMarkup sends hostile texts as cards, plain text and answers. That nobody is mentioned the server
// checks of every request.
func TestX11NothingIsMarkup(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true, Unlimited: true})
		k := newTalk()
		w.listen(t, k)
		for i, text := range hostile {
			at := w.AddChannel(w.guild)
			for _, plain := range []bool{false, true} {
				if plain {
					w.Fail(discordtest.Fault{Channel: at.ID, Status: 400, Code: 50035})
				}
				o := bot.Outgoing{To: w.to(), Key: fmt.Sprint(i, plain), Message: all(text, 1)}
				o.To.Chat = at.ID
				w.send(t, o)
			}
			k.answer = func(context.Context, bot.Request) bot.Answer { return bot.Answer{Message: all(text, 1)} }
			w.RunCommand(somebody, at, "status", nil).Answer(t)
			for _, m := range w.Messages(at) {
				safe(t, m)
				if !strings.Contains(m.Text(), bot.Plain(strings.ReplaceAll(text, "@\u200b", "@"))) {
					t.Errorf("%q reads\n%s", text, m.Text())
				}
			}
		}
	})
}

// safe checks that every character of the message stands for itself.
func safe(t *testing.T, m discordtest.Message) {
	t.Helper()
	texts := []string{strings.ReplaceAll(m.Content, "**", "")}
	for _, e := range m.Embeds {
		texts = append(texts, e.Title, e.Description)
		for _, f := range e.Fields {
			texts = append(texts, f.Name, f.Value)
		}
	}
	for _, text := range texts {
		if found := discordtest.Markup(text); len(found) > 0 {
			t.Errorf("%q is markup in %q", found, text)
		}
	}
}

func TestMarkupIsFound(t *testing.T) {
	for _, text := range []string{"*a*", "@everyone", "<@1>", "- a", "https://a.example", "[a](javascript:x)", "# a"} {
		if len(discordtest.Markup(text)) == 0 {
			t.Errorf("%q passes for harmless", text)
		}
	}
	if found := discordtest.Markup(`\*a\* [\*b](https://a.example) -4 %`); len(found) > 0 {
		t.Errorf("found %q", found)
	}
}

// TestD15Limits sends far too much of everything. The server refuses what is over a limit.
func TestD15Limits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true, Unlimited: true})
		for i, text := range []string{
			"ж", "中", "👩‍👩‍👧", "🇰🇿", "a\u0301", "*", "_a", "@everyone ", "\\", "(", "x ", "https://a.example/", "- ", "1. ",
		} {
			for _, times := range []int{1, 250, 5000} {
				for _, plain := range []bool{false, true} {
					if plain {
						w.Fail(discordtest.Fault{Status: 400, Code: 50035})
					}
					o := bot.Outgoing{To: w.to(), Key: fmt.Sprint(i, times, plain), Message: all(text, times)}
					o.To.Chat = w.AddChannel(w.guild).ID
					receipt := w.send(t, o)
					m, _ := w.Message(receipt)
					whole(t, text, m)
				}
			}
		}
	})
}

// whole checks that nothing was cut inside of a character, an escape or a link.
func whole(t *testing.T, text string, m discordtest.Message) {
	t.Helper()
	safe(t, m)
	shown := m.Text()
	if !utf8.ValidString(shown) || strings.Contains(shown, "\\…") && text != "\\" {
		t.Errorf("%q was cut badly in\n%s", text, shown)
	}
	for g := graphemes.FromString(shown); g.Next(); {
		if v := g.Value(); v != text && len(v) > 4 && len(text) > 4 && strings.HasPrefix(text, v) {
			t.Errorf("%q was cut to %q", text, v)
		}
	}
	for _, e := range m.Embeds {
		for _, f := range e.Fields {
			if f.Name == "Sources" && strings.Count(f.Value, "https://radar.example/") != strings.Count(f.Value, "](https://radar.example/") {
				t.Errorf("a link was cut in %q", f.Value)
			}
		}
	}
}

func TestX13Links(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		o := w.outgoing("k", "A")
		o.Message.Links = []bot.Link{
			{Name: "script", URL: "javascript:alert(1)"},
			{Name: "data", URL: "data:text/html,x"},
			{Name: "file", URL: "file:///etc"},
			{Name: "bank.example", URL: "https://bank.example:pw@evil.example/a"},
			{Name: "homoglyph", URL: "https://аpple.com/x"},
			{Name: "brackets", URL: "https://a.example/x(1)?q=<b>"},
			{Name: "Radar ](https://evil.example", URL: "https://radar.example/"},
		}
		m, _ := w.Message(w.send(t, o))
		value := m.Embeds[0].Fields[0].Value
		for _, never := range []string{"javascript", "data:", "file:", "pw@", "аpple"} {
			if strings.Contains(value, never) {
				t.Errorf("%q is in %s", never, value)
			}
		}
		for _, part := range []string{"evil.example", "xn--pple-43d.com", "https://a.example/x%281%29?q=", "radar.example"} {
			if !strings.Contains(value, part) {
				t.Errorf("%q is not in %s", part, value)
			}
		}
		safe(t, m)
	})
}

func TestEmptyMessageIsRejected(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := start(t, discordtest.Options{Memory: true})
		_, err := w.bot.Send(t.Context(), w.outgoing("k", " \u200b "))
		want[*bot.RejectedError](t, err)
	})
}

// TestOverTLS has all of it go over TLS, as it does in the world.
func TestOverTLS(t *testing.T) {
	w := start(t, discordtest.Options{})
	behind, err := url.Parse(strings.TrimSuffix(w.APIURL(), "/api/v10"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(behind)
	front := httptest.NewUnstartedServer(proxy)
	front.Config.ErrorLog = log.New(io.Discard, "", 0) // of whom is turned away
	front.StartTLS()
	defer front.Close()
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.Request.URL.Path != "/api/v10/gateway/bot" {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		body = bytes.Replace(body, []byte("ws://"+behind.Host), []byte("wss://"+front.Listener.Addr().String()), 1)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Del("Content-Length")
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(front.Certificate())
	w.bot, err = discord.New(discord.Options{
		Token: w.Token(), APIURL: front.URL + "/api/v10", Buttons: bot.NewSealer(w.Token()), Roots: roots,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.listen(t, newTalk())
	w.works(t)
	w.send(t, w.outgoing("k", "A"))
	w.bot, err = discord.New(discord.Options{Token: w.Token(), APIURL: front.URL + "/api/v10"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.bot.Send(t.Context(), w.outgoing("l", "B")) // to whom nobody vouches for
	want[*bot.NotSentError](t, err)
}

// TestDiscordsOwnDocument has every kind of request checked against it.
func TestDiscordsOwnDocument(t *testing.T) {
	document, err := discordtest.LoadSpec(datatest.File(t, "specs", "discord-openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	w := start(t, discordtest.Options{Spec: document})
	k := newTalk()
	w.listen(t, k)
	o := w.outgoing("k", "Card")
	o.Message = all("text ", 3)
	card := w.send(t, o)
	o.Edit, o.Key = card, "l"
	w.send(t, o)
	o.Edit, o.ReplyTo, o.Silent, o.Key = "", card, true, "m"
	w.send(t, o)
	shown, _ := w.Message(card)
	k.answer = func(context.Context, bot.Request) bot.Answer {
		return bot.Answer{Private: true, Message: all("text ", 2)}
	}
	w.RunCommand(somebody, w.channel, "subscribe", map[string]string{"place": "KZ"}).Answer(t)
	w.Click(somebody, shown, shown.Buttons[0].Label).Answer(t)
	w.Autocomplete(somebody, w.channel, "subscribe", "place", "").Answer(t)
	release := make(chan struct{})
	for _, private := range []bool{false, true} {
		k.answer = func(context.Context, bot.Request) bot.Answer {
			<-release
			return bot.Answer{Message: all("text ", 2), Private: private}
		}
		slow := w.RunCommand(somebody, w.channel, "status", nil)
		w.Await(t, "the promise", slow.Spoken)
		release <- struct{}{}
		slow.Answer(t)
	}
}
