package detect

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// headlineTrie finds phrases of words in one pass over the words of a text. A phrase's last word may end in
// "*", and so may any other: then it stands for every word that begins so.
type headlineTrie struct {
	words  map[string]int32 // exact words
	stems  map[string]int32 // beginnings of words
	edges  map[uint64]int32 // node and word to node
	leaves [][]int32        // what ends at a node
}

func newHeadlineTrie() *headlineTrie {
	return &headlineTrie{
		words: map[string]int32{}, stems: map[string]int32{}, edges: map[uint64]int32{},
		leaves: make([][]int32, 1),
	}
}

// headlineShortestStem keeps the number of look-ups per word small.
const headlineShortestStem = 3

// headlinePhraseWords splits a phrase of the tables the way texts are split.
func headlinePhraseWords(phrase string) []string {
	var words []string
	for _, field := range strings.Fields(phrase) {
		bare, isStem := strings.CutSuffix(field, "*")
		s := headlineScanner{}
		s.scan(bare, 0)
		for i, t := range s.out {
			if isStem && i == len(s.out)-1 {
				t.word += "*"
			}
			words = append(words, t.word)
		}
	}
	return words
}

func (t *headlineTrie) add(phrase string, leaf int32) {
	t.addWords(headlinePhraseWords(phrase), leaf)
}

func (t *headlineTrie) addWords(words []string, leaf int32) {
	node := int32(0)
	for _, w := range words {
		edge := uint64(node)<<32 | uint64(t.id(w))
		next, ok := t.edges[edge]
		if !ok {
			next = int32(len(t.leaves))
			t.leaves = append(t.leaves, nil)
			t.edges[edge] = next
		}
		node = next
	}
	if node != 0 && !slices.Contains(t.leaves[node], leaf) {
		t.leaves[node] = append(t.leaves[node], leaf)
	}
}

func (t *headlineTrie) id(word string) int32 {
	table := t.words
	if stem, isStem := strings.CutSuffix(word, "*"); isStem && utf8.RuneCountInString(stem) >= headlineShortestStem {
		table, word = t.stems, stem
	}
	if id, ok := table[word]; ok {
		return id
	}
	id := int32(len(t.words) + len(t.stems) + 1)
	table[word] = id
	return id
}

// headlineIDs holds, for each token, the ids of the table words it can stand for.
type headlineIDs struct {
	ids   []int32
	first []int32 // ids[first[i]:first[i+1]] belong to token i
}

func (t *headlineTrie) ids(tokens []headlineToken) headlineIDs {
	x := headlineIDs{ids: make([]int32, 0, 2*len(tokens)), first: make([]int32, 1, len(tokens)+1)}
	for _, token := range tokens {
		if id, ok := t.words[token.word]; ok {
			x.ids = append(x.ids, id)
		}
		x.ids = t.appendStems(x.ids, token.word)
		x.first = append(x.first, int32(len(x.ids)))
	}
	return x
}

func (t *headlineTrie) appendStems(ids []int32, word string) []int32 {
	if len(t.stems) == 0 || len(word) < headlineShortestStem {
		return ids
	}
	runes := 0
	for at := range word {
		if runes >= headlineShortestStem {
			if id, ok := t.stems[word[:at]]; ok {
				ids = append(ids, id)
			}
		}
		if runes++; runes > 24 {
			return ids
		}
	}
	if id, ok := t.stems[word]; ok {
		ids = append(ids, id)
	}
	return ids
}

func (x headlineIDs) of(token int) []int32 { return x.ids[x.first[token]:x.first[token+1]] }

// match calls found for every phrase that stands in the text: its leaf and its tokens [start, end). Phrases
// do not cross from one sentence into the next.
func (t *headlineTrie) match(tokens []headlineToken, found func(leaf int32, start, end int)) {
	x := t.ids(tokens)
	for start := range tokens {
		if len(x.of(start)) > 0 {
			t.walk(tokens, x, 0, start, start, found)
		}
	}
}

func (t *headlineTrie) walk(
	tokens []headlineToken, x headlineIDs, node int32, start, at int, found func(leaf int32, start, end int),
) {
	if at == len(tokens) || tokens[at].sent != tokens[start].sent {
		return
	}
	for _, id := range x.of(at) {
		next, ok := t.edges[uint64(node)<<32|uint64(id)]
		if !ok {
			continue
		}
		for _, leaf := range t.leaves[next] {
			found(leaf, start, at+1)
		}
		t.walk(tokens, x, next, start, at+1, found)
	}
}
