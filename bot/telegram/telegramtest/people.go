package telegramtest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Said is what a person writes, for what Say cannot say.
type Said struct {
	Text   string
	Thread int64 // a topic
	// Anonymous is an admin who speaks as the group.
	Anonymous bool
	// As is a channel in whose name a person speaks.
	As *Chat
	// Forwarded is from elsewhere; Automatic is a channel's post in its discussion group.
	Forwarded, Automatic bool
	Edited               bool
}

// Say is a person who writes in a chat. The bot hears of it if it is there. The message is returned.
func (s *Server) Say(u User, c Chat, text string) Message { return s.Write(u, c, Said{Text: text}) }

// Write is a person who writes in a chat in a way of its own.
func (s *Server) Write(u User, c Chat, said Said) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{ID: s.id(), Chat: c.ID, Thread: said.Thread, From: u, At: s.now(), Text: said.Text}
	s.messages = append(s.messages, m)
	out := s.wire(m)
	chat := s.chats[c.ID]
	kind := "message"
	switch {
	case chat.Type == channel:
		kind, out["sender_chat"] = "channel_post", chat
		delete(out, "from")
	case said.Anonymous:
		out["from"], out["sender_chat"] = groupAnonymousBot, chat
	case said.As != nil:
		out["from"], out["sender_chat"] = channelBot, said.As
	}
	if said.Forwarded {
		out["forward_origin"] = map[string]any{"type": "hidden_user", "sender_user_name": "Somebody", "date": m.At.Unix()}
	}
	if said.Automatic {
		out["is_automatic_forward"] = true
	}
	if said.Edited {
		kind, out["edit_date"] = "edited_"+kind, m.At.Unix()
	}
	if strings.HasPrefix(said.Text, "/") {
		word := strings.Fields(said.Text)[0]
		out["entities"] = []Entity{{Type: "bot_command", Length: units(word)}}
	}
	if chat.bot != kicked && chat.bot != left {
		s.push(kind, out)
	}
	return *m
}

// query is a press that waits for its answer.
type query struct {
	id       string
	at       time.Time
	answered bool
	text     string
	alert    bool
}

// Query is what came of a press: the spinner has gone, and a notice was shown or not.
type Query struct {
	Answered bool
	Notice   string
	Alert    bool
}

// queryLife is how long a press may be answered.
const queryLife = 15 * time.Second

// Press is a person who presses a button by its label. It returns the press's ID; empty where there is no such
// button.
func (s *Server) Press(u User, m Message, label string) string {
	data := ""
	s.mu.Lock()
	if found := s.find(m.Chat, m.ID); found != nil {
		if i := slices.IndexFunc(found.Buttons, func(b Button) bool { return b.Text == label }); i >= 0 {
			data = found.Buttons[i].Data
		}
	}
	s.mu.Unlock()
	if data == "" {
		return ""
	}
	return s.PressData(u, m, data)
}

// PressData is a client that makes a press up: the data is its own.
func (s *Server) PressData(u User, m Message, data string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &query{id: strconv.FormatInt(s.id(), 10), at: s.now()}
	s.queries[q.id] = q
	s.push("callback_query", map[string]any{
		"id": q.id, "from": u, "message": s.wire(&m), "chat_instance": "1", "data": data,
	})
	return q.id
}

// Pressed is what came of a press.
func (s *Server) Pressed(id string) Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queries[id]
	if q == nil {
		return Query{}
	}
	return Query{Answered: q.answered, Notice: q.text, Alert: q.alert}
}

func (s *Server) answerCallbackQuery(p params) (any, *refusal) {
	q := s.queries[p["callback_query_id"]]
	if q == nil || q.answered || s.now().Sub(q.at) > queryLife {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if units(p["text"]) > mostNotice {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	q.answered, q.text, q.alert = true, p["text"], p.flag("show_alert")
	return true, nil
}
