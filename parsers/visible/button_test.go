package visible_test

import (
	"testing"

	"pricegap/market"
	"pricegap/parsers/visible"
)

// TestButton: a button sells the product only where what it says, if anything, is to buy; what it says of stock counts. A link
// that leads elsewhere sells it only where it is called so, too.
func TestButton(t *testing.T) {
	for button, want := range map[string]market.Stock{
		`<input type="submit" class="add-to-cart" value="In winkelwagen">`:                        market.StockIn,
		`<input type="submit" class="add-to-cart" value="">`:                                      market.StockIn,
		`<input type="submit" class="add-to-cart" value="Uitverkocht">`:                           market.StockOut,
		`<input type="submit" class="add-to-cart" value="Pre-order">`:                             market.StockPreorder,
		`<button class="add-to-cart" title="Uitverkocht"><i></i></button>`:                        market.StockOut,
		`<button class="add-to-cart" aria-label="Niet op voorraad">In winkelwagen</button>`:       market.StockOut,
		`<p>Op voorraad</p><button class="add-to-cart" aria-label="Uitverkocht"><i></i></button>`: market.StockOut,
		`<button class="add-to-cart">Houd mij op de hoogte</button>`:                              market.StockUnknown,
		`<button class="add-to-cart">+</button>`:                                                  market.StockIn,
		`<a href="/service">Bestellen en betalen</a>`:                                             market.StockUnknown,
		`<a href="/service" class="help">Bestellen en betalen</a>`:                                market.StockUnknown,
		`<a href="/order?add=1" class="add-to-cart">Bestellen</a>`:                                market.StockIn,
		`<a href="#">Bestellen</a>`:                                                               market.StockIn,
		`<a>Bestellen</a>`:                                                                        market.StockIn,
		`<a href="javascript:order()">Bestellen</a>`:                                              market.StockIn,
		`<a href="JavaScript:order()">Bestellen</a>`:                                              market.StockIn,
	} {
		p := read(t, product(`<p class="price">€ 129,95</p>`+button), visible.Known{})
		o := p.Product().Offers[0]
		if e := o.Evidence[market.FieldAvailability]; o.Stock != want || (want != market.StockUnknown) != (e.Where != "") {
			t.Errorf("%s: %q (%+v), want %q", button, o.Stock, e, want)
		}
	}
}

// TestTell: a button that tells when there is something to buy sells nothing, whatever it is called.
func TestTell(t *testing.T) {
	for language, said := range map[string]string{
		"nl-NL": "Houd mij op de hoogte", "de-DE": "Benachrichtigen", "fr-FR": "Prévenez-moi", "en-GB": "Notify me", "es-ES": "Avísame", "it-IT": "Avvisami", "pl-PL": "Powiadom mnie",
		"sv-SE": "Bevaka", "da-DK": "Giv mig besked", "cs-CZ": "Hlídat dostupnost",
	} {
		p := readAs(t, language, shops[language].currency, product(`<p class="price">`+shops[language].sum+`</p><button class="add-to-cart">`+said+`</button>`))
		if s, at := p.Stock(); s != market.StockUnknown {
			t.Errorf("%s: %q (%+v)", said, s, at)
		}
	}
}

// TestButtonBesideHeadline: the button in the box to buy before the headline sells the product, whatever heading stands over it; that
// of another product does not.
func TestButtonBesideHeadline(t *testing.T) {
	for block, want := range map[string]market.Stock{
		`<div class="buybox">` + buy + `</div>`: market.StockIn,
		buy:                                     market.StockUnknown,
		`<div class="related"><div class="buybox">` + buy + `</div></div>`: market.StockUnknown,
	} {
		p := read(t, `<html><body><div><p>Vergelijkbare artikelen</p>`+block+`</div><main><h1>Boormachine Kolibri 18V</h1><p class="price">€ 129,95</p></main></body></html>`, visible.Known{})
		if s, _ := p.Stock(); s != want {
			t.Errorf("%s: %q, want %q", block, s, want)
		}
	}
}
