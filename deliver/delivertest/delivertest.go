// Package delivertest holds what arrived against what was accepted. A test of the whole path may do to the bot what
// it likes: kill it, cut its network, fill its disk. In the end it hands over what was accepted and what each
// destination was shown, and is told by name what was lost, what came twice, what came out of order and what nobody
// had accepted.
package delivertest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// Message is one revision of one thing: of a card, a reply, an announcement.
type Message struct {
	ID       string
	Revision int
}

// History is what a run has accepted and shown.
type History struct {
	// Accepted is what every destination must hear of. Of several revisions only the last must arrive: many changes
	// may be one edit.
	Accepted []Message
	// Arrived is what each destination was shown, in that order. One that was shown nothing has an empty list.
	Arrived map[string][]Message
}

// Verdict names what went wrong, one entry for each time it did.
type Verdict struct {
	Lost       []string
	Duplicated []string
	// Disordered are older revisions that came after newer ones. A repeat is a repeat, however late it comes, and
	// is not counted here.
	Disordered []string
	Unexpected []string
}

// Judge compares what arrived with what was accepted.
func (h History) Judge() Verdict {
	accepted, last := map[Message]bool{}, map[string]int{}
	for _, m := range h.Accepted {
		accepted[m] = true
		last[m.ID] = max(last[m.ID], m.Revision)
	}
	var v Verdict
	for _, at := range slices.Sorted(maps.Keys(h.Arrived)) {
		newest := v.follow(at, h.Arrived[at], accepted)
		for _, id := range slices.Sorted(maps.Keys(last)) {
			if got := newest[id]; got < last[id] {
				v.Lost = append(v.Lost, fmt.Sprintf("%s at %s: revision %d never arrived, the last that did is %d", id, at,
					last[id], got))
			}
		}
	}
	return v
}

// follow goes over what one destination was shown and returns the newest revision of each thing.
func (v *Verdict) follow(at string, arrived []Message, accepted map[Message]bool) (newest map[string]int) {
	newest = map[string]int{}
	before := map[Message]bool{}
	for _, m := range arrived {
		switch what := fmt.Sprintf("%s at %s: revision %d", m.ID, at, m.Revision); {
		case !accepted[m]:
			v.Unexpected = append(v.Unexpected, what+" was never accepted")
		case before[m]:
			v.Duplicated = append(v.Duplicated, what+" came again")
		case m.Revision < newest[m.ID]:
			v.Disordered = append(v.Disordered, fmt.Sprintf("%s came after revision %d", what, newest[m.ID]))
		}
		before[m] = true
		newest[m.ID] = max(newest[m.ID], m.Revision)
	}
	return newest
}

// Check fails the test for everything that went wrong, but for as many repeats as the faults of the run allow, and
// returns the verdict for the log.
func Check(t testing.TB, h History, repeats int) Verdict {
	t.Helper()
	v := h.Judge()
	complain := func(what string, found []string) {
		t.Helper()
		for _, f := range found {
			t.Errorf("%s: %s", what, f)
		}
	}
	complain("lost", v.Lost)
	complain("out of order", v.Disordered)
	complain("unexpected", v.Unexpected)
	if len(v.Duplicated) > repeats {
		complain(fmt.Sprintf("one repeat too many, %d are allowed", repeats), v.Duplicated)
	}
	return v
}

// String counts what went wrong.
func (v Verdict) String() string {
	return fmt.Sprintf("lost %d, repeated %d, out of order %d, unexpected %d", len(v.Lost), len(v.Duplicated),
		len(v.Disordered), len(v.Unexpected))
}
