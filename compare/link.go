package compare

import (
	"net/url"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
)

// Shown returns the price to show: on our VAT basis, else as the page states it.
func (p Position) Shown() money.Amount {
	if p.Price.Known() {
		return p.Price
	}
	return p.Seen.Offer.Price
}

// Link returns the address of the page behind the position; see the function Link.
func (p Position) Link() string { return Link(p.Seen) }

// Link returns the web address of an observation without user and password; "" where there is none that a
// browser should open.
func Link(o market.Observation) string {
	raw := o.Offer.URL
	if raw == "" {
		raw = o.Page
	}
	if !strings.HasPrefix(raw, "http") {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	u.User = nil
	return u.String()
}
