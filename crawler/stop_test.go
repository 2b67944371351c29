package crawler

import (
	"context"
	"slices"
	"testing"

	"pricegap/crawler/keep"
	"pricegap/market"
)

// strict is a keeper that keeps nothing for a context that has ended, as the store does.
type strict struct{ keep.Memory }

func (s *strict) PutState(ctx context.Context, key string, value []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Memory.PutState(ctx, key, value)
}

// TestStopAtCheckpoint: a run that is stopped while a checkpoint is told forgets neither what waits nor what was told.
func TestStopAtCheckpoint(t *testing.T) {
	for range 8 { // which of two that are ready comes first is for the dice
		pages, start := products(8)
		list := starts(market.StartJSON, "/api")
		pages["/api"] = text("title item")
		s := newShop(t, pages)
		var k strict
		site := s.site(list, start)
		ctx, cancel := context.WithCancel(t.Context())
		var got []string
		for v, err := range newCrawler(t, Options{Keep: &k}).Crawl(ctx, site) {
			if err != nil {
				break
			}
			if got = append(got, told(v)); v.Checkpoint {
				cancel()
			}
		}
		cancel()
		rest := crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site))
		for _, page := range got {
			if slices.Contains(rest, page) {
				t.Fatalf("visits %q, and then %q", got, rest)
			}
		}
		if len(rest) == 0 {
			t.Fatalf("visits %q, and nothing more", got)
		}
	}
}
