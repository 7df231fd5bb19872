package bot

import (
	"context"

	"github.com/faultlinebot/faultline/intel"
)

// Closed implements [Conversation]: the chat's subscriptions pause, and say why.
func (t *Talk) Closed(ctx context.Context, platform, chat, reason string) error {
	if reason = Plain(reason); reason == "" {
		reason = "the chat cannot be written to"
	}
	defer t.chats.lock(platform, chat)()
	return t.pause(ctx, platform, chat, reason)
}

// Opened implements [Conversation]: what was paused goes on. It is announced where something was, before it is
// kept: one that is repeated because it was not kept has the same key for a minute.
func (t *Talk) Opened(ctx context.Context, platform, chat string) error {
	defer t.chats.lock(platform, chat)()
	subs, err := t.store.ChatSubscriptions(ctx, platform, chat)
	if err != nil {
		return err
	}
	paused := make(map[intel.Destination]int)
	for _, s := range subs {
		if s.Paused != "" {
			paused[s.Destination]++
		}
	}
	for to, n := range paused {
		if err := t.announce(ctx, backAgain(to, n, t.now())); err != nil {
			return err
		}
	}
	return t.pause(ctx, platform, chat, "")
}

// pause gives all subscriptions of a chat the reason for pausing; an empty one lets them go on.
func (t *Talk) pause(ctx context.Context, platform, chat, reason string) error {
	subs, err := t.store.ChatSubscriptions(ctx, platform, chat)
	if err != nil {
		return err
	}
	for _, s := range subs {
		if s.Paused == reason {
			continue
		}
		s.Paused = reason
		if err := t.store.Subscribe(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Moved implements [Conversation]. Where the chat is a server of its own, as a group is, its audience moves with it:
// its subscriptions go on hearing its own feeds.
func (t *Talk) Moved(ctx context.Context, platform, from, to string) error {
	if from == to {
		return nil
	}
	if err := t.store.MoveChat(ctx, platform, from, to); err != nil {
		return err
	}
	was, is := intel.Audience(platform+"/"+from), intel.Audience(platform+"/"+to)
	if err := t.moveSubscriptions(ctx, platform, to, was, is); err != nil {
		return err
	}
	return t.moveFeeds(ctx, was, is)
}

func (t *Talk) moveSubscriptions(ctx context.Context, platform, chat string, was, is intel.Audience) error {
	defer t.chats.lock(platform, chat)()
	subs, err := t.store.ChatSubscriptions(ctx, platform, chat)
	if err != nil {
		return err
	}
	for _, s := range subs {
		if s.Server != was {
			continue
		}
		s.Server = is
		if err := t.store.Subscribe(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (t *Talk) moveFeeds(ctx context.Context, was, is intel.Audience) error {
	all, err := t.feedsOf(ctx, was)
	if err != nil {
		return err
	}
	for _, moved := range all {
		err := t.feeds().ChangeFeed(ctx, is, moved.URL, func(there *intel.Feed) (intel.Feed, error) {
			if there != nil && !there.Removed {
				return *there, nil
			}
			return moved, nil
		})
		if err != nil {
			return err
		}
		err = t.feeds().ChangeFeed(ctx, was, moved.URL, func(*intel.Feed) (intel.Feed, error) {
			moved.Removed = true
			return moved, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
