package telegramtest

// The kinds of chats.
const (
	private    = "private"
	group      = "group"
	supergroup = "supergroup"
	channel    = "channel"
)

// User is a person, or the bot.
type User struct {
	ID       int64  `json:"id"`
	Bot      bool   `json:"is_bot"`
	Name     string `json:"first_name"`
	Username string `json:"username,omitempty"`
}

// The users in whose name Telegram lets chats speak.
var (
	groupAnonymousBot = User{ID: 1087968824, Bot: true, Name: "Group", Username: "GroupAnonymousBot"}
	channelBot        = User{ID: 136817688, Bot: true, Name: "Channel", Username: "Channel_Bot"}
)

// Chat is where people and the bot write.
type Chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title,omitempty"`
	Name  string `json:"first_name,omitempty"`
	Forum bool   `json:"is_forum,omitempty"`

	members map[int64]string // the status by user
	bot     string           // the bot's status
	gone    bool             // the person has deactivated the account
	topics  map[int64]string // open, closed
	moved   int64            // where it is now
}

// What the bot and people are in a chat.
const (
	creator       = "creator"
	administrator = "administrator"
	member        = "member"
	left          = "left"
	kicked        = "kicked"
)

// NewUser makes a person.
func (s *Server) NewUser(name string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{ID: s.id(), Name: name, Username: name}
	s.users[u.ID] = u
	return *u
}

// Private is the chat with a person who has started the bot. Its number is the person's.
func (s *Server) Private(u User) Chat {
	return s.newChat(Chat{ID: u.ID, Type: private, Name: u.Name, members: map[int64]string{u.ID: creator}})
}

// Group is a small group; it becomes a supergroup by Migrate.
func (s *Server) Group(title string, owner User) Chat {
	return s.newChat(Chat{ID: -s.fresh(), Type: group, Title: title, members: map[int64]string{owner.ID: creator}})
}

// superBase is what Telegram puts before the numbers of supergroups and channels.
const superBase = 1_000_000_000_000

// Supergroup is a large group.
func (s *Server) Supergroup(title string, owner User) Chat {
	return s.newChat(Chat{
		ID: -superBase - s.fresh(), Type: supergroup, Title: title, members: map[int64]string{owner.ID: creator},
	})
}

// Forum is a supergroup with topics.
func (s *Server) Forum(title string, owner User) Chat {
	return s.newChat(Chat{
		ID: -superBase - s.fresh(), Type: supergroup, Title: title, Forum: true,
		members: map[int64]string{owner.ID: creator},
	})
}

// Channel is a channel; only its admins write there.
func (s *Server) Channel(title string, owner User) Chat {
	return s.newChat(Chat{
		ID: -superBase - s.fresh(), Type: channel, Title: title, members: map[int64]string{owner.ID: creator},
	})
}

func (s *Server) fresh() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id()
}

func (s *Server) newChat(c Chat) Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.bot, c.topics = member, make(map[int64]string)
	if c.Type == channel {
		c.bot = administrator
	}
	s.chats[c.ID] = &c
	return c
}

// Topic opens a topic in a forum and returns its thread.
func (s *Server) Topic(c Chat) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	s.chats[c.ID].topics[id] = "open"
	return id
}

// CloseTopic closes a topic: only admins write there.
func (s *Server) CloseTopic(c Chat, thread int64) { s.setTopic(c, thread, "closed") }

// DeleteTopic deletes a topic.
func (s *Server) DeleteTopic(c Chat, thread int64) { s.setTopic(c, thread, "") }

func (s *Server) setTopic(c Chat, thread int64, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == "" {
		delete(s.chats[c.ID].topics, thread)
		return
	}
	s.chats[c.ID].topics[thread] = state
}

// Admit makes a person a member, Promote an admin, Demote a member again.
func (s *Server) Admit(c Chat, u User) { s.setMember(c, u, member) }

// Promote makes a person an admin.
func (s *Server) Promote(c Chat, u User) { s.setMember(c, u, administrator) }

// Demote makes a person a mere member again.
func (s *Server) Demote(c Chat, u User) { s.setMember(c, u, member) }

func (s *Server) setMember(c Chat, u User, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[c.ID].members[u.ID] = status
}

// Join adds the bot to a chat; Kick and Leave take it out. Block and Unblock are what a person does in a private
// chat. Each is told to the bot.
func (s *Server) Join(c Chat, by User) { s.setBot(c, by, member) }

// Kick throws the bot out.
func (s *Server) Kick(c Chat, by User) { s.setBot(c, by, kicked) }

// Leave takes the bot out without a ban.
func (s *Server) Leave(c Chat, by User) { s.setBot(c, by, left) }

// Block is a person who stops the bot.
func (s *Server) Block(u User) { s.setBot(Chat{ID: u.ID}, u, kicked) }

// Unblock is a person who starts the bot again.
func (s *Server) Unblock(u User) { s.setBot(Chat{ID: u.ID}, u, member) }

func (s *Server) setBot(c Chat, by User, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	chat := s.chats[c.ID]
	was := chat.bot
	chat.bot = status
	s.push("my_chat_member", map[string]any{
		"chat": chat, "from": by, "date": s.now().Unix(),
		"old_chat_member": s.standing(s.bot, was), "new_chat_member": s.standing(s.bot, status),
	})
}

// standing is a ChatMember of the API.
func (s *Server) standing(u User, status string) map[string]any {
	m := map[string]any{"user": u, "status": status}
	switch status {
	case kicked:
		m["until_date"] = 0
	case creator:
		m["is_anonymous"] = false
	case administrator:
		m["is_anonymous"] = false
		for _, right := range []string{
			"can_be_edited", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
			"can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
			"can_delete_stories",
		} {
			m[right] = right == "can_manage_chat"
		}
		m["can_post_messages"] = true // of a channel
	}
	return m
}

// Migrate makes a supergroup of a group: the chat has another number from then on. The bot is told in the old
// chat and in the new one.
func (s *Server) Migrate(c Chat) Chat {
	to := s.newChat(Chat{ID: -superBase - s.fresh(), Type: supergroup, Title: c.Title, members: c.members})
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.chats[c.ID]
	old.moved = to.ID
	notice := func(in *Chat, what string, other int64) {
		s.push("message", map[string]any{
			"message_id": s.id(), "date": s.now().Unix(), "chat": in, "from": groupAnonymousBot, "sender_chat": in, what: other,
		})
	}
	notice(old, "migrate_to_chat_id", to.ID)
	notice(s.chats[to.ID], "migrate_from_chat_id", old.ID)
	return to
}

// writable is the chat, if the bot may write there now. The caller has the lock.
func (s *Server) writable(p params) (*Chat, *refusal) {
	c := s.chats[p.integer("chat_id")]
	switch {
	case c == nil:
		return nil, badRequest("chat not found")
	case c.moved != 0:
		no := badRequest("group chat was upgraded to a supergroup chat")
		no.migrateTo = c.moved
		return nil, no
	case c.gone:
		return nil, forbidden("user is deactivated")
	case c.bot == kicked && c.Type == private:
		return nil, forbidden("bot was blocked by the user")
	case c.bot == kicked:
		return nil, forbidden("bot was kicked from the " + c.Type + " chat")
	case c.bot == left:
		return nil, forbidden("bot is not a member of the " + c.Type + " chat")
	}
	return c, nil
}

// thread is the topic that a message goes to. General is 1 for clients and nothing for bots, and a chat without
// topics ignores it. The caller has the lock.
func (c *Chat) thread(p params) (int64, *refusal) {
	id := p.integer("message_thread_id")
	if id == 0 || !c.Forum {
		return 0, nil
	}
	switch c.topics[id] {
	case "":
		return 0, badRequest("message thread not found")
	case "closed":
		if c.bot != administrator {
			return 0, badRequest("TOPIC_CLOSED")
		}
	}
	return id, nil
}

func (s *Server) getChatMember(p params) (any, *refusal) {
	c := s.chats[p.integer("chat_id")]
	if c == nil {
		return nil, badRequest("chat not found")
	}
	u := s.users[p.integer("user_id")]
	if u == nil {
		return nil, badRequest("user not found")
	}
	status := c.members[u.ID]
	if status == "" {
		status = left
	}
	return s.standing(*u, status), nil
}

// Deactivate is a person who deletes the account; nobody is told.
func (s *Server) Deactivate(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[u.ID].gone = true
}
