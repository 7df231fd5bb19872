package telegram

import (
	"sync"
)

const (
	// mostBehind is how many updates wait to be confirmed behind one that is not done. Telegram shows a hundred at
	// a time: with more than that the bot would be deaf until that one is done.
	mostBehind = 60
	// mostQueued is how many updates of one chat wait. Whoever sends more in less time than they can be answered is
	// not heard.
	mostQueued = 100
)

// inbox has the updates that were fetched handled: those of one chat in their order, those of several chats beside
// each other. It knows which of them may be confirmed.
type inbox struct {
	handle func(update)

	mu     sync.Mutex
	open   map[int64]bool // fetched and not done
	done   map[int64]bool // done, behind one that is not
	next   int64          // what comes after the last fetch; 0 before the first
	queues map[int64][]update
	closed bool
	change chan struct{} // closed when one is done; another takes its place
	lanes  sync.WaitGroup
}

func newInbox(handle func(update)) *inbox {
	return &inbox{
		handle: handle, open: make(map[int64]bool), done: make(map[int64]bool), queues: make(map[int64][]update),
		change: make(chan struct{}),
	}
}

// add takes one update in, unless it is there already, and says whether there was room for it.
func (b *inbox) add(u update) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next = u.ID + 1
	if b.open[u.ID] || b.done[u.ID] || b.closed {
		return true
	}
	lane := u.where()
	queue, running := b.queues[lane]
	if len(queue) >= mostQueued {
		b.done[u.ID] = true
		return false
	}
	b.open[u.ID] = true
	b.queues[lane] = append(queue, u)
	if !running {
		b.lanes.Go(func() { b.run(lane) })
	}
	return true
}

// skip marks an update as done that there is nothing to do about.
func (b *inbox) skip(id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next = id + 1
	if !b.open[id] {
		b.done[id] = true
	}
}

// run handles the updates of one chat until there are none.
func (b *inbox) run(lane int64) {
	for {
		b.mu.Lock()
		queue := b.queues[lane]
		if len(queue) == 0 || b.closed {
			delete(b.queues, lane)
			b.mu.Unlock()
			return
		}
		u := queue[0]
		b.queues[lane] = queue[1:]
		b.mu.Unlock()
		b.handle(u)
		b.finish(u.ID)
	}
}

func (b *inbox) finish(id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open[id] {
		delete(b.open, id)
		b.done[id] = true
	}
	close(b.change)
	b.change = make(chan struct{})
}

// offset is the first update that is not to be confirmed, and whether one is not done yet. Where too many wait
// behind the first, that one is confirmed all the same: it is handled, unless the process dies before.
func (b *inbox) offset() (offset int64, busy bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.open) > 0 {
		first := b.first()
		for id := range b.done {
			if id < first {
				delete(b.done, id)
			}
		}
		if len(b.open)+len(b.done) <= mostBehind {
			return first, true
		}
		delete(b.open, first)
	}
	clear(b.done)
	return b.next, false
}

func (b *inbox) first() int64 {
	first := int64(0)
	for id := range b.open {
		if first == 0 || id < first {
			first = id
		}
	}
	return first
}

// changed is closed when one more is done, or is closed already when all are.
func (b *inbox) changed() (c <-chan struct{}, busy bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.change, len(b.open) > 0
}

// close lets what is being handled come to its end, and nothing else begin. The channel is closed when that is so.
func (b *inbox) close() <-chan struct{} {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		b.lanes.Wait()
		close(ended)
	}()
	return ended
}
