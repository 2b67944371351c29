package visible

import (
	"strings"

	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/parsers/facts"
	"pricegap/parsers/schema"
	"pricegap/parsers/visible/word"
	"pricegap/parsers/visible/zone"
)

// Name is the name of this reader, as it stands in market.Evidence.
const Name = "visible"

// Product is the page's own product as it is shown. A price that others rival is none, but for those of
// the variants that one may choose, which are a range; and a headline without a price
// names nothing: it may be that of any page.
func (p *Page) Product() schema.Product {
	o := market.Offer{Evidence: map[market.Field]market.Evidence{}}
	note := func(f market.Field, s Stated) {
		o.Evidence[f] = market.Evidence{Reader: Name, Where: s.Where, Raw: market.NewText(s.Text)}
	}
	out := schema.Product{Reader: Name}
	won, rivals := p.Price()
	stated := won
	if len(rivals) > 0 || won != nil && won.Of != "" {
		for _, c := range append([]Candidate{*won}, rivals...) {
			out.Candidates = append(out.Candidates, c.Amount)
		}
		stated = p.choices(won, rivals)
	}
	switch {
	case won == nil:
		if c := p.doubtful(); c != nil {
			out.Problem, out.Candidates = market.FailPriceAmbiguous, c.Reading.Candidates
		}
	case stated == nil:
		out.Problem = market.FailPriceAmbiguous
	default:
		p.price(stated, &o, note)
		if t := p.Title(); t.Text != "" {
			o.Title = market.NewText(t.Text)
			note(market.FieldName, t)
		}
	}
	if s, at := p.Stock(); s != market.StockUnknown {
		o.Stock = s
		note(market.FieldAvailability, at)
	}
	out.Offers = []market.Offer{o}
	return out
}

// price gives an offer the price that is shown, or the range.
func (p *Page) price(won *Candidate, o *market.Offer, note func(market.Field, Stated)) {
	at := Stated{Text: won.Text, Where: won.Where}
	if won.Reading.Printed != "" {
		note(market.FieldCurrency, at)
	}
	if o.VAT = won.Reading.VAT; o.VAT != "" {
		note(market.FieldVAT, at)
	}
	if won.Low {
		o.Low, o.High = won.Amount, won.Reading.High
		note(market.FieldLowPrice, at)
		if o.High.Known() {
			note(market.FieldHighPrice, at)
		}
		return
	}
	o.Price = won.Amount
	note(market.FieldPrice, at)
	if o.Reference = won.Reading.Reference; o.Reference.Known() {
		note(market.FieldReference, at)
	} else if ref := p.Reference(); ref != nil {
		o.Reference = ref.Amount
		note(market.FieldReference, Stated{Text: ref.Text, Where: ref.Where})
	}
}

// Stated is what the page states of its product in words: its numbers and its brand. It is apart from Product, since a
// number of another kind takes nothing from the price.
func (p *Page) Stated() schema.Product { return facts.Product(Name, p.Facts()) }

// Facts are the numbers and the brand that the page states of its own product, each with its place. Behind other products only
// what belongs to any of them but the shop's own number is looked for, as tables of details stand there. The number that people
// read counts before the one under which the shop's programs sell the product, and so does the brand.
func (p *Page) Facts() map[market.Field]Stated {
	from, to := p.own()
	out := facts.Read(string(p.v.Text[from:to]))
	for f, s := range facts.Read(p.rest(to)) {
		if _, ok := out[f]; !ok && f != market.FieldSKU {
			out[f] = s
		}
	}
	for f, says := range map[market.Field]func(*html.Node) (Stated, bool){
		market.FieldSKU: func(n *html.Node) (Stated, bool) { return facts.Sent(n, p.known.URL) },
		market.FieldBrand: func(n *html.Node) (Stated, bool) {
			s, ok := facts.Branded(n)
			return s, ok && word.Likeness(s.Text, p.titles) > 0
		},
	} {
		if s := p.only(says); s.Text != "" && out[f].Text == "" {
			out[f] = s
		}
	}
	return out
}

// rest is the text of a page from a place on, without other products, reviews and frame.
func (p *Page) rest(from int) string {
	if p.title < 0 {
		return ""
	}
	var b strings.Builder
	for i := p.title; i < p.v.Len(); i++ {
		e := p.v.At(i)
		if e.Own&(zone.Others|zone.Reviews|zone.Frame) == 0 || p.v.Within(p.title, i) || p.v.Within(p.buy, i) {
			continue
		}
		if e.From() > from {
			b.Write(p.v.Text[from:min(e.From(), len(p.v.Text))])
			b.WriteByte('\n')
		}
		from, i = max(from, min(e.To(), len(p.v.Text))), e.Last()
	}
	b.Write(p.v.Text[min(from, len(p.v.Text)):])
	return b.String()
}

// only is what elements say, empty where none does or several say different things.
func (p *Page) only(says func(n *html.Node) (Stated, bool)) (out Stated) {
	for i := range p.v.Len() {
		s, ok := says(p.v.At(i).Node)
		if ok && out.Text != "" && !strings.EqualFold(out.Text, s.Text) {
			return Stated{}
		}
		if ok && out.Text == "" {
			out = s
		}
	}
	return out
}

// maxStars is within how many bytes of the headline the stars of the product stand, which are called reviews too.
const maxStars = 200

// own are the bounds of the text that is about the page's own product: from its headline to other products, or reviews.
func (p *Page) own() (from, to int) {
	to = len(p.v.Text)
	if p.title < 0 {
		return 0, 0
	}
	from = min(p.v.At(p.title).From(), to)
	for i := p.title + 1; i < p.v.Len(); i++ {
		e := p.v.At(i)
		ends := e.Own&zone.Others != 0 || e.Own&zone.Reviews != 0 && e.From()-from > maxStars
		if ends && !p.v.Within(p.title, i) && !p.v.Within(p.buy, i) {
			return from, min(e.From(), to)
		}
	}
	return from, to
}
