package deliver

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Wake says that something was committed: a notice, or an announcement. It never blocks.
func (d *Deliverer) Wake() {
	signal(d.fanOutDue)
	signal(d.sendDue)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run delivers until ctx is over. Then it claims nothing more, gives the sends under way their grace, and
// returns nil. A store that fails is logged and asked again.
func (d *Deliverer) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	parts.Go(func() { d.runFanOut(ctx) })
	parts.Go(func() { d.runSenders(ctx) })
	parts.Wait()
	return nil
}

// runFanOut raises page after page, but only so far ahead of the senders: while they are given all that they ask for,
// only what is more severe than that.
func (d *Deliverer) runFanOut(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := d.fanOut(ctx, intel.Severity(d.least.Load()))
		if err != nil && ctx.Err() == nil {
			d.log.Error("fan-out failed", "err", err)
		}
		if more {
			signal(d.sendDue)
		}
		pause(ctx, d.fanOutDue)
	}
}

// leastWorthRaising follows from a claim: anything where less came than was asked for, else what is more severe than
// the last that came.
func leastWorthRaising(jobs []job, room int) intel.Severity {
	if len(jobs) < room {
		return intel.Info
	}
	last := intel.Critical
	for _, j := range jobs {
		last = min(last, j.severity)
	}
	return last + 1
}

// runSenders claims what is due, never more than there is room for: a claim that waits is a claim that runs out.
func (d *Deliverer) runSenders(ctx context.Context) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var busy sync.WaitGroup
	for round := 0; ctx.Err() == nil; round++ {
		room := d.pace.room(d.now())
		if room == 0 {
			pause(ctx, d.sendDue)
			continue
		}
		jobs, err := d.claim(ctx, room, round)
		if err != nil && ctx.Err() == nil {
			d.log.Error("claiming failed", "err", err)
		}
		d.least.Store(int64(leastWorthRaising(jobs, room)))
		signal(d.fanOutDue)
		d.dispatch(work, jobs, &busy)
		if len(jobs) == 0 {
			pause(ctx, d.sendDue)
		}
	}
	defer time.AfterFunc(d.grace, stop).Stop()
	busy.Wait()
}

// dispatch starts the jobs that there is room for and puts the others back. It returns when those are free again:
// they are not claimed before their time, and no more of them at once than were claimed.
func (d *Deliverer) dispatch(ctx context.Context, jobs []job, busy *sync.WaitGroup) {
	var back sync.WaitGroup
	for _, j := range jobs {
		again, ok := d.pace.enter(j.row, d.now())
		if !ok {
			back.Go(func() {
				if err := d.mark(ctx, func(ctx context.Context) error { return j.release(ctx, again) }); err != nil {
					d.log.Error("putting back failed", "err", err)
				}
			})
			continue
		}
		busy.Go(func() {
			if err := j.do(ctx); err != nil {
				d.log.Error("delivery failed", "err", err)
			}
			d.pace.leave(j.row)
			signal(d.sendDue) // the same destination may have more
		})
	}
	back.Wait()
}

// job is a claimed card or announcement and what is to be done with it.
type job struct {
	row
	do func(context.Context) error
}

// announcementTurn is how often announcements are claimed before cards: rarely, for cards are urgent, but often
// enough that they go out beside a long fan-out.
const announcementTurn = 8

// claim takes at most limit jobs, cards before announcements but for their turn. What was claimed before an
// error comes with it.
func (d *Deliverer) claim(ctx context.Context, limit, round int) ([]job, error) {
	sources := []func(context.Context, int) ([]job, error){d.claimCards, d.claimAnnouncements}
	if round%announcementTurn == announcementTurn-1 {
		sources[0], sources[1] = sources[1], sources[0]
	}
	var jobs []job
	for _, source := range sources {
		if len(jobs) == limit {
			break
		}
		some, err := source(ctx, limit-len(jobs))
		if err != nil {
			return jobs, err
		}
		jobs = append(jobs, some...)
	}
	return jobs, nil
}

func (d *Deliverer) claimCards(ctx context.Context, limit int) ([]job, error) {
	now := d.now()
	cards, err := d.store.ClaimCards(ctx, now, now.Add(lease), limit)
	if err != nil {
		return nil, fmt.Errorf("claim cards: %w", err)
	}
	var jobs []job
	for _, c := range cards {
		r := d.cardRow(c, now)
		jobs = append(jobs, job{r, func(ctx context.Context) error { return d.reconcile(ctx, c, r) }})
	}
	return jobs, nil
}

func (d *Deliverer) claimAnnouncements(ctx context.Context, limit int) ([]job, error) {
	now := d.now()
	announcements, err := d.store.ClaimAnnouncements(ctx, now, now.Add(lease), limit)
	if err != nil {
		return nil, fmt.Errorf("claim announcements: %w", err)
	}
	var jobs []job
	for _, a := range announcements {
		r := d.announcementRow(a, now)
		jobs = append(jobs, job{r, func(ctx context.Context) error { return d.announce(ctx, a, r) }})
	}
	return jobs, nil
}

// pause waits until there is a reason to look again.
func pause(ctx context.Context, due <-chan struct{}) {
	timer := time.NewTimer(pollInterval)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-due:
	case <-timer.C:
	}
}

// Drain does all that is due at Now, in a fixed order and in the caller's goroutine, and returns when nothing
// is left but what was postponed. An error of the store ends it; failed sends do not.
func (d *Deliverer) Drain(ctx context.Context) error {
	for {
		more, err := d.fanOut(ctx, intel.Info)
		if err != nil {
			return err
		}
		if more {
			continue
		}
		// One at a time, so that the worst always goes next.
		jobs, err := d.claim(ctx, 1, 0)
		if err != nil {
			return err
		}
		if len(jobs) == 0 {
			return nil
		}
		if err := jobs[0].do(ctx); err != nil {
			return err
		}
	}
}
