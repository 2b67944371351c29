package parsers

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

// maxItems is how many offers are read from one document.
const maxItems = 2000

// paths reads the fields of an offer out of JSON.
type paths struct {
	fields []field
	minor  bool
}

type field struct {
	field market.Field
	path  string
}

func compilePaths(where string, in map[string]string, minor bool) (paths, error) {
	p := paths{minor: minor}
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

// read fills an offer from one value; at is its place in the document.
func (p paths) read(v gjson.Result, at string, w *writer) {
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
		w.set(f.field, texts)
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

// object returns the JSON object or list that begins at the first "{" or "[" of s, and whether it is
// complete, valid and not too deep.
func object(s string) (string, bool) {
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

// readJSON reads a JSON endpoint by the paths of its source.
func readJSON(d *Doc) (Result, error) {
	body := strings.TrimSpace(strings.TrimPrefix(string(d.Page.Body), "\ufeff"))
	doc, ok := object(body)
	if !ok || doc != body {
		e := &Error{market.FailDecodeError, "not a JSON document"}
		return Result{Failure: e.Kind, Message: e.Message}, e
	}
	fields := make(map[string]string, len(d.JSON.Fields))
	for f, p := range d.JSON.Fields {
		fields[string(f)] = p
	}
	p, err := compilePaths("json.fields", fields, d.JSON.MinorUnits)
	if err != nil {
		return Result{}, err
	}
	root := gjson.Parse(doc)
	items, at := root, ""
	if d.JSON.Items != "" {
		items, at = root.Get(d.JSON.Items), d.JSON.Items+"."
	}
	var res Result
	read := func(v gjson.Result, at string) {
		w := d.writer("json")
		if p.read(v, at, w); len(w.o.Evidence) > 0 {
			d.complete(w.o)
			res.Offers = append(res.Offers, *w.o)
		}
		if w.o.URL != "" {
			res.Links = append(res.Links, Link{w.o.URL, LinkProduct})
		}
	}
	if items.IsArray() {
		for i, v := range items.Array() {
			if i >= maxItems {
				break
			}
			read(v, fmt.Sprintf("%s%d.", at, i))
		}
	} else if items.Exists() {
		read(items, at)
	}
	if d.JSON.Next != "" {
		if u := d.Resolve(scalar(root.Get(d.JSON.Next))); u != "" {
			res.Links = append(res.Links, Link{u, LinkNext})
		}
	}
	if !items.Exists() {
		res.Failure, res.Message = market.FailParseDrift, "nothing at the path of the items"
	}
	return res, nil
}

func scalar(r gjson.Result) string {
	if t := appendScalar(nil, r); len(t) > 0 {
		return t[0]
	}
	return ""
}
