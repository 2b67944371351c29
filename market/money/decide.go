package money

import (
	"slices"
	"strings"

	"pricegap/market/money/printed"
)

// notPrices are sums that stand in a text without being its price.
var notPrices = []Kind{KindThreshold, KindSaving, KindShipping, KindDeposit}

// decide makes one reading of all prices of the text.
func (x *reader) decide() Reading {
	ps := x.relevant()
	if len(ps) == 0 {
		return Reading{Kind: KindNone}
	}
	x.usual(ps)
	if r, ok := x.rangeOf(ps); ok {
		return r
	}
	var readings []Reading
	for _, p := range ps {
		readings = append(readings, p.readings()...)
	}
	main := choose(ps)
	if main == nil {
		return several(ps, readings)
	}
	r := main.reading()
	for _, p := range ps {
		higher := len(p.values) == 1 && compareDecimals(p.values[0], main.values[0]) > 0
		if p.kind == KindReference && main.kind != KindReference && higher {
			r.Reference = p.reading().Amount
		}
	}
	if len(ps) > 1 {
		r.Candidates = others(readings, r)
	}
	return r
}

// relevant leaves out numbers that are no prices: those without a currency beside those with one, unless a word
// makes them prices, and those in texts about something else.
func (x *reader) relevant() []*price {
	var out []*price
	signed := slices.ContainsFunc(x.ps, (*price).signed)
	for i, p := range x.ps {
		if len(p.values) == 0 && p.signed() {
			return nil // an amount that cannot be read is worse than none
		}
		keep := p.signed() || !signed && len(p.values) > 0
		if !keep && len(p.values) > 0 {
			keep = p.said && (p.kind == KindReference || p.kind == KindCurrent) || x.rangeWith(i) || x.repeats(p)
		}
		if keep && len(p.values) > 0 {
			out = append(out, p)
		}
	}
	if !signed && (slices.ContainsFunc(printed.Words(x.ts), func(w string) bool { return slices.Contains(nonPriceWord, w) || printed.Month(w) }) || x.multiBuy() >= 0) {
		return nil
	}
	if i := x.multiBuy(); i >= 0 {
		x.ps[i+1].kind = KindAmbiguous
	}
	return out
}

// multiBuy returns the place of a count as in "2 voor € 5"; -1 when there is none.
func (x *reader) multiBuy() int {
	for i := 0; i+1 < len(x.ps); i++ {
		p, q := x.ps[i], x.ps[i+1]
		if p.signed() || !q.signed() || len(p.values) != 1 || strings.Contains(p.values[0], ".") || len(p.values[0]) > 2 {
			continue
		}
		if w := printed.Words(x.ts[p.at+1 : q.at]); len(w) == 1 && slices.Contains([]string{"voor", "for", "für", "pour", "za", "por", "per"}, w[0]) {
			return i
		}
	}
	return -1
}

// repeats reports whether another, signed number says the same.
func (x *reader) repeats(p *price) bool {
	return slices.ContainsFunc(x.ps, func(q *price) bool { return q != p && q.signed() && slices.Equal(q.values, p.values) })
}

// usual settles regular prices, and an unmarked price before one that is said to be today's.
func (x *reader) usual(ps []*price) {
	today, unmarked := 0, 0
	for _, p := range ps {
		if p.kind == KindCurrent && p.said {
			today++
		} else if p.kind == KindCurrent || p.kind == kindUsual {
			unmarked++
		}
	}
	for _, p := range ps {
		switch {
		case p.kind == kindUsual && today+unmarked > 1:
			p.kind = KindReference
		case p.kind == kindUsual:
			p.kind = KindCurrent
		case p.kind == KindCurrent && !p.said && today == 1 && unmarked == 1:
			p.kind = KindReference
		}
	}
}

// rangeWords stand between the ends of a range.
var rangeWords = []string{"–", "-", "to", "tot", "bis", "à", "a", "t/m", "until", "up to", "do", "till", "al", "hasta", "en", "und", "and", "et"}

// rangeWith reports whether price i is one end of a range with a neighbour.
func (x *reader) rangeWith(i int) bool {
	return i > 0 && x.isRange(i-1) || i+1 < len(x.ps) && x.isRange(i)
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
	if !slices.Contains(rangeWords, link) || len(p.values) == 0 || len(q.values) == 0 {
		return false
	}
	if slices.Contains([]string{"en", "und", "and", "et"}, link) && !slices.ContainsFunc(printed.Words(x.ts[:p.at]), func(w string) bool {
		return slices.Contains([]string{"tussen", "zwischen", "between", "entre"}, w)
	}) {
		return false
	}
	return compareDecimals(p.values[0], q.values[0]) < 0
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

// choose returns the one price that the text states; nil when that cannot be proved.
func choose(ps []*price) *price {
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
		if len(in) != 1 || len(in[0].values) != 1 || in[0].kind == KindAmbiguous {
			return nil
		}
		return in[0]
	}
	return nil
}

func (p *price) equal(q *price) bool {
	return slices.Equal(p.values, q.values) && (p.currency == q.currency || p.symbol == "" || q.symbol == "")
}

// several is the reading of a text that states more than one price, or one that can be read in several ways.
func several(ps []*price, readings []Reading) Reading {
	first := ps[0]
	r := Reading{Kind: KindAmbiguous, Currency: first.currency, Symbol: first.symbol, VAT: first.vat, Candidates: others(readings, Reading{})}
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

// compareDecimals orders two plain decimals.
func compareDecimals(a, b string) int {
	na, nb := strings.HasPrefix(a, "-"), strings.HasPrefix(b, "-")
	switch {
	case na && !nb:
		return -1
	case nb && !na:
		return 1
	case na:
		return compareDecimals(b[1:], a[1:])
	}
	wa, fa, _ := strings.Cut(a, ".")
	wb, fb, _ := strings.Cut(b, ".")
	if len(wa) != len(wb) {
		return len(wa) - len(wb)
	}
	if c := strings.Compare(wa, wb); c != 0 {
		return c
	}
	return strings.Compare(strings.TrimRight(fa, "0"), strings.TrimRight(fb, "0"))
}
