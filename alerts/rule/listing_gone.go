package rule

import (
	"pricegap/alerts"
	"pricegap/alerts/formula"
	"pricegap/compare"
	"pricegap/market"
)

func init() { register("listing_gone", newListingGone) }

// listingGoneOptions are the options of the rule "listing_gone": there are none.
type listingGoneOptions struct{}

// listingGone tells that a rival no longer sells a product: its page has ended for good, or says that it is out of the
// assortment. A page that cannot be had for another reason says nothing.
type listingGone struct{}

func newListingGone(listingGoneOptions) (alerts.Rule, error) { return listingGone{}, nil }

// Judge implements alerts.Rule.
func (listingGone) Judge(e *alerts.Event) []alerts.Finding {
	for i := range e.Standing.Rivals {
		p := &e.Standing.Rivals[i]
		if e.Gone == "" || p.Listing != e.Gone || unlike(p) {
			continue
		}
		f := finding(&e.Standing, &compare.Position{Source: p.Source, Name: p.Name}, compare.Shelf, alerts.Happened)
		return []alerts.Finding{saying(f, func(f *market.Facts) {
			f.Theirs.URL, f.EndedAt = formula.Page(&p.Seen), e.Now // what it asked is no longer so
		})}
	}
	return happened(e, func(m move) alerts.Holds {
		if m.own || m.now.Stock != market.StockDiscontinued || m.was.Stock == market.StockDiscontinued {
			return alerts.No
		}
		return alerts.Happened
	}, func(move, *market.Facts) {})
}
