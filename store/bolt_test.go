package store_test

import (
	"path/filepath"
	"slices"
	"testing"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/segment"
	"pricegap/store/storetest"
)

// openBolt is the storetest.Opener of the bolt engine.
func openBolt(t testing.TB, dir string) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), "bolt:"+filepath.Join(dir, "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBoltSealed holds the contract where nearly everything stands in segments and bases.
func TestBoltSealed(t *testing.T) {
	for name, l := range map[string]segment.Limits{
		"at once":      {Observations: 1, Batches: 1, Few: 1, Runs: 2},
		"now and then": {Observations: 7, Batches: 3, Few: 4, Runs: 3},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t testing.TB, dir string) store.Store {
				t.Helper()
				s, err := store.OpenLimited(t.Context(), filepath.Join(dir, "prices.db"), l)
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
	}
}

func TestBolt(t *testing.T) { storetest.Run(t, openBolt) }

// TestSizes holds what records are said to take against the file.
func TestSizes(t *testing.T) {
	t.Parallel()
	s := openBolt(t, t.TempDir())
	defer s.Close()
	for h := range 20 {
		var obs []market.Observation
		for n := range 500 {
			obs = append(obs, storetest.Observe("acme", n, storetest.At(h), int64(100+h)))
		}
		if _, err := s.Record(t.Context(), obs...); err != nil {
			t.Fatal(err)
		}
	}
	big := make([]byte, 1<<16)
	if err := s.PutState(t.Context(), "big", big); err != nil {
		t.Fatal(err)
	}
	i, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var sum, history int64
	for kind, n := range i.Sizes {
		if sum += n; slices.Contains(store.HistorySizes, kind) {
			history += n
		}
	}
	if sum > i.Bytes-i.Free || i.Sizes["state"] < int64(len(big)) || i.PerObservation() != 100*history/10_000 || i.PerObservation() < 100 {
		t.Errorf("%d bytes, of which %d are free, are held by %v, %d.%02d for an observation", i.Bytes, i.Free, i.Sizes, i.PerObservation()/100, i.PerObservation()%100)
	}
}
