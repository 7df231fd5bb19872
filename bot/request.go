package bot

import (
	"context"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Request is one thing that a person asks for: a command, or a press of a button, which is a command too.
type Request struct {
	// ID is the platform's own: the same request delivered twice has the same one.
	ID   string
	At   time.Time // when it was asked, by the platform's clock
	From Person
	// Where is the chat, and the thread in it, in which it was asked.
	Where intel.Destination
	// Server is the server or group the chat belongs to; empty in a chat with one person.
	Server intel.Audience
	// Command is a name of the table: "subscribe", "feed add".
	Command string
	// Args are the values by the parameters' names, as they were typed. What was typed and is no value of any
	// parameter stands under the empty name.
	Args map[string]string
}

// Private says whether it was asked in a chat with one person.
func (r *Request) Private() bool { return r.Server == intel.Everyone }

// Person is who asks.
type Person struct {
	ID string // the platform's
	// Admin asks the platform, now, whether this person manages the chat's server or group. It is never nil. In
	// a chat with one person it is not asked.
	Admin func(ctx context.Context) (bool, error)
}

// Answer is what a request comes to.
type Answer struct {
	Message Message
	// Private is for the asker's eyes only, where the platform can.
	Private bool
}

// Choice is one of the values that a parameter may have.
type Choice struct {
	Name  string // for people
	Value string // for Request.Args
}

// Conversation is what a platform hands on to what people do there. It is safe for concurrent use.
type Conversation interface {
	// Commands is the table, in the order of help.
	Commands() []Command
	// Answer does what is asked and says what came of it: refusals and faults are answers too. What it says has
	// been done is durable. It returns soon after ctx is over.
	Answer(ctx context.Context, r Request) Answer
	// Suggest completes what is being typed for a parameter, at most 25 choices.
	Suggest(ctx context.Context, r Request, parameter, typed string) []Choice

	// Closed says that a chat, with all its threads, cannot be written to any more; Opened, that it can again; Moved,
	// that it has another name now. Their error means that it was not kept: the event is to be handed on again.
	Closed(ctx context.Context, platform, chat, reason string) error
	Opened(ctx context.Context, platform, chat string) error
	Moved(ctx context.Context, platform, from, to string) error
}

// Listener is a platform on which people can ask.
type Listener interface {
	Platform
	// Run hands on what people do until ctx is over and then returns nil; it returns an error only when going on
	// is pointless, such as a token that was revoked. It survives everything else and says so in the log. A
	// request is handed on at least once: one that was not answered when the process died comes again.
	Run(ctx context.Context, c Conversation) error
}
