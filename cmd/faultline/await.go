package main

import (
	"context"
	"fmt"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
)

// How long a bot waits for its store at the start. Machines and containers that start together start in any order,
// and a server reads what it keeps before it serves. Who started the bot beside a wrong address hears of it at once,
// and whoever restarts bots that end gets their turn in the end.
const (
	storePatience = time.Minute
	storePause    = time.Second
	storeWord     = 10 * time.Second // how often it says that it waits
)

// await opens the store, again and again while nobody answers there. What waiting cannot mend is returned at once.
func await(ctx context.Context, c *console, open func() (store.Store, error)) (store.Store, error) {
	begun := time.Now()
	for said := begun.Add(-storeWord); ; {
		kept, err := open()
		if err == nil || !redis.MayPass(err) || ctx.Err() != nil {
			return kept, err
		}
		left := storePatience - time.Since(begun)
		if left < storePause {
			return nil, fmt.Errorf("nobody answered for %s: %w", feeds.Words(storePatience), err)
		}
		if time.Since(said) >= storeWord {
			said = time.Now()
			fmt.Fprintf(c.err, "waiting for the store, %s more: %v\n", feeds.Words(left), err)
		}
		if err := feeds.Sleep(ctx, storePause); err != nil {
			return nil, err
		}
	}
}
