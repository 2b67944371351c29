package segment

import (
	"context"
	"iter"
	"slices"

	"pricegap/market"
)

// Listings implements store.Keeping.
func (h *Prices) Listings(ctx context.Context, sources ...market.SourceID) iter.Seq2[market.ListingID, error] {
	return func(yield func(market.ListingID, error) bool) {
		if err := h.Ready(ctx); err != nil {
			yield("", err)
			return
		}
		for _, src := range h.Selected(sources) {
			h.Mu.RLock()
			err, ids := src.Err, make([]market.ListingID, src.Table.Size())
			for o := range ids {
				ids[o] = src.Table.ID(uint32(o))
			}
			h.Mu.RUnlock()
			if err != nil {
				yield("", err)
				return
			}
			slices.Sort(ids)
			for _, id := range ids {
				if !yield(id, nil) {
					return
				}
			}
		}
	}
}
