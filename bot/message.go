package bot

import "github.com/faultlinebot/faultline/intel"

// Message is what people should see, as structure. An adapter decides the markup and escapes every text.
type Message struct {
	Severity intel.Severity
	Headline string // one line
	Lines    []string
	Facts    []Fact
	Links    []Link
	Footer   string
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
