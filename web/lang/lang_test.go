package lang

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/market/wording"
)

// TestComplete: Dutch has all words that English has; no language has others.
func TestComplete(t *testing.T) {
	for key := range words()["en"] {
		if words()["nl"][key] == "" {
			t.Errorf("nl lacks %q", key)
		}
	}
}

// TestAdded adds a language as a file: what it does not say is said in English, and what is said wrongly is refused by name.
func TestAdded(t *testing.T) {
	english, err := files.ReadFile("en.json")
	if err != nil {
		t.Fatal(err)
	}
	with := func(german string) (wording.Texts, error) {
		return read(fstest.MapFS{"en.json": {Data: english}, "de.json": {Data: []byte(german)}})
	}
	all, err := with(`{"alerts": "Meldungen", "products_shown": "%d–%d von %d Artikeln"}`)
	if err != nil || all["de"]["alerts"] != "Meldungen" || all["en"]["alerts"] != "Alerts" {
		t.Fatalf("%v, %v", all["de"], err)
	}
	for _, bad := range []string{`{"meldungen": "x"}`, `{"products_shown": "%d Artikel"}`, `{"months_short": "Jan Feb"}`, `{"alerts": 1}`} {
		if _, err := with(bad); err == nil || !strings.Contains(err.Error(), "de.json") {
			t.Errorf("%s: %v", bad, err)
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
		{Language("nl").Percent(market.CountOf(-385)), "-3,9\u00a0%"},
		{Language("en").Percent(market.CountOf(4)), "0.0%"},
		{Language("en").Percent(market.CountOf(5)), "+0.1%"},
		{Language("en").Percent(market.Count{}), Unknown},
		{Language("en").Index(market.CountOf(10_000)), "100.0"},
		{Language("nl").Number(market.CountOf(24), "months"), "24 maanden"},
		{Language("en").Number(market.CountOf(1), "days"), "1 day"},
		{Language("nl").Number(market.Count{}, "months"), Unknown},
		{Language("nl").Age(47 * time.Hour), "47\u00a0u"},
		{Language("en").Age(49 * time.Hour), "2\u00a0d"},
		{Language("en").Age(-time.Hour), "0\u00a0min"},
		{string(Of("fr")), "en"},
		{Language("nl").Signed(amount("12", "EUR")), "€ +12,00"},
		{Language("nl").Signed(amount("-12", "EUR")), "€ -12,00"},
		{Language("nl").Price(amount("0", "EUR")), "gratis"},
		{Language("nl").Price(money.Amount{}), Unknown},
		{Language("en").Price(amount("4.95", "EUR")), "€4.95"},
		{Language("nl").Moment(time.Date(2026, 3, 5, 6, 7, 8, 0, time.UTC)), "5 mrt 2026 06:07"},
		{Language("en").Moment(time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)), "31 Dec 2026 23:59"},
		{Language("nl").Words(map[string]string{"en": "free", "nl": "gratis"}), "gratis"},
		{Language("nl").Words(map[string]string{"en": "free"}), "free"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
