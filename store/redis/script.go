package redis

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/faultlinebot/faultline/store"
)

//go:embed scripts
var sources embed.FS

// loadScripts reads every script, with the prelude that all have and the one that it asks for.
func loadScripts() (map[string]*goredis.Script, error) {
	common, err := sources.ReadFile("scripts/lib/common.lua")
	if err != nil {
		return nil, err
	}
	outbox, err := sources.ReadFile("scripts/lib/outbox.lua")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(sources, "scripts/*.lua")
	if err != nil {
		return nil, err
	}
	all := make(map[string]*goredis.Script, len(names))
	for _, name := range names {
		source, err := sources.ReadFile(name)
		if err != nil {
			return nil, err
		}
		whole := string(common) + strings.Replace(string(source), "-- include outbox\n", string(outbox), 1)
		all[strings.TrimSuffix(path.Base(name), ".lua")] = goredis.NewScript(whole)
	}
	return all, nil
}

// run runs a script until it has an answer, and returns what follows the first word of it. A server that has
// forgotten the script is sent it again.
func (s *Store) run(ctx context.Context, what, name string, args ...any) ([]any, error) {
	return s.runOn(ctx, s.main, what, name, args...)
}

func (s *Store) runOn(ctx context.Context, client *goredis.Client, what, name string, args ...any) ([]any, error) {
	script := s.scripts[name]
	if script == nil {
		return nil, s.wrap(ctx, what, fmt.Errorf("there is no script %s", name))
	}
	var answer []any
	err := s.repeat(ctx, func(ctx context.Context) (err error) {
		answer, err = script.Run(ctx, client, []string{s.prefix}, args...).Slice()
		return err
	})
	if err == nil {
		err = s.verdict(answer)
	}
	if err != nil {
		return nil, s.wrap(ctx, what, err)
	}
	return answer[1:], nil
}

// verdict makes an error of the first word of an answer.
func (s *Store) verdict(answer []any) error {
	if len(answer) == 0 {
		return errors.New("the script gave no answer")
	}
	switch word := text(answer[0]); word {
	case "OK":
		return nil
	case "NOTFOUND":
		return store.ErrNotFound
	case "SEEN":
		return store.ErrSeen
	case "FENCED":
		return store.ErrFenced
	case "BEHIND":
		return fmt.Errorf("the store has lost what it had kept, as a server does that went back to an older state or was "+
			"a replica that lagged: %w", store.ErrFenced)
	case "LOST":
		return store.ErrClaimLost
	case "CHANGED":
		return fmt.Errorf("the document: %w", store.ErrConflict)
	case "CONFLICT":
		return fmt.Errorf("incident %s at revision %s: %w", text(answer[1]), text(answer[2]), store.ErrConflict)
	case "WRONG":
		return wrongKind(text(answer[1]), text(answer[2]), text(answer[3]))
	default:
		return fmt.Errorf("the script answered %q", word)
	}
}

// wrongKind says that a key of ours holds something else.
func wrongKind(key, is, want string) error {
	return fmt.Errorf("the key %q holds a %s where this bot keeps a %s; another program uses it: give this bot a "+
		"prefix of its own, or delete that key", key, is, want)
}

// text is a part of an answer as a string; what is not there is empty.
func text(part any) string {
	switch p := part.(type) {
	case nil:
		return ""
	case string:
		return p
	default:
		return fmt.Sprint(p)
	}
}

// list is a part of an answer that is a list.
func list(part any) []any {
	l, _ := part.([]any)
	return l
}
