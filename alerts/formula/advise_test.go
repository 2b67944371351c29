package formula_test

import (
	"context"
	"testing"
	"time"

	"pricegap/alerts/formula"
	"pricegap/market"
	"pricegap/market/money"
)

// TestGiveAnew asks for another verdict when what it may rest on has changed, and for none otherwise: a policy may compare what
// both ask with delivery, whatever the rule compares.
func TestGiveAnew(t *testing.T) {
	eur := func(n int64) money.Amount { return money.New(n*1_000_000, "EUR") }
	was := market.Alert{State: market.AlertFiring, Transition: 1, Topic: market.Topic{Product: "1", Source: "lamp"}}
	was.Facts.Ours = market.Side{Source: "us", Price: eur(100), Delivered: eur(100)}
	was.Facts.Theirs = market.Side{Source: "lamp", Price: eur(95), Delivered: eur(95), Stock: market.StockIn, SeenAt: time.Unix(0, 0)}
	was.Facts.Gap = eur(-5)
	was.Facts.Verdict = market.Verdict{Outcome: "MATCH", Price: eur(95)}
	for name, tt := range map[string]struct {
		change func(*market.Facts)
		anew   bool
	}{
		"seen again":          {func(f *market.Facts) { f.Theirs.SeenAt = time.Unix(9, 0) }, false},
		"their price":         {func(f *market.Facts) { f.Theirs.Price = eur(94) }, true},
		"their delivery":      {func(f *market.Facts) { f.Theirs.Shipping, f.Theirs.Delivered = eur(6), eur(101) }, true},
		"our delivery":        {func(f *market.Facts) { f.Ours.Shipping, f.Ours.Delivered = eur(6), eur(106) }, true},
		"delivery, not known": {func(f *market.Facts) { f.Theirs.Delivered = money.Amount{} }, true},
		"their stock":         {func(f *market.Facts) { f.Theirs.Stock = market.StockOut }, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := false
			ask := formula.Advise(func(context.Context, market.ProductID, market.SourceID) (market.Verdict, error) {
				asked = true
				return market.Verdict{Outcome: "DECLINE"}, nil
			})
			now := was
			tt.change(&now.Facts)
			if got := ask.Give(t.Context(), was, now); asked != tt.anew || (got.Facts.Verdict.Outcome == "DECLINE") != tt.anew {
				t.Errorf("asked anew: %v, want %v: %s", asked, tt.anew, got.Facts.Verdict.Outcome)
			}
		})
	}
}
