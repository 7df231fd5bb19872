//go:build failpoints

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var hits atomic.Int64

// Hit kills the process with SIGKILL when FAULTLINE_CRASH_AT names the step and its turn has come.
func Hit(step string) {
	name, nth, counted := strings.Cut(os.Getenv("FAULTLINE_CRASH_AT"), ":")
	if name != step {
		return
	}
	n := 1
	if counted {
		n, _ = strconv.Atoi(nth)
	}
	if hits.Add(1) == int64(n) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}
