package discord

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/bot"
)

// Discord's codes that mean something to us; see
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
const (
	codeUnknownChannel     = 10003
	codeUnknownGuild       = 10004
	codeUnknownMessage     = 10008
	codeUnknownUser        = 10013
	codeUnknownWebhook     = 10015
	codeUnknownInteraction = 10062
	codeExplicit           = 20009
	codeSlowMode           = 20016
	codeAnnouncementEdits  = 20022
	codeChannelWrites      = 20028
	codeServerWrites       = 20029
	codeDailyCommands      = 30034
	codeOldEdits           = 30046
	codeSendingDisabled    = 40004
	codeTooLarge           = 40005
	codeFeatureDisabled    = 40006
	codeBanned             = 40007
	codeAnswered           = 40060
	codeTagNeeded          = 40067
	codeBadAgent           = 40333
	codeMissingAccess      = 50001
	codeNotInDM            = 50003
	codeNotToUser          = 50007
	codeNotInChannel       = 50008
	codeVerification       = 50009
	codeMissingPermission  = 50013
	codeWrongChannelType   = 50024
	codeWebhookToken       = 50027 // an interaction's, which is over
	codeBadForm            = 50035
	codeArchived           = 50083
	codeLocation           = 50095
	codeOverloaded         = 130000
	codeNoHistory          = 160002
	codeLocked             = 160005
	codeAutoMod            = 200000
	codeAutoModTitle       = 200001
	codeHarmfulLink        = 240000
)

// unreachable are the codes of chats that cannot be written to, and why in the words of whoever asks.
var unreachable = map[int]bot.UnreachableError{
	codeUnknownChannel:    {Reason: "the channel is gone"},
	codeUnknownGuild:      {Reason: "the server is gone, or the bot was removed from it"},
	codeUnknownUser:       {Reason: "the user is gone"},
	codeUnknownWebhook:    {Reason: "the webhook is gone"},
	codeNotToUser:         {Reason: "the user takes no messages from the bot"},
	codeBanned:            {Reason: "the bot is banned from the server"},
	codeNotInDM:           {Reason: "this cannot be sent to a direct message"},
	codeNotInChannel:      {Reason: "the channel takes no text messages"},
	codeWrongChannelType:  {Reason: "a channel of this kind takes no messages"},
	codeTagNeeded:         {Reason: "the forum demands a tag"},
	codeMissingAccess:     {Reason: "the bot may not see the channel", Perhaps: true},
	codeMissingPermission: {Reason: "the bot lacks a permission in the channel", Perhaps: true},
	codeVerification:      {Reason: "the server's verification level is too high for the bot", Perhaps: true},
	codeLocation:          {Reason: "the server is not available from here", Perhaps: true},
	codeArchived:          {Reason: "the thread is archived, and the bot may not open it", Perhaps: true},
	codeLocked:            {Reason: "the thread is locked", Perhaps: true},
}

// rejected are the codes of messages that must never be sent again.
var rejected = map[int]string{
	codeExplicit:     "Discord takes it for explicit content",
	codeTooLarge:     "it is too large",
	codeAutoMod:      "the server's AutoMod blocked it",
	codeAutoModTitle: "the server's AutoMod blocked it",
	codeHarmfulLink:  "Discord takes a link in it for harmful",
}

// limited are the codes of limits that may come without a time, and how long to wait then.
var limited = map[int]time.Duration{
	codeSlowMode:          30 * time.Second,
	codeChannelWrites:     time.Minute,
	codeServerWrites:      time.Minute,
	codeAnnouncementEdits: 10 * time.Minute,
	codeOldEdits:          5 * time.Minute,
	codeDailyCommands:     time.Hour,
	codeSendingDisabled:   5 * time.Minute,
	codeFeatureDisabled:   5 * time.Minute,
}

// How long everything waits when nobody says how long.
const (
	tokenWait  = 10 * time.Minute // the token is refused, until somebody gives the bot another
	banWait    = 10 * time.Minute // Cloudflare has shut us out
	globalWait = 5 * time.Second
	chatWait   = 2 * time.Second
)

// refusal is Discord saying no.
type refusal struct {
	call    string
	status  int
	code    int
	ours    bool // it comes from the API, and not from something before it
	after   time.Duration
	global  bool
	shared  bool // the limit is not ours alone, and meeting it no fault of ours
	details string
}

func newRefusal(call string, r reply) *refusal {
	var body struct {
		Code       int             `json:"code"`
		Message    *string         `json:"message"`
		RetryAfter float64         `json:"retry_after"`
		Global     bool            `json:"global"`
		Errors     json.RawMessage `json:"errors"`
	}
	out := &refusal{call: call, status: r.status}
	scope := r.header.Get("X-RateLimit-Scope")
	out.shared = scope == "shared"
	out.global = scope == "global" || r.header.Get("X-RateLimit-Global") != ""
	out.after = seconds(r.header.Get("Retry-After"))
	if json.Unmarshal(r.body, &body) == nil && body.Message != nil {
		out.ours, out.code = true, body.Code
		out.global = out.global || body.Global
		if body.RetryAfter > 0 && body.RetryAfter < longestSeconds {
			out.after = duration(body.RetryAfter)
		}
		out.details = strings.Join(faults("", body.Errors), ", ")
	}
	return out
}

// Error names the call, the status and the code; what Discord says in words may repeat what was sent.
func (r *refusal) Error() string {
	text := r.call + ": status " + strconv.Itoa(r.status)
	if r.code != 0 {
		text += ", code " + strconv.Itoa(r.code)
	}
	if r.details != "" {
		text += " (" + r.details + ")"
	}
	return text
}

// faults lists where a form is wrong, and how: "embeds.0.title BASE_TYPE_BAD_LENGTH".
func faults(path string, form json.RawMessage) []string {
	var parts map[string]json.RawMessage
	if len(form) == 0 || json.Unmarshal(form, &parts) != nil {
		return nil
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if name != "_errors" {
			out = append(out, faults(strings.TrimPrefix(path+"."+name, "."), parts[name])...)
			continue
		}
		var all []struct {
			Code string `json:"code"`
		}
		if json.Unmarshal(parts[name], &all) == nil {
			for _, one := range all {
				out = append(out, path+" "+one.Code)
			}
		}
	}
	return out[:min(len(out), 5)]
}

// banned says whether the one who refused stands before the API: Cloudflare, or Discord's check of clients.
func (r *refusal) banned() bool {
	turned := r.status == http.StatusTooManyRequests || r.status == http.StatusForbidden
	return r.code == codeBadAgent || turned && !r.ours
}

// invalid says whether it counts against the address the requests come from; see
// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans.
func (r *refusal) invalid() bool {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusTooManyRequests:
		return !r.shared
	}
	return false
}

// outcome is the refusal in the words of the contract.
func (r *refusal) outcome() error {
	if wait, all := r.wait(); wait > 0 {
		return &bot.RateLimitedError{After: wait, All: all}
	}
	if u, ok := unreachable[r.code]; ok {
		return &u
	}
	if reason, ok := rejected[r.code]; ok {
		return &bot.RejectedError{Reason: reason}
	}
	switch {
	case r.code == codeOverloaded, r.status >= http.StatusInternalServerError:
		return r // it may have been done all the same
	case r.status == http.StatusForbidden:
		return &bot.UnreachableError{Reason: fmt.Sprintf("Discord forbids it (code %d)", r.code), Perhaps: true}
	case r.status == http.StatusBadRequest, r.status == http.StatusRequestEntityTooLarge:
		return &bot.RejectedError{Reason: r.Error()}
	}
	// What is left is an API that is not where it was said to be, such as a 404 without a code: that is so for every
	// message, and none is given up for it.
	return &bot.NotSentError{Reason: r.Error()}
}

// wait is how long to wait, and whether with everything; 0 where waiting is not what helps.
func (r *refusal) wait() (wait time.Duration, all bool) {
	if r.status == http.StatusUnauthorized && r.code != codeWebhookToken {
		return tokenWait, true
	}
	if r.banned() {
		return max(r.after, banWait), true
	}
	if usual, ok := limited[r.code]; ok {
		if r.after == 0 {
			return usual, false
		}
		return r.after, false
	}
	if r.status != http.StatusTooManyRequests {
		return 0, false
	}
	switch {
	case r.after > 0:
		return r.after, r.global
	case r.global:
		return globalWait, true
	}
	return chatWait, false
}

// longestSeconds is where a time is a mistake.
const longestSeconds = 1e6

// seconds reads a time as headers give it: "65", "0.35".
func seconds(text string) time.Duration {
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || s < 0 || s > longestSeconds {
		return 0
	}
	return duration(s)
}

// duration is never shorter than the seconds say.
func duration(s float64) time.Duration {
	return time.Duration(math.Ceil(s*1000-1e-6)) * time.Millisecond
}
