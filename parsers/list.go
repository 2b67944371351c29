package parsers

import (
	"fmt"

	"github.com/PuerkitoBio/goquery"

	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
)

// listing is a compiled List.
type listing struct {
	tile, link, next *step
	fields           picker
}

func compileList(o *List) (listing, error) {
	var l listing
	if o == nil {
		return l, nil
	}
	for _, s := range []struct {
		name, src string
		to        **step
	}{{"tile", o.Tile, &l.tile}, {"link", o.Link, &l.link}, {"next", o.Next, &l.next}} {
		if s.src == "" {
			continue
		}
		c, err := compileStep(s.src)
		if err != nil {
			return l, fmt.Errorf("parsers: list.%s: %w", s.name, err)
		}
		*s.to = &c
	}
	if l.tile == nil && len(o.Fields)+len(o.Split) > 0 {
		return l, fmt.Errorf("parsers: list.tile: needed for list.fields")
	}
	p, err := compileFields("list.fields", o.Fields, o.Split)
	l.fields = p
	return l, err
}

// readList reads a category page: links, and offers where tiles or structured data carry a price and an
// article number.
func (r *rules) readList(d *Doc) (Result, error) {
	dom, err := d.HTML()
	if err != nil {
		return fail(err)
	}
	data, err := d.Structured()
	if err != nil {
		return fail(err)
	}
	ls := d.links()
	var res Result
	var named []string
	if r.list.tile != nil {
		res.Offers = r.readTiles(d, dom, ls)
	} else if r.list.link != nil {
		for _, ref := range hrefs(*r.list.link, dom.Selection) {
			ls.add(ref, LinkProduct)
		}
	}
	if r.structured {
		offers, urls := d.listed(data)
		if len(res.Offers) == 0 {
			res.Offers = offers
		}
		named = urls
	}
	products := map[string]bool{}
	for _, u := range named {
		products[u] = true
	}
	if len(products) == 0 && len(ls.all) == 0 {
		products = d.tiles(dom.Nodes[0])
	}
	if r.list.next != nil {
		for _, ref := range hrefs(*r.list.next, dom.Selection) {
			ls.add(ref, LinkNext)
		}
	} else {
		for _, n := range dom.FindMatcher(relNext).Nodes {
			ls.add(attrOf(n, "href"), LinkNext)
		}
	}
	ls.anchorsOf(dom.Nodes[0], products)
	for _, u := range named { // those that are named, but not linked
		ls.add(u, LinkProduct)
	}
	res.Links = ls.all
	return res, nil
}

// readTiles reads the tiles of a list by the selectors of its source.
func (r *rules) readTiles(d *Doc, dom *goquery.Document, ls *links) []market.Offer {
	var out []market.Offer
	for _, n := range dom.FindMatcher(r.list.tile.css).Nodes {
		scope := goquery.NewDocumentFromNode(n).Selection
		w := d.writer("selector")
		r.list.fields.read(scope, w)
		refs := firstLink(scope)
		if r.list.link != nil {
			refs = hrefs(*r.list.link, scope)
		}
		u := w.o.URL
		for i, ref := range refs {
			if a := ls.add(ref, LinkProduct); i == 0 && u == "" {
				u = a
			}
		}
		if len(out) >= schema.MaxOffers || !w.o.Price.Known() || w.o.SKU == "" && w.o.GTIN == "" {
			continue
		}
		if w.o.URL = u; u != "" && w.o.Evidence[market.FieldURL].Reader == "" {
			w.where = r.list.tile.src
			w.note(market.FieldURL, u)
		}
		d.complete(w.o)
		out = append(out, *w.o)
	}
	return out
}

func firstLink(scope *goquery.Selection) []string {
	if ns := scope.FindMatcher(anchors).Nodes; len(ns) > 0 {
		return []string{attrOf(ns[0], "href")}
	}
	return nil
}

// hrefs returns the references that a selector for links finds.
func hrefs(s step, scope *goquery.Selection) []string {
	if s.attr != "" || s.expr != nil {
		return s.texts(scope)
	}
	var out []string
	ns := scope.Nodes
	if s.css != nil {
		ns = scope.FindMatcher(s.css).Nodes
	}
	for _, n := range ns[:min(len(ns), maxLinks)] {
		if h := attrOf(n, "href"); h != "" {
			out = append(out, h)
		}
	}
	return out
}

// listed returns the products that structured data lists on the page: the addresses of all, and as offers
// those with a price and an article number.
func (d *Doc) listed(data *structured.Page) (offers []market.Offer, urls []string) {
	env := schema.Env{URL: d.Base(), Locale: d.Locale}
	self := canonical(d.Page.URL)
	for _, reader := range structured.Readers {
		if reader == structured.OpenGraph {
			continue
		}
		for _, u := range schema.ListedURLs(data, reader, env) {
			if c := canonical(u); c != self && link.Host(u) != "" {
				urls = append(urls, u)
			}
		}
		had := len(offers)
		for _, p := range schema.Products(data, reader, env) {
			o := p.Offers[0]
			if o.URL != "" && canonical(o.URL) != self {
				urls = append(urls, o.URL)
			}
			if o.Price.Known() && (o.SKU != "" || o.GTIN != "") && len(offers) < schema.MaxOffers && had == 0 {
				d.complete(&o)
				offers = append(offers, o)
			}
		}
	}
	return offers, urls
}
