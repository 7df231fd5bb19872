package discordtest_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot/discord/discordtest"
	"github.com/faultlinebot/faultline/datatest"
)

const nobody = `"allowed_mentions":{"parse":[]}`

// bot makes requests as a bot does, or as one does that knows no rules.
type bot struct {
	*discordtest.Server
	client http.Client
	agent  string
	token  string
}

func newBot(t *testing.T, o discordtest.Options) *bot {
	o.Broken = true
	s := discordtest.Start(t, o)
	return &bot{
		Server: s, agent: "DiscordBot (https://bot.example, 1)", token: s.Token(),
		client: http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return s.Dial(ctx, network, address)
			},
		}},
	}
}

// do returns the status and Discord's code.
func (b *bot) do(t *testing.T, method, path, body string) (status, code int, id string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.APIURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", b.agent)
	req.Header.Set("Authorization", "Bot "+b.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	var out struct {
		Code int
		ID   string
	}
	_ = json.Unmarshal(text, &out)
	return res.StatusCode, out.Code, out.ID
}

func virtual(t *testing.T, test func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)))
		test(t)
	})
}

// TestRulesBite has every rule broken once.
func TestRulesBite(t *testing.T) {
	embed := func(e string) string { return `{"embeds":[` + e + `],` + nobody + `}` }
	virtual(t, func(t *testing.T) {
		b := newBot(t, discordtest.Options{Memory: true, Unlimited: true})
		path := "/channels/" + b.AddChannel(b.AddGuild()).ID + "/messages"
		if status, _, _ := b.do(t, "POST", path, `{"content":"a",`+nobody+`}`); status != http.StatusOK || len(b.Violations()) != 0 {
			t.Fatalf("a good message: status %d, %q", status, b.Violations())
		}
		for i, body := range []string{
			`{"content":"a"}`, `{"content":"a","allowed_mentions":{}}`, `{"content":"a","allowed_mentions":{"parse":["everyone"]}}`,
			`{"content":"","embeds":[],` + nobody + `}`, `{"content":"` + strings.Repeat("a", 2001) + `",` + nobody + `}`,
			`{"contant":"a",` + nobody + `}`, `{"content":"a","nonce":"` + strings.Repeat("n", 26) + `",` + nobody + `}`,
			`{"content":"a","enforce_nonce":true,` + nobody + `}`, `{"content":"a","flags":64,` + nobody + `}`,
			embed(`{"title":"` + strings.Repeat("a", 257) + `"}`), embed(`{"description":"` + strings.Repeat("a", 4097) + `"}`),
			embed(`{"fields":[{"name":"a","value":""}]}`), embed(`{"fields":[{"name":"a","value":"` + strings.Repeat("a", 1025) + `"}]}`),
			embed(`{"description":"` + strings.Repeat("a", 4000) + `","footer":{"text":"` + strings.Repeat("a", 2001) + `"}}`),
			embed(`{"fields":[` + strings.Repeat(`{"name":"a","value":"a"},`, 25) + `{"name":"a","value":"a"}]}`),
			`{"content":"a","components":[{"type":1,"components":[{"type":2,"style":2,"label":"a","custom_id":"a"},{"type":2,"style":2,"label":"b","custom_id":"a"}]}],` + nobody + `}`,
		} {
			if status, code, _ := b.do(t, "POST", path, body); status != 400 || code != 50035 || len(b.Violations()) != i+1 {
				t.Errorf("%.200s: status %d, code %d, %d violations", body, status, code, len(b.Violations()))
			}
		}
		for _, body := range []string{
			`[{"type":1,"name":"Upper","description":"a"}]`, `[{"type":1,"name":"a b","description":"a"}]`,
			`[{"type":1,"name":"a","description":""}]`,
			`[{"type":1,"name":"a","description":"a","options":[{"type":3,"name":"x","description":"a"},{"type":3,"name":"y","description":"a","required":true}]}]`,
			`[{"type":1,"name":"a","description":"a","options":[{"type":3,"name":"x","description":"a","autocomplete":true,"choices":[{"name":"a","value":"a"}]}]}]`,
		} {
			if status, code, _ := b.do(t, "PUT", "/applications/100000000000000001/commands", body); status != 400 || code != 50035 {
				t.Errorf("%s: status %d, code %d", body, status, code)
			}
		}
		b.agent = "curl/8"
		if status, code, _ := b.do(t, "POST", path, `{"content":"a",`+nobody+`}`); status != 403 || code != 40333 {
			t.Errorf("another client: status %d, code %d", status, code)
		}
		b.agent, b.token = "DiscordBot (https://bot.example, 1)", "other"
		if status, _, _ := b.do(t, "POST", path, `{"content":"a",`+nobody+`}`); status != 401 {
			t.Errorf("another token: status %d", status)
		}
	})
}

func TestNonceWindow(t *testing.T) {
	virtual(t, func(t *testing.T) {
		b := newBot(t, discordtest.Options{Memory: true})
		path := "/channels/" + b.AddChannel("").ID + "/messages"
		const body = `{"content":"a","nonce":"n","enforce_nonce":true,` + nobody + `}`
		_, _, first := b.do(t, "POST", path, body)
		time.Sleep(2 * time.Minute)
		if _, _, id := b.do(t, "POST", path, body); id != first {
			t.Errorf("within the window it is %s, was %s", id, first)
		}
		time.Sleep(2 * time.Minute)
		if _, _, id := b.do(t, "POST", path, body); id == first {
			t.Error("a nonce is known for ever")
		}
	})
}

func TestLimitsBite(t *testing.T) {
	virtual(t, func(t *testing.T) {
		b := newBot(t, discordtest.Options{Memory: true})
		path := "/channels/" + b.AddChannel("").ID + "/messages"
		for i := range 6 {
			if status, _, _ := b.do(t, "POST", path, `{"content":"a",`+nobody+`}`); (status == 429) != (i == 5) {
				t.Errorf("message %d: status %d", i+1, status)
			}
		}
		for range 60 {
			b.do(t, "POST", "/channels/"+b.AddChannel("").ID+"/messages", `{"content":"a",`+nobody+`}`)
		}
		if b.Limited() != 1+(60+6-50) || b.Invalid() != b.Limited() {
			t.Errorf("%d limited, %d invalid", b.Limited(), b.Invalid())
		}
	})
}

func TestInteractionsExpire(t *testing.T) {
	virtual(t, func(t *testing.T) {
		b := newBot(t, discordtest.Options{Memory: true})
		at := b.AddChannel("")
		const word = `{"type":4,"data":{"content":"a",` + nobody + `}}`
		path := func(i *discordtest.Interaction) string {
			return "/interactions/" + i.ID + "/" + i.Token() + "/callback"
		}
		in := b.RunUnlisted(discordtest.Person{ID: "7"}, at, "a", nil)
		if status, _, _ := b.do(t, "POST", path(in), word); status != http.StatusNoContent {
			t.Errorf("in time: status %d", status)
		}
		if status, code, _ := b.do(t, "POST", path(in), word); status != 400 || code != 40060 {
			t.Errorf("twice: status %d, code %d", status, code)
		}
		late := b.RunUnlisted(discordtest.Person{ID: "7"}, at, "a", nil)
		time.Sleep(3001 * time.Millisecond)
		if status, code, _ := b.do(t, "POST", path(late), word); status != 404 || code != 10062 {
			t.Errorf("late: status %d, code %d", status, code)
		}
		if _, err := late.Wait(time.Minute); err == nil {
			t.Error("the person saw an answer")
		}
		if r := b.RunCommand(discordtest.Person{ID: "7"}, at, "nothing", nil); r != nil {
			if _, err := r.Wait(time.Second); err == nil {
				t.Error("a command that is not registered could be typed")
			}
		}
	})
}

func TestDiscordsDocumentBites(t *testing.T) {
	document, err := discordtest.LoadSpec(datatest.File(t, "specs", "discord-openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	b := newBot(t, discordtest.Options{Spec: document})
	path := "/channels/" + b.AddChannel("").ID + "/messages"
	if status, _, _ := b.do(t, "POST", path, `{"content":5,`+nobody+`}`); status != 400 || len(b.Violations()) != 1 {
		t.Errorf("status %d, %q", status, b.Violations())
	}
}
