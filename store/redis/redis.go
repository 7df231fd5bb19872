// Package redis keeps the store in one Redis server, for several replicas of the bot at once.
//
// Promises beyond those of package store: every step is one script that Redis runs alone and whole, and that is
// safe to run twice. A lost reply is asked for again with the same token, never guessed. Leases go by the clock
// of the server alone, and [Store.Now] is as near to it as can be. What a method has returned from is as durable
// as the server makes it: with appendfsync always it survives the machine, with everysec the last second may go,
// and a replica that is promoted may lack the last writes: when the holder's last step is missing, its next one is
// refused ([store.ErrFenced]). A full server keeps nothing more, and says so ([store.ErrFull]), while sending goes on;
// one that must not write for now, as in a failover, is asked again for some seconds ([store.ErrNotNow]).
//
// Open refuses what would lose state in silence: a server that evicts, a cluster, a replica. It serves Redis 6.2
// and later. All keys begin with the prefix; no bot's prefix may begin with that of another one. Times are in
// microseconds since 1970.
//
// The keys, without the prefix; "row" is a card or an announcement, CHAT is LEN:PLATFORM:CHAT with the length of the
// platform:
//
//	about                    hash    format of what follows
//	nothing                  -       never there
//	counters                 hash    how many steps, observations and changes of documents there were
//	steps                    zset    tokens of the last 256 steps, by number
//	seen:KEY                 string  known time and token of an observation; gone after 91 days
//	horizon                  string  seen marks from before are forgotten
//	history                  zset    observations by number; Forget prunes this and the next three
//	history:TYPE             zset    numbers of a type by age
//	hours                    zset    hours with bars finer than the hour, by when they may be thinned
//	hour:TIME:SERIES         hash    numbers of an hour's bars: fine or whole
//	incident:ID              hash    revision, severity, data
//	incidents:opened         zset    IDs by opening
//	incidents:live           zset    IDs by closing, +inf while open
//	notices:ID               zset    notices by revision
//	spoken:ID                zset    revisions whose notice is to be spoken
//	pending                  hash    notices whose fan-out is not over
//	pending:SEVERITY         zset    the same by time, 0 to 3 as severe as their incident is now
//	after                    hash    how far their fan-outs have come
//	card:LEN:ID:DESTINATION  hash    one card; LEN is the length of ID
//	cards:ID                 zset    destinations of an incident's cards, in the order of their bytes
//	due:SEVERITY             zset    cards that are behind and live, by when they are due
//	claims                   hash    destination to end of the claim and card, one for each destination
//	claimed:TOKEN            list    what was handed out under a token, for a minute
//	dead                     zset    abandoned cards, in the order of incident and destination
//	announcement:KEY         hash    one announcement; gone 90 days after it was told
//	announcements:due        zset    those that wait, by when they are due
//	announcements:claims     hash    as claims
//	announcements:dead       zset    abandoned ones by key
//	announcements:of:CHAT    zset    those of a chat, by the ms in which they go, +inf before they are told
//	subscriptions            hash    ID to destination and data
//	subscriptions:order      zset    IDs in the order of their bytes
//	subscriptions:at:DEST    set     IDs at a destination
//	subscriptions:places     zset    destinations that have any, in the order of their bytes
//	document:KIND            hash    key to document
//	documents:KIND           zset    keys in the order of their bytes
//	replaced                 zset    tokens of the last 256 changes of documents, by number
//	cursors                  hash    watcher to cursor
//	lease:NAME               hash    owner, fence, until, ttl
//	importing                string  there while Import is not over, or where it broke off
//
// What grows with the world goes by age (seen marks, History, told announcements); incidents, notices and cards
// stay, as the contract says. To add a step: one file in scripts/ that says why it is safe to run twice, and one
// method.
package redis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/faultlinebot/faultline/store"
)

var _ store.Store = (*Store)(nil)

// Options says where the server is and how to speak of it.
type Options struct {
	// URL is redis://user:password@host:port/database, rediss:// for TLS, or unix:///path.
	URL string
	// Prefix begins every key; empty means "faultline:".
	Prefix string
	// Warn gets sentences about a server that works but will not keep all; nil drops them.
	Warn func(sentence string)
	// Now is this machine's clock, which the server's is told from; nil means time.Now.
	Now func() time.Time
}

// DefaultPrefix begins every key unless the options say otherwise.
const DefaultPrefix = "faultline:"

// Store is a store in a Redis server.
type Store struct {
	main    *goredis.Client
	leases  *goredis.Client // its own, so that keeping a lease never waits behind other work
	address string          // for people, without the password
	prefix  string
	scripts map[string]*goredis.Script
	warn    func(string)
	now     func() time.Time

	mu     sync.Mutex
	warned string // what was last found wrong with the server
	read   reading
	last   last
}

// Open connects to the server and refuses one that would lose state in silence.
func Open(ctx context.Context, o Options) (*Store, error) {
	logging.Disable() // go-redis logs on its own, past our logger and its redaction
	options, address, err := parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("redis: open: %w", err)
	}
	s := &Store{address: address, prefix: o.Prefix, warn: o.Warn, now: o.Now}
	if s.prefix == "" {
		s.prefix = DefaultPrefix
	}
	if s.warn == nil {
		s.warn = func(string) {}
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.scripts, err = loadScripts(); err != nil {
		return nil, fmt.Errorf("redis: open: %w", err)
	}
	s.main, s.leases = goredis.NewClient(options), goredis.NewClient(forLeases(options))
	if err := s.inspect(ctx); err != nil {
		return nil, errors.Join(s.wrap(ctx, "open "+address, err), s.Close())
	}
	return s, nil
}

// Close implements [store.Store]. Leases and claims stay until they run out or are released.
func (s *Store) Close() error {
	if err := errors.Join(s.main.Close(), s.leases.Close()); err != nil {
		return fmt.Errorf("redis: close: %w", err)
	}
	return nil
}

// wrap says what was being done. Where the context is over, that is the error, whatever became of the call.
func (s *Store) wrap(ctx context.Context, what string, err error) error {
	switch {
	case err == nil:
		return nil
	case over(ctx) != nil && !errors.Is(err, over(ctx)):
		return fmt.Errorf("redis: %s: %w (%w)", what, over(ctx), err)
	case isFull(err):
		return fmt.Errorf("redis: %s: %w: raise maxmemory of %s, or make room: %w", what, store.ErrFull, s.address, err)
	case says(err, "NOREPLICAS"):
		return fmt.Errorf("redis: %s: %w: too few replicas follow %s for its min-replicas-to-write: %w", what,
			store.ErrNotNow, s.address, err)
	case says(err, "READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN", "MISCONF"):
		return fmt.Errorf("redis: %s: %w: %w", what, store.ErrNotNow, err)
	default:
		return fmt.Errorf("redis: %s: %w", what, err)
	}
}

// over is the context's error, also in the moment between its deadline and its end.
func over(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}
