package lang

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/market/lexicon"
)

// TestNewLanguage holds that a file of words is all that a language needs.
func TestNewLanguage(t *testing.T) {
	l, err := lexicon.Load(fstest.MapFS{"fi.txt": {Data: []byte(`# Finnish
[stock in_stock]
varastossa, heti saatavilla
[stock out_of_stock]
loppu varastosta
[stock limited]
vain # jäljellä
[answer no]
ei
[days 1]
huomenna
[unit day]
päivässä, päivän, arkipäivässä
[about returns]
palautusoikeus
`)}})
	if err != nil {
		t.Fatal(err)
	}
	v := newVocabulary(l)
	for text, want := range map[string]market.Stock{
		"Heti saatavilla!": market.StockIn, "Tilapäisesti loppu varastosta": market.StockOut, "Ei varastossa": market.StockUnknown,
		"Vain 3 jäljellä": market.StockLimited, "Vain 300 jäljellä": market.StockUnknown, "Op voorraad": market.StockUnknown,
	} {
		if got := v.stockOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]int64{"Toimitus 1-3 arkipäivässä": 3, "Perillä huomenna, 14 päivän palautusoikeus": 1} {
		if got, ok := v.deliveryOf(text); !ok || got != want {
			t.Errorf("%q: %d, %v", text, got, ok)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"Voor 23:59 besteld, morgen in huis!": {"voor", "23:59", "besteld", "", "morgen", "in", "huis"},
		"2,5 jaar. 3–5 dagen – of later":      {"2,5", "jaar", "", "3", "5", "dagen", "", "of", "later"},
		"n’est plus / n.v.t.":                 {"n", "est", "plus", "n", "v", "t"},
		"(op voorraad)":                       {"op", "voorraad"},
		"…":                                   nil,
	} {
		if d := cmp.Diff(want, words(text)); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

// TestMeanings holds that what the files can say is what the product knows.
func TestMeanings(t *testing.T) {
	for kind, want := range map[string][]string{
		"stock": {
			string(market.StockDiscontinued), string(market.StockOut), string(market.StockInStoreOnly), string(market.StockPreorder), string(market.StockBackorder),
			string(market.StockLimited), string(market.StockIn), "unknown",
		},
		"condition": {string(market.ConditionRefurbished), string(market.ConditionDamaged), string(market.ConditionUsed), string(market.ConditionNew)},
		"answer":    {string(market.AnswerNo), string(market.AnswerYes)},
	} {
		if d := cmp.Diff(want, lexicon.Meanings(kind)); d != "" {
			t.Errorf("%s: %s", kind, d)
		}
	}
}
