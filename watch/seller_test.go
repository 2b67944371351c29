package watch_test

import (
	"slices"
	"testing"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/market"
	"pricegap/watch"
)

// TestSellerChanged: that another seller stands on a page is told once, and of whom it is the place; sellers side by side are
// no news, whoever comes and goes, and what the former asked is nobody's price any more.
func TestSellerChanged(t *testing.T) {
	const page2 = "https://rival.example/p/2"
	type seller struct{ name, price string }
	for name, tt := range map[string]struct {
		looks [][]seller
		want  []string
	}{
		"another":                  {[][]seller{{{"A", "9.00"}}, {{"B", "9.50"}}, {{"B", "9.50"}}}, []string{"B for A at 9.50 EUR"}},
		"another who asks less":    {[][]seller{{{"A", "9.00"}}, {{"B", "8.50"}}}, []string{"B for A at 8.50 EUR"}},
		"another letter case":      {[][]seller{{{"A", "9.00"}}, {{"a", "9.50"}}}, nil},
		"one beside":               {[][]seller{{{"A", "9.00"}}, {{"A", "9.00"}, {"B", "8.50"}}, {{"B", "8.50"}, {"A", "9.00"}}}, nil},
		"one in front":             {[][]seller{{{"A", "9.00"}}, {{"B", "8.50"}, {"A", "9.00"}}}, nil},
		"two as ever":              {[][]seller{{{"A", "9.00"}, {"B", "9.50"}}, {{"A", "8.90"}, {"B", "9.40"}}}, nil},
		"the one who stays":        {[][]seller{{{"A", "9.00"}, {"B", "9.50"}}, {{"B", "9.40"}}}, nil},
		"two, and neither stays":   {[][]seller{{{"A", "9.00"}, {"C", "9.50"}}, {{"B", "9.40"}}}, nil},
		"two for one":              {[][]seller{{{"A", "9.00"}}, {{"C", "9.60"}, {"B", "9.40"}}}, []string{"B for A at 9.40 EUR"}},
		"back at another price":    {[][]seller{{{"A", "9.00"}}, {{"B", "9.50"}}, {{"A", "9.20"}}}, []string{"B for A at 9.50 EUR", "A for B at 9.20 EUR"}},
		"a third":                  {[][]seller{{{"A", "9.00"}}, {{"B", "9.50"}}, {{"C", "9.80"}}}, []string{"B for A at 9.50 EUR", "C for B at 9.80 EUR"}},
		"who left, then another":   {[][]seller{{{"A", "9.00"}, {"B", "9.50"}}, {{"A", "9.00"}}, {{"C", "9.80"}}}, []string{"C for A at 9.80 EUR"}},
		"not named":                {[][]seller{{{"", "9.00"}}, {{"B", "9.50"}}}, nil},
		"nobody, and then another": {[][]seller{{{"A", "9.00"}}, {}, {{"B", "9.50"}}}, []string{"B for A at 9.50 EUR"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.o.Rules = nil
			for _, kind := range []string{"seller_changed", "new_lowest", "price_change"} {
				r, err := rule.New(kind, nil)
				if err != nil {
					t.Fatal(err)
				}
				w.o.Rules = append(w.o.Rules, alerts.Configured{Name: kind, Kind: kind, Rule: r, Channels: []string{"floor"}})
			}
			w.restart()
			w.catalog("10.00")
			w.shop.offers[page2] = []market.Offer{{SKU: "R2", Price: eur(t, "1.00"), URL: page2}} // another page, so that none is empty
			var got []string
			for _, look := range tt.looks {
				w.now = w.now.AddDate(0, 0, 1)
				w.shop.offers[page1] = nil
				for _, s := range look {
					o := w.offer(s.price)
					o.Seller = market.NewText(s.name)
					w.shop.offers[page1] = append(w.shop.offers[page1], o)
				}
				w.crawl()
				if _, err := w.Deliver(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for _, m := range w.said.messages {
				for _, a := range m.Firing {
					if a.Kind == "seller_changed" {
						f := a.Facts
						got = append(got, f.Seller.Plain()+" for "+f.SellerBefore.Plain()+" at "+f.Theirs.Price.String())
					}
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("told %q, want %q", got, tt.want)
			}
			for s, err := range w.Standings(t.Context(), watch.StandingQuery{}) {
				last := tt.looks[len(tt.looks)-1]
				lowest := slices.MinFunc(last, func(a, b seller) int { c, _ := eur(t, a.price).Cmp(eur(t, b.price)); return c })
				if err != nil || s.Rivals[0].Price != eur(t, lowest.price) {
					t.Errorf("the rival asks %s, want %s of the last look; %v", s.Rivals[0].Price, lowest.price, err)
				}
			}
		})
	}
}
