package market

import (
	"cmp"
	"math"
	"time"

	"pricegap/market/money"
)

// Product is an article of our own catalogue. It is identity and what only we know about it; our price and
// stock are observations of our own source.
type Product struct {
	ID       ProductID `json:"id"`
	GTIN     string    `json:"gtin,omitzero"` // GTIN-14, check digit proved
	Brand    Text      `json:"brand,omitzero"`
	MPN      string    `json:"mpn,omitzero"`
	Title    Text      `json:"title,omitzero"`
	Category Text      `json:"category,omitzero"`
	URL      string    `json:"url,omitzero"`
	// Cost is what we pay, Floor the lowest price we sell at; neither is shown to staff.
	Cost  money.Amount `json:"cost,omitzero"`
	Floor money.Amount `json:"floor,omitzero"`
	// Rank orders products by importance; 1 is first.
	Rank Count `json:"rank,omitzero"`
}

// Compare orders products by rank, those without one last, then by id: -1 where p comes first, 1 where q does.
func (p Product) Compare(q Product) int {
	return cmp.Or(cmp.Compare(p.rank(), q.rank()), cmp.Compare(p.ID, q.ID))
}

func (p Product) rank() int64 {
	if n, ok := p.Rank.Get(); ok {
		return n
	}
	return math.MaxInt64
}

// Decision says what became of a pair of product and listing.
type Decision string

// The decisions.
const (
	Accept Decision = "accept"
	Review Decision = "review"
	Reject Decision = "reject"
)

// Match says "this listing sells that product".
type Match struct {
	Product ProductID `json:"product"`
	Source  SourceID  `json:"source"`
	Listing ListingID `json:"listing"`
	// Exact is false for an equivalent: another article that serves the same purpose.
	Exact bool `json:"exact"`
	// Method says how it was found: "own", "gtin", "brand_mpn" or "explicit".
	Method string `json:"method"`
	// ScoreBasisPoints is the probability that both are the same product, in hundredths of a percent.
	ScoreBasisPoints int       `json:"score_basis_points"`
	Decision         Decision  `json:"decision"`
	DecidedBy        Text      `json:"decided_by,omitzero"`
	DecidedAt        time.Time `json:"decided_at"`
	// Why are the reasons, in plain words.
	Why []string `json:"why,omitzero"`
}
