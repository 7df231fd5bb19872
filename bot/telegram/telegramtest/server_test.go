package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/datatest"
)

// client speaks to the server as any program would.
type client struct {
	t    *testing.T
	http *http.Client
}

type said struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MoveTo     int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

func open(t *testing.T, o Options) (*Server, *client) {
	t.Helper()
	s := New(o)
	c := &client{t: t, http: s.Client()}
	t.Cleanup(s.Close)
	return s, c
}

func (c *client) ask(method string, pairs ...string) said {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.send(method, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (c *client) send(method, kind string, body io.Reader) said {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodPost, MemoryURL+"/bot4242:TEST/"+method, body)
	if err != nil {
		c.t.Error(err)
		return said{}
	}
	r.Header.Set("Content-Type", kind)
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Error(err)
		return said{}
	}
	defer resp.Body.Close()
	var out said
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		c.t.Error(err)
	}
	return out
}

func TestAllBodiesAreRead(t *testing.T) {
	s, c := open(t, Options{})
	u := s.NewUser("Ann")
	chat := s.Private(u)
	id := number(chat.ID)
	c.ask("sendMessage", "chat_id", id, "text", "form")
	c.send("sendMessage", "application/json", strings.NewReader(`{"chat_id":`+id+`,"text":"json","disable_notification":true}`))
	read, write := io.Pipe()
	form := multipart.NewWriter(write)
	go func() {
		_ = form.WriteField("chat_id", id)
		_ = form.WriteField("caption", "multipart")
		part, _ := form.CreateFormFile("photo", "chart.png")
		_, _ = part.Write(bytes.Repeat([]byte{1}, 1000))
		_ = write.CloseWithError(form.Close())
	}()
	c.send("sendPhoto", form.FormDataContentType(), read)
	got := s.Messages(chat)
	if len(got) != 3 || got[0].Text != "form" || got[1].Text != "json" || !got[1].Silent || got[2].Text != "multipart" ||
		got[2].Photo != "file chart.png of 1000 bytes" {
		t.Errorf("got %+v", got)
	}
	if p := s.Problems(); len(p) > 0 {
		t.Errorf("problems: %v", p)
	}
}

func number(n int64) string { b, _ := json.Marshal(n); return string(b) }

func TestProblemsAreFound(t *testing.T) {
	for name, spec := range map[string]bool{"pocket": false, "whole": true} {
		t.Run(name, func(t *testing.T) {
			o := Options{}
			if spec {
				var err error
				if o.API, err = LoadAPI(datatest.File(t, "specs", "telegram-bot-api.json")); err != nil {
					t.Fatal(err)
				}
			}
			s, c := open(t, o)
			c.ask("sendMessage", "chat_id", "5", "txt", "x")
			c.ask("sendMessage", "chat_id", "5", "text", "x", "reply_parameters", `{"message":1}`)
			c.ask("sendMessage", "chat_id", "5", "text", "x", "reply_markup", `{"inline_keyboard":null}`)
			c.ask("getUpdates", "timeout", "soon")
			c.ask("getUpdate")
			for _, want := range []string{
				"sendMessage lacks text", "sendMessage has no parameter txt",
				"sendMessage.reply_parameters lacks message_id", "sendMessage.reply_parameters has no field message",
				"sendMessage.reply_markup.inline_keyboard is not of type Array",
				"getUpdates.timeout is not of type Integer", "there is no method getUpdate",
			} {
				if !slices.Contains(s.Problems(), want) {
					t.Errorf("%q is not among %q", want, s.Problems())
				}
			}
		})
	}
}

// TestPocketBookIsTrue holds our own table against the published API.
func TestPocketBookIsTrue(t *testing.T) {
	whole, err := LoadAPI(datatest.File(t, "specs", "telegram-bot-api.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range pocketAPI().Methods {
		published, ok := whole.Methods[name]
		if !ok {
			t.Errorf("there is no method %s", name)
		}
		for _, f := range m.Fields {
			i := slices.IndexFunc(published.Fields, func(p field) bool { return p.Name == f.Name })
			if i < 0 || !slices.Contains(published.Fields[i].Types, f.Types[0]) {
				t.Errorf("%s.%s is not as published", name, f.Name)
			}
		}
		for _, f := range published.Fields {
			if f.Required && !slices.ContainsFunc(m.Fields, func(p field) bool { return p.Name == f.Name && p.Required }) {
				t.Errorf("%s.%s is required", name, f.Name)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	s, c := open(t, Options{})
	ann := s.NewUser("Ann")
	chat, forum, group := s.Private(ann), s.Forum("Forum", ann), s.Group("Group", ann)
	closed, deleted := s.Topic(forum), s.Topic(forum)
	s.CloseTopic(forum, closed)
	s.DeleteTopic(forum, deleted)
	mine := c.ask("sendMessage", "chat_id", number(chat.ID), "text", "first")
	if !mine.OK {
		t.Fatal(mine)
	}
	id := number(s.Messages(chat)[0].ID)
	moved := s.Migrate(group)
	for name, q := range map[string]struct {
		method string
		pairs  []string
		want   string
	}{
		"chat":         {"sendMessage", []string{"chat_id", "7", "text", "x"}, "Bad Request: chat not found"},
		"empty":        {"sendMessage", []string{"text", " \n"}, "Bad Request: message text is empty"},
		"long":         {"sendMessage", []string{"text", strings.Repeat("x", 4097)}, "Bad Request: message is too long"},
		"long emoji":   {"sendMessage", []string{"text", strings.Repeat("🟠", 2049)}, "Bad Request: message is too long"},
		"raw":          {"sendMessage", []string{"text", strings.Repeat("<b></b>", 5000) + "x", "parse_mode", "HTML"}, "Bad Request: Text is too long"},
		"markup":       {"sendMessage", []string{"text", "<p>x", "parse_mode", "HTML"}, `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 0`},
		"utf8":         {"sendMessage", []string{"text", "\xff"}, "Bad Request: strings must be encoded in UTF-8"},
		"reply":        {"sendMessage", []string{"text", "x", "reply_parameters", `{"message_id":9}`}, "Bad Request: message to be replied not found"},
		"button":       {"sendMessage", []string{"text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a"}]]}`}, "Bad Request: Text buttons are unallowed in the inline keyboard"},
		"button data":  {"sendMessage", []string{"text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"` + strings.Repeat("a", 65) + `"}]]}`}, "Bad Request: BUTTON_DATA_INVALID"},
		"no keyboard":  {"sendMessage", []string{"text", "x", "reply_markup", `{"inline_keyboard":null}`}, `Bad Request: can't parse inline keyboard: Field "inline_keyboard" must be of type Array`},
		"general":      {"sendMessage", []string{"chat_id", number(forum.ID), "text", "x", "message_thread_id", "1"}, "Bad Request: message thread not found"},
		"deleted":      {"sendMessage", []string{"chat_id", number(forum.ID), "text", "x", "message_thread_id", number(deleted)}, "Bad Request: message thread not found"},
		"closed":       {"sendMessage", []string{"chat_id", number(forum.ID), "text", "x", "message_thread_id", number(closed)}, "Bad Request: TOPIC_CLOSED"},
		"moved":        {"sendMessage", []string{"chat_id", number(group.ID), "text", "x"}, "Bad Request: group chat was upgraded to a supergroup chat"},
		"edit gone":    {"editMessageText", []string{"message_id", "9", "text", "x"}, "Bad Request: message to edit not found"},
		"edit same":    {"editMessageText", []string{"message_id", id, "text", "first"}, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"},
		"query":        {"answerCallbackQuery", []string{"callback_query_id", "1"}, "Bad Request: query is too old and response timeout expired or query ID is invalid"},
		"command name": {"setMyCommands", []string{"commands", `[{"command":"Feed add","description":"x"}]`}, "Bad Request: BOT_COMMAND_INVALID"},
		"method":       {"sendMesage", nil, "Not Found: method not found"},
	} {
		t.Run(name, func(t *testing.T) {
			pairs := q.pairs
			if !slices.Contains(pairs, "chat_id") {
				pairs = append([]string{"chat_id", number(chat.ID)}, pairs...)
			}
			got := c.ask(q.method, pairs...)
			if got.OK || got.Description != q.want {
				t.Errorf("got %+v, want %q", got, q.want)
			}
			if name == "moved" && got.Parameters.MoveTo != moved.ID {
				t.Errorf("it moved to %d, want %d", got.Parameters.MoveTo, moved.ID)
			}
		})
	}
}

func TestLimitsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := open(t, Options{Limits: Usual()})
		ann := s.NewUser("Ann")
		chat, group := s.Private(ann), s.Supergroup("Group", ann)
		send := func(to Chat) said { return c.ask("sendMessage", "chat_id", number(to.ID), "text", "x") }
		for range 3 {
			if got := send(chat); !got.OK {
				t.Fatal(got)
			}
		}
		if got := send(chat); got.Code != 429 || got.Parameters.RetryAfter != 1 {
			t.Errorf("the fourth at once: %+v", got)
		}
		for range 20 {
			time.Sleep(time.Second)
			if got := send(group); !got.OK {
				t.Fatal(got)
			}
		}
		time.Sleep(time.Second)
		if got := send(group); got.Code != 429 || got.Parameters.RetryAfter != 40 {
			t.Errorf("the 21st in a minute: %+v", got)
		}
		time.Sleep(time.Minute)
		refused := 0
		for range 31 {
			if got := send(s.Private(s.NewUser("Somebody"))); got.Code == 429 {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("%d of 31 in a second were refused", refused)
		}
		s.Close()
	})
}

func TestUpdatesComeUntilTheyAreConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := open(t, Options{})
		ann := s.NewUser("Ann")
		chat := s.Private(ann)
		ids := func(got said) (out []int64) {
			var list []struct {
				ID int64 `json:"update_id"`
			}
			_ = json.Unmarshal(got.Result, &list)
			for _, u := range list {
				out = append(out, u.ID)
			}
			return out
		}
		began := time.Now()
		if got := c.ask("getUpdates", "timeout", "100", "allowed_updates", `["message"]`); len(ids(got)) != 0 || time.Since(began) != 50*time.Second {
			t.Errorf("an empty poll: %+v after %v", got, time.Since(began))
		}
		s.Say(ann, chat, "/one")
		s.Block(ann) // not asked for
		s.Unblock(ann)
		s.Say(ann, chat, "/two")
		time.Sleep(time.Minute)
		first := ids(c.ask("getUpdates"))
		time.Sleep(time.Minute)
		if again := ids(c.ask("getUpdates")); len(first) != 2 || !slices.Equal(first, again) {
			t.Fatalf("first %v, then %v", first, again)
		}
		if only := ids(c.ask("getUpdates")); len(only) != 1 {
			t.Errorf("a poll too soon at the same offset brought %v", only)
		}
		if left := ids(c.ask("getUpdates", "offset", number(first[1]))); !slices.Equal(left, first[1:]) {
			t.Errorf("after one was confirmed: %v", left)
		}
		c.ask("getUpdates", "offset", number(first[1]+1), "timeout", "3")
		if s.Unconfirmed() != 0 {
			t.Errorf("%d are not confirmed", s.Unconfirmed())
		}
		s.Close()
	})
}

func TestTwoPollersAreInConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := open(t, Options{})
		first := make(chan said)
		go func() { first <- c.ask("getUpdates", "timeout", "50") }()
		synctest.Wait()
		go c.ask("getUpdates", "timeout", "50", "offset", "5")
		if got := <-first; got.Code != 409 || !strings.HasPrefix(got.Description, "Conflict: terminated by other getUpdates") {
			t.Errorf("got %+v", got)
		}
		s.SetWebhook()
		if got := c.ask("getUpdates"); got.Code != 409 || !strings.Contains(got.Description, "webhook is active") {
			t.Errorf("got %+v", got)
		}
		c.ask("deleteWebhook")
		time.Sleep(time.Minute)
		if got := c.ask("getUpdates"); !got.OK {
			t.Errorf("got %+v", got)
		}
		s.Close()
	})
}

func TestFaultsShow(t *testing.T) {
	s, c := open(t, Options{})
	chat := s.Private(s.NewUser("Ann"))
	other := s.Private(s.NewUser("Bob"))
	s.Fail("sendMessage", 1, Fault{Chat: chat.ID, Code: 429, RetryAfter: 35})
	if got := c.ask("sendMessage", "chat_id", number(other.ID), "text", "x"); !got.OK {
		t.Errorf("another chat: %+v", got)
	}
	if got := c.ask("sendMessage", "chat_id", number(chat.ID), "text", "x"); got.Parameters.RetryAfter != 35 ||
		got.Description != "Too Many Requests: retry after 35" {
		t.Errorf("got %+v", got)
	}
	s.Fail("sendMessage", 1, Fault{Status: 502, Body: "<html>", Applied: true})
	resp, err := c.http.PostForm(MemoryURL+"/bot4242:TEST/sendMessage", url.Values{"chat_id": {number(chat.ID)}, "text": {"kept"}})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadGateway || string(body) != "<html>" || len(s.Messages(chat)) != 1 {
		t.Errorf("status %d, body %q, messages %v", resp.StatusCode, body, s.Messages(chat))
	}
	s.Fail("sendMessage", 1, Fault{Cut: true})
	if resp, err := c.http.PostForm(MemoryURL+"/bot4242:TEST/sendMessage", url.Values{"chat_id": {number(chat.ID)}, "text": {"cut"}}); err == nil {
		resp.Body.Close()
		t.Error("the connection was not cut")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s.Fail("getMe", 1, Fault{Hold: time.Hour})
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, MemoryURL+"/bot4242:TEST/getMe", nil)
	if resp, err := c.http.Do(r); err == nil {
		resp.Body.Close()
		t.Error("the answer was not held")
	}
}

func TestWrongTokens(t *testing.T) {
	s, c := open(t, Options{})
	_ = s
	for token, code := range map[string]int{"4242:OTHER": 401, "nonsense": 404} {
		resp, err := c.http.Get(MemoryURL + "/bot" + token + "/getMe")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != code {
			t.Errorf("token %s: status %d, want %d", token, resp.StatusCode, code)
		}
	}
}

// TestWhatIsToldIsAsPublished holds the server's own words against the published API.
func TestWhatIsToldIsAsPublished(t *testing.T) {
	whole, err := LoadAPI(datatest.File(t, "specs", "telegram-bot-api.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, c := open(t, Options{})
	ann := s.NewUser("Ann")
	chat, small, forum, channel := s.Private(ann), s.Group("Group", ann), s.Forum("Forum", ann), s.Channel("Channel", ann)
	check := func(typ string, got said) {
		t.Helper()
		var v any
		if err := json.Unmarshal(got.Result, &v); err != nil || !got.OK {
			t.Fatalf("%+v", got)
		}
		for _, fault := range whole.one(typ, typ, v) {
			t.Error(fault)
		}
	}
	check("User", c.ask("getMe"))
	check("Message", c.ask("sendMessage", "chat_id", number(chat.ID), "text", "<b>x</b> <a href=\"https://a.example\">y</a>", "parse_mode", "HTML"))
	check("Message", c.ask("editMessageText", "chat_id", number(chat.ID), "message_id", number(s.Messages(chat)[0].ID), "text", "z"))
	check("ChatMember", c.ask("getChatMember", "chat_id", number(forum.ID), "user_id", number(ann.ID)))
	s.Demote(forum, ann)
	check("ChatMember", c.ask("getChatMember", "chat_id", number(forum.ID), "user_id", number(ann.ID)))
	check("Array of BotCommand", c.ask("getMyCommands"))
	s.Say(ann, chat, "/start")
	s.Write(ann, forum, Said{Text: "/x", Thread: s.Topic(forum), Anonymous: true})
	s.Write(ann, forum, Said{Text: "x", As: &channel, Forwarded: true, Edited: true})
	s.Say(ann, channel, "post")
	s.PressData(ann, s.Messages(chat)[0], "data")
	s.Block(ann)
	s.Kick(forum, ann)
	s.Leave(channel, ann)
	s.Join(channel, ann)
	s.Migrate(small)
	updates := c.ask("getUpdates")
	check("Array of Update", updates)
	if n := strings.Count(string(updates.Result), "update_id"); n != 11 {
		t.Errorf("%d updates", n)
	}
}
