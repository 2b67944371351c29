package facts_test

import (
	"maps"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/parsers/facts"
)

// TestRead: a label with its value, in one line or in two, of the kind that the label names.
func TestRead(t *testing.T) {
	for text, want := range map[string]map[market.Field]string{
		"Artikelnummer: 55-7712":                  {market.FieldSKU: "55-7712"},
		"EAN\n4006381333931":                      {market.FieldGTIN: "4006381333931"},
		"EAN: 4006381333931.":                     {market.FieldGTIN: "4006381333931"},
		"EAN: 4006381333932":                      nil, // its check digit is wrong
		"Modelnummer\nHMP 2000":                   {market.FieldMPN: "HMP 2000"},
		"Modelnummer\nzie de doos onder de kap 5": {},
		"Modèle : KB-18":                          {market.FieldMPN: "KB-18"},
		"Merk: 7 Zeeën van Lampen":                {market.FieldBrand: "7 Zeeën van Lampen"},
		"Merk: 1978":                              nil, // a year
		"Merk\nalle lampen van dit merk bekijk je hier in de winkel": nil,
		"Ražotāja kods\n175004 5066":                                 {market.FieldMPN: "175004 5066"},
		"SKU: A-100\nSKU: A-200":                                     nil, // two
		"Prijs: 5,00":                                                nil,
	} {
		got := map[market.Field]string{}
		for f, s := range facts.Read(text) {
			got[f] = s.Text
			if s.Where == "" {
				t.Errorf("%q: %s has no place", text, f)
			}
		}
		if len(got)+len(want) > 0 && !maps.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestSent: the number under which a product is bought counts where the page's address names it.
func TestSent(t *testing.T) {
	for body, want := range map[string]string{
		`<input type="hidden" name="product_id" value="884412">`: "884412",
		`<button data-sku="884412">`:                             "884412",
		`<input type="hidden" name="product_id" value="112233">`: "",
		`<input type="text" name="product_id" value="884412">`:   "",
		`<button data-colour="884412">`:                          "",
	} {
		root, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for n := range root.Descendants() {
			if s, ok := facts.Sent(n, "https://lampen.example/p/zefier/884412"); ok {
				got = s.Text
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
