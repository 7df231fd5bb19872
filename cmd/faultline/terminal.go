package main

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

// terminal is the process's own console: colour and width only where a person looks.
func terminal() *console {
	c := &console{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ(), width: 80}
	if fd := int(os.Stdout.Fd()); term.IsTerminal(fd) && os.Getenv("NO_COLOR") == "" {
		c.colour = true
		if width, _, err := term.GetSize(fd); err == nil {
			c.width = width
		}
	}
	c.log = logger(os.Stderr)
	return c
}

func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: shortTime}))
}

// shortTime writes the time to the second in UTC.
func shortTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.String(slog.TimeKey, a.Value.Time().UTC().Format("2006-01-02T15:04:05Z"))
	}
	return a
}
