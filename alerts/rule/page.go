package rule

import (
	"net/url"
	"strings"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// page returns the address that staff may look at: the canonical one where it is on the host that answered,
// since a page may claim any address as its own; else the one that answered.
func page(o *market.Observation) string {
	canonical := o.Offer.URL
	switch {
	case o.Page == "" || canonical == "":
		return o.Page + canonical
	case o.Page == canonical:
		return canonical
	}
	a, err := url.Parse(o.Page)
	b, err2 := url.Parse(canonical)
	if err == nil && err2 == nil && strings.EqualFold(a.Host, b.Host) {
		return canonical
	}
	return o.Page
}

// gap returns theirs minus ours, and the same in hundredths of a percent of ours; unknown where either is.
func gap(ours, theirs money.Amount) (money.Amount, market.Count) {
	if !ours.Known() || !theirs.Known() {
		return money.Amount{}, market.Count{} // so most often; an error costs more
	}
	d, err := theirs.Sub(ours)
	if err != nil {
		return money.Amount{}, market.Count{}
	}
	bp, err := theirs.BasisPoints(ours)
	if err != nil {
		return d, market.Count{}
	}
	return d, market.CountOf(bp)
}

// atLeast reports whether a known amount is at least the limit, and whether that can be said at all; an
// unknown limit is always reached.
func atLeast(a, limit money.Amount) (reached, known bool) {
	if !limit.Known() {
		return true, true
	}
	c, err := a.Cmp(limit)
	return c >= 0, err == nil
}

// unseen reports whether nothing can be said about a position for now: nothing is known, or it is stale.
func unseen(p *compare.Position) bool {
	return p.Seen.Listing == "" || p.Stale || p.NotBecause == compare.Stale
}

// gone reports whether a position is so old that it is compared with nothing any more: what was said of it is
// over, since nobody can stand by it.
func gone(p *compare.Position) bool { return p.NotBecause == compare.TooOld }

// unlike reports whether a position is known to be about something else than what we sell, or somebody said that its price is wrong.
func unlike(p *compare.Position) bool {
	switch p.NotBecause {
	case compare.Currency, compare.VAT, compare.Condition, compare.Variant, compare.Equivalent, compare.Disputed:
		return true
	}
	return p.Listing == ""
}
