package parsers_test

import (
	"testing"

	"pricegap/parsers"
)

// TestBrand: the brand in scripts counts where the page's name has it; one for machines comes without its label.
func TestBrand(t *testing.T) {
	for body, want := range map[string]string{
		`<script>d = {"brand":"Kolibri"}</script>`:                                                                     "Kolibri",
		`<script>d = {"brand":"Merel"}</script>`:                                                                       "",
		`<script>d = [{"brand":"Kolibri"},{"brand":"Boormachine"}]</script>`:                                           "",
		`<div itemscope itemtype="https://schema.org/Product"><p itemprop="brand">Alles van het merk: Merel</p></div>`: "Merel",
	} {
		res, err := newParser(t, "auto", "").Parse(parsers.NewDoc(input(parsers.RoleProduct, `<title>Boormachine Kolibri 18V</title><h1>Boormachine Kolibri 18V</h1><p class="price">€ 5,-</p>`+body)))
		if err != nil || res.Offers[0].Brand.Plain() != want {
			t.Errorf("%s: %q, %v", body, res.Offers[0].Brand.Plain(), err)
		}
	}
}
