package store_test

import (
	"path/filepath"
	"testing"

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
