package match

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"pricegap/market"
)

// witness is what one key says about an offer and a product.
type witness int

const (
	silent   witness = iota // one side does not state it
	agrees                  // both state the same
	disputes                // both state it, and differ
)

// candidates returns a match for each product that the offer may be: by our own number alone in our own
// shop, else by GTIN, else by brand and MPN.
func (x *Index) candidates(o *market.Observation) []market.Match {
	if x.own[o.Source] && o.Offer.SKU != "" {
		if _, ok := x.byID[market.ProductID(o.Offer.SKU)]; ok {
			return []market.Match{{
				Product: market.ProductID(o.Offer.SKU), Exact: true, Method: Own,
				ScoreBasisPoints: scoreOwn, Decision: market.Accept, Why: []string{"our own article number"},
			}}
		}
	}
	g := number(o.Offer.GTIN)
	if is := x.byGTIN[g]; g != "" && len(is) > 0 {
		return x.byNumber(o, g, is)
	}
	return x.byMaker(o, g)
}

// byNumber judges the products with the offer's GTIN.
func (x *Index) byNumber(o *market.Observation, g string, is []int) []market.Match {
	out := make([]market.Match, 0, len(is))
	for _, i := range is {
		p := &x.products[i]
		m := market.Match{
			Product: p.ID, Exact: true, Method: GTIN, ScoreBasisPoints: scoreGTIN, Decision: market.Accept,
			Why: []string{"same GTIN " + g},
		}
		brand, mpn := brandWitness(p, &o.Offer), mpnWitness(p, &o.Offer)
		switch {
		case mpn == disputes:
			m.Decision, m.ScoreBasisPoints = market.Review, scoreDoubt
			m.Why = append(m.Why, fmt.Sprintf("but another MPN: ours %s, theirs %s", p.MPN, o.Offer.MPN))
		case brand == disputes && mpn != agrees:
			m.Decision, m.ScoreBasisPoints = market.Review, scoreDoubt
			m.Why = append(m.Why, fmt.Sprintf("but another brand: ours %s, theirs %s", p.Brand.Plain(), o.Offer.Brand.Plain()))
		case brand == agrees && mpn == agrees:
			m.ScoreBasisPoints = scoreBoth
			m.Why = append(m.Why, "same brand and MPN")
		}
		if len(is) > 1 {
			m.Decision, m.ScoreBasisPoints = market.Review, min(m.ScoreBasisPoints, scoreWeak)
			m.Why = append(m.Why, fmt.Sprintf("%d products of ours carry this GTIN", len(is)))
		}
		out = append(out, m)
	}
	return out
}

// byMaker judges the products with the offer's brand and MPN; g is the offer's GTIN.
func (x *Index) byMaker(o *market.Observation, g string) []market.Match {
	mpn := plain(o.Offer.MPN)
	if mpn == "" || !o.Offer.Brand.Known() {
		return nil
	}
	var is []int
	for _, i := range x.byMPN[mpn] {
		if brandWitness(&x.products[i], &o.Offer) == agrees {
			is = append(is, i)
		}
	}
	out := make([]market.Match, 0, len(is))
	for _, i := range is {
		p := &x.products[i]
		m := market.Match{
			Product: p.ID, Exact: true, Method: BrandMPN, ScoreBasisPoints: scoreBrandMPN, Decision: market.Accept,
			Why: []string{fmt.Sprintf("same brand %s and MPN %s", p.Brand.Plain(), p.MPN)},
		}
		if !telling(mpn) {
			m.Decision, m.ScoreBasisPoints = market.Review, scoreWeak
			m.Why = append(m.Why, "but this MPN is too short or too plain to tell products apart")
		}
		if ours := x.numbers[i]; ours != "" && g != "" {
			m.Decision, m.ScoreBasisPoints = market.Review, min(m.ScoreBasisPoints, scoreDoubt)
			m.Why = append(m.Why, fmt.Sprintf("but another GTIN: ours %s, theirs %s", ours, g))
		}
		if len(is) > 1 {
			m.Decision, m.ScoreBasisPoints = market.Review, min(m.ScoreBasisPoints, scoreWeak)
			m.Why = append(m.Why, fmt.Sprintf("%d products of ours carry this brand and MPN", len(is)))
		}
		out = append(out, m)
	}
	return out
}

// telling reports whether an MPN, in plain form, is specific enough to be a key of its own beside the brand:
// at least three characters with a digit among them.
func telling(mpn string) bool {
	return len(mpn) >= 3 && strings.ContainsFunc(mpn, unicode.IsDigit)
}

// mpnWitness compares the makers' numbers. One that begins with the other agrees: shops add or leave off
// the ending for colour and region, and the GTIN tells those apart.
func mpnWitness(p *market.Product, o *market.Offer) witness {
	ours, theirs := plain(p.MPN), plain(o.MPN)
	switch {
	case ours == "" || theirs == "":
		return silent
	case ours == theirs,
		telling(theirs) && strings.HasPrefix(ours, theirs), telling(ours) && strings.HasPrefix(theirs, ours):
		return agrees
	}
	return disputes
}

// brandWitness compares the brands by words: "Sony" and "Sony Europe B.V." agree.
func brandWitness(p *market.Product, o *market.Offer) witness {
	ours, theirs := p.Brand.Plain(), o.Brand.Plain()
	if plain(ours) == "" || plain(theirs) == "" {
		return silent
	}
	if plain(ours) == plain(theirs) || within(ours, theirs) || within(theirs, ours) {
		return agrees
	}
	return disputes
}

// within reports whether every word of x is a word of y.
func within(x, y string) bool {
	ys := words(y)
	for _, w := range words(x) {
		found := false
		for _, v := range ys {
			found = found || v == w
		}
		if !found {
			return false
		}
	}
	return true
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(norm.NFKD.String(s)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
	})
}
