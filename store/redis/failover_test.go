package redis_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/deliver/delivertest"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/faultproxy"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
	"github.com/faultlinebot/faultline/store/storetest"
)

// under is a step made under a fence.
func under(fence int64, n int) store.Step {
	s := step(n)
	s.Fence = fence
	return s
}

// tell claims so many of the cards that are due and marks them told.
func tell(t *testing.T, s store.Cards, limit int, shown map[string][]delivertest.Message) {
	t.Helper()
	cards, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), limit)
	ok(t, err)
	for _, c := range cards {
		to := c.Destination.String()
		shown[to] = append(shown[to], delivertest.Message{ID: c.Incident, Revision: c.Wanted})
		ok(t, s.Told(t.Context(), c, c.Wanted, c.Wanted, "r"))
	}
}

// R08: a replica that lagged takes the master's place. What was kept is a beginning of what was, with nothing torn;
// whoever goes on from what is lost is told so at its next step; no message comes twice but those whose mark is lost.
func TestR08FailoverToAReplicaThatLags(t *testing.T) {
	t.Parallel()
	pair := redistest.StartPair(t)
	s := open(t, redis.Options{URL: pair.URL()})
	fence := acquire(t, s, "brain")
	shown := map[string][]delivertest.Message{}
	for n := range 5 {
		ok(t, s.Commit(t.Context(), under(fence, n)))
	}
	const chats, late = 10, 3
	ok(t, s.Raise(t.Context(), page(0, 0, chats)))
	tell(t, s, 4, shown)
	pair.Sync()

	pair.Link.Refuse(true)
	tell(t, s, late, shown)
	for n := 5; n < 8; n++ {
		ok(t, s.Commit(t.Context(), under(fence, n)))
	}
	pair.FailOver()

	err := s.Commit(t.Context(), under(fence, 8))
	if !errors.Is(err, store.ErrFenced) || !strings.Contains(err.Error(), "has lost what it had kept") {
		t.Errorf("the brain whose steps are lost got %v", err)
	}
	whole(t, s, 5)
	next := acquire(t, s, "brain")
	if next <= fence {
		t.Errorf("the fence went from %d to %d, so nobody begins anew", fence, next)
	}
	for n := 5; n < 9; n++ {
		ok(t, s.Commit(t.Context(), under(next, n)))
	}
	whole(t, s, 9)
	if err := s.Commit(t.Context(), under(fence, 9)); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the fence from before the failover still counts: %v", err)
	}
	tell(t, s, chats, shown)
	history := delivertest.History{Arrived: shown}
	history.Accepted = []delivertest.Message{{ID: page(0, 0, 0).Incident, Revision: 1}}
	t.Logf("of %d chats, %d marks lost: %s", len(shown), late, delivertest.Check(t, history, late))
	if len(shown) != chats {
		t.Errorf("%d of %d chats were told", len(shown), chats)
	}
}

// R08: a fence that was given out and then lost does not let its holder write beside the next one, even when that
// got a lower number because the new master's clock is behind.
func TestR08AFenceThatWasLost(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redis.Options{URL: server.URL()})
	lost := acquire(t, s, "frozen") + int64(time.Hour/time.Millisecond)
	ok(t, s.Release(t.Context(), store.WorldLease, "frozen"))
	present := acquire(t, s, "next")
	if present >= lost {
		t.Fatalf("the next fence is %d, and this is about one above it", present)
	}
	if err := s.Commit(t.Context(), under(lost, 0)); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the frozen brain's step: %v", err)
	}
	ok(t, s.Commit(t.Context(), under(present, 0)))
	whole(t, s, 1)
}

// R08: in a failover that was planned the old master turns into a replica with our connections still open: they are
// given up, and new ones lead to the new master.
func TestR08PlannedFailover(t *testing.T) {
	t.Parallel()
	pair := redistest.StartPair(t)
	s := open(t, redis.Options{URL: pair.URL()})
	fence := acquire(t, s, "brain")
	ok(t, s.Commit(t.Context(), under(fence, 0)))
	pair.Sync()
	pair.Promote()
	back := faultproxy.StartLink(t, "unix", pair.Replica.Socket())
	pair.Master.Do("REPLICAOF", back.Host(), back.Port())
	if got := acquire(t, s, "brain"); got != fence {
		t.Errorf("nothing was lost, and the fence went from %d to %d", fence, got)
	}
	for n := 1; n < 5; n++ {
		ok(t, s.Commit(t.Context(), under(fence, n)))
	}
	whole(t, s, 5)
}

// R08: a call that meets the answers of a server in failover is made again until it is served.
func TestR08AnswersInFailover(t *testing.T) {
	for _, answer := range []string{
		"NOSCRIPT No matching script. Please use EVAL.",
		"READONLY You can't write against a read only replica.",
		"LOADING Redis is loading the dataset in memory",
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
		"CLUSTERDOWN The cluster is down",
		"UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
		"TRYAGAIN Multiple keys request during rehashing of slot",
		"NOREPLICAS Not enough good replicas to write.",
		"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
	} {
		t.Run(strings.Fields(answer)[0], func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, "--appendfsync", "no")
			proxy := faultproxy.Start(t, "unix", server.Socket())
			s := open(t, redis.Options{URL: "redis://" + proxy.Address()})
			for name, call := range storetest.Calls(s) {
				want := call(t.Context()) // without faults; ErrNotFound for some
				met := 0
				proxy.Plan(func(request []string) faultproxy.Fault {
					if strings.HasPrefix(answer, "NOSCRIPT") && !strings.EqualFold(request[0], "EVALSHA") || met >= 2 {
						return faultproxy.Fault{}
					}
					met++
					return faultproxy.Fault{Answer: answer}
				})
				got := call(t.Context())
				proxy.Plan(nil)
				if (got == nil) != (want == nil) || got != nil && got.Error() != want.Error() {
					t.Errorf("%s: %v, want %v", name, got, want)
				}
				if met == 0 && !strings.HasPrefix(answer, "NOSCRIPT") {
					t.Errorf("%s met no fault", name)
				}
			}
		})
	}
}

// R09: with min-replicas-to-write a master that lost its replica takes nothing that the next master would not have.
// It says so, and work goes on when a replica is back.
func TestR09OldMasterRefuses(t *testing.T) {
	t.Parallel()
	pair := redistest.StartPair(t)
	s := open(t, redis.Options{URL: pair.URL()})
	commitAll(t, s, 0, 3)
	pair.Sync()
	pair.Master.Do("CONFIG", "SET", "min-replicas-to-write", "1")
	commitAll(t, s, 3, 4)
	pair.Sync()
	pair.Link.Refuse(true)
	refusedNow(t, s, 4)
	// The replica has all that was ever answered for: nothing is lost, whoever of the two goes on.
	whole(t, open(t, redis.Options{URL: promoted(t, pair)}), 4)
	pair.Replica.Do("REPLICAOF", pair.Link.Host(), pair.Link.Port())

	done := make(chan error)
	go func() {
		for {
			err := s.Commit(t.Context(), step(4))
			if !errors.Is(err, store.ErrNotNow) {
				done <- err
				return
			}
		}
	}()
	pair.Link.Refuse(false)
	ok(t, <-done)
	commitAll(t, s, 5, 7)
	whole(t, s, 7)
}

// refusedNow wants a step to be refused for the time being, in words for people, and nothing of it kept.
func refusedNow(t *testing.T, s *redis.Store, n int) {
	t.Helper()
	err := s.Commit(t.Context(), step(n))
	if !errors.Is(err, store.ErrNotNow) || errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("step %d: got %v, want %v", n, err, store.ErrNotNow)
	}
	says(t, err.Error(), "min-replicas-to-write")
	seen, err := s.Seen(t.Context(), step(n).Observation.Key())
	ok(t, err)
	if seen {
		t.Errorf("step %d was refused and is marked seen", n)
	}
}

// promoted makes the replica a master of its own for a while, and returns its address.
func promoted(t *testing.T, pair *redistest.Pair) string {
	t.Helper()
	pair.Replica.Do("REPLICAOF", "NO", "ONE")
	return pair.Replica.URL()
}
