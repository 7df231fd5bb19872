package sqlite

import (
	"context"
	"sync"
)

const (
	// checkpointRows is after how many changed rows the log is copied into the file.
	checkpointRows = 1000
	// checkpointPages is how long the log may be before it is begun anew, for which nobody may write.
	checkpointPages = 4000
	// checkpointAnyway is how long it may be before SQLite copies it in the middle of a commit.
	checkpointAnyway = "wal_autocheckpoint(16000)"
)

// checkpointer copies the write-ahead log into the file, beside those who write: SQLite would else do it in one of
// their commits, and let all others wait until the disk has it.
type checkpointer struct {
	pool    *pool // a connection of its own
	writer  *writer
	copying sync.Mutex // held while it copies; whoever has the writer's connection too has the log to itself
	end     context.CancelFunc
	ended   chan struct{}
}

func startCheckpointer(path string, w *writer) (*checkpointer, error) {
	p, err := connect(path, 1, "busy_timeout(5000)", "synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	c := &checkpointer{pool: p, writer: w, end: end, ended: make(chan struct{})}
	go c.run(ctx)
	return c, nil
}

func (c *checkpointer) run(ctx context.Context) {
	defer close(c.ended)
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.writer.logged:
		}
		if c.checkpoint(ctx) < checkpointPages {
			continue
		}
		// What was written meanwhile is little. While nobody writes it is copied too, and the log can begin anew.
		_ = c.writer.run(&job{ctx: ctx, alone: true, do: func(context.Context, *tx) error {
			c.checkpoint(ctx)
			return nil
		}})
	}
}

// checkpoint copies what it can without waiting for anybody and returns how many pages the log has. What it could not
// copy is still in the log; whoever writes next meets what is wrong with the disk.
func (c *checkpointer) checkpoint(ctx context.Context) (pages int) {
	c.copying.Lock()
	defer c.copying.Unlock()
	var busy, copied int
	if err := c.pool.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &copied); err != nil {
		return 0
	}
	return pages
}

func (c *checkpointer) close() error {
	c.end()
	<-c.ended
	return c.pool.close()
}
