// Package console is the platform without a token: it prints cards to a writer, coloured for a terminal or plain
// for a file or a pipe. It serves local runs, replay and tests, and shows that bot favours no chat network.
//
// A receipt is the running number of the message, "7", or "7.2" for a reply to it. What is printed cannot be
// taken back: an edit prints the card again as it now stands. Numbers start anew with each process, so a repeat
// of a message whose sender died is not recognised and prints once more.
//
// Commands are typed with their slash or without. The terminal is the operator's: who types there is Person.
package console

import (
	"cmp"
	"io"
	"time"

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
	// In is where whoever sits at the terminal types; nil where nobody does.
	In io.Reader
	// Chat is the word in Destination.Chat of what is asked here: where the cards of this terminal go. Usually
	// "stdout".
	Chat string
	// Now says when something was typed. Nil is the wall's clock.
	Now func() time.Time
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
	in      io.Reader
	chat    string
	now     func() time.Time
	look    look
	turn    chan struct{} // holds one token; whoever has it may write and touch what is below
	sent    int           // number of the last message
	replies int
}

var _ bot.Listener = (*Console)(nil)

// New returns a console that prints as the options say.
func New(o Options) *Console {
	if o.Width == 0 {
		o.Width = usual
	}
	c := &Console{
		out:  o.Out,
		in:   o.In,
		chat: cmp.Or(o.Chat, "stdout"),
		now:  o.Now,
		look: look{colour: o.Colour, width: min(max(o.Width, narrowest), widest)},
		turn: make(chan struct{}, 1),
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.turn <- struct{}{}
	return c
}

// Name implements [bot.Platform].
func (c *Console) Name() string { return Name }
