package structured

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page is what one page says for machines, and how it calls itself.
type Page struct {
	// Canonical is the address of <link rel=canonical>, as written; OGURL that of og:url.
	Canonical, OGURL string
	// Base is the address of <base href>, Lang the language of <html lang>, as written.
	Base, Lang string
	// H1 and Title are the first headline and the title, as text.
	H1, Title string
	// Broken names the JSON-LD scripts that could not be read, with the reason.
	Broken []string

	items map[string][]*Item // the items at the top, by reader
	ids   map[string]*Item   // the items that references lead to
}

// Read walks over a page once and collects everything that is written for machines. It never fails: what
// cannot be read is left out. Scripts that hold no JSON-LD are given to script, which may be nil.
func Read(root *html.Node, script func(text string)) *Page {
	if script == nil {
		script = func(string) {}
	}
	c := &collector{other: script, page: &Page{items: map[string][]*Item{}, ids: map[string]*Item{}}, left: maxValues, steps: maxSteps}
	c.children(root, context{})
	for _, f := range c.refs {
		f()
	}
	if it := c.graph.item(); it != nil {
		c.page.items[OpenGraph] = []*Item{it}
	}
	return c.page
}

// maxSteps bounds the nodes that are visited for their text, over and above the one walk: properties may
// stand within properties.
const maxSteps = 1_000_000

// collector is the state of the walk.
type collector struct {
	page    *Page
	other   func(script string)
	left    int // values that may still be read
	steps   int
	scripts int
	graph   graph
	root    *html.Node
	byID    map[string]*html.Node
	refs    []func() // itemrefs, followed when the walk is over
}

// context is what an element inherits.
type context struct {
	micro, rdfa *Item
	vocab       bool // an RDFa vocab attribute made schema.org the vocabulary
	depth       int  // items within items
}

func (c *collector) children(n *html.Node, ctx context) {
	if c.root == nil {
		c.root = n
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Type == html.ElementNode {
			c.element(k, ctx)
		}
	}
}

// element reads one element and what is in it.
func (c *collector) element(n *html.Node, ctx context) {
	switch n.DataAtom {
	case atom.Script:
		c.script(n)
		return
	case atom.Style, atom.Template, atom.Noscript, atom.Svg:
		return // what is not shown without help is not read
	case atom.Meta:
		c.graph.meta(n)
	case atom.Link:
		if c.page.Canonical == "" && hasWord(attr(n, "rel"), "canonical") {
			c.page.Canonical = strings.TrimSpace(attr(n, "href"))
		}
	case atom.Base:
		if c.page.Base == "" {
			c.page.Base = strings.TrimSpace(attr(n, "href"))
		}
	case atom.Html:
		c.page.Lang = strings.TrimSpace(attr(n, "lang"))
	case atom.Title:
		if c.page.Title == "" {
			c.page.Title = c.textOf(n)
		}
	case atom.H1:
		if c.page.H1 == "" {
			c.page.H1 = c.textOf(n)
		}
	}
	a := marks(n)
	if a.micro {
		ctx = c.microdata(n, a, ctx)
	}
	if a.rdfa {
		ctx = c.rdfa(n, a, ctx)
	}
	c.children(n, ctx)
}

// script reads a script if it holds JSON-LD.
func (c *collector) script(n *html.Node) {
	if n.FirstChild == nil {
		return
	}
	kind, _, _ := strings.Cut(attr(n, "type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/ld+json") {
		c.other(n.FirstChild.Data)
		return
	}
	c.scripts++
	where := "script " + strconv.Itoa(c.scripts)
	items, err := parseJSON(n.FirstChild.Data, where, &c.left)
	if err != nil {
		c.page.Broken = append(c.page.Broken, err.Error())
	}
	for _, it := range items {
		c.index(it, 0)
	}
	c.page.items[JSONLD] = append(c.page.items[JSONLD], items...)
}

// index files an item and those in it under their ids, so that references find them.
func (c *collector) index(it *Item, depth int) {
	if depth > MaxDepth {
		return
	}
	if it.ID != "" && !it.Bare() && c.page.ids[it.ID] == nil {
		c.page.ids[it.ID] = it
	}
	for _, p := range it.props {
		for _, v := range p.values {
			if v.Item != nil {
				c.index(v.Item, depth+1)
			}
		}
	}
}

// textOf returns the text of an element, bounded.
func (c *collector) textOf(n *html.Node) string { return textOf(n, &c.steps, nil).Text }

// attributes are the marks of an element that matter here.
type attributes struct {
	micro, rdfa bool

	itemscope                           bool
	itemprop, itemtype, itemid, itemref string
	typeof, property, vocab, resource   string
	hasVocab                            bool
}

func marks(n *html.Node) attributes {
	var a attributes
	for i := range n.Attr {
		v := n.Attr[i].Val
		switch n.Attr[i].Key {
		case "itemscope":
			a.itemscope, a.micro = true, true
		case "itemprop":
			a.itemprop, a.micro = v, true
		case "itemtype":
			a.itemtype = v
		case "itemid":
			a.itemid = v
		case "itemref":
			a.itemref = v
		case "typeof":
			a.typeof, a.rdfa = v, true
		case "property":
			a.property, a.rdfa = v, true
		case "vocab":
			a.vocab, a.hasVocab, a.rdfa = v, true, true
		case "resource", "about":
			a.resource = v
		}
	}
	return a
}

func attr(n *html.Node, key string) string {
	v, _ := lookup(n, key)
	return v
}

func lookup(n *html.Node, key string) (string, bool) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val, true
		}
	}
	return "", false
}

// hasWord reports whether a list of words holds w, whatever its case.
func hasWord(list, w string) bool {
	for _, f := range strings.Fields(list) {
		if strings.EqualFold(f, w) {
			return true
		}
	}
	return false
}
