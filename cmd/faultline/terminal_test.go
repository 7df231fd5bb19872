package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/faultlinebot/faultline/intel"
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

func TestTheTerminalKeepsWhatWasMutedThere(t *testing.T) {
	kept := inSQLite(t).open(t)
	defer kept.Close()
	ctx := t.Context()
	for range 2 {
		if err := subscribeTerminal(ctx, kept); err != nil {
			t.Fatal(err)
		}
		subs, err := kept.SubscriptionsAt(ctx, everything().Destination)
		if err != nil || len(subs) != 1 {
			t.Fatalf("subscriptions %v, %v", subs, err)
		}
		subs[0].Mutes = append(subs[0].Mutes, intel.Mute{Kind: intel.Unrest})
		if err := kept.Subscribe(ctx, subs[0]); err != nil {
			t.Fatal(err)
		}
	}
	subs, err := kept.SubscriptionsAt(ctx, everything().Destination)
	if err != nil || len(subs[0].Mutes) != 2 {
		t.Errorf("mutes are %+v, %v", subs, err)
	}
}
