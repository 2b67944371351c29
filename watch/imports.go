package watch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/chronicle"
)

// ErrNoOwn is returned by ImportCatalog when no source is marked `own: true`.
var ErrNoOwn = errors.New("watch: no source of ours: mark one with own: true")

// ErrFuture is returned by ImportObservations for what is said to have been seen more than Ahead from now: it would
// hide everything seen of that listing until then.
var ErrFuture = errors.New("watch: seen in the future")

// Ahead is how far the clock of whoever wrote an observation may be ahead of ours.
const Ahead = 24 * time.Hour

// importBatch is how many observations of an import are recorded in one transaction.
const importBatch = 5000

// ImportCatalog implements Doer. Our own prices are not doubted: they are what we ask.
func (w *Watcher) ImportCatalog(ctx context.Context, items []CatalogItem) (Imported, error) {
	var done Imported
	if w.own == "" {
		return done, ErrNoOwn
	}
	now := w.Clock().UTC().Truncate(time.Second)
	run := market.Run{ID: market.RunID(now.Format("20060102T150405Z")), Source: w.own, StartedAt: now, EndedAt: now, Outcome: market.RunDone}
	products := make([]market.Product, 0, len(items))
	var obs []market.Observation
	for _, it := range items {
		products = append(products, it.Product)
		o := it.Offer
		o.SKU = string(it.Product.ID)
		if !o.Price.Known() {
			continue // a product without a price of ours is identity only
		}
		obs = append(obs, market.Observation{
			Source: w.own, Listing: market.Identify(w.own, o.URL, o), SeenAt: now, Run: run.ID, Page: o.URL,
			Offer: o, Parser: "catalog", Trust: market.Trust{State: market.Trusted},
		})
	}
	defer w.names.Forget()
	for chunk := range slices.Chunk(products, importBatch) {
		if err := w.Store.PutProducts(ctx, chunk...); err != nil {
			return done, err
		}
		done.Products += len(chunk)
	}
	n, err := w.record(ctx, obs, &done)
	if err != nil {
		return done, err
	}
	run.Offers, run.Changes = n, done.Changes
	err = w.Store.PutRun(ctx, run)
	w.forget(w.own)
	if err != nil {
		return done, err
	}
	return done, w.ties.Find(ctx, w.Store.Latest(ctx, store.Query{Bare: true}))
}

func (w *Watcher) record(ctx context.Context, obs []market.Observation, done *Imported) (int, error) {
	n := 0
	for chunk := range slices.Chunk(obs, importBatch) {
		changes, err := w.Store.Record(ctx, chunk...)
		if err != nil {
			return n, err
		}
		n += len(chunk)
		done.Observations += len(chunk)
		done.Changes += len(changes)
	}
	return n, nil
}

// ImportObservations implements Doer. History from elsewhere is trusted unless it says otherwise itself: whoever
// imports it vouches for it, and a list of changes would never confirm a jump.
func (w *Watcher) ImportObservations(ctx context.Context, obs iter.Seq2[market.Observation, error]) (Imported, error) {
	touched := map[market.SourceID]bool{}
	kept, failed := chronicle.Keep(ctx, w.Store, w.vetted(obs, touched), importBatch)
	done := Imported{Observations: kept.New, Known: kept.Known, Changes: kept.Changes}
	if len(touched) == 0 {
		return done, failed
	}
	// What was kept is matched whatever happened: a crawl matches only what is new to it.
	ctx = context.WithoutCancel(ctx)
	q := store.Query{Sources: slices.Sorted(maps.Keys(touched)), Bare: true}
	return done, errors.Join(failed, w.ties.Find(ctx, w.Store.Latest(ctx, q)))
}

// vetted yields observations up to one that cannot be kept, and notes their sources.
func (w *Watcher) vetted(obs iter.Seq2[market.Observation, error], touched map[market.SourceID]bool) iter.Seq2[market.Observation, error] {
	return func(yield func(market.Observation, error) bool) {
		for o, err := range obs {
			switch {
			case err != nil:
			case !w.hasShop(o.Source):
				err = fmt.Errorf("%w: %s", ErrUnknownSource, o.Source)
			case o.SeenAt.After(w.Clock().Add(Ahead)):
				err = fmt.Errorf("%w: %s, %s", ErrFuture, o.Listing, o.SeenAt.Format(time.RFC3339))
			default:
				touched[o.Source] = true
			}
			if o.Listing == "" {
				o.Listing = market.Identify(o.Source, o.Page, o.Offer)
			}
			if o.Trust.State == "" {
				o.Trust.State = market.Trusted
			}
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

// ImportMatches implements Doer. Errors: ErrUnknownProduct, ErrUnknownSource; nothing is kept then.
func (w *Watcher) ImportMatches(ctx context.Context, ms []market.Match) (Imported, error) {
	if len(ms) == 0 {
		return Imported{}, nil
	}
	ids := make([]market.ProductID, 0, len(ms))
	for _, m := range ms {
		ids = append(ids, m.Product)
	}
	known := map[market.ProductID]bool{}
	for p, err := range w.Store.Products(ctx, ids...) {
		if err != nil {
			return Imported{}, err
		}
		known[p.ID] = true
	}
	for i, m := range ms {
		if !known[m.Product] {
			return Imported{}, fmt.Errorf("%w: %s", ErrUnknownProduct, m.Product)
		}
		if !w.hasShop(m.Source) {
			return Imported{}, fmt.Errorf("%w: %s", ErrUnknownSource, m.Source)
		}
		if m.DecidedAt.IsZero() {
			ms[i].DecidedAt = w.Clock().UTC().Truncate(time.Second)
		}
	}
	return Imported{Matches: len(ms)}, w.ties.Put(ctx, ms)
}

// TestChannel implements Doer.
func (w *Watcher) TestChannel(ctx context.Context, channel string) error {
	for _, c := range w.Channels {
		if c.Name == channel {
			return w.desk.Test(ctx, channel)
		}
	}
	return fmt.Errorf("%w: %s", ErrUnknownChannel, channel)
}
