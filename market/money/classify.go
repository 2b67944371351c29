package money

import (
	"slices"
	"strings"

	"pricegap/market/lexicon"
	"pricegap/market/money/printed"
)

// classify says of each price what sort it is, by the words before and behind it. The words that lead the line of a
// price are about that price; those that fill the lines between two prices may be about either.
func (x *reader) classify() {
	start := 0
	for i, p := range x.ps {
		end := len(x.ts)
		if i+1 < len(x.ps) {
			end = printed.LineStart(x.ts, p.at+1, x.ps[i+1].at)
		}
		label, own := printed.Label(x.ts, start, p.at)
		after := x.ts[p.at+1 : end]
		if x.say(p, printed.Words(label)); !p.said && x.extra(p) {
			p.kind, p.said = KindNone, true
		}
		start = p.at + 1 + x.sayAfter(i, after)
		if v := x.vatOf(printed.Words(after)); v != VATUnknown {
			p.vat = v
		} else if i == 0 || own {
			p.vat = x.vatOf(printed.Words(label))
		}
		if p.kind == KindPerUnit {
			x.read(p)
		}
	}
	x.shareTax()
}

// say reads the words before a price.
func (x *reader) say(p *price, words []string) {
	if len(words) == 0 {
		return
	}
	if words[len(words)-1] == "=" { // "1 l = € 3,99"
		p.kind, p.said = KindPerUnit, true
		p.unit = strings.Join(words[max(0, len(words)-3):len(words)-1], " ")
		return
	}
	if x.freely(words) {
		p.kind, p.said = KindThreshold, true
		return
	}
	if last := len(words) - 1; last > 1 && printed.Measure(words[last]) && printed.HasDigit(words[last-1]) && x.per[words[last-2]] {
		p.kind, p.said, p.unit = KindPerUnit, true, words[last-1]+" "+words[last] // "per 100 g: € 1,25"
		return
	}
	ph, ok := x.foremost(words[max(0, len(words)-maxLabel):])
	if !ok {
		return
	}
	p.kind, p.said = Kind(ph.Meaning), true
	if p.kind == KindPerUnit && len(ph.Words) > 1 {
		p.unit = strings.Join(ph.Words[1:], " ")
	}
}

// foremost returns the phrase of the lowest rank among words before a price. Of a phrase that is said twice the last
// place counts.
func (v *vocabulary) foremost(words []string) (best lexicon.Run, ok bool) {
	for i := len(words) - 1; i >= 0; i-- {
		for _, ph := range v.before[words[i]] {
			if ok && ph.Rank >= best.Rank {
				break
			}
			if ph.Starts(words[i:]) && printed.Find(words[i+1:], ph.Words) < 0 && v.counts(ph, words, i) {
				best, ok = ph, true
			}
		}
	}
	return best, ok
}

// counts reports whether a phrase that stands at i of the words before a price is about that price.
func (v *vocabulary) counts(ph lexicon.Run, words []string, i int) bool {
	rest := words[i+len(ph.Words):]
	switch {
	case i > 0 && v.not[words[i-1]]:
		return false
	case short(ph) && len(rest) > 0, near(ph) && slices.ContainsFunc(rest, notCounted):
		return false
	}
	return ph.Meaning != string(KindShipping) || i == 0 || !v.includes(words[i-1])
}

// extra reports the price of something that is added: "Inpakken + € 2,50", "+ Garantie: 79,-" in a line of its own.
// The plus of "+12.99" is a sign.
func (x *reader) extra(p *price) bool {
	if first := printed.Line(x.ts, p.at)[0]; first.Line && first.Text == "+" {
		return true
	}
	k := p.at - 1
	for k > 0 && x.ts[k].Kind == printed.CurrencySign {
		k--
	}
	return k >= 0 && x.ts[k].Text == "+" && !x.ts[k+1].Line && x.ts[k+1].Gap && (k == 0 || x.ts[k].Gap)
}

// notCounted reports a word that is neither a number nor what it counts, as in "totaal (3 artikelen)".
func notCounted(w string) bool { return !printed.HasDigit(w) && !printed.Counted(w) }

// sayAfter reads the words behind price i, up to the next number, and returns how many tokens of them belong to it.
func (x *reader) sayAfter(i int, after []printed.Token) int {
	p := x.ps[i]
	skip := 0
	for skip < len(after) && (after[skip].Kind == printed.CurrencySign || after[skip].Mark("()*,.")) {
		skip++
	}
	rest := after[skip:]
	words := printed.Words(rest)
	if len(words) == 0 {
		return 0
	}
	if n := x.perSomething(p, words); n > 0 {
		return skip + n
	}
	if p.kind == KindFrom && x.freely(words) || p.kind == KindThreshold {
		p.kind = KindThreshold
		return 0
	}
	if len(words) >= 1 && words[0] == "x" && len(words) > 1 && printed.HasDigit(words[1]) {
		p.kind, p.said = KindInstalment, true
		return skip + 2
	}
	for _, ph := range x.behind[words[0]] {
		kind := Kind(ph.Meaning)
		if !ph.Starts(words) || x.aside(rest, words[len(ph.Words):], kind) {
			continue
		}
		if i+1 < len(x.ps) && len(words) == len(ph.Words) && !x.belongsHere(i, rest, kind) {
			if next := x.ps[i+1]; kind == KindSaving && rest[len(rest)-1].Mark(":") && x.less(p, next) {
				p.kind, p.said = KindSaving, true // "50,- cashback: 329,00" is one sum, and what is left
			}
			return 0
		}
		p.kind, p.said = kind, true
		return skip + len(ph.Words)
	}
	return 0
}

// aside reports a phrase behind a price that is a remark of its own, as the more words behind it tell: "Recupel
// inbegrepen", or in a line below "Verzending morgen".
func (x *reader) aside(rest []printed.Token, more []string, k Kind) bool {
	return len(more) > 0 && slices.Contains(notPrices, k) && (x.withBehind[more[0]] || rest[0].Line)
}

// belongsHere decides whether a phrase that fills the space between price i and the next belongs to the former.
func (x *reader) belongsHere(i int, between []printed.Token, k Kind) bool {
	for j, t := range between {
		if t.Kind != printed.Punctuation {
			continue
		}
		if t.Text == ":" {
			return false
		}
		if t.Mark(",;.|)–-") {
			return j > 0
		}
	}
	p, next := x.ps[i], x.ps[i+1]
	if len(p.values) == 0 || len(next.values) == 0 || !between[0].Line && printed.LineStart(x.ts, p.at+1, next.at) < next.at {
		return true
	}
	return x.less(p, next) != (k == KindReference) // a saving or a fee is less than the price
}

// less reports whether p is the lower of two prices that can be read.
func (x *reader) less(p, q *price) bool {
	return len(p.values) > 0 && len(q.values) > 0 && printed.Compare(p.values[0], q.values[0]) < 0
}

// perSomething reads "/ 100 g", "per maand", "pro Stück" and returns the number of words.
func (x *reader) perSomething(p *price, words []string) int {
	if len(words) < 2 || !x.per[words[0]] {
		return 0
	}
	unit := words[1]
	n := 2
	if unit == "/" && len(words) > 2 {
		unit, n = words[2], 3
	}
	if printed.HasDigit(unit) && len(words) > n {
		unit += " " + words[n]
		n++
	}
	last := unit[strings.LastIndexByte(unit, ' ')+1:]
	switch {
	case x.month[last] && (unit == last || unit == "1 "+last), words[0] == "p" && unit == "m": // not a metre
		p.kind = KindPerMonth
	case p.kind == KindInstalment && x.part[last]:
	case printed.Measure(last), printed.Piece(last), printed.Counted(last), x.month[last], words[0] == "per", words[0] == "pro":
		if p.said && p.kind == KindPerMonth {
			return 0
		}
		p.kind, p.unit = KindPerUnit, unit
	default:
		return 0
	}
	p.said = true
	return n
}

// shareTax gives the only tax basis of the text to all its prices.
func (x *reader) shareTax() {
	var only VAT
	for _, p := range x.ps {
		if p.vat != VATUnknown && only != VATUnknown && p.vat != only {
			return
		}
		if p.vat != VATUnknown {
			only = p.vat
		}
	}
	for _, p := range x.ps {
		p.vat = only
	}
}
