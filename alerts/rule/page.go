package rule

import (
	"pricegap/compare"
	"pricegap/market/money"
)

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
