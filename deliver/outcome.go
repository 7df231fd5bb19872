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
	due      time.Time
	attempts int
	claimed  time.Time // when
	extend   func(ctx context.Context, until time.Time) error
	postpone func(ctx context.Context, due time.Time) error
	release  func(ctx context.Context, due time.Time) error
	abandon  func(ctx context.Context, reason string) error
}

func (d *Deliverer) cardRow(c intel.Card, claimed time.Time) row {
	return row{
		name: c.Incident, to: c.Destination, due: c.Due, attempts: c.Attempts, claimed: claimed,
		extend: func(ctx context.Context, until time.Time) error {
			return d.store.ExtendCard(ctx, c, until)
		},
		postpone: func(ctx context.Context, due time.Time) error {
			return d.store.PostponeCard(ctx, c, due)
		},
		release: func(ctx context.Context, due time.Time) error {
			return d.store.ReleaseCard(ctx, c, due)
		},
		abandon: func(ctx context.Context, reason string) error {
			return d.store.AbandonCard(ctx, c, reason)
		},
	}
}

func (d *Deliverer) announcementRow(a intel.Announcement, claimed time.Time) row {
	return row{
		name: a.Key, to: a.Destination, due: a.Due, attempts: a.Attempts, claimed: claimed,
		extend: func(ctx context.Context, until time.Time) error {
			return d.store.ExtendAnnouncement(ctx, a, until)
		},
		postpone: func(ctx context.Context, due time.Time) error {
			return d.store.PostponeAnnouncement(ctx, a, due)
		},
		release: func(ctx context.Context, due time.Time) error {
			return d.store.ReleaseAnnouncement(ctx, a, due)
		},
		abandon: func(ctx context.Context, reason string) error {
			return d.store.AbandonAnnouncement(ctx, a, reason)
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
	// A claim is good for one send. Where the store was slow until now, it would run out in the midst of it and
	// another process would send the same; or it has, and this one must not.
	if d.now().Sub(r.claimed) > spareTime {
		if err := r.extend(ctx, d.now().Add(lease)); err != nil {
			return "", err
		}
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

// failed decides what follows from a send that did not succeed, and records it. Neither a send that was cut
// short by the end of the process nor a limit of the platform costs an attempt: they say nothing of the message.
func (d *Deliverer) failed(ctx context.Context, r row, err error) error {
	switch {
	case errors.Is(err, store.ErrClaimLost): // another process has it now
		return nil
	case ctx.Err() != nil:
		return errors.Join(err, d.hand(ctx, r))
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
		return d.postpone(ctx, r, r.release, wait+d.pace.jitter(), err)
	case r.attempts+1 >= mostAttempts:
		return d.abandon(ctx, r, "gave up after "+strconv.Itoa(mostAttempts)+" attempts: "+err.Error())
	}
	return d.postpone(ctx, r, r.postpone, d.pace.backoff(r.attempts), err)
}

// hand gives the row back at the end of the process, so that the next one need not wait for the claim to run
// out.
func (d *Deliverer) hand(ctx context.Context, r row) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handTime)
	defer cancel()
	err := r.release(ctx, r.due)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrClaimLost) {
		return nil
	}
	return err
}

// postpone puts the row off, with one attempt counted or none.
func (d *Deliverer) postpone(ctx context.Context, r row, how func(context.Context, time.Time) error,
	wait time.Duration, why error,
) error {
	d.log.Info("message postponed", "of", r.name, "to", r.to.String(), "for", wait, "because", why)
	due := d.now().Add(wait)
	return d.mark(ctx, func(ctx context.Context) error { return how(ctx, due) })
}

func (d *Deliverer) abandon(ctx context.Context, r row, reason string) error {
	d.log.Warn("message abandoned", "of", r.name, "to", r.to.String(), "because", reason)
	return d.mark(ctx, func(ctx context.Context) error { return r.abandon(ctx, reason) })
}

// markAttempts and markPause bound how hard an outcome is recorded. What is sent and not marked is sent again,
// so a store that fails for a moment is asked more than once; all of it stays well within the lease, however
// long the store takes to answer.
const (
	markAttempts = 6
	markPause    = 50 * time.Millisecond
	markTime     = 20 * time.Second
)

// mark records an outcome. Asking a store again with the same arguments is always safe. A row that is gone
// needs no mark: somebody had their data deleted. Nor does one whose claim is lost: another process has it.
func (d *Deliverer) mark(ctx context.Context, record func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, markTime)
	defer cancel()
	pause := markPause
	for attempt := 1; ; attempt++ {
		err := record(ctx)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrClaimLost) {
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
