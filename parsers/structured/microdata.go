package structured

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// microdata reads the marks of one element. Source: WHATWG HTML, section 5, "Microdata"; a content attribute
// counts on every element, since shops write it on every element.
func (c *collector) microdata(n *html.Node, a attributes, ctx context) context {
	var it *Item
	if a.itemscope {
		if ctx.depth >= MaxDepth {
			return ctx
		}
		it = &Item{ID: a.itemid, Where: "itemscope"}
		for _, t := range strings.Fields(a.itemtype) {
			it.Types = append(it.Types, Short(t))
		}
		if len(it.Types) > 0 {
			it.Where = it.Types[0]
		}
		if a.itemref != "" {
			refs, inner := a.itemref, context{micro: it, depth: ctx.depth + 1}
			c.refs = append(c.refs, func() { c.follow(n, refs, inner) })
		}
	}
	switch names := strings.Fields(a.itemprop); {
	case len(names) > 0 && ctx.micro != nil:
		if it != nil {
			it.Where = cut(ctx.micro.Where + "." + names[0])
		}
		c.property(ctx.micro, names, n, it)
	case it != nil:
		c.page.items[Microdata] = append(c.page.items[Microdata], it)
	}
	if it != nil {
		ctx.micro, ctx.depth = it, ctx.depth+1
	}
	return ctx
}

// property adds the value of an element to an item, under each of its names. item is the value where the
// element holds one.
func (c *collector) property(to *Item, names []string, n *html.Node, item *Item) {
	v := Value{Item: item}
	if item == nil {
		said := c.valueOf(n)
		v.Text, v.Seam, v.Lines = said.Text, said.Seam, said.Lines
		if n.FirstChild != nil && slices.ContainsFunc(names, isPrice) && attr(n, "content") != "" {
			v.Shown = textOf(n, &c.steps, nil)
		}
	}
	for _, name := range names {
		if c.left--; c.left < 0 || len(name) > 256 {
			return
		}
		if name = localName(name); name != "" {
			to.put(name, v)
		}
	}
}

func isPrice(name string) bool { return strings.HasSuffix(name, "rice") }

// localName strips the vocabulary of schema.org from a property's name; it returns "" for another one.
func localName(s string) string {
	for _, p := range []string{"https://schema.org/", "http://schema.org/", "schema:"} {
		if t, ok := strings.CutPrefix(s, p); ok {
			return t
		}
	}
	if strings.ContainsAny(s, ":/") {
		return ""
	}
	return s
}

// valueOf returns the value of an element: content, else what its kind carries, else its text.
func (c *collector) valueOf(n *html.Node) Said {
	if v, ok := lookup(n, "content"); ok {
		return Said{Text: cut(strings.TrimSpace(v))}
	}
	key := ""
	switch n.DataAtom {
	case atom.A, atom.Area, atom.Link:
		key = "href"
	case atom.Img, atom.Audio, atom.Video, atom.Embed, atom.Iframe, atom.Source, atom.Track:
		key = "src"
	case atom.Object:
		key = "data"
	case atom.Data, atom.Meter:
		key = "value"
	case atom.Time:
		key = "datetime"
	}
	if v, ok := lookup(n, key); ok {
		return Said{Text: cut(strings.TrimSpace(v))}
	}
	return textOf(n, &c.steps, nil)
}

// follow reads the elements that an itemref names as if they stood within the item. A reference to the
// item's own surroundings is left out, and references within what it reads are not followed again.
func (c *collector) follow(from *html.Node, refs string, ctx context) {
	if c.byID == nil {
		c.byID = map[string]*html.Node{}
		for n := range c.root.Descendants() {
			if id := attr(n, "id"); id != "" && c.byID[id] == nil {
				c.byID[id] = n
			}
		}
	}
	for i, id := range strings.Fields(refs) {
		n := c.byID[id]
		if n == nil || i >= 16 || within(from, n) {
			continue
		}
		sub := &collector{page: &Page{items: map[string][]*Item{}}, left: c.left, steps: c.steps, root: c.root}
		sub.element(n, ctx)
		c.left, c.steps = sub.left, sub.steps
	}
}

// within reports whether n stands in an ancestor.
func within(n, ancestor *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == ancestor {
			return true
		}
	}
	return false
}
