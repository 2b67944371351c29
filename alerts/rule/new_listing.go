package rule

import (
	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
)

func init() { register("new_listing", newNewListing) }

// newListingOptions are the options of the rule "new_listing": there are none.
type newListingOptions struct{}

// newListing tells that a rival begins to sell a product of ours: a listing that was never seen at a shop of which all was
// seen before. What is found when a shop is first crawled is no news, nor is another seller in the place of one.
type newListing struct{}

func newNewListing(newListingOptions) (alerts.Rule, error) { return newListing{}, nil }

// Judge implements alerts.Rule.
func (newListing) Judge(e *alerts.Event) []alerts.Finding {
	i, ok := changed(e)
	if !ok || i == ours || !e.Familiar || e.Former.Listing != "" || !e.Change.First() || e.Change.After.Trust.State != market.Trusted {
		return nil
	}
	p := at(&e.Standing, i)
	if unlike(p) || unseen(p) || gone(p) {
		return nil
	}
	return []alerts.Finding{finding(&e.Standing, p, compare.Shelf, alerts.Happened)}
}
