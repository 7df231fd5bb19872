// Package console is the platform without a token: it prints cards to a writer, coloured for a terminal or plain
// for a file or a pipe. It serves local runs, replay and tests, and shows that bot favours no chat network.
//
// A receipt is the running number of the message, "7", or "7.2" for a reply to it. What is printed cannot be
// taken back: an edit prints the card again as it now stands. Numbers start anew with each process, so a repeat
// of a message whose sender died is not recognised and prints once more.
package console

import (
	"io"

	"github.com/faultlinebot/faultline/bot"
)

// Name is the word in Destination.Platform.
const Name = "console"

// Options says where and how to print.
type Options struct {
	Out io.Writer
	// Colour asks for terminal colours. The caller knows whether Out is a terminal and what NO_COLOR says.
	Colour bool
	// Width is the terminal's columns; 0 where there is none. Cards are 60 to 100 wide.
	Width int
}

// The narrowest and widest card, and the one for no terminal.
const (
	narrowest = 60
	usual     = 80
	widest    = 100
)

// Console prints messages.
type Console struct {
	out     io.Writer
	look    look
	turn    chan struct{} // holds one token; whoever has it may write and touch what is below
	sent    int           // number of the last message
	replies int
}

var _ bot.Platform = (*Console)(nil)

// New returns a console that prints as the options say.
func New(o Options) *Console {
	if o.Width == 0 {
		o.Width = usual
	}
	c := &Console{
		out:  o.Out,
		look: look{colour: o.Colour, width: min(max(o.Width, narrowest), widest)},
		turn: make(chan struct{}, 1),
	}
	c.turn <- struct{}{}
	return c
}

// Name implements [bot.Platform].
func (c *Console) Name() string { return Name }
