// Command faultline watches where politics touches crypto and tells chats about it: one living card per
// happening, with what is claimed and what is measured kept apart.
//
// One file per command. run.go wires the whole bot in the order of the path.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit statuses.
const (
	exitDone   = 0
	exitFaults = 1 // the work was done and faults were found
	exitUsage  = 2 // the arguments or the input are wrong
)

// cli is every command with its flags.
type cli struct {
	Run     runCommand     `cmd:"" default:"withargs" help:"Watch the world and show what happens (the default)."`
	Replay  replayCommand  `cmd:"" help:"Play recordings through the bot and show the cards. Without a file: January 2022."`
	Record  recordCommand  `cmd:"" help:"Write what the watchers see to a recording."`
	Outbox  outboxCommand  `cmd:"" help:"Look after messages that were given up."`
	Backup  backupCommand  `cmd:"" help:"Copy everything that is kept to a file."`
	Restore restoreCommand `cmd:"" help:"Put a backup into an empty store."`
	Migrate migrateCommand `cmd:"" help:"Move everything to another store, SQLite or Redis."`
	Check   checkCommand   `cmd:"" help:"Check the configuration and list every fault."`
	Version versionCommand `cmd:"" help:"Say which version this is."`
}

// console is how a command meets the person at the terminal.
type console struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
	colour   bool
	width    int
	log      *slog.Logger
}

// exitError carries an exit status; its message has been or will be printed once.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usage marks an error as the caller's: wrong arguments or wrong input.
func usage(err error) error { return &exitError{exitUsage, err} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	c := terminal()
	// Asked a second time, the system ends the process: that works whatever it hangs in, and costs no more than any
	// other death.
	unasked := context.AfterFunc(ctx, func() {
		stop()
		fmt.Fprintln(c.err, "ending; what is under way may take some seconds. Ask again to end at once.")
	})
	status := dispatch(ctx, os.Args[1:], c)
	unasked()
	stop()
	os.Exit(status)
}

// dispatch runs the command that args name and returns the exit status.
func dispatch(ctx context.Context, args []string, c *console) int {
	var commands cli
	exited := -1
	parser, err := kong.New(&commands,
		kong.Name("faultline"),
		kong.Description("Watches where politics touches crypto, and tells this terminal."),
		kong.UsageOnError(),
		kong.Writers(c.out, c.err),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c),
	)
	if err != nil {
		fmt.Fprintln(c.err, "faultline:", err)
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(c.err, "faultline: %v; `faultline --help` shows the commands\n", err)
		return exitUsage
	}
	return statusOf(parsed.Run(), c.err)
}

func statusOf(err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, context.Canceled) {
		return exitDone
	}
	fmt.Fprintln(stderr, "faultline:", err)
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.status
	}
	return exitFaults
}
