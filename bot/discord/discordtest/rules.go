package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Discord's limits of a message; see https://docs.discord.com/developers/resources/message.
const (
	mostContent     = 2000
	mostEmbeds      = 10
	mostEmbedSum    = 6000
	mostTitle       = 256
	mostDescription = 4096
	mostFields      = 25
	mostName        = 256
	mostValue       = 1024
	mostFooter      = 2048
	mostRows        = 5
	mostInRow       = 5
	mostLabel       = 80
	mostCustomID    = 100
	mostNonce       = 25
)

// The flags that a bot may set.
const (
	flagSuppressEmbeds        = 1 << 2
	flagEphemeral             = 1 << 6
	flagSuppressNotifications = 1 << 12
)

// agent is what a User-Agent has to look like; see https://docs.discord.com/developers/reference#user-agent.
var agent = regexp.MustCompile(`^DiscordBot \(https?://\S+, [^)\s]+\)`)

// payload is a message as a bot sends it. What is not in it, Discord does not know.
type payload struct {
	Content         *string      `json:"content"`
	TTS             bool         `json:"tts"`
	Embeds          []Embed      `json:"embeds"`
	Components      []row        `json:"components"`
	AllowedMentions *allowed     `json:"allowed_mentions"`
	Reference       *referenceTo `json:"message_reference"`
	Flags           int          `json:"flags"`
	Nonce           string       `json:"nonce"`
	EnforceNonce    bool         `json:"enforce_nonce"`
}

type allowed struct {
	Parse       *[]string `json:"parse"`
	Roles       []string  `json:"roles"`
	Users       []string  `json:"users"`
	RepliedUser bool      `json:"replied_user"`
}

type referenceTo struct {
	MessageID       string `json:"message_id"`
	ChannelID       string `json:"channel_id"`
	FailIfNotExists *bool  `json:"fail_if_not_exists"`
}

// Embed is a card.
type Embed struct {
	Type        string  `json:"type,omitempty"`
	Title       string  `json:"title,omitempty"`
	Description string  `json:"description,omitempty"`
	URL         string  `json:"url,omitempty"`
	Color       int     `json:"color,omitempty"`
	Timestamp   string  `json:"timestamp,omitempty"`
	Footer      *Footer `json:"footer,omitempty"`
	Fields      []Field `json:"fields,omitempty"`
}

// Footer stands below a card.
type Footer struct {
	Text string `json:"text"`
}

// Field is a named value on a card.
type Field struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline,omitempty"`
}

type row struct {
	Type       int      `json:"type"`
	ID         int      `json:"id,omitempty"`
	Components []Button `json:"components"`
}

// Button is a component that people press.
type Button struct {
	Type     int    `json:"type"`
	ID       int    `json:"id,omitempty"`
	Label    string `json:"label"`
	Style    int    `json:"style"`
	Disabled bool   `json:"disabled"`
	CustomID string `json:"custom_id"`
}

// strictly decodes what a bot sent and knows no names but ours.
func strictly(body []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	return d.Decode(to)
}

// check says which rule the message breaks, and where; it is empty for none.
func (p *payload) check(flags int) (path, rule string) {
	if p.AllowedMentions == nil || p.AllowedMentions.Parse == nil || len(*p.AllowedMentions.Parse) > 0 ||
		len(p.AllowedMentions.Roles)+len(p.AllowedMentions.Users) > 0 || p.AllowedMentions.RepliedUser {
		return "allowed_mentions", "it does not say that nobody is mentioned"
	}
	if p.Content != nil && units(*p.Content) > mostContent {
		return "content", fmt.Sprintf("%d characters", units(*p.Content))
	}
	if (p.Content == nil || strings.TrimSpace(*p.Content) == "") && len(p.Embeds) == 0 {
		return "content", "the message is empty"
	}
	if p.Flags&^flags != 0 {
		return "flags", fmt.Sprintf("%d is not all allowed here", p.Flags)
	}
	if len(p.Nonce) > mostNonce {
		return "nonce", "it is too long"
	}
	if p.EnforceNonce && p.Nonce == "" {
		return "nonce", "it is empty, and was to be enforced"
	}
	if path, rule = checkEmbeds(p.Embeds); rule != "" {
		return path, rule
	}
	return checkRows(p.Components)
}

func checkEmbeds(embeds []Embed) (path, rule string) {
	if len(embeds) > mostEmbeds {
		return "embeds", "too many"
	}
	sum := 0
	for i, e := range embeds {
		at := fmt.Sprintf("embeds.%d", i)
		if e.Title == "" && e.Description == "" && len(e.Fields) == 0 && e.Footer == nil {
			return at, "it is empty"
		}
		if len(e.Fields) > mostFields {
			return at + ".fields", "too many"
		}
		if e.Color < 0 || e.Color > 0xffffff {
			return at + ".color", "it is none"
		}
		parts := []part{{"title", e.Title, mostTitle, true}, {"description", e.Description, mostDescription, true}}
		if e.Footer != nil {
			parts = append(parts, part{"footer.text", e.Footer.Text, mostFooter, false})
		}
		for j, f := range e.Fields {
			name := fmt.Sprintf("fields.%d.", j)
			parts = append(parts, part{name + "name", f.Name, mostName, false}, part{name + "value", f.Value, mostValue, false})
		}
		for _, p := range parts {
			if rule := p.check(); rule != "" {
				return at + "." + p.name, rule
			}
			sum += units(p.text)
		}
	}
	if sum > mostEmbedSum {
		return "embeds", fmt.Sprintf("%d characters in all", sum)
	}
	return "", ""
}

// part is a text of a card.
type part struct {
	name, text string
	most       int
	may        bool // be empty
}

func (p part) check() string {
	switch {
	case units(p.text) > p.most:
		return fmt.Sprintf("%d characters", units(p.text))
	case !p.may && strings.TrimSpace(p.text) == "":
		return "it is empty"
	}
	return ""
}

func checkRows(rows []row) (path, rule string) {
	if len(rows) > mostRows {
		return "components", "too many rows"
	}
	seen := make(map[string]bool)
	for i, r := range rows {
		at := fmt.Sprintf("components.%d", i)
		if r.Type != 1 || len(r.Components) == 0 || len(r.Components) > mostInRow {
			return at, "it is no row of one to five"
		}
		for j, b := range r.Components {
			at := fmt.Sprintf("%s.components.%d", at, j)
			switch {
			case b.Type != 2 || b.Style < 1 || b.Style > 4:
				return at, "it is no button that comes back"
			case strings.TrimSpace(b.Label) == "" || units(b.Label) > mostLabel:
				return at + ".label", fmt.Sprintf("%d characters", units(b.Label))
			case b.CustomID == "" || units(b.CustomID) > mostCustomID:
				return at + ".custom_id", fmt.Sprintf("%d characters", units(b.CustomID))
			case seen[b.CustomID]:
				return at + ".custom_id", "another has the same"
			}
			seen[b.CustomID] = true
		}
	}
	return "", ""
}

// units counts characters in the dearest way that Discord may count.
func units(text string) int { return len(utf16.Encode([]rune(text))) }

// webAddress says whether a link leads to the web and to no user's name.
func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}
