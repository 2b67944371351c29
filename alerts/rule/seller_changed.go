package rule

import (
	"strings"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
)

func init() { register("seller_changed", newSellerChanged) }

// sellerChangedOptions are the options of the rule "seller_changed": there are none.
type sellerChangedOptions struct{}

// sellerChanged tells that another seller stands on a rival's page: perhaps no longer the shop itself, with which a price may
// be matched. Both must be named. Sellers side by side are no news, and neither is who of them stands first.
type sellerChanged struct{}

func newSellerChanged(sellerChangedOptions) (alerts.Rule, error) { return sellerChanged{}, nil }

// Judge implements alerts.Rule.
func (sellerChanged) Judge(e *alerts.Event) []alerts.Finding {
	i, ok := changed(e)
	if !ok || i == ours || e.Standing.Product.ID == "" || e.Change.After.Trust.State != market.Trusted {
		return nil
	}
	p, was := at(&e.Standing, i), e.Former.Offer.Seller
	if o, ok := old(e); ok && e.Former.Listing == "" {
		was = o.Offer.Seller
	}
	now := e.Change.After.Offer.Seller
	if unlike(p) || unseen(p) || gone(p) || !was.Known() || !now.Known() || strings.EqualFold(was.Plain(), now.Plain()) {
		return nil
	}
	f := finding(&e.Standing, p, compare.Shelf, alerts.Happened)
	return []alerts.Finding{saying(f, func(f *market.Facts) { f.SellerBefore, f.Seller = was, now })}
}
