package schema

import (
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/structured"
)

// found is one offer of a product, as read.
type found struct {
	f       filler
	problem doubt
	spread  bool // a range over several offers, not an offer of its own
	passed  bool // the date until which its price holds has passed
}

// offersOf maps the offers of a product. Where there are none, the product itself may carry a price.
func (m *mapper) offersOf(it *structured.Item, items []*structured.Item, base filler, have int) []found {
	if len(items) == 0 {
		items = []*structured.Item{it}
	}
	var out []found
	for _, o := range items {
		if m.offers+have+len(out) >= MaxOffers {
			break
		}
		m.seen[o] = true
		if o != it && m.skipped(o) {
			continue
		}
		one := m.offer(o, it, base)
		nested := m.offerItems(o)
		if o == it || len(nested) == 0 {
			out = append(out, one)
			continue
		}
		one.spread = true
		out = append(out, one)
		for _, n := range nested {
			if m.offers+have+len(out) >= MaxOffers {
				break
			}
			if m.seen[n] = true; n != o && !m.skipped(n) {
				out = append(out, m.offer(n, o, base))
			}
		}
	}
	return out
}

// skipped reports whether an offer is not one for anybody who buys one now: a lease, a bulk price, an add-on.
func (m *mapper) skipped(o *structured.Item) bool {
	if f, _ := m.page.Text(o, "businessFunction"); f != "" && !strings.EqualFold(structured.Short(f), "sell") {
		return true
	}
	return m.bulk(o)
}

// bulk reports whether a price holds only from the second piece on.
func (m *mapper) bulk(o *structured.Item) bool {
	for _, q := range m.page.Items(o, "eligibleQuantity") {
		t, _ := m.page.Text(q, "minValue", "value")
		if n, ok := wholeNumber(t).Get(); ok && n > 1 {
			return true
		}
	}
	return false
}

// offer maps one offer; what it does not say itself comes from base, and its currency from parent.
func (m *mapper) offer(o, parent *structured.Item, base filler) found {
	p := m.page
	one := found{f: filler{reader: m.reader}}
	f := &one.f
	if o != parent || len(base.o.Evidence) == 0 {
		m.numbers(o, f)
		m.address(&f.o.URL, market.FieldURL, o, f, "url")
		if name, where := p.Text(o, "name"); name != "" && name != base.o.Title.Plain() {
			if base.o.Title.Known() {
				f.text(&f.o.Variant, market.FieldVariant, name, where)
			} else {
				f.text(&f.o.Title, market.FieldName, name, where)
			}
		}
	}
	currency, where := p.Text(o, "priceCurrency")
	if currency == "" {
		currency, where = p.Text(parent, "priceCurrency")
	}
	one.problem = m.prices(o, currency, where, f)
	one.passed = m.outside(o)
	m.stock(o, f)
	if c, where := p.Text(o, "itemCondition"); Condition(c) != "" {
		f.o.Condition = Condition(c)
		f.note(market.FieldCondition, where, c)
	}
	seller, where := p.Text(o, "seller", "offeredBy")
	f.text(&f.o.Seller, market.FieldSeller, seller, where)
	m.promises(o, f)
	Fill(&f.o, base.o)
	return one
}

// stock reads availability and count. Statements that disagree leave it unknown.
func (m *mapper) stock(o *structured.Item, f *filler) {
	for i, v := range o.All("availability") {
		s := Stock(structured.Clean(v.Text))
		if i > 0 && s != f.o.Stock {
			f.o.Stock = market.StockUnknown
			delete(f.o.Evidence, market.FieldAvailability)
			break
		}
		if f.o.Stock = s; s != "" {
			f.note(market.FieldAvailability, o.Place("availability", v), v.Text)
		}
	}
	for _, q := range m.page.Items(o, "inventoryLevel") {
		if t, where := m.page.Text(q, "value"); t != "" {
			if n, ok := wholeNumber(t).Get(); ok {
				f.count(&f.o.StockCount, market.FieldStockCount, n, t, where)
			}
		}
	}
	for _, v := range o.All("availableDeliveryMethod") {
		if s := structured.Short(v.Text); s == "OnSitePickup" || s == "DeliveryModePickUp" {
			f.o.Pickup = market.AnswerYes
			f.note(market.FieldPickup, o.Place("availableDeliveryMethod", v), v.Text)
		}
	}
}

// settle makes a product of its offers and decides which of them is its own.
func (m *mapper) settle(base filler, all []found) Product {
	if len(all) == 0 {
		return Product{Offers: []market.Offer{base.o}}
	}
	var spread *found
	if i := slices.IndexFunc(all, func(f found) bool { return f.spread }); i >= 0 {
		spread = &all[i]
	}
	offers := slices.DeleteFunc(slices.Clone(all), func(f found) bool { return f.spread })
	switch {
	case len(offers) == 0:
		return Product{Offers: []market.Offer{spread.f.o}, Problem: spread.problem.why, Candidates: spread.problem.candidates}
	case len(offers) > 1:
		offers = priced(current(distinct(offers)))
	}
	own := m.own(offers)
	if own >= 0 {
		first := offers[own]
		offers = slices.Insert(slices.Delete(offers, own, own+1), 0, first)
		return Product{Offers: plain(offers), Problem: first.problem.why, Candidates: first.problem.candidates}
	}
	return several(base, offers, spread)
}

func plain(fs []found) []market.Offer {
	out := make([]market.Offer, len(fs))
	for i := range fs {
		out[i] = fs[i].f.o
	}
	return out
}

// key is what tells the offers of one product apart.
type key struct {
	sku, gtin, url  string
	variant, seller market.Text
	condition       market.Condition
}

func keyOf(o market.Offer) key {
	return key{o.SKU, o.GTIN, o.URL, o.Variant, o.Seller, o.Condition}
}

// distinct leaves out what says the same again.
func distinct(fs []found) []found {
	type sight struct {
		key
		price, low money.Amount
		stock      market.Stock
	}
	seen := map[sight]bool{}
	return slices.DeleteFunc(fs, func(f found) bool {
		s := sight{keyOf(f.f.o), f.f.o.Price, f.f.o.Low, f.f.o.Stock}
		old := seen[s]
		seen[s] = true
		return old
	})
}

// current leaves out the offers that no longer hold, where the same thing is offered for a price that does.
func current(fs []found) []found {
	holds := map[key]bool{}
	for _, f := range fs {
		if !f.passed && f.f.o.Price.Known() {
			holds[keyOf(f.f.o)] = true
		}
	}
	return slices.DeleteFunc(fs, func(f found) bool { return f.passed && holds[keyOf(f.f.o)] })
}

// priced leaves out the offers that say nothing about a price, where others do.
func priced(fs []found) []found {
	silent := func(f found) bool { return !f.f.o.Price.Known() && !f.f.o.Low.Known() && f.problem.why == "" }
	if !slices.ContainsFunc(fs, func(f found) bool { return f.f.o.Price.Known() }) {
		return fs
	}
	return slices.DeleteFunc(fs, silent)
}

// own returns which offer is the product's own, -1 where none provably is: the only one, the one with the
// address of the page where all have addresses, the first of those that ask the same, the only new one among used ones.
func (m *mapper) own(offers []found) int {
	if len(offers) == 1 {
		return 0
	}
	if m.env.Own != nil && !slices.ContainsFunc(offers, func(f found) bool { return f.f.o.URL == "" }) {
		if i := only(offers, func(o market.Offer) bool { return o.URL != "" && m.env.Own(o.URL) }); i >= 0 {
			return i
		}
	}
	first := offers[0].f.o.Price
	if first.Known() && !slices.ContainsFunc(offers, func(f found) bool { return f.f.o.Price != first }) {
		return 0
	}
	if slices.ContainsFunc(offers, func(f found) bool { return f.f.o.Condition != market.ConditionNew && f.f.o.Condition != "" }) {
		return only(offers, func(o market.Offer) bool { return o.Condition == market.ConditionNew })
	}
	return -1
}

// only returns the one offer that fits, -1 where none or several do.
func only(offers []found, fits func(market.Offer) bool) int {
	at := -1
	for i := range offers {
		if fits(offers[i].f.o) {
			if at >= 0 {
				return -1
			}
			at = i
		}
	}
	return at
}

// several makes a product of offers none of which is provably its own: a range first, then those that can
// be told apart.
func several(base filler, offers []found, spread *found) Product {
	own := base.clone()
	p := Product{}
	low, high := -1, -1
	for i := range offers {
		a := offers[i].f.o.Price
		if !a.Known() {
			continue
		}
		p.Candidates = append(p.Candidates, a)
		if c, err := cmp(offers, a, low); low < 0 || err == nil && c < 0 {
			low = i
		}
		if c, err := cmp(offers, a, high); high < 0 || err == nil && c > 0 {
			high = i
		}
	}
	if spread != nil {
		own, p.Problem = spread.f, spread.problem.why
	}
	if low >= 0 && !own.o.Low.Known() && !own.o.Price.Known() {
		own.o.Low, own.o.High = offers[low].f.o.Price, offers[high].f.o.Price
		own.o.Evidence[market.FieldLowPrice] = offers[low].f.o.Evidence[market.FieldPrice]
		own.o.Evidence[market.FieldHighPrice] = offers[high].f.o.Evidence[market.FieldPrice]
		if e, ok := offers[low].f.o.Evidence[market.FieldCurrency]; ok {
			own.o.Evidence[market.FieldCurrency] = e
		}
	}
	count := map[key]int{}
	for _, f := range offers {
		count[keyOf(f.f.o)]++
	}
	p.Offers = []market.Offer{own.o}
	for _, f := range offers {
		if count[keyOf(f.f.o)] == 1 {
			p.Offers = append(p.Offers, f.f.o)
			continue
		}
		p.Problem = market.FailPriceAmbiguous
	}
	if len(p.Offers) == 1 && !own.o.Price.Known() {
		p.Problem = market.FailPriceAmbiguous
	}
	return p
}

func cmp(offers []found, a money.Amount, i int) (int, error) {
	if i < 0 {
		return 0, nil
	}
	return a.Cmp(offers[i].f.o.Price)
}
