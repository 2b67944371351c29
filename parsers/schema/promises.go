package schema

import (
	"strings"

	"pricegap/market"
	"pricegap/market/money"
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
		if no, _ := m.page.Text(d, "doesNotShip"); !m.here(d) || strings.EqualFold(structured.Short(no), "true") {
			continue
		}
		for _, r := range d.All("shippingRate") {
			a, t, w := m.fee(d, r, m.currency(it))
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

// fee reads a shipping rate, an item or a bare value; unlike a price it may be nought. What is free only from a sum
// on is not free.
func (m *mapper) fee(d *structured.Item, rate structured.Value, currency string) (a money.Amount, text, where string) {
	v, where := rate, d.Place("shippingRate", rate)
	if rate.Item != nil {
		r := m.page.Follow(rate.Item)
		if c, _ := m.page.Text(r, "currency", "priceCurrency"); c != "" {
			currency = c
		}
		vs := append(r.All("value"), r.All("price")...)
		if len(vs) == 0 {
			return a, "", ""
		}
		v, where = vs[0], r.Place("value", vs[0])
	}
	a = m.read(v, currency).Fee()
	if a.Sign() == 0 && len(d.All("freeShippingThreshold")) > 0 {
		return money.Amount{}, "", ""
	}
	return a, v.Text, where
}

// currency returns the currency of an offer, or of the first offer of a product.
func (m *mapper) currency(it *structured.Item) string {
	c, _ := m.page.Text(it, "priceCurrency")
	for _, o := range m.offerItems(it) {
		if c != "" {
			break
		}
		c, _ = m.page.Text(o, "priceCurrency")
	}
	return c
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
