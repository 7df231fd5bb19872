package discordtest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	// firstWord is how long Discord waits for the first word of an answer, and tokenLife for the rest; see
	// https://docs.discord.com/developers/interactions/receiving-and-responding.
	firstWord = 3 * time.Second
	tokenLife = 15 * time.Minute
)

// Permissions that a Person may have.
const (
	Administrator = 1 << 3
	ManageGuild   = 1 << 5
)

// The kinds of interaction, and of first words.
const (
	kindCommand      = 2
	kindComponent    = 3
	kindAutocomplete = 4

	wordMessage  = 4
	wordDeferred = 5
	wordChoices  = 8
)

// Person is who uses the bot.
type Person struct {
	ID string
	// Permissions the person has in the channel's server.
	Permissions int64
}

// Interaction is one thing that a person did, and what came of it.
type Interaction struct {
	ID     string
	server *Server
	token  string
	kind   int
	who    Person
	at     Channel
	made   time.Time

	// Under the server's lock.
	first    time.Time // when the first word came
	deferred bool
	private  bool // what was deferred
	message  *Message
	choices  []Choice
	refused  string // why the person could not do it
}

// RunCommand has the person type a command: "feed add". A client offers only what was registered, and so does this.
func (s *Server) RunCommand(p Person, at Channel, name string, options map[string]string) *Interaction {
	return s.command(p, at, name, options, "")
}

// Autocomplete has the person begin to type the value of an option of a command.
func (s *Server) Autocomplete(p Person, at Channel, name, option, typed string) *Interaction {
	return s.command(p, at, name, map[string]string{option: typed}, option)
}

func (s *Server) command(p Person, at Channel, name string, values map[string]string, focused string) *Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := kindCommand
	if focused != "" {
		kind = kindAutocomplete
	}
	i := s.interact(p, at, kind)
	id, known, ok := s.find(name)
	if !ok {
		i.refused = "there is no command " + name
		return i
	}
	options := []any{}
	for _, o := range known {
		value, given := values[o.Name]
		switch {
		case !given && o.Required && focused == "":
			i.refused = o.Name + " is required"
		case given && focused == "" && len(o.Choices) > 0 &&
			!slices.ContainsFunc(o.Choices, func(c Choice) bool { return c.Value == value }):
			i.refused = o.Name + " has no choice " + value
		case given && focused == o.Name && !o.Autocomplete:
			i.refused = o.Name + " is not completed"
		}
		if given {
			one := map[string]any{"type": optionText, "name": o.Name, "value": value}
			if focused == o.Name {
				one["focused"] = true
			}
			options = append(options, one)
		}
	}
	for given := range maps.Keys(values) {
		if !slices.ContainsFunc(known, func(o option) bool { return o.Name == given }) {
			i.refused = name + " has no option " + given
		}
	}
	word, below, two := strings.Cut(name, " ")
	if two {
		options = []any{map[string]any{"type": optionCommand, "name": below, "options": options}}
	}
	s.send(i, map[string]any{"id": id, "name": word, "type": 1, "options": options})
	return i
}

// Click has the person press the button with that label on the message.
func (s *Server) Click(p Person, message Message, label string) *Interaction {
	for _, b := range message.Buttons {
		if b.Label == label {
			return s.Press(p, message, b.CustomID)
		}
	}
	return &Interaction{server: s, refused: "the message has no button " + label}
}

// Press has the person's client send the custom id, be it on the message or not.
func (s *Server) Press(p Person, message Message, customID string) *Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := Channel{ID: message.Channel}
	if c := s.channels[message.Channel]; c != nil {
		at = c.Channel
	}
	i := s.interact(p, at, kindComponent)
	s.send(i, map[string]any{"custom_id": customID, "component_type": 2}, "message", message.wire(s.botID))
	return i
}

// interact makes an interaction. The server is locked.
func (s *Server) interact(p Person, at Channel, kind int) *Interaction {
	id := s.id()
	i := &Interaction{
		ID: id, server: s, token: "aW50ZXJhY3Rpb24.secret-of-an-interaction." + id, kind: kind, who: p, at: at,
		made: time.Now(),
	}
	s.interactions[i.token] = i
	return i
}

// send tells the bot. The server is locked.
func (s *Server) send(i *Interaction, data map[string]any, more ...any) {
	if i.refused != "" {
		return
	}
	s.gateway.dispatch("INTERACTION_CREATE", i.event(data, more...))
}

func (i *Interaction) event(data map[string]any, more ...any) map[string]any {
	user := map[string]any{"id": i.who.ID, "username": "somebody", "discriminator": "0", "bot": false}
	event := map[string]any{
		"id": i.ID, "application_id": i.server.appID, "type": i.kind, "token": i.token, "version": 1, "data": data,
		"channel_id": i.at.ID, "locale": "en-GB", "app_permissions": "2048", "entitlements": []any{},
		"authorizing_integration_owners": map[string]string{"0": "1"}, "channel": map[string]any{"id": i.at.ID, "type": 0},
	}
	if i.at.Guild == "" {
		event["user"], event["context"] = user, 1
	} else {
		event["guild_id"], event["context"], event["guild_locale"] = i.at.Guild, 0, "en-US"
		event["member"] = map[string]any{
			"user": user, "permissions": strconv.FormatInt(i.who.Permissions, 10), "roles": []any{},
			"joined_at": "2022-01-05T10:30:00Z", "deaf": false, "mute": false, "flags": 0,
		}
	}
	for n := 0; n+1 < len(more); n += 2 {
		event[more[n].(string)] = more[n+1]
	}
	return event
}

// RunUnlisted has the person run a command that is in no menu: of a menu that was another one a moment ago, say.
func (s *Server) RunUnlisted(p Person, at Channel, name string, options map[string]string) *Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.interact(p, at, kindCommand)
	all := []any{}
	for _, option := range slices.Sorted(maps.Keys(options)) {
		all = append(all, map[string]any{"type": optionText, "name": option, "value": options[option]})
	}
	s.send(i, map[string]any{"id": s.id(), "name": name, "type": 1, "options": all})
	return i
}

// Again has the gateway deliver the interaction of a command once more.
func (i *Interaction) Again(name string) {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	i.server.gateway.dispatch("INTERACTION_CREATE", i.event(map[string]any{
		"id": "1", "name": name, "type": 1, "options": []any{},
	}))
}

// Late has a command arrive at the bot so long after the person typed it.
func (s *Server) Late(p Person, at Channel, name string, by time.Duration) *Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.interact(p, at, kindCommand)
	i.made = i.made.Add(-by)
	i.ID = s.idAt(i.made)
	s.send(i, map[string]any{"id": "1", "name": name, "type": 1, "options": []any{}})
	return i
}

// Token is the interaction's secret.
func (i *Interaction) Token() string { return i.token }

// Result is what the person sees in the end.
type Result struct {
	Message Message
	Choices []Choice
	// Took is how long the first word took.
	Took time.Duration
	// Deferred says that the answer was promised first.
	Deferred bool
}

// Answer waits for what the person sees, and fails the test where that is nothing.
func (i *Interaction) Answer(t testing.TB) Result {
	t.Helper()
	r, err := i.Wait(tokenLife)
	if err != nil {
		t.Fatalf("discordtest: %v\n%s", err, strings.Join(i.server.Violations(), "\n"))
	}
	return r
}

// Wait waits for what the person sees.
func (i *Interaction) Wait(longest time.Duration) (Result, error) {
	if i.refused != "" {
		return Result{}, fmt.Errorf("the person cannot do this: %s", i.refused)
	}
	s := i.server
	over := time.NewTimer(longest)
	defer over.Stop()
	first := time.NewTimer(time.Until(i.made.Add(firstWord)))
	defer first.Stop()
	for {
		changed := s.change()
		r, _, done := i.look()
		if done {
			return r, nil
		}
		select {
		case <-changed:
		case <-first.C:
			if !i.Spoken() {
				return Result{}, fmt.Errorf("the application did not respond")
			}
		case <-over.C:
			return Result{}, fmt.Errorf("the bot is still thinking after %v", longest)
		}
	}
}

// Spoken says whether the bot said anything yet, and be it that an answer is on its way.
func (i *Interaction) Spoken() bool {
	_, spoken, _ := i.look()
	return spoken
}

// look is how the interaction stands.
func (i *Interaction) look() (r Result, spoken, done bool) {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	spoken = !i.first.IsZero()
	r = Result{Took: i.first.Sub(i.made), Deferred: i.deferred, Choices: i.choices}
	if i.message != nil {
		r.Message = i.message.clone()
	}
	return r, spoken, spoken && (i.message != nil || i.kind == kindAutocomplete)
}

func (s *Server) postCallback(r *http.Request, body []byte) answer {
	i := s.interactions[r.PathValue("token")]
	switch {
	case i == nil || i.ID != r.PathValue("id") || time.Since(i.made) > firstWord:
		return refuse(http.StatusNotFound, 10062, "Unknown interaction")
	case !i.first.IsZero():
		return refuse(http.StatusBadRequest, 40060, "Interaction has already been acknowledged")
	}
	no := i.hear(body)
	if no != nil {
		return *no
	}
	i.first = time.Now()
	s.happened()
	return answer{status: http.StatusNoContent}
}

// hear takes the first word in.
func (i *Interaction) hear(body []byte) *answer {
	var kind struct {
		Type int `json:"type"`
		Data any `json:"data"`
	}
	s := i.server
	wrong := func(rule string) *answer {
		s.violated("callback: " + rule + "\n" + string(body))
		no := badForm("data", "RULE", rule)
		return &no
	}
	if err := strictly(body, &kind); err != nil {
		return wrong(err.Error())
	}
	if (kind.Type == wordChoices) != (i.kind == kindAutocomplete) {
		return wrong("this kind of answer does not go with that kind of question")
	}
	switch kind.Type {
	case wordMessage:
		var word struct {
			Type int     `json:"type"`
			Data payload `json:"data"`
		}
		if err := strictly(body, &word); err != nil {
			return wrong(err.Error())
		}
		if path, rule := word.Data.check(flagSuppressEmbeds | flagEphemeral); rule != "" {
			return wrong(path + ": " + rule)
		}
		i.say(&word.Data, word.Data.Flags)
	case wordDeferred:
		var word struct {
			Type int `json:"type"`
			Data struct {
				Flags           int     `json:"flags"`
				AllowedMentions allowed `json:"allowed_mentions"`
			} `json:"data"`
		}
		if err := strictly(body, &word); err != nil {
			return wrong(err.Error())
		}
		if word.Data.Flags&^flagEphemeral != 0 {
			return wrong("flags")
		}
		i.deferred, i.private = true, word.Data.Flags&flagEphemeral != 0
	case wordChoices:
		var word struct {
			Type int `json:"type"`
			Data struct {
				Choices *[]Choice `json:"choices"`
			} `json:"data"`
		}
		if err := strictly(body, &word); err != nil {
			return wrong(err.Error())
		}
		if word.Data.Choices == nil || len(*word.Data.Choices) > mostChoices {
			return wrong("it wants a list of at most 25")
		}
		for _, c := range *word.Data.Choices {
			if c.Name == "" || units(c.Name) > mostChoice || c.Value == "" || units(c.Value) > mostChoice {
				return wrong("the choice " + c.Name)
			}
		}
		i.choices = *word.Data.Choices
	default:
		return wrong("this bot has no such answers")
	}
	return nil
}

// say shows the answer. The server is locked.
func (i *Interaction) say(p *payload, flags int) {
	m := &Message{ID: i.server.id(), Channel: i.at.ID, At: time.Now(), Asked: i.who.ID}
	m.fill(p)
	m.Flags = flags
	i.message = m
	i.server.keep(m)
}

// promised finds the interaction whose token it is. The server is locked.
func (s *Server) promised(r *http.Request) (*Interaction, *answer) {
	i := s.interactions[r.PathValue("token")]
	var no answer
	switch {
	case i == nil || r.PathValue("app") != s.appID:
		no = refuse(http.StatusNotFound, 10015, "Unknown Webhook")
	case time.Since(i.made) > tokenLife:
		no = refuse(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	case i.first.IsZero():
		no = refuse(http.StatusNotFound, 10015, "Unknown Webhook")
	default:
		return i, nil
	}
	return nil, &no
}

func (s *Server) patchOriginal(r *http.Request, body []byte) answer {
	i, no := s.promised(r)
	if no != nil {
		return *no
	}
	p, no := s.read("PATCH @original", body, flagSuppressEmbeds)
	if no != nil {
		return *no
	}
	switch {
	case i.message != nil:
		s.edit(i.message, p)
	case i.deferred:
		flags := p.Flags
		if i.private {
			flags |= flagEphemeral
		}
		i.say(p, flags)
	default:
		return refuse(http.StatusNotFound, 10008, "Unknown Message")
	}
	return answer{status: http.StatusOK, body: i.message.wire(s.botID)}
}

func (s *Server) deleteOriginal(r *http.Request, _ []byte) answer {
	i, no := s.promised(r)
	if no != nil {
		return *no
	}
	i.deferred = false
	if i.message != nil {
		i.message.Deleted = true
	}
	return answer{status: http.StatusNoContent}
}

func (s *Server) postFollowUp(r *http.Request, body []byte) answer {
	i, no := s.promised(r)
	if no != nil {
		return *no
	}
	p, no := s.read("POST follow-up", body, flagSuppressEmbeds|flagEphemeral)
	if no != nil {
		return *no
	}
	i.say(p, p.Flags)
	return answer{status: http.StatusOK, body: i.message.wire(s.botID)}
}
