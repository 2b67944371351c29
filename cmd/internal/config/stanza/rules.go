package stanza

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pricegap/cmd/internal/config/document"
)

// Saying is one thing that a rule says: for what, which option, and where it stands in the file.
type Saying struct {
	Rule string `json:"rule"`
	// For is empty for all that the rule is about.
	For    string `json:"for,omitzero"`
	Option string `json:"option"`
	Value  string `json:"value"`
	Line   int    `json:"line,omitzero"`
	// Inherited says that an exception has it from the rule.
	Inherited bool `json:"inherited,omitzero"`
	// Default says that the rule does not state it.
	Default bool `json:"default,omitzero"`
}

// Sayings are what rules say, with their exceptions: each with what it has of its own and what it inherits. list is where they stand.
func Sayings(rules []Rule, list *document.Node) []Saying {
	var out []Saying
	for i, r := range rules {
		n := list.At(i)
		base := said(r.Name, "", n, "name", "except")
		out = append(append(out, base...), unsaid(r, base)...)
		for j, x := range r.Except {
			own := said(r.Name, scopeWords(x.ExceptionKeys), n.Get("except").At(j), "categories", "brands", "products")
			for _, b := range base {
				if !slices.ContainsFunc(own, func(o Saying) bool { return o.Option == b.Option }) {
					b.For, b.Inherited = scopeWords(x.ExceptionKeys), true
					own = append(own, b)
				}
			}
			out = append(out, own...)
		}
	}
	return out
}

// unsaid is how patient a rule is, and when it is over, where it does not state that.
func unsaid(r Rule, said []Saying) (out []Saying) {
	stated := map[string]string{}
	for _, s := range said {
		stated[s.Option] = s.Value
	}
	patience := []Saying{
		{Option: "for", Value: document.FormatDuration(r.For)},
		{Option: "keep_firing", Value: document.FormatDuration(r.KeepFiring)},
		{Option: "confirm", Value: strconv.FormatBool(r.Confirm)},
		{Option: "damp", Value: document.FormatDuration(r.Damp)},
	}
	if r.Kind == "gap" || r.Kind == "undercut" { // over where it no longer holds
		patience = append(patience, Saying{Option: "clear_amount", Value: stated["amount"]}, Saying{Option: "clear_percent", Value: stated["percent"]})
	}
	for _, s := range patience {
		if _, ok := stated[s.Option]; !ok && s.Value != "" {
			s.Rule, s.Default = r.Name, true
			out = append(out, s)
		}
	}
	return out
}

// said are the keys of a mapping but some.
func said(name, about string, n *document.Node, but ...string) (out []Saying) {
	for _, f := range n.Fields {
		if !slices.Contains(but, f.Name) {
			out = append(out, Saying{Rule: name, For: about, Option: f.Name, Value: value(f.Value), Line: f.Label.Line})
		}
	}
	return out
}

func value(n *document.Node) string {
	if n.Kind != document.List {
		return n.Raw
	}
	var parts []string
	for _, item := range n.Items {
		parts = append(parts, item.Raw)
	}
	return strings.Join(parts, ", ")
}

// scopeWords says what an exception is about.
func scopeWords(x ExceptionKeys) string {
	var parts []string
	for _, p := range []struct {
		what string
		list []string
	}{{"category", x.Categories}, {"brand", x.Brands}, {"product", x.Products}} {
		if len(p.list) > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", p.what, strings.Join(p.list, ", ")))
		}
	}
	return strings.Join(parts, "; ")
}

// errNoRules is returned where there are no rules to try.
var errNoRules = errors.New("there are none to try")

// Trial returns a list of its own of the rules that only names, of all where it names none, with options set, such as "percent=3%", in
// all that it names, or else in each that states them.
func Trial(list *document.Node, only, set []string) (*document.Node, error) {
	tried, err := choose(list, only)
	for _, s := range set {
		if err == nil {
			err = setIn(tried, s, len(only) > 0)
		}
	}
	return tried, err
}

// choose returns a list of its own of the rules that are named, of all where none is.
func choose(list *document.Node, only []string) (*document.Node, error) {
	if list == nil || list.Kind != document.List {
		return nil, errNoRules
	}
	out := &document.Node{Kind: document.List, Line: list.Line, Column: list.Column, Key: list.Key}
	var names []string
	for _, r := range list.Items {
		name := ""
		if n := r.Get("name"); n != nil {
			name = n.Text
		}
		if names = append(names, name); len(only) == 0 || slices.Contains(only, name) {
			own := *r
			own.Fields = slices.Clone(r.Fields)
			out.Items = append(out.Items, &own)
		}
	}
	for _, name := range only {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("there is no rule %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return out, nil
}

// setIn sets an option in each rule that states it, or in all.
func setIn(list *document.Node, option string, all bool) error {
	key, value, ok := strings.Cut(option, "=")
	if !ok || key == "" {
		return fmt.Errorf("%q is not like percent=3%%", option)
	}
	done := false
	for _, r := range list.Items {
		i := slices.IndexFunc(r.Fields, func(f document.Field) bool { return f.Name == key })
		if i < 0 && !all {
			continue
		}
		done = true
		n := &document.Node{Kind: document.Scalar, Line: r.Line, Column: r.Column, Key: r.Key + "." + key, Text: value, Raw: value}
		if i < 0 {
			r.Fields = append(r.Fields, document.Field{Name: key, Label: n, Value: n})
		} else {
			r.Fields[i].Value = n
		}
	}
	if !done {
		return fmt.Errorf("none of those that are tried states %q: name those that are to have it", key)
	}
	return nil
}
