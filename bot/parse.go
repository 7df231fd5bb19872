package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Typed is a command as somebody typed it.
type Typed struct {
	Command string // a name of the table, or what was typed in its place
	Args    map[string]string
	// Named says that the line calls this bot by its name, so that it is meant and no other.
	Named bool
}

// Parse reads a typed line: "/feed add URL", "/feed_add URL", "/price@bot btc". It says no where the line is no
// command, or one for a bot of another name; an empty name of ours takes every line for us.
//
// Values are written as name=value or name:value, in quotation marks where they hold spaces, or bare: a bare word,
// or the most words in a row, goes to the first parameter that takes it; what is left over goes to the first free
// one. A command that is not in the table is handed out as it was typed.
func Parse(table []Command, ours, line string) (Typed, bool) {
	line = strings.TrimSpace(strings.ToValidUTF8(line, ""))
	if !strings.HasPrefix(line, "/") {
		return Typed{}, false
	}
	name, rest := word(line[1:])
	if name == "" {
		return Typed{}, false
	}
	typed := Typed{Command: strings.ToLower(strings.ReplaceAll(name, "_", " "))}
	if strings.HasPrefix(rest, "@") {
		var bot string
		bot, rest = word(rest[1:])
		if ours != "" && !strings.EqualFold(bot, ours) {
			return Typed{}, false
		}
		typed.Named = true
	}
	tokens := split(strings.TrimLeft(rest, "-–—:,"))
	command := typed.find(table, &tokens)
	if command == nil {
		return typed, true
	}
	typed.Args = arrange(command.Parameters, tokens)
	return typed, true
}

// word cuts the letters, digits and underscores off that a text begins with. A command ends with them, whatever
// follows: Telegram marks it so.
func word(text string) (name, rest string) {
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}

// find looks for the command, the longest name first, and takes the tokens that belong to its name away.
func (t *Typed) find(table []Command, tokens *[]token) *Command {
	if len(*tokens) > 0 && !strings.Contains(t.Command, " ") {
		longer := t.Command + " " + strings.ToLower((*tokens)[0].text)
		if c := lookUp(table, longer); c != nil {
			t.Command, *tokens = longer, (*tokens)[1:]
			return c
		}
	}
	return lookUp(table, t.Command)
}

func lookUp(table []Command, name string) *Command {
	for i := range table {
		if table[i].Name == name {
			return &table[i]
		}
	}
	return nil
}

// token is a piece of what was typed after the command.
type token struct {
	text   string
	quoted bool
	// name and value stood before and after an equals sign or a colon; what they are is for the parameters to say,
	// for an address has a colon too.
	name, value string
}

// closing is the mark that ends a quotation. Telephones write the curly ones by themselves. The apostrophe is none:
// it stands in names.
var closing = map[rune]string{'"': `"”`, '“': `”"`, '„': `“”"`, '«': `»`}

// split cuts at white space outside of quotation marks. A mark that nothing closes is a letter like any other.
func split(text string) []token {
	var tokens []token
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return tokens
		}
		var t token
		t, text = next(text)
		if t.text != "" {
			tokens = append(tokens, t)
		}
	}
}

// next cuts the first token off a text that does not begin with white space.
func next(text string) (token, string) {
	if inside, rest, ok := quotation(text); ok {
		return token{text: inside, quoted: true}, rest
	}
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		end = len(text)
	}
	at := strings.IndexAny(text[:end], "=:")
	if at <= 0 {
		return token{text: text[:end]}, text[end:]
	}
	t := token{name: text[:at]}
	if inside, rest, ok := quotation(text[at+1:]); ok {
		t.text, t.value = text[:len(text)-len(rest)], inside
		return t, rest
	}
	t.text, t.value = text[:end], text[at+1:end]
	return t, text[end:]
}

func quotation(text string) (inside, rest string, ok bool) {
	open, size := utf8.DecodeRuneInString(text)
	ends, is := closing[open]
	if !is {
		return "", text, false
	}
	end := strings.IndexAny(text[size:], ends)
	if end < 0 {
		return "", text, false
	}
	_, width := utf8.DecodeRuneInString(text[size+end:])
	return strings.TrimSpace(text[size : size+end]), text[size+end+width:], true
}

// mostWords is how many words in a row are tried as one value: "the Democratic Republic of the Congo" has six.
const mostWords = 6

// mostTokens is how far into a line values are looked for: nobody means so many, and looking takes time.
const mostTokens = 100

// joints may stand before a bare value and mean nothing: "price in Iran and Iraq", "KZ for 24h".
var joints = []string{"in", "on", "for", "of", "from", "about", "at", "and", "or", "&", "+"}

// arranger gives tokens to parameters.
type arranger struct {
	parameters []Parameter
	args       map[string]string
	left       []string
}

func arrange(parameters []Parameter, tokens []token) map[string]string {
	a := arranger{parameters: parameters, args: make(map[string]string)}
	for n := 0; len(tokens) > 0 && n < mostTokens; n++ {
		tokens = tokens[a.take(tokens):]
	}
	for _, t := range tokens {
		a.left = append(a.left, t.text)
	}
	if rest := strings.Join(a.left, " "); rest != "" {
		a.args[a.free()] = rest
	}
	return a.args
}

// take gives the first tokens to a parameter, or leaves the first one over, and says how many these were.
func (a *arranger) take(tokens []token) int {
	if n := a.named(tokens); n > 0 {
		return n
	}
	if n := a.bare(tokens); n > 0 {
		return n
	}
	first := tokens[0]
	if len(tokens) > 1 && !first.quoted && slices.Contains(joints, strings.ToLower(first.text)) {
		if n := a.bare(tokens[1:]); n > 0 {
			return 1 + n
		}
	}
	a.left = append(a.left, first.text)
	return 1
}

// named takes name=value, and goes on with the next token where the value comes after a space or a comma.
func (a *arranger) named(tokens []token) int {
	name := strings.ToLower(tokens[0].name)
	p := slices.IndexFunc(a.parameters, func(p Parameter) bool { return p.Name == name && name != "" })
	if p < 0 {
		return 0
	}
	value, n := tokens[0].value, 1
	for n < len(tokens) && (value == "" || a.parameters[p].Many && strings.HasSuffix(value, ",")) {
		value += tokens[n].text
		n++
	}
	a.put(a.parameters[p], value)
	return n
}

// bare takes the most words in a row that are a value of a parameter.
func (a *arranger) bare(tokens []token) int {
	for n := min(len(tokens), mostWords); n > 0; n-- {
		words := joined(tokens[:n])
		for _, p := range a.parameters {
			if _, have := a.args[p.Name]; p.Takes == nil || have && !p.Many || !p.takes(words) {
				continue
			}
			a.put(p, words)
			return n
		}
	}
	return 0
}

func joined(tokens []token) string {
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.text
	}
	return strings.Trim(strings.Join(words, " "), ",")
}

// takes says whether the words, or all parts between their commas, are values of the parameter.
func (p *Parameter) takes(words string) bool {
	if words == "" || p.Takes(words) {
		return words != ""
	}
	if !p.Many || !strings.Contains(words, ",") {
		return false
	}
	for part := range strings.SplitSeq(words, ",") {
		if part = strings.TrimSpace(part); part == "" || !p.Takes(part) {
			return false
		}
	}
	return true
}

func (a *arranger) put(p Parameter, value string) {
	value = strings.Trim(value, ", ")
	if value == "" {
		return
	}
	if before := a.args[p.Name]; before != "" && p.Many {
		value = before + "," + value
	}
	a.args[p.Name] = value
}

// free is the parameter that what was left over goes to; the empty name where there is none.
func (a *arranger) free() string {
	for _, p := range a.parameters {
		if _, have := a.args[p.Name]; !have && p.Takes == nil {
			return p.Name
		}
	}
	return ""
}
