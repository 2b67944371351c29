package rule_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/market"
	"pricegap/market/money"
)

// BenchmarkJudge judges 10,000 changes of a price by a rule of each kind, twenty in all, beside three rivals.
func BenchmarkJudge(b *testing.B) {
	var rules []alerts.Rule
	for i := range 20 {
		kind, options := rule.Kinds()[i%len(rule.Kinds())], `{}`
		if kind == "expression" {
			options = `{"when":"gap < 0"}`
		}
		r, err := rule.New(kind, func(o any) error { return json.Unmarshal([]byte(options), o) })
		if err != nil {
			b.Fatal(err)
		}
		rules = append(rules, r)
	}
	events := make([]alerts.Event, 10_000)
	for i := range events {
		e := cheaper(market.Product{ID: market.ProductID(fmt.Sprint(i))}, "lamp", "licht", "zon")
		was := e.Standing.Rivals[0].Seen
		was.Offer.Price = money.New(95_000_000, "EUR")
		now := was
		now.Offer.Price, now.SeenAt = money.New(90_000_000, "EUR"), was.SeenAt.Add(time.Hour)
		e.Standing.Rivals[0].Seen = now
		e.Tick, e.Now, e.Change = false, now.SeenAt, &market.Change{Seq: uint64(i + 1), Before: was, After: now}
		events[i] = e
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for i := range events {
			for _, r := range rules {
				n += len(r.Judge(&events[i]))
			}
		}
		if n == 0 {
			b.Fatal("no finding")
		}
	}
}
