package parsers

import (
	"fmt"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers/pick"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
)

// listing is a compiled List.
type listing struct {
	tile, link, next *pick.Step
	fields           pick.Fields
}

func compileList(o *List) (listing, error) {
	var l listing
	if o == nil {
		return l, nil
	}
	for _, s := range []struct {
		name, src string
		to        **pick.Step
	}{{"tile", o.Tile, &l.tile}, {"link", o.Link, &l.link}, {"next", o.Next, &l.next}} {
		if s.src == "" {
			continue
		}
		c, err := pick.Compile(s.src)
		if err != nil {
			return l, fmt.Errorf("parsers: list.%s: %w", s.name, err)
		}
		*s.to = &c
	}
	if l.tile == nil && len(o.Fields)+len(o.Split) > 0 {
		return l, fmt.Errorf("parsers: list.tile: needed for list.fields")
	}
	p, err := pick.CompileFields("list.fields", o.Fields, o.Split)
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
	root := dom.Nodes[0]
	ls := d.links()
	var res Result
	var named []string
	if r.list.tile != nil {
		res.Offers = r.readTiles(d, root, ls)
	} else if r.list.link != nil {
		for _, ref := range hrefs(*r.list.link, root) {
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
		products = d.tiles(root)
	}
	if r.list.next != nil {
		for _, ref := range hrefs(*r.list.next, root) {
			ls.add(ref, LinkNext)
		}
	} else {
		for _, n := range dom.FindMatcher(relNext).Nodes {
			ls.add(pick.Attr(n, "href"), LinkNext)
		}
	}
	ls.anchorsOf(root, products)
	for _, u := range named { // those that are named, but not linked
		ls.add(u, LinkProduct)
	}
	res.Links = ls.all
	return res, nil
}

// readTiles reads the tiles of a list by the selectors of its source.
func (r *rules) readTiles(d *Doc, root *html.Node, ls *links) []market.Offer {
	var out []market.Offer
	for _, n := range r.list.tile.Nodes(root) {
		w := d.writer("selector")
		r.list.fields.Read(n, w)
		refs := firstLink(n)
		if r.list.link != nil {
			refs = hrefs(*r.list.link, n)
		}
		o := w.Offer
		for i, ref := range refs {
			if u := ls.add(ref, LinkProduct); i == 0 && o.URL == "" && u != "" {
				o.URL = u
				o.Evidence[market.FieldURL] = market.Evidence{Reader: w.Reader, Where: r.list.tile.String(), Raw: market.NewText(ref)}
			}
		}
		if len(out) < schema.MaxOffers && o.Price.Known() && (o.SKU != "" || o.GTIN != "") {
			d.complete(o)
			out = append(out, *o)
		}
	}
	return out
}

func firstLink(n *html.Node) []string {
	if a := cascadia.Query(n, anchors); a != nil {
		return []string{pick.Attr(a, "href")}
	}
	return nil
}

// hrefs returns the references that a selector for links finds.
func hrefs(s pick.Step, scope *html.Node) []string {
	if s.Extracts() {
		return s.Texts(scope)
	}
	var out []string
	ns := s.Nodes(scope)
	for _, n := range ns[:min(len(ns), maxLinks)] {
		if h := pick.Attr(n, "href"); h != "" {
			out = append(out, h)
		}
	}
	return out
}

// listed returns the products that structured data lists on the page: the addresses of all, and as offers
// those with a price and an article number.
func (d *Doc) listed(data *structured.Page) (offers []market.Offer, urls []string) {
	env := schema.Env{URL: d.Base(), Locale: d.Locale, At: d.Page.FetchedAt}
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
