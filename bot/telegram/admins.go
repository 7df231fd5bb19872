package telegram

import (
	"context"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// adminLife is how long it is believed what somebody is in a chat.
const adminLife = 30 * time.Second

// admins knows who manages which chat, for a short time.
type admins struct {
	t *Telegram

	mu    sync.Mutex
	known map[membership]verdict
	swept time.Time
}

type membership struct{ chat, user int64 }

type verdict struct {
	admin bool
	at    time.Time
}

func newAdmins(t *Telegram) *admins { return &admins{t: t, known: make(map[membership]verdict)} }

// ask asks Telegram, unless it did a moment ago.
func (a *admins) ask(ctx context.Context, chat, user int64) (bool, error) {
	who := membership{chat: chat, user: user}
	now := a.t.now()
	if v, ok := a.recent(who, now); ok {
		return v.admin, nil
	}
	var member struct {
		Status string `json:"status"`
	}
	p := tgbotapi.Params{"chat_id": number(chat), "user_id": number(user)}
	if err := a.t.api.call(ctx, callTime, "getChatMember", p, &member); err != nil {
		return false, err
	}
	v := verdict{admin: member.Status == "creator" || member.Status == "administrator", at: now}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.known[who] = v
	return v.admin, nil
}

func (a *admins) recent(who membership, now time.Time) (verdict, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Sub(a.swept) > adminLife {
		a.swept = now
		for w, v := range a.known {
			if now.Sub(v.at) > adminLife {
				delete(a.known, w)
			}
		}
	}
	v, ok := a.known[who]
	return v, ok && now.Sub(v.at) <= adminLife
}
