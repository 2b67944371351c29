package lang

import (
	"pricegap/market"
	"pricegap/market/money"
	"testing"
	"time"
)

func TestLanguagesHaveTheSameWords(t *testing.T) {
	for l := range words {
		for key := range words["en"] {
			if _, ok := words[l][key]; !ok && key != "stock_" {
				t.Errorf("%s lacks %q", l, key)
			}
		}
		for key := range words[l] {
			if _, ok := words["en"][key]; !ok {
				t.Errorf("en lacks %q", key)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	amount := func(s string, c money.Currency) money.Amount {
		a, err := money.FromDecimal(s, c)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, tt := range []struct{ got, want string }{
		{Language("nl").Money(amount("1234567.5", "EUR")), "€ 1.234.567,50"},
		{Language("en").Money(amount("1234567.5", "EUR")), "€1,234,567.50"},
		{Language("nl").Money(amount("1.799", "EUR")), "€ 1,799"},
		{Language("nl").Money(money.Amount{}), Unknown},
		{Language("en").Money(amount("0", "EUR")), "€0.00"},
		{Language("en").Signed(amount("12", "EUR")), "+€12.00"},
		{Language("en").Signed(amount("0", "EUR")), "€0.00"},
		{Language("nl").Percent(market.CountOf(-385)), "-3,9 %"},
		{Language("en").Percent(market.CountOf(4)), "0.0 %"},
		{Language("en").Percent(market.CountOf(5)), "+0.1 %"},
		{Language("en").Percent(market.Count{}), Unknown},
		{Language("en").Index(market.CountOf(10_000)), "100.0"},
		{Language("nl").Number(market.CountOf(24), "months"), "24 maanden"},
		{Language("en").Number(market.CountOf(1), "days"), "1 day"},
		{Language("nl").Number(market.Count{}, "months"), Unknown},
		{Language("nl").Age(47 * time.Hour), "47 u"},
		{Language("en").Age(49 * time.Hour), "2 d"},
		{Language("en").Age(-time.Hour), "0 min"},
		{string(Of("fr")), "en"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
