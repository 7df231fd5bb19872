package detect

import (
	"math"
	"strconv"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// claimReader finds the figures that an article claims: by how much the hashrate or a price is said to have
// moved. A figure counts only where one sentence names the quantity, the move and the number; a share ("18 % of
// the world's hashrate"), a level ("fell to 13 %") and the move of something else are no claims.
type claimReader struct {
	hash, coin, price, other headlineSet
	down, up                 headlineSet
}

func newClaimReader(names map[string]headlineConcept) claimReader {
	set := func(groups ...string) (s headlineSet) {
		for _, g := range groups {
			s.add(names[g])
		}
		return s
	}
	return claimReader{
		hash: set("hash"), coin: set("coin", "crypto"), price: set("claimprice"), other: set("otherq"),
		down: set("fall", "claimdown"), up: set("rise", "claimup"),
	}
}

// claim is a figure and the tokens that make it.
type claim struct {
	intel.Figure
	start, end int
}

// claimWord is a word that matters for claims, at its tokens.
type claimWord struct {
	what       claimSort
	start, end int
}

type claimSort uint8

const (
	claimHash claimSort = iota
	claimPrice
	claimOther
	claimDown
	claimUp
)

// How far apart, in tokens, number, verb and quantity may stand.
const (
	claimVerbReach     = 9
	claimQuantityReach = 14
)

// read returns the first claim about the hashrate and the first about a price, either nil. The title's come
// before the summary's.
func (r *claimReader) read(h *headlineHits) (hashrate, price *claim) {
	tokens := h.text.tokens
	if !h.mentions(r.hash) && !h.mentions(r.coin) || !h.mentions(r.down) && !h.mentions(r.up) {
		return nil, nil
	}
	for start := 0; start < len(tokens); {
		end := start
		for end < len(tokens) && tokens[end].sent == tokens[start].sent && tokens[end].part == tokens[start].part {
			end++
		}
		for _, c := range r.sentence(h, start, end) {
			if c.Of == intel.OfHashrate && hashrate == nil {
				hashrate = &c
			} else if c.Of == intel.OfPrice && price == nil {
				price = &c
			}
		}
		start = end
	}
	return hashrate, price
}

func (h *headlineHits) mentions(s headlineSet) bool { return h.title.meets(s) || h.summary.meets(s) }

// sentence reads the claims of tokens [start, end).
func (r *claimReader) sentence(h *headlineHits, start, end int) []claim {
	numbers := claimNumbers(h.text.tokens, start, end)
	if len(numbers) == 0 {
		return nil
	}
	words := r.words(h, start, end)
	var claims []claim
	for _, n := range numbers {
		if c, ok := claimOf(h.text.tokens, n, words, end); ok {
			claims = append(claims, c)
		}
	}
	return claims
}

// words collects what matters in a sentence. A coin's name beside "hash rate" belongs to the hashrate.
func (r *claimReader) words(h *headlineHits, start, end int) []claimWord {
	var words []claimWord
	for c := range len(h.first) - 1 {
		concept := headlineConcept(c)
		var sort claimSort
		switch {
		case r.hash.has(concept):
			sort = claimHash
		case r.other.has(concept):
			sort = claimOther
		case r.coin.has(concept) || r.price.has(concept):
			sort = claimPrice
		case r.down.has(concept):
			sort = claimDown
		case r.up.has(concept):
			sort = claimUp
		default:
			continue
		}
		for _, hit := range h.of(concept) {
			if hit.start >= start && hit.end <= end {
				words = append(words, claimWord{what: sort, start: hit.start, end: hit.end})
			}
		}
	}
	return claimOwned(words)
}

// claimOwned takes out the coins that only say whose hashrate it is ("Bitcoin's hash rate"), and the hashrates
// that something is a share of: there the share moves.
func claimOwned(words []claimWord) []claimWord {
	kept := words[:0:0]
	for _, w := range words {
		drop := false
		for _, o := range words {
			owner := o.what == claimHash && w.what == claimPrice && w.end+2 >= o.start && o.end+2 >= w.start
			share := o.what == claimOther && w.what == claimHash && o.end < w.start && w.start-o.end <= 4
			drop = drop || owner || share
		}
		if !drop {
			kept = append(kept, w)
		}
	}
	return kept
}

// claimNumber is a ratio as written, without its sign, or a change from one amount to another, with it.
type claimNumber struct {
	value      float64
	signed     bool
	money      bool // it compares prices
	rate       bool // it compares hash rates
	start, end int
}

func claimNumbers(tokens []headlineToken, start, end int) []claimNumber {
	var out []claimNumber
	for i := start; i < end; i++ {
		if n, ok := claimPercent(tokens, i, end); ok {
			out = append(out, n)
		} else if n, ok := claimFraction(tokens, i, start, end); ok {
			out = append(out, n)
		} else if n, ok := claimFromTo(tokens, i, end); ok {
			out = append(out, n)
			i = n.end - 1
		}
	}
	return out
}

func claimPercent(tokens []headlineToken, i, end int) (claimNumber, bool) {
	if !tokens[i].number || i+1 >= end {
		return claimNumber{}, false
	}
	n := headlinePercent(tokens[:end], i+1)
	v, ok := headlineValue(tokens[i].word)
	if n == 0 || !ok || v <= 0 || v > 100 {
		return claimNumber{}, false
	}
	return claimNumber{value: v / 100, start: i, end: i + 1 + n}, true
}

// claimFractions are the words for parts of one. Those of one word that is also an ordinal want an article or
// "by" before and no noun of time after; see claimFraction.
var claimFractions = map[string]float64{
	"tenth": 0.1, "fifth": 0.2, "quarter": 0.25, "third": 1.0 / 3, "thirds": 1.0 / 3, "half": 0.5, "fifths": 0.2,
	"quarters": 0.25, "halved": 0.5, "halves": 0.5,
	"четверть": 0.25, "треть": 1.0 / 3, "половину": 0.5, "половина": 0.5, "вдвое": 0.5, "пятую": 0.2, "пятая": 0.2,
	"чверть": 0.25, "третину": 1.0 / 3,
	"quinta": 0.2, "quinto": 0.2, "cuarto": 0.25, "cuarta": 0.25, "tercio": 1.0 / 3, "mitad": 0.5, "quarto": 0.25,
	"terco": 1.0 / 3, "metade": 0.5,
	"خمس": 0.2, "ربع": 0.25, "ثلث": 1.0 / 3, "نصف": 0.5,
}

func claimFraction(tokens []headlineToken, i, start, end int) (claimNumber, bool) {
	if n, ok := claimHanFraction(tokens, i, end); ok {
		return n, true
	}
	v, ok := claimFractions[tokens[i].word]
	if !ok {
		return claimNumber{}, false
	}
	number := claimNumber{value: v, start: i, end: i + 1}
	if tokens[i].word[0] >= 0x80 || strings.HasPrefix(tokens[i].word, "halve") || tokens[i].word == "mitad" ||
		tokens[i].word == "metade" {
		return number, true
	}
	if i == start || i+1 < end && claimOrdinalNouns[tokens[i+1].word] {
		return claimNumber{}, false
	}
	switch tokens[i-1].word {
	case "two", "dos", "dois":
		number.value *= 2
	case "three", "tres":
		number.value *= 3
	case "a", "one", "by", "almost", "nearly", "about", "roughly", "around", "over", "some", "un", "una", "um", "uma":
	default:
		if tokens[i].word != "half" {
			return claimNumber{}, false
		}
	}
	return number, number.value < 1
}

var claimOrdinalNouns = gazetteerWordSet("straight time day week month year consecutive largest biggest quarter session " +
	"party place round hour an day's")

// claimHanFraction reads 五分之一 ("one of five parts") and 一半 ("half").
func claimHanFraction(tokens []headlineToken, i, end int) (claimNumber, bool) {
	const digits = "一二三四五六七八九十"
	value := func(word string) float64 { return float64(strings.Index(digits, word)/len("一") + 1) }
	switch {
	case i+1 < end && tokens[i].word == "一" && tokens[i+1].word == "半":
		return claimNumber{value: 0.5, start: i, end: i + 2}, true
	case i+3 < end && tokens[i+1].word == "分" && tokens[i+2].word == "之":
		whole, part := value(tokens[i].word), value(tokens[i+3].word)
		return claimNumber{value: part / max(whole, 1), start: i, end: i + 4}, whole > part && part > 0
	}
	return claimNumber{}, false
}

// claimFromTo reads "from 205 000 PH/s to 177 330 PH/s" and "to $42,000 from $47,000" at token i.
func claimFromTo(tokens []headlineToken, i, end int) (claimNumber, bool) {
	first := tokens[i].word
	if first != "from" && first != "to" {
		return claimNumber{}, false
	}
	a, at, unit, ok := claimAmount(tokens, i+1, end)
	if !ok {
		return claimNumber{}, false
	}
	second := "to"
	if first == "to" {
		second = "from"
	}
	for j := at; j < min(at+6, end); j++ {
		if tokens[j].word != second {
			continue
		}
		b, last, unit2, ok := claimAmount(tokens, j+1, end)
		if !ok || unit != unit2 {
			return claimNumber{}, false
		}
		if first == "to" {
			a, b = b, a
		}
		return claimNumber{
			value: b/a - 1, signed: true, money: unit == claimMoney, rate: unit != claimMoney, start: i, end: last,
		}, a > 0 && b > 0
	}
	return claimNumber{}, false
}

const claimMoney = "$"

// claimAmount reads an amount of money or of hashes a second at or just after token i, and returns the token
// behind it and its unit. Amounts of hashes are all in hashes a second, so the unit only tells them from money.
func claimAmount(tokens []headlineToken, i, end int) (value float64, next int, unit string, ok bool) {
	for skip := 0; i < end && !tokens[i].number; skip++ {
		if headlineCurrency(tokens[i].word) {
			unit = claimMoney
		}
		if i++; skip == 3 {
			return 0, 0, "", false
		}
	}
	if i >= end {
		return 0, 0, "", false
	}
	word := tokens[i].word
	for i++; i < end && tokens[i].number && len(tokens[i].word) == 3 && tokens[i].start == tokens[i-1].end+1; i++ {
		word += tokens[i].word // "205 000"
	}
	if value, ok = headlineValue(word); !ok {
		return 0, 0, "", false
	}
	if unit == claimMoney {
		return value, i, unit, true
	}
	if i < end {
		if scale := claimRate(tokens[i].word); scale > 0 {
			return value * scale, i + 1, "H/s", true
		}
	}
	return 0, 0, "", false
}

// claimRate is how many hashes a second a unit is, or 0.
func claimRate(unit string) float64 {
	switch strings.TrimSuffix(unit, "es") {
	case "th", "terahash":
		return 1e12
	case "ph", "petahash":
		return 1e15
	case "eh", "exahash":
		return 1e18
	}
	return 0
}

// claimOf decides what a number is about, and which way it went.
func claimOf(tokens []headlineToken, n claimNumber, words []claimWord, end int) (claim, bool) {
	c := claim{Figure: intel.Figure{Unit: intel.UnitRatio}, start: n.start, end: n.end}
	verb, ok := claimVerb(tokens, words, n.start, n.end)
	switch {
	case n.rate:
		c.Of = intel.OfHashrate
	case n.signed && !ok:
		return c, false
	case !ok && !strings.HasPrefix(tokens[n.start].word, "halve"):
		return c, false
	case !n.signed && claimIsLevel(tokens, n, end):
		return c, false
	default:
		if !ok {
			verb = claimWord{what: claimDown, start: n.start, end: n.end}
		}
		quantity, found := claimQuantity(tokens, n, verb, words, end)
		if !found {
			return c, false
		}
		c.Of = quantity
	}
	c.Value = n.value
	if !n.signed && verb.what == claimDown {
		c.Value = -n.value
	}
	c.Value = math.Round(c.Value*1e4) / 1e4
	if ok {
		c.start, c.end = min(c.start, verb.start), max(c.end, verb.end)
	}
	return c, true
}

// claimVerb finds the word of moving nearest to tokens [start, end). What stands before counts as twice as near:
// "fell 5 % after a rise". A comma behind the number cuts it off from what follows.
func claimVerb(tokens []headlineToken, words []claimWord, start, end int) (claimWord, bool) {
	best, nearest := claimWord{}, 2*claimVerbReach+1
	for _, w := range words {
		if w.what < claimDown || w.start < end && start < w.end || claimComma(tokens, end, w.start) {
			continue
		}
		gap, far := w.start-end, 2*(w.start-end)
		if w.end <= start {
			gap, far = start-w.end, start-w.end
		}
		if gap <= claimVerbReach && far < nearest {
			best, nearest = w, far
		}
	}
	return best, nearest <= 2*claimVerbReach
}

func claimComma(tokens []headlineToken, from, to int) bool {
	for i := from; i <= to; i++ {
		if tokens[i].before == ',' {
			return true
		}
	}
	return false
}

// claimQuantity finds what moved: what the number is said to be part of ("a fifth of Bitcoin's hash rate"), else
// the subject before the verb, else what follows ("a 12 % drop in the hash rate").
func claimQuantity(tokens []headlineToken, n claimNumber, verb claimWord, words []claimWord, end int) (intel.Quantity, bool) {
	if n.end < end && claimPartWords[tokens[n.end].word] {
		if w, ok := claimAfter(words, n.end, 6); ok && (w.what == claimHash || w.what == claimOther) {
			return claimKind(w)
		}
	}
	if w, ok := claimBefore(words, min(verb.start, n.start), claimQuantityReach); ok {
		return claimKind(w)
	}
	if w, ok := claimBefore(words, max(verb.start, n.start), claimQuantityReach); ok {
		return claimKind(w)
	}
	w, ok := claimAfter(words, max(verb.end, n.end), 7)
	if !ok {
		return "", false
	}
	return claimKind(w)
}

var claimPartWords = gazetteerWordSet("of off from de do da del в от из من")

func claimKind(w claimWord) (intel.Quantity, bool) {
	switch w.what {
	case claimHash:
		return intel.OfHashrate, true
	case claimPrice:
		return intel.OfPrice, true
	}
	return "", false
}

func claimBefore(words []claimWord, at, reach int) (claimWord, bool) {
	best := claimWord{end: -1}
	for _, w := range words {
		if w.what < claimDown && w.end <= at && at-w.end <= reach && w.end > best.end {
			best = w
		}
	}
	return best, best.end >= 0
}

func claimAfter(words []claimWord, at, reach int) (claimWord, bool) {
	best, found := claimWord{}, false
	for _, w := range words {
		if w.what < claimDown && w.start >= at && w.start-at <= reach && (!found || w.start < best.start) {
			best, found = w, true
		}
	}
	return best, found
}

var (
	claimLevelBefore = gazetteerWordSet("to at above below under than accounts accounted accounting represents represented")
	claimLevelAfter  = gazetteerWordSet("below above under share chance probability stake")
	claimShareWords  = gazetteerWordSet("account accounts accounted accounting share represents represented representing " +
		"responsible contributes contributed contributing hosts hosted home makes provides provided controls doля доля " +
		"долю приходится representa cuota participacion")
	claimLongAgo = gazetteerWordSet("since year years months weeks ytd peak peaks record highs quarter")
	claimMonths  = gazetteerWordSet("january february march april may june july august september october november " +
		"december")
)

// claimIsLevel says whether a number is a share or a level and not a move, or a move over so long a time that it
// says nothing about now.
func claimIsLevel(tokens []headlineToken, n claimNumber, end int) bool {
	if n.start > 0 && claimLevelBefore[tokens[n.start-1].word] {
		return tokens[n.start-1].word != "than" || n.start < 2 || tokens[n.start-2].word == "less"
	}
	if n.end < end && claimLevelAfter[tokens[n.end].word] {
		return true
	}
	for i := n.start - 1; i >= max(0, n.start-5) && tokens[i].sent == tokens[n.start].sent; i-- {
		if claimShareWords[tokens[i].word] && (!strings.HasPrefix(tokens[i].word, "account") || tokens[i+1].word == "for") {
			return true
		}
	}
	for i := n.end; i < min(n.end+4, end); i++ {
		if claimLongAgo[tokens[i].word] || claimMonths[tokens[i].word] && tokens[i].capital {
			return true
		}
	}
	return false
}

// claimReason says in words what was claimed.
func claimReason(c *claim, t *headlineText) string {
	percent := strconv.FormatFloat(math.Round(c.Value*1000)/10, 'f', -1, 64)
	return "claim: " + string(c.Of) + " " + percent + " % ('" + t.quote(c.start, c.end) + "')"
}
