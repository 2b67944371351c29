package lang_test

import (
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/parsers/lang"
)

func TestStock(t *testing.T) {
	for text, want := range map[string]market.Stock{
		"Op voorraad":                   market.StockIn,
		"✓ Direct leverbaar!":           market.StockIn,
		"Niet op voorraad":              market.StockOut,
		"Tijdelijk uitverkocht":         market.StockOut,
		"Bijna uitverkocht":             market.StockLimited,
		"Niet meer leverbaar":           market.StockDiscontinued,
		"Binnenkort leverbaar":          market.StockPreorder,
		"Nicht auf Lager":               market.StockOut,
		"Sofort lieferbar":              market.StockIn,
		"En stock":                      market.StockIn,
		"Rupture de stock":              market.StockOut,
		"Cet article est épuisé":        market.StockOut,
		"In stock":                      market.StockIn,
		"Currently unavailable.":        market.StockOut,
		"Pre-order":                     market.StockPreorder,
		"Alleen in de winkel":           market.StockInStoreOnly,
		"":                              market.StockUnknown,
		"Bestel nu":                     market.StockUnknown,
		strings.Repeat("in stock ", 99): market.StockUnknown,
	} {
		if got := lang.Stock(text); got != want {
			t.Errorf("%.40q: %q, want %q", text, got, want)
		}
	}
}

func TestCondition(t *testing.T) {
	for text, want := range map[string]market.Condition{
		"Nieuw": market.ConditionNew, "Zustand: Neu": market.ConditionNew, "refurbished, als nieuw": market.ConditionRefurbished,
		"Gebraucht": market.ConditionUsed, "d’occasion": market.ConditionUsed, "Knew": market.ConditionUnknown,
	} {
		if got := lang.Condition(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestDays(t *testing.T) {
	for text, want := range map[string]int64{
		"Voor 23.59 uur besteld, morgen in huis": 1,
		"Vandaag besteld, morgen in huis":        1,
		"1-2 werkdagen":                          2,
		"binnen 5 dagen":                         5,
		"2 tot 3 weken":                          21,
		"Lieferzeit 2-4 Werktage":                4,
		"Livraison sous 3 jours":                 3,
		"3-5 business days":                      5,
		"Vandaag nog bezorgd":                    0,
		"24h":                                    1,
	} {
		if got, ok := lang.Days(text); !ok || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "snel", "23.59", "dagen"} {
		if got, ok := lang.Days(text); ok {
			t.Errorf("%q: %d, want unknown", text, got)
		}
	}
}

func TestSmallWords(t *testing.T) {
	if n, ok := lang.Months("2 jaar garantie"); !ok || n != 24 {
		t.Errorf("warranty: %d, %v", n, ok)
	}
	if n, ok := lang.Months("24 Monate Garantie"); !ok || n != 24 {
		t.Errorf("warranty: %d, %v", n, ok)
	}
	if !lang.Free("Gratis verzending") || lang.Free("Gratis verzending vanaf € 50") || lang.Free("€ 4,95") {
		t.Error("free delivery")
	}
	if lang.Answer("Afhalen in de winkel") != market.AnswerYes || lang.Answer("Niet af te halen") != market.AnswerNo || lang.Answer("?") != "" {
		t.Error("pick-up")
	}
	if n, ok := lang.Number("nog 12 stuks"); !ok || n != 12 {
		t.Errorf("number: %d, %v", n, ok)
	}
}

// FuzzWords reads any text; no count is below nought.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"Voor 23:59 besteld, morgen in huis", "1-2 werkdagen", "2 jaar garantie", "nog 3 stuks", "Gratis verzending vanaf € 50", "excl. btw", "İ\u0307ß"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, read := range map[string]func(string) (int64, bool){"number": lang.Number, "days": lang.Days, "months": lang.Months} {
			if n, ok := read(s); n < 0 || !ok && n != 0 {
				t.Errorf("%s of %q: %d, %v", name, s, n, ok)
			}
		}
		_, _, _, _, _ = lang.Stock(s), lang.Condition(s), lang.VAT(s), lang.Answer(s), lang.Free(s)
	})
}
