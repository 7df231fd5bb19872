package bot

import (
	"context"
	"errors"
	"strings"
)

// Who may use a command. In a chat with one person, that person manages the chat.
type Who int

// The three.
const (
	Anyone    Who = iota
	Managers      // admins of the server or group on what is theirs, operators of the bot on what is common
	Operators     // whoever runs the bot
)

// Command is one row of the table from which every platform makes its menus, and every request its answer.
type Command struct {
	Name       string // one or two words: "latest", "feed add"
	Summary    string // at most 100 characters, for menus and help
	Example    string // as typed after the name, for help; may be empty
	Who        Who
	Parameters []Parameter
	// Private answers are for the asker's eyes only, where the platform can: whatever sets something up.
	Private bool
	// Hidden commands stand in no menu: buttons lead to them.
	Hidden bool
	// Shared commands are about a server or group. In a chat with one person only operators may use them.
	Shared bool
	// Run does it. Who may has been checked, the parameters are known and the required ones are there.
	Run func(ctx context.Context, r Request) (Message, error)
}

// Parameter is one thing that a command may be told.
type Parameter struct {
	Name     string // lower case, one word
	Summary  string // at most 100 characters
	Required bool
	// Choices are all the values there may be, at most 25; empty where it is free.
	Choices []Choice
	// Suggest completes what is being typed, at most 25 choices; nil where there is nothing to suggest.
	Suggest func(ctx context.Context, r Request, typed string) []Choice
	// Takes says whether a bare word, or some words in a row, of a typed command are a value of it. Nil takes
	// whatever the parameters before it left.
	Takes func(words string) bool
	// Many values are written one after the other, with commas between them.
	Many bool
}

// Refusal is an error that is told to the asker as it stands.
type Refusal struct {
	Sentence string // says what is wrong
	Mend     string // says what to do, in a sentence or two; empty where the first says it
}

func (r *Refusal) Error() string { return strings.TrimSpace(r.Sentence + " " + r.Mend) }

// refuse makes a refusal.
func refuse(sentence, mend string) error { return &Refusal{Sentence: sentence, Mend: mend} }

func isRefusal(err error) bool {
	var r *Refusal
	return errors.As(err, &r)
}
