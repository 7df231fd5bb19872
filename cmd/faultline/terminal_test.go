package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// What comes from outside may stand in the log, as in a feed's name or an error. It never begins a line of its own,
// and steers no terminal.
func TestX14NothingSteersTheLog(t *testing.T) {
	var out bytes.Buffer
	log := logger(&out)
	nasty := "cut\n2026-01-01 level=ERROR msg=FAKE\r\x1b[2J\x1b]0;owned\a\u009b31m\u2028FAKE \u202etfel"
	log.Info("a feed failed: "+nasty, "feed", nasty, "error", errors.New(nasty))
	text := strings.TrimSuffix(out.String(), "\n")
	if strings.ContainsAny(text, "\n\r\x1b\a\u009b\u2028\u202e") {
		t.Errorf("it got through: %q", text)
	}
	if strings.Count(text, "FAKE") != 6 {
		t.Errorf("the words themselves are gone: %q", text)
	}
}
