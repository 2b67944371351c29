package storetest

import (
	"errors"
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

func testImport(t *testing.T, s store.Store) {
	imports := func(name string, kept, changes int, obs ...market.Observation) {
		t.Helper()
		k, c, err := s.Import(t.Context(), obs...)
		if k != kept || c != changes || err != nil {
			t.Errorf("%s: %d kept, %d changes, %v; want %d and %d", name, k, c, err, kept, changes)
		}
	}
	a, b, other := Observe("acme", 1, At(1), 100), Observe("acme", 1, At(3), 200), Observe("acme", 1, At(3), 300)
	imports("nothing", 0, 0)
	imports("two rows of one second", 2, 2, a, b, other)
	imports("again", 0, 0, a, b, other)
	imports("what repeats, what is late, what is late and known", 3, 1, Observe("acme", 1, At(4), 200), Observe("acme", 1, At(2), 150), a, Observe("acme", 2, At(0), 1))
	diff(t, "history", []market.Observation{a, Observe("acme", 1, At(2), 150), b, Observe("acme", 1, At(4), 200)}, history(t, s, a.Listing))
	if n := len(changes(t, s, 0)); n != 3 {
		t.Errorf("%d changes in the log, want 3", n)
	}
	bad := a
	bad.Source = ""
	if k, c, err := s.Import(t.Context(), Observe("acme", 3, At(0), 1), bad); k != 0 || c != 0 || !errors.Is(err, store.ErrInvalid) {
		t.Errorf("one that no store keeps: %d kept, %d changes, %v", k, c, err)
	}
	diff(t, "of a call that failed", []market.Observation(nil), history(t, s, Observe("acme", 3, At(0), 1).Listing))
}
