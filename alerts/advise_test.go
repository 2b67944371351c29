package alerts_test

import (
	"context"
	"errors"
	"testing"

	"pricegap/market"
)

// TestVerdicts: an alert has the verdict on the price that it tells; one that cannot be had holds nothing up.
func TestVerdicts(t *testing.T) {
	asked := 0
	var refused error
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.advise = func(_ context.Context, p market.ProductID, s market.SourceID) (market.Verdict, error) {
		asked++
		return market.Verdict{Outcome: "REFER", To: string(p) + " at " + string(s)}, refused
	}
	w.restart()
	verdict := func(want string, times int) {
		t.Helper()
		if a := w.box.only(t); a.Facts.Verdict.To != want || asked != times {
			t.Errorf("asked %d times, want %d; %+v", asked, times, a.Facts.Verdict)
		}
	}
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	verdict("1 at lamp", 1)
	w.tick()
	verdict("1 at lamp", 1)
	w.price("1", "lamp", 8900)
	verdict("1 at lamp", 2)
	refused = errors.New("the store is closed")
	w.price("1", "lamp", 8800)
	verdict("", 3)
}
