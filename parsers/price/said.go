package price

import (
	"cmp"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/structured"
)

// ReadSaid is ReadPrinted for the text of an element. Where the digits of two elements meet with nothing printed
// between them, as in "68<sup>50</sup>", it may mean both; that is a price only to those who know how the shop
// writes its cents.
func ReadSaid(t structured.Said, currency string, l money.Locale) Reading {
	p := ReadPrinted(cmp.Or(t.Lines, t.Text), currency, l)
	if t.Seam <= 0 || t.Seam > len(t.Text) {
		return p
	}
	before, after := t.Text[:t.Seam], t.Text[t.Seam:]
	p = Reading{Problem: market.FailPriceAmbiguous, Printed: p.Printed, Signed: p.Signed, Candidates: append(p.Candidates, p.Amount)}
	if len(after) >= 2 && digits(after[:2]) && !strings.Contains(before, ",") {
		p.Candidates = append(p.Candidates, ReadPrinted(before+","+after, currency, l).Amount)
	}
	p.Candidates = slices.DeleteFunc(p.Candidates, func(a money.Amount) bool { return !a.Known() })
	return p
}

// nearBasisPoints is how far two statements of one price may lie apart: 0.5 %, since shops round.
const nearBasisPoints = 50

// Near reports whether two sums may be one price. Sums in two currencies say nothing about each other, but where they are the
// same number: then one of the currencies is wrong.
func Near(a, b money.Amount) bool {
	if a.Currency() != b.Currency() {
		return a.Micros() != b.Micros() || a.Sign() == 0 || a.Currency() == Unnamed || b.Currency() == Unnamed
	}
	off, err := a.BasisPoints(b)
	return err == nil && off <= nearBasisPoints && off >= -nearBasisPoints
}

// May reports whether the text of p may mean a; a text without a sum may mean any.
func (p Reading) May(a money.Amount) bool {
	all := p.Candidates
	if p.Amount.Known() {
		all = []money.Amount{p.Amount}
	}
	return len(all) == 0 || slices.ContainsFunc(all, func(c money.Amount) bool { return Near(a, c) })
}

// Beside returns p where what the same element shows to people may mean the same, else why nobody knows.
func (p Reading) Beside(shown Reading) Reading {
	if shown.May(p.Amount) {
		return p
	}
	may := slices.DeleteFunc(append([]money.Amount{p.Amount, shown.Amount}, shown.Candidates...), func(a money.Amount) bool { return !a.Known() })
	return Reading{Problem: market.FailPriceAmbiguous, Printed: p.Printed, Candidates: may}
}

// Holds reports whether a sum lies in the range that p states.
func (p Reading) Holds(a money.Amount) bool {
	low, err := a.Cmp(p.Low)
	if err != nil || low < 0 {
		return false
	}
	high, err := a.Cmp(p.High)
	return err != nil || !p.High.Known() || high <= 0
}
