//go:build failpoints

package sqlite_test

import (
	"testing"

	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// A process that dies inside the atomic step has not taken it.
func TestCrashInsideCommit(t *testing.T) {
	for _, point := range []string{failpoint.CommitMarked, failpoint.CommitWritten} {
		for _, nth := range []string{"1", "5"} {
			t.Run(point+":"+nth, func(t *testing.T) {
				path := newPath(t)
				o := start(t, works, path, "FAULTLINE_CRASH_AT="+point+":"+nth)
				for o.lines.Scan() {
				}
				if err := o.cmd.Wait(); err == nil {
					t.Fatal("it did not die")
				}
				s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
				if err != nil {
					t.Fatal(err)
				}
				defer closed(t, s)
				want := map[string]int{"1": 0, "5": 4}[nth]
				if got := audit(t, s, nil); got != want {
					t.Errorf("%d steps are kept, want %d", got, want)
				}
			})
		}
	}
}
