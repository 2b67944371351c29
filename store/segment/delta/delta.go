// Package delta is the form of an observation as what differs from another one. Each begins with its quote, so that
// prices can be read without the other observation.
package delta

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/record"
)

// The fields of an observation by the bit that says that it differs. The listing stands first, to be read by itself; then what
// changes often.
const (
	bitListing = iota
	bitBody
	bitEvidence // read last
	bitReference
	bitStockCount
	bitDeliveryDays
	bitTrust
	bitSKU
	bitPage
	bitURL
	bitGTIN
	bitMPN
	bitImage
	bitParser
	bitBrand
	bitTitle
	bitCategory
	bitVariant
	bitLow
	bitHigh
	bitMember
	bitCoupon
	bitPerMonth
	bitShipping
	bitUnitPrice
	bitUnit
	bitVAT
	bitBranchStock
	bitDeliveryText
	bitPickup
	bitSeller
	bitCondition
	bitWarranty
	bitReturns
	bitServices
	bitRating
	bitRatingCount
	bitCloser // no field: what is expected is as in closer and beside
	bitName   // the title of another listing, behind what it may hold
	bits_
)

// field is one of them: how it is written where it is not what base lets expect, and read. Expect, where set, makes it what is
// expected; the others are expected to be base's.
type field struct {
	same   func(base, o *market.Observation) bool
	append func(b []byte, base, o *market.Observation) []byte
	read   func(r *record.Reader, base, o *market.Observation)
	expect func(base, o *market.Observation)
}

func of[T comparable](at func(*market.Observation) *T, write func([]byte, T, T) []byte, read func(*record.Reader, T) T) field {
	return field{
		same:   func(base, o *market.Observation) bool { return *at(base) == *at(o) },
		append: func(b []byte, base, o *market.Observation) []byte { return write(b, *at(base), *at(o)) },
		read:   func(r *record.Reader, base, o *market.Observation) { *at(o) = read(r, *at(base)) },
	}
}

// address is a string that is expected to hold the article number where base's holds base's.
func address(at func(*market.Observation) *string) field {
	like := func(base, o *market.Observation) string { return numbered(*at(base), base, o) }
	return field{
		same:   func(base, o *market.Observation) bool { return like(base, o) == *at(o) },
		append: func(b []byte, base, o *market.Observation) []byte { return appendString(b, like(base, o), *at(o)) },
		read:   func(r *record.Reader, base, o *market.Observation) { *at(o) = readString(r, like(base, o)) },
		expect: func(base, o *market.Observation) { *at(o) = like(base, o) },
	}
}

// numbered is s, which is of base, with the article number of o.
func numbered(s string, base, o *market.Observation) string {
	from, to := base.Offer.SKU, o.Offer.SKU
	if from == to || len(from) < 3 || to == "" {
		return s
	}
	return strings.ReplaceAll(s, from, to)
}

func word[T ~string](at func(*market.Observation) *T) field {
	return of(
		at,
		func(b []byte, base, v T) []byte { return appendString(b, string(base), string(v)) },
		func(r *record.Reader, base T) T { return T(readString(r, string(base))) },
	)
}

func text(at func(*market.Observation) *market.Text) field {
	return of(
		at,
		func(b []byte, base, v market.Text) []byte { return appendString(b, base.Plain(), v.Plain()) },
		func(r *record.Reader, base market.Text) market.Text {
			return market.NewText(readString(r, base.Plain()))
		},
	)
}

func count(at func(*market.Observation) *market.Count) field {
	return of(at, appendCount, readCount)
}

func amount(at func(*market.Observation) *money.Amount) field {
	return of(
		at,
		func(b []byte, _, v money.Amount) []byte { return appendAmount(b, v) },
		func(r *record.Reader, _ money.Amount) money.Amount { return readAmount(r) },
	)
}

type obs = market.Observation

// fields are by bit.
var fields = [bits_]field{
	bitBody:         of(func(o *obs) *string { return &o.Body }, appendSum, readSum),
	bitEvidence:     {}, // see Append and Full
	bitReference:    amount(func(o *obs) *money.Amount { return &o.Offer.Reference }),
	bitStockCount:   count(func(o *obs) *market.Count { return &o.Offer.StockCount }),
	bitDeliveryDays: count(func(o *obs) *market.Count { return &o.Offer.DeliveryDays }),
	bitTrust:        {sameTrust, appendTrust, readTrust, nil},
	bitPage:         address(func(o *obs) *string { return &o.Page }),
	bitListing:      word(func(o *obs) *market.ListingID { return &o.Listing }),
	bitURL:          address(func(o *obs) *string { return &o.Offer.URL }),
	bitSKU:          word(func(o *obs) *string { return &o.Offer.SKU }),
	bitGTIN:         word(func(o *obs) *string { return &o.Offer.GTIN }),
	bitMPN:          address(func(o *obs) *string { return &o.Offer.MPN }),
	bitImage:        address(func(o *obs) *string { return &o.Offer.Image }),
	bitParser:       word(func(o *obs) *string { return &o.Parser }),
	bitBrand:        text(func(o *obs) *market.Text { return &o.Offer.Brand }),
	bitTitle:        text(func(o *obs) *market.Text { return &o.Offer.Title }),
	bitCategory:     text(func(o *obs) *market.Text { return &o.Offer.Category }),
	bitVariant:      text(func(o *obs) *market.Text { return &o.Offer.Variant }),
	bitLow:          amount(func(o *obs) *money.Amount { return &o.Offer.Low }),
	bitHigh:         amount(func(o *obs) *money.Amount { return &o.Offer.High }),
	bitMember:       amount(func(o *obs) *money.Amount { return &o.Offer.Member }),
	bitCoupon:       amount(func(o *obs) *money.Amount { return &o.Offer.Coupon }),
	bitPerMonth:     amount(func(o *obs) *money.Amount { return &o.Offer.PerMonth }),
	bitShipping:     amount(func(o *obs) *money.Amount { return &o.Offer.Shipping }),
	bitUnitPrice:    amount(func(o *obs) *money.Amount { return &o.Offer.UnitPrice }),
	bitUnit:         text(func(o *obs) *market.Text { return &o.Offer.Unit }),
	bitVAT:          word(func(o *obs) *money.VAT { return &o.Offer.VAT }),
	bitBranchStock:  {sameBranches, appendBranches, readBranches, nil},
	bitDeliveryText: text(func(o *obs) *market.Text { return &o.Offer.DeliveryText }),
	bitPickup:       word(func(o *obs) *market.Answer { return &o.Offer.Pickup }),
	bitSeller:       text(func(o *obs) *market.Text { return &o.Offer.Seller }),
	bitCondition:    word(func(o *obs) *market.Condition { return &o.Offer.Condition }),
	bitWarranty:     count(func(o *obs) *market.Count { return &o.Offer.WarrantyMonths }),
	bitReturns:      count(func(o *obs) *market.Count { return &o.Offer.ReturnsDays }),
	bitServices:     {sameServices, appendServices, readServices, nil},
	bitRating:       count(func(o *obs) *market.Count { return &o.Offer.Rating }),
	bitRatingCount:  count(func(o *obs) *market.Count { return &o.Offer.RatingCount }),
	bitCloser:       {}, // see Append
	bitName:         {same: func(_, _ *obs) bool { return true }},
}

// noFields are the bits of what is not read as a field.
const noFields = 1<<bitEvidence | 1<<bitCloser

// Append adds to b what in o differs from base. Source, SeenAt and Run are no part of it. Prev, where not 0, is kept with
// it: see Quote.
func Append(b []byte, base, o *market.Observation, prev uint32) []byte {
	b = AppendQuote(b, Quote{o.Offer.Price, o.Offer.Stock, o.Trust.State, prev})
	var some [32]market.Field
	evidence := differing(some[:0], base, o)
	expect := &closer
	if isBeside(base, o) {
		expect = &beside
	}
	mask := uint64(1 << bitCloser)
	if len(evidence) > 0 {
		mask |= 1 << bitEvidence
	}
	for i := range expect {
		if 1<<i&noFields == 0 && !expect[i].same(base, o) {
			mask |= 1 << i
		}
	}
	b = binary.AppendUvarint(b, mask)
	for rest := mask &^ noFields; rest != 0; rest &= rest - 1 {
		b = expect[bits.TrailingZeros64(rest)].append(b, base, o)
	}
	if len(evidence) > 0 {
		b = appendEvidence(b, evidence, base, o)
	}
	return b
}

// Apply returns base with what Append wrote; it shares no map and no slice with base. Errors: record.ErrForm.
func Apply(base *market.Observation, b []byte) (market.Observation, error) {
	o := new(market.Observation)
	err := Full(o, base, b)
	return *o, err
}

// Full is Apply into o, which is empty after an error. What o was is not written to.
func Full(o, base *market.Observation, b []byte) error {
	r := record.Reader{B: b}
	mask, err := apply(&r, o, base, bits_-1)
	if err == nil {
		if expectEvidence(base, o, mask&(1<<bitCloser) != 0); mask&(1<<bitEvidence) != 0 {
			readEvidence(&r, base, o)
		}
		if err = r.End(); err != nil {
			err = fmt.Errorf("an observation: %w", err)
		}
	}
	if err != nil {
		*o = market.Observation{}
	}
	return err
}

// Bare is Apply into o without the evidence, which takes most of the time.
func Bare(o, base *market.Observation, b []byte) error {
	r := record.Reader{B: b}
	_, err := apply(&r, o, base, bits_-1)
	if o.Offer.Evidence = nil; err == nil && r.Bad {
		err = fmt.Errorf("an observation: %w", record.ErrForm)
	}
	return err
}

// Glance is Apply into o for what an observation is of, and what its quote says: Listing, Page, the offer's SKU, Price and Stock,
// and the state of trust. The rest is not as it was.
func Glance(o, base *market.Observation, b []byte) error {
	r := record.Reader{B: b}
	_, err := apply(&r, o, base, bitPage)
	o.Offer.Evidence, o.Offer.Services, o.Offer.BranchStock = nil, nil, nil
	if err == nil && r.Bad {
		err = fmt.Errorf("an observation: %w", record.ErrForm)
	}
	return err
}

// apply reads the fields up to the last into o, all but the evidence, and returns which are not what base lets expect.
func apply(r *record.Reader, o, base *market.Observation, last int) (mask uint64, err error) {
	q := TakeQuote(r)
	mask = r.Number()
	expect := &fields
	switch {
	case mask&(1<<bitCloser) == 0:
		r.Bad = r.Bad || mask&(1<<bitName) != 0
	case mask&(1<<bitListing) != 0 && base.Listing != "":
		expect = &beside
	default:
		expect = &closer
	}
	if r.Bad || mask>>bits_ != 0 {
		return 0, fmt.Errorf("an observation: %w", record.ErrForm)
	}
	*o = *base
	o.Offer.Price, o.Offer.Stock, o.Trust.State = q.Price, q.Stock, q.Trust
	if last >= bitServices {
		o.Offer.Services, o.Offer.BranchStock = slices.Clone(base.Offer.Services), maps.Clone(base.Offer.BranchStock)
	}
	for i := range expect[:last+1] {
		switch f := &expect[i]; {
		case 1<<i&noFields != 0:
		case mask&(1<<i) != 0 && f.read != nil:
			f.read(r, base, o)
		case mask&(1<<i) != 0:
			r.Bad = true
		case f.expect != nil:
			f.expect(base, o)
		}
	}
	return mask, nil
}

// Listing returns the listing of what Append wrote; empty where it is base's.
func Listing(base market.ListingID, b []byte) (market.ListingID, error) {
	r := record.Reader{B: b}
	TakeQuote(&r)
	mask := r.Number()
	if mask&(1<<bitListing) == 0 {
		return "", nil
	}
	return listing(&r, mask, base)
}

// ListingOf is Listing for what a field says of it, as TakeField takes it, of what has that mask.
func ListingOf(base market.ListingID, mask uint64, told []byte) (market.ListingID, error) {
	return listing(&record.Reader{B: told}, mask, base)
}

func listing(r *record.Reader, mask uint64, base market.ListingID) (id market.ListingID, err error) {
	if mask&(1<<bitCloser) != 0 && base != "" {
		id = market.ListingID(readNear(r, string(base)))
	} else {
		id = market.ListingID(readString(r, string(base)))
	}
	if r.Bad || id == "" {
		return "", record.ErrForm
	}
	return id, nil
}
