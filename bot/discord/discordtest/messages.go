package discordtest

import (
	"net/http"
	"slices"
	"time"
)

// nonceWindow is for how long Discord knows a nonce again: "the past few minutes".
const nonceWindow = 3 * time.Minute

// Channel is where people and the bot write; a thread is one too.
type Channel struct {
	ID    string
	Guild string // empty for a direct message
}

type channel struct {
	Channel
	archived bool
	refusal  *answer // of every message
	deleted  bool
}

// Message is one in a channel.
type Message struct {
	ID         string
	Channel    string
	Content    string
	Embeds     []Embed
	Buttons    []Button
	Flags      int
	Nonce      string
	ReplyTo    string
	At, Edited time.Time
	// Before are the versions that were edited away, oldest first.
	Before  []Message
	Deleted bool
	// Asked is the ID of the person whose question it answers; empty for what the bot said unasked.
	Asked string
}

// Ephemeral says whether only the asker sees it.
func (m *Message) Ephemeral() bool { return m.Flags&flagEphemeral != 0 }

// Silent says whether it came without a sound.
func (m *Message) Silent() bool { return m.Flags&flagSuppressNotifications != 0 }

// AddGuild makes a server that the bot is on. The gateway tells the bot.
func (s *Server) AddGuild() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	s.guilds[id] = true
	s.gateway.dispatch("GUILD_CREATE", s.guild(id))
	s.happened()
	return id
}

// AddChannel makes a text channel on a server; one with one person where the server is empty.
func (s *Server) AddChannel(guild string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{Channel: Channel{ID: s.id(), Guild: guild}}
	s.channels[c.ID] = c
	if guild != "" {
		s.gateway.dispatch("CHANNEL_CREATE", c.wire())
	}
	return c.Channel
}

// Rejoin adds the bot again to a server that it was removed from.
func (s *Server) Rejoin(guild string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[guild] = true
	s.gateway.dispatch("GUILD_CREATE", s.guild(guild))
}

// Remove takes the bot off a server: its channels cannot be written to.
func (s *Server) Remove(guild string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[guild] = false
	s.gateway.dispatch("GUILD_DELETE", map[string]any{"id": guild})
}

// Outage makes a server unavailable for a while, as far as the gateway tells.
func (s *Server) Outage(guild string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.dispatch("GUILD_DELETE", map[string]any{"id": guild, "unavailable": true})
}

// DeleteChannel deletes one.
func (s *Server) DeleteChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID].deleted = true
	s.gateway.dispatch("CHANNEL_DELETE", s.channels[c.ID].wire())
}

// Forbid has every message to the channel refused with that status and code, or no more where the code is 0. The
// gateway tells the bot that the channel was changed.
func (s *Server) Forbid(c Channel, status, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.channels[c.ID]
	at.refusal = nil
	if code != 0 {
		no := refuse(status, code, "as the test wants it")
		at.refusal = &no
	}
	s.gateway.dispatch("CHANNEL_UPDATE", at.wire())
}

// Archive puts a thread to sleep.
func (s *Server) Archive(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID].archived = true
}

// Delete deletes a message, as its readers may.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages[id].Deleted = true
}

// Messages are those of a channel, oldest first, with what only one person sees.
func (s *Server) Messages(c Channel) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.order {
		if m.Channel == c.ID && !m.Deleted {
			out = append(out, m.clone())
		}
	}
	return out
}

// Message is the one with that id.
func (s *Server) Message(id string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.messages[id]
	if !ok {
		return Message{}, false
	}
	return m.clone(), true
}

// Count is how many messages there are in all channels.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.order)
}

func (m *Message) clone() Message {
	out := *m
	out.Before = slices.Clone(m.Before)
	return out
}

// guild is a server as the gateway tells of it. The server is locked.
func (s *Server) guild(id string) map[string]any {
	channels := []any{}
	for _, c := range s.channels {
		if c.Guild == id && !c.deleted {
			channels = append(channels, c.wire())
		}
	}
	return map[string]any{
		"id": id, "name": "A server", "unavailable": false, "channels": channels, "threads": []any{},
		"members": []any{}, "roles": []any{}, "emojis": []any{},
	}
}

func (c *channel) wire() map[string]any {
	return map[string]any{"id": c.ID, "guild_id": c.Guild, "type": 0, "name": "alerts"}
}

// wire is a message as the API shows it.
func (m *Message) wire(botID string) map[string]any {
	rows := []any{}
	for chunk := range slices.Chunk(m.Buttons, mostInRow) {
		rows = append(rows, map[string]any{"type": 1, "components": chunk})
	}
	return map[string]any{
		"id": m.ID, "channel_id": m.Channel, "content": m.Content, "embeds": m.Embeds, "components": rows,
		"flags": m.Flags, "nonce": m.Nonce, "timestamp": m.At.UTC().Format(time.RFC3339Nano), "type": 0, "tts": false,
		"author": map[string]any{"id": botID, "username": "faultline", "bot": true}, "attachments": []any{},
		"mentions": []any{}, "mention_roles": []any{}, "mention_everyone": false, "pinned": false,
	}
}

// reach finds the channel, or says why nothing can be done there. The server is locked.
func (s *Server) reach(id string) (*channel, *answer) {
	c := s.channels[id]
	var no answer
	switch {
	case c == nil || c.deleted:
		no = refuse(http.StatusNotFound, 10003, "Unknown Channel")
	case c.Guild != "" && !s.guilds[c.Guild]:
		no = refuse(http.StatusForbidden, 50001, "Missing Access")
	case c.refusal != nil:
		no = *c.refusal
	default:
		return c, nil
	}
	return nil, &no
}

// read takes a message's body in and checks it; what it finds is a fault of the bot's.
func (s *Server) read(pattern string, body []byte, flags int) (*payload, *answer) {
	var p payload
	path, rule := "body", ""
	if err := strictly(body, &p); err != nil {
		rule = err.Error()
	} else {
		path, rule = p.check(flags)
	}
	if rule == "" {
		return &p, nil
	}
	s.violated(pattern + ": " + path + ": " + rule + "\n" + string(body))
	no := badForm(path, "RULE", rule)
	return nil, &no
}

func (s *Server) postMessage(r *http.Request, body []byte) answer {
	c, no := s.reach(r.PathValue("channel"))
	if no != nil {
		return *no
	}
	p, no := s.read("POST message", body, flagSuppressEmbeds|flagSuppressNotifications)
	if no != nil {
		return *no
	}
	if p.EnforceNonce {
		for _, m := range slices.Backward(s.order) {
			if time.Since(m.At) > nonceWindow {
				break
			}
			if m.Channel == c.ID && m.Nonce == p.Nonce { // a deleted one, too, is not made again
				return answer{status: http.StatusOK, body: m.wire(s.botID)}
			}
		}
	}
	m := &Message{ID: s.id(), Channel: c.ID, At: time.Now(), Nonce: p.Nonce}
	if p.Reference != nil {
		to := s.messages[p.Reference.MessageID]
		switch {
		case to != nil && to.Channel == c.ID && !to.Deleted:
			m.ReplyTo = to.ID
		case p.Reference.FailIfNotExists == nil || *p.Reference.FailIfNotExists:
			return badForm("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
		}
	}
	c.archived = false
	m.fill(p)
	s.keep(m)
	return answer{status: http.StatusOK, body: m.wire(s.botID)}
}

// fill makes the message what the payload says. What an edit does not name stays.
func (m *Message) fill(p *payload) {
	if p.Content != nil {
		m.Content = *p.Content
	}
	if p.Embeds != nil {
		m.Embeds = p.Embeds
	}
	if p.Components != nil {
		m.Buttons = nil
		for _, r := range p.Components {
			m.Buttons = append(m.Buttons, r.Components...)
		}
	}
	m.Flags |= p.Flags
}

func (s *Server) keep(m *Message) {
	s.messages[m.ID] = m
	s.order = append(s.order, m)
	s.happened()
}

func (s *Server) patchMessage(r *http.Request, body []byte) answer {
	c, no := s.reach(r.PathValue("channel"))
	if no != nil {
		return *no
	}
	m := s.messages[r.PathValue("message")]
	switch {
	case m == nil || m.Deleted || m.Channel != c.ID:
		return refuse(http.StatusNotFound, 10008, "Unknown Message")
	case c.archived:
		return refuse(http.StatusBadRequest, 50083, "Thread is archived")
	}
	p, no := s.read("PATCH message", body, flagSuppressEmbeds)
	if no != nil {
		return *no
	}
	if p.Nonce != "" || p.Reference != nil {
		s.violated("PATCH message: an edit has neither nonce nor reference")
	}
	s.edit(m, p)
	return answer{status: http.StatusOK, body: m.wire(s.botID)}
}

func (s *Server) edit(m *Message, p *payload) {
	before := *m
	before.Before = nil
	m.Before = append(m.Before, before)
	m.fill(p)
	m.Edited = time.Now()
	s.happened()
}

func (s *Server) patchChannel(r *http.Request, body []byte) answer {
	c, no := s.reach(r.PathValue("channel"))
	if no != nil {
		return *no
	}
	var p struct {
		Archived *bool `json:"archived"`
	}
	if err := strictly(body, &p); err != nil || p.Archived == nil {
		s.violated("PATCH channel: " + string(body))
		return badForm("archived", "RULE", "it is all that can be changed here")
	}
	c.archived = *p.Archived
	return answer{status: http.StatusOK, body: c.wire()}
}
