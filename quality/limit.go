package quality

import (
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
)

// Limit is what articles of ours cost at least and at most in the trade, as people know. The zero Limit says nothing.
type Limit struct {
	Products   []market.ProductID `yaml:"products" json:"products,omitzero" jsonschema:"Article numbers of ours that are meant."`
	Categories []string           `yaml:"categories" json:"categories,omitzero" jsonschema:"Beginnings of categories of ours; an article in one of them is meant as well."`
	Lowest     money.Amount       `yaml:"lowest" json:"lowest,omitzero" jsonschema:"What they cost at least; a price 15 % or more below it is held back until it is seen again."`
	Highest    money.Amount       `yaml:"highest" json:"highest,omitzero" jsonschema:"What they cost at most; a price 15 % or more above it is held back until it is seen again."`
}

// limitBasisPoints is how far a price lies past a limit from which it is doubted: 15 %.
const limitBasisPoints = 1_500

// LimitOf returns the first limit that is for one of those products.
func (p Policy) LimitOf(products ...market.Product) Limit {
	for _, l := range p.Limits {
		if slices.ContainsFunc(products, l.covers) {
			return l
		}
	}
	return Limit{}
}

// covers reports whether a limit is for a product. An article number that is named is meant whatever its category.
func (l Limit) covers(p market.Product) bool {
	category := strings.ToLower(p.Category.Plain())
	return slices.Contains(l.Products, p.ID) ||
		slices.ContainsFunc(l.Categories, func(c string) bool { return strings.HasPrefix(category, strings.ToLower(c)) })
}

// side returns on which side a price lies far past a limit: -1 below, 1 above, 0 on neither. A limit in another currency says
// nothing.
func (l Limit) side(price money.Amount) int {
	if low, err := price.BasisPoints(l.Lowest); err == nil && low <= -limitBasisPoints {
		return -1
	}
	if high, err := price.BasisPoints(l.Highest); err == nil && high >= limitBasisPoints {
		return 1
	}
	return 0
}

// passed reports whether a price is far past a limit that the trusted one, perhaps unknown, kept.
func (l Limit) passed(price, trusted money.Amount) bool {
	s := l.side(price)
	return s != 0 && s != l.side(trusted)
}
