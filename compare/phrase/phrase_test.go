package phrase

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestComplete: Dutch says all that English says.
func TestComplete(t *testing.T) {
	en, nl := spoken()["en"], spoken()["nl"]
	if a, b := slices.Sorted(maps.Keys(en.Numbers)), slices.Sorted(maps.Keys(nl.Numbers)); !slices.Equal(a, b) {
		t.Errorf("numbers: %v, and %v", a, b)
	}
	if a, b := slices.Sorted(maps.Keys(en.Plain)), slices.Sorted(maps.Keys(nl.Plain)); !slices.Equal(a, b) {
		t.Errorf("plain: %v, and %v", a, b)
	}
	if got := Number("warranty", 1)["nl"] + ", " + Number("warranty", 24)["en"] + ", " + Plain("no pick-up")["nl"]; got != "1 maand garantie, 24 months of warranty, geen afhalen" {
		t.Error(got)
	}
	if Number("rating", 460) != nil {
		t.Error("a rating is told as a plain number")
	}
}

// TestAdded adds a language as a file; one that says it wrongly is refused by name.
func TestAdded(t *testing.T) {
	english, err := files.ReadFile("en.json")
	if err != nil {
		t.Fatal(err)
	}
	with := func(german string) (map[string]words, error) {
		return read(fstest.MapFS{"en.json": {Data: english}, "de.json": {Data: []byte(german)}})
	}
	all, err := with(`{"numbers": {"returns": ["%d Tag Rückgabe", "%d Tage Rückgabe"]}}`)
	if err != nil || all["de"].Numbers["returns"][1] != "%d Tage Rückgabe" {
		t.Fatalf("%v, %v", all["de"], err)
	}
	for _, bad := range []string{
		`{"numbers": {"returns": ["ein Tag", "%d Tage"]}}`, `{"numbers": {"returns": ["%d Tag", "%d Tage zu 100 %"]}}`, `{"numbers": {"rückgabe": ["%d", "%d"]}}`,
		`{"plain": {"no pick-up": ""}}`, `{"plain": {"nein": "nein"}}`, `{"plane": {}}`, `{`,
	} {
		if _, err := with(bad); err == nil || !strings.Contains(err.Error(), "de.json") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
