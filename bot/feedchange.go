package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// feedParameter names a feed that is on the list.
func (t *Talk) feedParameter() Parameter {
	return Parameter{
		Name: "feed", Summary: "The feed's name or address", Required: true,
		Suggest: func(ctx context.Context, r Request, typed string) []Choice {
			list, err := t.ownList(&r)
			if err != nil {
				return nil
			}
			all, err := t.feedsOf(ctx, list)
			if err != nil {
				return nil
			}
			var choices []Choice
			for _, f := range all {
				choices = append(choices, Choice{Name: f.Name, Value: f.Name})
			}
			return fitting(choices, typed)
		},
	}
}

func (t *Talk) feedRemoveCommand() Command {
	return t.feedChange("feed remove", "Take a feed off your list", "Removed from",
		"It is not read any more. Incidents that it told of stay.",
		func(f *intel.Feed) bool { f.Removed, f.Paused = true, false; return true })
}

func (t *Talk) feedPauseCommand() Command {
	return t.feedChange("feed pause", "Stop reading a feed for now", "Paused on",
		"It is not read until /feed resume.",
		func(f *intel.Feed) bool { f.Paused = true; return !f.Removed })
}

func (t *Talk) feedResumeCommand() Command {
	return t.feedChange("feed resume", "Read a paused feed again", "Resumed on",
		"It is read from now on.",
		func(f *intel.Feed) bool { f.Paused = false; return !f.Removed })
}

// feedChange is a command that changes one feed, or says that it cannot. Doing it twice comes to the same.
func (t *Talk) feedChange(name, summary, done, then string, change func(*intel.Feed) bool) Command {
	return Command{
		Name: name, Summary: summary, Example: "Steppe Wire",
		Who: Managers, Private: true, Shared: true,
		Parameters: []Parameter{t.feedParameter(), listParameter()},
		Run: func(ctx context.Context, r Request) (Message, error) {
			list, err := t.ownList(&r)
			if err != nil {
				return Message{}, err
			}
			feed, err := t.findFeed(ctx, list, r.Args["feed"])
			if err != nil {
				return Message{}, err
			}
			err = t.feeds().ChangeFeed(ctx, list, feed.URL, func(f *intel.Feed) (intel.Feed, error) {
				if f == nil || !change(f) {
					return intel.Feed{}, errNoFeed
				}
				change(f)
				return *f, nil
			})
			if errors.Is(err, errNoFeed) {
				return Message{}, noFeed(list, r.Args["feed"])
			}
			return Message{
				Headline: done + " " + listName(list) + ": " + Plain(feed.Name),
				Lines:    []string{then},
				Links:    feedLinks(&feed),
			}, err
		},
	}
}

var errNoFeed = errors.New("no such feed")

func noFeed(list intel.Audience, named string) error {
	return refuse("No feed "+quote(named)+" is on "+listName(list)+".", "/feed list shows those that are.")
}

// findFeed finds a feed by its name or address; a removed one too, so that removing it again is no mistake.
func (t *Talk) findFeed(ctx context.Context, list intel.Audience, named string) (intel.Feed, error) {
	all, err := t.feeds().Feeds(ctx)
	if err != nil {
		return intel.Feed{}, err
	}
	address, _ := feedAddress(named)
	var removed *intel.Feed
	for i := range all {
		f := &all[i]
		if f.Audience != list || f.URL != address && !strings.EqualFold(f.Name, named) {
			continue
		}
		if !f.Removed {
			return *f, nil
		}
		removed = f
	}
	if removed != nil {
		return *removed, nil
	}
	return intel.Feed{}, noFeed(list, named)
}
