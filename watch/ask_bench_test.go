package watch_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/watch"
	"pricegap/watch/referee"
)

// BenchmarkAsk answers 20 questions a second out of a store of 50,000 products, by turns by article number, MPN and words, as a
// slash command does: which product is meant, how it stands, and what the policy says. It reports how long the slowest one in twenty
// takes. Use -benchtime 200x.
func BenchmarkAsk(b *testing.B) {
	const products = 50_000
	w := benchWatcherOf(b, products, 15)
	took := make([]time.Duration, b.N)
	every := time.NewTicker(time.Second / 20)
	defer every.Stop()
	var g sync.WaitGroup
	b.ResetTimer()
	for i := range b.N {
		n := i * 7919 % products
		text := []string{fmt.Sprint(n), fmt.Sprint("m-", n), fmt.Sprint("waterkoker nova ", n), "waterkoker"}[i%4]
		<-every.C
		g.Go(func() {
			at := time.Now()
			found, err := w.Find(b.Context(), text, 6)
			if err != nil || len(found) == 0 {
				b.Errorf("%q: %d found, %v", text, len(found), err)
				return
			}
			for _, err := range w.Standings(b.Context(), watch.StandingQuery{Products: []market.ProductID{found[0].ID}}) {
				if err != nil {
					b.Error(err)
				}
			}
			if _, err := w.Verdicts(b.Context(), referee.Query{Product: found[0].ID, Role: "staff"}); err != nil {
				b.Error(err)
			}
			took[i] = time.Since(at)
		})
	}
	g.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
