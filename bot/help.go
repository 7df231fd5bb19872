package bot

import (
	"context"
	"strings"
)

func (t *Talk) helpCommand() Command {
	return Command{
		Name:    "help",
		Summary: "Show what you can ask for",
		Example: "subscribe",
		Private: true,
		Parameters: []Parameter{{
			Name: "command", Summary: "The command to be told more of",
			Suggest: func(_ context.Context, _ Request, typed string) []Choice {
				return fitting(t.commandChoices(), strings.TrimPrefix(typed, "/"))
			},
		}},
		Run: t.help,
	}
}

func (t *Talk) commandChoices() []Choice {
	var choices []Choice
	for _, c := range t.commands {
		if !c.Hidden {
			choices = append(choices, Choice{Name: c.Name, Value: c.Name})
		}
	}
	return choices
}

func (t *Talk) help(_ context.Context, r Request) (Message, error) {
	name := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(r.Args["command"], "/"), "_", " "))
	if name != "" {
		if c := lookUp(t.commands, name); c != nil {
			return c.help(), nil
		}
		return Message{}, t.unknown(name)
	}
	m := Message{Headline: "What you can ask Faultline", Footer: "More on one: /help and its name"}
	var managers []string
	for _, c := range t.commands {
		switch {
		case c.Hidden:
		case c.Who == Anyone, t.operator(&r), r.Private() && !c.Shared:
			m.Lines = append(m.Lines, c.line())
		default:
			managers = append(managers, c.line())
		}
	}
	if len(managers) > 0 {
		m.Lines = append(m.Lines, "In a server or group, for whoever manages it:")
	}
	m.Lines = append(m.Lines, managers...)
	return m, nil
}

func (c *Command) line() string { return "/" + c.Name + " - " + c.Summary }

// help tells all there is about one command.
func (c *Command) help() Message {
	m := Message{Headline: "/" + c.Name, Lines: []string{sentence(c.Summary)}}
	for _, p := range c.Parameters {
		value := p.Summary
		if p.Required {
			value += " (needed)"
		}
		if len(p.Choices) > 0 {
			value += ": " + either(p.values())
		}
		m.Facts = append(m.Facts, Fact{p.Name, value})
	}
	if c.Example != "" {
		m.Facts = append(m.Facts, Fact{"Example", "/" + c.Name + " " + c.Example})
	}
	switch c.Who {
	case Managers:
		m.Footer = "In a server or group, for whoever manages it"
	case Operators:
		m.Footer = "For whoever runs this bot"
	}
	return m
}

// usage says how a command is written.
func (c *Command) usage() string {
	if c.Example != "" {
		return "For example: /" + c.Name + " " + c.Example
	}
	return "More on it: /help " + c.Name
}

// start is what the platforms' own "start" button sends.
func (t *Talk) startCommand() Command {
	return Command{
		Name:    "start",
		Summary: "Say what Faultline does and how to begin",
		Hidden:  true,
		Private: true,
		Parameters: []Parameter{{
			Name: "from", Summary: "What the link that led here says; it changes nothing",
		}},
		Run: t.start,
	}
}

func (t *Talk) start(context.Context, Request) (Message, error) {
	return Message{
		Headline: "Faultline watches where politics touches crypto",
		Lines: []string{
			"Internet shutdowns, power cuts, unrest, sanctions, mining bans, the hashrate, prices: one card for each " +
				"incident, kept up to date, that tells what is claimed from what is measured. Silence otherwise.",
			"/subscribe gets you everything from major up. /subscribe shutdown, power in Kazakhstan is narrower.",
			"/latest shows what is going on. /help shows the rest.",
		},
		Buttons: []Button{
			{Label: "Subscribe", Command: "subscribe"},
			{Label: "Latest", Command: "latest"},
			{Label: "Help", Command: "help"},
		},
	}, nil
}
