package visible

import (
	"strings"

	"pricegap/market"
	"pricegap/parsers/facts"
	"pricegap/parsers/lang"
	"pricegap/parsers/visible/word"
	"pricegap/parsers/visible/zone"
)

// Stated is something that the page states, with its place.
type Stated = facts.Stated

const (
	// maxStatement is how long a statement about stock may be, in bytes, nearby how many elements away from the price, or
	// from the button to buy, it may stand.
	maxStatement = 90
	nearby       = 250
)

// Stock is what the page says about the stock of its own product: the statement next to the price, or a button to buy
// that works.
func (p *Page) Stock() (market.Stock, Stated) {
	anchor := p.buy
	if won, _ := p.Price(); won != nil {
		anchor = won.at
	} else if anchor < 0 {
		anchor = p.title
	}
	best, stock := -1, market.StockUnknown
	for i := range p.v.els {
		e := &p.v.els[i]
		if size := e.to - e.from; anchor < 0 || size < 3 || size > maxStatement || p.title >= 0 && i < p.title-20 {
			continue
		}
		if best >= 0 && abs(i-anchor) >= abs(best-anchor) || abs(i-anchor) > nearby || p.zone(i)&(zone.Frame|zone.Others|zone.Reviews|zone.Cart|zone.Form) != 0 {
			continue
		}
		if s := lang.Stock(p.v.textOf(i)); s != market.StockUnknown {
			best, stock = i, s
		}
	}
	if best >= 0 {
		return stock, Stated{Text: p.v.textOf(best), Where: p.path(best)}
	}
	if p.buy >= 0 && p.works() {
		n := p.v.els[p.buy].node
		return market.StockIn, Stated{Text: strings.TrimSpace(p.v.textOf(p.buy) + " " + attr(n, "value")), Where: p.path(p.buy)}
	}
	return market.StockUnknown, Stated{}
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// works reports whether the button to buy can be pressed.
func (p *Page) works() bool {
	for _, a := range p.v.els[p.buy].node.Attr {
		if a.Key == "disabled" || a.Key == "aria-disabled" && a.Val == "true" {
			return false
		}
	}
	return !word.Any(p.v.els[p.buy].words, []string{"disabled", "inactive", "sold out", "soldout"})
}

// Reference is the former or advised price that stands with the price of the page's own product, nil for none.
func (p *Page) Reference() *Candidate {
	won, _ := p.Price()
	if won == nil {
		return nil
	}
	var best *Candidate
	for i := range p.Candidates {
		c := &p.Candidates[i]
		if !c.Reference || c.Reading.Low.Known() || abs(c.at-won.at) > 30 {
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
	text := p.v.textOf(p.title)
	if first, _, _ := strings.Cut(text, "\n"); len(text) > maxTitle || likeness(first, p.titles) > likeness(text, p.titles) {
		text = first // the rest is buttons and notes
	}
	return Stated{Text: text, Where: p.path(p.title)}
}
