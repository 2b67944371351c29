package calm

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"pricegap/market"
)

// Catalog yields products by id; nil knows none.
type Catalog func(ctx context.Context, ids ...market.ProductID) iter.Seq2[market.Product, error]

// Of returns what is known of the products that alerts are about.
func (c Catalog) Of(ctx context.Context, as []market.Alert) (map[market.ProductID]market.Product, error) {
	out := map[market.ProductID]market.Product{}
	ids := map[market.ProductID]bool{}
	for _, a := range as {
		if a.Topic.Product != "" {
			ids[a.Topic.Product] = true
		}
	}
	if c == nil || len(ids) == 0 {
		return out, nil
	}
	for p, err := range c(ctx, slices.Sorted(maps.Keys(ids))...) {
		if err != nil {
			return nil, fmt.Errorf("alerts: products: %w", err)
		}
		out[p.ID] = p
	}
	return out, nil
}
