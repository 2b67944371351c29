package terminal

import (
	"io"
	"strconv"
	"strings"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// Card writes the difference card of a product: our price and stock, and of each rival the price, the gap,
// what it costs delivered, stock, delivery, how old that is, what stands against comparing, and the selling
// points of ours (Position.Advantages) that they do not match. Foreign text is made safe for a terminal.
func Card(w io.Writer, s compare.Standing, l Look) error {
	c := &card{look: l}
	c.line("", l.in(bold, safe(s.Product.Title.Plain())))
	c.line("", c.identity(&s.Product))
	c.gap()
	c.ours(&s)
	var absent []string
	for i := range s.Rivals {
		r := &s.Rivals[i]
		if r.Seen.Listing == "" && r.Held == nil {
			absent = append(absent, safe(r.Name))
			continue
		}
		c.gap()
		c.rival(r, s.Basis)
	}
	c.gap()
	c.summary(&s)
	if len(absent) > 0 {
		c.line("", l.in(faint, l.Word("not found at: %s", strings.Join(absent, ", "))))
	}
	c.line("", l.in(faint, l.Word("as of %s", l.moment(s.At))+", "+basisWords(l, s.Basis)))
	_, err := io.WriteString(w, c.b.String())
	return err
}

type card struct {
	look Look
	b    strings.Builder
}

func (c *card) gap() { c.b.WriteByte('\n') }

// line writes text where there is any.
func (c *card) line(indent, text string) {
	if text != "" {
		c.b.WriteString(indent + text + "\n")
	}
}

// facts writes the facts that are known, with dots between, on lines that fit.
func (c *card) facts(facts ...string) {
	const indent = "  "
	line := ""
	for _, f := range facts {
		switch {
		case f == "":
		case line == "":
			line = f
		case c.look.Width > 0 && columns(indent+line+" · "+f) > c.look.Width:
			c.line(indent, line)
			line = f
		default:
			line += " · " + f
		}
	}
	c.line(indent, line)
}

func (c *card) identity(p *market.Product) string {
	l := c.look
	parts := []string{l.Word("item %s", safe(string(p.ID)))}
	if p.GTIN != "" {
		parts = append(parts, l.Word("GTIN %s", safe(p.GTIN)))
	}
	if p.MPN != "" {
		parts = append(parts, l.Word("MPN %s", safe(strings.TrimSpace(p.Brand.Plain()+" "+p.MPN))))
	}
	return strings.Join(parts, " · ")
}

func (c *card) ours(s *compare.Standing) {
	l, p := c.look, &s.Ours
	name := l.Word("we")
	if p.Name != "" {
		name += " (" + safe(p.Name) + ")"
	}
	if p.Seen.Listing == "" {
		c.line("", l.in(bold, name)+"  "+l.Word("no price of our own"))
		return
	}
	c.line("", l.in(bold, name)+"  "+l.Price(p.Shown()))
	c.body(p)
	c.branches(p.Seen.Offer.BranchStock)
}

// branches tells the stock of our own stores, as far as the catalogue states it.
func (c *card) branches(stock map[string]market.Count) {
	var parts []string
	for _, b := range c.look.Branches {
		if n, ok := stock[b.ID].Get(); ok {
			parts = append(parts, safe(b.Name)+" "+strconv.FormatInt(n, 10))
		}
	}
	if len(parts) > 0 {
		c.facts(c.look.Word("in our stores: %s", strings.Join(parts, ", ")))
	}
}

func (c *card) rival(p *compare.Position, b compare.Basis) {
	l := c.look
	head := l.in(bold, safe(p.Name))
	if p.Seen.Listing != "" {
		head += "  " + l.Price(p.Shown())
	}
	if bp, ok := p.GapBasisPoints.Get(); ok {
		gap := l.Price(p.Gap.Abs())
		switch p.Gap.Sign() {
		case -1:
			head += "  " + l.in(red, l.Word("%s cheaper", gap)+" ("+l.percent(bp)+")")
		case 0:
			head += "  " + l.Word("same price")
		case 1:
			head += "  " + l.in(green, l.Word("%s dearer", gap)+" ("+l.percent(bp)+")")
		}
		if b == compare.Delivered {
			head += ", " + l.Word("on the price delivered")
		}
	}
	c.line("", head)
	c.body(p)
	if len(p.Advantages) > 0 {
		c.line("  ", l.Word("what we offer more:"))
	}
	for _, a := range p.Advantages {
		theirs := l.Word("theirs unknown")
		if w := compare.Words(a.Theirs, l.Language); w != "" {
			theirs = l.Word("they: %s", safe(w))
		}
		c.line("  ", l.in(green, "+ "+safe(compare.Words(a.Ours, l.Language)))+" ("+theirs+")")
	}
}

// body writes what both sides have.
func (c *card) body(p *compare.Position) {
	l, o := c.look, &p.Seen.Offer
	if p.Seen.Listing != "" {
		c.facts(l.stock(o), l.delivered(p), l.delivery(o))
		c.facts(l.remarks(p)...)
		age := l.age(p.Age)
		if p.Stale {
			age = l.in(yellow, age+", "+l.Word("stale"))
		}
		c.facts(age, safe(p.Link()))
	}
	if p.NotBecause != "" && p.NotBecause != compare.Stale && p.NotBecause != compare.NoOffer {
		c.line("  ", l.in(yellow, l.Word("not comparable: %s", safe(l.Word("reason_"+string(p.NotBecause))))))
	}
	if p.Held != nil {
		c.line("  ", l.in(yellow, l.Word("being checked: %s", l.Price(p.Held.Offer.Price))+", "+l.moment(p.Held.SeenAt)))
	}
}

func (l Look) stock(o *market.Offer) string {
	words := l.StockWord(o.Stock)
	p := plain
	switch o.Stock.Available() {
	case market.AnswerYes:
		p = green
	case market.AnswerNo:
		p = yellow
	}
	return l.in(p, words)
}

func (l Look) delivered(p *compare.Position) string {
	switch {
	case !p.Delivered.Known():
		return ""
	case p.Shipping.Sign() == 0:
		return l.Word("free shipping")
	}
	return l.Word("delivered %s", l.Price(p.Delivered)) + " (" + l.Word("shipping %s", l.Price(p.Shipping)) + ")"
}

// delivery is the promise in the shop's words, else its number.
func (l Look) delivery(o *market.Offer) string {
	if o.DeliveryText.Known() {
		return safe(o.DeliveryText.Plain())
	}
	n, ok := o.DeliveryDays.Get()
	switch {
	case ok && n == 1:
		return l.Word("delivered within a day")
	case ok:
		return l.Word("delivered within %d days", n)
	}
	return ""
}

// remarks are what else a salesperson should know of an offer.
func (l Look) remarks(p *compare.Position) []string {
	o := &p.Seen.Offer
	var out []string
	if o.Condition != market.ConditionUnknown && o.Condition != market.ConditionNew {
		out = append(out, l.Word(string(o.Condition)))
	}
	if o.Variant.Known() {
		out = append(out, safe(o.Variant.Plain()))
	}
	if o.Seller.Known() {
		out = append(out, l.Word("sold by %s", safe(o.Seller.Plain())))
	}
	if o.Reference.Known() {
		out = append(out, l.Word("was %s", l.Price(o.Reference)))
	}
	if o.VAT == money.VATExcluded && !p.Price.Known() {
		out = append(out, l.Word("excluding VAT"))
	}
	return out
}

func (c *card) summary(s *compare.Standing) {
	l := c.look
	var facts []string
	if n, ok := s.Rank.Get(); ok {
		of := int64(1)
		for i := range s.Rivals {
			if s.Rivals[i].Comparable {
				of++
			}
		}
		facts = append(facts, l.Word("rank %d of %d", n, of))
	}
	if s.LowestPrice.Known() {
		facts = append(facts, l.Word("lowest: %s %s", c.name(s, s.Lowest), l.Price(s.LowestPrice)))
	}
	if n, ok := s.Index.Get(); ok {
		facts = append(facts, l.Word("price index %s", l.decimal((n+5)/10)))
	}
	c.line("", strings.Join(facts, " · "))
}

func (c *card) name(s *compare.Standing, id market.SourceID) string {
	for i := range s.Rivals {
		if s.Rivals[i].Source == id {
			return safe(s.Rivals[i].Name)
		}
	}
	return c.look.Word("we")
}
