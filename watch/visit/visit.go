// Package visit is one run of one source: it reads what the crawler brings, doubts it, records it, and fetches
// what is doubtful once more.
package visit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/store"
)

// Store is what a visit keeps; store.Store satisfies it.
type Store interface {
	store.Prices
	store.Journal
}

// Options are the parts of a visit.
type Options struct {
	Store   Store
	Site    crawler.Site
	Crawls  crawler.Crawls
	Quality quality.Policy
	Clock   market.Clock
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
	v, err := begin(ctx, o)
	if err != nil {
		return market.Run{}, err
	}
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
			err = v.flush(ctx) // what the frontier calls visited must be recorded first
		}
		if err != nil {
			return nil, err
		}
	}
	if cause == nil {
		cause = ctx.Err()
	}
	return cause, v.settleTiles(ctx)
}

// secondLook fetches again what the crawl could not settle: at once the unchanged pages of which it is not known
// what they showed, and after a pause, without validators, the pages of quarantined listings, until they are
// confirmed or dropped or the time to stay is up. What is left then waits for the next run.
func (v *visit) secondLook(ctx context.Context) error {
	for i, url := range v.unread {
		if most := v.o.Site.Source.Scope.MaxPages; most > 0 && v.run.Pages >= most {
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
		if len(pages) == 0 || v.o.Clock().Add(pause).After(until) {
			return nil
		}
		v.o.Tell(Step{Note: fmt.Sprintf("doubtful pages: %d, fetched again in %s", len(pages), pause)})
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		for _, url := range slices.Sorted(maps.Keys(pages)) {
			if err := v.fetchAgain(ctx, url, pages[url]); err != nil {
				return err
			}
		}
	}
}

// doubtful returns the listings held back that this run saw and that a second look can release, by page.
func (v *visit) doubtful() map[string][]market.ListingID {
	pages := map[string][]market.ListingID{}
	for id, l := range v.open {
		if g := v.sights.of(id); len(l.held) == 0 || g == nil || !g.seen || v.givenUp[id] {
			continue
		}
		if last := l.held[len(l.held)-1]; last.Trust.Needs > 0 {
			pages[last.Page] = append(pages[last.Page], id)
		}
	}
	return pages
}

// fetchAgain fetches one page on a fresh connection and observes the listings asked for, all when none is: a
// list says less of the others than their own pages did. A listing that the page does not show, or whose page
// fails, is not waited for any longer in this run; what is held stays held.
func (v *visit) fetchAgain(ctx context.Context, url string, ids []market.ListingID) error {
	req := v.requests[url]
	req.URL = url
	page, res, err := v.fetch(ctx, req)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		v.fail(failure(url, err))
	} else {
		v.run.Pages++
	}
	shown := map[market.ListingID]bool{}
	for _, offer := range res.Offers {
		o := v.observation(offer, page)
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

// fetch fetches one page on a fresh connection, and reads it.
func (v *visit) fetch(ctx context.Context, r crawler.Request) (page market.Page, res parsers.Result, err error) {
	r.Fresh = true
	if page, err = v.o.Crawls.Fetch(ctx, v.o.Site, r); err == nil {
		res, err = crawler.Read(v.o.Site, page, r)
	}
	return page, res, err
}

// failure is what is kept and shown of an error about a page.
func failure(url string, err error) market.Failure {
	if f, ok := errors.AsType[*crawler.FetchError](err); ok {
		return market.Failure{Kind: f.Kind, URL: f.URL, Status: f.Status, Message: reason(f)}
	}
	return market.Failure{Kind: market.FailInternalPanic, URL: url, Message: market.NewText(err.Error()).Plain()}
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// bodyHash is the SHA-256 of a page in hex.
func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
