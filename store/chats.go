package store

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/faultlinebot/faultline/intel"
)

// Chats moves and erases all that is kept for a chat, in every thread of it. It is done in many steps, so that nobody
// waits long; asking again goes on where it broke off.
type Chats interface {
	// EraseChat removes the chat's subscriptions, cards and announcements, told ones too, so that none of them names
	// the chat any more; on a disk, the bytes are overwritten. Asking again is safe, and necessary where it failed.
	// Whoever has claimed one of the cards gets ErrNotFound. A fan-out that had read the chat's subscription just
	// before may still make a card of it. Documents are of those who keep them.
	EraseChat(ctx context.Context, platform, chat string) error
	// MoveChat keeps under the new name what is kept under the old one: subscriptions, announcements, and cards, which
	// keep what they have told, lose their claims and want what a fan-out that is not over has in store for them.
	// Where the new chat has the same already, that one stays and the old one goes; subscriptions are the same when
	// they differ in nothing but their ID. Asking again is safe.
	MoveChat(ctx context.Context, platform, from, to string) error
	// ChatSubscriptions returns those of a chat in all its threads, in the order of ID.
	ChatSubscriptions(ctx context.Context, platform, chat string) ([]intel.Subscription, error)
}

// SameSubscription says whether two subscriptions differ in nothing but their ID, for stores that move a chat.
func SameSubscription(a, b intel.Subscription) bool {
	a.ID, b.ID = "", ""
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
