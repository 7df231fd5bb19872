package console

import (
	"bufio"
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// Person is the ID of whoever types at the terminal.
const Person = "operator"

// Run implements [bot.Listener]. What is typed is answered line by line. Where nobody types any more it waits for the
// end: cards go on. A read that blocks cannot be taken back and does not hold Run.
func (c *Console) Run(ctx context.Context, talk bot.Conversation) error {
	lines := make(chan string)
	if c.in != nil {
		go read(ctx, c.in, lines)
	}
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case line := <-lines:
			c.answer(ctx, talk, line, n)
		}
	}
}

// longestLine is what a line may have; a longer one is no command.
const longestLine = 64 << 10

// read hands on lines that hold something until there are no more.
func read(ctx context.Context, in io.Reader, lines chan<- string) {
	typed := bufio.NewReaderSize(in, longestLine)
	for {
		line, more, err := typed.ReadLine()
		if err != nil {
			return
		}
		text := strings.TrimSpace(string(line))
		for more && err == nil { // the rest of what is too long
			_, more, err = typed.ReadLine()
			text = ""
		}
		if text == "" {
			continue
		}
		select {
		case lines <- text:
		case <-ctx.Done():
			return
		}
	}
}

// answer does what a line asks for and prints what came of it. An output that is closed ends nothing: cards say so
// when they cannot be printed.
func (c *Console) answer(ctx context.Context, talk bot.Conversation, line string, n int) {
	if !strings.HasPrefix(line, "/") {
		line = "/" + line
	}
	typed, ok := bot.Parse(talk.Commands(), "", line)
	if !ok {
		typed.Command = strings.TrimLeft(line, "/")
	}
	now := c.now()
	a := talk.Answer(ctx, bot.Request{
		ID:      strconv.FormatInt(now.UnixNano(), 36) + "/" + strconv.Itoa(n),
		At:      now,
		From:    bot.Person{ID: Person, Admin: func(context.Context) (bool, error) { return true, nil }},
		Where:   intel.Destination{Platform: Name, Chat: c.chat},
		Command: typed.Command,
		Args:    typed.Args,
	})
	select {
	case <-ctx.Done():
	case <-c.turn:
		_ = c.print(ctx, c.look.render(">", a.Message))
	}
}
