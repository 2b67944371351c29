// Package visit is one run of one source: it reads what the crawler brings, doubts it, records it, and fetches
// what is doubtful once more.
package visit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/pace"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch/visit/sights"
	"pricegap/watch/visit/stage"
)

// Store is what a visit keeps; store.Store satisfies it.
type Store interface {
	store.Prices
	store.Journal
	store.State
	store.Together
}

// Options are the parts of a visit.
type Options struct {
	Store   Store
	Site    crawler.Site
	Crawls  crawler.Crawls
	Quality quality.Policy
	// Version is that of this program, and so of its parsers; it stands with every observation.
	Version string
	// Limit, where set, returns what the article costs that an observation is about, as people know; the zero Limit where
	// nobody does.
	Limit func(context.Context, market.Observation) (quality.Limit, error)
	Clock market.Clock
	// Gate joins runs and looks of one source; those that know nothing of each other need none.
	Gate *stage.Gate
	// Wait is how long to stay for confirming fetches once the crawl has come to its end.
	Wait time.Duration
	// Tell hears of every step.
	Tell func(Step)
	// Matched, where set, reports whether a listing sells a product of ours: its page is visited before others.
	Matched func(market.ListingID) bool
	// Match is given the offers whose listing is new or has a new identity, before the run is closed: where a
	// crash comes in between, the next run gives all of the source.
	Match func(ctx context.Context, offers iter.Seq2[market.Observation, error]) error
}

// Step is what a run tells while it goes on.
type Step struct {
	Done, Known int             // pages finished, and known
	Failure     *market.Failure // of a page
	Note        string          // for people
}

// Run visits the source once and returns the run as it was kept. A shop that fails is the run's outcome; the
// error is for what the store refuses.
func Run(ctx context.Context, o Options) (market.Run, error) {
	began := time.Now()
	v, err := begin(ctx, o)
	if err != nil {
		return market.Run{}, err
	}
	v.began = began
	cause, err := v.crawl(ctx)
	if err == nil && cause == nil {
		cause = v.secondLook(ctx)
	}
	return v.run, errors.Join(err, v.close(ctx, cause, err))
}

// crawl takes what the crawler brings. cause is what ended it before its end; err is of the store.
func (v *visit) crawl(ctx context.Context) (cause, err error) {
	for vis, err := range v.o.Crawls.Crawl(ctx, v.o.Site) {
		if err != nil {
			cause = err
			break
		}
		err := v.take(ctx, vis)
		if err == nil && vis.Checkpoint {
			err = v.checkpoint(ctx, vis)
		}
		if err != nil {
			return nil, err
		}
	}
	if cause == nil {
		cause = ctx.Err()
	}
	return cause, v.settleAll(ctx)
}

// looksAlways is how many pages each round of second looks may fetch although the budget of the run is used up.
const looksAlways = 5

// secondLook fetches again what the crawl could not settle: at once the unchanged pages of which it is not known
// what they showed, and after a pause, without validators, the pages of quarantined listings, until they are
// confirmed or dropped or the time to stay is up. It uses what the crawl has left of the budget of the run. What is left
// then waits for the next run.
func (v *visit) secondLook(ctx context.Context) error {
	for i, url := range v.unread {
		if !v.mayLook(i) {
			v.left += len(v.unread) - i
			break
		}
		if err := v.fetchAgain(ctx, url, nil); err != nil {
			return err
		}
	}
	pause := v.o.Quality.ConfirmAfter
	for until := v.o.Clock().Add(v.o.Wait); ; {
		if err := v.flush(ctx); err != nil {
			return err
		}
		pages := v.doubtful()
		if len(pages) == 0 || len(v.run.Odd) > 0 || // a shop that changed is not confirmed by looking again
			v.o.Clock().Add(pause).After(until) {
			return nil
		}
		v.o.Tell(Step{Note: fmt.Sprintf("doubtful pages: %d, fetched again in %s", len(pages), pause)})
		if err := pace.Sleep(ctx, pause); err != nil {
			return err
		}
		for i, url := range slices.Sorted(maps.Keys(pages)) {
			if !v.mayLook(i) {
				break
			}
			if err := v.fetchAgain(ctx, url, pages[url]); err != nil {
				return err
			}
		}
	}
}

// mayLook reports whether a round of second looks that has fetched n pages may fetch another.
func (v *visit) mayLook(n int) bool {
	return n < looksAlways || !crawler.BudgetOf(v.o.Site.Source).Spent(v.fetched, v.run.Bytes, v.began)
}

// doubtful returns the listings held back that this run saw and that a second look can release, by page.
func (v *visit) doubtful() map[string][]market.ListingID {
	pages := map[string][]market.ListingID{}
	for id, l := range v.open {
		if g := v.sights.Of(id); len(l.Held) == 0 || g == nil || !g.Is(sights.SeenNow) || v.givenUp[id] {
			continue
		}
		if last := l.Held[len(l.Held)-1]; last.Trust.Needs > 0 {
			pages[last.Page] = append(pages[last.Page], id)
		}
	}
	return pages
}

// fetchAgain fetches one page on a fresh connection and observes the listings asked for, all when none is: a
// list says less of the others than their own pages did. A listing that the page does not show, or whose page
// fails, is not waited for any longer in this run; what is held stays held. What was wrong with the page before is not
// counted twice.
func (v *visit) fetchAgain(ctx context.Context, url string, ids []market.ListingID) error {
	first := v.firsts[url]
	first.request.URL, first.request.Fresh = url, true
	vis, err := v.o.Crawls.Look(ctx, v.o.Site, first.request)
	v.fetched++
	v.run.Bytes += vis.Bytes
	if err != nil {
		return err
	}
	if vis.Failure == nil {
		v.run.Pages++
	}
	if f := wrong(vis); f != nil && f.Kind != first.wrong {
		v.fail(*f)
		first.wrong = f.Kind
	}
	v.firsts[url] = first
	shown := map[market.ListingID]bool{}
	for _, offer := range vis.Result.Offers {
		o := v.observation(offer, vis.Page)
		if !recordable(offer) || len(ids) > 0 && !slices.Contains(ids, o.Listing) {
			continue
		}
		shown[o.Listing] = true
		if err := v.observe(ctx, o); err != nil {
			return err
		}
	}
	for _, id := range ids {
		v.givenUp[id] = !shown[id]
	}
	return v.flushDue(ctx)
}

// failure is what is kept and shown of an error about a page.
func failure(url string, err error) market.Failure {
	if f, ok := errors.AsType[*crawler.FetchError](err); ok {
		return market.Failure{Kind: f.Kind, URL: f.URL, Status: f.Status, Message: reason(f)}
	}
	return market.Failure{Kind: market.FailInternalPanic, URL: link.Redact(url), Message: market.NewText(err.Error()).Plain()}
}
