package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Discord's limits of commands; see https://docs.discord.com/developers/interactions/application-commands.
const (
	mostCommands    = 100
	mostOptions     = 25
	mostChoices     = 25
	mostChoice      = 100
	mostSummary     = 100
	mostInCommand   = 8000
	mostCreatedADay = 200
)

var commandName = regexp.MustCompile(`^[-_\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// The kinds of option that are known here.
const (
	optionCommand = 1
	optionText    = 3
)

type command struct {
	ID          string   `json:"id,omitempty"`
	Type        int      `json:"type"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Options     []option `json:"options,omitempty"`
	Permissions *string  `json:"default_member_permissions"`
	Contexts    []int    `json:"contexts"`
	Installs    []int    `json:"integration_types"`
}

type option struct {
	Type         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required,omitempty"`
	Autocomplete bool     `json:"autocomplete,omitempty"`
	Choices      []Choice `json:"choices,omitempty"`
	Options      []option `json:"options,omitempty"`
}

// Choice is one of the values offered to a person.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Commands are the names of what people can type, "feed add", sorted.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, c := range s.commands {
		below := 0
		for _, o := range c.Options {
			if o.Type == optionCommand {
				below++
				out = append(out, c.Name+" "+o.Name)
			}
		}
		if below == 0 {
			out = append(out, c.Name)
		}
	}
	slices.Sort(out)
	return out
}

// Permissions are what a member needs to see the command, as Discord keeps it; ok is false for everybody.
func (s *Server) Permissions(name string) (permissions string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.commands {
		if c.Name == name && c.Permissions != nil {
			return *c.Permissions, true
		}
	}
	return "", false
}

// Registrations is how often the commands were written.
func (s *Server) Registrations() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.overwrites
}

func (s *Server) getCommands(r *http.Request, _ []byte) answer {
	if r.PathValue("app") != s.appID {
		return refuse(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	// Discord tells more than was said, and in an order of its own.
	out := make([]map[string]any, 0, len(s.commands))
	for _, c := range slices.Backward(s.commands) {
		var all map[string]any
		text, _ := json.Marshal(c)
		_ = json.Unmarshal(text, &all)
		all["application_id"], all["version"], all["nsfw"], all["dm_permission"] = s.appID, s.id(), false, true
		all["name_localizations"], all["description_localizations"] = nil, nil
		out = append(out, all)
	}
	return answer{status: http.StatusOK, body: out}
}

func (s *Server) putCommands(r *http.Request, body []byte) answer {
	if r.PathValue("app") != s.appID {
		return refuse(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	var all []command
	if err := strictly(body, &all); err != nil {
		s.violated("PUT commands: " + err.Error() + "\n" + string(body))
		return badForm("body", "RULE", err.Error())
	}
	if rule := checkCommands(all); rule != "" {
		s.violated("PUT commands: " + rule)
		return badForm("body", "RULE", rule)
	}
	known := make(map[string]bool)
	for _, c := range s.commands {
		known[c.Name] = true
	}
	day := time.Now().Add(-24 * time.Hour)
	s.created = slices.DeleteFunc(s.created, func(t time.Time) bool { return t.Before(day) })
	for i := range all {
		all[i].ID = s.id()
		if !known[all[i].Name] {
			s.created = append(s.created, time.Now())
		}
	}
	if len(s.created) > mostCreatedADay {
		return refuse(http.StatusTooManyRequests, 30034, "Max number of daily application command creates has been reached")
	}
	s.commands = all
	s.overwrites++
	s.happened()
	return answer{status: http.StatusOK, body: all}
}

func checkCommands(all []command) string {
	if len(all) > mostCommands {
		return fmt.Sprintf("%d commands", len(all))
	}
	seen := make(map[string]bool)
	for _, c := range all {
		if seen[c.Name] {
			return "there are two of " + c.Name
		}
		seen[c.Name] = true
		if c.Type != 1 {
			return c.Name + " is no slash command"
		}
		if c.Permissions != nil {
			if _, err := strconv.ParseUint(*c.Permissions, 10, 64); err != nil {
				return c.Name + ": the permissions are no number"
			}
		}
		top := option{Name: c.Name, Description: c.Description, Options: c.Options}
		if rule := top.check(0); rule != "" {
			return c.Name + ": " + rule
		}
		if n := top.length(); n > mostInCommand {
			return fmt.Sprintf("%s: %d characters in all", c.Name, n)
		}
	}
	return ""
}

// check says which rule the option breaks; a command is an option without a type.
func (o *option) check(depth int) string {
	switch {
	case !commandName.MatchString(o.Name) || strings.ToLower(o.Name) != o.Name:
		return "the name " + strconv.Quote(o.Name)
	case o.Description == "" || units(o.Description) > mostSummary:
		return fmt.Sprintf("the description of %s has %d characters", o.Name, units(o.Description))
	case len(o.Options) > mostOptions || len(o.Choices) > mostChoices:
		return "too much below " + o.Name
	case o.Autocomplete && len(o.Choices) > 0:
		return o.Name + " has both choices and autocomplete"
	case o.Type == optionText && len(o.Options) > 0:
		return o.Name + " is a text and has options"
	case depth > 0 && o.Type != optionText && (o.Type != optionCommand || depth > 1):
		return fmt.Sprintf("%s is of the kind %d at depth %d", o.Name, o.Type, depth)
	}
	for _, c := range o.Choices {
		if c.Name == "" || units(c.Name) > mostChoice || c.Value == "" || units(c.Value) > mostChoice {
			return "the choice " + strconv.Quote(c.Name) + " of " + o.Name
		}
	}
	seen, loose := make(map[string]bool), false
	for _, below := range o.Options {
		switch {
		case seen[below.Name]:
			return "there are two of " + below.Name
		case below.Type != o.Options[0].Type:
			return o.Name + " has both commands and values below it"
		case below.Required && loose:
			return below.Name + " is required and comes after one that is not"
		}
		seen[below.Name], loose = true, loose || !below.Required
		if rule := below.check(depth + 1); rule != "" {
			return rule
		}
	}
	return ""
}

func (o *option) length() int {
	sum := units(o.Name) + units(o.Description)
	for _, c := range o.Choices {
		sum += units(c.Name) + units(c.Value)
	}
	for _, below := range o.Options {
		sum += below.length()
	}
	return sum
}

// find is the command with that name, and its options. The server is locked.
func (s *Server) find(name string) (id string, options []option, ok bool) {
	word, below, two := strings.Cut(name, " ")
	for _, c := range s.commands {
		if c.Name != word {
			continue
		}
		if !two {
			return c.ID, c.Options, len(c.Options) == 0 || c.Options[0].Type != optionCommand
		}
		for _, o := range c.Options {
			if o.Type == optionCommand && o.Name == below {
				return c.ID, o.Options, true
			}
		}
	}
	return "", nil, false
}
