package money

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// show is a reading in one line: kind, number, currency, and what else is there.
func show(r Reading) string {
	out := string(r.Kind)
	for _, s := range []struct{ label, value string }{
		{"", r.Decimal}, {"", string(r.Currency)}, {"to ", r.High.Decimal()}, {"ref ", r.Reference.Decimal()}, {"vat ", string(r.VAT)}, {"per ", r.Unit},
	} {
		if s.value != "" {
			out += " " + s.label + s.value
		}
	}
	for _, c := range r.Candidates {
		out += " | " + strings.TrimSpace(string(c.Kind)+" "+c.Decimal)
	}
	return out
}

func TestParse(t *testing.T) {
	nl, de, fr, en := Locale{"nl", "EUR"}, Locale{"de", "EUR"}, Locale{"fr", "EUR"}, Locale{"en", "GBP"}
	tests := []struct {
		text   string
		locale Locale
		want   string
	}{
		// notation
		{"€ 1.299,-", nl, "current 1299 EUR"},
		{"1.299,00", nl, "current 1299.00 EUR"},
		{"1 299,00", fr, "current 1299.00 EUR"},
		{"1\u00a0299,00 €", fr, "current 1299.00 EUR"},
		{"1\u202f299,00 €", fr, "current 1299.00 EUR"},
		{"CHF 1'299.00", Locale{"de-CH", ""}, "current 1299.00 CHF"},
		{"CHF 1’299.–", Locale{"de-CH", ""}, "current 1299 CHF"},
		{"£1,299.00", en, "current 1299.00 GBP"},
		{"12.99", nl, "current 12.99 EUR"},
		{"12,99", nl, "current 12.99 EUR"},
		{"€ 1.299", nl, "current 1299 EUR"},
		{"£1.299", en, "ambiguous GBP | current 1299 | current 1.299"},
		{"€ 0,89", nl, "current 0.89 EUR"},
		{",89", nl, "current 0.89 EUR"},
		{"1.234.567,89 €", de, "current 1234567.89 EUR"},
		{"₹ 12,34,567.89", Locale{"en", "INR"}, "current 1234567.89 INR"},
		{"99:-", Locale{"sv", "SEK"}, "current 99 SEK"},
		{"$79.99$39.99 (-50%)", Locale{"en", ""}, "current 39.99 | reference 79.99"}, // by the percentage, whatever dollars they are
		{"$79.99$45.99 (-50%)", Locale{"en", ""}, "ambiguous | current 79.99 | current 45.99"},
		{"79.99 $ 39.99 kr -50%", Locale{"en", ""}, "ambiguous | current 79.99 | current 39.99"},
		{"35€99", fr, "current 35.99 EUR"},
		{"¥1,299", Locale{"ja", "JPY"}, "current 1299 JPY"},
		{"1.500 KD", Locale{"en", ""}, "current 1.500 KWD"},
		{"١٢٩٩", Locale{"", "SAR"}, "current 1299 SAR"},
		{"１２９９円", Locale{"ja", ""}, "current 1299 JPY"},
		{"१,२९९.००", Locale{"ne", "NPR"}, "current 1299.00 NPR"},
		{"68⁵⁰", nl, "current 68.50 EUR"},
		{"99 cent", nl, "current 0.99 EUR"},
		{"-€ 5,00", nl, "current -5.00 EUR"},
		{"€ 0,00", nl, "current 0.00 EUR"},
		{"Gratis", nl, "current 0 EUR"},
		// invisible characters
		{"1\u200b299", nl, "current 1299 EUR"},
		{"1\u00ad299", nl, "current 1299 EUR"},
		{"1\u0336299", nl, "current 1299 EUR"},
		{"1\u202e992", nl, "ambiguous EUR | current 1992"},
		// currencies
		{"EUR 12.99", Locale{}, "current 12.99 EUR"},
		{"1299 euro", Locale{}, "current 1299 EUR"},
		{"$ 5", Locale{"en", "CAD"}, "current 5 CAD"},
		{"$ 5", Locale{"en", ""}, "current 5"},
		{"US$ 5", Locale{"en", "CAD"}, "current 5 USD"},
		{"A$5", Locale{}, "current 5 AUD"},
		{"$5 AUD", Locale{}, "current 5 AUD"},
		{"kr 100", Locale{"sv", "SEK"}, "current 100 SEK"},
		{"100 kr", Locale{}, "current 100"},
		{"€ 5", Locale{"en", "GBP"}, "current 5 EUR"},
		// ambiguity is a result
		{"€ 68 50", nl, "ambiguous EUR | current 68.50 | current 6850"},
		{"€ 1,299", nl, "ambiguous EUR | current 1299 | current 1.299"},
		{"£1.299", en, "ambiguous GBP | current 1299 | current 1.299"},
		{"€ 1.499,- € 1.299,-", nl, "ambiguous EUR | current 1499 | current 1299"},
		{"2 voor € 5", nl, "none"},
		{"€ 5 voor 2", nl, "none"},
		{"€ 12 500 ml", nl, "ambiguous EUR | current 12 | current 12500"},
		{"€ 4 250 g", nl, "ambiguous EUR | current 4 | current 4250"},
		{"€ 12\n500 ml", nl, "current 12 EUR"},
		{"€ 12 500", nl, "current 12500 EUR"},
		{"€ 25, 30 dagen bedenktijd", nl, "current 25 EUR"},
		{"Prijs: € 15. 24 maanden garantie", nl, "current 15 EUR"},
		{"€ 119. 95", nl, "current 119.95 EUR"},
		{"35€ 24 mois de garantie", fr, "current 35 EUR"},
		{"35€\n24 mois de garantie", fr, "current 35 EUR"},
		{"35€ 99 TTC", fr, "current 35.99 EUR vat included"},
		// kinds
		{"van € 1.499,- voor € 1.299,-", nl, "current 1299 EUR ref 1499.00 | reference 1499"},
		{"van 1.499 voor 1.299", nl, "current 1299 EUR ref 1499.00 | reference 1499"},
		{"Was £20 Now £15", en, "current 15 GBP ref 20.00 | reference 20"},
		{"statt 99,99 € nur 79,99 €", de, "current 79.99 EUR ref 99.99 | reference 99.99"},
		{"79,99 € UVP 99,99 €", de, "current 79.99 EUR ref 99.99 | reference 99.99"},
		{"UVP 99,99 € 79,99 €", de, "current 79.99 EUR ref 99.99 | reference 99.99"},
		{"Adviesprijs € 399, nu voor € 299", nl, "current 299 EUR ref 399.00 | reference 399"},
		{"was £20", en, "reference 20 GBP"},
		{"€ 12,99 van 1 mei t/m 5 mei", nl, "current 12.99 EUR"},
		{"29,99 p/mnd", nl, "per_month 29.99 EUR"},
		{"from £41.63/mo", en, "per_month 41.63 GBP"},
		{"€ 29 x 24", nl, "instalment 29 EUR"},
		{"24 x € 29", nl, "instalment 29 EUR"},
		{"in 3 delen van € 33,33", nl, "instalment 33.33 EUR"},
		{"vanaf € 199", nl, "from 199 EUR"},
		{"ab 199 EUR", de, "from 199 EUR"},
		{"à partir de 199 €", fr, "from 199 EUR"},
		{"€199 - €349", nl, "range 199 EUR to 349.00 | range 349"},
		{"van € 10 tot € 20", nl, "range 10 EUR to 20.00 | range 20"},
		{"€ 2,49 / 100 g", nl, "per_unit 2.49 EUR per 100 g"},
		{"€ 2/100 g", nl, "per_unit 2 EUR per 100 g"},
		{"€ 12,99 (€ 24,90/kg)", nl, "current 12.99 EUR | per_unit 24.90"},
		{"6-pack € 12,99, € 2,17 per stuk", nl, "current 12.99 EUR | per_unit 2.17"},
		{"€ 1,799 / l", nl, "per_unit 1.799 EUR per l"},
		{"€ 29,99 / 4 weken", nl, "per_unit 29.99 EUR per 4 weken"},
		{"€ 29,99 / 30 dagen", nl, "per_unit 29.99 EUR per 30 dagen"},
		{"€ 10 / uur", nl, "per_unit 10 EUR per uur"},
		{"9,99 € / 3 Monate", de, "per_unit 9.99 EUR per 3 monate"},
		{"9,99 € / Monat", de, "per_month 9.99 EUR"},
		{"2,99 € (1 l = 3,99 €)", de, "current 2.99 EUR | per_unit 3.99"},
		{"€ 12,99 met klantenkaart", nl, "member 12.99 EUR"},
		{"€ 15,99 € 12,99 met klantenkaart", nl, "current 15.99 EUR | member 12.99"},
		{"€ 12,99 ledenprijs", nl, "member 12.99 EUR"},
		{"€ 12,99 met code ZOMER10", nl, "coupon 12.99 EUR"},
		{"€ 5,- statiegeld € 0,25", nl, "current 5 EUR | deposit 0.25"},
		{"gratis verzending vanaf € 50", nl, "threshold 50 EUR"},
		{"Vanaf € 50 gratis verzending", nl, "threshold 50 EUR"},
		{"€ 299 gratis verzending", nl, "current 299 EUR"},
		{"€ 299 Verzendkosten: € 4,95", nl, "current 299 EUR | shipping 4.95"},
		{"bespaar € 300", nl, "saving 300 EUR"},
		{"€ 100 korting", nl, "saving 100 EUR"},
		{"tot € 200 inruilwaarde", nl, "saving 200 EUR"},
		{"£200 trade-in value", en, "saving 200 GBP"},
		{"€ 1.299,00 bespaar € 200", nl, "current 1299.00 EUR | saving 200"},
		{"Nieuw vanaf € 20,-\nTweedehands vanaf € 12,-", nl, "from EUR | from 20 | from 12"},
		{"€ 999 nieuw\n€ 812,99 open-box\n€ 640 tweedehands", nl, "current 999 EUR"},
		{"$12.99 used\n$19.99 new", Locale{"en", "USD"}, "current 19.99 USD"},
		{"Van € 199 voor 149", nl, "current 149 EUR ref 199.00 | reference 199"},
		{"€ 129,99 € 99,99 -40%", nl, "ambiguous EUR | current 129.99 | current 99.99"},
		{"Totaal (3 artikelen): € 45", nl, "none"},
		{"Total War\n€ 49,99", nl, "current 49.99 EUR"},
		{"Cadeaukaart € 25", nl, "current 25 EUR"},
		{"Hoesje + glas € 14,99", nl, "current 14.99 EUR"},
		{"+1234.59", nl, "current 1234.59 EUR"},
		// words that are signs elsewhere
		{"Nu € 7.95", nl, "current 7.95 EUR"},
		{"Nu €7.95", Locale{}, "current 7.95 EUR"},
		{"Nu. 500", Locale{"dz-BT", ""}, "current 500 BTN"},
		{"Lire 5 avis\n19,99 €", fr, "current 19.99 EUR"},
		{"Fr. 12.50", Locale{"de-CH", "CHF"}, "current 12.50 CHF"},
		{"Fr 12,50", de, "current 12.50 EUR"},
		{"iPhone 15 € 899", nl, "current 899 EUR"},
		{"Windows 11\n€ 45", nl, "current 45 EUR"},
		{"Maat 38 - 42", nl, "none"},
		{"59,95\n38 - 42", nl, "current 59.95 EUR"},
		{"Prijs per 100 g: € 1,25\n€ 2,50", nl, "current 2.50 EUR | per_unit 1.25"},
		{"Je betaalt € 449 na cashback", nl, "none"},
		{"Kip 12,99", nl, "current 12.99 EUR"},
		{"R 1 299,00", Locale{"en-ZA", "ZAR"}, "current 1299.00 ZAR"},
		{"R 1 299,00", Locale{"en-ZA", ""}, "current 1299.00"},
		{"EUR $ 12", nl, "current 12 EUR"},
		{"EUR $ 12", Locale{"en", "USD"}, "current 12 USD"},
		{"EUR $ 12", Locale{"en", ""}, "current 12"},
		// lines
		{"1\n299,-", nl, "current 299 EUR"},
		{"12\n,\n99", nl, "current 12.99 EUR"},
		{"Größe 42\n79,99 €", de, "current 79.99 EUR"},
		{"1,99 €\nzzgl. 0,25 € Pfand", de, "current 1.99 EUR | deposit 0.25"},
		{"Niedrigster Preis der letzten 30 Tage: 69,99 €\n79,99 €", de, "current 79.99 EUR | reference 69.99"},
		{"2 für 5 €", de, "none"},
		{"12 Euro und 50 Cent", de, "current 12.50 EUR"},
		{"Prix le plus bas des 30 derniers jours : 18,99 €\n19,99 €", fr, "current 19.99 EUR | reference 18.99"},
		{"£20\n£15", en, "ambiguous GBP | current 20 | current 15"},
		{"Was £20\n£15", en, "current 15 GBP ref 20.00 | reference 20"},
		{"5 y 10 €", Locale{"es", "EUR"}, "current 10 EUR"},
		{"entre 5 y 10 €", Locale{"es", "EUR"}, "range 5 EUR to 10.00 | range 10"},
		{"£2.75\n2 for £5", en, "current 2.75 GBP"},
		{"Regular price\n£20.00\nSale price\n£15.00", en, "current 15.00 GBP ref 20.00 | reference 20.00"},
		{"Precio más bajo 30 días: 18 €\n19,99 €", Locale{"es", "EUR"}, "current 19.99 EUR | reference 18"},
		{"Cena: 49,99 zł\nNajniższa cena z 30 dni: 39,99 zł", Locale{"pl", "PLN"}, "current 49.99 PLN | reference 39.99"},
		{"Pris 499 kr\nOrd. pris 699 kr", Locale{"sv", "SEK"}, "current 499 SEK ref 699.00 | reference 699"},
		{"Før 699 kr\nNu 499 kr", Locale{"da", "DKK"}, "current 499 DKK ref 699.00 | reference 699"},
		{"Běžná cena 1 299 Kč\nNaše cena 999 Kč", Locale{"cs", "CZK"}, "current 999 CZK ref 1299.00 | reference 1299"},
		// tax
		{"€ 100,- excl. btw", nl, "current 100 EUR vat excluded"},
		{"€ 121,00 incl. 21 % btw", nl, "current 121.00 EUR vat included"},
		{"€ 121 incl. btw € 100 excl. btw", nl, "current 121 EUR vat included | current 100"},
		{"12,50 € HT", fr, "current 12.50 EUR vat excluded"},
		// no price
		{"1.299 kg", nl, "none"},
		{"-20%", nl, "none"},
		{"€ 79,- (-20%)", nl, "current 79 EUR"},
		{"1e999", nl, "none"},
		{"NaN", nl, "none"},
		{"op aanvraag", nl, "none"},
		{"99999999999999999999", nl, "none"},
		{strings.Repeat("9", 400), nl, "none"},
		{"1.2.3.4", nl, "none"},
		{"1,2,3", nl, "none"},
		{"€ 1.2.3.4", nl, "none"},
		{"¹²", nl, "none"},
		{"12,99¹", nl, "none"},
		{"1२99", nl, "none"},
		{"12.05.2024", nl, "none"},
		{"10:30", nl, "none"},
		{"nog 5 op voorraad", nl, "none"},
		{"MX924", nl, "none"},
		{"", nl, "none"},
		{"€ 5" + strings.Repeat(" ", maxText), nl, "none"},
	}
	for _, tt := range tests {
		r, err := Parse(tt.text, tt.locale)
		if err != nil {
			t.Errorf("Parse(%.40q): %v", tt.text, err)
		}
		if d := cmp.Diff(tt.want, show(r)); d != "" {
			t.Errorf("Parse(%.40q) (-want +got):\n%s", tt.text, d)
		}
	}
	if _, err := Parse("5", Locale{Currency: "euro"}); err == nil {
		t.Error("a currency that is no code passed")
	}
}

func TestFindCurrency(t *testing.T) {
	tests := []struct {
		text, want, symbol string
	}{
		{"EUR", "EUR", "EUR"},
		{"€", "EUR", "€"},
		{"Prijs: € 12,99", "EUR", "€"},
		{"$3.99", "", "$"},
		{"DKK/stk", "DKK", "DKK"},
		{"Kč", "CZK", "Kč"},
		{"In stock", "", ""},
		{"ht / L'unité", "", ""},
		{"RENAULT", "", ""},
		{"ALL 5 star reviews", "", ""},
		{"TRY", "TRY", "TRY"},
		{"", "", ""},
	}
	for _, tt := range tests {
		if c, s := FindCurrency(tt.text, ""); string(c) != tt.want || s != tt.symbol {
			t.Errorf("FindCurrency(%q) = %q, %q; want %q, %q", tt.text, c, s, tt.want, tt.symbol)
		}
	}
	if c, _ := FindCurrency("$3.99", "CAD"); c != "CAD" {
		t.Errorf("the configured currency did not settle the sign: %q", c)
	}
}

// TestRoundTrip writes amounts as each language does and reads them back.
func TestRoundTrip(t *testing.T) {
	var languages []string
	for l := range notations {
		languages = append(languages, l)
	}
	rapid.Check(t, func(t *rapid.T) {
		language := rapid.SampledFrom(languages).Draw(t, "language")
		c := rapid.SampledFrom([]Currency{"EUR", "USD", "GBP", "JPY", "KWD", "PLN", "CHF", "SEK"}).Draw(t, "currency")
		unit := int64(Micros)
		for range c.Digits() {
			unit /= 10
		}
		a := New(rapid.Int64Range(-9_999_999_999, 9_999_999_999).Draw(t, "minor units")*unit, c)
		text := Format(a, language)
		r, err := Parse(text, Locale{language, c})
		if err != nil || r.Kind != KindCurrent || r.Amount != a {
			t.Fatalf("%v is written %q in %s and read as %s, %v", a, text, language, show(r), err)
		}
	})
}

func TestParseIsBounded(t *testing.T) {
	for _, unit := range []string{"9", "€", "1.", "1 ", "€1", "1,222", "R ", "van € 1 voor ", "$ 5 - ", "x1", "1'", "١", "ALL ", "1\n", "€ 1\n", "nu\n1,-\n", "\n", "1,00 "} {
		text := strings.Repeat(unit, maxText/len(unit))
		start := time.Now()
		if _, err := Parse(text, Locale{"nl", "EUR"}); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d > 250*time.Millisecond { // a hundred times what it takes
			t.Errorf("%q repeated took %v", unit, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"€ 1.299,-", "van 1'499.00 voor $1,299.00 AUD", "€199 – 349/100 g", "68⁵⁰", "١٢٫٩٩ د.إ", "2 x € 5,- excl. btw", "-kr.12:-", "12 € 50", "Nu € 40\n2 voor 5,-\n+ € 2 borg", "used 5 € 3 new", "12 euro en 5 cent"} {
		f.Add(s, "nl", "EUR")
		f.Add(s, "en-US", "")
	}
	f.Fuzz(func(t *testing.T, text, language, currency string) {
		r, err := Parse(text, Locale{language, Currency(currency)})
		if err != nil {
			return
		}
		if (r.Kind == KindNone || r.Kind == KindAmbiguous) && (r.Amount.Known() || r.Decimal != "") {
			t.Errorf("%q: %s has an amount", text, r.Kind)
		}
		if r.Decimal != "" {
			a, err := FromDecimal(r.Decimal, "XXX")
			if err != nil && !errors.Is(err, ErrRange) {
				t.Errorf("%q: %q is no plain decimal: %v", text, r.Decimal, err)
			}
			if err == nil && r.Currency != "" && r.Amount != New(a.Micros(), r.Currency) {
				t.Errorf("%q: the amount %v is not %q %s", text, r.Amount, r.Decimal, r.Currency)
			}
		}
		for _, c := range append(r.Candidates, r) {
			if c.Kind == "" || c.Kind == kindUsual || c.Kind == kindUsed {
				t.Errorf("%q: kind %q", text, c.Kind)
			}
		}
	})
}
