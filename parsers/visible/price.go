package visible

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/market/money/printed"
	"pricegap/parsers/lang"
	"pricegap/parsers/price"
	"pricegap/parsers/structured"
	"pricegap/parsers/visible/reason"
	"pricegap/parsers/visible/view"
	"pricegap/parsers/visible/word"
	"pricegap/parsers/visible/zone"
)

// Candidate is a price that the page shows.
type Candidate struct {
	Amount money.Amount
	// Reference says that it is a former or advised price, and Aside that it is one of another kind.
	Reference, Aside bool
	// Low says that it is the lowest of several.
	Low bool
	// Of is what the words before it say that it is the price of, where that is not what the page sells; "" for nothing.
	Of          string
	Text, Where string
	Reading     *price.Reading // that of all that say the same
	Score       int
	Why         reason.List
	at          int    // index of the element
	kind        string // its signature
	paired      bool   // a lower price stands beside it
	behind      string // the text behind it in its line, up to the next number
}

// Weigh sums up the reasons for every candidate by other weights and puts the best first.
func (p *Page) Weigh(w *reason.Weights) {
	slices.SortFunc(p.Candidates, func(a, b Candidate) int { return cmp.Compare(a.at, b.at) })
	for i := range p.Candidates {
		c := &p.Candidates[i]
		if c.paired { // by other weights
			c.Reference, c.paired, c.Why = false, false, c.Why[:len(c.Why)-1]
		}
		c.Score = c.Why.Sum(w)
	}
	p.pairs(w)
	slices.SortStableFunc(p.Candidates, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
}

// pairs finds the former price beside the price now: of two that stand together the higher.
func (p *Page) pairs(w *reason.Weights) {
	for i := range p.Candidates {
		a := &p.Candidates[i]
		for k := i + 1; k < len(p.Candidates) && p.Candidates[k].at-a.at <= 12; k++ {
			b := &p.Candidates[k]
			if a.Reference || b.Reference || a.Aside || b.Aside || a.Score < Enough || b.Score < Enough || a.Amount.Currency() != b.Amount.Currency() {
				continue
			}
			high, low := a, b
			if c, err := a.Amount.Cmp(b.Amount); err != nil || c == 0 {
				continue
			} else if c < 0 {
				high, low = b, a
			}
			off, err := high.Amount.BasisPoints(low.Amount)
			if err != nil || low.Score < high.Score-80 || off > 40_000 || off < -9_000 || !p.beside(a.at, b.at) || !p.told(high, low) {
				continue
			}
			high.Reference, high.paired = true, true
			high.Why.Add(reason.BesideLower, 1)
			high.Score = high.Why.Sum(w)
		}
	}
}

// told reports whether something tells a former price from the one now: what they are called or, as people read, that it comes
// first with nothing else said of either. Not one that some
// visitors alone are shown.
func (p *Page) told(former, now *Candidate) bool {
	const some = zone.Unseen | zone.Unread
	if p.v.At(former.at).Zone&some != p.v.At(now.at).Zone&some || former.kind == now.kind && former.at > now.at {
		return false
	}
	return now.Why.Has(reason.CalledNow) || now.Why.Has(reason.LabelledNow) ||
		former.Of == "" && word.Bare(p.label(now)) && (now.Reading.VAT != "" || word.Letters(now.Text+now.behind) <= word.MaxSign) && p.neutral(p.below(now))
}

// neutral reports whether a line says nothing of the sum above it: nothing at all, or of VAT, stock, delivery, the button to buy or another sum.
func (p *Page) neutral(line string) bool {
	_, delivered := lang.Delivery(line)
	return word.Bare(line) || delivered || lang.Free(line) || lang.VAT(line) != money.VATUnknown || lang.Stock(line) != market.StockUnknown ||
		word.Said().Buy.In(strings.ToLower(line)) || p.reading(structured.Said{Text: line}).Signed
}

// maxBelow is how much of the line below a price is looked at, in bytes.
const maxBelow = 200

// below is the line below that in which a candidate stands.
func (p *Page) below(c *Candidate) string {
	from := p.v.At(c.at).From() + len(bytes.TrimRight(p.v.BytesOf(c.at), " \n"))
	_, rest, _ := bytes.Cut(p.v.Text[from:min(from+maxBehind+maxBelow, len(p.v.Text))], []byte{'\n'})
	line, _, _ := bytes.Cut(rest, []byte{'\n'})
	return string(line)
}

// taxes puts aside the prices without VAT that stand beside one with it, which is no extra although it is called a tax.
func (p *Page) taxes() {
	for i := range p.Candidates {
		for k := range p.Candidates {
			a, b := &p.Candidates[i], &p.Candidates[k]
			if a.Reading.VAT == money.VATExcluded && b.Reading.VAT == money.VATIncluded && p.beside(a.at, b.at) {
				a.Aside = true
				b.Why = slices.DeleteFunc(b.Why, func(r reason.Reason) bool { return r.Kind == reason.InExtra })
			}
		}
	}
}

// beside reports whether two elements stand in one small block.
func (p *Page) beside(a, b int) bool {
	if abs(a-b) > 12 {
		return false
	}
	s := p.v.Shared(a, b)
	return s >= 0 && p.v.At(s).Size() <= 3*maxPrice
}

// The least that a price must reach, and by how much it must be ahead of any other sum, in hundredths.
const (
	Enough = 90
	Ahead  = 35
)

// Price is the price of the page's own product, or the lowest of its prices, nil where none is clear. rivals are the others that
// may be it.
func (p *Page) Price() (won *Candidate, rivals []Candidate) {
	for i := range p.Candidates {
		c := &p.Candidates[i]
		if c.Reference || c.Aside && !c.Low || p.title < 0 && p.buy < 0 {
			continue
		}
		switch {
		case won == nil && c.Score < Enough:
			return nil, nil
		case won == nil:
			won = c
		case c.Amount != won.Amount && c.Score > won.Score-Ahead:
			rivals = append(rivals, *c)
		}
	}
	for i := range p.Candidates {
		if c := &p.Candidates[i]; won != nil && (c.Amount != won.Amount && (c.ousted(won) || p.variant(c, won)) || p.spans(c, won)) {
			rivals = append(rivals, *c)
		}
	}
	return won, rivals
}

// ousted reports whether nothing but the words beside it sets a sum aside that would stand before the one that won. They may be
// meant for something else, so it stays open which of them is the price; but not where its own text says what it is beside a price.
func (c *Candidate) ousted(won *Candidate) bool {
	sum, said := c.Why.Unsaid()
	r := c.Reading
	measure := r.PerUnit.Known() && r.Unit != "" && !printed.Piece(strings.ToLower(r.Unit)) // that of a piece may be the price
	beside := measure || r.Shipping.Known() || r.Member.Known() || r.Coupon.Known()
	return said && sum > won.Score && c.Aside && !c.Low && !c.Reference && !beside
}

// spans reports whether a range beside the price that won holds it: then that is the price of one variant of several.
func (p *Page) spans(c, won *Candidate) bool {
	return !won.Low && c.Reading.Low.Known() && p.zone(c.at)&(zone.Frame|zone.Others) == 0 && p.beside(c.at, won.at) && c.Reading.Holds(won.Amount)
}

// variant reports whether a price and the one that won stand each on a button of its own, by which one of several is chosen.
func (p *Page) variant(c, won *Candidate) bool {
	if c.Reference || c.Aside || c.Score < Enough || c.Score > won.Score-Ahead {
		return false
	}
	a, b := p.choice(c), p.choice(won)
	return a >= 0 && b >= 0 && a != b
}

// choice is the button, or its label, on which a price stands, -1 for none.
func (p *Page) choice(c *Candidate) int {
	for i := c.at; i >= 0 && i != p.buy; i = p.v.At(i).Parent() {
		n := p.v.At(i).Node
		if role := strings.ToLower(view.Attr(n, "role")); n.DataAtom == atom.Button || n.DataAtom == atom.Label || role == "radio" || role == "option" {
			return i
		}
	}
	return -1
}

// choices returns the range of the price that won and its rivals where each is that of one variant to be chosen, else nil.
func (p *Page) choices(won *Candidate, rivals []Candidate) *Candidate {
	all := *won
	read := *won.Reading
	all.Low, all.Reading, read.High = true, &read, won.Amount
	own := map[int]bool{}
	for _, c := range append([]Candidate{*won}, rivals...) {
		i := p.choice(&c)
		if i < 0 || own[i] || c.Of != "" || c.Low || c.Aside || c.Amount.Currency() != won.Amount.Currency() {
			return nil
		}
		own[i] = true
		if less, err := c.Amount.Cmp(all.Amount); err == nil && less < 0 {
			all.Amount = c.Amount
		}
		if more, err := c.Amount.Cmp(read.High); err == nil && more > 0 {
			read.High = c.Amount
		}
	}
	if len(rivals) == 0 {
		return nil
	}
	return &all
}

// sure is by how much the price must be ahead of any other sum to count against what the page says of itself when it is shared.
const sure = 150

// Sure reports whether the price is far ahead of any other sum, and no other sum that the page names for machines is shown.
func (p *Page) Sure() bool {
	won, rivals := p.Price()
	if won == nil || won.Low || won.Of != "" || len(rivals) > 0 {
		return false
	}
	for i := range p.Candidates {
		c := &p.Candidates[i]
		if c.Amount != won.Amount && (p.known.prices(c.Amount) || !c.Reference && !c.Aside && c.Score > won.Score-sure) {
			return false
		}
	}
	return true
}

// doubtful is the first text behind the headline that is called a price and may mean several sums, nil for none.
func (p *Page) doubtful() (first *Candidate) {
	for i := range p.unclear {
		if c := &p.unclear[i]; p.title >= 0 && c.at > p.title && p.zone(c.at) == 0 && p.v.At(c.at).Link() < 0 && !p.tile(c.at) && (first == nil || c.at < first.at) {
			first = c
		}
	}
	return first
}

// String lists a candidate and its reasons.
func (c Candidate) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %q at %s:", c.Score, c.Amount, c.Text, c.Where)
	for _, w := range c.Why {
		fmt.Fprintf(&b, " %s %+d;", w.Kind, w.Points)
	}
	return b.String()
}
