package formula_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts/formula"
	"pricegap/compare"
	"pricegap/market"
)

// TestEnrich compares two formulas field by field: what is better with us, what is even, what is better with them. What is not
// known of one side is empty, and speaks against nobody.
func TestEnrich(t *testing.T) {
	point := func(k market.PointKind, n int64, words string) market.SellingPoint {
		p := market.SellingPoint{Kind: k, Words: map[string]string{"en": words}}
		if n > 0 {
			p.Amount = market.CountOf(n)
		}
		return p
	}
	ours := compare.Shop{ID: "us", Own: true, Formula: market.Formula{Points: []market.SellingPoint{
		point(market.PointDelivery, 1, "tomorrow"), point(market.PointPickup, 2, "in 2 hours"), point(market.PointWarranty, 24, "2 years"),
		point(market.PointReturns, 30, "30 days"), point(market.PointService, 0, "old one away"), point(market.PointService, 0, "installed"),
		point(market.PointRating, 460, "4.6 stars"),
	}}}
	theirs := compare.Shop{ID: "lamp", Formula: market.Formula{Points: []market.SellingPoint{
		point(market.PointReturns, 100, "100 days"), point(market.PointService, 0, "Installed"), point(market.PointRating, 460, "4.6 of 5"),
		point(market.PointService, 0, "tea and cake"),
	}}}
	seen := market.Observation{Offer: market.Offer{DeliveryDays: market.CountOf(1), Stock: market.StockIn}}
	page := market.Observation{Offer: market.Offer{DeliveryDays: market.CountOf(1), WarrantyMonths: market.CountOf(36), Stock: market.StockIn}}
	s := compare.Standing{Ours: compare.Position{Source: "us", Seen: seen}, Rivals: []compare.Position{{Source: "lamp", Seen: page}}}
	f := market.Facts{Ours: market.Side{Source: "us"}, Theirs: market.Side{Source: "lamp"}}
	formula.Enrich(&f, s, []compare.Shop{ours, theirs})
	said := func(as []market.Advantage) string {
		var out []string
		for _, a := range as {
			out = append(out, string(a.Kind)+": "+a.Ours["en"]+" | "+a.Theirs["en"])
		}
		return strings.Join(out, "\n")
	}
	for _, tt := range []struct{ name, got, want string }{
		{"ours", said(f.Advantages), "pickup: in 2 hours | \nservice: old one away | not with them"},
		{"even", said(f.Even), "delivery: tomorrow | delivered within 1 day\nservice: installed | installed\nrating: 4.6 stars | 4.6 of 5"},
		{"theirs", said(f.Drawbacks), "returns: 30 days | 100 days\nservice: not with us | tea and cake\nwarranty: 2 years | 36 months of warranty"},
	} {
		if d := cmp.Diff(tt.want, tt.got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// TestEvenOfNothing promises no delivery of what we do not have.
func TestEvenOfNothing(t *testing.T) {
	words := map[string]string{"en": "tomorrow"}
	shop := compare.Shop{Formula: market.Formula{Points: []market.SellingPoint{{Kind: market.PointDelivery, Amount: market.CountOf(1), Words: words}}}}
	out := market.Observation{Offer: market.Offer{Stock: market.StockOut}}
	if got := compare.Even(shop, shop, out, market.Observation{}); len(got) != 0 {
		t.Errorf("even in %v", got)
	}
}
