package chronicle_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest"
	"pricegap/watch/chronicle"
)

// TestRun: of a run are told those observations alone that changed something, each with what was before.
func TestRun(t *testing.T) {
	s, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	record := func(source market.SourceID, n, hour int, cents int64, run market.RunID) {
		o := storetest.Observe(source, n, storetest.At(hour), cents)
		o.Run = run
		if _, err := s.Record(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	record("acme", 1, 0, 100, "a")
	record("acme", 2, 0, 100, "a")
	record("acme", 1, 1, 100, "b") // as before
	record("acme", 2, 2, 90, "b")
	record("acme", 3, 3, 70, "b")
	record("zoon", 1, 3, 80, "b")
	record("acme", 2, 4, 80, "c")
	if err := s.PutMatches(t.Context(), market.Match{Product: "1001", Listing: "acme:000002", Decision: market.Accept}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutRun(t.Context(), market.Run{ID: "d", Source: "acme", StartedAt: storetest.At(5), EndedAt: storetest.At(6), Outcome: market.RunDone}); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]chronicle.Query{
		"nobody's":           {Run: "x"},
		"another's":          {Run: "c", Sources: []market.SourceID{"zoon"}},
		"another's, no news": {Run: "d", Sources: []market.SourceID{"zoon"}},
	} {
		var last error
		for _, err := range chronicle.Observations(t.Context(), s, q, nil) {
			last = err
		}
		if !errors.Is(last, chronicle.ErrUnknownRun) {
			t.Errorf("%s: %v, want ErrUnknownRun", name, last)
		}
	}
	for name, tt := range map[string]struct {
		q    chronicle.Query
		want []string
	}{
		"one source":    {chronicle.Query{Run: "b", Sources: []market.SourceID{"acme"}}, []string{"1001 acme:000002 100→90", " acme:000003 –→70"}},
		"all sources":   {chronicle.Query{Run: "b"}, []string{"1001 acme:000002 100→90", " acme:000003 –→70", " zoon:000001 –→80"}},
		"of a while":    {chronicle.Query{Run: "b", From: storetest.At(2), To: storetest.At(3)}, []string{"1001 acme:000002 100→90"}},
		"of a product":  {chronicle.Query{Run: "b", Products: []market.ProductID{"1001"}}, []string{"1001 acme:000002 100→90"}},
		"nothing new":   {chronicle.Query{Run: "d", Sources: []market.SourceID{"acme"}}, nil},
		"the first one": {chronicle.Query{Run: "a"}, []string{" acme:000001 –→100", "1001 acme:000002 –→100"}},
	} {
		var products []market.Product
		for _, id := range tt.q.Products {
			products = append(products, market.Product{ID: id})
		}
		var got []string
		for p, err := range chronicle.Observations(t.Context(), s, tt.q, products) {
			if err != nil {
				t.Fatal(err)
			}
			was := "–"
			if p.Before.Listing != "" {
				was = fmt.Sprint(p.Before.Offer.Price.Micros() / 10_000)
			}
			got = append(got, fmt.Sprintf("%s %s %s→%d", p.Product, p.Observation.Listing, was, p.Observation.Offer.Price.Micros()/10_000))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
