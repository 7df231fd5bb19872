package bot

import (
	"context"
	"strconv"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// announce keeps an announcement and says that it is there.
func (t *Talk) announce(ctx context.Context, a intel.Announcement) error {
	if err := t.store.Announce(ctx, a); err != nil {
		return err
	}
	t.wake()
	return nil
}

// testCard is sent when somebody subscribes, on the way that every card takes. A subscription has at most one a
// minute.
func testCard(s intel.Subscription, o CardOptions, asked, now time.Time) intel.Announcement {
	return intel.Announcement{
		Key:         "test/" + s.ID + "/" + minute(asked),
		Destination: s.Destination,
		Title:       "Test card: Faultline can write here",
		Lines: []string{
			"This chat gets " + o.wanted(s.Filter) + ".",
			"Each incident is one card that is kept up to date. What it claims and what was measured stand apart.",
		},
		Due: now,
	}
}

// backAgain is sent when a chat can be written to again.
func backAgain(to intel.Destination, subscriptions int, now time.Time) intel.Announcement {
	return intel.Announcement{
		Key:         "back/" + to.String() + "/" + minute(now),
		Destination: to,
		Title:       "Faultline can write here again",
		Lines: []string{
			counted(subscriptions, "subscription") + " that had to pause, and what happens from now on comes again.",
			"What happened meanwhile: /latest.",
		},
		Due: now,
	}
}

// minute is the part of a key that lets one announcement of a sort through in a minute.
func minute(t time.Time) string { return strconv.FormatInt(t.Unix()/60, 10) }
