// Package compare says how our price stands among those of rivals: gaps, rank, index, and the statistics of
// a history. It is pure: observations in, judgements out.
package compare

import (
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Basis is what two prices are compared on.
type Basis string

// The bases.
const (
	Shelf     Basis = "shelf"     // the price alone
	Delivered Basis = "delivered" // price plus shipping
)

// Shop is what compare must know about a source.
type Shop struct {
	ID       market.SourceID
	Name     string
	Own      bool
	Formula  market.Formula
	Shipping market.Shipping
	VAT      money.VAT
	// Interval is how often a good observation is expected; older than twice that is stale.
	Interval time.Duration
}

// Options are the limits of comparing. The zero Options mean the defaults in brackets.
type Options struct {
	Basis Basis // [Shelf]
	// TooOld is the age at which a value is compared with nothing [7 days].
	TooOld time.Duration
	// Condition is what we sell [new]; an offer of another known condition is not comparable.
	Condition market.Condition
	// VATBasisPoints is the usual rate, to bring prices of the other VAT basis onto ours [0: not done].
	VATBasisPoints int64
	// Advantages asks for the selling points of ours beside each rival; it costs time for each position.
	Advantages bool
}

// Position is one shop's place in a standing.
type Position struct {
	Source  market.SourceID  `json:"source"`
	Name    string           `json:"name"`
	Listing market.ListingID `json:"listing,omitzero"`
	// Seen is the newest trusted observation; its zero value means that there is none.
	Seen market.Observation `json:"seen"`
	// Held is a newer observation that is held back in quarantine; nil when there is none.
	Held *market.Observation `json:"held,omitzero"`
	// Match says how the listing was tied to the product.
	Match market.Match `json:"match,omitzero"`

	// Price is the shelf price on our VAT basis, unknown where it cannot be brought onto it; Shipping is the
	// page's, else the shop's stated fee; Delivered is their sum, unknown where either is.
	Price     money.Amount `json:"price,omitzero"`
	Shipping  money.Amount `json:"shipping,omitzero"`
	Delivered money.Amount `json:"delivered,omitzero"`
	// Gap is theirs minus ours on the standing's basis, GapBasisPoints the same in hundredths of a percent of
	// ours; unknown where the position is not comparable.
	Gap            money.Amount `json:"gap,omitzero"`
	GapBasisPoints market.Count `json:"gap_basis_points,omitzero"`
	// Age is how old Seen was at the moment of the standing; Stale says more than twice the shop's interval.
	// In JSON it is a number of nanoseconds.
	Age   time.Duration `json:"age"`
	Stale bool          `json:"stale"`
	// Comparable says that the price takes part in gap, rank and index; NotBecause is the reason where it does not.
	Comparable bool   `json:"comparable"`
	NotBecause Reason `json:"not_because,omitzero"`
	// Advantages are our selling points beside this rival's, where Options asked for them and we have an offer.
	Advantages []market.Advantage `json:"advantages,omitzero"`
}

// On returns the position's price on that basis; unknown where it has none.
func (p Position) On(b Basis) money.Amount {
	if b == Delivered {
		return p.Delivered
	}
	return p.Price
}

// Reason says why a position is not comparable. The strings are a contract.
type Reason string

// The reasons. Where several hold, the first of them is told.
const (
	NoOffer    Reason = "no_offer"    // nothing trusted is known
	Range      Reason = "range"       // a range or a "from" price, not the price of one thing
	NoPrice    Reason = "no_price"    // the page states no price for anybody
	Disputed   Reason = "disputed"    // somebody said that this price is wrong
	Currency   Reason = "currency"    // another currency than ours
	VAT        Reason = "vat"         // another VAT basis than ours, and no rate to bring it onto ours
	Condition  Reason = "condition"   // another condition than what we sell
	Variant    Reason = "variant"     // another variant than ours, where only brand and MPN tie the two
	Equivalent Reason = "equivalent"  // another article that serves the same purpose
	TooOld     Reason = "too_old"     // older than Options.TooOld
	Stale      Reason = "stale"       // older than twice the shop's interval
	NoShipping Reason = "no_shipping" // the cost of delivery is not known, on the delivered basis
)

// Standing is our product among its rivals at one moment.
type Standing struct {
	// Product is our product without its cost and floor, which are not for everybody who may see a standing.
	Product market.Product `json:"product"`
	At      time.Time      `json:"at"`
	Basis   Basis          `json:"basis"`
	// Ours is our own position; Rivals are all other shops, in the order given, those without an offer too.
	Ours   Position   `json:"ours"`
	Rivals []Position `json:"rivals"`
	// Rank is our place by price among the comparable ones, 1 the cheapest; unknown without a price of ours or
	// any comparable rival. Equal prices share the better rank.
	Rank market.Count `json:"rank,omitzero"`
	// Lowest is the source with the lowest comparable price on Basis, ours included and first among equals, and
	// LowestPrice that price.
	Lowest      market.SourceID `json:"lowest,omitzero"`
	LowestPrice money.Amount    `json:"lowest_price,omitzero"`
	// Index is our price in hundredths of a percent of the mean of the comparable rivals: 10,000 is level.
	Index market.Count `json:"index,omitzero"`
}
