package bottest

import (
	"testing"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// Who is somebody who speaks to the bot.
type Who string

// The people.
const (
	Operator Who = "operator" // runs the bot, and manages no server or group
	Admin    Who = "admin"    // manages Group and nothing else
	Member   Who = "member"   // manages nothing
)

// Chat is where somebody speaks.
type Chat string

// The chats. Each of the people is in all of them.
const (
	Private Chat = "private" // between the bot and whoever speaks
	Group   Chat = "group"   // a channel of a server, or a group
	Other   Chat = "other"   // one of another server, or another group
)

// Said is what the bot answered, as the asker is shown it.
type Said struct {
	// Text is all of it: the platform's markup is taken off, what came from the message stands as it was sent.
	Text string
	// Buttons are the data, by their labels, that the platform keeps with the buttons.
	Buttons map[string]string
	// Hidden says that nobody but the asker was shown it.
	Hidden bool
}

// Speaker is a platform set up for one conversation, with people on it who speak by its own means: they type, choose
// from menus and press buttons at the server that plays the platform.
type Speaker struct {
	Listener bot.Listener
	// Person is the platform's ID of somebody, the one in bot.Person.
	Person func(Who) string
	// Server is the audience of a chat that is not Private, the one in bot.Request.
	Server func(Chat) intel.Audience
	// Say asks for a command and waits for the answer. The arguments are by the parameters' names. Where people
	// type, the line may be Line of the two.
	Say func(t *testing.T, who Who, in Chat, command string, args map[string]string) Said
	// Press sends the data of a button, or data that no button ever had, as a client can, and waits for the answer.
	Press func(t *testing.T, who Who, in Chat, data string) Said
	// Suggest returns the values that are offered while somebody types.
	Suggest func(t *testing.T, who Who, in Chat, command, parameter, typed string) []string
	// Lacks names what the platform does not have: leaving it out fails the suite.
	Lacks []Feature
}

// Feature is something that not every platform has.
type Feature string

// The features.
const (
	Others      Feature = "others"      // people beside the operator, and chats beside Private
	Buttons     Feature = "buttons"     // and with them Press
	Suggestions Feature = "suggestions" // and with them Suggest
	Typing      Feature = "typing"      // people can ask for what is in no menu
	Secrets     Feature = "secrets"     // answers that only the asker is shown
)

// Line writes a command as people type it.
func Line(command string, args map[string]string) string {
	line := "/" + command
	for _, name := range sorted(args) {
		line += " " + name + `="` + args[name] + `"`
	}
	return line
}
