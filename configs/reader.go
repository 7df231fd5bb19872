package configs

import (
	"fmt"
	"iter"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// reader walks one YAML file and lays it over what is set so far.
type reader struct {
	*loader
	name string
}

func (l *loader) file(name string, text []byte) {
	r := &reader{loader: l, name: name}
	if root := r.parse(text); root != nil {
		r.section(place{where: r.line(root)}, root)
	}
}

func (r *reader) line(n ast.Node) string {
	return fmt.Sprintf("%s:%d", r.name, n.GetToken().Position.Line)
}

// section walks a mapping whose keys are settings or further sections.
func (r *reader) section(at place, n ast.Node) {
	for p := range r.pairs(at, n) {
		k, known := r.key(p.at.path)
		switch {
		case known && k.read != nil:
			k.read(r, p.at, p.value)
		case known:
			r.setting(k, p)
		case len(r.below(p.at.path)) > 0:
			r.section(p.at, p.value)
		default:
			r.fault(unknownKey(p, r.below(at.path), r.keys))
		}
	}
}

// setting hands what stands at a key to the key.
func (r *reader) setting(k key, p pair) {
	if values, ok := r.values(k, p); ok {
		r.faults = append(r.faults, k.set(&r.config, values)...)
	}
}

// values leaves out the elements of a list that are no single values, so that the others are looked at too.
func (r *reader) values(k key, p pair) ([]scalar, bool) {
	if !k.list {
		s, ok := r.scalar(p.at, p.value)
		return []scalar{s}, ok
	}
	nodes, ok := r.elements(p.at, p.value)
	var values []scalar
	for i, n := range nodes {
		if s, ok := r.scalar(p.at.element(i, r.line(n)), n); ok {
			values = append(values, s)
		}
	}
	return values, ok
}

// pair is one key of a mapping.
type pair struct {
	name  string
	at    place
	value ast.Node
}

// pairs goes over a mapping's keys, each once. A key without a value is a key that is not set.
func (r *reader) pairs(at place, n ast.Node) iter.Seq[pair] {
	return func(yield func(pair) bool) {
		m, ok := as[ast.MapNode](r, at, n, "a mapping", "Write keys and their values below it.")
		if !ok {
			return
		}
		first := map[string]string{}
		for i := m.MapRange(); i.Next(); {
			name, where := keyName(i.Key()), r.line(i.Key())
			p := pair{name, at.key(name, where), i.Value()}
			if before, twice := first[name]; twice {
				r.fault(Fault{
					Path: p.at.path, Where: where, Problem: "it is set a second time; the first is at " + before,
					Mend: "Keep one of the two.",
				})
				continue
			}
			first[name] = where
			if p.value.Type() != ast.NullType && !yield(p) {
				return
			}
		}
	}
}

// keyName quotes a name that no key of ours can have, so that it does not read as part of the sentence.
func keyName(n ast.MapKeyNode) string {
	name := n.GetToken().Value
	if name == "" || len(name) > 40 || strings.ContainsAny(name, " .\r\n\t") {
		return quoted(name)
	}
	return name
}

func (r *reader) elements(at place, n ast.Node) ([]ast.Node, bool) {
	const mend = "Write it in brackets, such as [a, b], or with a dash and a line for each."
	list, ok := as[*ast.SequenceNode](r, at, n, "a list", mend)
	if !ok {
		return nil, false
	}
	return list.Values, true
}

// scalar takes a number's digits as they are written: an id must not lose any.
func (r *reader) scalar(at place, n ast.Node) (scalar, bool) {
	s := scalar{at: at}
	switch v := n.(type) {
	case *ast.StringNode:
		s.text = v.Value
	case *ast.LiteralNode:
		s.text = v.Value.Value
	default:
		v, ok := as[ast.ScalarNode](r, at, n, "one value", "Write one value after the colon or the dash.")
		if !ok {
			return s, false
		}
		s.text, s.kind = v.GetToken().Value, kindOf(n)
	}
	return s, true
}

// as is a type assertion that reports what it finds instead.
func as[T any](r *reader, at place, n ast.Node, want, mend string) (T, bool) {
	v, ok := n.(T)
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		// A settings file has no use for them, and aliases could make a small file huge.
		r.fault(Fault{at.path, at.where, "YAML anchors, aliases and tags are not used here", "Write the value itself."})
		return v, false
	case *ast.NullNode:
		ok = false
	}
	if !ok {
		r.fault(Fault{at.path, at.where, kindOf(n) + " stands where " + want + " belongs", mend})
	}
	return v, ok
}

func kindOf(n ast.Node) string {
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "a mapping"
	case ast.SequenceType:
		return "a list"
	case ast.BoolType:
		return "true or false"
	case ast.IntegerType, ast.FloatType, ast.InfinityType, ast.NanType:
		return "a number"
	case ast.NullType:
		return "nothing"
	default:
		return "a text"
	}
}
