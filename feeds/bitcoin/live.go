package bitcoin

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

// behind is how many blocks a server may fall back behind what it had; more is a server that syncs anew.
const behind = 6

// look asks for the newest page and emits what was not taken yet, oldest first.
func (w *Watcher) look(ctx context.Context, emit feeds.Emit) error {
	if err := w.load(ctx); err != nil {
		return err
	}
	r := w.tip
	r.URL, r.Accept = w.base+"/v1/blocks", "application/json"
	page, resp, err := w.fetch(ctx, r)
	if err != nil || resp.Unchanged {
		return err
	}
	if err := w.takeTip(ctx, emit, page); err != nil {
		return err
	}
	w.tip = feeds.Request{ETag: resp.ETag, LastModified: resp.LastModified, Hash: resp.Hash}
	return nil
}

func (w *Watcher) takeTip(ctx context.Context, emit feeds.Emit, page []block) error {
	height, known := w.height()
	newest, lowest := page[0].height, page[len(page)-1].height
	switch {
	case !known || time.Duration(lowest-height)*10*time.Minute > w.o.History:
		// The first page ever, or one so far on that nothing before it is worth having.
		return w.begin(ctx, emit, page)
	case newest < height-behind:
		return &PageError{What: fmt.Sprintf("its newest block is %d behind the newest it had", height-newest)}
	}
	if err := w.catchUp(ctx, emit, lowest, int64(len(page))); err != nil {
		return err
	}
	return w.take(ctx, emit, page)
}

// begin emits a first page, newest first like all back-fill.
func (w *Watcher) begin(ctx context.Context, emit feeds.Emit, page []block) error {
	for _, b := range page {
		if err := emit(ctx, observation(b, true)); err != nil {
			return fmt.Errorf("hand on block %d: %w", b.height, err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = begin(page)
	return w.save(ctx)
}

// catchUp takes the pages between what was taken last and a page that begins at a height, oldest first. Each
// page moves the cursor, so a failure midway costs nothing.
func (w *Watcher) catchUp(ctx context.Context, emit feeds.Emit, to, size int64) error {
	for {
		height, _ := w.height()
		if height+1 >= to {
			return nil
		}
		if err := feeds.Sleep(ctx, w.o.Pace); err != nil {
			return err
		}
		page, err := w.pageFrom(ctx, min(height+size, to-1), height+1)
		if err != nil {
			return err
		}
		if err := w.take(ctx, emit, page); err != nil {
			return err
		}
	}
}

// take emits the blocks of a page that were not taken yet, oldest first, as news.
func (w *Watcher) take(ctx context.Context, emit feeds.Emit, page []block) error {
	for _, b := range slices.Backward(page) {
		if !w.lacks(b) {
			continue
		}
		if err := emit(ctx, observation(b, false)); err != nil {
			return fmt.Errorf("hand on block %d: %w", b.height, err)
		}
		w.mu.Lock()
		w.at.take(b)
		w.mu.Unlock()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.save(ctx)
}

// pageFrom fetches the page that goes down from a height, and refuses it if it does not hold the one wanted.
func (w *Watcher) pageFrom(ctx context.Context, from, want int64) ([]block, error) {
	page, _, err := w.fetch(ctx, feeds.Request{
		URL: w.base + "/v1/blocks/" + strconv.FormatInt(from, 10), Accept: "application/json",
	})
	if err != nil {
		return nil, err
	}
	if page[0].height < want || page[len(page)-1].height > want {
		return nil, &PageError{What: fmt.Sprintf("it does not hold block %d", want)}
	}
	return page, nil
}

// fetch fetches one page; there is none when the answer is unchanged.
func (w *Watcher) fetch(ctx context.Context, r feeds.Request) ([]block, *feeds.Response, error) {
	resp, err := w.o.Fetcher.Fetch(ctx, r)
	if err != nil {
		return nil, nil, fmt.Errorf("fetch blocks: %w", err)
	}
	if resp.Unchanged {
		return nil, resp, nil
	}
	page, err := decodePage(resp.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("read blocks: %w", err)
	}
	return page, resp, nil
}

func (w *Watcher) height() (height int64, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at == nil {
		return 0, false
	}
	return w.at.Height, true
}

func (w *Watcher) lacks(b block) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at.lacks(b)
}
