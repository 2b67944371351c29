package document

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Unmarshaler is implemented by types that read a node in their own way.
type Unmarshaler interface {
	// UnmarshalNode fills the value from n; what is wrong is added to d's report.
	UnmarshalNode(d *Decoder, n *Node)
}

// Decoder fills Go values from nodes. Struct fields are named by their yaml tag; one with the tag
// required:"true" must be given, and the tag range:"1s..1h" bounds durations and whole numbers.
type Decoder struct {
	Report *Report
	// Words are the values that a string type can take.
	Words map[reflect.Type][]string
	// Forms describe what a type looks like in the file ("an amount such as 4.95 EUR").
	Forms map[reflect.Type]string
}

// Rest as a target of Decode takes every key that no other target has.
type Rest struct{}

// Decode fills the targets, pointers to structs, from the keys of the mapping n; where two have a key of the
// same name, it belongs to the first. A key that belongs to none of them is a problem, and so is a required
// one that is missing.
func (d *Decoder) Decode(n *Node, targets ...any) {
	if n == nil || n.bad {
		return
	}
	if n.Kind != Mapping {
		d.wrong(n, "a mapping of keys and values")
		return
	}
	var fields []field
	rest := false
	for _, t := range targets {
		if _, ok := t.(Rest); ok {
			rest = true
		}
		if v := reflect.ValueOf(t); v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
			fields = collect(fields, v.Elem())
		}
	}
	d.fill(n, fields, rest)
}

func (d *Decoder) fill(n *Node, fields []field, rest bool) {
	// given are the keys that stand there, meant those that a misspelt key stands for
	given, meant := map[string]bool{}, map[string]bool{}
	for _, f := range n.Fields {
		i := slices.IndexFunc(fields, func(x field) bool { return x.name == f.Name })
		switch {
		case i >= 0:
			given[f.Name] = true
			d.set(fields[i].value, f.Value, fields[i].limits)
		case !rest:
			known := names(fields)
			d.Report.Add(f.Label, Meant(f.Name, known), "unknown key")
			meant[Nearest(f.Name, known)] = true
			n.bad = true
		}
	}
	for _, f := range fields {
		if f.required && !given[f.name] && !meant[f.name] {
			at := *n // each missing key is a problem of its own
			at.bad = false
			d.Report.Add(&at, "", "key %s is missing", f.name)
			n.bad = true
		}
	}
}

// Value fills the value that target points to from n.
func (d *Decoder) Value(n *Node, target any) {
	if n != nil {
		d.set(reflect.ValueOf(target).Elem(), n, "")
	}
}

type field struct {
	name     string
	value    reflect.Value
	required bool
	limits   string
}

// collect lists the fields of a struct that can be given in a file.
func collect(out []field, v reflect.Value) []field {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		name, inline := nameOf(f)
		switch {
		case inline && f.Type.Kind() == reflect.Struct:
			out = collect(out, v.Field(i))
		case name == "" || inline || slices.ContainsFunc(out, func(x field) bool { return x.name == name }):
		default:
			out = append(out, field{name, v.Field(i), f.Tag.Get("required") == "true", f.Tag.Get("range")})
		}
	}
	return out
}

// nameOf returns the key of a struct field, "" where it has none, and whether its own fields stand in its place.
func nameOf(f reflect.StructField) (name string, inline bool) {
	tag, ok := f.Tag.Lookup("yaml")
	if !ok {
		tag = f.Tag.Get("json")
	}
	name, flags, _ := strings.Cut(tag, ",")
	switch {
	case name == "-" || (!f.IsExported() && !f.Anonymous):
		return "", false
	case strings.Contains(flags, "inline") || (f.Anonymous && name == ""):
		return "", true
	case name == "":
		name = strings.ToLower(f.Name)
	}
	return name, false
}

func names(fields []field) []string {
	out := make([]string, 0, len(fields))
	for _, f := range fields {
		out = append(out, f.name)
	}
	return out
}

var durationType = reflect.TypeFor[time.Duration]()

// set fills v from n.
func (d *Decoder) set(v reflect.Value, n *Node, limits string) {
	switch {
	case n.bad:
		return
	case n.Kind == Null:
		d.Report.Add(n, "give one, or leave the key out", "has no value")
		return
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.set(v.Elem(), n, limits)
		return
	}
	p := v.Addr().Interface()
	if u, ok := p.(Unmarshaler); ok {
		u.UnmarshalNode(d, n)
		return
	}
	if v.Type() == durationType {
		d.duration(v, n, limits)
		return
	}
	if u, ok := p.(encoding.TextUnmarshaler); ok && (n.Kind == Scalar || v.Kind() != reflect.Struct) {
		d.text(v, n, u.UnmarshalText)
		return
	}
	if u, ok := p.(json.Unmarshaler); ok && n.Kind == Scalar {
		d.text(v, n, u.UnmarshalJSON)
		return
	}
	d.plain(v, n, limits)
}

// plain fills a value of a plain kind.
func (d *Decoder) plain(v reflect.Value, n *Node, limits string) {
	switch v.Kind() {
	case reflect.Struct:
		if n.Kind != Mapping {
			d.wrong(n, d.form(v.Type(), "a mapping of keys and values"))
			return
		}
		d.fill(n, collect(nil, v), false)
	case reflect.Slice:
		if n.Kind != List {
			d.wrong(n, "a list")
			return
		}
		out := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
		for i, item := range n.Items {
			d.set(out.Index(i), item, limits)
		}
		v.Set(out)
	case reflect.Map:
		d.dict(v, n, limits)
	case reflect.String:
		d.str(v, n)
	case reflect.Bool:
		if n.Kind != Scalar || (n.Quoted && len(n.Vars) == 0) || (n.Text != "true" && n.Text != "false") {
			d.wrong(n, "true or false")
			return
		}
		v.SetBool(n.Text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		d.integer(v, n, limits)
	default:
		d.Report.Add(n, "", "cannot be set from a file")
	}
}

func (d *Decoder) dict(v reflect.Value, n *Node, limits string) {
	if n.Kind != Mapping || v.Type().Key().Kind() != reflect.String {
		d.wrong(n, "a mapping of keys and values")
		return
	}
	known := d.Words[v.Type().Key()]
	out := reflect.MakeMap(v.Type())
	for _, f := range n.Fields {
		if known != nil && !slices.Contains(known, f.Name) {
			d.Report.Add(f.Label, Meant(f.Name, known), "unknown key")
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.set(item, f.Value, limits)
		out.SetMapIndex(reflect.ValueOf(f.Name).Convert(v.Type().Key()), item)
	}
	v.Set(out)
}

func (d *Decoder) str(v reflect.Value, n *Node) {
	if n.Kind != Scalar {
		d.wrong(n, "text")
		return
	}
	if i := strings.IndexFunc(n.Text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
		d.Report.Add(n, "", "has a control character at byte %d", i+1)
		return
	}
	if known := d.Words[v.Type()]; known != nil && !slices.Contains(known, n.Text) {
		hint := ""
		if w := Nearest(n.Text, known); w != "" {
			hint = "did you mean " + w + "?"
		}
		d.Report.Add(n, hint, "%s is not one of %s", n.shown(), strings.Join(known, ", "))
		return
	}
	v.SetString(n.Text)
}

// text hands a scalar to a type that reads text itself.
func (d *Decoder) text(v reflect.Value, n *Node, read func([]byte) error) {
	if n.Kind != Scalar {
		d.wrong(n, d.form(v.Type(), "one value"))
		return
	}
	err := read([]byte(n.Text))
	switch {
	case err == nil:
	case d.Forms[v.Type()] != "":
		d.wrong(n, d.Forms[v.Type()])
	case len(n.Vars) > 0: // the cause may repeat a secret
		d.Report.Add(n, "", "the value of %s is not valid here", n.shown())
	default:
		d.Report.Add(n, "", "%s", cause(err))
	}
}

func (d *Decoder) integer(v reflect.Value, n *Node, limits string) {
	digits := strings.TrimPrefix(n.Text, "-")
	plain := digits != "" && strings.Trim(digits, "0123456789") == "" && (digits == "0" || digits[0] != '0')
	if n.Kind != Scalar || (n.Quoted && len(n.Vars) == 0) || !plain {
		d.wrong(n, "a whole number")
		return
	}
	i, err := strconv.ParseInt(n.Text, 10, 64)
	low, high, bounded := strings.Cut(limits, "..")
	if bounded {
		lo, _ := strconv.ParseInt(low, 10, 64)
		hi, _ := strconv.ParseInt(high, 10, 64)
		if err != nil || i < lo || i > hi {
			d.outside(n, low, high)
			return
		}
	}
	if err != nil || (v.CanInt() && v.OverflowInt(i)) || (v.CanUint() && (i < 0 || v.OverflowUint(uint64(i)))) {
		d.Report.Add(n, "", "%s is out of range", n.shown())
		return
	}
	if v.CanInt() {
		v.SetInt(i)
	} else {
		v.SetUint(uint64(i))
	}
}

// wrong says that n has the wrong type or form.
func (d *Decoder) wrong(n *Node, want string) {
	got := n.shown()
	switch n.Kind {
	case Mapping:
		got = "a mapping"
	case List:
		got = "a list"
	}
	d.Report.Add(n, "", "must be %s, not %s", want, got)
}

func (d *Decoder) outside(n *Node, low, high string) {
	d.Report.Add(n, "", "%s is out of range; allowed is %s to %s", n.shown(), low, high)
}

func (d *Decoder) form(t reflect.Type, otherwise string) string {
	if f := d.Forms[t]; f != "" {
		return f
	}
	return otherwise
}

// shown is a scalar as the file says it; what came from a variable is never repeated.
func (n *Node) shown() string { return short(n.Raw) }

// cause is an error's text without the names of the packages that it went through.
func cause(err error) string {
	s := err.Error()
	for {
		head, rest, ok := strings.Cut(s, ": ")
		if !ok || head == "" || strings.Trim(head, "abcdefghijklmnopqrstuvwxyz") != "" {
			return s
		}
		s = rest
	}
}
