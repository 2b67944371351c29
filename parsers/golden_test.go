package parsers_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/parsers/known"
)

var update = flag.Bool("update", false, "rewrite the expected results in testdata")

// TestPages reads every page in testdata/<parser>/ with that parser and compares what it says with
// <page>.want.json. A new parser needs a folder with its name and no line of test code.
func TestPages(t *testing.T) {
	folders, err := filepath.Glob("testdata/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no folders in testdata: %v", err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		if name == "fuzz" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			pages, err := filepath.Glob(filepath.Join(folder, "*.page.*"))
			if err != nil || len(pages) == 0 {
				t.Fatalf("no pages: %v", err)
			}
			for _, page := range pages {
				base, _, _ := strings.Cut(page, ".page.")
				t.Run(filepath.Base(base), func(t *testing.T) { checkPage(t, page) })
			}
		})
	}
}

func checkPage(t *testing.T, page string) {
	c, err := known.Open(os.DirFS("."), page)
	if err != nil {
		t.Fatal(err)
	}
	said, err := c.Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range said.Offers {
		checkEvidence(t, o)
	}
	got, err := known.JSON(said)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(c.Want, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(c.Want)
	if err != nil {
		t.Fatalf("%v; write it with go test ./parsers -run TestPages -update, and read it", err)
	}
	if d := cmp.Diff(string(old), string(got)); d != "" {
		t.Errorf("what the page says (-want +got):\n%s", d)
	}
}

// checkEvidence fails where a field is known and nobody says from where.
func checkEvidence(t *testing.T, o market.Offer) {
	t.Helper()
	for _, f := range o.Differs(market.Offer{}) {
		if o.Evidence[f].Reader == "" {
			t.Errorf("%s has no evidence in %+v", f, o)
		}
	}
}
