// Package mutants asks whether the tests would notice. A mutant is this program with one promise broken: the cursor
// kept before the item, the mark made before the send, no fences. Each is compiled from a changed copy of a file laid
// over the source by "go build -overlay", so that no fault is ever in the source itself, and the tests that guard the
// promise must fail on it.
//
// To add one: a row in table_test.go. A text that is no longer found there exactly once fails the test; write it anew.
package mutants
