package bot

import (
	"context"
	"fmt"
	"slices"

	"github.com/faultlinebot/faultline/intel"
)

// operator says whether the person runs the bot.
func (t *Talk) operator(r *Request) bool {
	return r.From.ID != "" && slices.Contains(t.operators[r.Where.Platform], r.From.ID)
}

// may refuses who may not use the command. It is asked on every way to a command: typed, pressed or suggested; what
// a platform's menus show is no protection.
func (t *Talk) may(ctx context.Context, c *Command, r *Request) error {
	switch {
	case c.Who == Anyone, t.operator(r):
		return nil
	case c.Who == Operators:
		return refuse(fmt.Sprintf("/%s is for whoever runs this bot.", c.Name), "Ask them to do it.")
	case r.Private() && c.Shared:
		return refuse(fmt.Sprintf("/%s is about a server or group, and this is a chat with one person.", c.Name),
			"Ask in a server or group that you manage.")
	case r.Private():
		return nil
	}
	admin, err := r.From.Admin(ctx)
	if err != nil {
		t.log.Warn("could not ask who manages a chat", "platform", r.Where.Platform, "error", err)
		return refuse("It cannot be told just now whether you manage this server or group.", "Ask again in a minute.")
	}
	if !admin {
		return refuse(fmt.Sprintf("/%s is for whoever manages this server or group.", c.Name), "Ask one of them to do it.")
	}
	return nil
}

// visible says whether who asks there may know of the incident.
func visible(i *intel.Incident, r *Request) bool {
	return i.Audience == intel.Everyone || i.Audience == r.Server
}

// person tells apart who asks, for as long as it is kept in mind.
func person(r *Request) string { return r.Where.Platform + "\x00" + r.From.ID }
