package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pricegap/market"
	"pricegap/store"
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
	return done, w.match(ctx, w.Store.Latest(ctx, store.Query{}))
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
	var done Imported
	touched := map[market.SourceID]bool{}
	failed := w.recordAll(ctx, obs, touched, &done)
	if len(touched) == 0 {
		return done, failed
	}
	// What was kept is matched whatever happened: a crawl matches only what is new to it.
	ctx = context.WithoutCancel(ctx)
	q := store.Query{Sources: slices.Sorted(maps.Keys(touched))}
	return done, errors.Join(failed, w.match(ctx, w.Store.Latest(ctx, q)))
}

// recordAll keeps observations chunk by chunk, each in order of time, and notes their sources. One chunk is recorded while the
// next is read.
func (w *Watcher) recordAll(ctx context.Context, obs iter.Seq2[market.Observation, error], touched map[market.SourceID]bool, done *Imported) error {
	chunks := make(chan []market.Observation)
	g, going := errgroup.WithContext(ctx)
	g.Go(func() error {
		for chunk := range chunks {
			kept, changes, err := w.Store.Import(ctx, chunk...)
			if err != nil {
				return err
			}
			done.Observations += kept
			done.Known += len(chunk) - kept
			done.Changes += changes
		}
		return nil
	})
	err := w.chunks(obs, touched, func(chunk []market.Observation) bool {
		select {
		case chunks <- byTime(chunk):
			return true
		case <-going.Done():
			return false
		}
	})
	close(chunks)
	return errors.Join(err, g.Wait())
}

// chunks reads observations until put wants no more, and hands them on by chunks that it uses again. What was read before an
// error is handed on, too.
func (w *Watcher) chunks(obs iter.Seq2[market.Observation, error], touched map[market.SourceID]bool, put func([]market.Observation) bool) error {
	chunk := make([]market.Observation, 0, importBatch)
	for o, err := range obs {
		switch {
		case err != nil:
		case !w.hasShop(o.Source):
			err = fmt.Errorf("%w: %s", ErrUnknownSource, o.Source)
		case o.SeenAt.After(w.Clock().Add(Ahead)):
			err = fmt.Errorf("%w: %s, %s", ErrFuture, o.Listing, o.SeenAt.Format(time.RFC3339))
		}
		if err != nil {
			put(chunk)
			return err
		}
		if o.Listing == "" {
			o.Listing = market.Identify(o.Source, o.Page, o.Offer)
		}
		if o.Trust.State == "" {
			o.Trust.State = market.Trusted
		}
		touched[o.Source] = true
		if chunk = append(chunk, o); len(chunk) < cap(chunk) {
			continue
		}
		if !put(chunk) {
			return nil
		}
		chunk = chunk[:0]
	}
	put(chunk)
	return nil
}

// byTime returns the observations in order of time; those of one second stay in their order.
func byTime(obs []market.Observation) []market.Observation {
	type place struct {
		sec int64
		at  int
	}
	order := make([]place, len(obs))
	for i := range obs {
		order[i] = place{obs[i].SeenAt.Unix(), i}
	}
	slices.SortFunc(order, func(a, b place) int { return cmp.Or(cmp.Compare(a.sec, b.sec), cmp.Compare(a.at, b.at)) })
	out := make([]market.Observation, len(obs))
	for i, p := range order {
		out[i] = obs[p.at]
	}
	return out
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
	return Imported{Matches: len(ms)}, w.putMatches(ctx, ms)
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
