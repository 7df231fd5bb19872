package bot

import (
	"context"
	"fmt"
	"strconv"

	"github.com/faultlinebot/faultline/intel"
)

func (t *Talk) statusCommand() Command {
	return Command{
		Name:    "status",
		Summary: "Say how the watchers are, and how much is on the lists",
		Who:     Managers,
		Private: true,
		Shared:  true,
		Run:     t.status,
	}
}

// status is for operators and admins. An admin hears of the common list and their own server's, never of another
// one.
func (t *Talk) status(ctx context.Context, r Request) (Message, error) {
	m := Message{Headline: "How Faultline is"}
	lines, err := t.healthLines(ctx)
	if err != nil {
		return Message{}, err
	}
	m.Lines = lines
	all, err := t.feeds().Feeds(ctx)
	if err != nil {
		return Message{}, err
	}
	m.Facts = append(m.Facts, Fact{"Common feeds", countFeeds(all, func(a intel.Audience) bool { return a == intel.Everyone })})
	if !r.Private() {
		m.Facts = append(m.Facts, Fact{"Own feeds", countFeeds(all, func(a intel.Audience) bool { return a == r.Server })})
	}
	if t.operator(&r) {
		m.Facts = append(m.Facts, Fact{"Feeds of servers", countFeeds(all, func(a intel.Audience) bool { return a != intel.Everyone })})
	}
	live, err := t.live(ctx, &r, 0)
	if err != nil {
		return Message{}, err
	}
	m.Facts = append(m.Facts, Fact{"Open incidents", strconv.Itoa(len(live))})
	subs, err := t.store.ChatSubscriptions(ctx, r.Where.Platform, r.Where.Chat)
	if err != nil {
		return Message{}, err
	}
	m.Facts = append(m.Facts, Fact{"This chat", counted(len(subs), "subscription")})
	return m, nil
}

func (t *Talk) healthLines(ctx context.Context) ([]string, error) {
	if t.health == nil {
		return []string{"How the watchers are is not known to this process."}, nil
	}
	sentences, err := t.health(ctx)
	if err != nil {
		return nil, err
	}
	if len(sentences) == 0 {
		return []string{"No watcher has said anything yet."}, nil
	}
	var lines []string
	for _, s := range sentences {
		lines = append(lines, sentence(s))
	}
	return lines, nil
}

func countFeeds(all []intel.Feed, of func(intel.Audience) bool) string {
	n, paused := 0, 0
	for _, f := range all {
		if f.Removed || !of(f.Audience) {
			continue
		}
		n++
		if f.Paused {
			paused++
		}
	}
	text := strconv.Itoa(n)
	if paused > 0 {
		text += fmt.Sprintf(", %d of them paused", paused)
	}
	return text
}
