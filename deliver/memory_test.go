package deliver_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// memory is the store in a few maps: the promises of the contract, none of the durability.
type memory struct {
	mu            sync.Mutex
	incidents     map[string]intel.Incident
	notices       []intel.Notice
	pending       []store.Pending
	cards         map[cardKey]*memoryCard
	announcements map[string]*memoryAnnouncement
	subscriptions map[string]intel.Subscription
	claims        int
	raised        int                   // pages
	fail          func(op string) error // nil, or says whether an operation fails
}

type cardKey struct {
	incident string
	to       intel.Destination
}

type memoryCard struct {
	intel.Card
	memoryClaim
}

type memoryAnnouncement struct {
	intel.Announcement
	memoryClaim
}

// memoryClaim is until when it is claimed, the last claim and the last that was ended.
type memoryClaim struct {
	claimed       time.Time
	last, settled string
}

// end ends the claim, if it counts, and says whether anything is to be done.
func (c *memoryClaim) end(claim string) (bool, error) {
	switch {
	case claim == c.settled && claim != "":
		return false, nil
	case claim != c.last:
		return false, store.ErrClaimLost
	}
	c.claimed, c.settled = time.Time{}, claim
	return true, nil
}

func (c *memoryClaim) extend(claim string, until time.Time) error {
	if claim == c.settled || claim != c.last {
		return store.ErrClaimLost
	}
	c.claimed = until
	return nil
}

var (
	_ deliver.Store = (*memory)(nil)

	errStore = errors.New("the store is on fire")
)

func newMemory() *memory {
	return &memory{
		incidents:     make(map[string]intel.Incident),
		cards:         make(map[cardKey]*memoryCard),
		announcements: make(map[string]*memoryAnnouncement),
		subscriptions: make(map[string]intel.Subscription),
	}
}

// use locks the store for one operation, unless that is to fail.
func (m *memory) use(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	if m.fail != nil {
		if err := m.fail(op); err != nil {
			m.mu.Unlock()
			return err
		}
	}
	return nil
}

// commit saves a change as Intake would.
func (m *memory) commit(i intel.Incident, change intel.ChangeKind, reason string) {
	m.commitNotice(i, intel.Notice{Change: change, Reason: reason})
}

func (m *memory) commitNotice(i intel.Incident, n intel.Notice) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.incidents[i.ID] = i.Clone()
	if n.Change != "" {
		n.Incident, n.Revision = i.ID, i.Revision
		m.notices = append(m.notices, n)
		m.pending = append(m.pending, store.Pending{Notice: n})
	}
}

func (m *memory) subscribe(s ...intel.Subscription) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range s {
		m.subscriptions[s.ID] = s
	}
}

// Subscribe implements deliver.Store.
func (m *memory) Subscribe(_ context.Context, s intel.Subscription) error {
	m.subscribe(s)
	return nil
}

func (m *memory) unsubscribe(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.subscriptions, id)
}

func (m *memory) card(incident string, to intel.Destination) intel.Card {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.cards[cardKey{incident, to}]; c != nil {
		return c.Card
	}
	return intel.Card{}
}

func (m *memory) Incident(ctx context.Context, id string) (intel.Incident, error) {
	if err := m.use(ctx, "Incident"); err != nil {
		return intel.Incident{}, err
	}
	defer m.mu.Unlock()
	i, ok := m.incidents[id]
	if !ok {
		return i, store.ErrNotFound
	}
	return i.Clone(), nil
}

func (m *memory) Notices(ctx context.Context, incident string, above int) ([]intel.Notice, error) {
	if err := m.use(ctx, "Notices"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var out []intel.Notice
	for _, n := range m.notices {
		if n.Incident == incident && n.Revision > above {
			out = append(out, n)
		}
	}
	return out, nil
}

func (m *memory) PendingNotices(ctx context.Context, limit int) ([]store.Pending, error) {
	if err := m.use(ctx, "PendingNotices"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	out := slices.Clone(m.pending)
	slices.SortStableFunc(out, func(a, b store.Pending) int {
		return int(m.incidents[b.Notice.Incident].Severity - m.incidents[a.Notice.Incident].Severity)
	})
	return out[:min(limit, len(out))], nil
}

func (m *memory) Raise(ctx context.Context, p store.Page) error {
	if err := m.use(ctx, "Raise"); err != nil {
		return err
	}
	defer m.mu.Unlock()
	m.raised++
	for _, to := range p.To {
		k := cardKey{p.Incident, to}
		c := m.cards[k]
		if c == nil {
			c = &memoryCard{Card: intel.Card{Incident: p.Incident, Destination: to}}
			m.cards[k] = c
		}
		if c.Wanted < p.Revision {
			c.Wanted, c.Severity, c.Due = p.Revision, p.Severity, p.Due
		}
	}
	for n := range m.pending {
		if at := &m.pending[n]; at.Notice.Incident == p.Incident && at.Notice.Revision == p.Revision {
			at.After = p.After
			if p.Done {
				m.pending = slices.Delete(m.pending, n, n+1)
			}
			break
		}
	}
	return nil
}

func (m *memory) CardsOf(ctx context.Context, incident, after string, limit int) ([]intel.Card, error) {
	if err := m.use(ctx, "CardsOf"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var out []intel.Card
	for k, c := range m.cards {
		if k.incident == incident && k.to.String() > after {
			out = append(out, c.Card)
		}
	}
	slices.SortFunc(out, func(a, b intel.Card) int {
		return cmp.Compare(a.Destination.String(), b.Destination.String())
	})
	return out[:min(limit, len(out))], nil
}

// behind is the contract's "whose told or spoken is behind".
func (m *memory) behind(c *memoryCard) bool {
	if c.Abandoned != "" {
		return false
	}
	return c.Told < c.Wanted || slices.ContainsFunc(m.notices, func(n intel.Notice) bool {
		return n.Incident == c.Incident && n.Change.Spoken() && n.Revision > c.Spoken && n.Revision <= c.Wanted
	})
}

func (m *memory) ClaimCards(ctx context.Context, now, until time.Time, limit int) ([]intel.Card, error) {
	if err := m.use(ctx, "ClaimCards"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	busy := make(map[intel.Destination]bool)
	var due []*memoryCard
	for _, c := range m.cards {
		if c.claimed.After(now) {
			busy[c.Destination] = true
		} else if m.behind(c) && !c.Due.After(now) {
			due = append(due, c)
		}
	}
	slices.SortFunc(due, func(a, b *memoryCard) int {
		return cmp.Or(int(b.Severity-a.Severity), a.Due.Compare(b.Due), cmp.Compare(a.Incident, b.Incident),
			cmp.Compare(a.Destination.String(), b.Destination.String()))
	})
	var out []intel.Card
	for _, c := range due {
		if len(out) < limit && !busy[c.Destination] {
			m.claims++
			busy[c.Destination], c.claimed, c.last = true, until, fmt.Sprint(m.claims)
			out = append(out, c.Card)
			out[len(out)-1].Claim = c.last
		}
	}
	return out, nil
}

func (m *memory) ExtendCard(ctx context.Context, card intel.Card, until time.Time) error {
	if err := m.use(ctx, "ExtendCard"); err != nil {
		return err
	}
	defer m.mu.Unlock()
	return m.cards[cardKey{card.Incident, card.Destination}].extend(card.Claim, until)
}

func (m *memory) Told(ctx context.Context, card intel.Card, told, spoken int, receipt string) error {
	return m.change(ctx, "Told", card, func(c *memoryCard) {
		c.Told, c.Spoken, c.Receipt = max(c.Told, told), max(c.Spoken, spoken), receipt
		c.Attempts = 0
	})
}

func (m *memory) PostponeCard(ctx context.Context, card intel.Card, due time.Time) error {
	return m.change(ctx, "PostponeCard", card, func(c *memoryCard) {
		c.Due = due
		c.Attempts++
	})
}

func (m *memory) ReleaseCard(ctx context.Context, card intel.Card, due time.Time) error {
	return m.change(ctx, "ReleaseCard", card, func(c *memoryCard) { c.Due = due })
}

func (m *memory) AbandonCard(ctx context.Context, card intel.Card, reason string) error {
	return m.change(ctx, "AbandonCard", card, func(c *memoryCard) { c.Abandoned = reason })
}

func (m *memory) RequeueCard(ctx context.Context, incident string, to intel.Destination, due time.Time) error {
	if err := m.use(ctx, "RequeueCard"); err != nil {
		return err
	}
	defer m.mu.Unlock()
	c := m.cards[cardKey{incident, to}]
	if c == nil {
		return store.ErrNotFound
	}
	c.Abandoned, c.Attempts, c.Due = "", 0, due
	return nil
}

func (m *memory) change(ctx context.Context, op string, card intel.Card, do func(*memoryCard)) error {
	if err := m.use(ctx, op); err != nil {
		return err
	}
	defer m.mu.Unlock()
	c := m.cards[cardKey{card.Incident, card.Destination}]
	if c == nil {
		return store.ErrNotFound
	}
	now, err := c.end(card.Claim)
	if now {
		do(c)
	}
	return err
}

func (m *memory) ReleaseClaims(ctx context.Context) error {
	if err := m.use(ctx, "ReleaseClaims"); err != nil {
		return err
	}
	m.mu.Unlock()
	m.releaseClaims()
	return nil
}

func (m *memory) releaseClaims() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.cards {
		c.claimed = time.Time{}
	}
	for _, a := range m.announcements {
		a.claimed = time.Time{}
	}
}

func (m *memory) Announce(ctx context.Context, a intel.Announcement) error {
	if err := m.use(ctx, "Announce"); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if m.announcements[a.Key] == nil {
		m.announcements[a.Key] = &memoryAnnouncement{Announcement: a}
	}
	return nil
}

func (m *memory) ClaimAnnouncements(
	ctx context.Context, now, until time.Time, limit int,
) ([]intel.Announcement, error) {
	if err := m.use(ctx, "ClaimAnnouncements"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var out []intel.Announcement
	for _, key := range slices.Sorted(maps.Keys(m.announcements)) {
		a := m.announcements[key]
		if len(out) < limit && !a.Told && a.Abandoned == "" && !a.Due.After(now) && !a.claimed.After(now) {
			m.claims++
			a.claimed, a.last = until, fmt.Sprint(m.claims)
			out = append(out, a.Announcement)
			out[len(out)-1].Claim = a.last
		}
	}
	return out, nil
}

func (m *memory) ExtendAnnouncement(ctx context.Context, a intel.Announcement, until time.Time) error {
	if err := m.use(ctx, "ExtendAnnouncement"); err != nil {
		return err
	}
	defer m.mu.Unlock()
	return m.announcements[a.Key].extend(a.Claim, until)
}

func (m *memory) AnnouncementTold(ctx context.Context, a intel.Announcement) error {
	return m.changeAnnouncement(ctx, "AnnouncementTold", a, func(a *memoryAnnouncement) { a.Told = true })
}

func (m *memory) PostponeAnnouncement(ctx context.Context, a intel.Announcement, due time.Time) error {
	return m.changeAnnouncement(ctx, "PostponeAnnouncement", a, func(a *memoryAnnouncement) {
		a.Due = due
		a.Attempts++
	})
}

func (m *memory) ReleaseAnnouncement(ctx context.Context, a intel.Announcement, due time.Time) error {
	return m.changeAnnouncement(ctx, "ReleaseAnnouncement", a, func(a *memoryAnnouncement) { a.Due = due })
}

func (m *memory) AbandonAnnouncement(ctx context.Context, a intel.Announcement, reason string) error {
	return m.changeAnnouncement(ctx, "AbandonAnnouncement", a, func(a *memoryAnnouncement) {
		a.Abandoned = reason
	})
}

func (m *memory) changeAnnouncement(
	ctx context.Context, op string, named intel.Announcement, do func(*memoryAnnouncement),
) error {
	if err := m.use(ctx, op); err != nil {
		return err
	}
	defer m.mu.Unlock()
	a := m.announcements[named.Key]
	if a == nil {
		return store.ErrNotFound
	}
	now, err := a.end(named.Claim)
	if now {
		do(a)
	}
	return err
}

func (m *memory) SubscriptionsAfter(
	ctx context.Context, after string, limit int,
) ([]intel.Subscription, error) {
	if err := m.use(ctx, "SubscriptionsAfter"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var out []intel.Subscription
	for _, id := range slices.Sorted(maps.Keys(m.subscriptions)) {
		if id > after && len(out) < limit {
			out = append(out, m.subscriptions[id])
		}
	}
	return out, nil
}

func (m *memory) SubscriptionsAt(ctx context.Context, to intel.Destination) ([]intel.Subscription, error) {
	if err := m.use(ctx, "SubscriptionsAt"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var out []intel.Subscription
	for _, id := range slices.Sorted(maps.Keys(m.subscriptions)) {
		if m.subscriptions[id].Destination == to {
			out = append(out, m.subscriptions[id])
		}
	}
	return out, nil
}
