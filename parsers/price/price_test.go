package price_test

import (
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
		{"0.899", "EUR", true, "0.899 EUR"},
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

func TestFee(t *testing.T) {
	for text, want := range map[string]string{"0": "0.00 EUR", "0.00": "0.00 EUR", "4,95": "4.95 EUR", "x": "unknown", "-1": "unknown"} {
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
	})
}
