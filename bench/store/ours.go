package main

import (
	"context"
	"iter"
	"path/filepath"
	"time"

	"pricegap/market"
	"pricegap/store"
)

// cursor is the name under which the store keeps which change was the last before the last run.
const cursor = "bench"

// ours is pricegap, by its public interface and as a visit uses it: what changed is recorded, what did not is seen again,
// and a run is kept when it begins and when it ends.
type ours struct {
	*feed
	store store.Store
	seq   uint64
	obs   []market.Observation
	seen  []market.Sighting
	runs  [competitors]market.Run
}

func address(dir string) string { return "bolt:" + filepath.Join(dir, "prices.db") }

func openOurs(ctx context.Context, dir string, f *feed) (contestant, error) {
	st, err := store.Open(ctx, address(dir))
	if err != nil {
		return nil, err
	}
	o := &ours{feed: f, store: st}
	info, err := st.Info(ctx)
	o.seq = info.Changes
	return o, err
}

func (o *ours) write(ctx context.Context, b *batch) error {
	source, run := sourceID(b.source), o.runID(b.source, b.run)
	if b.opens {
		if err := o.store.PutAlerts(ctx, cursor, o.seq); err != nil {
			return err
		}
	}
	if o.runs[b.source].ID != run {
		o.runs[b.source] = market.Run{ID: run, Source: source, StartedAt: o.startedAt(b.source, b.run), Outcome: market.RunGoing}
		if err := o.store.PutRun(ctx, o.runs[b.source]); err != nil {
			return err
		}
	}
	o.obs, o.seen = o.obs[:0], o.seen[:0]
	for _, r := range b.rows {
		if r.changed {
			o.obs = append(o.obs, r.obs)
		} else {
			o.seen = append(o.seen, market.Sighting{Listing: o.listings[r.series].id, SeenAt: time.Unix(r.at, 0).UTC(), Run: run})
		}
	}
	changes, err := o.store.Record(ctx, o.obs...)
	if err != nil {
		return err
	}
	if n := len(changes); n > 0 {
		o.seq = changes[n-1].Seq
	}
	if err := o.store.Again(ctx, source, o.seen...); err != nil {
		return err
	}
	r := &o.runs[b.source]
	r.Pages, r.Offers, r.Unchanged, r.Changes = r.Pages+len(b.rows), r.Offers+len(b.rows), r.Unchanged+len(o.seen), r.Changes+len(changes)
	if !b.last {
		return nil
	}
	r.Outcome, r.EndedAt = market.RunDone, time.Unix(b.rows[len(b.rows)-1].at, 0).UTC()
	return o.store.PutRun(ctx, *r)
}

// query asks for what is known now, or was at that second.
func query(at int64) (q store.Query) {
	if at != 0 {
		q.AsOf = time.Unix(at, 0).UTC()
	}
	return q
}

// of asks for the listings of a product.
func (o *ours) of(product uint32) (q store.Query) {
	for _, n := range o.feed.rivals[product] {
		q.Listings = append(q.Listings, o.listings[n].id)
	}
	return q
}

// points makes points of what the store yields.
func points[T any](all iter.Seq2[T, error], of func(T) point) iter.Seq2[point, error] {
	return func(yield func(point, error) bool) {
		for o, err := range all {
			if !yield(of(o), err) {
				return
			}
		}
	}
}

func ofQuote(q market.Quote) point {
	return point{listing: q.Listing, at: q.SeenAt.Unix(), price: q.Price.Micros(), stock: q.Stock}
}

func ofObservation(o market.Observation) point {
	return point{listing: o.Listing, at: o.SeenAt.Unix(), price: o.Offer.Price.Micros(), stock: o.Offer.Stock, text: o.Offer.Title.Plain()}
}

func (o *ours) latest(ctx context.Context, at int64) iter.Seq2[point, error] {
	return points(o.store.Quotes(ctx, query(at)), ofQuote)
}

func (o *ours) rivals(ctx context.Context, product uint32) iter.Seq2[point, error] {
	return points(o.store.Quotes(ctx, o.of(product)), ofQuote)
}

func (o *ours) changed(ctx context.Context, since int64) iter.Seq2[point, error] {
	return points(o.store.Quotes(ctx, store.Query{Since: time.Unix(since, 0).UTC()}), ofQuote)
}

func (o *ours) history(ctx context.Context, series uint32) iter.Seq2[point, error] {
	return points(o.offers(ctx, series), ofObservation)
}

// offers yields all observations of a listing whole.
func (o *ours) offers(ctx context.Context, series uint32) iter.Seq2[market.Observation, error] {
	return o.store.History(ctx, o.listings[series].id, time.Time{}, time.Time{})
}

// whole answers with whole offers where ours answers with what a comparison of prices needs.
type whole struct{ *ours }

func (o whole) latest(ctx context.Context, at int64) iter.Seq2[point, error] {
	return points(o.store.Latest(ctx, query(at)), ofObservation)
}

func (o whole) rivals(ctx context.Context, product uint32) iter.Seq2[point, error] {
	return points(o.store.Latest(ctx, o.of(product)), ofObservation)
}

func (o whole) changed(ctx context.Context, _ int64) iter.Seq2[point, error] {
	after, err := o.store.Cursor(ctx, cursor)
	if err != nil {
		return func(yield func(point, error) bool) { yield(point{}, err) }
	}
	return points(o.store.Changes(ctx, after), func(c market.Change) point { return ofObservation(c.After) })
}

func (o *ours) close() error { return o.store.Close() }

func compactOurs(ctx context.Context, dir string, _ *feed) error {
	_, _, err := store.Compact(ctx, address(dir))
	return err
}
