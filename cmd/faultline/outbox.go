package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// outboxCommand shows what was given up and takes it up again.
type outboxCommand struct {
	List    outboxList    `cmd:"" help:"List the messages that were given up, each with its reason."`
	Show    outboxShow    `cmd:"" help:"Show one of them with all that is known of it."`
	Requeue outboxRequeue `cmd:"" help:"Send some of them again."`
}

// letter is a card or an announcement that was given up.
type letter struct {
	card  *intel.Card
	word  *intel.Announcement
	title string
}

// id names a letter on the command line.
func (l letter) id() string {
	if l.card != nil {
		return l.card.Incident + "@" + l.card.Destination.String()
	}
	return "announcement:" + l.word.Key
}

func (l letter) reason() string {
	if l.card != nil {
		return l.card.Abandoned
	}
	return l.word.Abandoned
}

const lettersAtOnce = 200

// letters hands every dead letter to yield, cards first.
func letters(ctx context.Context, kept store.Store, yield func(letter) error) error {
	for after := (intel.Card{}); ; {
		cards, err := kept.AbandonedCards(ctx, after, lettersAtOnce)
		if err != nil {
			return err
		}
		for i := range cards {
			if err := yield(letter{card: &cards[i], title: titleOf(ctx, kept, cards[i].Incident)}); err != nil {
				return err
			}
		}
		if len(cards) < lettersAtOnce {
			break
		}
		after = cards[len(cards)-1]
	}
	for after := ""; ; {
		words, err := kept.AbandonedAnnouncements(ctx, after, lettersAtOnce)
		if err != nil {
			return err
		}
		for i := range words {
			if err := yield(letter{word: &words[i], title: words[i].Title}); err != nil {
				return err
			}
		}
		if len(words) < lettersAtOnce {
			return nil
		}
		after = words[len(words)-1].Key
	}
}

func titleOf(ctx context.Context, kept store.Incidents, id string) string {
	i, err := kept.Incident(ctx, id)
	if err != nil {
		return "(the incident is not there any more)"
	}
	return i.Title
}

// withStore opens the configured store for one command, which makes none where there is none.
func withStore(ctx context.Context, f configFlag, c *console, do func(store.Store) error) (err error) {
	cfg, err := f.load(c)
	if err != nil {
		return err
	}
	if _, err := os.Stat(cfg.Store.Path); !cfg.Store.RedisURL.IsSet() && errors.Is(err, fs.ErrNotExist) {
		return usage(fmt.Errorf("there is no store at %s; run this where the bot runs, or set store.path", cfg.Store.Path))
	}
	kept, err := openStore(ctx, cfg, c)
	if err != nil {
		return err
	}
	defer func() {
		if e := kept.Close(); err == nil {
			err = e
		}
	}()
	return do(kept)
}

type outboxList struct{ configFlag }

// Run lists dead letters, one a line.
func (o *outboxList) Run(ctx context.Context, c *console) error {
	return withStore(ctx, o.configFlag, c, func(kept store.Store) error {
		n := 0
		err := letters(ctx, kept, func(l letter) error {
			n++
			_, err := fmt.Fprintf(c.out, "%s\t%s\t%s\n", l.id(), l.reason(), l.title)
			return err
		})
		if err == nil && n == 0 {
			fmt.Fprintln(c.err, "nothing was given up")
		}
		return err
	})
}

// errFound ends a walk that has found what it looked for.
var errFound = errors.New("found")

// pick walks to the letter with an id.
func pick(ctx context.Context, kept store.Store, id string) (letter, error) {
	var found letter
	err := letters(ctx, kept, func(l letter) error {
		if l.id() != id {
			return nil
		}
		found = l
		return errFound
	})
	switch {
	case errors.Is(err, errFound):
		return found, nil
	case err != nil:
		return letter{}, err
	default:
		return letter{}, usage(fmt.Errorf("no message %q was given up; `faultline outbox list` names them", id))
	}
}

type outboxShow struct {
	configFlag
	ID string `arg:"" help:"As outbox list names it."`
}

// Run shows one dead letter.
func (o *outboxShow) Run(ctx context.Context, c *console) error {
	return withStore(ctx, o.configFlag, c, func(kept store.Store) error {
		l, err := pick(ctx, kept, o.ID)
		if err != nil {
			return err
		}
		return l.show(c.out)
	})
}

func (l letter) show(w io.Writer) error {
	lines := []string{"title     " + l.title, "reason    " + l.reason()}
	if card := l.card; card != nil {
		lines = append(lines, "to        "+card.Destination.String(), "incident  "+card.Incident,
			fmt.Sprintf("wanted    revision %d", card.Wanted), fmt.Sprintf("told      revision %d", card.Told),
			fmt.Sprintf("attempts  %d", card.Attempts), "message   "+or(card.Receipt, "none was sent"))
	} else {
		lines = append(lines, "to        "+l.word.Destination.String(), fmt.Sprintf("attempts  %d", l.word.Attempts))
		for _, text := range l.word.Lines {
			lines = append(lines, "          "+text)
		}
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

type outboxRequeue struct {
	configFlag
	IDs []string `arg:"" optional:"" name:"id" help:"As outbox list names them."`
	All bool     `help:"Everything that was given up."`
}

// Run takes dead letters up again; the next run sends them.
func (o *outboxRequeue) Run(ctx context.Context, c *console) error {
	if o.All == (len(o.IDs) > 0) {
		return usage(errors.New("name the messages to send again, or --all"))
	}
	return withStore(ctx, o.configFlag, c, func(kept store.Store) error {
		var again []letter
		if o.All {
			if err := letters(ctx, kept, func(l letter) error {
				again = append(again, l)
				return nil
			}); err != nil {
				return err
			}
		}
		for _, id := range o.IDs {
			l, err := pick(ctx, kept, id)
			if err != nil {
				return err
			}
			again = append(again, l)
		}
		for _, l := range again {
			if err := l.requeue(ctx, kept); err != nil {
				return err
			}
		}
		if len(again) == 0 {
			fmt.Fprintln(c.err, "nothing was given up")
			return nil
		}
		_, err := fmt.Fprintf(c.out, "%s will be sent again\n", plural(len(again), "message"))
		return err
	})
}

func (l letter) requeue(ctx context.Context, kept store.Store) error {
	if l.card != nil {
		return kept.RequeueCard(ctx, l.card.Incident, l.card.Destination, kept.Now())
	}
	return kept.RequeueAnnouncement(ctx, l.word.Key, kept.Now())
}
