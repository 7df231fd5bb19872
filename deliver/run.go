package deliver

import (
	"context"
	"fmt"
	"sync"
	"time"
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

func (d *Deliverer) runFanOut(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := d.fanOut(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Error("fan-out failed", "err", err)
		}
		if more {
			signal(d.sendDue)
			continue
		}
		pause(ctx, d.fanOutDue)
	}
}

// runSenders claims what is due, never more than there are idle senders: a claim that waits is a claim that
// runs out.
func (d *Deliverer) runSenders(ctx context.Context) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	idle := make(chan struct{}, d.senders)
	for range d.senders {
		idle <- struct{}{}
	}
	var busy sync.WaitGroup
	for round := 0; ; round++ {
		slots := take(ctx, idle)
		if slots == 0 {
			break
		}
		jobs, err := d.claim(ctx, slots, round)
		if err != nil && ctx.Err() == nil {
			d.log.Error("claiming failed", "err", err)
		}
		for range slots - len(jobs) {
			idle <- struct{}{}
		}
		for _, job := range jobs {
			busy.Go(func() {
				if err := job(work); err != nil {
					d.log.Error("delivery failed", "err", err)
				}
				idle <- struct{}{}
				signal(d.sendDue) // the same destination may have more
			})
		}
		if len(jobs) == 0 {
			pause(ctx, d.sendDue)
		}
	}
	defer time.AfterFunc(d.grace, stop).Stop()
	busy.Wait()
}

// take waits for an idle sender and takes all that are idle; 0 when ctx is over.
func take(ctx context.Context, idle chan struct{}) int {
	if ctx.Err() != nil {
		return 0
	}
	select {
	case <-ctx.Done():
		return 0
	case <-idle:
	}
	for n := 1; ; n++ {
		select {
		case <-idle:
		default:
			return n
		}
	}
}

// job is a claimed card or announcement.
type job func(context.Context) error

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
		jobs = append(jobs, func(ctx context.Context) error { return d.reconcile(ctx, c, now) })
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
		jobs = append(jobs, func(ctx context.Context) error { return d.announce(ctx, a, now) })
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
		more, err := d.fanOut(ctx)
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
		if err := jobs[0](ctx); err != nil {
			return err
		}
	}
}
