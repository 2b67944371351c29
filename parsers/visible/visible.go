// Package visible reads a product page as people see it: without what the shop writes for machines, it finds the block of
// the page's own product and reads price, reference price and stock from it. Every choice is a sum of stated reasons, which
// can be printed; what is not clearly ahead of all else is left open.
package visible

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/price"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
	"pricegap/parsers/visible/reason"
	"pricegap/parsers/visible/view"
	"pricegap/parsers/visible/word"
	"pricegap/parsers/visible/zone"
)

// Page is what can be told from a page as people see it.
type Page struct {
	// Candidates are all prices, the best first.
	Candidates []Candidate

	unclear []Candidate // texts called a price that may mean several sums
	v       *view.View
	// Of elements: whether they begin with a line that names other products, and stand in the tile of one; 1 yes, -1 no, 0 not
	// looked at.
	headings, tiles []int8
	known           Known
	shelf           *Shelf            // found at first need
	titles          []map[string]bool // the words of those that are known
	title, buy      int               // indexes, -1 for none
	l               money.Locale
	amounts         map[money.Amount]int
	readings        map[structured.Said]*price.Reading // what texts say, of which many come again
	kinds           map[string]kind                    // by signature
}

// Known is what is known of a page from elsewhere: its address, what it is called in its title and for machines, and which
// products it names for machines, its own or not.
type Known struct {
	URL      string
	Names    []string
	Products []schema.Product
}

// prices reports whether a is a price of one of the products.
func (k Known) prices(a money.Amount) bool {
	return slices.ContainsFunc(k.Products, func(p schema.Product) bool {
		return slices.ContainsFunc(p.Offers, func(o market.Offer) bool { return o.Price.Known() && o.Price.Micros() == a.Micros() })
	})
}

// Read reads a page.
func Read(root *html.Node, known Known, l money.Locale) *Page {
	v := view.Look(root)
	p := &Page{v: v, headings: make([]int8, v.Len()), tiles: make([]int8, v.Len()), known: known, l: l, amounts: map[money.Amount]int{}, readings: map[structured.Said]*price.Reading{}, kinds: map[string]kind{}}
	p.title = p.findTitle(known.Names)
	p.buy = -1
	p.buy = p.findBuy()
	p.collect()
	for i := range p.Candidates {
		p.judge(i)
	}
	p.taxes()
	used := reason.InUse()
	p.Weigh(&used)
	return p
}

// Close gives the memory of the Page to the next one. What it returned stays.
func (p *Page) Close() {
	p.v.Free()
	p.v = nil
}

// findTitle finds the headline of the page's own product.
func (p *Page) findTitle(names []string) int {
	for _, n := range names {
		if set := word.Set(n); len(set) > 0 {
			p.titles = append(p.titles, set)
		}
	}
	best, score := -1, 0.0
	for i := range p.v.Len() {
		e := p.v.At(i)
		if e.Size() > 400 || e.Size() < 3 {
			continue
		}
		var s float64
		switch {
		case e.Node.DataAtom == atom.H1:
			s = 1
		case e.Node.DataAtom == atom.H2:
			s = 0.2
		case e.Title:
			s = 0.3
		default:
			continue
		}
		text := p.v.TextOf(i)
		first, _, _ := strings.Cut(text, "\n")
		like := max(word.Likeness(text, p.titles), word.Likeness(first, p.titles))
		s += 1.5 * like
		if e.Zone&(zone.Frame|zone.Others|zone.Cart|zone.Reviews) != 0 {
			s -= 0.3
		}
		if s > score {
			best, score = i, s
		}
	}
	if score < 0.9 {
		return -1
	}
	return best
}

// findBuy finds the button by which the page's own product is bought.
func (p *Page) findBuy() int {
	best, score := -1, 0
	for i := range p.v.Len() {
		e := p.v.At(i)
		n := e.Node
		button := n.DataAtom == atom.Button || n.DataAtom == atom.Input || n.DataAtom == atom.A || strings.EqualFold(view.Attr(n, "role"), "button")
		if !button && (n.DataAtom != atom.Img || e.Words == "") { // a picture that is called so serves, too
			continue
		}
		own := i < p.title && e.Zone&zone.Others == 0 && p.boxed(i) // whatever heading stands over the box before the headline
		if z := p.zone(i); z&(zone.Frame|zone.Reviews) != 0 || z&zone.Others != 0 && !own || e.Size() > 60 {
			continue
		}
		if n.DataAtom == atom.Input {
			if t := strings.ToLower(view.Attr(n, "type")); t != "submit" && t != "button" && t != "image" {
				continue
			}
		}
		s, said := 0, strings.ToLower(p.says(i))
		if word.Said().Tell.In(said) {
			continue
		}
		joined := strings.ReplaceAll(e.Words+p.wrapping(i), " ", "")
		named := slices.ContainsFunc(word.BuyNames, func(w string) bool { return strings.Contains(joined, w) })
		if word.Said().Buy.In(said) && (named || n.DataAtom != atom.A || !away(n)) {
			s += 2
		}
		if named {
			s += 2
		}
		if s == 0 || !button && s < 4 {
			continue
		}
		if n.DataAtom != atom.A && button {
			s++
		}
		if p.title >= 0 && i > p.title {
			s++
		}
		if s > score {
			best, score = i, s
		}
	}
	return best
}

// says is what a button says to people, and to those who have it read to them.
func (p *Page) says(i int) string {
	n, said := p.v.At(i).Node, p.v.TextOf(i)
	for _, key := range []string{"value", "title", "aria-label", "alt"} {
		if more := view.Attr(n, key); !strings.Contains(said, more) {
			said += " " + more
		}
	}
	return strings.TrimSpace(said)
}

// away reports whether a link leads elsewhere.
func away(n *html.Node) bool {
	href := strings.ToLower(strings.TrimSpace(view.Attr(n, "href")))
	return href != "" && !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "javascript:")
}

// wrapping are the names of the element around one that has nothing else.
func (p *Page) wrapping(i int) string {
	if up := p.v.At(i).Parent(); up >= 0 && p.v.At(up).Last() == p.v.At(i).Last() && up == i-1 {
		return p.v.At(up).Words
	}
	return ""
}

// zone is the part of the page in which an element stands. Names of what holds the headline, or the button to buy, are
// those of the page's own product.
func (p *Page) zone(i int) (z zone.Set) {
	struck := p.v.At(i).Zone & zone.Struck
	for ; i >= 0; i = p.v.At(i).Parent() {
		if p.title >= 0 && p.v.Within(p.title, i) {
			return z | struck
		}
		own := p.v.At(i).Own
		if p.headed(i) {
			own |= zone.Others
		}
		if p.buy >= 0 && p.v.Within(p.buy, i) {
			own &^= zone.Cart | zone.Extra | zone.Form | zone.Others
		}
		z |= own
	}
	return z
}

// maxHeading is how long a heading may be, in bytes.
const maxHeading = 64

// headed reports whether the first line of an element says that it is about other products.
func (p *Page) headed(i int) bool {
	if p.headings[i] == 0 {
		p.headings[i] = -1
		if line, _, more := bytes.Cut(bytes.TrimLeft(p.v.BytesOf(i), " \n"), []byte{'\n'}); more && len(line) > 0 && len(line) <= maxHeading && word.Said().Others.In(strings.ToLower(string(line))) {
			p.headings[i] = 1
		}
	}
	return p.headings[i] > 0
}
