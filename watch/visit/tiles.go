package visit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"pricegap/market"
	"pricegap/watch/visit/sights"
)

// tile keeps an observation of a list page until the end of the run; of a listing the first counts.
func (v *visit) tile(o market.Observation) error {
	if v.tiles[o.Listing] != nil || v.ownPage(o) {
		return nil
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("watch: tile of %s: %w", o.Listing, err)
	}
	v.tiles[o.Listing] = raw
	return nil
}

// ownPage reports whether another page than that of a tile showed its listing in this run, or its own page when it was
// last seen.
func (v *visit) ownPage(tile market.Observation) bool {
	g := v.sights.Of(tile.Listing)
	return g != nil && g.Page != v.sights.Hash(tile.Page) && (g.Is(sights.SeenNow) || g.Page == v.sights.Hash(tile.Offer.URL))
}

// settleAll records all that waits for the end of the crawl, though somebody has stopped it; what is settled stays so.
func (v *visit) settleAll(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	return errors.Join(v.settleTiles(ctx), v.settle(ctx))
}

// settleTiles records the offers of list pages whose listing no page of its own showed. A tile says less than
// a page, so it never replaces what a page said.
func (v *visit) settleTiles(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(v.tiles)) {
		var o market.Observation
		if err := json.Unmarshal(v.tiles[id], &o); err != nil {
			return fmt.Errorf("watch: tile of %s: %w", id, err)
		}
		if v.ownPage(o) {
			continue
		}
		if err := errors.Join(v.observe(ctx, o), v.flushDue(ctx)); err != nil {
			return err
		}
	}
	clear(v.tiles)
	return nil
}
