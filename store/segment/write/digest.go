package write

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/segment/delta"
	"pricegap/store/shelf"
)

// timeless is the first moment that is no time of an observation any more: seconds are kept in 32 bits.
var timeless = time.Unix(1<<32, 0)

// prepare returns o as it is kept: whole seconds, UTC, valid UTF-8.
func prepare(o market.Observation) (market.Observation, error) {
	o.SeenAt = o.SeenAt.UTC().Truncate(time.Second)
	var why string
	switch {
	case !shelf.ValidID(string(o.Source)):
		why = fmt.Sprintf("source %.100q", o.Source)
	case o.Listing == "" || len(o.Listing) > shelf.MaxID || !utf8.ValidString(string(o.Listing)):
		why = fmt.Sprintf("listing %.100q", o.Listing)
	case o.SeenAt.Unix() <= 0 || !o.SeenAt.Before(timeless):
		why = fmt.Sprintf("listing %.100q: seen at %s", o.Listing, o.SeenAt)
	case !slices.Contains(delta.Trusts, o.Trust.State):
		why = fmt.Sprintf("listing %.100q: trust %.100q", o.Listing, o.Trust.State)
	case !slices.Contains(delta.Stocks[:], o.Offer.Stock):
		why = fmt.Sprintf("listing %.100q: stock %.100q", o.Listing, o.Offer.Stock)
	default:
		for _, s := range []*string{
			&o.Page, &o.Parser, &o.Body, (*string)(&o.Run), &o.Trust.Reason, &o.Offer.URL, &o.Offer.SKU, &o.Offer.GTIN, &o.Offer.MPN, &o.Offer.Image,
		} {
			*s = strings.ToValidUTF8(*s, "\uFFFD")
		}
		return o, nil
	}
	return o, fmt.Errorf("%w: %s", shelf.ErrInvalid, why)
}

// digest sums up what of an observation a look at the page again may show: two of one digest differ in no substance, and are of
// one page. It is never 0.
func (h *Writer) digest(o *market.Observation) uint64 {
	var d maphash.Hash
	d.SetSeed(h.Seed)
	add := func(s string) {
		d.WriteString(s)
		d.WriteByte(0xFF) // stands in no text
	}
	p := &o.Offer
	for _, s := range [...]string{
		o.Page, string(o.Trust.State), o.Trust.Reason, o.Trust.By.Plain(), p.URL, p.SKU, p.GTIN, p.MPN, p.Brand.Plain(), p.Title.Plain(),
		p.Category.Plain(), p.Variant.Plain(), p.Unit.Plain(), string(p.VAT), string(p.Stock), p.DeliveryText.Plain(), string(p.Pickup),
		p.Seller.Plain(), string(p.Condition),
	} {
		add(s)
	}
	var b [8]byte
	number := func(n int64) {
		for i := range b {
			b[i] = byte(n >> (8 * i))
		}
		d.Write(b[:])
	}
	for _, a := range [...]*money.Amount{&p.Price, &p.Low, &p.High, &p.Reference, &p.Member, &p.Coupon, &p.PerMonth, &p.Shipping, &p.UnitPrice} {
		if a.Known() {
			number(a.Micros())
			add(string(a.Currency()))
		} else {
			d.WriteByte(0xFE)
		}
	}
	for _, c := range [...]market.Count{p.StockCount, p.DeliveryDays, p.WarrantyMonths, p.ReturnsDays, market.CountOf(int64(o.Trust.Needs))} {
		if n, known := c.Get(); known {
			number(n)
		} else {
			d.WriteByte(0xFE)
		}
	}
	if !o.Trust.DecidedAt.IsZero() {
		number(o.Trust.DecidedAt.UnixNano())
	}
	for _, s := range p.Services {
		add(s.Plain())
	}
	sum := d.Sum64()
	for id, c := range p.BranchStock {
		n, known := c.Get()
		sum += maphash.Comparable(h.Seed, branch{id, n, known})
	}
	return max(sum, 1)
}

type branch struct {
	id    string
	n     int64
	known bool
}
