package schema

import (
	"slices"

	"pricegap/market"
)

// Fill gives to every field that is unknown in to the value that from knows, with its evidence. Amounts come
// over only in the currency of to's price. A price or a range that to knows keeps from's price, range and VAT out.
func Fill(to *market.Offer, from market.Offer) {
	if to.Evidence == nil {
		to.Evidence = map[market.Field]market.Evidence{}
	}
	f := merge{to, from.Evidence}
	fill(f, market.FieldURL, &to.URL, from.URL)
	fill(f, market.FieldSKU, &to.SKU, from.SKU)
	fill(f, market.FieldGTIN, &to.GTIN, from.GTIN)
	fill(f, market.FieldMPN, &to.MPN, from.MPN)
	fill(f, market.FieldBrand, &to.Brand, from.Brand)
	fill(f, market.FieldName, &to.Title, from.Title)
	fill(f, market.FieldCategory, &to.Category, from.Category)
	fill(f, market.FieldVariant, &to.Variant, from.Variant)
	fill(f, market.FieldImage, &to.Image, from.Image)
	f.money(from)
	fill(f, market.FieldAvailability, &to.Stock, from.Stock)
	fill(f, market.FieldStockCount, &to.StockCount, from.StockCount)
	if !to.DeliveryDays.Known() && !to.DeliveryText.Known() {
		to.DeliveryText = from.DeliveryText
		f.take(market.FieldDelivery)
		fill(f, market.FieldDelivery, &to.DeliveryDays, from.DeliveryDays)
	}
	fill(f, market.FieldPickup, &to.Pickup, from.Pickup)
	fill(f, market.FieldSeller, &to.Seller, from.Seller)
	fill(f, market.FieldCondition, &to.Condition, from.Condition)
	fill(f, market.FieldWarranty, &to.WarrantyMonths, from.WarrantyMonths)
	fill(f, market.FieldReturns, &to.ReturnsDays, from.ReturnsDays)
	if len(to.Services) == 0 && len(from.Services) > 0 {
		to.Services = slices.Clone(from.Services)
		f.take(market.FieldServices)
	}
	if !to.Rating.Known() {
		to.RatingCount = from.RatingCount
	}
	fill(f, market.FieldRating, &to.Rating, from.Rating)
}

type merge struct {
	to *market.Offer
	ev map[market.Field]market.Evidence
}

func (f merge) take(field market.Field) {
	if e, ok := f.ev[field]; ok {
		f.to.Evidence[field] = e
	}
}

func fill[T comparable](f merge, field market.Field, to *T, from T) {
	var none T
	if *to == none && from != none {
		*to = from
		f.take(field)
	}
}

// money fills the amounts.
func (f merge) money(from market.Offer) {
	to := f.to
	if !to.Price.Known() && !to.Low.Known() {
		fill(f, market.FieldPrice, &to.Price, from.Price)
		fill(f, market.FieldLowPrice, &to.Low, from.Low)
		fill(f, market.FieldHighPrice, &to.High, from.High)
		fill(f, market.FieldVAT, &to.VAT, from.VAT)
		f.take(market.FieldCurrency)
	}
	cur := to.Price.Currency()
	if cur == "" {
		cur = to.Low.Currency()
	}
	if from.Price.Known() && from.Price == to.Price {
		fill(f, market.FieldVAT, &to.VAT, from.VAT)
		if _, ok := to.Evidence[market.FieldCurrency]; !ok {
			f.take(market.FieldCurrency)
		}
	}
	if from.Reference.Currency() == cur {
		fill(f, market.FieldReference, &to.Reference, from.Reference)
	}
	if from.Member.Currency() == cur {
		fill(f, market.FieldMember, &to.Member, from.Member)
	}
	if from.Coupon.Currency() == cur {
		fill(f, market.FieldCoupon, &to.Coupon, from.Coupon)
	}
	if from.PerMonth.Currency() == cur || cur == "" {
		fill(f, market.FieldPerMonth, &to.PerMonth, from.PerMonth)
	}
	if from.Shipping.Currency() == cur {
		fill(f, market.FieldShipping, &to.Shipping, from.Shipping)
	}
	if from.UnitPrice.Currency() == cur && !to.UnitPrice.Known() {
		to.Unit = from.Unit
		fill(f, market.FieldUnitPrice, &to.UnitPrice, from.UnitPrice)
	}
}
