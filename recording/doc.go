// Package recording reads, merges and writes recordings: JSON Lines, one observation a line, in the order the
// observations became known. It is the one format for replay, record and tests.
//
// A reader checks the whole input before it hands out anything: an unknown type, a bad time or a missing field
// is a *FormatError that names file and line. Lines up to two hours out of order are put right; more is an
// error. Unknown fields are ignored. To add a type: one struct in line.go, one case in each of its two switches.
package recording
