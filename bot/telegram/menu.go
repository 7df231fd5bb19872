package telegram

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/faultlinebot/faultline/bot"
)

// menus are whose clients show which commands. A person manages the private chat.
var menus = []struct {
	scope string
	least bot.Who // the most that one has to be for a command to stand there
}{
	{"default", bot.Anyone},
	{"all_private_chats", bot.Managers},
	{"all_chat_administrators", bot.Managers},
}

// keepMenu makes Telegram's menus those of the table, and tries until they are.
func (l *listener) keepMenu(ctx context.Context) {
	var trouble trouble
	for {
		err := l.setMenus(ctx)
		if err == nil {
			return
		}
		if no, ok := meaningOf(err); ok && no.is == wrong {
			l.log.Error("telegram does not take the menu of commands", "error", err)
			return
		}
		if trouble.wait(ctx, l.Telegram, err) != nil {
			return
		}
	}
}

// setMenus changes what differs; what is set again for nothing counts against the bot.
func (l *listener) setMenus(ctx context.Context) error {
	for _, m := range menus {
		want := menu(l.talk.Commands(), m.least)
		scope := `{"type":"` + m.scope + `"}`
		var have []tgbotapi.BotCommand
		if err := l.api.call(ctx, callTime, "getMyCommands", tgbotapi.Params{"scope": scope}, &have); err != nil {
			return err
		}
		if slices.Equal(have, want) {
			continue
		}
		list, err := json.Marshal(want)
		if err != nil {
			return err
		}
		p := tgbotapi.Params{"scope": scope, "commands": string(list)}
		if err := l.api.call(ctx, callTime, "setMyCommands", p, nil); err != nil {
			return err
		}
	}
	return nil
}

// menu is the commands that somebody may use, as Telegram spells them: "feed add" is /feed_add.
func menu(table []bot.Command, who bot.Who) []tgbotapi.BotCommand {
	out := []tgbotapi.BotCommand{}
	for _, c := range table {
		if !c.Hidden && c.Who <= who {
			out = append(out, tgbotapi.BotCommand{Command: strings.ReplaceAll(c.Name, " ", "_"), Description: c.Summary})
		}
	}
	return out
}
