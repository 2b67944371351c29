package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"pricegap/market"
	"pricegap/store"
)

// TestHarnessFormerDamaged damages pages of files of the former schemas, one at a time, all of it or a bit: who
// opens such a file gets all that was in it or an error, upon which the file is as it was, and what is salvaged was there. At its full
// figure it damages each page.
func TestHarnessFormerDamaged(t *testing.T) {
	for schema := 1; schema <= 5; schema++ {
		t.Run(fmt.Sprint(schema), func(t *testing.T) {
			t.Parallel()
			rnd := seeded(t)
			whole := golden(t, fmt.Sprintf("schema%d.db.gz", schema))
			truth, listings := former(t, whole)
			pages := len(whole)/pageBytes - 2
			step := max(1, pages/8)
			if os.Getenv("PRICEGAP_HARNESS") == "prove" {
				step = 1
			}
			opened, most := 0, 0
			for page := 2; page < pages+2; page += step {
				hurt := bytes.Clone(whole)
				if at := page * pageBytes; page/step%2 == 0 {
					clear(hurt[at : at+pageBytes])
				} else {
					hurt[at+rnd.IntN(pageBytes)] ^= 1 << rnd.IntN(8)
				}
				what := fmt.Sprintf("page %d", page)
				if upgraded(t, what, hurt, truth, listings) {
					opened++
				}
				got, report := salvageOf(t, hurt, listings)
				got.among(t, what, truth)
				if len(got.observations) < len(truth.observations) && len(report.Lost) == 0 {
					t.Errorf("%s: %d of %d observations, and nobody says so", what, len(got.observations), len(truth.observations))
				}
				for seq, v := range got.changes {
					if schema < 3 && truth.changes[seq] != v { // of later schemas the numbers stand elsewhere, and may be lost
						t.Errorf("%s: change %d is another", what, seq)
					}
				}
				if got.cursor > truth.cursor {
					t.Errorf("%s: the cursor stands at %d, before at %d", what, got.cursor, truth.cursor)
				}
				most = max(most, len(got.observations))
			}
			t.Logf("%d of %d damaged files are whole all the same", opened, (pages+step-1)/step)
			if most != len(truth.observations) {
				t.Errorf("at best %d of %d observations are salvaged", most, len(truth.observations))
			}
		})
	}
}

// former returns what is in a sound file, and of which listings.
func former(t *testing.T, whole []byte) (truth holding, listings []market.ListingID) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "prices.db"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openBolt(t, dir)
	defer s.Close()
	for id, err := range s.Listings(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		listings = append(listings, id)
	}
	if truth = holdingOf(t, s, listings); len(truth.observations) == 0 {
		t.Fatal("nothing is in it")
	}
	return truth, listings
}

// upgraded opens a damaged file, and reports whether that went well: then all is in it.
func upgraded(t *testing.T, what string, hurt []byte, truth holding, listings []market.ListingID) bool {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "prices.db")
	if err := os.WriteFile(path, hurt, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), path)
	if err != nil {
		if !errors.Is(err, store.ErrCorrupt) && !errors.Is(err, store.ErrIncomplete) {
			t.Errorf("%s: Open: %v, want ErrCorrupt", what, err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, hurt) {
			t.Errorf("%s: the file was touched, %v", what, err)
		}
		return false
	}
	defer s.Close()
	got := holdingOf(t, s, listings)
	if !maps.Equal(got.observations, truth.observations) || !maps.Equal(got.runs, truth.runs) || !maps.Equal(got.changes, truth.changes) || got.cursor != truth.cursor {
		t.Errorf("%s: it opens with %d of %d observations, or with others", what, len(got.observations), len(truth.observations))
	}
	return true
}
