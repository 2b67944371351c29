package structured

import (
	"strings"

	"golang.org/x/net/html"
)

// rdfa reads the marks of one element. Source: W3C RDFa Lite 1.1 (vocab, typeof, property, resource,
// prefix), and content. Only schema.org is read, under whichever prefix: the prefix "schema" and full
// addresses need no declaration.
func (c *collector) rdfa(n *html.Node, a attributes, ctx context) context {
	if a.hasVocab {
		ctx.vocab = strings.Contains(a.vocab, "schema.org")
	}
	var it *Item
	if types := terms(a.typeof, ctx.vocab); len(types) > 0 && ctx.depth < MaxDepth {
		it = &Item{ID: a.resource, Types: types, Where: types[0]}
		if it.ID != "" && c.page.ids != nil && c.page.ids[it.ID] == nil {
			c.page.ids[it.ID] = it
		}
	}
	switch names := terms(a.property, ctx.vocab); {
	case len(names) > 0 && ctx.rdfa != nil:
		if it != nil {
			it.Where = cut(ctx.rdfa.Where + "." + names[0])
		}
		c.property(ctx.rdfa, names, n, it)
	case it != nil:
		c.page.items[RDFa] = append(c.page.items[RDFa], it)
	}
	if it != nil {
		ctx.rdfa, ctx.depth = it, ctx.depth+1
	}
	return ctx
}

// terms returns the terms of schema.org in a list of words; bare words count under its vocabulary only.
func terms(list string, vocab bool) []string {
	var out []string
	for _, w := range strings.Fields(list) {
		t := localName(w)
		if t == "" || t == w && !vocab {
			continue
		}
		out = append(out, t)
	}
	return out
}
