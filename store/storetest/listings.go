package storetest

import (
	"cmp"
	"slices"
	"testing"

	"pricegap/market"
	"pricegap/store"
)

func testListings(t *testing.T, s store.Store) {
	refused := Observe("acme", 2, At(0), 100)
	refused.Trust = market.Trust{State: market.Refused, Reason: "jump"}
	b, a, c := Observe("zoon", 1, At(0), 100), refused, Observe("acme", 1, At(1), 100)
	record(t, s, b, a, c, Observe("acme", 1, At(2), 100))
	diff(t, "all", []market.ListingID{c.Listing, a.Listing, b.Listing}, all(t, s.Listings(t.Context())))
	diff(t, "of one source", []market.ListingID{b.Listing}, all(t, s.Listings(t.Context(), "zoon")))
	diff(t, "of nobody", []market.ListingID(nil), all(t, s.Listings(t.Context(), "nobody")))
	n := 0
	for id, err := range s.Listings(t.Context()) {
		must(t, err)
		n++
		record(t, s, market.Observation{Source: "mono", Listing: "mono/" + id, SeenAt: At(n), Trust: market.Trust{State: market.Trusted}})
	}
	if n < 3 || n > 6 { // those that came meanwhile may be told or not
		t.Errorf("%d listings while others came", n)
	}
}

// sorted is the ids of a model's listings by source and listing.
func (m *model) sorted() (out []market.ListingID) {
	for id := range m.byListing {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b market.ListingID) int {
		return cmp.Or(cmp.Compare(m.byListing[a][0].Source, m.byListing[b][0].Source), cmp.Compare(a, b))
	})
	return out
}
