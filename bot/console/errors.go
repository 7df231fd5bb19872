package console

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"

	"github.com/faultlinebot/faultline/bot"
)

// classify gives a failed write its meaning: nobody reads any more, or (a full disk, say) it may work later.
func classify(err error) error {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, fs.ErrClosed) || errors.Is(err, io.ErrClosedPipe) {
		return &bot.UnreachableError{Reason: "the output is closed"}
	}
	return fmt.Errorf("print message: %w", err)
}
