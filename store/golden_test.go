package store_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest"
)

// TestSchema1 opens a file of the first schema: it is read as it was, goes on as one of this schema, and is sound.
func TestSchema1(t *testing.T) {
	t.Parallel()
	packed, err := os.Open("testdata/schema1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "prices.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	a := storetest.Observe("acme", 1, storetest.At(1), 100)
	held := storetest.Quarantined(storetest.Observe("acme", 2, storetest.At(1), 5000))
	want := []market.Sighting{
		{Listing: a.Listing, SeenAt: a.SeenAt, Run: a.Run, Page: a.Page, Trust: market.Trusted, Priced: true},
		{Listing: held.Listing, SeenAt: held.SeenAt, Run: held.Run, Page: held.Page, Trust: market.Quarantined, Priced: true},
	}
	for round := range 2 { // before and after it was written to
		s, err := store.Open(t.Context(), "bolt:"+path)
		if err != nil {
			t.Fatal(err)
		}
		var got []market.Sighting
		for g, err := range s.Sightings(t.Context(), "acme") {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, g)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d: %s", round, diff)
		}
		at := storetest.At(2 + round)
		if err := s.Again(t.Context(), "acme", market.Sighting{Listing: a.Listing, SeenAt: at, Run: "next"}); err != nil {
			t.Fatal(err)
		}
		want[0].SeenAt, want[0].Run = at, "next"
		dearer := storetest.Observe("acme", 2, at, 5000)
		changes, err := s.Record(t.Context(), dearer)
		if err != nil || len(changes) != 1-round {
			t.Errorf("round %d: changes %v, %v", round, changes, err)
		}
		want[1] = market.Sighting{Listing: dearer.Listing, SeenAt: at, Run: dearer.Run, Page: dearer.Page, Trust: market.Trusted, Priced: true}
		if err := s.Verify(t.Context()); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		if info, err := s.Info(t.Context()); err != nil || info.Schema != 2 {
			t.Errorf("round %d: %+v, %v", round, info, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
