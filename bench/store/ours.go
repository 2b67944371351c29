package main

import (
	"context"
	"iter"
	"path/filepath"
	"time"

	"pricegap/bench/store/peer"
	"pricegap/bench/store/work"
	"pricegap/market"
	"pricegap/store"
)

// cursor is the name under which the store keeps which change was the last before the last run.
const cursor = "bench"

// pricegap is how ours comes to be.
var pricegap = peer.Kind{Name: "pricegap", Open: openOurs, Compact: compactOurs, Texts: true}

// ours is pricegap, by its public interface and as a visit uses it: what changed is kept together with what was seen again,
// and a run when it begins and when it ends.
type ours struct {
	*work.Feed
	store store.Store
	seq   uint64
	obs   []market.Observation
	seen  []market.Sighting
	runs  [work.Competitors]market.Run
}

func address(dir string) string { return "bolt:" + filepath.Join(dir, "prices.db") }

func openOurs(ctx context.Context, dir string, f *work.Feed) (peer.Contestant, error) {
	st, err := store.Open(ctx, address(dir))
	if err != nil {
		return nil, err
	}
	o := &ours{Feed: f, store: st}
	info, err := st.Info(ctx)
	o.seq = info.Changes
	return o, err
}

func (o *ours) Write(ctx context.Context, b *work.Batch) error {
	source, run := work.Source(b.Source), o.RunID(b.Source, b.Run)
	if b.Opens {
		if err := o.store.PutAlerts(ctx, cursor, o.seq); err != nil {
			return err
		}
	}
	if o.runs[b.Source].ID != run {
		o.runs[b.Source] = market.Run{ID: run, Source: source, StartedAt: o.StartedAt(b.Source, b.Run), Outcome: market.RunGoing}
		if err := o.store.PutRun(ctx, o.runs[b.Source]); err != nil {
			return err
		}
	}
	o.obs, o.seen = o.obs[:0], o.seen[:0]
	for _, r := range b.Rows {
		if r.Changed {
			o.obs = append(o.obs, r.Obs)
		} else {
			o.seen = append(o.seen, market.Sighting{Listing: o.Listings[r.Series].ID, SeenAt: time.Unix(r.At, 0).UTC(), Run: run})
		}
	}
	changes, err := o.store.Keep(ctx, store.Batch{Observations: o.obs, Source: source, Sightings: o.seen})
	if err != nil {
		return err
	}
	if n := len(changes); n > 0 {
		o.seq = changes[n-1].Seq
	}
	r := &o.runs[b.Source]
	r.Pages, r.Offers, r.Unchanged, r.Changes = r.Pages+len(b.Rows), r.Offers+len(b.Rows), r.Unchanged+len(o.seen), r.Changes+len(changes)
	if !b.Last {
		return nil
	}
	r.Outcome, r.EndedAt = market.RunDone, time.Unix(b.Rows[len(b.Rows)-1].At, 0).UTC()
	return o.store.PutRun(ctx, *r)
}

// query asks for what is known now, or was at that second.
func query(at int64) (q store.Query) {
	if at != 0 {
		q.AsOf = time.Unix(at, 0).UTC()
	}
	return q
}

// of asks for the listings of a product; false where there are none, since a query without listings asks for all.
func (o *ours) of(product uint32) (q store.Query, ok bool) {
	for _, n := range o.Feed.Rivals[product] {
		q.Listings = append(q.Listings, o.Listings[n].ID)
	}
	return q, len(q.Listings) > 0
}

// points makes points of what the store yields.
func points[T any](all iter.Seq2[T, error], of func(T) work.Point) iter.Seq2[work.Point, error] {
	return func(yield func(work.Point, error) bool) {
		for o, err := range all {
			if !yield(of(o), err) {
				return
			}
		}
	}
}

func ofQuote(q market.Quote) work.Point {
	return work.Point{Listing: q.Listing, At: q.SeenAt.Unix(), Price: q.Price.Micros(), Stock: q.Stock}
}

func ofObservation(o market.Observation) work.Point {
	return work.Point{Listing: o.Listing, At: o.SeenAt.Unix(), Price: o.Offer.Price.Micros(), Stock: o.Offer.Stock, Text: o.Offer.Title.Plain()}
}

func (o *ours) Latest(ctx context.Context, at int64) iter.Seq2[work.Point, error] {
	return points(o.store.Quotes(ctx, query(at)), ofQuote)
}

func (o *ours) Rivals(ctx context.Context, product uint32) iter.Seq2[work.Point, error] {
	q, ok := o.of(product)
	if !ok {
		return none
	}
	return points(o.store.Quotes(ctx, q), ofQuote)
}

func none(func(work.Point, error) bool) {}

func (o *ours) Changed(ctx context.Context, since int64) iter.Seq2[work.Point, error] {
	return points(o.store.Quotes(ctx, store.Query{Since: time.Unix(since, 0).UTC()}), ofQuote)
}

func (o *ours) History(ctx context.Context, series uint32) iter.Seq2[work.Point, error] {
	return points(o.offers(ctx, series), ofObservation)
}

// offers yields all observations of a listing whole.
func (o *ours) offers(ctx context.Context, series uint32) iter.Seq2[market.Observation, error] {
	return o.store.History(ctx, o.Listings[series].ID, time.Time{}, time.Time{})
}

// whole answers with whole offers where ours answers with what a comparison of prices needs.
type whole struct{ *ours }

func (o whole) Latest(ctx context.Context, at int64) iter.Seq2[work.Point, error] {
	return points(o.store.Latest(ctx, query(at)), ofObservation)
}

func (o whole) Rivals(ctx context.Context, product uint32) iter.Seq2[work.Point, error] {
	q, ok := o.of(product)
	if !ok {
		return none
	}
	return points(o.store.Latest(ctx, q), ofObservation)
}

func (o whole) Changed(ctx context.Context, _ int64) iter.Seq2[work.Point, error] {
	after, err := o.store.Cursor(ctx, cursor)
	if err != nil {
		return func(yield func(work.Point, error) bool) { yield(work.Point{}, err) }
	}
	return points(o.store.Changes(ctx, after), func(c market.Change) work.Point { return ofObservation(c.After) })
}

func (o *ours) Close() error { return o.store.Close() }

func compactOurs(ctx context.Context, dir string, _ *work.Feed) error {
	_, _, err := store.Compact(ctx, address(dir), nil)
	return err
}
