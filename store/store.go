// Package store declares what Faultline keeps and what it promises about keeping it. Two packages below keep
// it: sqlite (one file, one process, the default) and redis (several replicas). Both pass storetest.
//
// The contract comes in small roles, so that each user asks for what it needs. Promises about atomicity and
// durability stand where the method is declared. "Durable" means: it survives the death of the process at
// once, and of the machine as far as the store's settings say.
//
// Every method takes a context and returns its error when it is over; what was asked for may then have
// happened or not, and asking again with the same arguments is always safe. Times at which something is due are
// kept to the microsecond, all others exactly.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Errors that callers branch on.
var (
	// ErrSeen: the observation was committed by another attempt.
	ErrSeen = errors.New("observation already seen")
	// ErrConflict: an incident is no longer at the revision the step was made from, or a document not what it was.
	ErrConflict = errors.New("changed meanwhile")
	// ErrFenced: another holder has the lease, or the store has lost steps that this one had made; it must stop, and
	// begin anew with what is kept.
	ErrFenced = errors.New("lease does not count any more")
	// ErrNotFound: there is no such thing.
	ErrNotFound = errors.New("not found")
	// ErrClaimLost: somebody else has claimed the card or the announcement since; it is theirs now.
	ErrClaimLost = errors.New("claim was lost to another")
	// ErrFull: there is no room left and nothing was kept; asking again helps when there is.
	ErrFull = errors.New("store is full")
	// ErrNotNow: the store takes no writes for the time being and nothing was kept; asking again helps when it does.
	ErrNotNow = errors.New("store takes no writes now")
	// ErrInUse: another process has the store open and the store serves only one.
	ErrInUse = errors.New("store is in use by another process")
)

// Store is everything at once, for whoever opens and closes it.
type Store interface {
	Intake
	Incidents
	Cards
	Announcements
	DeadLetters
	Subscriptions
	Chats
	Documents
	Cursors
	History
	Leases
	Clock
	Portable

	// Close releases what the store holds. No other method may be under way or follow.
	Close() error
}

// Step is what one observation or tick changed.
type Step struct {
	// Token names the attempt and is never empty: repeating a commit with the same token that already succeeded
	// is a success, whoever holds the lease by then. At least the last 64 tokens are known.
	Token string
	// Fence is the token of the lease under which the step was made; 0 asks for no check.
	Fence int64
	// Time is the known time of the step.
	Time time.Time
	// Observation is marked seen and goes to History; nil for a tick.
	Observation *intel.Observation
	// Quarantined is why the detectors could not take the observation; empty for all others. It is marked seen
	// and kept, but History does not hand it out, for it would stop the detectors again.
	Quarantined string
	// Changes are the incidents at their new revisions with their notices.
	Changes []intel.Change
}

// SeenFor is how long seen marks live.
const SeenFor = 90 * 24 * time.Hour

// Intake takes steps.
type Intake interface {
	// Seen says whether the key is marked.
	Seen(ctx context.Context, key string) (bool, error)
	// Commit applies the whole step or nothing of it, durably: the seen mark, the observation's place in
	// History, the incidents and their notices. It returns ErrSeen when the observation is marked by another
	// token, ErrConflict when an incident is kept at another revision than the one before its new one, and
	// ErrFenced when the fence is not that of the lease "world", newer ones included: a store that has lost writes may
	// have given out a number above its present one. A token that was refused may be used again.
	Commit(ctx context.Context, step Step) error
}

// Incidents reads what Commit has kept.
type Incidents interface {
	// Incident returns the incident as it stands, or ErrNotFound.
	Incident(ctx context.Context, id string) (intel.Incident, error)
	// LiveIncidents returns those that are open or were closed after the given time, oldest first.
	LiveIncidents(ctx context.Context, closedAfter time.Time) ([]intel.Incident, error)
	// LatestIncidents returns those opened last, newest first.
	LatestIncidents(ctx context.Context, limit int) ([]intel.Incident, error)
	// Notices returns an incident's notices with a revision above the given one, in order.
	Notices(ctx context.Context, incident string, above int) ([]intel.Notice, error)
}

// Pending is a notice whose fan-out is not over.
type Pending struct {
	Notice intel.Notice
	After  string // the last subscription or card that a finished page reached
}

// Cards keeps one row for each incident at each destination.
type Cards interface {
	// PendingNotices returns notices whose fan-out is not over: the incident that is most severe now first, then
	// the oldest, then by incident and revision.
	PendingNotices(ctx context.Context, limit int) ([]Pending, error)
	// Raise does one page of a notice's fan-out, atomically and durably: it makes sure that each destination
	// has a card wanting at least the notice's revision, never lowers one, makes raised cards due at due, and
	// moves the fan-out to after, or ends it when done. A page done twice changes nothing, however late: after
	// never goes back, in the order of its bytes. An abandoned card is raised and stays abandoned. Without such a
	// notice it returns ErrNotFound.
	Raise(ctx context.Context, page Page) error
	// CardsOf returns an incident's cards after the given destination, in order of Destination.String.
	CardsOf(ctx context.Context, incident, after string, limit int) ([]intel.Card, error)
	// ClaimCards takes cards that are due and behind, most severe first, then longest due, for as long as until. A
	// card is behind when told is below wanted, or spoken below the last notice up to wanted that is to be spoken
	// (see intel.ChangeKind.Spoken). A claimed card is not handed out again before until has passed or it is
	// told, postponed, released or abandoned; two claimers never get the same card. A destination has at most one
	// card claimed at a time, so that its messages stay in order. Each card comes with the token of its claim.
	ClaimCards(ctx context.Context, now, until time.Time, limit int) ([]intel.Card, error)
	// ExtendCard makes the claim last until then. It returns ErrClaimLost where the claim was ended, or where the
	// card or another one of its destination has been claimed since.
	ExtendCard(ctx context.Context, card intel.Card, until time.Time) error
	// Told records, durably, that the card's message shows revision told, that spoken has been spoken of, and
	// the receipt; it ends the claim and sets the attempts back to none. Told and spoken never go back; an empty
	// receipt, or one of a revision below what is told, does not replace the last one.
	//
	// This and the next three take the card as it was claimed: its incident and destination name it, its claim
	// says by what right. A claim that has merely run out still counts. Where the card has been claimed by
	// somebody else since, they change nothing and return ErrClaimLost; where this claim has been ended already,
	// they change nothing and succeed, at least until another one is. An empty claim asks for no check. Without
	// such a card they return ErrNotFound.
	Told(ctx context.Context, card intel.Card, told, spoken int, receipt string) error
	// PostponeCard ends the claim, counting one attempt for it, and makes the card due at the given time. Without
	// a claim it counts none.
	PostponeCard(ctx context.Context, card intel.Card, due time.Time) error
	// ReleaseCard is PostponeCard that counts no attempt: none was made, or it says nothing of the card.
	ReleaseCard(ctx context.Context, card intel.Card, due time.Time) error
	// AbandonCard ends the card with a reason; the first one stays. Only RequeueCard brings it back.
	AbandonCard(ctx context.Context, card intel.Card, reason string) error
	// RequeueCard takes an abandoned card up again, with no attempts counted. It leaves any other as it is, and
	// returns ErrNotFound where there is none.
	RequeueCard(ctx context.Context, incident string, to intel.Destination, due time.Time) error
	// ReleaseClaims frees every claim, those of announcements too; who held one may still say what came of it.
	// Only a process that knows itself to be alone may ask for it.
	ReleaseClaims(ctx context.Context) error
}

// Page is one page of a notice's fan-out.
type Page struct {
	Incident string
	Revision int
	Severity intel.Severity
	To       []intel.Destination
	Due      time.Time
	After    string
	Done     bool
}

// Announcements keeps one-off messages in the same outbox.
type Announcements interface {
	// Announce adds it, durably, unless its key is already there, abandoned ones included, and told ones for at
	// least SeenFor.
	Announce(ctx context.Context, a intel.Announcement) error
	// ClaimAnnouncements is ClaimCards for announcements, longest due first.
	ClaimAnnouncements(ctx context.Context, now, until time.Time, limit int) ([]intel.Announcement, error)
	// ExtendAnnouncement is ExtendCard for announcements.
	ExtendAnnouncement(ctx context.Context, a intel.Announcement, until time.Time) error
	// AnnouncementTold ends it well, for good, also when it was abandoned meanwhile. This and the next three take the
	// announcement as it was claimed, by key and claim, and treat the claim as Told does. Without such a key they
	// return ErrNotFound.
	AnnouncementTold(ctx context.Context, a intel.Announcement) error
	// PostponeAnnouncement is PostponeCard for announcements.
	PostponeAnnouncement(ctx context.Context, a intel.Announcement, due time.Time) error
	// ReleaseAnnouncement is ReleaseCard for announcements.
	ReleaseAnnouncement(ctx context.Context, a intel.Announcement, due time.Time) error
	// AbandonAnnouncement ends it with a reason, unless it was told; the first one stays. Only RequeueAnnouncement
	// brings it back.
	AbandonAnnouncement(ctx context.Context, a intel.Announcement, reason string) error
}

// DeadLetters shows people what was given up. Cards are taken up again by RequeueCard.
type DeadLetters interface {
	// AbandonedCards returns abandoned cards after the given one, of which the incident and the destination count
	// (the zero card begins), in the order of the bytes of incident and Destination.String.
	AbandonedCards(ctx context.Context, after intel.Card, limit int) ([]intel.Card, error)
	// AbandonedAnnouncements returns abandoned announcements after the given key, in the order of its bytes.
	AbandonedAnnouncements(ctx context.Context, after string, limit int) ([]intel.Announcement, error)
	// RequeueAnnouncement is RequeueCard for announcements.
	RequeueAnnouncement(ctx context.Context, key string, due time.Time) error
}

// Subscriptions keeps who wants to hear what.
type Subscriptions interface {
	// Subscribe adds the subscription or replaces the one with its ID, durably.
	Subscribe(ctx context.Context, s intel.Subscription) error
	// Unsubscribe removes it; removing what is not there is no error.
	Unsubscribe(ctx context.Context, id string) error
	// SubscriptionsAfter returns a page in the order of ID.
	SubscriptionsAfter(ctx context.Context, after string, limit int) ([]intel.Subscription, error)
	// SubscriptionsAt returns those of one destination.
	SubscriptionsAt(ctx context.Context, to intel.Destination) ([]intel.Subscription, error)
}

// Cursors keeps, for each watcher, where it is: an ETag, a last block, the item keys of the last poll.
type Cursors interface {
	// Cursor returns what was saved last, or nil.
	Cursor(ctx context.Context, watcher string) ([]byte, error)
	// SaveCursor replaces it, durably.
	SaveCursor(ctx context.Context, watcher string, cursor []byte) error
}

// How long History keeps what it is told.
const (
	KeepBlocks   = 90 * 24 * time.Hour
	KeepBars     = 8 * 24 * time.Hour // then hourly
	KeepReadings = 90 * 24 * time.Hour
	KeepArticles = 7 * 24 * time.Hour
)

// History keeps what has been observed: enough to warm every detector. Commit writes it.
type History interface {
	// Observations hands every kept observation to yield in the order committed, until yield returns an
	// error, which it returns. Blocks are kept by their own time, all others by known time. Between observations
	// the store may be used; what is committed meanwhile is not handed out.
	Observations(ctx context.Context, yield func(intel.Observation) error) error
	// Forget drops what is older than History and seen marks are kept, a bounded number of rows at a time, and
	// makes one hourly bar, in the place of the last, of each hour whose finer bars all are older than KeepBars.
	// It says whether there may be more to drop. Incidents, notices, cards and announcements stay.
	Forget(ctx context.Context, now time.Time) (more bool, err error)
}

// WorldLease is the lease of the brain; Commit checks its fence.
const WorldLease = "world"

// Clock is what everybody who shares the store tells the time by.
type Clock interface {
	// Now is the time that cards and announcements are due by and that claims end by: the same, as nearly as can
	// be known, in every process that shares the store, however wrong the clock of its own machine is.
	Now() time.Time
}

// Leases says who may do what only one may do.
type Leases interface {
	// Acquire takes the lease for ttl when it is free, over or already the owner's, and returns its fence:
	// higher with each new holder, unchanged for the same one, but for one whose last step the store has lost
	// since it was committed (a server that forgets, or failed over): what it knows is not what is kept any more,
	// so it must begin anew like a new holder. Else it returns ErrInUse.
	Acquire(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, err error)
	// Release gives it back when the owner still holds it.
	Release(ctx context.Context, name, owner string) error
}
