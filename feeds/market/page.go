package market

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// candle is one interval of a market. It is what Faultline calls a bar, before it is known of which market.
type candle struct {
	opened                         time.Time
	open, high, low, close, volume float64
}

// PageError is an answer with a good status that holds no candles, or ones that cannot be true.
type PageError struct {
	What string // "an HTML page"
}

func (e *PageError) Error() string { return "no usable page of bars: " + e.What }

// Reason implements [feeds.Reasoned].
func (e *PageError) Reason() string { return "sends no usable page of bars: " + e.What }

// decodePage reads candles of one length, oldest first, and refuses them all if any cannot be true. No candles is
// a good page: nothing has happened yet.
func decodePage(body []byte, over time.Duration) ([]candle, error) {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return nil, &PageError{What: "an empty answer"}
	case body[0] == '<':
		return nil, &PageError{What: "an HTML page"}
	case body[0] == '{':
		return nil, &PageError{What: "a message in place of a list"}
	}
	var rows [][]json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, &PageError{What: "text that is no list of bars"}
	}
	page := make([]candle, 0, len(rows))
	for i, row := range rows {
		c, err := decodeRow(row, over)
		if err == nil && i > 0 && !c.opened.After(page[i-1].opened) {
			err = fmt.Errorf("it is not after the one before")
		}
		if err != nil {
			return nil, &PageError{What: fmt.Sprintf("bar %d: %v", i+1, err)}
		}
		page = append(page, c)
	}
	return page, nil
}

// decodeRow reads one row: opening time in milliseconds, then open, high, low, close and volume as strings.
func decodeRow(row []json.RawMessage, over time.Duration) (candle, error) {
	const fields = 6
	if len(row) < fields {
		return candle{}, fmt.Errorf("it has %d fields", len(row))
	}
	opened, err := strconv.ParseInt(string(row[0]), 10, 64)
	if err != nil || opened <= 0 {
		return candle{}, fmt.Errorf("it has no time")
	}
	c := candle{opened: time.UnixMilli(opened).UTC()}
	if !c.opened.Equal(c.opened.Truncate(over)) {
		return candle{}, fmt.Errorf("it does not begin with its interval")
	}
	for i, to := range []*float64{&c.open, &c.high, &c.low, &c.close, &c.volume} {
		if *to, err = number(row[i+1]); err != nil {
			return candle{}, err
		}
	}
	// Zero is no price, and no crash.
	if c.low <= 0 || c.high < max(c.open, c.close) || c.low > min(c.open, c.close) || c.volume < 0 {
		return candle{}, fmt.Errorf("its prices contradict each other")
	}
	return c, nil
}

// number reads a number with or without quotes.
func number(raw json.RawMessage) (float64, error) {
	x, err := strconv.ParseFloat(string(bytes.Trim(raw, `"`)), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("one of its figures is no number")
	}
	return x, nil
}
