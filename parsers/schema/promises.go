package schema

import (
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/price"
	"pricegap/parsers/structured"
)

// promises reads what a shop promises beside the price: delivery, returns, warranty. They may stand with the
// product or with the offer.
func (m *mapper) promises(it *structured.Item, f *filler) {
	m.shipping(it, f)
	m.returns(it, f)
	for _, w := range m.page.Items(it, "warranty") {
		n, text, where := m.span(w, "durationOfWarranty", "mon")
		f.count(&f.o.WarrantyMonths, market.FieldWarranty, n, text, where)
	}
	if n, text, where := m.span(it, "deliveryLeadTime", "day"); n >= 0 {
		f.count(&f.o.DeliveryDays, market.FieldDelivery, n, text, where)
	}
}

// shipping reads shippingDetails. Where they differ by country, only those of the locale's country count;
// where they still differ, the cost stays unknown.
func (m *mapper) shipping(it *structured.Item, f *filler) {
	var rate money.Amount
	var text, where string
	differ := false
	for _, d := range m.page.Items(it, "shippingDetails") {
		if !m.here(d) {
			continue
		}
		for _, r := range m.page.Items(d, "shippingRate") {
			a, t, w := m.fee(r)
			switch {
			case !a.Known():
			case !rate.Known():
				rate, text, where = a, t, w
			case rate != a:
				differ = true
			}
		}
		m.deliveryTime(d, f)
	}
	if !differ {
		f.amount(&f.o.Shipping, market.FieldShipping, rate, text, where)
	}
}

// fee reads a shipping rate; unlike a price it may be nought.
func (m *mapper) fee(r *structured.Item) (a money.Amount, text, where string) {
	cur, _ := m.page.Text(r, "currency", "priceCurrency")
	for _, v := range append(r.All("value"), r.All("price")...) {
		return price.Fee(v.Text, v.Number, cur, m.env.Locale), v.Text, r.Place("value", v)
	}
	return money.Amount{}, "", ""
}

// here reports whether shipping details hold for the country of the locale, as far as both are known.
func (m *mapper) here(d *structured.Item) bool {
	_, region, _ := strings.Cut(m.env.Locale.Language, "-")
	known := false
	for _, to := range m.page.Items(d, "shippingDestination") {
		for _, v := range to.All("addressCountry") {
			c := structured.Short(v.Text)
			if v.Item != nil {
				c, _ = m.page.Text(v.Item, "name")
			}
			if len(c) != 2 || region == "" {
				continue
			}
			if strings.EqualFold(c, region) {
				return true
			}
			known = true
		}
	}
	return !known
}

// deliveryTime adds handling and transit, each at its latest.
func (m *mapper) deliveryTime(d *structured.Item, f *filler) {
	for _, t := range m.page.Items(d, "deliveryTime") {
		handling, ht, _ := m.span(t, "handlingTime", "day")
		transit, tt, where := m.span(t, "transitTime", "day")
		if transit < 0 {
			continue
		}
		f.count(&f.o.DeliveryDays, market.FieldDelivery, transit+max(handling, 0), strings.TrimSpace(ht+" "+tt), where)
	}
}

// returns reads how many days a customer may bring a thing back.
func (m *mapper) returns(it *structured.Item, f *filler) {
	for _, r := range m.page.Items(it, "hasMerchantReturnPolicy") {
		if t, where := m.page.Text(r, "merchantReturnDays"); t != "" {
			if n, ok := wholeNumber(t).Get(); ok {
				f.count(&f.o.ReturnsDays, market.FieldReturns, n, t, where)
			}
		}
		if t, where := m.page.Text(r, "returnPolicyCategory"); structured.Short(t) == "MerchantReturnNotPermitted" {
			f.count(&f.o.ReturnsDays, market.FieldReturns, 0, t, where)
		}
	}
}
