// Package pick reads the fields of an offer from where the configuration of a shop says they stand: CSS
// selectors on a page, paths in a JSON document. Everything is compiled once, when the configuration is loaded.
package pick

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/parsers/structured"
)

// Split says where the two parts of a price stand.
type Split struct {
	Whole string `yaml:"whole" json:"whole" jsonschema:"CSS selector of the euros"`
	Cents string `yaml:"cents" json:"cents" jsonschema:"CSS selector of the cents"`
}

const (
	maxSelector = 1024 // bytes of a selector or expression
	maxMatches  = 50   // nodes that are looked at for one field
	maxText     = 4096 // bytes of text of one node
)

// Step is one compiled selector.
type Step struct {
	src  string
	css  cascadia.Selector // nil means the scope itself
	attr string
	expr *regexp.Regexp
}

var (
	exprPart = regexp.MustCompile(`^(.*?)\s*/(.+)/$`)
	attrPart = regexp.MustCompile(`^(.*?)\s*@([A-Za-z_][A-Za-z0-9_:.-]*)$`)
)

// Compile compiles "CSS @attribute /expression/"; every part but one may be missing.
func Compile(src string) (Step, error) {
	s := Step{src: src}
	rest := strings.TrimSpace(src)
	if rest == "" || len(src) > maxSelector {
		return s, fmt.Errorf("a selector has 1 to %d bytes", maxSelector)
	}
	if m := exprPart.FindStringSubmatch(rest); m != nil {
		e, err := regexp.Compile(m[2])
		if err != nil {
			return s, err
		}
		rest, s.expr = m[1], e
	}
	if m := attrPart.FindStringSubmatch(rest); m != nil {
		rest, s.attr = m[1], strings.ToLower(m[2])
	}
	if rest == "" {
		return s, nil
	}
	css, err := cascadia.Compile(rest)
	if err != nil {
		return s, err
	}
	s.css = css
	return s, nil
}

// String returns the step as it was written.
func (s Step) String() string { return s.src }

// Extracts reports whether the step names what to take of a node, an attribute or an expression.
func (s Step) Extracts() bool { return s.attr != "" || s.expr != nil }

// Nodes returns the nodes that the Step matches within a scope, in the order of the page.
func (s Step) Nodes(scope *html.Node) []*html.Node {
	if s.css == nil {
		return []*html.Node{scope}
	}
	return cascadia.QueryAll(scope, s.css)
}

// Texts returns the texts that the Step finds within a scope, without the empty ones.
func (s Step) Texts(scope *html.Node) []string {
	var out []string
	for _, t := range s.said(scope, nil) {
		out = append(out, t.Text)
	}
	return out
}

// said returns what the Step finds within a scope, without the empty texts and without what stands in the
// elements of without.
func (s Step) said(scope *html.Node, without []*html.Node) []said {
	var out []said
	nodes := s.Nodes(scope)
	for _, n := range nodes[:min(len(nodes), maxMatches)] {
		var t said
		if s.attr != "" {
			t.Text = strings.TrimSpace(Attr(n, s.attr))
		} else {
			t = said(structured.Text(n, without...))
		}
		if s.expr != nil {
			t = t.match(s.expr)
		}
		if t.Text != "" {
			out = append(out, t)
		}
	}
	return out
}

// Attr returns an attribute of a node, "" where it has none.
func Attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}

// Fields reads the fields of an offer out of a scope by compiled selectors.
type Fields struct {
	steps []fieldStep
	split []split
}

type fieldStep struct {
	field market.Field
	Step
}

type split struct {
	field        market.Field
	whole, cents Step
}

// CompileFields compiles the selectors of an options struct; where names it in errors.
func CompileFields(where string, fields map[string]string, splits map[string]Split) (Fields, error) {
	var p Fields
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := market.Field(name)
		if !settable(f) {
			return p, unknownField(where, name)
		}
		s, err := Compile(fields[name])
		if err != nil {
			return p, fmt.Errorf("parsers: %s.%s: %w", where, name, err)
		}
		p.steps = append(p.steps, fieldStep{f, s})
	}
	slices.SortStableFunc(p.steps, func(a, b fieldStep) int { return fieldOrder(a.field) - fieldOrder(b.field) })
	at := strings.TrimSuffix(where, "fields") + "split"
	for _, name := range slices.Sorted(maps.Keys(splits)) {
		f := market.Field(name)
		if amountOf(&market.Offer{}, f) == nil {
			return p, fmt.Errorf("parsers: %s.%s: only prices can be split", at, name)
		}
		whole, err := Compile(splits[name].Whole)
		if err != nil {
			return p, fmt.Errorf("parsers: %s.%s.whole: %w", at, name, err)
		}
		cents, err := Compile(splits[name].Cents)
		if err != nil {
			return p, fmt.Errorf("parsers: %s.%s.cents: %w", at, name, err)
		}
		p.split = append(p.split, split{f, whole, cents})
	}
	return p, nil
}

// Read fills an offer from a scope.
func (p Fields) Read(scope *html.Node, w *Writer) {
	unclear := map[market.Field]bool{}
	for _, s := range p.split {
		unclear[s.field] = !s.read(scope, w)
	}
	for _, s := range p.steps {
		if unclear[s.field] {
			continue
		}
		texts := s.said(scope, nil)
		w.where, w.machine = s.src, s.attr != ""
		w.set(s.field, texts)
	}
}

// read joins the two parts of a price. Several different ones are ambiguous. The whole part is read without the
// cents, where its element surrounds theirs. It reports false where there are cents that it cannot join: then
// no plain selector may read them as something else.
func (s split) read(scope *html.Node, w *Writer) bool {
	var inner []*html.Node
	if s.cents.attr == "" {
		inner = s.cents.Nodes(scope)
	}
	whole, cents := s.whole.said(scope, inner), s.cents.said(scope, nil)
	if len(cents) == 0 {
		return true
	}
	unclear := func() bool {
		if s.field == market.FieldPrice {
			w.doubt(market.FailPriceAmbiguous)
		}
		return false
	}
	if len(whole) != len(cents) {
		return unclear()
	}
	var texts []string
	for i := range whole {
		t, ok := joinCents(whole[i].Text, cents[i].Text)
		if !ok || whole[i].Seam > 0 || cents[i].Seam > 0 {
			return unclear()
		}
		texts = append(texts, t)
	}
	w.where, w.machine = s.whole.src+" + "+s.cents.src, false
	w.set(s.field, found(texts...))
	return true
}

// joinCents makes one printed price of "€ 1.299" and "50": the digits of the whole part, and two digits or a
// dash for the cents.
func joinCents(whole, cents string) (string, bool) {
	c := strings.Trim(cents, " \u00a0,.'")
	if strings.Trim(c, "-–—") == "" && c != "" {
		c = "00"
	}
	if len(c) != 2 || strings.Trim(c, "0123456789") != "" {
		return "", false
	}
	whole = strings.TrimRight(strings.TrimSpace(whole), " \u00a0,.'-–—")
	first := strings.IndexAny(whole, "0123456789")
	last := strings.LastIndexAny(whole, "0123456789")
	if first < 0 {
		return "", false
	}
	number := whole[first : last+1]
	groups := strings.FieldsFunc(number, func(r rune) bool { return strings.ContainsRune(" .,'’\u00a0\u202f", r) })
	for i, g := range groups {
		if strings.Trim(g, "0123456789") != "" || i > 0 && len(g) != 3 {
			return "", false
		}
	}
	return whole[:first] + strings.Join(groups, "") + "," + c + whole[last+1:], true
}
