package configs

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The bounds of a file. The parser's time grows with the square of the tokens and its stack with the depth,
// so that a file of a megabyte could hold it up for minutes. Five hundred feeds are ten thousand tokens.
const (
	maxBytes  = 1 << 20
	maxTokens = 50_000
	maxDepth  = 32
)

// parse gives the file's one document, or nil when it is empty or no YAML.
func (r *reader) parse(text []byte) ast.Node {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(text) > maxBytes {
		r.fault(Fault{Where: r.name, Problem: "the file is larger than 1 MiB", Mend: "Name the right file."})
		return nil
	}
	if line := firstBinaryLine(text); line > 0 {
		r.notYAML(line, "it is not text in UTF-8", "Save the file as UTF-8.")
		return nil
	}
	tokens := lexer.Tokenize(string(text))
	if line := firstExcess(tokens); line > 0 {
		r.notYAML(line, "it has too many parts, or they are nested too deeply", "Name the right file.")
		return nil
	}
	docs, err := parseTokens(tokens)
	if err != nil {
		line, why := explain(err)
		r.notYAML(line, why, "Mend the line or the one before it; spaces at the start of a line matter.")
		return nil
	}
	if len(docs) > 1 {
		r.notYAML(docs[1].GetToken().Position.Line, "it holds more than one document", "Remove the lines with --- and %.")
		return nil
	}
	if len(docs) == 0 {
		return nil
	}
	return docs[0]
}

func (r *reader) notYAML(line int, why, mend string) {
	where := fmt.Sprintf("%s:%d", r.name, line)
	r.fault(Fault{Where: where, Problem: "the file cannot be read as YAML: " + why, Mend: mend})
}

// parseTokens lists the bodies of the documents that have one. Duplicate keys are let through, because pairs
// says more about them. The parser has panicked on odd input before; a broken file must not end the process.
func parseTokens(tokens token.Tokens) (bodies []ast.Node, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the parser gives up")
		}
	}()
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, err
	}
	for _, d := range f.Docs {
		if d.Body != nil && d.Body.Type() != ast.NullType {
			bodies = append(bodies, d.Body)
		}
	}
	return bodies, nil
}

// explain gives the line of a syntax error and its reason in a few words. A reason that quotes the file is
// left out: what it quotes may be a secret.
func explain(err error) (int, string) {
	const plain = "the line does not fit"
	var syntax yaml.Error
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		return 1, plain
	}
	why := strings.ReplaceAll(syntax.GetMessage(), "\t", `\t`)
	if why == "" || strings.ContainsAny(why, "\"\n") {
		why = plain
	}
	return syntax.GetToken().Position.Line, why
}

// firstBinaryLine is the line of the first byte that no text file has, or 0.
func firstBinaryLine(text []byte) int {
	for line, b := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
			return line + 1
		}
	}
	return 0
}

// firstExcess is the line where the tokens go beyond the bounds, or 0.
func firstExcess(tokens token.Tokens) int {
	depth, dashes, line := 0, 0, 0
	for i, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType:
			dashes++
		}
		if i >= maxTokens || depth > maxDepth || dashes > maxDepth {
			return max(line, 1)
		}
	}
	return 0
}
