package deliver

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// mostAttempts is how often a message is tried before it is given up; with the longest waits that is some four
// hours.
const mostAttempts = 30

// perhapsAttempts is how often a chat is tried that cannot be written to but may be open again soon: some half hour.
const perhapsAttempts = 12

// row is what a card and an announcement have in common: both wait in the outbox for one destination.
type row struct {
	name     string // for the log
	to       intel.Destination
	severity intel.Severity
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
		name: c.Incident, to: c.Destination, severity: c.Severity, due: c.Due, attempts: c.Attempts, claimed: claimed,
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
	if d.pace.held(r, d.now()) > 0 {
		return "", errHeld
	}
	// A claim is good for one send. Where the store was slow until now, it would run out in the midst of it and
	// another process would send the same; or it has, and this one must not.
	if d.now().Sub(r.claimed) > spareTime {
		if err := r.extend(ctx, d.now().Add(lease)); err != nil {
			return "", err
		}
	}
	o.To = r.to
	receipt, err = d.hand(ctx, platform, o)
	if ctx.Err() == nil { // else it was cut off by us, which says nothing of the platform
		d.pace.heed(r, err, d.now())
	}
	return receipt, err
}

// hand is one bounded call of the platform.
func (d *Deliverer) hand(ctx context.Context, to bot.Platform, o bot.Outgoing) (receipt string, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("a platform panicked", "platform", to.Name(), "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in platform %s", to.Name())
		}
	}()
	return to.Send(ctx, o)
}

// errHeld is why a message was not sent whose platform or chat is on hold.
var errHeld = errors.New("on hold")

// failed decides what follows from a send that did not succeed, and records it. Neither a send that was cut
// short by the end of the process, nor a limit of the platform, nor one that surely sent nothing costs an attempt:
// they say nothing of the message. Attempts bound how often a message may be shown that is never answered.
func (d *Deliverer) failed(ctx context.Context, r row, err error) error {
	switch {
	case errors.Is(err, store.ErrClaimLost): // another process has it now
		return nil
	case ctx.Err() != nil:
		return errors.Join(err, d.giveBack(ctx, r))
	}
	var moved *bot.MovedError
	var unreachable *bot.UnreachableError
	switch {
	case errors.As(err, &moved):
		return d.move(ctx, r, moved.To)
	case errors.As(err, &unreachable) && !(unreachable.Perhaps && r.attempts+1 < perhapsAttempts):
		return d.shut(ctx, r, unreachable.Reason)
	case final(err):
		return d.abandon(ctx, r, err.Error())
	case costsNothing(err):
		return d.postpone(ctx, r, r.release, d.pace.held(r, d.now())+d.pace.jitter(), err)
	case r.attempts+1 >= mostAttempts:
		return d.abandon(ctx, r, "gave up after "+strconv.Itoa(mostAttempts)+" attempts: "+err.Error())
	}
	return d.postpone(ctx, r, r.postpone, d.pace.backoff(r.attempts), err)
}

// final says whether the message can never be sent.
func final(err error) bool {
	var rejected *bot.RejectedError
	return errors.As(err, &rejected)
}

// answered says whether the platform has given an answer, whatever it was.
func answered(err error) bool {
	var unreachable *bot.UnreachableError
	var moved *bot.MovedError
	return err == nil || final(err) || errors.As(err, &unreachable) || errors.As(err, &moved)
}

// costsNothing says whether the message was surely not sent, and why lies not in it. Then it waits for as long as
// its platform or chat is on hold, and goes on being tried: however long that takes, it is not given up.
func costsNothing(err error) bool {
	var limited *bot.RateLimitedError
	var notSent *bot.NotSentError
	return errors.Is(err, errHeld) || errors.As(err, &limited) || errors.As(err, &notSent)
}

// closed begins the reason of what was given up because its chat cannot be written to.
const closed = "chat closed: "

// shut gives the message up and pauses the subscriptions at its destination, so that nothing more is sent there
// until the platform says that it is open again.
func (d *Deliverer) shut(ctx context.Context, r row, reason string) error {
	if err := d.pauseSubscriptions(ctx, r.to, reason); err != nil {
		return err // the claim runs out, and it is tried once more
	}
	return d.abandon(ctx, r, closed+reason)
}

func (d *Deliverer) pauseSubscriptions(ctx context.Context, to intel.Destination, reason string) error {
	subs, err := d.store.SubscriptionsAt(ctx, to)
	if err != nil {
		return err
	}
	for _, s := range subs {
		if s.Paused != "" {
			continue
		}
		s.Paused = reason
		if err := d.store.Subscribe(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// move keeps under its new name what is kept for the chat. The message waits there as it did here.
func (d *Deliverer) move(ctx context.Context, r row, to string) error {
	if d.moved == nil {
		return d.abandon(ctx, r, closed+"it has moved to "+to)
	}
	d.log.Info("a chat has moved", "from", r.to.String(), "to", to)
	if err := d.moved(ctx, r.to.Platform, r.to.Chat, to); err != nil {
		return d.postpone(ctx, r, r.release, d.pace.jitter(), err)
	}
	return nil
}

// giveBack frees the row at the end of the process, so that the next one need not wait for the claim to run out.
func (d *Deliverer) giveBack(ctx context.Context, r row) error {
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
	failpoint.Hit(failpoint.Postponing)
	due := d.now().Add(wait)
	if err := d.mark(ctx, func(ctx context.Context) error { return how(ctx, due) }); err != nil {
		return err
	}
	failpoint.Hit(failpoint.Postponed)
	return nil
}

func (d *Deliverer) abandon(ctx context.Context, r row, reason string) error {
	d.log.Warn("message abandoned", "of", r.name, "to", r.to.String(), "because", reason)
	failpoint.Hit(failpoint.Abandoning)
	if err := d.mark(ctx, func(ctx context.Context) error { return r.abandon(ctx, reason) }); err != nil {
		return err
	}
	failpoint.Hit(failpoint.Abandoned)
	return nil
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
