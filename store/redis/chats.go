package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const (
	chatIncidents = 100 // incidents whose cards are looked for in one script
	chatRows      = 100 // rows of a chat that one script erases or moves
)

// ChatSubscriptions implements [store.Chats].
func (s *Store) ChatSubscriptions(ctx context.Context, platform, chat string) ([]intel.Subscription, error) {
	found, err := s.subscriptionsOf(ctx, "chat subscriptions", platform, chat)
	var subs []intel.Subscription
	for _, f := range found {
		subs = append(subs, f.Subscription)
	}
	return subs, err
}

// heldSubscription is a subscription and how it is kept.
type heldSubscription struct {
	intel.Subscription
	kept string
}

func (s *Store) subscriptionsOf(ctx context.Context, what, platform, chat string) ([]heldSubscription, error) {
	rows, err := s.run(ctx, what, "subscriptions_of", ownName(platform, chat))
	if err != nil {
		return nil, err
	}
	var found []heldSubscription
	for _, row := range rows {
		one := heldSubscription{kept: text(row)}
		_, data := uncounted(one.kept)
		if err := json.Unmarshal([]byte(data), &one.Subscription); err != nil {
			return nil, s.wrap(ctx, what, fmt.Errorf("decode subscription: %w", err))
		}
		if to := one.Destination; to.Platform == platform && to.Chat == chat { // the name may be of another chat's thread
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b heldSubscription) int { return cmp.Compare(a.ID, b.ID) })
	return found, nil
}

// ownName is the name of the chat itself as a destination, with which those of its threads begin.
func ownName(platform, chat string) string {
	return intel.Destination{Platform: platform, Chat: chat}.String()
}

// EraseChat implements [store.Chats]. It asks the server to write its append-only file anew, where it has one and lets
// this user: until that is over, and until the next snapshot where there are any, the old file names the chat.
func (s *Store) EraseChat(ctx context.Context, platform, chat string) error {
	const what = "erase chat"
	if err := s.eraseSubscriptions(ctx, what, platform, chat); err != nil {
		return err
	}
	if err := s.chatCards(ctx, what, platform, chat, false, ""); err != nil {
		return err
	}
	for left := int64(1); left > 0; {
		answer, err := s.run(ctx, what, "erase_announcements", chatName(platform, chat), chatRows)
		if err != nil {
			return err
		}
		if left, err = number(answer[0]); err != nil {
			return s.wrap(ctx, what, err)
		}
	}
	if info, err := s.info(ctx); err == nil && info["aof_enabled"] == "1" {
		_ = s.main.BgRewriteAOF(ctx).Err() // it may be forbidden, or under way
	}
	return nil
}

func (s *Store) eraseSubscriptions(ctx context.Context, what, platform, chat string) error {
	for {
		found, err := s.subscriptionsOf(ctx, what, platform, chat)
		if err != nil {
			return err
		}
		args := []any{ownName(platform, chat)}
		for _, sub := range found {
			args = append(args, sub.ID)
		}
		if _, err := s.run(ctx, what, "set_back", args...); err != nil || len(found) == 0 {
			return err
		}
		for _, sub := range found {
			if err := s.unlessChanged(ctx, what, "unsubscribe", sub.ID, sub.kept); err != nil {
				return err
			}
		}
	}
}

// unlessChanged runs a script that does nothing to what is not any more what it was. Whoever asks looks again.
func (s *Store) unlessChanged(ctx context.Context, what, script string, args ...any) error {
	_, err := s.run(ctx, what, script, args...)
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// chatCards erases or moves the chat's cards. Each incident's cards are in the order of their destinations, so that
// asks as many short questions as there are incidents.
func (s *Store) chatCards(ctx context.Context, what, platform, chat string, moves bool, to string) error {
	for from := int64(0); ; {
		var incidents []string
		err := s.on(ctx, "incidents:opened", func(ctx context.Context, key string) (err error) {
			incidents, err = s.main.ZRange(ctx, key, from, from+chatIncidents-1).Result()
			return err
		})
		if err != nil || len(incidents) == 0 {
			return s.wrap(ctx, what, err)
		}
		args := []any{platform, chat, bit(moves), to, chatRows}
		for _, id := range incidents {
			args = append(args, id)
		}
		answer, err := s.run(ctx, what, "chat_cards", args...)
		if err != nil {
			return err
		}
		found, err := number(answer[0])
		if err != nil {
			return s.wrap(ctx, what, err)
		}
		if found < chatRows { // else there may be more
			from += int64(len(incidents))
		}
	}
}

// MoveChat implements [store.Chats].
func (s *Store) MoveChat(ctx context.Context, platform, from, to string) error {
	const what = "move chat"
	if from == to {
		return s.wrap(ctx, what, ctx.Err())
	}
	// Cards first, for a fan-out that finds the subscription in the new chat must find the card there too, and once
	// more, for one that has found it in the old one.
	if err := s.chatCards(ctx, what, platform, from, true, to); err != nil {
		return err
	}
	if err := s.moveSubscriptions(ctx, what, platform, from, to); err != nil {
		return err
	}
	if err := s.chatCards(ctx, what, platform, from, true, to); err != nil {
		return err
	}
	return s.moveAnnouncements(ctx, what, platform, from, to)
}

func (s *Store) moveSubscriptions(ctx context.Context, what, platform, from, to string) error {
	for {
		found, err := s.subscriptionsOf(ctx, what, platform, from)
		if err != nil || len(found) == 0 {
			return err
		}
		there, err := s.subscriptionsOf(ctx, what, platform, to)
		if err != nil {
			return err
		}
		for _, sub := range found {
			if err := s.moveSubscription(ctx, what, sub, to, there); err != nil {
				return err
			}
		}
	}
}

func (s *Store) moveSubscription(ctx context.Context, what string, sub heldSubscription, to string,
	there []heldSubscription,
) error {
	moved := sub.Subscription
	moved.Destination.Chat = to
	if slices.ContainsFunc(there, func(one heldSubscription) bool {
		return store.SameSubscription(one.Subscription, moved)
	}) {
		return s.unlessChanged(ctx, what, "unsubscribe", sub.ID, sub.kept)
	}
	data, err := json.Marshal(moved)
	if err != nil {
		return s.wrap(ctx, what, err)
	}
	return s.unlessChanged(ctx, what, "subscribe", sub.ID, moved.Destination.String(), data, sub.kept)
}

func (s *Store) moveAnnouncements(ctx context.Context, what, platform, from, to string) error {
	of := chatName(platform, from)
	for {
		var keys []string
		err := s.on(ctx, "announcements:of:"+of, func(ctx context.Context, key string) (err error) {
			keys, err = s.main.ZRange(ctx, key, 0, chatRows-1).Result()
			return err
		})
		if err != nil || len(keys) == 0 {
			return s.wrap(ctx, what, err)
		}
		for _, key := range keys {
			if err := s.moveAnnouncement(ctx, what, key, of, to); err != nil {
				return err
			}
		}
	}
}

func (s *Store) moveAnnouncement(ctx context.Context, what, key, of, to string) error {
	row, err := s.fields(ctx, "announcement:"+key, announcementFields())
	if err != nil {
		return s.wrap(ctx, what, err)
	}
	a, err := decodeAnnouncement(key, row)
	if err != nil {
		return s.wrap(ctx, what, err)
	}
	a.Destination.Chat = to
	data, err := json.Marshal(announced{a.Destination, a.Title, a.Lines})
	if err != nil {
		return s.wrap(ctx, what, err)
	}
	_, err = s.run(ctx, what, "move_announcement", key, of, chatName(a.Destination.Platform, to), a.Destination.String(),
		data)
	return err
}
