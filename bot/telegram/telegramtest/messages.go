package telegramtest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is one message as it stands, of the bot or of a person.
type Message struct {
	ID       int64
	Chat     int64
	Thread   int64
	From     User
	At       time.Time
	Text     string
	Entities []Entity
	Buttons  []Button
	ReplyTo  int64
	Silent   bool
	Preview  bool     // of links
	Photo    string   // what was uploaded
	Earlier  []string // the texts before the edits
	Deleted  bool
}

// Button is one below a message.
type Button struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// The limits of one message: https://core.telegram.org/bots/api#sendmessage, and the official server's on markup.
const (
	mostText     = 4096
	mostCaption  = 1024
	mostRaw      = 32768
	mostEntities = 100
	mostData     = 64
	mostNotice   = 200 // of answerCallbackQuery
	General      = 1   // the thread that must not be named
)

// content is what a message says, read from a request.
type content struct {
	text     string
	entities []Entity
	buttons  []Button
	preview  bool
}

// read reads a text with its markup, within a limit, and the buttons.
func (s *Server) read(p params, name string, most int) (c content, no *refusal) {
	raw := p[name]
	switch p["parse_mode"] {
	case "":
		c.text = raw
	case "HTML":
		if len(raw) > mostRaw {
			return c, badRequest("Text is too long")
		}
		var err error
		if c.text, c.entities, err = parseHTML(raw); err != nil {
			return c, badRequest("can't parse entities: " + err.Error())
		}
	default:
		return c, badRequest("unsupported parse_mode")
	}
	if no := p.object("entities", &c.entities); no != nil {
		return c, no
	}
	c.text = strings.TrimRight(c.text, " \t\r\n")
	if units(c.text) > most {
		if name == "caption" {
			return c, badRequest("message caption is too long")
		}
		return c, badRequest("message is too long")
	}
	if len(c.entities) > mostEntities {
		s.problems = append(s.problems, "a message has "+strconv.Itoa(len(c.entities))+" entities, Telegram keeps 100")
	}
	var preview struct {
		Off bool `json:"is_disabled"`
	}
	if no := p.object("link_preview_options", &preview); no != nil {
		return c, no
	}
	c.preview = !preview.Off
	c.buttons, no = readButtons(p)
	return c, no
}

func readButtons(p params) (all []Button, no *refusal) {
	if p["reply_markup"] == "" {
		return nil, nil
	}
	var markup struct {
		Keyboard *[][]Button `json:"inline_keyboard"`
	}
	if no := p.object("reply_markup", &markup); no != nil {
		return nil, no
	}
	if markup.Keyboard == nil {
		return nil, badRequest(`can't parse inline keyboard: Field "inline_keyboard" must be of type Array`)
	}
	for _, row := range *markup.Keyboard {
		for _, b := range row {
			switch {
			case b.Data == "" && b.URL == "":
				return nil, badRequest("Text buttons are unallowed in the inline keyboard")
			case len(b.Data) > mostData:
				return nil, badRequest("BUTTON_DATA_INVALID")
			}
			all = append(all, b)
		}
	}
	return all, nil
}

func (s *Server) sendMessage(p params) (any, *refusal) {
	return s.post(p, "text", mostText)
}

func (s *Server) sendPhoto(p params) (any, *refusal) {
	return s.post(p, "caption", mostCaption)
}

// post puts a message of the bot into a chat.
func (s *Server) post(p params, name string, most int) (any, *refusal) {
	chat, no := s.writable(p)
	if no != nil {
		return nil, no
	}
	thread, no := chat.thread(p)
	if no != nil {
		return nil, no
	}
	c, no := s.read(p, name, most)
	if no != nil {
		return nil, no
	}
	if c.text == "" && name == "text" {
		return nil, badRequest("message text is empty")
	}
	replyTo, no := s.replyTo(p, chat)
	if no != nil {
		return nil, no
	}
	if wait := s.meter.take(s.limits, chat, s.now()); wait > 0 {
		return nil, &refusal{code: 429, retryAfter: wait}
	}
	m := &Message{
		ID: s.id(), Chat: chat.ID, Thread: thread, From: s.bot, At: s.now(), Text: c.text, Entities: c.entities,
		Buttons: c.buttons, ReplyTo: replyTo, Silent: p.flag("disable_notification"), Preview: c.preview, Photo: p["photo"],
	}
	s.messages = append(s.messages, m)
	return s.wire(m), nil
}

// replyTo is the message that one answers; 0 where that one is gone and its sender does not mind.
func (s *Server) replyTo(p params, chat *Chat) (int64, *refusal) {
	var reply struct {
		ID      int64 `json:"message_id"`
		Without bool  `json:"allow_sending_without_reply"`
	}
	if no := p.object("reply_parameters", &reply); no != nil {
		return 0, no
	}
	if reply.ID != 0 && s.find(chat.ID, reply.ID) == nil {
		if reply.Without {
			return 0, nil
		}
		return 0, badRequest("message to be replied not found")
	}
	return reply.ID, nil
}

func (s *Server) editMessageText(p params) (any, *refusal) {
	chat, no := s.writable(p)
	if no != nil {
		return nil, no
	}
	m := s.find(chat.ID, p.integer("message_id"))
	if m == nil {
		return nil, badRequest("message to edit not found")
	}
	if m.From.ID != s.bot.ID {
		return nil, badRequest("message can't be edited")
	}
	c, no := s.read(p, "text", mostText)
	if no != nil {
		return nil, no
	}
	if c.text == "" {
		return nil, badRequest("message text is empty")
	}
	if c.text == m.Text && slices.Equal(c.entities, m.Entities) && slices.Equal(c.buttons, m.Buttons) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly " +
			"the same as a current content and reply markup of the message")
	}
	if wait := s.meter.take(s.limits, chat, s.now()); wait > 0 {
		return nil, &refusal{code: 429, retryAfter: wait}
	}
	m.Earlier = append(m.Earlier, m.Text)
	m.Text, m.Entities, m.Buttons, m.Preview = c.text, c.entities, c.buttons, c.preview
	return s.wire(m), nil
}

// find is the message, if it is still there. The caller has the lock.
func (s *Server) find(chat, id int64) *Message {
	for _, m := range slices.Backward(s.messages) {
		if m.Chat == chat && m.ID == id && !m.Deleted {
			return m
		}
	}
	return nil
}

// wire is the message as the API has it. The caller has the lock.
func (s *Server) wire(m *Message) map[string]any {
	out := map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": s.chats[m.Chat], "from": m.From, "text": m.Text}
	if len(m.Entities) > 0 {
		out["entities"] = m.Entities
	}
	if m.Thread != 0 {
		out["message_thread_id"], out["is_topic_message"] = m.Thread, true
	}
	return out
}

// Delete is somebody who deletes a message.
func (s *Server) Delete(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.find(m.Chat, m.ID); found != nil {
		found.Deleted = true
	}
}

// Messages are those of the bot in a chat that readers still see, oldest first.
func (s *Server) Messages(c Chat) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		if m.Chat == c.ID && m.From.ID == s.bot.ID && !m.Deleted {
			out = append(out, *m)
		}
	}
	return out
}
