package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

func (t *Talk) subscriptionsCommand() Command {
	return Command{
		Name:    "subscriptions",
		Summary: "List what this chat is subscribed to",
		Private: true,
		Run:     t.listSubscriptions,
	}
}

func (t *Talk) listSubscriptions(ctx context.Context, r Request) (Message, error) {
	all, err := t.store.ChatSubscriptions(ctx, r.Where.Platform, r.Where.Chat)
	if err != nil {
		return Message{}, err
	}
	if len(all) == 0 {
		return Message{
			Headline: "This chat has no subscription",
			Lines:    []string{"/subscribe begins one: with nothing after it for everything from major up."},
		}, nil
	}
	names := numbers(all)
	m := Message{Headline: "This chat has " + counted(len(all), "subscription")}
	for i := range all {
		m.Lines = append(m.Lines, t.subscriptionLine(&all[i], names[i], &r))
	}
	m.Footer = "To end one: /unsubscribe and its number. To end all: /unsubscribe all"
	return m, nil
}

func (t *Talk) subscriptionLine(s *intel.Subscription, number string, r *Request) string {
	line := number + ": " + t.cards().wanted(s.Filter)
	if s.Digest {
		line += ", as a digest"
	}
	if s.Destination.Thread != r.Where.Thread {
		line += ", in another thread of this chat"
		if s.Destination.Thread == "" {
			line += ", the main one"
		}
	}
	if n := len(activeMutes(s.Mutes, t.now())); n > 0 {
		line += ", with " + counted(n, "mute")
	}
	if s.Paused != "" {
		line += " - paused: " + sentenceEnd(s.Paused)
	}
	return line
}

// numbers are what people call subscriptions by: the number, or where two have the same, the id.
func numbers(all []intel.Subscription) []string {
	names, count := make([]string, len(all)), make(map[string]int)
	for i, s := range all {
		names[i] = subscriptionNumber(s.ID)
		count[names[i]]++
	}
	for i, s := range all {
		if count[names[i]] > 1 {
			names[i] = s.ID
		}
	}
	return names
}

func (t *Talk) unsubscribeCommand() Command {
	return Command{
		Name:    "unsubscribe",
		Summary: "End a subscription of this chat, or all of them",
		Example: "4711",
		Private: true,
		Parameters: []Parameter{{
			Name: "which", Summary: "The number that /subscriptions shows, or all", Required: true,
			Suggest: t.suggestSubscriptions,
		}},
		Run: t.unsubscribe,
	}
}

func (t *Talk) suggestSubscriptions(ctx context.Context, r Request, typed string) []Choice {
	all, err := t.store.ChatSubscriptions(ctx, r.Where.Platform, r.Where.Chat)
	if err != nil || len(all) == 0 {
		return nil
	}
	names := numbers(all)
	var choices []Choice
	for i := range all {
		choices = append(choices, Choice{Name: t.subscriptionLine(&all[i], names[i], &r), Value: names[i]})
	}
	// Of 25 that fit, all is the one that must not be left out.
	choices = append([]Choice{{Name: "all of them", Value: "all"}}, choices...)
	return fitting(choices, typed)
}

// unsubscribe ends what is named. What is not there any more is ended already.
func (t *Talk) unsubscribe(ctx context.Context, r Request) (Message, error) {
	defer t.chats.lock(r.Where.Platform, r.Where.Chat)()
	all, err := t.store.ChatSubscriptions(ctx, r.Where.Platform, r.Where.Chat)
	if err != nil {
		return Message{}, err
	}
	which := strings.ToLower(strings.TrimLeft(r.Args["which"], "#"))
	names := numbers(all)
	var ended []intel.Subscription
	for i, s := range all {
		if which == "all" || which == names[i] || which == s.ID {
			ended = append(ended, s)
		}
	}
	if len(ended) == 0 {
		return Message{}, notSubscribed(which, len(all))
	}
	m := titled("Ended", t.cards().wanted(ended[0].Filter))
	if which == "all" {
		m = Message{Headline: "Ended " + counted(len(ended), "subscription")}
	}
	for _, s := range ended {
		if err := t.store.Unsubscribe(ctx, s.ID); err != nil {
			return Message{}, err
		}
	}
	m.Lines = append(m.Lines, "Cards that are out stay. They are kept up to date only where another subscription wants them.")
	if left := len(all) - len(ended); left > 0 {
		m.Lines = append(m.Lines, counted(left, "subscription")+" of this chat "+goOn(left)+".")
	} else {
		m.Lines = append(m.Lines, "This chat has none left. /subscribe begins one.")
	}
	return m, nil
}

func goOn(n int) string {
	if n == 1 {
		return "goes on"
	}
	return "go on"
}

func notSubscribed(which string, have int) error {
	if have == 0 {
		return refuse("This chat has no subscription any more.", "/subscribe begins one.")
	}
	return refuse(fmt.Sprintf("This chat has no subscription %s, or none any more.", quote(which)),
		"/subscriptions lists what there is.")
}
