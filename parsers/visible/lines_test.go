package visible_test

import (
	"testing"

	"pricegap/parsers/visible"
)

// TestLines: no number goes on over the end of a line.
func TestLines(t *testing.T) {
	for block, want := range map[string]string{
		`<p class="price">€ 12<br>500 ml</p>`:                       "12.00",
		`<div class="price">€ 12<div>500 g</div></div>`:             "12.00",
		`<div class="price"><div>€ 12</div><div>500 ml</div></div>`: "12.00",
		`<p class="price">€ 1<br>299 reviews</p>`:                   "1.00",
		`<div class="price"><b>€</b><div>12,95</div></div>`:         "12.95",
		`<div class="price"><div>12,95</div><div>EUR</div></div>`:   "12.95",
		`<p class="price">Prijs:<br>€ 12,95<br>incl. btw</p>`:       "12.95",
		`<p class="price">van € 14,95<br>voor<br>€ 12,95</p>`:       "12.95",
		`<p class="price"><del>€ 14,95</del><br><ins>€ 12,95</ins>`: "12.95",
		`<p class="price">€ 12 500</p>`:                             "12500.00",
	} {
		p := read(t, product(block+buy), visible.Known{})
		if o := p.Product().Offers[0]; decimal(o.Price) != want {
			t.Errorf("%s: %s, want %q\n%s", block, o.Price, want, reasons(p))
		}
	}
}
