package telegram

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The kinds of updates that are asked for; a channel's posts are how its admins ask there.
var kinds = []string{"message", "channel_post", "callback_query", "my_chat_member"}

// update is what happened, as far as it matters here. The library's own types know nothing of topics, and of one
// update that they cannot read they lose all that came with it.
type update struct {
	ID       int64     `json:"update_id"`
	Message  *message  `json:"message"`
	Post     *message  `json:"channel_post"`
	Press    *press    `json:"callback_query"`
	Standing *standing `json:"my_chat_member"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

type user struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
}

type message struct {
	ID         int64           `json:"message_id"`
	Date       int64           `json:"date"`
	Chat       chat            `json:"chat"`
	From       *user           `json:"from"`
	SenderChat *chat           `json:"sender_chat"`
	Text       string          `json:"text"`
	Thread     int64           `json:"message_thread_id"`
	Topic      bool            `json:"is_topic_message"`
	Forwarded  json.RawMessage `json:"forward_origin"`
	Automatic  bool            `json:"is_automatic_forward"`
	Via        json.RawMessage `json:"via_bot"`
	MovedTo    int64           `json:"migrate_to_chat_id"`
}

type press struct {
	ID      string   `json:"id"`
	From    user     `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

// standing is what the bot is in a chat from now on.
type standing struct {
	Chat chat `json:"chat"`
	New  struct {
		Status  string `json:"status"`
		Member  *bool  `json:"is_member"`         // of a restricted one
		CanSend *bool  `json:"can_send_messages"` // of a restricted one
		CanPost *bool  `json:"can_post_messages"` // of an admin of a channel
	} `json:"new_chat_member"`
}

// thread is the topic in which it was written. In a group without topics the number is that of a thread of replies,
// which is no place to write to.
func (m *message) thread() string {
	if !m.Topic || m.Thread <= 1 {
		return ""
	}
	return number(m.Thread)
}

// typed says whether somebody wrote it here: what is forwarded, or comes by way of another bot, is not what whoever
// sent it says.
func (m *message) typed() bool {
	return m.Text != "" && len(m.Forwarded) == 0 && len(m.Via) == 0 && !m.Automatic
}

func (m *message) at() time.Time { return time.Unix(m.Date, 0) }

// where is the chat that it happened in: what happens in one chat is handled in its order.
func (u *update) where() int64 {
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.Post != nil:
		return u.Post.Chat.ID
	case u.Press != nil && u.Press.Message != nil:
		return u.Press.Message.Chat.ID
	case u.Press != nil:
		return u.Press.From.ID
	case u.Standing != nil:
		return u.Standing.Chat.ID
	}
	return 0
}

// decode reads one update. One that cannot be read has its number all the same, if that can be: so it is confirmed
// and does not come for ever. The error names its kind and nothing that is in it.
func decode(raw json.RawMessage) (u update, err error) {
	if err = json.Unmarshal(raw, &u); err == nil {
		return u, nil
	}
	var rest map[string]json.RawMessage
	u = update{}
	if json.Unmarshal(raw, &rest) == nil {
		_ = json.Unmarshal(rest["update_id"], &u.ID)
	}
	return u, fmt.Errorf("an update that cannot be read, of the kind %s", kindsOf(rest))
}

func kindsOf(fields map[string]json.RawMessage) string {
	var names []string
	for name := range fields {
		if name != "update_id" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return "unknown"
	}
	return strings.Join(names, ",")
}
