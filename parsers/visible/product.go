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

// Product is the page's own product as it is shown. A price that others rival is none, and a headline without a price
// names nothing: it may be that of any page.
func (p *Page) Product() schema.Product {
	o := market.Offer{Evidence: map[market.Field]market.Evidence{}}
	note := func(f market.Field, s Stated) {
		o.Evidence[f] = market.Evidence{Reader: Name, Where: s.Where, Raw: market.NewText(s.Text)}
	}
	out := schema.Product{Reader: Name}
	won, rivals := p.Price()
	switch {
	case won == nil:
		if c := p.doubtful(); c != nil {
			out.Problem, out.Candidates = market.FailPriceAmbiguous, c.Reading.Candidates
		}
	case len(rivals) > 0 || won.Of != "":
		out.Problem = market.FailPriceAmbiguous
		for _, c := range append([]Candidate{*won}, rivals...) {
			out.Candidates = append(out.Candidates, c.Amount)
		}
	default:
		p.price(won, &o, note)
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
	out := facts.Read(string(p.v.text[from:to]))
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
	for i := p.title; i < len(p.v.els); i++ {
		e := &p.v.els[i]
		if e.own&(zone.Others|zone.Reviews|zone.Frame) == 0 || p.v.within(p.title, i) || p.v.within(p.buy, i) {
			continue
		}
		if e.from > from {
			b.Write(p.v.text[from:min(e.from, len(p.v.text))])
			b.WriteByte('\n')
		}
		from, i = max(from, min(e.to, len(p.v.text))), e.last
	}
	b.Write(p.v.text[min(from, len(p.v.text)):])
	return b.String()
}

// only is what elements say, empty where none does or several say different things.
func (p *Page) only(says func(n *html.Node) (Stated, bool)) (out Stated) {
	for i := range p.v.els {
		s, ok := says(p.v.els[i].node)
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
	to = len(p.v.text)
	if p.title < 0 {
		return 0, 0
	}
	from = min(p.v.els[p.title].from, to)
	for i := p.title + 1; i < len(p.v.els); i++ {
		e := &p.v.els[i]
		ends := e.own&zone.Others != 0 || e.own&zone.Reviews != 0 && e.from-from > maxStars
		if ends && !p.v.within(p.title, i) && !p.v.within(p.buy, i) {
			return from, min(e.from, to)
		}
	}
	return from, to
}
