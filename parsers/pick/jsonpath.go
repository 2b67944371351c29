package pick

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"pricegap/market"
)

// maxJSONDepth bounds a document before a decoder that recurses sees it.
const maxJSONDepth = 200

// Paths reads the fields of an offer out of JSON.
type Paths struct {
	fields []field
	minor  bool
}

type field struct {
	field market.Field
	path  string
}

// CompilePaths compiles the paths of an options struct; where names it in errors. minor says that whole numbers
// are cents.
func CompilePaths(where string, in map[string]string, minor bool) (Paths, error) {
	p := Paths{minor: minor}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if !settable(market.Field(name)) {
			return p, unknownField(where, name)
		}
		if in[name] == "" || len(in[name]) > maxSelector {
			return p, fmt.Errorf("parsers: %s.%s: a path has 1 to %d bytes", where, name, maxSelector)
		}
		p.fields = append(p.fields, field{market.Field(name), in[name]})
	}
	slices.SortStableFunc(p.fields, func(a, b field) int { return fieldOrder(a.field) - fieldOrder(b.field) })
	return p, nil
}

// Read fills an offer from one value; at is its place in the document.
func (p Paths) Read(v gjson.Result, at string, w *Writer) {
	w.machine, w.minor = true, p.minor
	for _, f := range p.fields {
		r := v.Get(f.path)
		var texts []string
		if r.IsArray() {
			for _, e := range r.Array() {
				if len(texts) < maxMatches {
					texts = appendScalar(texts, e)
				}
			}
		} else {
			texts = appendScalar(texts, r)
		}
		w.where, w.number = at+f.path, r.Type == gjson.Number
		w.set(f.field, found(texts...))
	}
}

// appendScalar appends a scalar as it stands in the document: numbers keep their digits.
func appendScalar(to []string, r gjson.Result) []string {
	s := ""
	switch r.Type {
	case gjson.String:
		s = strings.TrimSpace(r.Str)
	case gjson.Number, gjson.True, gjson.False:
		s = r.Raw
	}
	if s == "" || len(s) > maxText {
		return to
	}
	return append(to, s)
}

// Object returns the JSON object or list that begins at the first "{" or "[" of s, and whether it is
// complete, valid and not too deep.
func Object(s string) (string, bool) {
	from := strings.IndexAny(s, "{[")
	if from < 0 {
		return "", false
	}
	depth, quoted := 0, false
	for i := from; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxJSONDepth {
				return "", false
			}
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return s[from : i+1], gjson.Valid(s[from : i+1])
			}
		}
	}
	return "", false
}

// Scalar returns a value as text, "" where it is no scalar.
func Scalar(r gjson.Result) string {
	if t := appendScalar(nil, r); len(t) > 0 {
		return t[0]
	}
	return ""
}
