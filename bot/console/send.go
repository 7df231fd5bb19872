package console

import (
	"context"
	"strconv"
	"strings"

	"github.com/faultlinebot/faultline/bot"
)

// Send implements [bot.Platform]. The message is one Write, so that a process that dies leaves it whole or not
// printed at all, as far as the writer allows. A write that blocks, as to a pager at rest, does not hold Send
// beyond ctx; the next message waits for it, so that the order stays.
func (c *Console) Send(ctx context.Context, o bot.Outgoing) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-c.turn:
	}
	receipt, tag, err := c.number(o)
	if err != nil {
		c.turn <- struct{}{}
		return "", err
	}
	return receipt, c.print(ctx, c.look.render(tag, o.Message))
}

// print writes a text in one piece. The caller has the turn, and gives it away.
func (c *Console) print(ctx context.Context, text []byte) error {
	written := make(chan error, 1)
	go func() {
		_, err := c.out.Write(text)
		c.turn <- struct{}{}
		written <- err
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-written:
		if err != nil {
			return classify(err)
		}
		return nil
	}
}

// number gives the message its receipt and the tag that people see. The caller has the turn.
func (c *Console) number(o bot.Outgoing) (receipt, tag string, err error) {
	switch {
	case o.Edit != "":
		n, reply, err := c.parse(o.Edit)
		if reply {
			return o.Edit, "#" + n + " -> updated", err
		}
		return o.Edit, "#" + n + " updated", err
	case o.ReplyTo != "":
		n, _, err := c.parse(o.ReplyTo)
		c.replies++
		return n + "." + strconv.Itoa(c.replies), "#" + n + " ->", err
	}
	c.sent++
	n := strconv.Itoa(c.sent)
	return n, "#" + n, nil
}

// parse reads a receipt. One of an earlier process may be ahead of this one's: counting goes on from there, so
// that two cards on a screen rarely have the same number.
func (c *Console) parse(receipt string) (number string, reply bool, err error) {
	number, _, reply = strings.Cut(receipt, ".")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return "", false, &bot.RejectedError{Reason: "no message has the receipt " + strconv.Quote(receipt)}
	}
	c.sent = max(c.sent, n)
	return strconv.Itoa(n), reply, nil
}
