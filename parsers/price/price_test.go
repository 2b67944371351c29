package price_test

import (
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/price"
)

var nl = money.Locale{Language: "nl-NL", Currency: "EUR"}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		number         bool
		want           string
	}{
		{"1299.00", "EUR", false, "1299.00 EUR"},
		{"1299", "EUR", true, "1299.00 EUR"},
		{"1299.000", "EUR", true, "1299.00 EUR"},
		{"1.299,00", "EUR", false, "1299.00 EUR"},
		{"1,299.00", "USD", false, "1299.00 USD"},
		{"1299,5", "EUR", false, "1299.50 EUR"},
		{".89", "EUR", false, "0.89 EUR"},
		{"0.899", "EUR", true, "price_implausible"},
		{"0.890", "EUR", true, "0.89 EUR"},
		{"1218.99000", "EUR", false, "1218.99 EUR"},
		{"1.21899", "EUR", false, "price_implausible"},
		{"€ 1,21899", "", false, "price_implausible"},
		{"71.910401", "EUR", true, "price_implausible"},
		{"1980.5", "JPY", true, "price_implausible"},
		{"1980.0", "JPY", true, "1980 JPY"},
		{"12.345", "KWD", true, "12.345 KWD"},
		{"1.299", "EUR", false, "price_ambiguous"},
		{"1.299", "EUR", true, "price_ambiguous"},
		{"1.299", "KWD", true, "1.299 KWD"},
		{"19.990000000000002", "EUR", true, "19.99 EUR"},
		{"19.989999999999998", "EUR", true, "19.99 EUR"},
		{"0.999999999999", "EUR", true, "1.00 EUR"},
		{"24.793388429752", "EUR", true, "price_implausible"},
		{"€ 1.299,-", "", false, "1299.00 EUR"},
		{"€1299", "EUR", false, "1299.00 EUR"},
		{"1299 EUR", "", false, "1299.00 EUR"},
		{"&euro; 12,50", "EUR", false, "12.50 EUR"},
		{"$ 12.50", "EUR", false, "price_ambiguous"},
		{"12.50", "eur", false, "12.50 EUR"},
		{"12.50", "€", false, "12.50 EUR"},
		{"12.50", "RUR", false, "12.50 RUB"},
		{"0", "EUR", true, "price_implausible"},
		{"0.00", "EUR", false, "price_implausible"},
		{"-5", "EUR", true, "price_implausible"},
		{"1e999", "EUR", true, "price_implausible"},
		{"99999999999999999999", "EUR", true, "price_implausible"},
		{"1.2.3.4", "EUR", false, ""},
		{"op aanvraag", "EUR", false, ""},
		{"true", "EUR", false, ""},
		{"", "EUR", false, ""},
	} {
		p := price.Read(c.text, c.number, c.currency, nl)
		got := string(p.Problem)
		if p.Amount.Known() {
			got += p.Amount.String()
		}
		if c.want == "" {
			if p.Amount.Known() {
				t.Errorf("%q: %s, want none", c.text, got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%q %s: got %q, want %q", c.text, c.currency, got, c.want)
		}
	}
}

func TestReadWithoutCurrency(t *testing.T) {
	if p := price.Read("12.50", false, "", money.Locale{}); p.Amount.Known() || p.Problem != market.FailPriceAmbiguous {
		t.Errorf("got %+v", p)
	}
	if p := price.Read("12.50", false, "", money.Locale{Currency: price.Unnamed}); p.Amount.Decimal() != "12.50" || p.Printed != "" {
		t.Errorf("got %+v", p)
	}
}

func TestNear(t *testing.T) {
	for _, c := range []struct {
		a, b int64 // cents
		want bool
	}{{1000, 1000, true}, {1000, 1005, true}, {1000, 1006, false}, {1005, 1000, true}, {0, 1000, false}, {1000, 0, false}} {
		if got := price.Near(money.New(c.a*10_000, "EUR"), money.New(c.b*10_000, "EUR")); got != c.want {
			t.Errorf("%d and %d: %v", c.a, c.b, got)
		}
	}
}

func TestFee(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0.00 EUR", "0.00": "0.00 EUR", "4,95": "4.95 EUR", "€ 0,00": "0.00 EUR", "verzendkosten € 3,95": "3.95 EUR", "verzendkosten € 0,-": "0.00 EUR",
		"x": "unknown", "-1": "unknown", "$ 0.00": "unknown", "vanaf € 0,00": "unknown", "4.9501": "unknown",
	} {
		if got := price.Fee(text, false, "", nl).String(); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestMinor(t *testing.T) {
	for digits, want := range map[string]string{"499": "4.99 EUR", "5": "0.05 EUR", "129900": "1299.00 EUR", "0": "unknown", "99999999999999999999999": "unknown"} {
		if got := price.Minor(digits, "EUR").Amount.String(); got != want {
			t.Errorf("%q: %s, want %s", digits, got, want)
		}
	}
	if got := price.Minor("499", "JPY").Amount.String(); got != "499 JPY" {
		t.Errorf("JPY: %s", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("1.299,00", true, "EUR")
	f.Add("19.990000000000002", false, "")
	f.Fuzz(func(t *testing.T, text string, number bool, currency string) {
		p := price.Read(text, number, currency, nl)
		if p.Amount.Known() && (p.Amount.Sign() <= 0 || p.Problem != "") {
			t.Errorf("%q: %s, %s", text, p.Amount, p.Problem)
		}
		unit := int64(money.Micros)
		for range p.Amount.Currency().Digits() {
			unit /= 10
		}
		if p.Amount.Micros()%unit != 0 {
			t.Errorf("%q: nobody can pay %s", text, p.Amount)
		}
		if fee := p.Fee(); fee.Sign() < 0 {
			t.Errorf("%q: a fee of %s", text, fee)
		}
	})
}

// TestKinds tells which sums are no current price, and what else a text says.
func TestKinds(t *testing.T) {
	for text, want := range map[string]string{
		"€ 0,00":                     "nought 0.00 EUR",
		"€ 1,2345":                   "fine 1.2345 EUR",
		"€ 1,799 per liter":          "per unit 1.799 EUR",
		"clubprijs € 9,95":           "member 9.95 EUR",
		"1.299":                      "may be 1.299 EUR may be 1299.00 EUR",
		"71,91 € 79,90 €":            "may be 71.91 EUR may be 79.90 EUR",
		"van € 1.499,- voor € 1.299": "price 1299.00 EUR reference 1499.00 EUR",
		"vanaf € 1,2345":             "",
	} {
		p := price.Read(text, false, "", nl)
		got := ""
		for _, k := range []struct {
			name string
			sums []money.Amount
		}{
			{"price", []money.Amount{p.Amount}},
			{"nought", []money.Amount{p.Nought}},
			{"fine", []money.Amount{p.Fine}},
			{"low", []money.Amount{p.Low}},
			{"per unit", []money.Amount{p.PerUnit}},
			{"member", []money.Amount{p.Member}},
			{"reference", []money.Amount{p.Reference}},
			{"may be", p.Candidates},
		} {
			for _, a := range k.sums {
				if a.Known() {
					got += " " + k.name + " " + a.String()
				}
			}
		}
		if got = strings.TrimSpace(got); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
