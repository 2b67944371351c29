package rule

import (
	"strings"

	"pricegap/alerts"
	"pricegap/market"
)

func init() { register("seller_changed", newSellerChanged) }

// sellerChangedOptions are the options of the rule "seller_changed": there are none.
type sellerChangedOptions struct{}

// sellerChanged tells that another seller stands on a rival's page: perhaps no longer the shop itself, with which a price may
// be matched. Both must be named.
type sellerChanged struct{}

func newSellerChanged(sellerChangedOptions) (alerts.Rule, error) { return sellerChanged{}, nil }

// Judge implements alerts.Rule.
func (sellerChanged) Judge(e alerts.Event) []alerts.Finding {
	return happened(&e, func(m move) alerts.Holds {
		if m.own || m.was.Seller == "" || m.now.Seller == "" || strings.EqualFold(m.was.Seller, m.now.Seller) {
			return alerts.No
		}
		return alerts.Happened
	}, func(m move, f *market.Facts) {
		f.SellerBefore, f.Seller = market.NewText(m.was.Seller), market.NewText(m.now.Seller)
	})
}
