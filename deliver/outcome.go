package deliver

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// mostAttempts is how often a message is tried before it is given up; with the longest waits that is some four
// hours.
const mostAttempts = 30

// row is what a card and an announcement have in common: both wait in the outbox for one destination.
type row struct {
	name     string // for the log
	to       intel.Destination
	attempts int
	postpone func(ctx context.Context, due time.Time) error
	abandon  func(ctx context.Context, reason string) error
}

func (d *Deliverer) cardRow(c intel.Card) row {
	return row{
		name: c.Incident, to: c.Destination, attempts: c.Attempts,
		postpone: func(ctx context.Context, due time.Time) error {
			return d.store.PostponeCard(ctx, c.Incident, c.Destination, due)
		},
		abandon: func(ctx context.Context, reason string) error {
			return d.store.AbandonCard(ctx, c.Incident, c.Destination, reason)
		},
	}
}

func (d *Deliverer) announcementRow(a intel.Announcement) row {
	return row{
		name: a.Key, to: a.Destination, attempts: a.Attempts,
		postpone: func(ctx context.Context, due time.Time) error {
			return d.store.PostponeAnnouncement(ctx, a.Key, due)
		},
		abandon: func(ctx context.Context, reason string) error {
			return d.store.AbandonAnnouncement(ctx, a.Key, reason)
		},
	}
}

// send hands the message to its platform, unless that is on hold. A platform that panics has failed like any
// other: one poisonous message must not stop all others at each start.
func (d *Deliverer) send(ctx context.Context, r row, o bot.Outgoing) (receipt string, err error) {
	platform, ok := d.platforms[r.to.Platform]
	if !ok {
		return "", fmt.Errorf("no platform %q is connected", r.to.Platform)
	}
	if wait := d.pace.hold(r.to.Platform, d.now()); wait > 0 {
		return "", &bot.RateLimitedError{After: wait}
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("a platform panicked", "platform", r.to.Platform, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in platform %s", r.to.Platform)
		}
	}()
	o.To = r.to
	return platform.Send(ctx, o)
}

// failed decides what follows from a send that did not succeed, and records it. A send that was cut short by
// the end of the process costs no attempt: its claim runs out and it is tried again.
func (d *Deliverer) failed(ctx context.Context, r row, err error) error {
	if ctx.Err() != nil {
		return err
	}
	var unreachable *bot.UnreachableError
	var limited *bot.RateLimitedError
	var rejected *bot.RejectedError
	switch {
	case errors.As(err, &unreachable), errors.As(err, &rejected):
		return d.abandon(ctx, r, err.Error())
	case errors.As(err, &limited):
		wait := max(limited.After, time.Second)
		if limited.All {
			d.pace.holdUntil(r.to.Platform, d.now().Add(wait))
		}
		return d.postpone(ctx, r, wait+d.pace.jitter(), err)
	case r.attempts+1 >= mostAttempts:
		return d.abandon(ctx, r, "gave up after "+strconv.Itoa(mostAttempts)+" attempts: "+err.Error())
	}
	return d.postpone(ctx, r, d.pace.backoff(r.attempts), err)
}

func (d *Deliverer) postpone(ctx context.Context, r row, wait time.Duration, why error) error {
	d.log.Info("message postponed", "of", r.name, "to", r.to.String(), "for", wait, "because", why)
	due := d.now().Add(wait)
	return d.mark(ctx, func(ctx context.Context) error { return r.postpone(ctx, due) })
}

func (d *Deliverer) abandon(ctx context.Context, r row, reason string) error {
	d.log.Warn("message abandoned", "of", r.name, "to", r.to.String(), "because", reason)
	return d.mark(ctx, func(ctx context.Context) error { return r.abandon(ctx, reason) })
}

// markAttempts and markPause bound how hard an outcome is recorded. What is sent and not marked is sent again,
// so a store that fails for a moment is asked more than once; all of it stays well within the lease.
const (
	markAttempts = 6
	markPause    = 50 * time.Millisecond
)

// mark records an outcome. Asking a store again with the same arguments is always safe. A row that is gone
// needs no mark: somebody had their data deleted.
func (d *Deliverer) mark(ctx context.Context, record func(context.Context) error) error {
	pause := markPause
	for attempt := 1; ; attempt++ {
		err := record(ctx)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil || attempt == markAttempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
			pause *= 2
		}
	}
}
