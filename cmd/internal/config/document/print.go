package document

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// secretName fits variables whose value is not shown.
var secretName = regexp.MustCompile(`(?i)token|secret|passw|key|webhook|credential|auth`)

// Printer writes values back as YAML.
type Printer struct {
	// File is the name that origins give for values of the file; empty writes no origins.
	File string
}

// Print writes v, a struct as Decode fills it, with n, the node that it was filled from. What was not given
// is written where it has a value, and left out where it has none. Secrets are written as ***, and so is what
// came from a variable with the name of a secret.
func (p Printer) Print(v any, n *Node) ([]byte, error) {
	root := p.node(reflect.ValueOf(v), n)
	if root == nil {
		return []byte("{}\n"), nil
	}
	out, err := yaml.Dump(root, yaml.WithLineWidth(-1))
	if err != nil {
		return nil, fmt.Errorf("document: print: %w", err)
	}
	return out, nil
}

// node returns nil for what has no value.
func (p Printer) node(v reflect.Value, n *Node) *yaml.Node {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if v.IsZero() && n == nil {
		return nil
	}
	if s, ok := p.scalar(v); ok {
		return p.leaf(s, v, n)
	}
	switch v.Kind() {
	case reflect.Struct:
		if n != nil && n.Kind == Scalar { // one word in the place of a mapping
			return p.leaf(n.Text, reflect.ValueOf(n.Text), n)
		}
		out := &yaml.Node{Kind: yaml.MappingNode}
		p.fields(out, v, n)
		return orNil(out)
	case reflect.Slice:
		out := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			at := n.At(i)
			if at == nil && n != nil && n.Kind == Scalar {
				at = n // one text in the place of a list
			}
			if x := p.node(v.Index(i), at); x != nil {
				out.Content = append(out.Content, x)
			}
		}
		return orNil(out)
	case reflect.Map:
		out := &yaml.Node{Kind: yaml.MappingNode}
		keys := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			keys[k.String()] = v.MapIndex(k)
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			p.pair(out, k, keys[k], n.Get(k))
		}
		return orNil(out)
	}
	return nil
}

func orNil(n *yaml.Node) *yaml.Node {
	if len(n.Content) == 0 {
		return nil
	}
	return n
}

func (p Printer) pair(out *yaml.Node, key string, v reflect.Value, n *Node) {
	if x := p.node(v, n); x != nil {
		k := &yaml.Node{Kind: yaml.ScalarNode}
		k.SetString(key)
		out.Content = append(out.Content, k, x)
	}
}

// fields writes the fields of a struct, and those of the structs that stand inline in it.
func (p Printer) fields(out *yaml.Node, v reflect.Value, n *Node) {
	t := v.Type()
	for i := range t.NumField() {
		name, inline := nameOf(t.Field(i))
		x := v.Field(i)
		switch {
		case inline:
			for x.Kind() == reflect.Pointer || x.Kind() == reflect.Interface {
				if x = x.Elem(); !x.IsValid() {
					break
				}
			}
			if x.IsValid() && x.Kind() == reflect.Struct {
				p.fields(out, x, n)
			}
		case name != "":
			p.pair(out, name, x, n.Get(name))
		}
	}
}

// scalar returns what stands for v in the file, false where v is not one value.
func (p Printer) scalar(v reflect.Value) (string, bool) {
	if v.Type() == durationType {
		return FormatDuration(time.Duration(v.Int())), true
	}
	if v.CanInterface() {
		if m, ok := v.Interface().(encoding.TextMarshaler); ok {
			b, err := m.MarshalText()
			return string(b), err == nil
		}
	}
	switch {
	case v.Kind() == reflect.String:
		return v.String(), true
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool()), true
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), true
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), true
	}
	return "", false
}

func (p Printer) leaf(s string, v reflect.Value, n *Node) *yaml.Node {
	if n != nil && slices.ContainsFunc(n.Vars, secretName.MatchString) && s != "" {
		s = "***"
	}
	out := &yaml.Node{Kind: yaml.ScalarNode}
	switch {
	case n != nil && len(n.Unset) > 0 && n.Text == "":
		out.SetString(n.Raw) // the variable says more than nothing does
	case v.Kind() == reflect.Bool || (v.Type() != durationType && (v.CanInt() || v.CanUint()) && strings.Trim(s, "-0123456789") == ""):
		out.Value = s
	default:
		out.SetString(strings.NewReplacer("$$", "$$$$", "${", "$${").Replace(s))
	}
	if p.File != "" {
		out.LineComment = p.origin(n)
	}
	return out
}

// origin says where a value comes from.
func (p Printer) origin(n *Node) string {
	switch {
	case n == nil:
		return "# default"
	case len(n.Vars) > 0:
		return fmt.Sprintf("# $%s at %s:%d", strings.Join(n.Vars, ", $"), p.File, n.Line)
	}
	return fmt.Sprintf("# %s:%d", p.File, n.Line)
}
