package redis

import (
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// How long one attempt at a call may take; see repeat for how many there are.
const (
	dialTimeout = 2 * time.Second
	callTimeout = 2 * time.Second
)

// errURL stands for every fault of a URL: what the parser says of one quotes the password.
var errURL = errors.New("the URL cannot be read; write redis://user:password@host:6379/0, rediss:// for TLS or " +
	"unix:///path/to/socket, and escape what is special in the password (/ as %2F, @ as %40)")

// parse returns how to connect, and the address for people.
func parse(url string) (*goredis.Options, string, error) {
	if url == "" {
		return nil, "", errors.New("no URL is given; write redis://user:password@host:6379/0")
	}
	o, err := goredis.ParseURL(url)
	if err != nil || o.Addr == "" {
		return nil, "", errURL
	}
	o.Protocol = 2
	o.ClientName = "faultline"
	o.MaxRetries = -1              // it repeats commands that are not safe to repeat; we repeat scripts that are
	o.DialerRetries = 1            // likewise
	o.ContextTimeoutEnabled = true // without it a deadline does not end a call
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = dialTimeout, callTimeout, callTimeout
	o.PoolTimeout = callTimeout
	o.PoolSize, o.PipelinePoolSize = 16, -1
	o.MaxActiveConns = o.PoolSize
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o, o.Addr, nil
}

// forLeases is the same server with connections of its own.
func forLeases(o *goredis.Options) *goredis.Options {
	own := *o
	own.PoolSize, own.MaxActiveConns = 2, 2
	return &own
}
