package export

import (
	"net/url"
	"strings"

	"pricegap/compare"
	"pricegap/market"
)

// link is the address of the page behind a position, as address.
func link(p *compare.Position) string { return address(&p.Seen) }

// address is the web address of an observation, without user and password; "" where there is none that a
// browser should open.
func address(o *market.Observation) string {
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
