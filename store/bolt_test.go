package store_test

import (
	"path/filepath"
	"testing"

	"pricegap/store"
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

func TestBolt(t *testing.T) { storetest.Run(t, openBolt) }
