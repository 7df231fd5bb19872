package telegram

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"
)

// The waits after a fetch that failed.
const (
	shortestWait = time.Second
	longestWait  = 30 * time.Second
	conflictWait = 20 * time.Second
)

// errToken is why going on is pointless.
var errToken = errors.New("telegram refuses the token: it was revoked, or was never one; " +
	"get the bot's token from @BotFather and start again")

// trouble waits after what failed, longer each time, and says so once.
type trouble struct {
	times int
	said  string
}

// wait returns an error where waiting is of no use.
func (b *trouble) wait(ctx context.Context, t *Telegram, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	pause := min(longestWait, shortestWait<<min(b.times, 10))
	say := "telegram cannot be reached; trying again"
	no, refused := meaningOf(err)
	switch {
	case refused && no.is == tokenRefused:
		return errToken
	case refused && no.is == conflict && strings.Contains(no.text, "webhook"):
		say, pause = "the token is used elsewhere: its updates go to a webhook. Nobody is answered here until that is "+
			"taken away with deleteWebhook, or this bot has a token of its own", conflictWait
	case refused && no.is == conflict:
		say, pause = "the token is used elsewhere: another process asks for its updates. One of the two has to stop, "+
			"or to have a token of its own", conflictWait
	case refused && no.is == tooMany:
		say, pause = "telegram says to wait", max(no.after, shortestWait)
	}
	b.times++
	if b.said != say {
		b.said = say
		t.log.Warn(say, "error", err)
	}
	return sleep(ctx, pause+rand.N(pause/2+1))
}

// over notes that it works again.
func (b *trouble) over(t *Telegram) {
	if b.said != "" {
		t.log.Info("telegram is reached again", "failures", b.times)
	}
	*b = trouble{}
}
