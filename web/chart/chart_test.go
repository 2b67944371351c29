package chart_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch"
	"pricegap/web/chart"

	"github.com/google/go-cmp/cmp"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func seen(day int, price money.Amount, trust market.TrustState) market.Observation {
	return market.Observation{SeenAt: begin.AddDate(0, 0, day), Offer: market.Offer{Price: price}, Trust: market.Trust{State: trust}}
}

func euros(n int64) money.Amount { return money.New(n*money.Micros, "EUR") }

var plain = chart.Labels{
	Money: func(a money.Amount) string { return a.Decimal() },
	Day:   func(t time.Time) string { return t.Format("2 Jan") },
	Held:  func(a money.Amount) string { return "held " + a.Decimal() },
}

func TestStepsHoldUntilSeenOtherwise(t *testing.T) {
	c := chart.Draw([]watch.Series{{Source: "voltavia", Points: []market.Observation{
		seen(0, euros(100), market.Trusted), seen(2, euros(140), market.Trusted), seen(4, euros(140), market.Trusted),
		seen(5, money.Amount{}, market.Trusted), seen(6, euros(100), market.Trusted), seen(7, euros(1400), market.Quarantined),
		seen(8, money.New(1, "USD"), market.Trusted),
	}}}, begin, begin.AddDate(0, 0, 10), plain)
	want := chart.Line{Name: "voltavia", Class: "s0", Path: "M96 225H226V54H356M487 225", Held: []chart.Dot{{X: 552, Y: 12, Text: "held 1400.00"}}}
	if d := cmp.Diff(want, c.Lines[0]); d != "" {
		t.Errorf("line (-want +got)\n%s", d)
	}
	var labels []string
	for _, m := range c.Y {
		labels = append(labels, m.Label)
	}
	if got := strings.Join(labels, " "); got != "90.00 100.00 110.00 120.00 130.00 140.00 150.00" {
		t.Errorf("price axis: %s", got)
	}
	if len(c.X) != 5 || c.X[0].Label != "2 Jan" || c.X[4].Label != "10 Jan" {
		t.Errorf("day axis: %v", c.X)
	}
}

func TestEverythingStaysInside(t *testing.T) {
	for _, prices := range [][]int64{{0}, {1}, {5, 5}, {-3, 4}, {0, math.MaxInt64}, {math.MaxInt64 - 1, math.MaxInt64}, {999_999, 1_000_001}} {
		var points []market.Observation
		for i, p := range prices {
			points = append(points, seen(i, money.New(p, "EUR"), market.Trusted))
		}
		c := chart.Draw([]watch.Series{{Points: points}}, begin, begin, plain)
		if len(c.Y) == 0 || len(c.Y) > 12 {
			t.Errorf("%v: %d lines", prices, len(c.Y))
		}
		for _, m := range c.Y {
			if m.At < 0 || m.At > c.Height {
				t.Errorf("%v: %s stands at %d", prices, m.Label, m.At)
			}
		}
	}
	if c := chart.Draw([]watch.Series{{Points: []market.Observation{seen(0, euros(1), market.Refused)}}}, begin, begin, plain); c != nil {
		t.Errorf("a chart of nothing: %+v", c)
	}
}
