package lang_test

import (
	"testing"

	"pricegap/market"
	"pricegap/parsers/lang"
)

// TestLater: what can be had from a day on cannot be had now; a day of delivery, or a time of so many days, takes nothing from it.
func TestLater(t *testing.T) {
	for text, want := range map[string]market.Stock{
		"Weer leverbaar: 15 maart": market.StockUnknown, "Leverbaar: week 32": market.StockUnknown, "Available: 12 May": market.StockUnknown, "Available from May 12": market.StockUnknown,
		"Wieder lieferbar: 15. März": market.StockUnknown, "Lieferbar: KW 32": market.StockUnknown, "Lieferbar 15.03.": market.StockUnknown, "Lieferbar: 15.3.2026": market.StockUnknown,
		"Disponible : 12 mai": market.StockUnknown, "Disponible: 12 de mayo": market.StockUnknown, "Disponibile: 12 maggio": market.StockUnknown, "Dostępny: 12 maja": market.StockUnknown,
		"I lager: vecka 32": market.StockUnknown, "På lager: uge 32": market.StockUnknown, "Skladem: 12. května": market.StockUnknown,
		"Leverbaar: 15-03-2026": market.StockUnknown, "Leverbaar: 2026-03-15": market.StockUnknown, "Leverbaar 15/3": market.StockUnknown, "15 maart weer leverbaar": market.StockUnknown,
		"Binnenkort leverbaar: 15 maart": market.StockPreorder, "Uitverkocht tot 15 maart": market.StockOut,
		"Op voorraad, levering 15 maart": market.StockIn, "Op voorraad, 1-3 dagen": market.StockIn, "Op voorraad binnen 2 weken bezorgd": market.StockIn, "Op voorraad: 25": market.StockIn,
		"In stock 4.5 stars": market.StockIn,
	} {
		if got := lang.Stock(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestCounted: a number of pieces says how many there are; one of branches, of days or of stars does not.
func TestCounted(t *testing.T) {
	for text, want := range map[string]bool{
		"25 op voorraad": true, "Nog 3 op voorraad": true, "12 stuks op voorraad": true, "Op voorraad: 25": true, "Op voorraad (3 stuks)": true, "12 stk. på lager": true, "10+ available": true,
		"Only 3 left in stock": true, "Skladem 5 ks": true, "Auf Lager: 7": true,
		"Op voorraad in 3 winkels": false, "3 op voorraad in winkel Utrecht": false, "In stock at 12 stores": false, "In 3 Filialen auf Lager": false, "Disponible en 3 tiendas": false,
		"Op voorraad, 24 uur bezorgd": false, "0 op voorraad": false, "Op voorraad": false, "25": false, "": false,
	} {
		if got := lang.Counted(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
