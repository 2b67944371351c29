// Package structured reads the data that shops put into their pages for machines: JSON-LD, microdata, RDFa
// and the Open Graph, all in the words of schema.org. Each reader delivers the same tree of Items;
// package schema makes offers of it. Nothing is ever fetched; an "@context" is
// not even looked at. Everything is bounded: depth, values, text.
package structured

import (
	"html"
	"slices"
	"strings"
)

// The names of the readers, as they stand in market.Evidence.
const (
	JSONLD    = "json-ld"
	Microdata = "microdata"
	RDFa      = "rdfa"
	OpenGraph = "opengraph"
)

// Readers lists the readers in the order in which they are believed.
var Readers = []string{JSONLD, Microdata, RDFa, OpenGraph}

const (
	// MaxDepth is how deep items may stand within items.
	MaxDepth = 64

	maxValues = 100_000 // values of one page
	maxText   = 4096    // bytes kept of one value
	maxProps  = 500     // different properties of one item
	maxName   = 128     // bytes of a property's name; longer ones are not ours
	maxScript = 4 << 20 // bytes of one JSON-LD script
)

// Item is one thing that a page describes: its types and properties, without vocabulary prefixes
// ("Product", not "https://schema.org/Product").
type Item struct {
	ID    string
	Types []string
	// Where is the place on the page, such as "script 1: offers[0]".
	Where string
	props []prop
}

type prop struct {
	name   string
	values []Value
}

// Value is one value of a property: text or an Item.
type Value struct {
	Text string
	// Number says that the page wrote a bare JSON number.
	Number bool
	Item   *Item
	// Where is the place on the page, where it is not simply the property of its item.
	Where string
	// Seam and Lines are those of Said where Text is the text of an element.
	Seam  int
	Lines string
	// Shown is what the element of a price shows to people where Text is its content attribute.
	Shown Said
}

func (it *Item) add(name string, v Value) {
	for i := range it.props {
		if it.props[i].name == name {
			it.props[i].values = append(it.props[i].values, v)
			return
		}
	}
	if len(it.props) < maxProps {
		it.props = append(it.props, prop{name, []Value{v}})
	}
}

// All returns the values of a property, in the order of the page. Names are compared exactly: a "Price" is
// no "price".
func (it *Item) All(name string) []Value {
	if it == nil {
		return nil
	}
	for i := range it.props {
		if it.props[i].name == name {
			return it.props[i].values
		}
	}
	return nil
}

// Is reports whether the item has one of the types.
func (it *Item) Is(types ...string) bool {
	return it != nil && slices.ContainsFunc(it.Types, func(t string) bool { return slices.Contains(types, t) })
}

// Bare reports whether the item is nothing but a reference to another one.
func (it *Item) Bare() bool { return it.ID != "" && len(it.props) == 0 }

// Names returns the names of the properties, in the order of the page.
func (it *Item) Names() []string {
	out := make([]string, len(it.props))
	for i := range it.props {
		out[i] = it.props[i].name
	}
	return out
}

// Top returns the items that a reader found at the top level, in the order of the page.
func (p *Page) Top(reader string) []*Item { return p.items[reader] }

// Items returns the values of a property that are items; references among them are followed once.
func (p *Page) Items(it *Item, name string) []*Item {
	var out []*Item
	for _, v := range it.All(name) {
		if v.Item != nil {
			out = append(out, p.Follow(v.Item))
		}
	}
	return out
}

// Follow returns the item that a bare reference names, or the item itself.
func (p *Page) Follow(it *Item) *Item {
	if it.Bare() {
		if to := p.ids[it.ID]; to != nil {
			return to
		}
	}
	return it
}

// Text returns the first value of the properties, asked in turn, that is text or an item with a name, without
// HTML entities and outer space, and its place on the page.
func (p *Page) Text(it *Item, names ...string) (text, where string) {
	for _, n := range names {
		for _, v := range it.All(n) {
			t := v.Text
			if v.Item != nil {
				t, _ = p.Text(p.Follow(v.Item), "name", "@value", "value")
			}
			if t = Clean(t); t != "" {
				return t, it.Place(n, v)
			}
		}
	}
	return "", ""
}

// Place says where a value of the item stands on the page.
func (it *Item) Place(name string, v Value) string {
	if v.Where != "" {
		return v.Where
	}
	return it.path(name)
}

// path joins the place of the item and the name of a property: "script 1: offers.price".
func (it *Item) path(name string) string {
	switch {
	case it.Where == "" || name == "":
		return it.Where + name
	case strings.HasPrefix(it.Where, "script") && !strings.Contains(it.Where, ":"):
		return it.Where + ": " + name
	}
	return it.Where + "." + name
}

// Clean trims a value and decodes the HTML entities that shops leave in JSON.
func Clean(s string) string {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	return strings.TrimSpace(s)
}

// cut bounds a text without splitting a rune.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}

// Short returns the last part of an address or prefixed name: "Product" of "https://schema.org/Product" and
// of "schema:Product".
func Short(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexAny(s, "/#:"); i >= 0 {
		s = s[i+1:]
	}
	return s
}
