package telegram

import (
	"context"
	"errors"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/faultlinebot/faultline/bot"
)

// Send implements [bot.Platform]. A receipt is the chat and the message, "-1001234/56". Where the message to edit is
// gone, or is in a chat that has moved since, a new one takes its place; a reply to one that is gone stands alone.
func (t *Telegram) Send(ctx context.Context, o bot.Outgoing) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if _, err := strconv.ParseInt(o.To.Chat, 10, 64); err != nil {
		return "", &bot.RejectedError{Reason: "no chat has the name " + strconv.Quote(o.To.Chat)}
	}
	if err := t.pace.alert(ctx, o.To.Chat, o.Message.Severity); err != nil {
		return "", err
	}
	receipt, err := t.put(ctx, draft{
		chat: o.To.Chat, thread: o.To.Thread, message: o.Message, limits: usual, edit: o.Edit, replyTo: o.ReplyTo,
		silent: o.Silent, binding: bot.Binding{Platform: Name, Chat: o.To.Chat}, urgency: int(o.Message.Severity),
	})
	if err != nil {
		return "", t.outcome(err, o.To.Chat)
	}
	return receipt, nil
}

// draft is a message before it is spelled.
type draft struct {
	chat, thread  string
	message       bot.Message
	limits        bot.Limits
	edit, replyTo string // receipts
	silent        bool
	binding       bot.Binding // of its buttons, where they do not say more
	asker         string      // whom it answers; empty for nobody
	urgency       int
}

// put edits the message, or sends a new one. The caller has waited for its turn.
func (t *Telegram) put(ctx context.Context, d draft) (receipt string, err error) {
	if id := d.in(d.edit); id != "" {
		_, err := t.write(ctx, "editMessageText", d, tgbotapi.Params{"message_id": id})
		switch {
		case err == nil, is(err, notModified):
			return d.edit, nil
		case !is(err, vanished):
			return "", err
		}
		if err := t.pace.again(ctx, d.chat, d.urgency); err != nil {
			return "", err
		}
	}
	p := tgbotapi.Params{}
	p.AddNonEmpty("message_thread_id", topic(d.thread))
	p.AddBool("disable_notification", d.silent)
	if id := d.in(d.replyTo); id != "" {
		p["reply_parameters"] = `{"message_id":` + id + `,"allow_sending_without_reply":true}`
	}
	sent, err := t.write(ctx, "sendMessage", d, p)
	if err != nil {
		return "", err
	}
	return d.chat + "/" + sent, nil
}

// write makes the request, and once more where the trouble is how the message was spelled: without markup, or
// shorter. Either is a fault of ours and is logged.
func (t *Telegram) write(ctx context.Context, method string, d draft, p tgbotapi.Params) (message string, err error) {
	m := clean(d.message)
	p["chat_id"] = d.chat
	p["link_preview_options"] = `{"is_disabled":true}`
	p.AddNonEmpty("reply_markup", keyboard(m.Buttons, t.sealer, func(b bot.Button) bot.Binding { return b.Bound(d.binding, d.asker, t.now()) }))
	p["parse_mode"] = "HTML"
	p["text"] = inHTML().render(bot.Fit(m, d.limits))
	message, err = t.request(ctx, method, p)
	switch {
	case is(err, badMarkup):
		t.log.Error("telegram cannot read our markup; the message goes out without", "error", err)
		delete(p, "parse_mode")
		p["text"] = inPlain().render(bot.Fit(m, d.limits))
	case is(err, tooLong):
		t.log.Error("a message is too long for telegram; it goes out shorter", "error", err)
		p["text"] = inHTML().render(bot.Fit(m, short))
	default:
		return message, err
	}
	if err := t.pace.again(ctx, d.chat, d.urgency); err != nil {
		return "", err
	}
	return t.request(ctx, method, p)
}

// errNoMessage is an answer that says yes and names no message.
var errNoMessage = errors.New("telegram took a message and did not name it")

func (t *Telegram) request(ctx context.Context, method string, p tgbotapi.Params) (message string, err error) {
	var sent struct {
		ID int64 `json:"message_id"`
	}
	if err := t.api.call(ctx, callTime, method, p, &sent); err != nil {
		return "", err
	}
	if sent.ID == 0 {
		return "", errNoMessage
	}
	return number(sent.ID), nil
}

// in is the message that the receipt names, if it is one of the draft's chat.
func (d draft) in(receipt string) (message string) {
	chat, message, ok := strings.Cut(receipt, "/")
	if _, err := strconv.ParseInt(message, 10, 64); !ok || chat != d.chat || err != nil {
		return ""
	}
	return message
}

// topic is the thread as a parameter. The General topic has the number 1 for people and none for bots: to name it
// is an error.
func topic(thread string) string {
	if n, err := strconv.ParseInt(thread, 10, 64); err != nil || n <= 1 {
		return ""
	}
	return thread
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
