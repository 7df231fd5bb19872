package telegramtest

import "regexp"

// command is a line of a menu.
type command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

const mostCommands = 100

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func scope(p params) string {
	if p["scope"] == "" {
		return `{"type":"default"}`
	}
	return p["scope"]
}

func (s *Server) getMyCommands(p params) (any, *refusal) {
	menu := s.menus[scope(p)+p["language_code"]]
	if menu == nil {
		menu = []command{}
	}
	return menu, nil
}

func (s *Server) setMyCommands(p params) (any, *refusal) {
	var menu []command
	if no := p.object("commands", &menu); no != nil {
		return nil, no
	}
	if len(menu) > mostCommands {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range menu {
		if !commandName.MatchString(c.Command) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := units(c.Description); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.menus[scope(p)+p["language_code"]] = menu
	return true, nil
}

// Menu is the names of the commands that clients show in a scope, such as "default".
func (s *Server) Menu(of string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, c := range s.menus[`{"type":"`+of+`"}`] {
		out = append(out, c.Command)
	}
	return out
}
