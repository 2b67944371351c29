package money

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"pricegap/market/money/printed"
)

// notPrices are sums that stand in a text without being its price.
var notPrices = []Kind{KindThreshold, KindSaving, KindShipping, KindDeposit}

// decide makes one reading of all prices of the text.
func (x *reader) decide() Reading {
	ps := x.relevant()
	x.usual(ps)
	x.proveSaving(ps)
	ps = slices.DeleteFunc(ps, func(p *price) bool { return p.kind == KindNone })
	if len(ps) == 0 {
		return Reading{Kind: KindNone}
	}
	if r, ok := x.rangeOf(ps); ok {
		return r
	}
	var readings []Reading
	for _, p := range ps {
		readings = append(readings, p.readings()...)
	}
	main, kind := choose(ps)
	if main == nil {
		return several(kind, ps, readings)
	}
	r := main.reading()
	for _, p := range ps {
		higher := len(p.values) == 1 && printed.Compare(p.values[0], main.values[0]) > 0
		if p.kind == KindReference && main.kind != KindReference && higher {
			r.Reference = p.reading().Amount
		}
	}
	if len(ps) > 1 {
		r.Candidates = others(readings, r)
	}
	return r
}

// relevant leaves out numbers that are no prices. Beside a number with a currency, or written as a price ("12,99",
// "349,-"), a bare one is none; and so is one in a line about something else.
func (x *reader) relevant() []*price {
	x.multiBuys()
	signed := slices.ContainsFunc(x.ps, (*price).signed)
	dressed := signed || slices.ContainsFunc(x.ps, x.dressed)
	var out []*price
	for i, p := range x.ps {
		if len(p.values) == 0 {
			if p.signed() {
				return nil // an amount that cannot be read is worse than none
			}
			continue
		}
		var keep bool
		switch {
		case p.signed(), x.rangeWith(i, dressed), x.repeats(p):
			keep = true
		case signed && x.dressed(p):
			keep = p.said && p.kind != KindFrom || x.alone(p)
		case signed, dressed && !x.dressed(p):
			keep = x.wasNow(i-1) || x.wasNow(i)
		default:
			keep = x.dressed(p) || !x.elsewhere(p)
		}
		if keep {
			out = append(out, p)
		}
	}
	return out
}

// wasNow reports whether prices i and i+1 are a former one and today's: "van € 199 voor 149".
func (x *reader) wasNow(i int) bool {
	return i >= 0 && i+1 < len(x.ps) && x.ps[i].kind == KindReference && x.ps[i+1].said && x.ps[i+1].kind == KindCurrent
}

// dressed reports a price that is written as one, with or without a currency.
func (x *reader) dressed(p *price) bool { return x.ts[p.at].Num.Dressed() }

// alone reports whether nothing else stands in the line of p.
func (x *reader) alone(p *price) bool { return len(printed.Line(x.ts, p.at)) == 1 }

// elsewhere reports whether the line of p is about something that is no price.
func (x *reader) elsewhere(p *price) bool {
	return slices.ContainsFunc(printed.Words(printed.Line(x.ts, p.at)), func(w string) bool { return x.noPrice[w] || printed.Month(w) })
}

// multiBuys marks offers such as "2 voor € 5" and "€ 5 voor 2", which state no price of one.
func (x *reader) multiBuys() {
	for i := 0; i+1 < len(x.ps); i++ {
		p, q := x.ps[i], x.ps[i+1]
		size := p.at > 0 && x.size[x.ts[p.at-1].Low]
		count := func(a *price, digits int) bool { return !a.signed() && x.ts[a.at].Num.Count(digits) }
		leads := !size && (count(p, 1) || count(p, 2) && (q.signed() || x.dressed(q)))
		turned := p.signed() && p.kind == KindCurrent && count(q, 1)
		if w := printed.Words(x.ts[p.at+1 : q.at]); len(w) == 1 && x.multi[w[0]] && (leads || turned) {
			p.kind, q.kind = KindNone, KindNone
		}
	}
}

// repeats reports whether another, signed number says the same.
func (x *reader) repeats(p *price) bool {
	return slices.ContainsFunc(x.ps, func(q *price) bool { return q != p && q.signed() && p.same(q) })
}

// usual settles what hangs on the other prices: an unmarked price that repeats a marked one, packs beside unit
// prices, used articles, regular prices, and an unmarked price beside one that is said to be today's.
func (x *reader) usual(ps []*price) {
	has := func(match func(*price) bool) bool { return slices.ContainsFunc(ps, match) }
	isToday := func(p *price) bool { return p.kind == KindCurrent && p.said }
	for _, p := range ps {
		was := func(q *price) bool { return q.said && q.kind == KindReference && p.same(q) }
		if p.kind == KindCurrent && !p.said && has(was) && has(isToday) {
			p.kind, p.said = KindReference, true
		}
		if p.kind == KindPerUnit && x.pack[p.unit] && has(func(q *price) bool { return q.kind == KindPerUnit && q.unit != p.unit }) {
			p.kind, p.unit, p.said = KindCurrent, "", true
		}
	}
	today, unmarked := 0, 0
	for _, p := range ps {
		repeats := has(func(q *price) bool { return q != p && isToday(q) && p.same(q) })
		switch {
		case isToday(p):
			today++
		case (p.kind == KindCurrent || p.kind == kindUsual) && !repeats:
			unmarked++
		}
	}
	for _, p := range ps {
		switch {
		case p.kind == kindUsual && today+unmarked > 1:
			p.kind = KindReference
		case p.kind == kindUsual, p.kind == kindUsed && today+unmarked == 0:
			p.kind = KindCurrent
		case p.kind == kindUsed:
			p.kind = KindNone
		case p.kind == KindCurrent && !p.said && today == 1 && unmarked == 1 && !has(func(q *price) bool { return isToday(q) && p.same(q) }):
			p.kind = KindReference
		}
	}
}

// proveSaving settles two unmarked prices by a printed saving or percentage: "€ 40 € 30 -25%".
func (x *reader) proveSaving(ps []*price) {
	var in []*price
	for _, p := range ps {
		if p.kind == KindCurrent && !p.said && len(p.values) == 1 {
			in = append(in, p)
		}
	}
	if len(in) != 2 || slices.ContainsFunc(ps, func(p *price) bool { return p.kind == KindCurrent && p.said }) {
		return
	}
	high, low := in[0].worth(), in[1].worth()
	saved, err := high.Sub(low)
	if err != nil || saved.Sign() <= 0 || in[0].currency == "" && in[0].symbol != in[1].symbol {
		return
	}
	share, err := saved.Share(high)
	fits := slices.ContainsFunc(ps, func(p *price) bool { return p.kind == KindSaving && len(p.values) > 0 && p.worth() == saved })
	for i, t := range x.ts[:max(0, len(x.ts)-1)] {
		percent, e := strconv.ParseInt(t.Text, 10, 64)
		fits = fits || x.ts[i+1].Text == "%" && e == nil && err == nil && percent > 0 && percent <= 100 && share-percent*100 <= 100 && percent*100-share <= 100
	}
	if fits {
		in[0].kind = KindReference
	}
}

// rangeWith reports whether price i is one end of a range with a neighbour, one of which is written as a price if
// any number of the text is.
func (x *reader) rangeWith(i int, dressed bool) bool {
	fits := func(i int) bool {
		if i < 0 || i+1 >= len(x.ps) || !x.isRange(i) {
			return false
		}
		p, q := x.ps[i], x.ps[i+1]
		return !dressed || p.signed() || q.signed() || x.dressed(p) || x.dressed(q)
	}
	return fits(i-1) || fits(i)
}

// isRange reports whether prices i and i+1 are the ends of a range.
func (x *reader) isRange(i int) bool {
	p, q := x.ps[i], x.ps[i+1]
	var between []string
	for _, t := range x.ts[p.at+1 : q.at] {
		if t.Kind != printed.CurrencySign {
			between = append(between, t.Low)
		}
	}
	link := strings.Join(between, " ")
	links := x.to[link] || x.and[link] && slices.ContainsFunc(printed.Words(x.ts[:p.at]), func(w string) bool {
		return x.between[w]
	})
	if !links || len(p.values) == 0 || len(q.values) == 0 {
		return false
	}
	return printed.Compare(p.values[0], q.values[0]) < 0
}

func (x *reader) rangeOf(ps []*price) (Reading, bool) {
	for i := 0; i+1 < len(x.ps); i++ {
		p, q := x.ps[i], x.ps[i+1]
		if !x.isRange(i) || !slices.Contains(ps, p) || !slices.Contains(ps, q) || q.kind != KindCurrent && q.kind != KindFrom {
			continue
		}
		if p.currency == "" && p.symbol == "" {
			p.currency, p.symbol = q.currency, q.symbol
		} else if !q.signed() {
			q.currency, q.symbol = p.currency, p.symbol
		}
		low, high := p.reading(), q.reading()
		low.Kind, low.High = KindRange, high.Amount
		high.Kind = KindRange
		low.Candidates = []Reading{high}
		for _, o := range ps {
			if o != p && o != q {
				low.Candidates = append(low.Candidates, o.readings()...)
				if o.kind == KindReference {
					low.Reference = o.reading().Amount
				}
			}
		}
		if len(p.values) > 1 || len(q.values) > 1 {
			low.Kind, low.Amount, low.Decimal = KindAmbiguous, Amount{}, ""
		}
		return low, true
	}
	return Reading{}, false
}

// choose returns the one price that the text states; nil when that cannot be proved, and then the kind that all
// that might be it have in common.
func choose(ps []*price) (*price, Kind) {
	for _, group := range [][]Kind{
		{KindAmbiguous, KindCurrent}, {KindFrom}, {KindMember, KindCoupon}, {KindPerMonth}, {KindInstalment}, {KindPerUnit}, {KindReference}, notPrices,
	} {
		var in []*price
		for _, p := range ps {
			if slices.Contains(group, p.kind) && !slices.ContainsFunc(in, p.equal) {
				in = append(in, p)
			}
		}
		if len(in) == 0 {
			continue
		}
		if len(in) == 2 && in[0].vat != in[1].vat && in[0].vat != VATUnknown && in[1].vat != VATUnknown {
			in = slices.DeleteFunc(in, func(p *price) bool { return p.vat != VATIncluded }) // one price, with and without tax
		}
		open := slices.ContainsFunc(in, func(p *price) bool { return len(p.values) != 1 })
		switch {
		case open, len(group) > 1 && len(in) > 1 && !slices.Contains(group, KindSaving):
			return nil, KindAmbiguous
		case len(in) == 1:
			return in[0], in[0].kind
		case len(group) > 1:
			return nil, KindNone
		}
		return nil, group[0]
	}
	return nil, KindAmbiguous
}

// same reports whether p and q have the same values.
func (p *price) same(q *price) bool {
	return slices.EqualFunc(p.values, q.values, func(a, b string) bool { return printed.Compare(a, b) == 0 })
}

func (p *price) equal(q *price) bool {
	return p.same(q) && (p.currency == q.currency || p.symbol == "" || q.symbol == "")
}

// several is the reading of a text that states more than one price of a kind, or one that can be read in several ways.
func several(kind Kind, ps []*price, readings []Reading) Reading {
	first := ps[0]
	r := Reading{Kind: kind, Currency: first.currency, Symbol: first.symbol, VAT: first.vat, Candidates: others(readings, Reading{})}
	for _, p := range ps {
		if p.currency != r.Currency {
			r.Currency = ""
		}
	}
	return r
}

// others returns readings without doubles and without main.
func others(readings []Reading, main Reading) []Reading {
	var out []Reading
	for _, r := range readings {
		same := func(o Reading) bool { return o.Decimal == r.Decimal && o.Currency == r.Currency && o.Kind == r.Kind }
		if !same(main) && !slices.ContainsFunc(out, same) {
			out = append(out, r)
		}
	}
	return out
}

// worth is the first value of p, in a currency of its own (ISO 4217: XXX) under a sign that nobody can name.
func (p *price) worth() Amount {
	a, _ := FromDecimal(p.values[0], cmp.Or(p.currency, "XXX"))
	return a
}

// reading is the first reading of p.
func (p *price) reading() Reading { return p.readings()[0] }

// readings are all readings of p.
func (p *price) readings() []Reading {
	out := make([]Reading, 0, len(p.values))
	kind := p.kind
	if kind == KindAmbiguous {
		kind = KindCurrent
	}
	for _, v := range p.values {
		r := Reading{Kind: kind, Decimal: v, Currency: p.currency, Symbol: p.symbol, VAT: p.vat, Unit: p.unit}
		if a, err := FromDecimal(v, p.currency); err == nil {
			r.Amount = a
		}
		out = append(out, r)
	}
	return out
}
