package visible_test

import (
	"testing"

	"pricegap/parsers/visible"
)

// TestTold: the lower of two prices is the one now where nothing else is said of it; what is said of it in the line below, or by its
// name, leaves it open or makes it one of another kind.
func TestTold(t *testing.T) {
	const two = `<p class="price">€ 24,95</p><p class="price">€ 19,95</p>`
	for block, want := range map[string][2]string{
		two: {"19.95", "24.95"},
		two + `<p>voor leden van onze spaarclub</p>`:                                                {},
		two + `<p>te betalen in drie gelijke termijnen</p>`:                                         {},
		two + `<p>als je ook een set borden koopt</p>`:                                              {},
		two + `<p>Prijs inclusief btw</p>`:                                                          {"19.95", "24.95"},
		two + `<p>Op voorraad in ons magazijn</p>`:                                                  {"19.95", "24.95"},
		two + `<p>Voor 23:59 besteld, morgen in huis</p>`:                                           {"19.95", "24.95"},
		two + `<p>Gratis verzending</p>`:                                                            {"19.95", "24.95"},
		two + `<p>Je bespaart € 5,00</p>`:                                                           {"19.95", "24.95"},
		two + buy + `<p>te betalen in drie gelijke delen</p>`:                                       {"19.95", "24.95"},
		`<span class="regular-price">€ 24,95</span> <span class="member-price">€ 19,95</span>`:      {"24.95", ""},
		`<span class="price">€ 24,95</span> <span class="price price--subscription">€ 19,95</span>`: {"24.95", ""},
		`<p class="price">€ 24,95</p><div class="loyaltyClub"><p class="price">€ 19,95</p></div>`:   {"24.95", ""},
	} {
		p := read(t, product(block+buy), visible.Known{})
		if o := p.Product().Offers[0]; decimal(o.Price) != want[0] || decimal(o.Reference) != want[1] {
			t.Errorf("%s\n%s, %s, want %s\n%s", block, o.Price, o.Reference, want, reasons(p))
		}
	}
}
