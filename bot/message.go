package bot

import (
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Message is what people should see, as structure. An adapter decides the markup and escapes every text.
type Message struct {
	Severity intel.Severity
	Headline string // one line
	Lines    []string
	Facts    []Fact
	Links    []Link
	Buttons  []Button // platforms without buttons leave them out
	Footer   string
}

// Button is a command that is one press away. Its platform seals it, so that nobody presses what was not shown.
type Button struct {
	Label    string
	Command  string
	Argument string // the value of the command's first parameter; empty for none
	// Own is for the person who is answered, nobody else may press it. It stands under answers only.
	Own bool
	// Good is how long from its showing it may be pressed; zero for ever.
	Good time.Duration
}

// Fact is a named value: "Measured", "-4 % after 48 h (95 %: -16 ... +8)".
type Fact struct {
	Name  string
	Value string
}

// Link is a name and where it leads: http or https.
type Link struct {
	Name string
	URL  string
}
