package visible

import (
	"math"
	"strings"

	"golang.org/x/net/html/atom"

	"pricegap/parsers/visible/reason"
	"pricegap/parsers/visible/view"
	"pricegap/parsers/visible/word"
	"pricegap/parsers/visible/zone"
)

// judge collects what speaks for the candidate at an index being the price of the page's own product.
func (p *Page) judge(at int) {
	v, c := p.v, &p.Candidates[at]
	e := v.At(c.at)
	p.names(c)
	in := p.zone(c.at)
	c.Why.AddZones(in)
	c.Reference = c.Reference || in&zone.Struck != 0
	p.labels(at)
	if p.tile(c.at) {
		c.Why.Add(reason.InTile, 1)
	}
	if e.Link() >= 0 && away(v.At(e.Link()).Node) {
		c.Why.Add(reason.LeadsAway, 1)
	}
	if k := p.kinds[c.kind]; k.n > 2 && (p.title < 0 || !p.beside(k.first, c.at)) {
		c.Why.Add(reason.Alike, math.Min(1, float64(k.n)/5))
	}
	if n := p.amounts[c.Amount]; n > 1 {
		c.Why.Add(reason.Again, math.Min(1, float64(n)/3))
	}
	if p.known.prices(c.Amount) {
		c.Why.Add(reason.ForMachines, 1)
	}
	p.place(c)
	switch e.Node.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.Strong, atom.B, atom.Big:
		c.Why.Add(reason.Large, 1)
	case atom.Small, atom.Sup, atom.Sub:
		c.Why.Add(reason.Small, 1)
	case atom.Li, atom.P:
		if !p.named(c.at) { // of what is called a price the style sheet says how large it is
			c.Why.Add(reason.Small, 1)
		}
	}
	if len(c.Text) > 30 {
		c.Why.Add(reason.InText, 1)
	}
}

// maxTile is how much a tile may say, in bytes, and how many elements it may have.
const maxTile = 400

// tile reports whether an element stands in a block with a headline of its own, which leads elsewhere.
func (p *Page) tile(i int) bool {
	if i >= 0 && p.tiles[i] == 0 {
		p.tiles[i] = -1
		if p.isTile(i) {
			p.tiles[i] = 1
		}
	}
	return i >= 0 && p.tiles[i] > 0
}

func (p *Page) isTile(i int) bool {
	v := p.v
	at := v.At(i)
	if at.Size() > maxTile || at.Last()-i > maxTile || p.title < 0 || v.Within(p.title, i) {
		return false
	}
	for k := i + 1; k <= at.Last(); k++ {
		if e := v.At(k); headed[e.Node.DataAtom] && (e.Link() >= 0 || k < e.Last() && v.At(k+1).Link() == k+1) {
			return true
		}
	}
	return p.tile(at.Parent())
}

var headed = map[atom.Atom]bool{atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true}

// names judges what the shop's people call a candidate and what is closely around it.
func (p *Page) names(c *Candidate) {
	v := p.v
	var words strings.Builder
	for i, n := c.at, 0; i >= 0 && n < 4; i, n = v.At(i).Parent(), n+1 {
		if u := v.At(i); u.Size() <= 2*maxPrice {
			words.WriteString(u.Words)
		}
	}
	if word.Any(words.String(), word.Price) {
		c.Why.Add(reason.CalledPrice, 1)
	}
	switch p.called(c.at) {
	case 1:
		c.Why.Add(reason.CalledNow, 1)
	case -1:
		c.Reference = true
		c.Why.Add(reason.CalledFormer, 1)
	}
	if view.Attr(v.At(c.at).Node, "itemprop") == "price" {
		c.Why.Add(reason.Marked, 1)
	}
}

// called reports whether the names of an element, or of what is closely around it, are those of the price now (1) or of
// a former one (-1).
func (p *Page) called(i int) int {
	for n := 0; i >= 0 && n < 4; n++ {
		e := p.v.At(i)
		if e.Size() > 2*maxPrice {
			return 0
		}
		now, was := e.Now, e.Struck
		switch {
		case now && was, !now && !was:
		case now:
			return 1
		default:
			return -1
		}
		i = e.Parent()
	}
	return 0
}

// boxed reports whether an element stands in what the shop's people call the box to buy in, which some put before the headline
// and place beside it by the style sheet.
func (p *Page) boxed(i int) bool {
	for ; i >= 0; i = p.v.At(i).Parent() {
		if word.Any(p.v.At(i).Words, word.BuyBox) {
			return true
		}
	}
	return false
}

// place judges where a candidate stands against the headline and the button to buy.
func (p *Page) place(c *Candidate) {
	v := p.v
	if p.title >= 0 {
		d := c.at - p.title
		switch {
		case d < 0 && (d > -60 || p.boxed(c.at)):
			c.Why.Add(reason.ShortlyBefore, 1)
		case d < 0:
			c.Why.Add(reason.BeforeHeadline, 1)
		default:
			c.Why.Add(reason.BehindHeadline, math.Max(0, 1-0.25*math.Log2(1+float64(d)/20)))
		}
		if s := v.Shared(c.at, p.title); s >= 0 {
			share := float64(v.At(s).Last()-s) / float64(v.Len())
			c.Why.Add(reason.WithHeadline, 1-math.Min(1, share*2))
		}
	}
	if p.buy >= 0 {
		c.Why.Add(reason.NearButton, math.Max(0, 1-0.3*math.Log2(1+float64(abs(c.at-p.buy))/15)))
		if s := v.Shared(c.at, p.buy); s >= 0 {
			share := float64(v.At(s).Last()-s) / float64(v.Len())
			c.Why.Add(reason.WithButton, 1-math.Min(1, share*4))
		}
	}
	c.Why.Add(reason.Late, float64(c.at)/float64(v.Len()))
}
