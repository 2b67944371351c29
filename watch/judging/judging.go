// Package judging brings what was seen before the rules: the changes of the log, what stands now, and how the sources are.
package judging

import (
	"context"
	"maps"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/lookback"
	"pricegap/watch/ties"
)

// newsFor is how long a change is news. An older one, from an import or from runs without alerts, is judged by
// what holds now and not told as something that happened.
const newsFor = 24 * time.Hour

// judgeBatch is how many changes are judged in one transaction.
const judgeBatch = 200

// Options are the parts of a Judge.
type Options struct {
	Store   store.Store
	Shops   []compare.Shop
	Compare compare.Options
	// Desk is where the rules are, Ties know what sells what.
	Desk *alerts.Desk
	Ties *ties.Ties
	// Runs returns what the runs of a source have come to.
	Runs  func(context.Context, market.SourceID) (lookback.Runs, error)
	Clock market.Clock
}

// Judge brings what was seen before the rules. It must not be used by two at once, but for Standing.
type Judge struct{ Options }

// New returns a judge of those parts.
func New(o Options) *Judge { return &Judge{o} }

// CatchUp brings the alerts up to the end of the log: changes first, each against the prices of its time, then
// products with new matches, the health of the sources, and what only waited for time to pass. It costs as much
// as there is to judge, however many products there are.
func (j *Judge) CatchUp(ctx context.Context) error {
	if err := j.judgeChanges(ctx); err != nil {
		return err
	}
	if err := j.Ties.Judge(ctx, func(ids []market.ProductID) error { return j.Present(ctx, ids) }); err != nil {
		return err
	}
	if err := j.judgeSources(ctx); err != nil {
		return err
	}
	now := j.Clock()
	return j.Desk.Tick(ctx, now, func(id market.ProductID) (compare.Standing, error) {
		return j.Standing(ctx, id, time.Time{}, now)
	})
}

func (j *Judge) judgeChanges(ctx context.Context) error {
	after, err := j.Store.Cursor(ctx, alerts.Cursor)
	if err != nil {
		return err
	}
	now := j.Clock()
	again := map[market.ProductID]bool{}
	var events []alerts.Event
	last := after
	flush := func() error {
		err := j.Desk.Judge(ctx, last, events...)
		events = events[:0]
		return err
	}
	for c, err := range j.Store.Changes(ctx, after) {
		if err != nil {
			return err
		}
		last = c.Seq
		products, err := j.Ties.SoldAs(ctx, c.After.Listing)
		if err != nil {
			return err
		}
		for _, id := range products {
			again[id] = true
		}
		if len(products) == 0 || now.Sub(c.After.SeenAt) > newsFor {
			continue
		}
		found, err := j.eventsOf(ctx, c, products)
		if err != nil {
			return err
		}
		events = append(events, found...)
		if len(events) >= judgeBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if last == after {
		return nil
	}
	// Sources are read side by side, so the log is not in the order of time. The last word on each product is that
	// of the prices as they stand now; it goes with the cursor.
	present, err := j.present(ctx, slices.Sorted(maps.Keys(again)), "")
	if err != nil {
		return err
	}
	events = append(events, present...)
	return flush()
}

// eventsOf is a change as rules judge it, once for each product that it touches.
func (j *Judge) eventsOf(ctx context.Context, c market.Change, products []market.ProductID) ([]alerts.Event, error) {
	runs, err := j.Runs(ctx, c.After.Source)
	if err != nil {
		return nil, err
	}
	others, err := j.others(ctx, &c, products)
	if err != nil {
		return nil, err
	}
	e, err := lookback.Event(ctx, j.Store, &c, others, j.Desk.Back(&c), runs)
	if err != nil {
		return nil, err
	}
	out := make([]alerts.Event, 0, len(products))
	for _, id := range products {
		if e.Standing, err = j.Standing(ctx, id, c.After.SeenAt, c.After.SeenAt); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// others are the listings of the shop of a change that are tied to the same products, where the one that changed has a seller's name.
func (j *Judge) others(ctx context.Context, c *market.Change, products []market.ProductID) (out []market.ListingID, err error) {
	if !c.After.Offer.Seller.Known() {
		return nil, nil
	}
	for m, err := range j.Store.Matches(ctx, products...) {
		if err != nil {
			return nil, err
		}
		if m.Source == c.After.Source && m.Decision == market.Accept {
			out = append(out, m.Listing)
		}
	}
	return out, nil
}

func (j *Judge) judgeSources(ctx context.Context) error {
	var events []alerts.Event
	for _, s := range j.Shops {
		past, err := j.Runs(ctx, s.ID)
		if err != nil {
			return err
		}
		if past.Last.ID == "" {
			continue // never crawled: nothing to miss
		}
		if err := lookback.Gone(ctx, j.Store, past.Last, func(gone []market.ListingID) error { return j.judgeGone(ctx, gone) }); err != nil {
			return err
		}
		if err := lookback.Recovered(ctx, j.Store, s.ID, past.GoodAt, 2*s.Interval, func() error {
			ids, err := j.Ties.SoldBy(ctx, s.ID)
			if err != nil {
				return err
			}
			return j.Present(ctx, ids)
		}); err != nil {
			return err
		}
		events = append(events, alerts.Event{
			Now: j.Clock(), Run: &past.Last,
			Source: alerts.SourceState{ID: s.ID, Name: s.Name, Own: s.Own, Interval: s.Interval, LastGoodAt: past.GoodAt},
		})
	}
	return j.Desk.Judge(ctx, 0, events...)
}

// judgeGone judges that the pages of listings have ended for good.
func (j *Judge) judgeGone(ctx context.Context, gone []market.ListingID) error {
	var events []alerts.Event
	for _, listing := range gone {
		ids, err := j.Ties.SoldAs(ctx, listing)
		if err != nil {
			return err
		}
		present, err := j.present(ctx, ids, listing)
		if err != nil {
			return err
		}
		events = append(events, present...)
	}
	return j.Desk.Judge(ctx, 0, events...)
}

// Present judges products as they stand now.
func (j *Judge) Present(ctx context.Context, ids []market.ProductID) error {
	for some := range slices.Chunk(ids, judgeBatch) {
		events, err := j.present(ctx, some, "")
		if err != nil {
			return err
		}
		if err := j.Desk.Judge(ctx, 0, events...); err != nil {
			return err
		}
	}
	return nil
}

// present are products as they stand now, as rules judge them.
func (j *Judge) present(ctx context.Context, ids []market.ProductID, gone market.ListingID) ([]alerts.Event, error) {
	now := j.Clock()
	out := make([]alerts.Event, 0, len(ids))
	for _, id := range ids {
		s, err := j.Standing(ctx, id, time.Time{}, now)
		if err != nil {
			return nil, err
		}
		out = append(out, alerts.Event{Now: now, Tick: true, Standing: s, Gone: gone})
	}
	return out, nil
}

// Standing is one product's standing, one without a product where it is not known; asOf zero reads the present.
func (j *Judge) Standing(ctx context.Context, id market.ProductID, asOf, at time.Time) (compare.Standing, error) {
	var p market.Product
	if id != "" {
		for found, err := range j.Store.Products(ctx, id) {
			if err != nil {
				return compare.Standing{}, err
			}
			p = found
		}
	}
	var matches []market.Match
	var tied []market.ListingID
	for m, err := range j.Store.Matches(ctx, id) {
		if err != nil {
			return compare.Standing{}, err
		}
		matches = append(matches, m)
		if m.Decision == market.Accept {
			tied = append(tied, m.Listing)
		}
	}
	board := compare.NewBoard(j.Shops, matches, at, j.Compare)
	if len(tied) > 0 {
		for o, err := range j.Store.Latest(ctx, store.Query{AsOf: asOf, Listings: tied, Both: true}) {
			if err != nil {
				return compare.Standing{}, err
			}
			board.See(o)
		}
	}
	return board.Standing(p), nil
}
