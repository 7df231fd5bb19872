package bitcoin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// block is what we need of a block.
type block struct {
	height     int64
	hash       string
	time       time.Time
	difficulty float64
	pool       string
}

// PageError is an answer with a good status that holds no page of blocks, or one that cannot be true.
type PageError struct {
	What string // "an HTML page"
}

func (e *PageError) Error() string { return "no usable page of blocks: " + e.What }

// Reason implements [feeds.Reasoned].
func (e *PageError) Reason() string { return "sends no usable page of blocks: " + e.What }

// wireBlock is a block as the server writes it. Numbers are read as floats, as the server's are of every size
// and some mirrors write whole numbers with a point.
type wireBlock struct {
	ID         string          `json:"id"`
	Height     *float64        `json:"height"`
	Timestamp  *float64        `json:"timestamp"`
	Difficulty *float64        `json:"difficulty"`
	Extras     json.RawMessage `json:"extras"` // null while the server has not looked closer
}

// decodePage reads a page of blocks, newest first, and refuses it whole if any of it cannot be true.
func decodePage(body []byte) ([]block, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")))
	switch {
	case len(body) == 0:
		return nil, &PageError{What: "an empty answer"}
	case body[0] == '<':
		return nil, &PageError{What: "an HTML page"}
	case body[0] == '{':
		return nil, &PageError{What: "a message in place of a list"}
	case body[0] != '[':
		return nil, &PageError{What: "plain text"}
	}
	var wire []wireBlock
	if err := json.Unmarshal(body, &wire); err != nil {
		return nil, &PageError{What: "JSON that cannot be read"}
	}
	if len(wire) == 0 {
		return nil, &PageError{What: "an empty list"}
	}
	page := make([]block, 0, len(wire))
	for i, wb := range wire {
		b, err := wb.block(i)
		if err != nil {
			return nil, err
		}
		page = append(page, b)
	}
	return inOrder(page)
}

func (wb *wireBlock) block(i int) (block, error) {
	refuse := func(format string, args ...any) (block, error) {
		return block{}, &PageError{What: fmt.Sprintf("block %d of it has ", i+1) + fmt.Sprintf(format, args...)}
	}
	switch {
	case wb.ID == "" || len(wb.ID) > 64:
		return refuse("no id")
	case wb.Height == nil || !whole(*wb.Height, math.MaxInt32):
		return refuse("no height")
	case wb.Timestamp == nil || !whole(*wb.Timestamp, 1<<37) || *wb.Timestamp == 0:
		return refuse("no timestamp")
	case wb.Difficulty == nil:
		return refuse("no difficulty")
	case !(*wb.Difficulty > 0):
		return refuse("a difficulty of %g", *wb.Difficulty)
	}
	return block{
		height:     int64(*wb.Height),
		hash:       strings.ToLower(wb.ID),
		time:       time.Unix(int64(*wb.Timestamp), 0).UTC(),
		difficulty: *wb.Difficulty,
		pool:       pool(wb.Extras),
	}, nil
}

func whole(f, most float64) bool { return f >= 0 && f <= most && f == math.Trunc(f) }

// pool is the slug of who found the block, "unknown" where the server does not say.
func pool(extras json.RawMessage) string {
	var e struct {
		Pool struct {
			Slug string `json:"slug"`
		} `json:"pool"`
	}
	slug := ""
	if json.Unmarshal(extras, &e) == nil {
		slug = strings.ToLower(strings.TrimSpace(e.Pool.Slug))
	}
	if slug == "" || len(slug) > 64 {
		return "unknown"
	}
	return slug
}

// inOrder sorts a page newest first and refuses one with a hole, which nothing would ever fill.
func inOrder(page []block) ([]block, error) {
	slices.SortStableFunc(page, func(a, b block) int { return int(b.height - a.height) })
	page = slices.CompactFunc(page, func(a, b block) bool { return a.height == b.height && a.hash == b.hash })
	for i := 1; i < len(page); i++ {
		if page[i].height != page[i-1].height-1 {
			return nil, &PageError{What: "heights " + strconv.FormatInt(page[i-1].height, 10) + " and " +
				strconv.FormatInt(page[i].height, 10) + " next to each other"}
		}
	}
	return page, nil
}
