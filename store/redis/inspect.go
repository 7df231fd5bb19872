package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// format is the form of what is kept; it changes when an older release could no longer read it.
const format = 1

// most is how far this machine's clock may be from the server's before somebody should hear of it: what the bot
// sees is dated by the clock of the replica that sees it.
const most = 5 * time.Second

// inspect refuses a server that cannot do what the store promises, and warns of one that does only half of it.
// It asks once: who starts the bot wants to know now.
func (s *Store) inspect(ctx context.Context) error {
	if err := s.main.Ping(ctx).Err(); err != nil {
		return s.explain(err)
	}
	if err := s.settings(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.may(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.kinds(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.readable(ctx); err != nil {
		return s.explain(err)
	}
	if err := s.whole(ctx); err != nil {
		return s.explain(err)
	}
	return s.explain(s.clock(ctx))
}

// settings refuses by what INFO says. Where that is forbidden it warns.
func (s *Store) settings(ctx context.Context) error {
	info, err := s.info(ctx)
	if forbidden(err) {
		s.warn(fmt.Sprintf("Redis at %s forbids INFO to this user, so nobody knows whether it evicts keys or keeps "+
			"them over a restart; allow it with: ACL SETUSER <user> +info", s.address))
		return nil
	}
	if err != nil {
		return err
	}
	if err := refusal(info); err != nil {
		return err
	}
	if info["aof_enabled"] == "0" {
		s.warn(fmt.Sprintf("Redis at %s writes no append-only file: when it dies, all since its last snapshot is "+
			"lost; set appendonly yes, and appendfsync always or everysec", s.address))
	}
	return nil
}

// refusal is the reason not to use a server with such settings, in a sentence.
func refusal(info map[string]string) error {
	switch policy := info["maxmemory_policy"]; {
	case info["redis_mode"] == "cluster":
		return errors.New("the server runs in cluster mode, where one step cannot span all keys; use a single server " +
			"(with replicas, if you like)")
	case info["redis_mode"] == "sentinel":
		return errors.New("this is a Sentinel, which keeps no data; name the server that it watches")
	case info["role"] == "slave":
		return errors.New("this is a read-only replica; name its master")
	case older(info["redis_version"], 6, 2):
		return fmt.Errorf("the server is Redis %s; this bot needs 6.2 or later", info["redis_version"])
	case policy != "" && policy != "noeviction":
		return fmt.Errorf("the server deletes keys when memory is short (maxmemory-policy %s), and alerts would go with "+
			"them; set maxmemory-policy noeviction", policy)
	}
	return nil
}

// lookAgain warns, once, when somebody has changed the settings.
func (s *Store) lookAgain(ctx context.Context) {
	info, err := s.info(ctx)
	if err != nil {
		return // the next call says so
	}
	found := ""
	if err := refusal(info); err != nil {
		found = err.Error()
	}
	s.mu.Lock()
	changed := found != s.warned
	s.warned = found
	s.mu.Unlock()
	if changed && found != "" {
		s.warn("Redis at " + s.address + " was changed while in use: " + found)
	}
}

func (s *Store) info(ctx context.Context) (map[string]string, error) {
	var whole string
	err := s.repeat(ctx, func(ctx context.Context) (err error) {
		whole, err = s.main.Info(ctx).Result()
		return err
	})
	if err != nil {
		return nil, err
	}
	info := map[string]string{}
	for line := range strings.Lines(whole) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info, nil
}

func older(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false // a server that speaks Redis and calls itself something else
	}
	x, errX := strconv.Atoi(parts[0])
	y, errY := strconv.Atoi(parts[1])
	return errX == nil && errY == nil && (x < major || x == major && y < minor)
}

// may finds out whether this user may do all that the scripts do.
func (s *Store) may(ctx context.Context) error {
	answer, err := s.scripts["may"].Run(ctx, s.main, []string{s.prefix}).Slice()
	if err != nil {
		return err
	}
	if len(answer) > 1 {
		return fmt.Errorf("this user may not run %s on keys that begin with %q; allow it with: ACL SETUSER <user> +@all "+
			"~%s*", text(answer[1]), s.prefix, s.prefix)
	}
	return nil
}

// kinds names a key that somebody else uses.
func (s *Store) kinds(ctx context.Context) error {
	want := map[string]string{
		"about": "hash", "counters": "hash", "steps": "zset", "horizon": "string", "history": "zset", "hours": "zset",
		"incidents:opened": "zset", "incidents:live": "zset", "pending": "hash", "after": "hash", "claims": "hash",
		"dead": "zset", "announcements:due": "zset", "announcements:claims": "hash", "announcements:dead": "zset",
		"subscriptions": "hash", "subscriptions:order": "zset", "subscriptions:places": "zset", "replaced": "zset",
		"cursors": "hash", "lease:world": "hash", importKey: "string",
	}
	for severity := range 4 {
		want["due:"+strconv.Itoa(severity)], want["pending:"+strconv.Itoa(severity)] = "zset", "zset"
	}
	for key, kind := range want {
		is, err := s.main.Type(ctx, s.prefix+key).Result()
		if err != nil {
			return err
		}
		if is != "none" && is != kind {
			return wrongKind(s.prefix+key, is, kind)
		}
	}
	return nil
}

// readable refuses what a newer release has written, and signs what is new.
func (s *Store) readable(ctx context.Context) error {
	key := s.prefix + "about"
	if err := s.main.HSetNX(ctx, key, "format", format).Err(); err != nil {
		if isFull(err) {
			return nil // it can still send
		}
		return err
	}
	found, err := s.main.HGet(ctx, key, "format").Int()
	if err == nil && found > format {
		err = fmt.Errorf("what is kept there was written by a newer release (format %d, this release knows %d); use that "+
			"release or a later one", found, format)
	}
	return err
}

// clock warns when this machine and the server differ.
func (s *Store) clock(ctx context.Context) error {
	asked := s.now()
	server, err := s.main.Time(ctx).Result()
	if err != nil {
		return err
	}
	s.readClock(asked, server)
	if off := s.now().Sub(server); off.Abs() > most {
		s.warn(fmt.Sprintf("this machine's clock is %s off that of Redis at %s; cards go out by the server's clock, but "+
			"what is seen here is dated wrongly: set both by NTP", off.Round(time.Second), s.address))
	}
	return nil
}

// explain makes a sentence of what may go wrong at the start: what, and how to mend it.
func (s *Store) explain(err error) error {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var plain tls.RecordHeaderError
	switch {
	case err == nil:
		return nil
	case says(err, "WRONGPASS", "invalid password"):
		return errors.New("the server refuses the user or the password; check both in the URL")
	case says(err, "NOAUTH"):
		return errors.New("the server wants a password and the URL has none")
	case forbidden(err):
		return fmt.Errorf("this user may not do what the bot has to (%w); allow it with: ACL SETUSER <user> +@all ~%s*",
			err, s.prefix)
	case says(err, "MISCONF"):
		return fmt.Errorf("the server cannot write to its disk and takes no writes: %w", err)
	case errors.As(err, &dns):
		return fmt.Errorf("there is no host of that name (%w)", err)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT):
		return fmt.Errorf("no server listens there (%w)", err)
	case errors.As(err, &certificate), errors.As(err, &plain):
		return fmt.Errorf("no safe connection (TLS) comes about: %w", err)
	}
	return err
}

// says is whether the server's answer holds one of the words.
func says(err error, words ...string) bool {
	var answered goredis.Error
	return errors.As(err, &answered) && slices.ContainsFunc(words, func(w string) bool {
		return strings.Contains(answered.Error(), w)
	})
}

// forbidden is whether the server's ACL forbids it.
func forbidden(err error) bool { return says(err, "NOPERM") }
