package lang_test

import (
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/market/money"
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

// TestDenied holds that what is denied is not said, and that a no of another clause denies nothing.
func TestDenied(t *testing.T) {
	for text, want := range map[string]market.Stock{
		"Niet meteen leverbaar":                                             market.StockUnknown,
		"Dit artikel is niet op korte termijn leverbaar":                    market.StockUnknown,
		"Niet gevonden wat je zoekt in ons grote aanbod dat op voorraad is": market.StockIn, // too far away
		"Nee, wel op voorraad":                                              market.StockIn,
		"Kein Problem: auf Lager":                                           market.StockIn,
		"Only a few left Coming soon Out of stock":                          market.StockUnknown, // a list of all that might be said
		"Nicht ausverkauft":                                                 market.StockUnknown,
		"Pas en rayon. Disponible en ligne":                                 market.StockIn,
		"Op voorraad in de winkel, online uitverkocht":                      market.StockOut,
		"Uitverkocht, weer op voorraad vanaf mei":                           market.StockOut,
	} {
		if got := lang.Stock(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := lang.Condition("Niet beschadigd, gebruikt"); got != market.ConditionUsed {
		t.Errorf("condition: %q", got)
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

func TestDelivery(t *testing.T) {
	for text, want := range map[string]int64{
		"Voor 23.59 uur besteld, morgen in huis":  1,
		"Vandaag besteld, morgen in huis":         1,
		"1-2 werkdagen":                           2,
		"binnen 5 dagen":                          5,
		"2 tot 3 weken":                           21,
		"Lieferzeit 2-4 Werktage":                 4,
		"Livraison sous 3 jours":                  3,
		"3-5 business days":                       5,
		"Vandaag nog bezorgd":                     0,
		"24h":                                     1,
		"2 volle dagen":                           2,
		"2 jaar garantie, in huis binnen 4 dagen": 4,
	} {
		if got, ok := lang.Delivery(text); !ok || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "snel", "23.59", "dagen", "binnen 23 uur", "2,5 dagen", "14 dagen retour", "70000 dagen"} {
		if got, ok := lang.Delivery(text); ok {
			t.Errorf("%q: %d, want unknown", text, got)
		}
	}
}

func TestPeriods(t *testing.T) {
	for text, want := range map[string][2]int64{ // months of warranty, days to return
		"24 maanden garantie en 30 dagen retour":      {24, 30},
		"30 dagen retour en 24 maanden garantie":      {24, 30},
		"3 jaar garantie. 1 maand bedenktijd":         {36, 30},
		"2 Jahre":                                     {24, 0},
		"100 Tage Rückgabe":                           {0, 100},
		"5-jarige garantie":                           {60, 0},
		"Levering in 2 dagen, 14 dagen bedenktijd":    {0, 14},
		"garantie bij retour binnen 14 dagen vervalt": {0, 14},
		"2,5 jaar garantie":                           {0, 0},
	} {
		months, _ := lang.Warranty(text)
		days, _ := lang.Returns(text)
		if got := [2]int64{months, days}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestVAT(t *testing.T) {
	for text, want := range map[string]money.VAT{
		"incl. btw": money.VATIncluded, "Excl. 21% BTW": money.VATExcluded, "excluded": money.VATExcluded, "Included": money.VATIncluded,
		"exclusief verzendkosten": "", "inbegrepen": money.VATIncluded, "non compresa": money.VATExcluded, "btw exclusief": money.VATExcluded,
		"H.T.": money.VATExcluded, "€ 5": "", "": "", "verzending inbegrepen": "",
	} {
		if got := lang.VAT(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSmallWords(t *testing.T) {
	if n, ok := lang.Warranty("2 jaar garantie"); !ok || n != 24 {
		t.Errorf("warranty: %d, %v", n, ok)
	}
	if n, ok := lang.Warranty("24 Monate Garantie"); !ok || n != 24 {
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
		for name, read := range map[string]func(string) (int64, bool){"number": lang.Number, "delivery": lang.Delivery, "returns": lang.Returns, "warranty": lang.Warranty} {
			if n, ok := read(s); n < 0 || !ok && n != 0 {
				t.Errorf("%s of %q: %d, %v", name, s, n, ok)
			}
		}
		_, _, _, _, _ = lang.Stock(s), lang.Condition(s), lang.VAT(s), lang.Answer(s), lang.Free(s)
	})
}
