package main

import (
	"context"
	"time"

	"github.com/faultlinebot/faultline/bot"
	botconsole "github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/bot/discord"
	"github.com/faultlinebot/faultline/bot/telegram"
	"github.com/faultlinebot/faultline/configs"
)

// platforms makes every platform that a token was given for, and the terminal. One more platform is one more here.
func platforms(cfg configs.Config, c *console) ([]bot.Listener, error) {
	terminal := botconsole.New(botconsole.Options{Out: c.out, In: c.in, Colour: c.colour, Width: c.width})
	all := []bot.Listener{terminal}
	if token := cfg.Telegram.Token; token.IsSet() {
		t, err := telegram.New(telegram.Options{
			Token: token.Reveal(), APIURL: cfg.Telegram.APIURL, Log: c.log.With("platform", "telegram"), Now: time.Now,
		})
		if err != nil {
			return nil, usage(err)
		}
		all = append(all, t)
	}
	if token := cfg.Discord.Token; token.IsSet() {
		d, err := discord.New(discord.Options{
			Token: token.Reveal(), APIURL: cfg.Discord.APIURL, Version: released(), Buttons: bot.NewSealer(token.Reveal()),
			Log: c.log.With("platform", "discord"), Now: time.Now,
		})
		if err != nil {
			return nil, usage(err)
		}
		all = append(all, d)
	}
	return all, nil
}

// listen hands on what people do on a platform. A platform takes one listener for each token, so that one replica
// listens at a time; each has a terminal of its own.
func listen(ctx context.Context, p bot.Listener, talk bot.Conversation, hold tenure) error {
	hold.name = "listen/" + p.Name()
	hold.waits = "another replica listens to " + p.Name() + "; this one takes over when it goes"
	hold.stops = "listening to " + p.Name() + " stops, and begins anew"
	hold.serve = func(ctx context.Context, _ int64) error {
		err := p.Run(ctx, talk)
		if err != nil && ctx.Err() == nil {
			hold.log.Error("nobody is listened to any more", "platform", p.Name(), "error", err)
			return errPointless
		}
		return nil
	}
	if p.Name() == botconsole.Name {
		_ = hold.serve(ctx, 0)
		return nil
	}
	return hold.run(ctx)
}
