package watch

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/limits"
	"pricegap/watch/visit"
)

// current is how old a look may be that need not be repeated for somebody who asks now.
const current = time.Minute

// Refresh implements Doer.
func (w *Watcher) Refresh(ctx context.Context, r RefreshRequest) ([]Looked, error) {
	old, err := w.outdated(ctx, r)
	if err != nil || len(old) == 0 {
		return nil, err
	}
	crawls, err := w.Crawler(false)
	if err != nil {
		return nil, err
	}
	looking, cancel := context.WithTimeout(ctx, r.Wait)
	defer cancel()
	var g errgroup.Group
	g.SetLimit(atOnce)
	looked, failed := make([][]Looked, len(w.Sites)), make([]error, len(w.Sites))
	limit := limits.New(w.Quality, w.Store, w.ties.SoldAs, w.own).Of
	for i, site := range w.Sites {
		if seen := old[site.Source.ID]; len(seen) > 0 && len(site.Source.Starts) > 0 {
			g.Go(func() error {
				o := visit.Options{Store: w.Store, Site: site, Crawls: crawls, Quality: w.Quality, Clock: w.Clock, Limit: limit, Gate: &w.gate, Version: w.Version}
				looked[i], failed[i] = visit.Look(looking, o, seen)
				return nil // one source's trouble stops no other
			})
		}
	}
	_ = g.Wait()
	return slices.Concat(looked...), errors.Join(append(failed, ctx.Err())...)
}

// outdated returns the newest look at each listing of a rival that is matched, where it is not current.
func (w *Watcher) outdated(ctx context.Context, r RefreshRequest) (map[market.SourceID][]market.Observation, error) {
	if err := w.known(ctx, r.Product); err != nil {
		return nil, err
	}
	shops, err := w.shops(r.Sources)
	if err != nil {
		return nil, err
	}
	matches, err := collect(w.Store.Matches(ctx, r.Product))
	if err != nil {
		return nil, err
	}
	q := store.Query{Listings: accepted(matches)}
	if len(q.Listings) == 0 {
		return nil, nil
	}
	out, now := map[market.SourceID][]market.Observation{}, w.Clock()
	for o, err := range w.Store.Latest(ctx, q) {
		if err != nil {
			return nil, err
		}
		rival := slices.ContainsFunc(shops, func(s compare.Shop) bool { return s.ID == o.Source && !s.Own })
		if rival && now.Sub(o.SeenAt) > current {
			out[o.Source] = append(out[o.Source], o)
		}
	}
	return out, nil
}
