package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// chatRows is how many rows of a chat one transaction erases or moves, so that nobody waits long.
const chatRows = 200

// chat is a chat as the tables know it: its own destination, and those of its threads, which begin with it. A name may
// also be that of another chat's thread, so what is found by it is looked at again.
type chat struct{ platform, name string }

func (c chat) args() []any {
	own := intel.Destination{Platform: c.platform, Chat: c.name}.String()
	return []any{own, own + "/", own + "0"} // "0" follows "/"
}

func (c chat) has(d intel.Destination) bool { return d.Platform == c.platform && d.Chat == c.name }

// ofChat finds destinations by [chat.args]. It has no OR: each half leads straight into an index.
func ofChat(columns, from string) string {
	return `SELECT ` + columns + ` FROM ` + from + ` destination = ?1
		UNION ALL SELECT ` + columns + ` FROM ` + from + ` destination > ?2 AND destination < ?3`
}

// ChatSubscriptions implements [store.Chats].
func (s *Store) ChatSubscriptions(ctx context.Context, platform, name string) ([]intel.Subscription, error) {
	found, err := subscriptionsOf(ctx, s.read, chat{platform, name})
	return found, s.wrap(ctx, "chat subscriptions", err)
}

func subscriptionsOf(ctx context.Context, q querier, c chat) ([]intel.Subscription, error) {
	found, err := all(ctx, q, scanSubscription,
		`SELECT data FROM (`+ofChat("id, data", "subscriptions WHERE")+`) ORDER BY id`, c.args()...)
	return slices.DeleteFunc(found, func(s intel.Subscription) bool { return !c.has(s.Destination) }), err
}

// cardsOf returns the names of the chat's cards. Each incident's cards are in the order of their destinations, so this
// asks as many short questions as there are incidents.
func (s *Store) cardsOf(ctx context.Context, c chat) ([]intel.Card, error) {
	found, err := all(ctx, s.read, func(rows *sql.Rows) (c intel.Card, err error) {
		return c, rows.Scan(&c.Incident, &c.Destination.Platform, &c.Destination.Chat, &c.Destination.Thread)
	}, ofChat("incident, platform, chat, thread", "incidents CROSS JOIN cards WHERE incident = id AND"), c.args()...)
	return slices.DeleteFunc(found, func(one intel.Card) bool { return !c.has(one.Destination) }), err
}

func (s *Store) announcementsOf(ctx context.Context, c chat) ([]intel.Announcement, error) {
	found, err := all(ctx, s.read, scanAnnouncement, ofChat(announcementColumns, "announcements WHERE"), c.args()...)
	return slices.DeleteFunc(found, func(a intel.Announcement) bool { return !c.has(a.Destination) }), err
}

// EraseChat implements [store.Chats].
func (s *Store) EraseChat(ctx context.Context, platform, name string) error {
	const what = "erase chat"
	c := chat{platform, name}
	// Subscriptions first: what is raised for the chat from then on is raised by who had read them before.
	if err := s.transact(ctx, what, c.eraseSubscriptions); err != nil {
		return err
	}
	if err := eachOf(ctx, s, what, c, s.cardsOf, eraseCard); err != nil {
		return err
	}
	if err := eachOf(ctx, s, what, c, s.announcementsOf, eraseAnnouncement); err != nil {
		return err
	}
	return s.wrap(ctx, what, s.overwritten(ctx, name))
}

// eachOf does something to all rows of a chat, so many in a transaction, until it has none.
func eachOf[R any](ctx context.Context, s *Store, what string, c chat,
	find func(context.Context, chat) ([]R, error), do func(context.Context, *tx, R) error,
) error {
	for {
		found, err := find(ctx, c)
		if err != nil || len(found) == 0 {
			return s.wrap(ctx, what, err)
		}
		for some := range slices.Chunk(found, chatRows) {
			if err := s.transact(ctx, what, func(ctx context.Context, t *tx) error {
				for _, row := range some {
					if err := do(ctx, t, row); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
		}
	}
}

// eraseSubscriptions also sets back those fan-outs whose progress names the chat; to do their pages again changes
// nothing.
func (c chat) eraseSubscriptions(ctx context.Context, t *tx) error {
	if _, err := t.exec(ctx, `UPDATE notices SET after = ''
		WHERE pending AND (after = ?1 OR after > ?2 AND after < ?3)`, c.args()...); err != nil {
		return err
	}
	found, err := subscriptionsOf(ctx, t, c)
	if err != nil {
		return err
	}
	for _, sub := range found {
		for _, statement := range []string{
			`UPDATE notices SET after = '' WHERE pending AND after = ?`, `DELETE FROM subscriptions WHERE id = ?`,
		} {
			if _, err := t.exec(ctx, statement, sub.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func eraseCard(ctx context.Context, t *tx, c intel.Card) error {
	if err := freeCard(ctx, t, c); err != nil {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM cards WHERE incident = ? AND destination = ?`, c.Incident, c.Destination.String())
	return err
}

// freeCard ends the card's claim, if it has one.
func freeCard(ctx context.Context, t *tx, c intel.Card) error {
	_, err := t.exec(ctx, `DELETE FROM claims WHERE incident = ? AND destination = ?`, c.Incident, c.Destination.String())
	return err
}

func eraseAnnouncement(ctx context.Context, t *tx, a intel.Announcement) error {
	_, err := t.exec(ctx, `DELETE FROM announcements WHERE key = ?`, a.Key)
	return err
}

// MoveChat implements [store.Chats].
func (s *Store) MoveChat(ctx context.Context, platform, from, to string) error {
	const what = "move chat"
	if from == to {
		return s.wrap(ctx, what, ctx.Err())
	}
	c := chat{platform, from}
	move := func(ctx context.Context, t *tx, card intel.Card) error { return moveCard(ctx, t, card, to) }
	// Cards first, for a fan-out that finds the subscription in the new chat must find the card there too, and once
	// more, for one that has found it in the old one.
	if err := eachOf(ctx, s, what, c, s.cardsOf, move); err != nil {
		return err
	}
	if err := s.transact(ctx, what, func(ctx context.Context, t *tx) error {
		return c.moveSubscriptions(ctx, t, to)
	}); err != nil {
		return err
	}
	if err := eachOf(ctx, s, what, c, s.cardsOf, move); err != nil {
		return err
	}
	return eachOf(ctx, s, what, c, s.announcementsOf, func(ctx context.Context, t *tx, a intel.Announcement) error {
		return moveAnnouncement(ctx, t, a, to)
	})
}

func (c chat) moveSubscriptions(ctx context.Context, t *tx, to string) error {
	found, err := subscriptionsOf(ctx, t, c)
	if err != nil {
		return err
	}
	there, err := subscriptionsOf(ctx, t, chat{c.platform, to})
	if err != nil {
		return err
	}
	for _, sub := range found {
		moved := sub
		moved.Destination.Chat = to
		if slices.ContainsFunc(there, func(one intel.Subscription) bool { return store.SameSubscription(one, moved) }) {
			_, err = t.exec(ctx, `DELETE FROM subscriptions WHERE id = ?`, sub.ID)
		} else {
			err = putSubscription(ctx, t, moved)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func putSubscription(ctx context.Context, t *tx, sub intel.Subscription) error {
	data, err := json.Marshal(sub)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE subscriptions SET destination = ?2, data = ?3 WHERE id = ?1`,
		sub.ID, sub.Destination.String(), string(data))
	return err
}

// moveCard also raises the card to the last notice whose fan-out is not over: that may have passed its new place
// already.
func moveCard(ctx context.Context, t *tx, c intel.Card, to string) error {
	if err := freeCard(ctx, t, c); err != nil {
		return err
	}
	moved := c.Destination
	moved.Chat = to
	n, err := affected(t.exec(ctx, `UPDATE cards SET destination = ?3, chat = ?4
		WHERE incident = ?1 AND destination = ?2
			AND NOT EXISTS (SELECT 1 FROM cards WHERE incident = ?1 AND destination = ?3)`,
		c.Incident, c.Destination.String(), moved.String(), to))
	if err != nil {
		return err
	}
	if n == 0 {
		return eraseCard(ctx, t, c)
	}
	_, err = t.exec(ctx, `UPDATE cards SET wanted = last, severity = (SELECT severity FROM incidents WHERE id = ?1),
			to_speak = (SELECT coalesce(max(revision), 0) FROM notices WHERE incident = ?1 AND spoken AND revision <= last)
		FROM (SELECT max(revision) AS last FROM notices WHERE incident = ?1 AND pending)
		WHERE incident = ?1 AND destination = ?2 AND wanted < last`, c.Incident, moved.String())
	return err
}

func moveAnnouncement(ctx context.Context, t *tx, a intel.Announcement, to string) error {
	a.Destination.Chat = to
	data, err := json.Marshal(announced{a.Destination, a.Title, a.Lines})
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `UPDATE announcements SET destination = ?2, data = ?3, claimed_until = NULL WHERE key = ?1`,
		a.Key, a.Destination.String(), string(data))
	return err
}
