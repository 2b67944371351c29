package say

import (
	"slices"
	"testing"

	"pricegap/alerts/rule"
	"pricegap/market"
	"pricegap/market/money"
)

var english, dutch = wordsOf("en", ""), wordsOf("nl", "")

// TestOwnWords says what each kind of alert has to say by itself, in both languages.
func TestOwnWords(t *testing.T) {
	euros := func(n int64) money.Amount { return money.New(n*1_000_000, "EUR") }
	for _, tt := range []struct {
		kind   string
		facts  market.Facts
		en, nl string
	}{
		{"undercut", market.Facts{}, "", ""},
		{"rank", market.Facts{Rank: market.CountOf(3), Of: 5}, "by price we are number 3 of 5", "op prijs staan wij op plaats 3 van 5"},
		{"rank", market.Facts{}, "we are not among the lowest", "wij horen niet bij de laagste"},
		{"index", market.Facts{Index: market.CountOf(11_050)}, "our price is 110.5% of the mean of the rivals", "onze prijs is 110,5 % van het gemiddelde van de concurrenten"},
		{"index", market.Facts{}, "", ""},
		{"delivery", market.Facts{Ours: market.Side{DeliveryDays: market.CountOf(2)}, Theirs: market.Side{DeliveryDays: market.CountOf(1)}}, "delivers earlier than we do", "bezorgt eerder dan wij"},
		{"delivery", market.Facts{Ours: market.Side{DeliveryDays: market.CountOf(1)}, Theirs: market.Side{DeliveryDays: market.CountOf(4)}}, "delivers later than we do", "bezorgt later dan wij"},
		{"delivery", market.Facts{Ours: market.Side{DeliveryDays: market.CountOf(1)}}, "", ""},
		{"promotion", market.Facts{Promotion: "started", Reference: euros(100)}, "a promotion begins, from €100.00", "een actie begint, van € 100,00"},
		{"promotion", market.Facts{Promotion: "ended"}, "the promotion is over", "de actie is voorbij"},
		{"new_lowest", market.Facts{Days: 30, Lowest: euros(90)}, "the lowest price in 30 days (before: €90.00)", "de laagste prijs in 30 dagen (hiervoor: € 90,00)"},
		{
			"reference_inflated",
			market.Facts{Days: 30, Reference: euros(130), Lowest: euros(100)},
			"promotes with €130.00 struck through, but the lowest price of the 30 days before was €100.00",
			"adverteert met van € 130,00, maar de laagste prijs van de 30 dagen ervoor was € 100,00",
		},
		{"reference_inflated", market.Facts{}, "", ""},
		{"new_listing", market.Facts{}, "sells it as well now", "verkoopt het nu ook"},
		{"listing_gone", market.Facts{}, "no longer sells it", "verkoopt het niet meer"},
		{"seller_changed", market.Facts{Seller: market.NewText("Derde"), SellerBefore: market.NewText("Lamp")}, "sold by Derde now, before by Lamp", "nu verkocht door Derde, eerst door Lamp"},
		{
			"match_doubtful",
			market.Facts{Doubt: "gtin"},
			"perhaps another article: its barcode is another one. See `pricegap match list`.",
			"misschien een ander artikel: er staat een andere EAN. Zie `pricegap match list`.",
		},
	} {
		a := market.Alert{Kind: tt.kind, Facts: tt.facts}
		if en, nl := english.own(a).Text(), dutch.own(a).Text(); en != tt.en || nl != tt.nl {
			t.Errorf("%s:\n%q, want %q\n%q, want %q", tt.kind, en, tt.en, nl, tt.nl)
		}
	}
	for _, s := range english.own(market.Alert{Kind: "seller_changed", Facts: market.Facts{Seller: market.NewText("<!here>"), SellerBefore: market.NewText("b")}}) {
		if s.Text == "<!here>" && !s.Foreign {
			t.Error("the name of a seller is the word of a page")
		}
	}
}

// TestEnds checks that what is said of ends is said of kinds that there are.
func TestEnds(t *testing.T) {
	for k := range english.Ends {
		if !slices.Contains(rule.Kinds(), k) {
			t.Errorf("there is no rule of the kind %s", k)
		}
	}
}
