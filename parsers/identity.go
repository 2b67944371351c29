package parsers

import (
	"slices"
	"strings"
	"unicode"

	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
)

// identity is how a page calls itself: its addresses in their canonical form and its headline.
type identity struct {
	urls  map[string]bool
	path  string // of the page, for numbers in it
	title []string
	h1    string
}

func (d *Doc) identity(data *structured.Page) identity {
	id := identity{urls: map[string]bool{}, path: link.PathQuery(d.Page.URL), h1: fold(data.H1)}
	for _, u := range []string{d.Page.URL, d.Page.Asked, d.own(data.Canonical), d.own(data.OGURL)} {
		if c := canonical(u); c != "" {
			id.urls[c] = true
		}
	}
	name, _ := schema.Name(data)
	for _, t := range []string{data.H1, name.Plain(), data.Title} {
		id.title = append(id.title, words(t)...)
	}
	return id
}

// own resolves an address that the page states for itself; one without a path is the shop's front page, a
// common mistake, and says nothing.
func (d *Doc) own(ref string) string {
	u := d.Resolve(ref)
	if u == "" || link.PathQuery(u) == "/" || link.Site(link.Host(u)) != link.Site(link.Host(d.Page.URL)) {
		return ""
	}
	return u
}

// canonical returns the form in which addresses are compared, without scheme, "www." and the last slash.
func canonical(u string) string {
	if u == "" {
		return ""
	}
	c, err := link.Canonical(u)
	if err != nil {
		return ""
	}
	_, c, _ = strings.Cut(c, "://")
	return strings.TrimSuffix(strings.TrimPrefix(c, "www."), "/")
}

func (id identity) owns(u string) bool { return id.urls[canonical(u)] }

// numbered reports whether a number of the offer stands in the page's address as a word of its own.
func (id identity) numbered(o market.Offer) bool {
	for _, n := range []string{o.SKU, o.GTIN, o.MPN} {
		if len(n) >= 4 && link.Names(id.path, n) {
			return true
		}
	}
	return false
}

// akin reports whether at least half of the words of a name stand in the page's headline or title. A page
// without either says nothing against a name.
func (id identity) akin(name string) bool {
	ws := words(name)
	if len(ws) == 0 || len(id.title) == 0 {
		return true
	}
	have := map[string]bool{}
	for _, w := range id.title {
		have[w] = true
	}
	n := 0
	for _, w := range ws {
		if have[w] {
			n++
		}
	}
	return 2*n >= len(ws)
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// calls reports whether one of the names of a page has a word of a brand.
func calls(names []string, brand string) bool {
	return slices.ContainsFunc(words(brand), func(w string) bool {
		return len(w) > 2 && slices.ContainsFunc(names, func(n string) bool { return slices.Contains(words(n), w) })
	})
}

func fold(s string) string { return strings.Join(words(s), " ") }

// choose returns the index of the page's own product, -1 where there is none, -2 where there are several and
// none is provably meant. A product is the page's own by being its main entity, by its address, by its number
// in the page's address, by the name of the headline, or by being the only one.
func (id identity) choose(ps []schema.Product) int {
	for _, listed := range []bool{false, true} {
		var of []int
		for i, p := range ps {
			if p.Listed == listed {
				of = append(of, i)
			}
		}
		if len(of) == 0 {
			continue
		}
		for _, fits := range []func(schema.Product) bool{
			func(p schema.Product) bool { return p.Main },
			func(p schema.Product) bool { return p.Offers[0].URL != "" && id.owns(p.Offers[0].URL) },
			func(p schema.Product) bool { return id.numbered(p.Offers[0]) },
			func(p schema.Product) bool { return id.h1 != "" && fold(p.Offers[0].Title.Plain()) == id.h1 },
		} {
			if i, n := firstOf(ps, of, fits); n == 1 || n > 1 && alike(ps, of, fits) {
				return i
			}
		}
		if !listed && (len(of) == 1 || alike(ps, of, func(schema.Product) bool { return true })) && id.plausible(ps[of[0]]) {
			return of[0]
		}
	}
	for _, p := range ps {
		if p.Priced() {
			return -2
		}
	}
	return -1
}

// plausible reports whether the only product of a page may be its own: it is not if it has another address
// and another name.
func (id identity) plausible(p schema.Product) bool {
	o := p.Offers[0]
	return o.URL == "" || id.owns(o.URL) || id.akin(o.Title.Plain())
}

// firstOf returns the first priced product that fits, or the first, and how many fit.
func firstOf(ps []schema.Product, of []int, fits func(schema.Product) bool) (at, n int) {
	at = -1
	for _, i := range of {
		if !fits(ps[i]) {
			continue
		}
		if n++; at < 0 || !ps[at].Priced() && ps[i].Priced() {
			at = i
		}
	}
	return at, n
}

// alike reports whether the products that fit are one product said several times: their numbers, names and
// prices do not contradict each other.
func alike(ps []schema.Product, of []int, fits func(schema.Product) bool) bool {
	var first *market.Offer
	for _, i := range of {
		if !fits(ps[i]) {
			continue
		}
		o := ps[i].Offers[0]
		if first == nil {
			first = &o
			continue
		}
		if !same(first.SKU, o.SKU) || !sameGTIN(first.GTIN, o.GTIN) || !same(first.Title.Plain(), o.Title.Plain()) ||
			first.Price.Known() && o.Price.Known() && first.Price != o.Price {
			return false
		}
		known(first, o)
	}
	return first != nil
}

func known(to *market.Offer, from market.Offer) {
	if !to.Price.Known() {
		to.Price = from.Price
	}
	if to.SKU == "" {
		to.SKU = from.SKU
	}
	if to.GTIN == "" {
		to.GTIN = from.GTIN
	}
	if !to.Title.Known() {
		to.Title = from.Title
	}
}

// same reports whether two values do not contradict each other.
func same(a, b string) bool { return a == "" || b == "" || strings.EqualFold(a, b) }

// sameGTIN is same for article numbers, which are printed with and without leading noughts.
func sameGTIN(a, b string) bool { return same(strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")) }
