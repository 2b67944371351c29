package visible_test

import (
	"testing"

	"pricegap/market"
	"pricegap/parsers/visible"
)

// TestLineAbove: a word amid the line above a price may be said of something else, so the next sum is not the price either; one
// that ends the line is its label.
func TestLineAbove(t *testing.T) {
	for line, want := range map[string]string{"Adviesprijs": "19.95", "Normale prijs:": "19.95", "Merk van het jaar": "", "Was van schapen": "", "Regular fit": ""} {
		p := read(t, product(`<p>`+line+`</p><p class="price">€ 49,95</p><p>Accu</p><p class="price">€ 19,95</p>`+buy), visible.Known{Names: []string{"Accu"}})
		got := p.Product()
		if o := got.Offers[0]; decimal(o.Price) != want || (got.Problem == market.FailPriceAmbiguous) != (want == "") {
			t.Errorf("%s: %s, %q, want %q\n%s", line, o.Price, got.Problem, want, reasons(p))
		}
	}
}
