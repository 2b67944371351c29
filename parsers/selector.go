package parsers

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/market"
)

// Rules are the options of the parsers "auto" and "selectors": where on the pages of one shop the fields of
// an offer stand.
type Rules struct {
	Fields map[string]string `yaml:"fields" json:"fields,omitzero" jsonschema:"where each field stands: a CSS selector, then perhaps @attribute, then perhaps /expression/ whose first group is taken"`
	Split  map[string]Split  `yaml:"split" json:"split,omitzero" jsonschema:"prices whose cents stand in an element of their own"`
	State  *State            `yaml:"state" json:"state,omitzero" jsonschema:"a JSON object in a script of the page"`
	List   *List             `yaml:"list" json:"list,omitzero" jsonschema:"how category pages are read"`
}

// Split says where the two parts of a price stand.
type Split struct {
	Whole string `yaml:"whole" json:"whole" jsonschema:"CSS selector of the euros"`
	Cents string `yaml:"cents" json:"cents" jsonschema:"CSS selector of the cents"`
}

// List says how a category page is read.
type List struct {
	Tile   string            `yaml:"tile" json:"tile,omitzero" jsonschema:"CSS selector of one product's tile; needed for fields"`
	Link   string            `yaml:"link" json:"link,omitzero" jsonschema:"CSS selector of the link to the product, within a tile where there is one; the first link of a tile if empty"`
	Next   string            `yaml:"next" json:"next,omitzero" jsonschema:"CSS selector of the link to the next page; rel=next is found without"`
	Fields map[string]string `yaml:"fields" json:"fields,omitzero" jsonschema:"where each field stands within a tile; tiles with a price and an article number are offers themselves"`
	Split  map[string]Split  `yaml:"split" json:"split,omitzero" jsonschema:"prices of a tile whose cents stand in an element of their own"`
}

const (
	maxSelector = 1024 // bytes of a selector or expression
	maxMatches  = 50   // nodes that are looked at for one field
	maxText     = 4096 // bytes of text of one node
)

// step is one compiled selector.
type step struct {
	src  string
	css  cascadia.Selector // nil means the scope itself
	attr string
	expr *regexp.Regexp
}

var (
	exprPart = regexp.MustCompile(`^(.*?)\s*/(.+)/$`)
	attrPart = regexp.MustCompile(`^(.*?)\s*@([A-Za-z_][A-Za-z0-9_:.-]*)$`)
)

// compileStep compiles "CSS @attribute /expression/"; every part but one may be missing.
func compileStep(src string) (step, error) {
	s := step{src: src}
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

// nodes returns the nodes that the step matches within a scope, at most maxMatches.
func (s step) nodes(scope *goquery.Selection) []*html.Node {
	ns := scope.Nodes
	if s.css != nil {
		ns = scope.FindMatcher(s.css).Nodes
	}
	return ns[:min(len(ns), maxMatches)]
}

// texts returns the texts that the step finds within a scope, without the empty ones.
func (s step) texts(scope *goquery.Selection) []string {
	var out []string
	for _, n := range s.nodes(scope) {
		t := ""
		if s.attr != "" {
			t = strings.TrimSpace(attrOf(n, s.attr))
		} else {
			t = textOf(n)
		}
		if s.expr != nil {
			switch m := s.expr.FindStringSubmatch(t); {
			case m == nil:
				t = ""
			case len(m) > 1:
				t = strings.TrimSpace(m[1])
			default:
				t = strings.TrimSpace(m[0])
			}
		}
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

func attrOf(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}

// textOf returns the text of a node as one line, without scripts and styles, bounded.
func textOf(n *html.Node) string {
	var b strings.Builder
	gather(n, &b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func gather(n *html.Node, b *strings.Builder) {
	for k := n.FirstChild; k != nil && b.Len() < maxText; k = k.NextSibling {
		switch {
		case k.Type == html.TextNode:
			t := k.Data
			if len(t) > maxText {
				t = strings.ToValidUTF8(t[:maxText], "")
			}
			b.WriteString(t)
		case k.Type == html.ElementNode:
			switch k.DataAtom {
			case atom.Script, atom.Style, atom.Template, atom.Noscript:
				continue
			case atom.Br, atom.P, atom.Div, atom.Li, atom.Tr, atom.Td:
				b.WriteByte(' ')
			}
			gather(k, b)
		}
	}
}

// picker reads the fields of an offer out of a scope by compiled selectors.
type picker struct {
	steps []pick1
	split []split
}

type pick1 struct {
	field market.Field
	step
}

type split struct {
	field        market.Field
	whole, cents step
}

// compileFields compiles the selectors of an options struct; where names it in errors.
func compileFields(where string, fields map[string]string, splits map[string]Split) (picker, error) {
	var p picker
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := market.Field(name)
		if !settable(f) {
			return p, unknownField(where, name)
		}
		s, err := compileStep(fields[name])
		if err != nil {
			return p, fmt.Errorf("parsers: %s.%s: %w", where, name, err)
		}
		p.steps = append(p.steps, pick1{f, s})
	}
	slices.SortStableFunc(p.steps, func(a, b pick1) int { return fieldOrder(a.field) - fieldOrder(b.field) })
	at := strings.TrimSuffix(where, "fields") + "split"
	for _, name := range slices.Sorted(maps.Keys(splits)) {
		f := market.Field(name)
		if amountOf(&market.Offer{}, f) == nil {
			return p, fmt.Errorf("parsers: %s.%s: only prices can be split", at, name)
		}
		whole, err := compileStep(splits[name].Whole)
		if err != nil {
			return p, fmt.Errorf("parsers: %s.%s.whole: %w", at, name, err)
		}
		cents, err := compileStep(splits[name].Cents)
		if err != nil {
			return p, fmt.Errorf("parsers: %s.%s.cents: %w", at, name, err)
		}
		p.split = append(p.split, split{f, whole, cents})
	}
	return p, nil
}

// read fills an offer from a scope and returns the problem with its price, if any.
func (p picker) read(scope *goquery.Selection, w *writer) {
	for _, s := range p.split {
		s.read(scope, w)
	}
	for _, s := range p.steps {
		texts := s.texts(scope)
		w.where, w.machine = s.src, s.attr != ""
		w.set(s.field, texts)
	}
}

// read joins the two parts of a price. Several different ones are ambiguous.
func (s split) read(scope *goquery.Selection, w *writer) {
	whole, cents := s.whole.texts(scope), s.cents.texts(scope)
	if len(whole) == 0 || len(whole) != len(cents) {
		return
	}
	var texts []string
	for i := range whole {
		t, ok := joinCents(whole[i], cents[i])
		if !ok {
			return
		}
		texts = append(texts, t)
	}
	w.where, w.machine = s.whole.src+" + "+s.cents.src, false
	w.set(s.field, texts)
}

// joinCents makes one printed price of "€ 1.299" and "50": the digits of the whole part, and two digits or a
// dash for the cents. The whole part may hold the cents as well, where its element surrounds theirs.
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
