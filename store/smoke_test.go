package store_test

import (
	"testing"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest"
)

func TestSmoke(t *testing.T) {
	s, err := store.Open(t.Context(), "bolt:"+t.TempDir()+"/p.db")
	if err != nil {
		t.Fatal(err)
	}
	for h := range 10 {
		cs, err := s.Record(t.Context(), storetest.Observe("zoon", 1, storetest.At(h), int64(1000+h/3)), storetest.Observe("acme", 1, storetest.At(h), 5))
		t.Log(len(cs), err)
	}
	for o, err := range s.Latest(t.Context(), store.Query{}) {
		t.Log(o.Listing, o.SeenAt, o.Offer.Price, o.Run, err)
	}
	for o, err := range s.Latest(t.Context(), store.Query{AsOf: storetest.At(4)}) {
		t.Log(o.Listing, o.SeenAt, o.Offer.Price, o.Run, err)
	}
	for o, err := range s.History(t.Context(), market.ListingID("zoon:000001"), storetest.At(2), storetest.At(7)) {
		t.Log(o.Listing, o.SeenAt, o.Offer.Price, o.Run, err)
	}
	for c, err := range s.Changes(t.Context(), 1) {
		t.Log(c.Seq, c.Before.Offer.Price, c.After.Offer.Price, err)
	}
	t.Log(s.Info(t.Context()))
	if err := s.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
