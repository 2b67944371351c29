package document

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// The bounds of a file. Aliases are followed, and each use counts anew.
const (
	MaxBytes = 1 << 20
	maxDepth = 64
	maxNodes = 100_000
)

// Kind says what a node is.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	List
	Mapping
	Null // a key without a value
)

// Node is one value of a document, with its place.
type Node struct {
	Kind         Kind
	Line, Column int
	// Key is the path from the root, such as "sources[0].pace.pause".
	Key string
	// Text is a scalar with its variables filled in; Raw is what the file says.
	Text, Raw string
	// Quoted says that the scalar stands in quotes or in a block.
	Quoted bool
	// Vars are the variables that Text names, in order; Unset those of them that had no value and an empty
	// default, as in ${NAME:-}.
	Vars, Unset []string
	Fields      []Field
	Items       []*Node
	// bad marks a node about which a problem has been noted.
	bad bool
	// lacks marks a mapping of which a key was refused.
	lacks bool
}

// Field is one key of a mapping with its value.
type Field struct {
	Name  string
	Label *Node // the key itself, for its place
	Value *Node
}

// Get returns the value of a key; nil where n is nil, is no mapping or has no such key.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for _, f := range n.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// Find returns the value at a path of keys below n, such as "list.fields.price"; nil where there is none.
func (n *Node) Find(path string) *Node {
	for key := range strings.SplitSeq(path, ".") {
		n = n.Get(key)
	}
	return n
}

// Label returns the place of a key of n, nil where it has no such key.
func (n *Node) Label(name string) *Node {
	if n == nil {
		return nil
	}
	for _, f := range n.Fields {
		if f.Name == name {
			return f.Label
		}
	}
	return nil
}

// At returns the i-th item of a list, nil where there is none.
func (n *Node) At(i int) *Node {
	if n == nil || i >= len(n.Items) {
		return nil
	}
	return n.Items[i]
}

// Sound reports whether no problem was noted at n or below it.
func (n *Node) Sound() bool {
	sound := true
	n.Walk(func(x *Node) { sound = sound && !x.bad && !x.lacks })
	return sound
}

// Skip keeps n from being decoded.
func (n *Node) Skip() { n.bad = true }

// Walk calls f for n and everything below it.
func (n *Node) Walk(f func(*Node)) {
	if n == nil {
		return
	}
	f(n)
	for _, x := range n.Fields {
		x.Value.Walk(f)
	}
	for _, x := range n.Items {
		x.Walk(f)
	}
}

// Env looks up a variable of the environment, as os.LookupEnv does.
type Env func(name string) (string, bool)

// Read parses data, checks its form and fills in the variables of its scalars. What is wrong is added to r;
// the node is nil where the file cannot be read as YAML at all.
func Read(data []byte, env Env, r *Report) *Node {
	if len(data) > MaxBytes {
		r.Add(nil, "", "larger than 1 MiB")
		return nil
	}
	if !clean(data, r) {
		return nil
	}
	var root yaml.Node
	err := yaml.Load(data, &root, yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		syntax(err, r)
		return nil
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 {
		r.Add(nil, "", "empty")
		return nil
	}
	c := converter{env: env, report: r}
	n := c.convert(root.Content[0], "", 0)
	if c.nodes > maxNodes {
		return nil
	}
	return n
}

// clean refuses bytes that YAML does not allow, with their place, since the library gives none.
func clean(data []byte, r *Report) bool {
	if bytes.HasPrefix(data, []byte{0xFE, 0xFF}) || bytes.HasPrefix(data, []byte{0xFF, 0xFE}) {
		r.Add(nil, "save it as UTF-8", "written in UTF-16")
		return false
	}
	lineNo, start := 1, 0
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		switch {
		case c == '\n':
			lineNo, start = lineNo+1, i+1
		case c == utf8.RuneError && size == 1:
			r.Add(&Node{Line: lineNo, Column: i - start + 1}, "save it as UTF-8", "not valid UTF-8")
			return false
		case c < 0x20 && c != '\t' && c != '\r', c == 0x7F:
			r.Add(&Node{Line: lineNo, Column: i - start + 1}, "", "control character %#02x", c)
			return false
		}
		i += size
	}
	return true
}

// syntax notes what the YAML library found; it stops at its first problem.
func syntax(err error, r *Report) {
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &many) && len(many.Errors) > 0:
		one = many.Errors[0]
	case errors.As(err, &one):
	}
	if one == nil {
		r.Add(nil, "", "not YAML: %s", err)
		return
	}
	msg, hint := strings.TrimPrefix(one.Message, "yaml: "), ""
	switch {
	case strings.Contains(msg, "no documents"):
		msg = "empty"
	case strings.Contains(msg, "found multiple"):
		msg = "more than one document; only one is read"
	case strings.Contains(msg, "cannot start any token"):
		hint = "indent with spaces, not with tabs, and quote text that begins with @, ` or %"
	}
	if one.ContextMsg != "" {
		msg = one.ContextMsg + ": " + msg
	}
	var at *Node
	if one.Mark.Line > 0 {
		at = &Node{Line: one.Mark.Line, Column: one.Mark.Column}
	}
	r.Add(at, hint, "%s", msg)
}

// converter turns the library's nodes into ours.
type converter struct {
	env    Env
	report *Report
	nodes  int
	open   []*yaml.Node // anchors being followed
}

func (c *converter) convert(y *yaml.Node, key string, depth int) *Node {
	n := &Node{Line: y.Line, Column: y.Column, Key: key}
	if c.nodes++; c.nodes > maxNodes || depth > maxDepth {
		if c.nodes == maxNodes+1 || depth == maxDepth+1 {
			c.nodes = maxNodes + 1
			c.report.Add(n, "", "too large: more than %d values, or more than %d levels, with aliases followed", maxNodes, maxDepth)
		}
		n.bad = true
		return n
	}
	if y.Style&yaml.TaggedStyle != 0 {
		c.report.Add(n, "leave it out; the type follows from the key", "tag %s is not allowed", short(y.Tag))
		return n
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.alias(y, n, depth)
	case yaml.MappingNode:
		n.Kind = Mapping
		c.mapping(y, n, depth)
	case yaml.SequenceNode:
		n.Kind = List
		for i, item := range y.Content {
			n.Items = append(n.Items, c.convert(item, fmt.Sprintf("%s[%d]", key, i), depth+1))
		}
	default:
		c.scalar(y, n)
	}
	return n
}

func (c *converter) alias(y *yaml.Node, n *Node, depth int) *Node {
	if y.Alias == nil || slices.Contains(c.open, y.Alias) {
		c.report.Add(n, "", "alias *%s contains itself", y.Value)
		return n
	}
	c.open = append(c.open, y.Alias)
	out := c.convert(y.Alias, n.Key, depth+1)
	c.open = c.open[:len(c.open)-1]
	return out
}

func (c *converter) mapping(y *yaml.Node, n *Node, depth int) {
	seen := map[string]int{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		label := &Node{Line: k.Line, Column: k.Column, Key: n.Key}
		switch {
		case k.Kind != yaml.ScalarNode:
			c.report.Add(label, "", "a key must be a plain word")
			continue
		case k.Style&yaml.TaggedStyle != 0:
			c.report.Add(label, "", "tag %s is not allowed", short(k.Tag))
			continue
		case k.Value == "<<" && k.Tag == "!!merge":
			c.report.Add(label, "write the keys out, or give the whole value an anchor", "merge keys are not supported")
			continue
		}
		if first, ok := seen[k.Value]; ok {
			c.report.Add(label, "", "key %s stands here twice, first on line %d", short(k.Value), first)
			continue
		}
		seen[k.Value] = k.Line
		path := k.Value
		if n.Key != "" {
			path = n.Key + "." + k.Value
		}
		label.Key = path
		n.Fields = append(n.Fields, Field{Name: k.Value, Label: label, Value: c.convert(v, path, depth+1)})
	}
	n.lacks = len(n.Fields) < len(y.Content)/2
}

func (c *converter) scalar(y *yaml.Node, n *Node) {
	n.Text, n.Raw = y.Value, y.Value
	n.Quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if y.Tag == "!!null" && !n.Quoted {
		n.Kind = Null
		return
	}
	c.expand(n)
}
