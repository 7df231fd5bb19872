package deliver

import (
	"context"
	"fmt"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
)

// announce sends a claimed announcement.
func (d *Deliverer) announce(ctx context.Context, a intel.Announcement, r row) error {
	_, err := d.send(ctx, r, bot.Outgoing{
		Key:     key(a.Destination, a.Key, 0, "announcement"),
		Message: bot.Announcement(a),
	})
	if err == nil {
		failpoint.Hit(failpoint.AnnouncementSent)
		err = d.mark(ctx, func(ctx context.Context) error { return d.store.AnnouncementTold(ctx, a) })
	} else {
		err = d.failed(ctx, r, err)
	}
	if err != nil {
		return fmt.Errorf("announcement %s to %s: %w", a.Key, a.Destination, err)
	}
	return nil
}
