package visit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/pace"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/visit/sift"
	"pricegap/watch/visit/sights"
)

// flushDue records what is queued where it is much, or has waited. It is for the end of a page: what a page of a product
// shows is recorded as a whole or not at all, since who goes on with the run takes any of it for all.
func (v *visit) flushDue(ctx context.Context) error {
	if len(v.pending) >= batch || len(v.sighted) >= sightings || time.Since(v.flushed) >= flushEvery {
		return v.flush(ctx)
	}
	return nil
}

// checkpoint records what is queued, together with how far the crawl is: what the frontier calls visited is recorded.
func (v *visit) checkpoint(ctx context.Context, vis crawler.Visit) error {
	if vis.Last {
		if err := v.settleAll(ctx); err != nil {
			return err
		}
	}
	var frontier []crawler.Value
	if vis.Frontier != nil {
		var err error
		if frontier, err = vis.Frontier(ctx); err != nil {
			return err
		}
	}
	return v.flush(ctx, frontier...)
}

// flushGrace is how long a run that was stopped goes on to record what it has seen.
const flushGrace = 10 * time.Second

// flush records what is queued, and values with it. It outlives a cancelled context for a moment, so that a stopped run loses
// nothing; how long the store takes else, since somebody copies it say, is the store's affair.
func (v *visit) flush(ctx context.Context, values ...crawler.Value) error {
	ctx, end := pace.Outlive(ctx, flushGrace)
	defer end()
	if err := errors.Join(v.staged.Keep(ctx), sift.Ended(ctx, v.o.Store, v.run, v.sighted)); err != nil {
		return err
	}
	v.sighted = slices.DeleteFunc(v.sighted, func(g market.Sighting) bool { return g.Gone && !v.sights.Of(g.Listing).Is(sights.Gone) })
	b := store.Batch{Observations: v.pending, Source: v.run.Source, Sightings: v.sighted}
	for _, s := range values {
		b.State = append(b.State, store.Value(s))
	}
	changes, err := sift.Keep(ctx, v.o.Store, b, v.refuse)
	if err != nil {
		return fmt.Errorf("watch: record: %w", err)
	}
	v.run.Changes += len(changes)
	clear(v.pending)
	v.pending, v.sighted, v.flushed = v.pending[:0], v.sighted[:0], time.Now()
	maps.DeleteFunc(v.open, func(_ market.ListingID, l *listing) bool { l.recorded = true; return !l.waits() })
	return nil
}

// refusedAtMost is how many observations and sightings the store may refuse before a run gives up.
const refusedAtMost = 100

// refuse counts what the store refused as a failure of its page.
func (v *visit) refuse(page string, err error) error {
	if v.refused++; v.refused > refusedAtMost {
		return err
	}
	v.fail(failure(page, err))
	return nil
}
