package stanza

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"pricegap/alerts/calm"
	"pricegap/market"
	"pricegap/market/money"
)

// variable is a pattern that fits any text with a variable in it: what stands there is not known to an editor.
const variable = `\$\{`

// Schema returns the JSON Schema (draft 7, which editors know) of sources.yaml, with the options of every plug-in.
func Schema() ([]byte, error) {
	s := &schemer{defs: map[string]*jsonschema.Schema{}, types: scalarSchemas()}
	root, err := s.of(reflect.TypeFor[File]())
	if err != nil {
		return nil, fmt.Errorf("stanza: schema: %w", err)
	}
	root.Schema = "http://json-schema.org/draft-07/schema#"
	root.Title = "pricegap sources.yaml"
	root.Description = "What pricegap watches, how it compares, and whom it tells. In every value ${NAME} is a variable of the environment, ${NAME:-text} has text to fall back on, and $$ is a dollar sign."
	root.Definitions = s.defs
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("stanza: schema: %w", err)
	}
	return append(out, '\n'), nil
}

// schemer makes schemas of Go types.
type schemer struct {
	defs  map[string]*jsonschema.Schema
	types map[reflect.Type]*jsonschema.Schema
}

func text(pattern string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: pattern}
}

// scalarSchemas are the types that are written as one value.
func scalarSchemas() map[reflect.Type]*jsonschema.Schema {
	duration := text(`^(0|([0-9]+d)?([0-9]+(\.[0-9]+)?(h|m|s|ms|us|ns))*)$|` + variable)
	duration.Types, duration.Type = []string{"string", "integer"}, ""
	percent := text(`^[0-9]+(\.[0-9]{1,2})?%?$|` + variable)
	percent.Types, percent.Type = []string{"string", "number"}, ""
	count := text(`^[0-9]+$|` + variable)
	count.Types, count.Type = []string{"string", "integer"}, ""
	out := map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[time.Duration]():  duration,
		reflect.TypeFor[market.Percent](): percent,
		reflect.TypeFor[market.Count]():   count,
		reflect.TypeFor[money.Amount]():   text(`^-?[0-9]+(\.[0-9]+)? [A-Z]{3}$|` + variable),
		reflect.TypeFor[money.Currency](): text(`^[A-Z]{3}$|` + variable),
		reflect.TypeFor[market.Secret]():  text(""),
		reflect.TypeFor[market.Text]():    text(""),
		reflect.TypeFor[Pattern]():        text(`^[/*]|` + variable),
		reflect.TypeFor[Language]():       text(`^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$|` + variable),
		reflect.TypeFor[Date]():           text(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$|` + variable),
		reflect.TypeFor[calm.Span]():      text(`^[a-z]{3}(-[a-z]{3})? [0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$|` + variable),
		reflect.TypeFor[Size]():           text(`^[0-9]+ ?([KMG]i?)?B$|` + variable),
		reflect.TypeFor[ConnectTo]():      text(`:.*:|` + variable),
		reflect.TypeFor[Network]():        text(`^[0-9a-fA-F.:]+(/[0-9]+)?$|` + variable),
		reflect.TypeFor[Texts](): {AnyOf: []*jsonschema.Schema{
			{Type: "string"}, {Type: "array", Items: &jsonschema.Schema{Type: "string"}},
		}},
	}
	for t, list := range words {
		out[t] = enum(list)
	}
	return out
}

func enum(list []string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, w := range list {
		s.Enum = append(s.Enum, w)
	}
	return s
}

// of returns the schema of a struct type.
func (s *schemer) of(t reflect.Type) (*jsonschema.Schema, error) {
	types := maps.Clone(s.types)
	for _, p := range []struct {
		part, keys reflect.Type
		from       plugins
	}{
		{reflect.TypeFor[Parser](), reflect.TypeFor[ParserKeys](), parserPlugins},
		{reflect.TypeFor[Channel](), reflect.TypeFor[ChannelKeys](), channelPlugins},
		{reflect.TypeFor[Rule](), reflect.TypeFor[RuleKeys](), rulePlugins},
	} {
		if t != reflect.TypeFor[File]() {
			break // plug-ins have no plug-ins
		}
		one, err := s.kinds(p.from, p.keys)
		if err != nil {
			return nil, err
		}
		if p.part == reflect.TypeFor[Parser]() {
			one.OneOf = append([]*jsonschema.Schema{enum(p.from.kinds())}, one.OneOf...)
		}
		types[p.part] = one
	}
	out, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: types})
	if err != nil {
		return nil, err
	}
	refine(t, out, "", types)
	return out, nil
}

// kinds returns the schema of a stanza that is one of several kinds, each with options of its own.
func (s *schemer) kinds(p plugins, keys reflect.Type) (*jsonschema.Schema, error) {
	out := &jsonschema.Schema{}
	for _, kind := range p.kinds() {
		whole, err := s.of(keys)
		if err != nil {
			return nil, err
		}
		if o := p.fresh(kind); o != nil {
			own, err := s.of(reflect.TypeOf(o).Elem())
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", p.what, kind, err)
			}
			for _, name := range own.PropertyOrder {
				if whole.Properties[name] == nil {
					whole.Properties[name] = own.Properties[name]
					whole.PropertyOrder = append(whole.PropertyOrder, name)
				}
			}
			whole.Required = append(whole.Required, own.Required...)
			if x := whole.Properties["except"]; x != nil {
				maps.Copy(x.Items.Properties, own.Properties)
				x.Items.PropertyOrder = append(x.Items.PropertyOrder, own.PropertyOrder...)
			}
		}
		is := any(kind)
		whole.Properties["kind"] = &jsonschema.Schema{Description: whole.Properties["kind"].Description, Const: &is}
		name := p.what + "_" + kind
		s.defs[name] = whole
		out.OneOf = append(out.OneOf, &jsonschema.Schema{Ref: "#/definitions/" + name})
	}
	return out, nil
}

// refine brings what was inferred from t in line with how files are read: what is required, ranges, and a
// variable in the place of any number.
func refine(t reflect.Type, s *jsonschema.Schema, limits string, types map[reflect.Type]*jsonschema.Schema) {
	if s == nil {
		return
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if types[t] != nil {
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		s.Type, s.Types, s.Required = "object", nil, nil
		refineFields(t, s, types)
	case reflect.Slice:
		s.Type, s.Types = "array", nil
		refine(t.Elem(), s.Items, limits, types)
	case reflect.Map:
		s.Type, s.Types = "object", nil
		if known := words[t.Key()]; known != nil {
			s.PropertyNames = enum(known)
		}
		refine(t.Elem(), s.AdditionalProperties, limits, types)
	case reflect.Bool:
		s.Type, s.Types, s.Pattern = "", []string{"boolean", "string"}, variable
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		s.Type, s.Types, s.Pattern = "", []string{"integer", "string"}, variable
		if low, high, ok := strings.Cut(limits, ".."); ok {
			s.Minimum, s.Maximum = bound(low), bound(high)
		}
	}
}

func refineFields(t reflect.Type, s *jsonschema.Schema, types map[reflect.Type]*jsonschema.Schema) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			refineFields(f.Type, s, types)
		case name == "" || name == "-":
		default:
			refine(f.Type, s.Properties[name], f.Tag.Get("range"), types)
			if f.Tag.Get("required") == "true" {
				s.Required = append(s.Required, name)
			}
		}
	}
}

func bound(s string) *float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return &x
}
