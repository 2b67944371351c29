package visible

import (
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/parsers/facts"
	"pricegap/parsers/lang"
	"pricegap/parsers/visible/reason"
	"pricegap/parsers/visible/word"
	"pricegap/parsers/visible/zone"
)

// Stated is something that the page states, with its place.
type Stated = facts.Stated

const (
	// maxStatement is how long a statement about stock may be, in bytes, nearby how many elements away from the price, or
	// from the button to buy, it may stand, and next how many where it stands next to it.
	maxStatement = 90
	nearby       = 250
	next         = 40
)

// Shelf is what the page shows of the stock of its own product.
type Shelf struct {
	Stock market.Stock // by words; unknown where there are none
	Stated
	Near    bool // they stand next to the price
	Counted bool // they say how many there are
	Button  bool // a button to buy can be pressed
}

// Shelf finds the statement about the stock of the page's own product that stands nearest to its price, or else to the button
// to buy or the headline.
func (p *Page) Shelf() Shelf {
	if p.shelf == nil {
		s := p.findShelf()
		p.shelf = &s
	}
	return *p.shelf
}

func (p *Page) findShelf() Shelf {
	anchor := p.buy
	if won, _ := p.Price(); won != nil {
		anchor = won.at
	} else if anchor < 0 {
		anchor = p.title
	}
	out, best := Shelf{Button: p.works()}, nearby+1
	if p.buy >= 0 { // what it says itself
		if out.Stock = lang.Stock(p.says(p.buy)); out.Stock != market.StockUnknown {
			out.Stated, out.Near = p.button(), abs(p.buy-anchor) <= next
			out.Counted = lang.Counted(out.Text)
			return out
		}
	}
	for i := max(0, anchor-nearby); anchor >= 0 && i < p.v.Len() && i <= anchor+nearby; i++ {
		e := p.v.At(i)
		away := abs(i - anchor)
		if p.title >= 0 && i < p.title-20 { // above the headline less is about the product
			away *= 2
		}
		if size := e.Size(); size < 3 || size > maxStatement || away >= best || p.zone(i)&(zone.Frame|zone.Others|zone.Reviews|zone.Cart|zone.Form) != 0 {
			continue
		}
		if s := lang.Stock(p.v.TextOf(i)); s != market.StockUnknown {
			best, out.Stock, out.Stated = away, s, Stated{Text: p.v.TextOf(i), Where: p.path(i)}
		}
	}
	out.Near, out.Counted = best <= next, lang.Counted(out.Text)
	return out
}

// Stock is what the page says about the stock of its own product: the statement next to the price, or a button to buy
// that works.
func (p *Page) Stock() (market.Stock, Stated) {
	shelf := p.Shelf()
	if shelf.Stock == market.StockUnknown && shelf.Button {
		return market.StockIn, p.button()
	}
	return shelf.Stock, shelf.Stated
}

// button is the button to buy as a statement.
func (p *Page) button() Stated { return Stated{Text: p.says(p.buy), Where: p.path(p.buy)} }

func abs(n int) int { return max(n, -n) }

// works reports whether there is a button to buy that can be pressed, and does not say that there is nothing to buy.
func (p *Page) works() bool {
	if p.buy < 0 || lang.Stock(p.says(p.buy)).Available() == market.AnswerNo {
		return false
	}
	for _, a := range p.v.At(p.buy).Node.Attr {
		if a.Key == "disabled" || a.Key == "aria-disabled" && a.Val == "true" {
			return false
		}
	}
	return !word.Any(p.v.At(p.buy).Words, []string{"disabled", "inactive", "sold out", "soldout"})
}

// elsewhere are the reasons why a former price is not that of the page's own product.
var elsewhere = []reason.Kind{reason.InOthers, reason.InTile, reason.InFrame, reason.InCart, reason.LeadsAway}

// Reference is the former or advised price that stands with the price of the page's own product, nil for none.
func (p *Page) Reference() *Candidate {
	won, _ := p.Price()
	if won == nil {
		return nil
	}
	var best *Candidate
	for i := range p.Candidates {
		c := &p.Candidates[i]
		if !c.Reference || c.Aside || c.Reading.Low.Known() || abs(c.at-won.at) > 30 || slices.ContainsFunc(elsewhere, c.Why.Has) {
			continue
		}
		if off, err := c.Amount.Cmp(won.Amount); err != nil || off <= 0 {
			continue
		}
		if best == nil || abs(c.at-won.at) < abs(best.at-won.at) {
			best = c
		}
	}
	return best
}

// maxTitle is how long a headline of several lines may be, in bytes.
const maxTitle = 200

// Title is the headline of the page's own product, empty where none is found.
func (p *Page) Title() Stated {
	if p.title < 0 {
		return Stated{}
	}
	text := p.v.TextOf(p.title)
	if first, _, _ := strings.Cut(text, "\n"); len(text) > maxTitle || word.Likeness(first, p.titles) > word.Likeness(text, p.titles) {
		text = first // the rest is buttons and notes
	}
	return Stated{Text: text, Where: p.path(p.title)}
}
