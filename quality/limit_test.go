package quality

import (
	"testing"

	"pricegap/market"
	"pricegap/market/money"
)

func cents(n int64) money.Amount { return money.New(n*10_000, "EUR") }

// TestLimit: a price 15 % or more past what a person said is held until it is seen again, the first one of a listing too;
// where the trusted price is past it already, the limit says nothing new.
func TestLimit(t *testing.T) {
	limit := Limit{Lowest: cents(100_00), Highest: cents(200_00)}
	none := market.Observation{}
	for _, tt := range []struct {
		name    string
		obs     market.Observation
		trusted market.Observation
		held    []market.Observation
		reason  string
		refused int
	}{
		{"within", eur(60, "120"), eur(0, "110"), nil, "", 0},
		{"past it by less", eur(60, "85.01"), eur(0, "110"), nil, "", 0},
		{"below by 15 %", eur(60, "85"), eur(0, "110"), nil, PastLimit, 0},
		{"above by 15 %", eur(60, "230"), eur(0, "195"), nil, PastLimit, 0},
		{"above by less", eur(60, "229.98"), eur(0, "195"), nil, "", 0},
		{"the first price", eur(0, "84"), none, nil, PastLimit, 0},
		{"the first price, seen again", eur(20, "84"), none, []market.Observation{eur(0, "84")}, "", 0},
		{"the first price, seen again too soon", eur(2, "84"), none, []market.Observation{eur(0, "84")}, PastLimit, 0},
		{"the first price was a glitch", eur(20, "105"), none, []market.Observation{eur(0, "84")}, "", 1},
		{"seen again", eur(20, "84"), eur(0, "105"), []market.Observation{eur(0, "84")}, "", 0},
		{"it was below already", eur(60, "80"), eur(0, "84"), nil, "", 0},
		{"just above, then far above", eur(60, "235"), eur(0, "205"), nil, PastLimit, 0},
		{"a jump is named as one", eur(60, "84"), eur(0, "150"), nil, Jump, 0},
		{"in another currency", at(60, "20", "USD"), at(0, "21", "USD"), nil, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := Judge(tt.obs, Past{Trusted: tt.trusted, Held: tt.held, Limit: limit}, Policy{})
			want := market.Trust{State: market.Trusted}
			if tt.reason != "" {
				want = market.Trust{State: market.Quarantined, Reason: tt.reason, Needs: 1}
			}
			if v.Trust != want || len(v.Refused) != tt.refused {
				t.Errorf("%+v, %d refused; want %+v, %d", v.Trust, len(v.Refused), want, tt.refused)
			}
		})
	}
}

// TestLimitOf: the first limit that is for one of the products counts, by article number or by the beginning of the category.
func TestLimitOf(t *testing.T) {
	p := Policy{Limits: []Limit{
		{Products: []market.ProductID{"7"}, Lowest: cents(1)},
		{Categories: []string{"Wassen > Drogers", "koelen"}, Lowest: cents(2)},
		{Categories: []string{"Wassen"}, Lowest: cents(3)},
	}}
	in := func(id market.ProductID, category string) market.Product {
		return market.Product{ID: id, Category: market.NewText(category)}
	}
	for _, tt := range []struct {
		products []market.Product
		want     int64
	}{
		{nil, 0},
		{[]market.Product{in("7", "Wassen")}, 1},
		{[]market.Product{in("8", "Wassen > Drogers > Warmtepomp")}, 2},
		{[]market.Product{in("8", "KOELEN")}, 2},
		{[]market.Product{in("8", "Wassen > Machines")}, 3},
		{[]market.Product{in("8", "Koken")}, 0},
		{[]market.Product{in("8", "Koken"), in("9", "Wassen")}, 3},
	} {
		if got := p.LimitOf(tt.products...).Lowest.Micros() / 10_000; got != tt.want {
			t.Errorf("%v: limit %d, want %d", tt.products, got, tt.want)
		}
	}
}
