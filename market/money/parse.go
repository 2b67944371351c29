package money

import (
	"fmt"
	"slices"
	"strings"

	"pricegap/market/money/printed"
)

// maxText is how long a text may be, in bytes, in which a price is looked for.
const maxText = 1024

// Parse reads a printed price: which amount, in which currency, and what sort of price the words around it make
// of it. What cannot be proved is a result of its own: KindNone where no price stands, KindAmbiguous with
// Candidates where the notation allows several. A text longer than 1 KiB holds no price. The time is bounded
// by the length of the text. Error: ErrCurrency when l.Currency is not a code.
func Parse(text string, l Locale) (Reading, error) {
	if l.Currency != "" && !l.Currency.Valid() {
		return Reading{Kind: KindNone}, fmt.Errorf("%w: %.20q", ErrCurrency, string(l.Currency))
	}
	if len(text) > maxText {
		return Reading{Kind: KindNone}, nil
	}
	if r, ok := plain(text, l.Currency); ok {
		return r, nil
	}
	return parse(text, l), nil
}

// plain reads the commonest texts at once. It says of them what parse says, and reports false for all others.
func plain(text string, configured Currency) (Reading, bool) {
	dec, symbol, ok := printed.Simple(text)
	if !ok {
		return Reading{}, false
	}
	c := Currency(printed.SignOf(symbol).Settle(string(configured)))
	if c == "" || c.Digits() != 2 {
		return Reading{}, false
	}
	a, err := FromDecimal(dec, c)
	return Reading{Kind: KindCurrent, Amount: a, Decimal: dec, Currency: c, Symbol: symbol}, err == nil && a.Sign() > 0
}

func parse(text string, l Locale) Reading {
	ts, bidi := printed.Scan(text)
	x := &reader{vocabulary: shipped(), ts: printed.Sift(printed.Plain(ts, l.Language, string(l.Currency))), locale: l}
	x.collect()
	if len(x.ps) == 0 {
		return x.withoutNumber()
	}
	x.attachSigns()
	x.settleStyle()
	x.classify()
	r := x.decide()
	if bidi && r.Kind != KindNone {
		c := r
		c.Candidates = nil
		r = Reading{Kind: KindAmbiguous, Currency: r.Currency, Symbol: r.Symbol, Candidates: append([]Reading{c}, r.Candidates...)}
	}
	return r
}

// price is one number of the text that may be a price.
type price struct {
	at       int // its token
	neg      bool
	signs    []int // tokens of its currency signs
	values   []string
	currency Currency
	symbol   string
	kind     Kind
	said     bool // a word says the kind
	unit     string
	vat      VAT
}

// signed reports whether a currency is printed beside the number.
func (p *price) signed() bool { return len(p.signs) > 0 }

// reader reads one text.
type reader struct {
	*vocabulary
	ts     []printed.Token
	ps     []*price
	locale Locale
	style  printed.Style
}

// collect finds the numbers that may be prices, and their minus signs.
func (x *reader) collect() {
	for i, t := range x.ts {
		if t.Kind != printed.Numeral {
			continue
		}
		p := &price{at: i, kind: KindCurrent}
		if len(x.ps) == 0 {
			p.neg = x.minusBefore(i)
		}
		x.ps = append(x.ps, p)
	}
}

// minusBefore reports whether a minus sign belongs to the number at i: "-5", "€ -5", "-€5".
func (x *reader) minusBefore(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if x.ts[k].Text == "-" {
			next := x.ts[k+1]
			return !next.Gap && (k == 0 || x.ts[k].Gap || x.ts[k-1].Kind != printed.Word)
		}
		if x.ts[k].Kind != printed.CurrencySign {
			return false
		}
	}
	return false
}

// attachSigns gives each currency sign to the number it stands beside.
func (x *reader) attachSigns() {
	prefix := x.signsLead()
	for i, t := range x.ts {
		if t.Kind != printed.CurrencySign {
			continue
		}
		left, right := x.neighbour(i, -1), x.neighbour(i, 1)
		switch {
		case left == nil && right != nil:
			prefix = true
		case left != nil && right == nil:
			prefix = false
		case left != nil && right != nil:
			gapLeft, gapRight := t.Gap, x.ts[i+1].Gap
			if has := slices.ContainsFunc(left.signs, func(s int) bool { return x.ts[s].Low == t.Low }); has {
				prefix = true // "€ 19,99€ 14,99"
			} else if t.Line != x.ts[i+1].Line {
				prefix = t.Line
			} else if gapLeft != gapRight {
				prefix = gapLeft
			}
			if prefix {
				left = nil
			} else {
				right = nil
			}
		case left == nil && right == nil:
			continue
		}
		if left == nil {
			left = right
		}
		left.signs = append(left.signs, i)
	}
	for _, p := range x.ps {
		if p.signed() && x.fuel(p) {
			p.signs = nil
		}
		x.settleCurrency(p, p.signs)
	}
	x.inherit()
}

// signsLead reports whether the text writes its signs before its numbers; where it begins and ends with a number, as
// its language does.
func (x *reader) signsLead() bool {
	of := func(t printed.Token) bool { return t.Kind == printed.CurrencySign || t.Kind == printed.Numeral }
	first, last := slices.IndexFunc(x.ts, of), len(x.ts)-1
	for !of(x.ts[last]) {
		last--
	}
	signFirst := x.ts[first].Kind == printed.CurrencySign
	if x.ts[first].Kind == x.ts[last].Kind {
		lang, _ := printed.SplitTag(x.locale.Language)
		n, ok := notations[lang]
		return signFirst || ok && !n.behind
	}
	return signFirst
}

// fuel reports the number of "Euro 95", a petrol: the word stands before a small number, and the price has a sign.
func (x *reader) fuel(p *price) bool {
	word := func(i int) bool { return x.ts[i].Low == "euro" }
	return x.ts[p.at].Num.Count(3) && word(p.signs[0]) && p.signs[0] < p.at && slices.ContainsFunc(x.ps, func(q *price) bool {
		return q.signed() && !word(q.signs[0])
	})
}

// neighbour returns the number beside the sign at i, behind other signs and light punctuation.
func (x *reader) neighbour(i, step int) *price {
	for k := i + step; k >= 0 && k < len(x.ts); k += step {
		t := x.ts[k]
		if t.Kind == printed.Numeral {
			j := slices.IndexFunc(x.ps, func(p *price) bool { return p.at == k })
			return x.ps[j]
		}
		light := t.Kind == printed.CurrencySign || step > 0 && t.Mark("-:.(=+")
		if !light {
			return nil
		}
	}
	return nil
}

// settleCurrency chooses the currency of p among its signs: a code outranks a sign, an unambiguous sign one
// that is not.
func (x *reader) settleCurrency(p *price, signs []int) {
	best := -1
	rank := func(s printed.Sign) int {
		switch {
		case s.ISO:
			return 3
		case s.One() != "":
			return 2
		case len(s.Codes) > 0:
			return 1
		}
		return 0
	}
	for _, i := range signs {
		if best < 0 || rank(x.ts[i].Sign) > rank(x.ts[best].Sign) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	p.symbol = x.ts[best].Text
	p.currency = Currency(x.ts[best].Sign.Settle(string(x.locale.Currency)))
	says := func(c Currency) func(int) bool {
		return func(i int) bool { return slices.Contains(x.ts[i].Sign.Codes, string(c)) }
	}
	all := !slices.ContainsFunc(signs, func(i int) bool { return !says(p.currency)(i) })
	if p.currency == "" || all {
		return
	}
	p.currency = "" // "EUR $ 12": the signs contradict each other, and only the source can tell
	if slices.ContainsFunc(signs, says(x.locale.Currency)) {
		p.currency = x.locale.Currency
	}
}

// inherit gives numbers without a sign the currency that the rest of the text prints, else the configured one.
func (x *reader) inherit() {
	var all []int
	for i, t := range x.ts {
		if t.Kind == printed.CurrencySign {
			all = append(all, i)
		}
	}
	same := !slices.ContainsFunc(all, func(i int) bool { return x.ts[i].Low != x.ts[all[0]].Low })
	for _, p := range x.ps {
		if p.signed() {
			continue
		}
		if len(all) > 0 && same {
			x.settleCurrency(p, all)
		} else if len(all) == 0 {
			p.currency = x.locale.Currency
		}
	}
}

// settleStyle reads all numbers, learning the decimal sign from those that leave no doubt.
func (x *reader) settleStyle() {
	x.style.Decimal = printed.DecimalSign(x.locale.Language)
	var seen rune
	for _, p := range x.ps {
		n := x.ts[p.at].Num
		if last := len(n.Seps) - 1; last >= 0 && (n.Seps[last] == '.' || n.Seps[last] == ',') && len(n.Groups[last+1]) == 2 {
			if seen != 0 && seen != n.Seps[last] {
				seen = -1
				break
			}
			seen = n.Seps[last]
		}
	}
	if seen > 0 {
		x.style.Decimal = seen
	}
	for _, p := range x.ps {
		x.read(p)
	}
}

func (x *reader) read(p *price) {
	s := x.style
	s.Digits = 2
	if p.currency != "" {
		s.Digits = p.currency.Digits()
	}
	s.Unit = p.kind == KindPerUnit
	p.values = x.ts[p.at].Num.Read(s)
	if printed.Minor(x.ts, p.at) && len(p.values) == 1 {
		v := strings.Repeat("0", 3-min(3, len(p.values[0]))) + p.values[0]
		p.values[0] = v[:len(v)-2] + "." + v[len(v)-2:]
	}
	if p.neg {
		for i, v := range p.values {
			p.values[i] = "-" + v
		}
	}
}

// withoutNumber reads a text in which no number stands: "gratis", or nothing.
func (x *reader) withoutNumber() Reading {
	r := Reading{Kind: KindNone}
	words := printed.Words(x.ts)
	free := slices.ContainsFunc(words, func(w string) bool { return x.free[w] })
	if free && len(words) <= 2 && !x.freely(words) && !slices.ContainsFunc(words, func(w string) bool { return x.delivery[w] }) {
		r.Kind, r.Decimal, r.Currency = KindCurrent, "0", x.locale.Currency
		r.Amount = New(0, r.Currency)
		return r
	}
	for i, t := range x.ts {
		if t.Kind == printed.CurrencySign && len(words) == 0 {
			r.Currency, r.Symbol = Currency(x.ts[i].Sign.Settle(string(x.locale.Currency))), t.Text
			break
		}
	}
	return r
}

// FindCurrency looks in text that stands beside a price for a currency. It returns the sign as printed and,
// where the sign is unambiguous or configured settles it, the currency; both are empty where none is printed.
func FindCurrency(text string, configured Currency) (c Currency, symbol string) {
	if len(text) > maxText {
		return "", ""
	}
	ts, _ := printed.Scan(text)
	ts = printed.Plain(ts, "", string(configured))
	found := -1
	for i, t := range ts {
		if t.Kind != printed.CurrencySign {
			continue
		}
		if i > 0 && ts[i-1].Kind == printed.Numeral || i+1 < len(ts) && ts[i+1].Kind == printed.Numeral {
			found = i
			break
		}
		if found < 0 {
			found = i
		}
	}
	if found < 0 {
		return "", ""
	}
	return Currency(ts[found].Sign.Settle(string(configured))), ts[found].Text
}
