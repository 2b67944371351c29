package segment

import (
	"context"
	"iter"

	"pricegap/market"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
)

// Sightings implements store.Prices.
func (h *Prices) Sightings(ctx context.Context, name market.SourceID) iter.Seq2[market.Sighting, error] {
	return func(yield func(market.Sighting, error) bool) {
		going := true
		parts := past.Cache{Most: 1} // each is read once, and would push out of memory what others go on with
		err := h.each(ctx, Query{Sources: []market.SourceID{name}}, func(c chosen) bool {
			for g, err := range many(ctx, h, c.src, c.seen(), func(r *past.Reader, o uint32, v mark.View) (market.Sighting, error) {
				r.Parts = &parts
				return h.sighting(c.src, r, o, v)
			}) {
				if going = yield(g, err) && err == nil; !going {
					return false
				}
			}
			return true
		})
		if err != nil && going {
			yield(market.Sighting{}, err)
		}
	}
}

// sighting returns what is known of a listing at a glance; v is its newest observation that is not refused.
func (h *Prices) sighting(src *memory.Source, r *past.Reader, ordinal uint32, v mark.View) (g market.Sighting, err error) {
	r.Glance = true
	o, err := r.Observation(ordinal, v)
	if err != nil {
		return g, err
	}
	g = market.Sighting{SeenAt: o.SeenAt, Run: o.Run, Page: o.Page, Trust: o.Trust.State, Priced: o.Offer.Price.Known()}
	h.Mu.RLock()
	defer h.Mu.RUnlock()
	e := src.Table.Entry(ordinal)
	g.Listing = src.Table.ID(ordinal) // in memory already, for who keeps it
	if g.Gone = e.Gone; e.Look != nil && v == e.Newest {
		g.Page = *e.Look
	}
	return g, nil
}
