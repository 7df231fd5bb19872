// Package failpoint names the steps of the path between which a process may die, in one list. Built with the
// tag "failpoints" the process kills itself at the step that FAULTLINE_CRASH_AT names ("name" or "name:n" for
// the n-th time it is reached); without the tag Hit compiles to nothing.
//
// To add a step: add its name to Names and one Hit where it happens. The crash test loops over Names.
package failpoint

// The steps of the path, in its order.
const (
	FeedFetched      = "feed-fetched"      // a feed's bytes are here, nothing is parsed
	FeedParsed       = "feed-parsed"       // items are known, none is handed on
	Detected         = "detected"          // signals are known, incidents are not
	Correlated       = "correlated"        // incidents are known, nothing is committed
	CommitMarked     = "commit-marked"     // inside the atomic step: marked seen, incidents not written
	CommitWritten    = "commit-written"    // inside the atomic step: all is written, not committed
	Committed        = "committed"         // the step is committed, the watcher does not know
	CursorBefore     = "cursor-before"     // all items are committed, the cursor is not saved
	CursorSaved      = "cursor-saved"      // the cursor is saved
	FanOutBefore     = "fan-out-before"    // a notice is pending, no card is raised
	FanOutRaised     = "fan-out-raised"    // a page is raised
	CardClaimed      = "card-claimed"      // a card is claimed, nothing is sent
	CardSent         = "card-sent"         // the card's message is out, it is not marked
	CardMarked       = "card-marked"       // the card is marked told
	ReplySent        = "reply-sent"        // the reply is out, it is not marked spoken
	AnnouncementSent = "announcement-sent" // the announcement is out, it is not marked
	Postponing       = "postponing"        // a send failed for now, when to try again is not kept
	Postponed        = "postponed"         // it is kept
	Abandoning       = "abandoning"        // a message is given up, that is not kept
	Abandoned        = "abandoned"         // it is kept
)

// Names lists every step.
func Names() []string {
	return []string{
		FeedFetched, FeedParsed, Detected, Correlated, CommitMarked, CommitWritten, Committed, CursorBefore,
		CursorSaved, FanOutBefore, FanOutRaised, CardClaimed, CardSent, CardMarked, ReplySent,
		AnnouncementSent, Postponing, Postponed, Abandoning, Abandoned,
	}
}
