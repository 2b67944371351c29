package visible_test

import (
	"testing"

	"pricegap/parsers/visible"
)

// TestReference: a struck sum of another product, of the frame or of the cart is not the former price of this one.
func TestReference(t *testing.T) {
	for block, want := range map[string]string{
		`<del>€ 199,95</del> <p class="price">€ 129,95</p>` + buy: "199.95",
		`<p class="price">€ 129,95</p>` + buy + `</div><section class="related-products"><div class="tile"><a href="/p/1">Borenset</a> <del>€ 199,95</del></div></section><div>`: "",
		`<p class="price">€ 129,95</p>` + buy + `<div><h3><a href="/p/1">Borenset</a></h3><del>€ 199,95</del></div>`:                                                             "",
		`<p class="price">€ 129,95</p>` + buy + `<a href="/p/1">Borenset <del>€ 199,95</del></a>`:                                                                                "",
		`<p class="price">€ 129,95</p>` + buy + `<div><p>Anderen kochten ook</p><p>Borenset <del>€ 199,95</del></p></div>`:                                                       "",
		`<p class="price">€ 129,95</p>` + buy + `</div><div class="minicart"><del>€ 199,95</del></div><div>`:                                                                     "",
		`<p class="price">€ 129,95</p>` + buy + `</div><footer><del>€ 199,95</del></footer><div>`:                                                                                "",
		`<p class="price">€ 129,95</p><p>Huurprijs <del>€ 199,95</del></p>` + buy:                                                                                                "",
	} {
		p := read(t, product(block), visible.Known{})
		if o := p.Product().Offers[0]; decimal(o.Price) != "129.95" || decimal(o.Reference) != want {
			t.Errorf("%s: %s, %s, want %q\n%s", block, o.Price, o.Reference, want, reasons(p))
		}
	}
}
