package visit

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/visit/sights"
)

// partialShare is the share of failed pages, in percent, from which a run counts as partial.
const partialShare = 5

// close matches what is new, decides the outcome and keeps the run. cause is what ended the crawl; nil when it
// came to its end. broken is what the store refused.
func (v *visit) close(ctx context.Context, cause, broken error) error {
	ctx = context.WithoutCancel(ctx)
	defer v.o.Gate.Close(v.run.Source)
	refused := errors.Join(v.settleAll(ctx), v.flush(ctx), v.match(ctx))
	v.run.EndedAt = v.o.Clock().UTC().Truncate(time.Second)
	v.run.Missing = 0
	for g := range v.sights.All() {
		if !g.Is(sights.SeenNow) && v.expected(g.At()) && (!v.run.Resumed || g.At() < v.resumedFrom.Unix()) {
			v.run.Missing++
		}
	}
	cause = cmp.Or(cause, broken)
	if cause == nil && v.run.Pages > 0 && v.run.Offers+v.run.Unchanged == 0 && v.run.Failed() == 0 {
		v.fail(market.Failure{Kind: market.FailParseDrift, Message: "pages were fetched, and none of them showed an offer: see scope.products and parser in sources.yaml"})
	}
	v.run.Outcome = outcome(v.run, cause, v.left)
	if cause != nil && v.run.Outcome == market.RunFailed && v.run.Failed() == 0 {
		v.fail(failure("", cause))
	}
	slices.SortStableFunc(v.run.Samples, func(a, b market.Failure) int { return cmp.Compare(a.Kind, b.Kind) })
	if errors.Join(broken, refused) != nil {
		v.run.Outcome = market.RunFailed
	}
	return errors.Join(refused, v.remember(ctx), v.o.Store.PutRun(ctx, v.run))
}

// match gives what is new, or all of the source, to whoever ties offers to products.
func (v *visit) match(ctx context.Context) error {
	if v.matchAll {
		return v.o.Match(ctx, v.o.Store.Latest(ctx, store.Query{Sources: []market.SourceID{v.run.Source}, Bare: true}))
	}
	return v.o.Match(ctx, func(yield func(market.Observation, error) bool) {
		for fresh := range slices.Chunk(v.fresh, freshAtOnce) {
			for o, err := range v.o.Store.Latest(ctx, store.Query{Sources: []market.SourceID{v.run.Source}, Listings: v.ids(fresh), Bare: true}) {
				if !yield(o, err) || err != nil {
					return
				}
			}
		}
	})
}

// ids are those of listings by their numbers.
func (v *visit) ids(numbers []int32) (ids []market.ListingID) {
	for _, n := range numbers {
		ids = append(ids, v.sights.Get(n).ID)
	}
	return ids
}

// outcome names how a run ended. Pages that robots.txt keeps to itself, that have ended, or that would never end are
// no failure of the run; left is how many wait for the next.
func outcome(r market.Run, cause error, left int) market.RunOutcome {
	failed := r.Failed() - r.Failures[market.FailRobotsDisallowed] - r.Failures[market.FailGone] - r.Failures[market.FailBudgetExhausted] -
		r.Failures[market.FailTrapDetected]
	switch {
	case errors.Is(cause, context.Canceled), errors.Is(cause, context.DeadlineExceeded):
		return market.RunInterrupted
	case r.Pages == 0 && (cause != nil || r.Failed() > 0), r.Pages > 0 && r.Offers+r.Unchanged == 0:
		return market.RunFailed
	case cause != nil, left > 0, r.Failures[market.FailBudgetExhausted] > 0, failed*100 >= partialShare*(r.Pages+failed) && failed > 0:
		return market.RunPartial
	}
	return market.RunDone
}
