package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// A reading is old when nothing newer came for so long. A price moves each minute; without a block for two hours
// the chain would have stood still as it does once in years.
const (
	oldPrice    = 15 * time.Minute
	oldHashrate = 2 * time.Hour
)

func (t *Talk) priceCommand() Command {
	return Command{
		Name:    "price",
		Summary: "Show the newest price, and how it has moved",
		Example: "BTC",
		Parameters: []Parameter{{
			Name: "asset", Summary: "The asset, such as BTC; all that are watched if left out",
			Suggest: t.suggestAssets,
		}},
		Run: t.price,
	}
}

func (t *Talk) price(ctx context.Context, r Request) (Message, error) {
	prices, err := t.readings(ctx, intel.OfPrice)
	if err != nil {
		return Message{}, err
	}
	if len(prices) == 0 {
		return Message{
			Headline: "No price is known",
			Lines:    []string{"None of the markets that are watched has said anything since the bot began to watch."},
		}, nil
	}
	asset := strings.ToUpper(r.Args["asset"])
	if asset == "" {
		return t.allPrices(prices), nil
	}
	for i := range prices {
		if strings.EqualFold(prices[i].Asset, asset) {
			return t.reading(&prices[i], Plain(prices[i].Asset)+": "+dollars(prices[i].Value), oldPrice), nil
		}
	}
	return Message{}, refuse("The price of "+quote(asset)+" is not watched.",
		"There is "+list(assetsOf(prices))+".")
}

// allPrices is one line for each asset.
func (t *Talk) allPrices(prices []intel.Reading) Message {
	if len(prices) == 1 {
		return t.reading(&prices[0], Plain(prices[0].Asset)+": "+dollars(prices[0].Value), oldPrice)
	}
	m := Message{Headline: "Prices"}
	for i := range prices {
		p := &prices[i]
		value := dollars(p.Value)
		for _, move := range p.Moves {
			value += ", " + moved(&move)
		}
		value += " (" + Plain(p.Source) + ", " + ago(p.At, t.now()) + ")"
		if t.now().Sub(p.At) > oldPrice {
			value += " - old"
		}
		m.Facts = append(m.Facts, Fact{Plain(p.Asset), value})
	}
	return m
}

func (t *Talk) hashrateCommand() Command {
	return Command{
		Name:    "hashrate",
		Summary: "Show the Bitcoin hashrate with its uncertainty, and how it has moved",
		Run:     t.hashrate,
	}
}

func (t *Talk) hashrate(ctx context.Context, _ Request) (Message, error) {
	found, err := t.readings(ctx, intel.OfHashrate)
	if err != nil {
		return Message{}, err
	}
	if len(found) == 0 {
		return Message{
			Headline: "The hashrate is not known",
			Lines:    []string{"No block has been heard of since the bot began to watch."},
		}, nil
	}
	h := &found[0]
	m := t.reading(h, "Bitcoin hashrate: "+decimal(h.Value, 0)+" EH/s", oldHashrate)
	m.Lines = append(m.Lines,
		"Nobody measures the hashrate: it is reckoned from how fast blocks come, and blocks come by chance.")
	return m, nil
}

// reading shows one figure with all that says how far to trust it.
func (t *Talk) reading(r *intel.Reading, headline string, old time.Duration) Message {
	m := Message{Headline: headline}
	if age := t.now().Sub(r.At); age > old {
		m.Severity = intel.Minor
		m.Lines = append(m.Lines, "This is old: nothing newer has come for "+span(age)+".")
	}
	if r.Low != nil && r.High != nil {
		m.Facts = append(m.Facts, Fact{"95 %", decimal(*r.Low, 0) + " ... " + decimal(*r.High, 0) + " EH/s"})
	}
	for i := range r.Moves {
		m.Facts = append(m.Facts, Fact{"In " + span(r.Moves[i].Over), moveWords(&r.Moves[i])})
	}
	if r.Over != "" {
		m.Facts = append(m.Facts, Fact{"Rests on", Plain(r.Over)})
	}
	source := Plain(r.Source)
	if source == "" {
		source = "unknown"
	}
	m.Facts = append(m.Facts, Fact{"Source", source}, Fact{"As of", moment(r.At) + ", " + ago(r.At, t.now())})
	return m
}

// moved is a move in a line of several: "+0.2 % in 1 h".
func moved(m *intel.Move) string { return change(m.Change) + " % in " + span(m.Over) }

// moveWords says how it moved, and where chance may have done it, so.
func moveWords(m *intel.Move) string {
	f := intel.Figure{Value: m.Change, Low: m.Low, High: m.High, Unit: intel.UnitRatio}
	text := change(m.Change) + " %" + interval(&f)
	if m.Low != nil && m.High != nil && *m.Low <= 0 && *m.High >= 0 {
		text += " - no change is compatible with this"
	}
	return text
}

// readings are those of one quantity, by asset.
func (t *Talk) readings(ctx context.Context, of intel.Quantity) ([]intel.Reading, error) {
	all, err := store.Readings{Documents: t.store}.Current(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r intel.Reading) bool { return r.Of != of })
	slices.SortStableFunc(all, func(a, b intel.Reading) int {
		if first := a.Asset == "BTC"; first != (b.Asset == "BTC") {
			if first {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Asset, b.Asset)
	})
	return all, nil
}

func (t *Talk) suggestAssets(ctx context.Context, _ Request, typed string) []Choice {
	prices, err := t.readings(ctx, intel.OfPrice)
	if err != nil {
		return nil
	}
	var choices []Choice
	for _, a := range assetsOf(prices) {
		choices = append(choices, Choice{Name: a, Value: a})
	}
	return fitting(choices, typed)
}

func assetsOf(prices []intel.Reading) []string {
	var names []string
	for _, p := range prices {
		names = append(names, Plain(p.Asset))
	}
	return names
}

// dollars writes a price with as many digits as it needs: "42,123 dollars", "0.9987 dollars".
func dollars(value float64) string {
	switch {
	case value >= 1000:
		return grouped(decimal(value, 0)) + " dollars"
	case value >= 10:
		return decimal(value, 2) + " dollars"
	}
	return decimal(value, 4) + " dollars"
}

// grouped puts commas between thousands.
func grouped(digits string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
