// Package deliver carries incidents to chats. Fan-out raises the revision that each card is wanted at; senders
// claim the cards that are behind and make what they show catch up: send or edit the card, then reply to it
// when the change is to be spoken. Nothing is replayed: many changes while a card waited are one edit and at
// most one reply.
//
// It promises that every notice reaches every destination that wants it at least once, or that the card says
// why not: told, postponed until a time, or abandoned with a reason. A process may die between any two steps:
// what was not marked is sent again under the same idempotency key.
//
// Only this package decides what follows from a failed send; platforms say what kind of failure it was.
package deliver

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// Store is what delivery needs of a store.
type Store interface {
	store.Cards
	store.Announcements

	Incident(ctx context.Context, id string) (intel.Incident, error)
	Notices(ctx context.Context, incident string, above int) ([]intel.Notice, error)
	SubscriptionsAfter(ctx context.Context, after string, limit int) ([]intel.Subscription, error)
	SubscriptionsAt(ctx context.Context, to intel.Destination) ([]intel.Subscription, error)
	Subscribe(ctx context.Context, s intel.Subscription) error
}

// Options says what to deliver from, to whom, and how fast. Zero values of the numbers mean the usual ones.
type Options struct {
	Store     Store
	Platforms []bot.Platform
	// Now is the clock: the wall's, or the recording's in a replay.
	Now func() time.Time
	// Place names a country for cards; nil leaves the code.
	Place func(code string) string
	// Moved keeps under another name what is kept for a chat; nil where chats do not move.
	Moved func(ctx context.Context, platform, from, to string) error
	Log   *slog.Logger // nil says nothing
	// Random spreads retries. Nil takes one with a random seed; a seeded one makes a run repeatable.
	Random *rand.Rand

	PageSize int           // destinations in one page of fan-out; usually 500
	Senders  int           // messages on their way at once, to each platform; usually 64
	Grace    time.Duration // how long sends under way may take after the end; usually 10 s
}

// How long things take.
const (
	// lease is how long a card is claimed. A claim is one send and the marks around it.
	lease = 60 * time.Second
	// sendTimeout bounds one send; with the marks it fits into a lease.
	sendTimeout = 30 * time.Second
	// spareTime is what is left of a lease when a send and its marks take as long as they may. A claim that is
	// older is extended before the send.
	spareTime = lease - sendTimeout - markTime
	// handTime bounds how long a claim is given back at the end.
	handTime = time.Second
	// pollInterval is how late a postponed card can be.
	pollInterval = time.Second
)

// Deliverer delivers. Its methods may be called from several goroutines.
type Deliverer struct {
	store     Store
	platforms map[string]bot.Platform
	now       func() time.Time
	place     func(code string) string
	moved     func(ctx context.Context, platform, from, to string) error
	log       *slog.Logger
	pace      *pace

	pageSize int
	grace    time.Duration

	fanOutDue chan struct{} // a notice may be pending
	sendDue   chan struct{} // a card or an announcement may be due
	least     atomic.Int64  // the least severity that is worth raising now
}

// New returns a deliverer; nothing moves before Run or Drain.
func New(o Options) *Deliverer {
	d := &Deliverer{
		store:     o.Store,
		platforms: make(map[string]bot.Platform, len(o.Platforms)),
		now:       o.Now,
		place:     o.Place,
		moved:     o.Moved,
		log:       o.Log,
		pace:      newPace(o.Random),
		pageSize:  or(o.PageSize, 500),
		grace:     or(o.Grace, 10*time.Second),
		fanOutDue: make(chan struct{}, 1),
		sendDue:   make(chan struct{}, 1),
	}
	for _, p := range o.Platforms {
		d.platforms[p.Name()] = p
		d.pace.lanes[p.Name()] = newLane(or(o.Senders, 64))
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	return d
}

func or[T int | time.Duration](value, usual T) T {
	if value <= 0 {
		return usual
	}
	return value
}
