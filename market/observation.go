package market

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"pricegap/market/money"
)

// TrustState says whether an observation may be compared.
type TrustState string

// The states of trust.
const (
	Trusted     TrustState = "trusted"
	Quarantined TrustState = "quarantined" // shown with its mark, compared with nothing, raises no alert
	Refused     TrustState = "refused"     // a person or a second fetch showed it to be wrong
)

// Trust is a verdict on an observation, with its reason.
type Trust struct {
	State TrustState `json:"state"`
	// Reason is a stable code such as "factor_100", "jump" or "zero"; empty when trusted at once.
	Reason string `json:"reason,omitzero"`
	// Needs says how many more equal observations release it from quarantine.
	Needs int `json:"needs,omitzero"`
	// By is the person who decided it, and DecidedAt when, UTC, whole seconds; empty where nobody did.
	By        Text      `json:"by,omitzero"`
	DecidedAt time.Time `json:"decided_at,omitzero"`
}

// Observation is an offer seen at one moment, with its evidence. It is never edited.
type Observation struct {
	Source  SourceID  `json:"source"`
	Listing ListingID `json:"listing"`
	// SeenAt is when the page was fetched, UTC, whole seconds.
	SeenAt time.Time `json:"seen_at"`
	Run    RunID     `json:"run,omitzero"`
	// Page is the address that answered, after redirects.
	Page  string `json:"page,omitzero"`
	Offer Offer  `json:"offer"`
	// Parser names the parser that read it, with its version.
	Parser string `json:"parser,omitzero"`
	// Body is the first half of the SHA-256 of the decoded page, in hex: 128 bits name a page without doubt.
	Body  string `json:"body,omitzero"`
	Trust Trust  `json:"trust"`
}

// Sighting is what is known of a listing at a glance: its newest observation that is not refused, without the offer.
type Sighting struct {
	Listing ListingID
	// SeenAt is when it was seen, UTC, whole seconds, and Run the run that saw it.
	SeenAt time.Time
	Run    RunID
	// Page is the address on which it was seen last. Gone says that a later full read of that page did not show it.
	Page string
	Gone bool
	// Trust is the state of the observation.
	Trust TrustState
	// Priced says that the observation says a current price.
	Priced bool
}

// Settled reports whether the observation is trusted and says a current price: seen again unchanged, it needs no doubt.
func (s Sighting) Settled() bool { return s.Trust == Trusted && s.Priced }

// Quote is what a comparison of prices needs of an observation.
type Quote struct {
	Source  SourceID
	Listing ListingID
	// SeenAt is when it was seen, UTC, whole seconds.
	SeenAt time.Time
	Price  money.Amount
	Stock  Stock
	Trust  TrustState
}

// Quote returns the observation without what a comparison of prices does not need.
func (o Observation) Quote() Quote {
	return Quote{o.Source, o.Listing, o.SeenAt, o.Offer.Price, o.Offer.Stock, o.Trust.State}
}

// Change is two successive observations of a listing that differ in substance. Before is the zero
// Observation when the listing was seen for the first time.
type Change struct {
	// Seq numbers the changes of a store from 1 on. A number has gone where a change was forgotten or is lost.
	Seq    uint64      `json:"seq"`
	Before Observation `json:"before"`
	After  Observation `json:"after"`
}

// First reports whether the change is the first sight of a listing.
func (c Change) First() bool { return c.Before.Listing == "" }

// Differs lists the fields in which two offers differ in substance, in the order of the Offer's fields;
// evidence, the image and ratings are no substance.
func (o Offer) Differs(p Offer) []Field {
	var out []Field
	add := func(f Field, same bool) {
		if !same {
			out = append(out, f)
		}
	}
	add(FieldURL, o.URL == p.URL)
	add(FieldSKU, o.SKU == p.SKU)
	add(FieldGTIN, o.GTIN == p.GTIN)
	add(FieldMPN, o.MPN == p.MPN)
	add(FieldBrand, o.Brand == p.Brand)
	add(FieldName, o.Title == p.Title)
	add(FieldCategory, o.Category == p.Category)
	add(FieldVariant, o.Variant == p.Variant)
	add(FieldPrice, o.Price == p.Price)
	add(FieldLowPrice, o.Low == p.Low)
	add(FieldHighPrice, o.High == p.High)
	add(FieldReference, o.Reference == p.Reference)
	add(FieldMember, o.Member == p.Member)
	add(FieldCoupon, o.Coupon == p.Coupon)
	add(FieldPerMonth, o.PerMonth == p.PerMonth)
	add(FieldShipping, o.Shipping == p.Shipping)
	add(FieldUnitPrice, o.UnitPrice == p.UnitPrice && o.Unit == p.Unit)
	add(FieldVAT, o.VAT == p.VAT)
	add(FieldAvailability, o.Stock == p.Stock)
	add(FieldStockCount, o.StockCount == p.StockCount && maps.Equal(o.BranchStock, p.BranchStock))
	add(FieldDelivery, o.DeliveryDays == p.DeliveryDays && o.DeliveryText == p.DeliveryText)
	add(FieldPickup, o.Pickup == p.Pickup)
	add(FieldSeller, o.Seller == p.Seller)
	add(FieldCondition, o.Condition == p.Condition)
	add(FieldWarranty, o.WarrantyMonths == p.WarrantyMonths)
	add(FieldReturns, o.ReturnsDays == p.ReturnsDays)
	add(FieldServices, slices.Equal(o.Services, p.Services))
	return out
}

// Repeats reports whether o says of the same listing, to the letter and with the same evidence, what p does: SeenAt and Run
// alone may differ.
func (o *Observation) Repeats(p *Observation) bool {
	a, b := &o.Offer, &p.Offer
	return o.Source == p.Source && o.Listing == p.Listing && o.Page == p.Page && o.Parser == p.Parser && o.Body == p.Body &&
		o.Trust == p.Trust && a.Image == b.Image && a.Rating == b.Rating && a.RatingCount == b.RatingCount &&
		(same(a.Evidence, b.Evidence) || maps.Equal(a.Evidence, b.Evidence)) && len(a.Differs(*b)) == 0
}

// same reports whether two maps are one, as those of observations that repeat each other mostly are.
func same(a, b map[Field]Evidence) bool {
	return reflect.ValueOf(a).UnsafePointer() == reflect.ValueOf(b).UnsafePointer()
}

// Succeeds reports whether o shows that p, the newest look at its listing, is over: a later run found the same thing on the same
// page, sold by somebody else. What one run sees stands side by side.
func (o *Observation) Succeeds(p *Observation) bool {
	return o.Listing != p.Listing && o.SeenAt.After(p.SeenAt) && (o.Run == "" || o.Run != p.Run) &&
		o.Source == p.Source && o.where() != "" && o.where() == p.where() && SameThing(o.Listing, p.Listing)
}

// where is the page on which it was seen, as far as that is known.
func (o *Observation) where() string { return cmp.Or(o.Page, o.Offer.URL) }

// Changed reports whether after is a change with respect to before: another offer in substance, or another
// state of trust.
func Changed(before, after Observation) bool {
	return before.Listing == "" || before.Trust != after.Trust || len(before.Offer.Differs(after.Offer)) > 0
}
