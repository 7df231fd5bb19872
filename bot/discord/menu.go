package discord

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// What Discord takes of commands; see
// https://docs.discord.com/developers/interactions/application-commands#application-command-object.
const (
	mostChoices = 25
	mostChoice  = 100
	mostSummary = 100
)

// entry is a slash command as Discord keeps it. discordgo's own type says null where Discord has nothing, and could
// not be compared.
type entry struct {
	Type        discordgo.ApplicationCommandType `json:"type"`
	Name        string                           `json:"name"`
	Description string                           `json:"description"`
	Options     []option                         `json:"options,omitempty"`
	// Permissions are what a member needs where the server's admins say nothing else; nil for everybody.
	Permissions *string `json:"default_member_permissions"`
	Contexts    []int   `json:"contexts"`
	Installs    []int   `json:"integration_types"`
}

// option is a parameter, or a command below another.
type option struct {
	Type         discordgo.ApplicationCommandOptionType `json:"type"`
	Name         string                                 `json:"name"`
	Description  string                                 `json:"description"`
	Required     bool                                   `json:"required,omitempty"`
	Autocomplete bool                                   `json:"autocomplete,omitempty"`
	Choices      []offer                                `json:"choices,omitempty"`
	Options      []option                               `json:"options,omitempty"`
}

// offer is a choice.
type offer struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// menu makes slash commands of the table: "feed add" stands below "feed". Where "feed" is a command too, which
// Discord cannot have beside it, it stands there as "feed feed".
func menu(table []bot.Command) []entry {
	groups := make(map[string]int) // how many commands begin with the word
	for _, c := range table {
		if !c.Hidden {
			groups[first(c.Name)]++
		}
	}
	var out []entry
	for _, c := range table {
		if c.Hidden {
			continue
		}
		name := first(c.Name)
		if name == c.Name && groups[name] == 1 {
			out = append(out, newEntry(name, short(c.Summary, mostSummary), c.Who))
			out[len(out)-1].Options = options(c.Parameters)
			continue
		}
		at := slices.IndexFunc(out, func(e entry) bool { return e.Name == name })
		if at < 0 {
			out = append(out, newEntry(name, name, c.Who))
			at = len(out) - 1
		}
		e := &out[at]
		e.Options = append(e.Options, option{
			Type: discordgo.ApplicationCommandOptionSubCommand, Name: last(c.Name), // of "feed" itself, too
			Description: short(c.Summary, mostSummary), Options: options(c.Parameters),
		})
		e.loosen(c.Who)
		e.Description = below(e.Options)
	}
	slices.SortFunc(out, func(a, b entry) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func newEntry(name, description string, who bot.Who) entry {
	return entry{
		Type: discordgo.ChatApplicationCommand, Name: name, Description: description, Permissions: permissions(who),
		Contexts: []int{int(discordgo.InteractionContextGuild), int(discordgo.InteractionContextBotDM)},
		Installs: []int{int(discordgo.ApplicationIntegrationGuildInstall)},
	}
}

// permissions is who sees a command at first: a server's managers theirs, and its administrators those that are for
// whoever runs the bot, who may be one of them. Whether somebody may is asked again with each use.
func permissions(who bot.Who) *string {
	text := strconv.Itoa(discordgo.PermissionManageGuild)
	switch who {
	case bot.Managers:
	case bot.Operators:
		text = "0"
	default:
		return nil
	}
	return &text
}

// loosen lets whoever may use one of the commands below see them all: Discord has one answer for all of them.
func (e *entry) loosen(who bot.Who) {
	p := permissions(who)
	if p == nil || e.Permissions != nil && *e.Permissions == "0" {
		e.Permissions = p
	}
}

// below says what stands below a word.
func below(options []option) string {
	names := make([]string, 0, len(options))
	for _, o := range options {
		names = append(names, o.Name)
	}
	return short(strings.Join(names, ", "), mostSummary)
}

// options makes Discord's of the parameters: it wants the required ones first.
func options(parameters []bot.Parameter) []option {
	var out []option
	for _, p := range parameters {
		o := option{
			Type: discordgo.ApplicationCommandOptionString, Name: p.Name,
			Description: short(p.Summary, mostSummary), Required: p.Required,
			Autocomplete: p.Suggest != nil && (len(p.Choices) == 0 || p.Many),
		}
		if !p.Many { // a choice would be the only value
			for _, c := range p.Choices {
				o.Choices = append(o.Choices, offer{Name: short(c.Name, mostChoice), Value: c.Value})
			}
		}
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b option) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return out
}

// doubled is what a command of one word is called where others stand below that word.
func doubled(name string) string { return name + " " + last(name) }

func first(name string) string {
	word, _, _ := strings.Cut(name, " ")
	return word
}

func last(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] }

// keepMenu sees to it that Discord shows the table, and goes on trying. It is compared first: Discord takes 200 new
// commands a day, and people's clients load what has changed.
func (l *listener) keepMenu(ctx context.Context) {
	const longest = time.Hour
	wait := time.Second
	for {
		err := l.setMenu(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		if unauthorised(err) {
			return // which the gateway says
		}
		l.log.Warn("Discord does not have the commands yet", "error", err, "again in", wait)
		if !sleep(ctx, wait) {
			return
		}
		wait = min(2*wait, longest)
	}
}

func (l *listener) setMenu(ctx context.Context) error {
	wanted := menu(l.conversation.Commands())
	var app struct {
		ID string `json:"id"`
	}
	if err := l.fetch(ctx, "/applications/@me", &app); err != nil {
		return err
	}
	if !isID(app.ID) {
		return fmt.Errorf("find the application: its id is none")
	}
	path := "/applications/" + app.ID + "/commands"
	var there []entry
	if err := l.fetch(ctx, path, &there); err != nil {
		return err
	}
	slices.SortFunc(there, func(a, b entry) int { return strings.Compare(a.Name, b.Name) })
	if reflect.DeepEqual(there, wanted) {
		return nil
	}
	_, err := l.paced(ctx, "commands", intel.Critical, call{
		name: "register commands", method: http.MethodPut, path: path, body: wanted,
	})
	if err == nil {
		l.log.Info("Discord has the commands", "commands", len(wanted))
	}
	return err
}

func (l *listener) fetch(ctx context.Context, path string, to any) error {
	c := call{name: "read what is registered", method: http.MethodGet, path: path}
	r, err := l.paced(ctx, "commands", intel.Critical, c)
	if err != nil {
		return err
	}
	if err := r.decode(to); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}
