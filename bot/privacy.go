package bot

import (
	"context"
	"time"
)

func (t *Talk) privacyCommand() Command {
	return Command{
		Name:    "privacy",
		Summary: "Say what is kept about you and this chat, and for how long",
		Private: true,
		Run: func(context.Context, Request) (Message, error) {
			return Message{
				Headline: "What Faultline keeps",
				Facts: []Fact{
					{"Of you", "nothing. Who asks is kept in memory for a minute or two, to keep the bot usable, and for " +
						"the last few hundred answers, so that a repeat is not done twice. None of it is written down"},
					{"Of this chat", "its number at the platform, and in a server or group that one's number; what it is " +
						"subscribed to and has muted; which cards and messages it was sent. In a chat with one person the " +
						"number may be that person's own"},
					{"How long", "subscriptions until they are ended. Cards and messages until the chat is erased"},
					{"Of a server", "the feeds that its admins have added, and not who added them; removed ones are kept " +
						"as removed"},
					{"Never", "names of people, what is written in a chat, who is in it"},
					{"To erase it", "/forgetme in a chat with the bot"},
				},
			}, nil
		},
	}
}

func (t *Talk) forgetMeCommand() Command {
	return Command{
		Name:    "forgetme",
		Summary: "Erase all that is kept of this chat",
		Private: true,
		Parameters: []Parameter{{
			Name: "sure", Summary: "Write yes to erase it at once",
			Choices: []Choice{{Name: "yes", Value: "yes"}},
			Takes:   func(words string) bool { return words == "yes" },
		}},
		Run: t.forgetMe,
	}
}

// sureFor is how long after being asked somebody is believed to mean it still.
const sureFor = 10 * time.Minute

// forgetMe erases a chat with one person, once they are sure. In a server or group nothing is kept of a person, and
// what is kept of the chat is not theirs alone to erase.
func (t *Talk) forgetMe(ctx context.Context, r Request) (Message, error) {
	if !r.Private() {
		return Message{
			Headline: "Nothing is kept of you here",
			Lines: []string{
				"What is kept belongs to this server or group. Its subscriptions end with " +
					"/unsubscribe all, and whoever manages it ends its feeds with /feed remove.",
				"For what is kept of your own chat with the bot, write /forgetme there. /privacy says what is kept.",
			},
		}, nil
	}
	if r.Args["sure"] != "yes" {
		return Message{
			Headline: "Erase all that is kept of this chat?",
			Lines: []string{
				"Its subscriptions, its mutes and the record of what it was sent will be gone, and no card will come any more.",
				"The messages themselves stay: delete the chat to be rid of them.",
				"To go on, press the button within ten minutes or write /forgetme yes.",
			},
			Buttons: []Button{{Label: "Erase everything", Command: "forgetme", Argument: "yes", Own: true, Good: sureFor}},
		}, nil
	}
	defer t.chats.lock(r.Where.Platform, r.Where.Chat)()
	if err := t.store.EraseChat(ctx, r.Where.Platform, r.Where.Chat); err != nil {
		return Message{}, err
	}
	t.repeats.forget(&r)
	return Message{
		Headline: "Erased: nothing is kept of this chat any more",
		Lines:    []string{"/subscribe begins anew."},
	}, nil
}
