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
	heads  map[string]int   // the first three letters of the stems, and how long the longest with them is, in bytes
	root   []int32          // word to node, for the first word of a phrase
	edges  map[uint64]int32 // node and word to node, for the others
	leaves [][]int32        // what ends at a node
	inner  []bool           // whether a phrase goes on behind a node
}

func newHeadlineTrie() *headlineTrie {
	return &headlineTrie{
		words: map[string]int32{}, stems: map[string]int32{}, heads: map[string]int{}, edges: map[uint64]int32{},
		leaves: make([][]int32, 1), inner: make([]bool, 1),
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
		id := t.id(w)
		next := t.next(node, id)
		if next == 0 {
			next = t.grow(node, id)
		}
		node = next
	}
	if node != 0 && !slices.Contains(t.leaves[node], leaf) {
		t.leaves[node] = append(t.leaves[node], leaf)
	}
}

// next is the node behind a node for a word, or 0.
func (t *headlineTrie) next(node, word int32) int32 {
	if node == 0 {
		if int(word) < len(t.root) {
			return t.root[word]
		}
		return 0
	}
	return t.edges[uint64(node)<<32|uint64(word)]
}

func (t *headlineTrie) grow(node, word int32) int32 {
	next := int32(len(t.leaves))
	t.leaves, t.inner = append(t.leaves, nil), append(t.inner, false)
	t.inner[node] = true
	if node != 0 {
		t.edges[uint64(node)<<32|uint64(word)] = next
		return next
	}
	for int(word) >= len(t.root) {
		t.root = append(t.root, 0)
	}
	t.root[word] = next
	return next
}

func (t *headlineTrie) id(word string) int32 {
	table := t.words
	if stem, isStem := strings.CutSuffix(word, "*"); isStem && utf8.RuneCountInString(stem) >= headlineShortestStem {
		table, word = t.stems, stem
		head := word[:headlineHead(word)]
		t.heads[head] = max(t.heads[head], len(word))
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
	head := headlineHead(word)
	if head == 0 {
		return ids
	}
	longest := t.heads[word[:head]]
	for end := head; end <= min(longest, len(word)); end++ {
		if end < len(word) && !utf8.RuneStart(word[end]) {
			continue
		}
		if id, ok := t.stems[word[:end]]; ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// headlineHead is how many bytes the first letters of a word take, as many as the shortest stem has; 0 where the
// word is shorter.
func headlineHead(word string) int {
	runes := 0
	for at := range word {
		if runes == headlineShortestStem {
			return at
		}
		runes++
	}
	if runes == headlineShortestStem {
		return len(word)
	}
	return 0
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
		next := t.next(node, id)
		if next == 0 {
			continue
		}
		for _, leaf := range t.leaves[next] {
			found(leaf, start, at+1)
		}
		if t.inner[next] {
			t.walk(tokens, x, next, start, at+1, found)
		}
	}
}
