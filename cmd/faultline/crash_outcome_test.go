package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/intel"
)

// lastAttempt is how many attempts lie behind a message that has one more.
const lastAttempt = 29

// failing says whether the step follows from a send that failed.
func failing(step string) bool {
	return givesUp(step) || step == failpoint.Postponing || step == failpoint.Postponed
}

func givesUp(step string) bool { return step == failpoint.Abandoning || step == failpoint.Abandoned }

// crashAfterAFailedSend kills the bot while it writes down what follows from a send that failed, for the first time
// or for the last. After a restart the message is in one place: it waits until a time to come, or is given up with
// its reason.
func crashAfterAFailedSend(t *testing.T, binary, step string, k keep) {
	attempts, outcome := 0, has("message postponed")
	if givesUp(step) {
		attempts, outcome = lastAttempt, has("message abandoned")
	}
	failedBefore(t, k, attempts)
	config := newWorld(t).config(t, k, false, "local:3")
	launch(t, binary, config, step, newTranscript(t)).killed(t)
	died := time.Now()

	c := launch(t, binary, config, "", newTranscript(t))
	if step != failpoint.Abandoned { // all was done there
		c.said.wait("outcome", k.afterClaim(), outcome)
	}
	c.end(t)

	waiting, given := leftOver(t, k)
	if len(waiting)+len(given) != 1 {
		t.Fatalf("waiting %+v, given up %+v", waiting, given)
	}
	if givesUp(step) {
		for _, a := range given {
			if a.Attempts > lastAttempt+1 || !strings.HasPrefix(a.Abandoned, "gave up after 30 attempts: no platform") {
				t.Errorf("it is given up as %+v", a)
			}
		}
	}
	for _, a := range waiting {
		if givesUp(step) || a.Attempts < 1 || a.Due.Before(died) || a.Due.After(time.Now().Add(10*time.Minute)) {
			t.Errorf("it waits as %+v", a)
		}
	}
}

// failedBefore leaves a message in the outbox that so many attempts have failed for, to a platform that is not there.
func failedBefore(t *testing.T, k keep, attempts int) {
	t.Helper()
	kept := k.open(t)
	defer kept.Close()
	ctx, due := context.Background(), time.Now().Add(-time.Hour)
	err := kept.Announce(ctx, intel.Announcement{
		Key: "test", Destination: intel.Destination{Platform: "nowhere", Chat: "a"}, Title: "A word", Due: due,
	})
	if err != nil {
		t.Fatal(err)
	}
	for range attempts {
		claimed, err := kept.ClaimAnnouncements(ctx, due, due.Add(time.Minute), 1)
		if err != nil || len(claimed) != 1 {
			t.Fatalf("claimed %v, %v", claimed, err)
		}
		if err := kept.PostponeAnnouncement(ctx, claimed[0], due); err != nil {
			t.Fatal(err)
		}
	}
}

// leftOver is what waits and what was given up.
func leftOver(t *testing.T, k keep) (waiting, given []intel.Announcement) {
	t.Helper()
	kept := k.open(t)
	defer kept.Close()
	later := time.Now().Add(time.Hour)
	waiting, err := kept.ClaimAnnouncements(context.Background(), later, later.Add(time.Minute), 10)
	if err != nil {
		t.Fatal(err)
	}
	if given, err = kept.AbandonedAnnouncements(context.Background(), "", 10); err != nil {
		t.Fatal(err)
	}
	return waiting, given
}
