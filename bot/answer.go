package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

const (
	// patience is how long a command may take.
	patience = 20 * time.Second
	// suggestPatience is how long suggestions may take: what comes later helps nobody who types.
	suggestPatience = 2 * time.Second
	// longestValue is how many bytes of a value are read; addresses are the longest.
	longestValue = 2000
)

// Answer implements [Conversation].
func (t *Talk) Answer(ctx context.Context, r Request) Answer {
	c := lookUp(t.commands, r.Command)
	if c == nil {
		return refusal(t.unknown(r.Command))
	}
	if wait := t.requests.take(person(&r), t.now()); wait > 0 {
		return refusal(tooMuch(t.requests.most, "requests", wait))
	}
	if r.At.IsZero() {
		r.At = t.now()
	}
	return t.repeats.once(ctx, &r, func() (Answer, bool) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		m, err := t.do(ctx, c, r)
		return t.outcome(ctx, c, m, err)
	})
}

// do checks who asks and what, and does it.
func (t *Talk) do(ctx context.Context, c *Command, r Request) (m Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.log.Error("a command panicked", "command", c.Name, "panic", p, "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	if err := t.may(ctx, c, &r); err != nil {
		return m, err
	}
	if r.Args, err = c.read(r.Args); err != nil {
		return m, err
	}
	return c.Run(ctx, r)
}

// errPanic stands for a panic that has been logged.
var errPanic = errors.New("panic")

// outcome puts what came of a command into words, and says whether a repeat of the request may have the same
// answer: a fault of ours may be over by then.
func (t *Talk) outcome(ctx context.Context, c *Command, m Message, err error) (a Answer, final bool) {
	var refused *Refusal
	switch {
	case err == nil:
		return Answer{Message: m, Private: c.Private}, true
	case errors.As(err, &refused):
		return refusal(err), true
	case ctx.Err() != nil:
		t.log.Warn("a command took too long", "command", c.Name, "error", err)
		return refusal(refuse("That took too long.", "Ask again in a minute.")), false
	case !errors.Is(err, errPanic):
		t.log.Error("a command failed", "command", c.Name, "error", err)
	}
	return refusal(refuse("Something went wrong here, and it has been noted.",
		"Ask again in a minute. If it stays so, tell whoever runs this bot.")), false
}

func refusal(err error) Answer {
	m := Message{Headline: err.Error()}
	var r *Refusal
	if errors.As(err, &r) {
		m.Headline = Plain(r.Sentence)
		if r.Mend != "" {
			m.Lines = []string{Plain(r.Mend)}
		}
	}
	return Answer{Message: m, Private: true}
}

// read checks the arguments against the parameters, and hands out those that say something.
func (c *Command) read(args map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(args))
	for name, value := range args {
		value = Plain(value)
		if value == "" {
			continue
		}
		if !slices.ContainsFunc(c.Parameters, func(p Parameter) bool { return p.Name == name }) {
			return nil, c.misfit(name, value)
		}
		if len(value) > longestValue {
			return nil, refuse(fmt.Sprintf("What was given as %s is too long.", name), "Write less.")
		}
		out[name] = value
	}
	for _, p := range c.Parameters {
		value, have := out[p.Name]
		switch {
		case !have && p.Required:
			return nil, refuse(fmt.Sprintf("/%s needs %s: %s.", c.Name, p.Name, strings.ToLower(p.Summary[:1])+p.Summary[1:]), c.usage())
		case have && len(p.Choices) > 0:
			chosen, ok := p.choice(value)
			if !ok {
				return nil, refuse(fmt.Sprintf("%s is no value of %s.", quote(value), p.Name),
					"Choose "+either(p.values())+".")
			}
			out[p.Name] = chosen
		}
	}
	return out, nil
}

func (c *Command) misfit(name, value string) error {
	if len(c.Parameters) == 0 {
		return refuse(fmt.Sprintf("/%s takes nothing after it.", c.Name), "Send it alone.")
	}
	if name != "" {
		value = name + " " + value
	}
	return refuse(fmt.Sprintf("/%s does not understand %s.", c.Name, quote(value)), c.usage())
}

// choice finds the choice that is meant, by its value or its name.
func (p *Parameter) choice(value string) (string, bool) {
	for _, c := range p.Choices {
		if strings.EqualFold(c.Value, value) || strings.EqualFold(c.Name, value) {
			return c.Value, true
		}
	}
	return "", false
}

func (p *Parameter) values() []string {
	var values []string
	for _, c := range p.Choices {
		values = append(values, c.Value)
	}
	return values
}

// mostShown is how many choices a platform shows.
const mostShown = 25

// Suggest implements [Conversation]. Who may not use the command is shown nothing.
func (t *Talk) Suggest(ctx context.Context, r Request, parameter, typed string) (choices []Choice) {
	c := lookUp(t.commands, r.Command)
	if c == nil || t.typing.take(person(&r), t.now()) > 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, suggestPatience)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			t.log.Error("suggestions panicked", "command", c.Name, "panic", p, "stack", string(debug.Stack()))
			choices = nil
		}
	}()
	p := slices.IndexFunc(c.Parameters, func(p Parameter) bool { return p.Name == parameter })
	if p < 0 || t.may(ctx, c, &r) != nil {
		return nil
	}
	return c.Parameters[p].complete(ctx, r, Plain(typed))
}

// complete finishes what is being typed; of many values, the last.
func (p *Parameter) complete(ctx context.Context, r Request, typed string) []Choice {
	before := ""
	if at := strings.LastIndex(typed, ","); at >= 0 && p.Many {
		before, typed = typed[:at]+", ", strings.TrimSpace(typed[at+1:])
	}
	var found []Choice
	if p.Suggest != nil {
		found = p.Suggest(ctx, r, typed)
	} else {
		found = fitting(p.Choices, typed)
	}
	out := make([]Choice, 0, min(len(found), mostShown))
	for _, c := range found[:min(len(found), mostShown)] {
		out = append(out, Choice{Name: before + Plain(c.Name), Value: before + c.Value})
	}
	return out
}

// fitting are the choices that begin with what was typed, then those that hold it.
func fitting(all []Choice, typed string) []Choice {
	typed = strings.ToLower(typed)
	var begin, hold []Choice
	for _, c := range all {
		name, value := strings.ToLower(c.Name), strings.ToLower(c.Value)
		switch {
		case strings.HasPrefix(name, typed) || strings.HasPrefix(value, typed):
			begin = append(begin, c)
		case strings.Contains(name, typed) || strings.Contains(value, typed):
			hold = append(hold, c)
		}
	}
	return append(begin, hold...)
}
