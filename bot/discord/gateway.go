package discord

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/faultlinebot/faultline/bot/pacing"
	"github.com/faultlinebot/faultline/intel"
)

// gateway keeps a session with Discord's gateway going: it decides when to connect, whether to resume or to
// identify anew, and when that is pointless.
type gateway struct {
	discord *Discord
	hear    func(event any)
	starts  *pacing.Gaps
}

// Discord takes the token away from a bot that identifies more than 1,000 times a day, and allows one identify in
// five seconds; see https://docs.discord.com/developers/events/gateway#identifying. Other processes may use the same
// token.
var identifyLimits = []pacing.Limit{{Most: 1, Over: 5 * time.Second}, {Most: 400, Over: 24 * time.Hour}}

// spareStarts are left over, as others with the token may identify in the same moment.
const spareStarts = 3

// The waits before connecting again.
const (
	firstPause   = time.Second
	longestPause = 2 * time.Minute
	// steady is how long a connection lasts that has been a good one.
	steady = time.Minute
	// mostResumes in a row fail before the session is given up.
	mostResumes = 3
)

func newGateway(d *Discord, hear func(event any)) *gateway {
	return &gateway{discord: d, hear: hear, starts: pacing.NewGaps()}
}

// run returns nil when ctx is over, and an error where it is pointless to go on.
func (g *gateway) run(ctx context.Context) error {
	var l *link
	failures, refused := 0, 0 // in a row: connections that did not last, and sessions that were not taken
	for {
		if l == nil {
			var err error
			if l, err = g.start(ctx); ctx.Err() != nil {
				return nil
			} else if err != nil {
				return err
			}
		}
		began := g.discord.now()
		taken, why := l.run(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := fatal(why); err != nil {
			return err
		}
		failures++
		if g.discord.now().Sub(began) >= steady {
			failures = 0
		}
		wait := pause(failures, why)
		g.discord.log.Info("the gateway's connection ended", "because", why, "again in", wait)
		if !sleep(ctx, wait) {
			return nil
		}
		if refused++; taken {
			refused = 0
		}
		if !l.resumable() || lost(why) || refused > mostResumes {
			l = nil
		}
	}
}

// start makes a session when an identify is allowed.
func (g *gateway) start(ctx context.Context) (*link, error) {
	for attempt := 1; ; attempt++ {
		where, wait, err := g.allowance(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case unauthorised(err):
			return nil, errToken
		case err != nil:
			wait = pause(attempt, err)
			g.discord.log.Warn("Discord does not say where its gateway is", "error", err, "again in", wait)
		case wait == 0:
			return newLink(g.discord, where, g.hear)
		default:
			g.discord.log.Warn("the gateway may be entered again later only; alerts go out all the same", "in", wait)
		}
		if !sleep(ctx, wait) {
			return nil, ctx.Err()
		}
	}
}

// allowance is where the gateway is, and how long to wait before identifying.
func (g *gateway) allowance(ctx context.Context) (where *url.URL, wait time.Duration, err error) {
	r, err := g.discord.paced(ctx, "gateway", intel.Critical, call{
		name: "find the gateway", method: http.MethodGet, path: "/gateway/bot",
	})
	if err != nil {
		return nil, 0, err
	}
	var about struct {
		URL   string `json:"url"`
		Limit struct {
			Remaining  int   `json:"remaining"`
			ResetAfter int64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := r.decode(&about); err != nil {
		return nil, 0, fmt.Errorf("find the gateway: %w", err)
	}
	if where, err = gatewayURL(about.URL); err != nil {
		return nil, 0, fmt.Errorf("find the gateway: %w", err)
	}
	if about.Limit.Remaining <= spareStarts {
		reset := time.Duration(about.Limit.ResetAfter) * time.Millisecond
		return nil, min(max(reset, time.Second), 24*time.Hour), nil
	}
	return where, g.starts.Take("identify", g.discord.now(), identifyLimits...), nil
}

// errToken ends it all: every further try would be held against the address it comes from.
var errToken = errors.New("discord: the bot's token is not valid; take the one from the Discord developer portal, " +
	"page Bot")

// sentences say what is wrong where the gateway must not be entered again; see
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
var sentences = map[int]string{
	4010: "the gateway does not take the shard",
	4011: "the bot is on so many servers that Discord demands several shards, and this release has one",
	4012: "the gateway does not speak this version of the API any more",
	4013: "the gateway does not know the events that were asked for",
	4014: "the gateway does not allow the events that were asked for; see the Discord developer portal, page Bot",
}

const (
	closeToken      = 4004
	closeSequence   = 4007
	closeSessionOut = 4009
)

// fatal is the error that ends it all, if the connection ended for such a reason.
func fatal(why error) error {
	var closed *closedError
	if !errors.As(why, &closed) {
		return nil
	}
	if closed.code == closeToken {
		return errToken
	}
	if sentence, ok := sentences[closed.code]; ok {
		return fmt.Errorf("discord: %s (close code %d)", sentence, closed.code)
	}
	return nil
}

// lost says whether the session cannot be resumed.
func lost(why error) bool {
	var closed *closedError
	var invalid *invalidSession
	switch {
	case errors.Is(why, errStuck):
		return true
	case errors.As(why, &invalid):
		return !invalid.resumable
	case errors.As(why, &closed):
		return closed.code == closeSequence || closed.code == closeSessionOut
	}
	return false
}

func unauthorised(err error) bool {
	var no *refusal
	return errors.As(err, &no) && no.status == http.StatusUnauthorized
}

// pause is how long to wait after so many failures in a row.
func pause(failures int, why error) time.Duration {
	var invalid *invalidSession
	var no *refusal
	switch {
	case errors.As(why, &invalid): // as Discord asks
		return time.Second + rand.N(4*time.Second)
	case errors.As(why, &no) && no.after > 0:
		return no.after + rand.N(time.Second)
	case errors.Is(why, errReconnect) && failures <= 1:
		return rand.N(firstPause)
	}
	high := longestPause
	if failures < 8 {
		high = min(high, firstPause<<max(failures-1, 0))
	}
	return high/2 + rand.N(high/2)
}

// sleep says whether ctx was not over.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
