package schema

import (
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers/structured"
)

// Name returns the name that the Open Graph gives the page, with its evidence.
func Name(p *structured.Page) (market.Text, market.Evidence) {
	for _, it := range p.Top(structured.OpenGraph) {
		if t, where := p.Text(it, "name"); t != "" {
			name := market.NewText(t)
			return name, market.Evidence{Reader: structured.OpenGraph, Where: where, Raw: name}
		}
	}
	return market.Text{}, market.Evidence{}
}

// ListedURLs returns the addresses that the lists of a page name (ItemList and its ListItems), in order.
func ListedURLs(p *structured.Page, reader string, e Env) []string {
	m := &mapper{page: p, env: e, reader: reader}
	var out []string
	var walk func(it *structured.Item, depth int)
	walk = func(it *structured.Item, depth int) {
		if depth > structured.MaxDepth || len(out) >= 10*MaxOffers {
			return
		}
		if it.Is("BreadcrumbList") {
			return
		}
		for _, v := range it.All("itemListElement") {
			if ref := v.Text; v.Item == nil && ref != "" {
				if u, err := link.Resolve(e.URL, ref); err == nil {
					out = append(out, u)
				}
			} else if v.Item != nil {
				var f filler
				if m.address(&f.o.URL, market.FieldURL, v.Item, &f, "url"); f.o.URL == "" {
					m.address(&f.o.URL, market.FieldURL, v.Item, &f, "item")
				}
				if f.o.URL != "" {
					out = append(out, f.o.URL)
				}
			}
		}
		for _, name := range it.Names() {
			for _, v := range it.All(name) {
				if v.Item != nil && name != "itemListElement" {
					walk(v.Item, depth+1)
				}
			}
		}
	}
	for _, it := range p.Top(reader) {
		walk(it, 0)
	}
	return out
}
