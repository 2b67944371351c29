package storetest

import (
	"errors"
	"testing"

	"pricegap/market"
	"pricegap/store"
)

func testAgain(t *testing.T, s store.Store) {
	o, held := Observe("acme", 1, At(0), 100), Quarantined(Observe("acme", 2, At(0), 5))
	bare := market.Observation{Source: "acme", Listing: "acme:9", SeenAt: At(0), Trust: market.Trust{State: market.Trusted}}
	record(t, s, o, held, bare, Refused(Observe("acme", 3, At(0), 7)))
	sight := func(l market.ListingID, h int) market.Sighting {
		return market.Sighting{Listing: l, SeenAt: At(h), Run: "later"}
	}
	must(t, s.Again(t.Context(), "acme", sight(o.Listing, 1), sight(o.Listing, 2), sight(o.Listing, 2), sight(held.Listing, 1), sight("acme:none", 1)))
	must(t, s.Again(t.Context(), "zoon", sight(o.Listing, 5)))
	later := func(o market.Observation, h int) market.Observation {
		o.SeenAt, o.Run = At(h), "later"
		return o
	}
	diff(t, "history", []market.Observation{o, later(o, 1), later(o, 2)}, history(t, s, o.Listing))
	diff(t, "what is held stays so", []market.Observation{held, later(held, 1)}, history(t, s, held.Listing))
	diff(t, "sightings", []market.Sighting{
		{Listing: o.Listing, SeenAt: At(2), Run: "later", Page: o.Page, Trust: market.Trusted, Priced: true},
		{Listing: held.Listing, SeenAt: At(1), Run: "later", Page: held.Page, Trust: market.Quarantined, Priced: true},
		{Listing: bare.Listing, SeenAt: At(0), Trust: market.Trusted},
	}, all(t, s.Sightings(t.Context(), "acme")))
	if cs := changes(t, s, 4); len(cs) != 0 {
		t.Errorf("seen again is no change: %v", cs)
	}
	if err := s.Again(t.Context(), "acme", market.Sighting{Listing: o.Listing}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a sighting without a time: %v", err)
	}
}
