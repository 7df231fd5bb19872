package detect

import "strings"

// appendFigures adds percentages, amounts of money and whether the title asks.
func (w *headlineWords) appendFigures(all []headlineFound, t *headlineText) []headlineFound {
	tokens := t.tokens
	for i := range tokens {
		if !tokens[i].number {
			continue
		}
		if i+1 < len(tokens) && headlinePercent(tokens, i+1) > 0 {
			all = append(all, headlineFound{headlineHit{i, i + 1}, w.ratio})
			if v, ok := headlineValue(tokens[i].word); ok && v >= 7 {
				all = append(all, headlineFound{headlineHit{i, i + 1}, w.big})
			}
		}
		if i > 0 && headlineCurrency(tokens[i-1].word) {
			all = append(all, headlineFound{headlineHit{i - 1, i + 1}, w.money})
			if headlineRound(tokens[i].word) {
				all = append(all, headlineFound{headlineHit{i - 1, i + 1}, w.round})
			}
		}
	}
	if t.split > 0 && headlineAsks(t) {
		all = append(all, headlineFound{headlineHit{0, 1}, w.asks})
	}
	return all
}

// headlineRound says whether an amount is one that headlines remark on: 40,000 or 65,000.
func headlineRound(word string) bool {
	return strings.HasSuffix(word, "0,000") || strings.HasSuffix(word, "5,000")
}

// headlineAsks says whether the title is a question or announces an answer to one: "Why ...".
func headlineAsks(t *headlineText) bool {
	switch t.tokens[0].word {
	case "why", "how", "what", "who", "where", "warum", "почему", "как", "لماذا", "چرا":
		return true
	}
	end := strings.HasSuffix(strings.TrimRight(t.title, " \"'”’"), "?")
	switch t.tokens[0].word {
	case "is", "are", "will", "can", "could", "does", "do", "should", "has", "did":
		return end || strings.Contains(t.title, "? ")
	}
	return end
}

// headlineValue reads a number with a point or a comma before its decimals, and with either between thousands.
func headlineValue(word string) (float64, bool) {
	point := strings.LastIndexAny(word, ".,")
	if point >= 0 && (len(word)-point == 4 && word[:point] != "0" || strings.Count(word, word[point:point+1]) > 1) {
		point = -1 // "205,000"
	}
	v, scale := 0.0, 0.0
	for i := 0; i < len(word); i++ {
		switch c := word[i]; {
		case i == point:
			scale = 1
		case c >= '0' && c <= '9':
			v = v*10 + float64(c-'0')
			scale *= 10
		case c != '.' && c != ',':
			return 0, false
		}
	}
	if scale > 0 {
		v /= scale
	}
	return v, word != ""
}

// headlinePercent is how many tokens at i say "percent", or 0.
func headlinePercent(tokens []headlineToken, i int) int {
	switch tokens[i].word {
	case "%", "percent", "pct", "процентов", "процента", "відсотків":
		return 1
	case "per", "por", "в", "في", "pour":
		if i+1 < len(tokens) {
			switch tokens[i+1].word {
			case "cent", "ciento", "cento", "المئه", "المائه":
				return 2
			}
		}
	case "بالمئه", "بالمائه", "درصد":
		return 1
	}
	return 0
}

func headlineCurrency(word string) bool {
	switch word {
	case "$", "€", "£", "¥", "usd":
		return true
	}
	return false
}
