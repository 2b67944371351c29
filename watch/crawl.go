package watch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
)

// atOnce is how many sources are crawled at the same time; each waits most of its time for its own shop.
const atOnce = 32

// Crawl implements Doer.
func (w *Watcher) Crawl(ctx context.Context, r CrawlRequest) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		steps, done := make(chan Progress), make(chan error, 1)
		go func() {
			// The channel is closed here and nowhere else, after every sender has ended.
			defer close(steps)
			done <- w.crawl(ctx, r, func(p Progress) { steps <- p }) // the loop below reads until the channel closes
		}()
		open := true
		for p := range steps {
			if open && !yield(p, nil) {
				open = false
				cancel()
			}
		}
		if err := <-done; err != nil && open {
			yield(Progress{}, err)
		}
	}
}

// crawl visits the sources side by side, waits for confirmations, then judges and tells.
func (w *Watcher) crawl(ctx context.Context, r CrawlRequest, tell func(Progress)) error {
	sites, err := w.sites(r.Sources)
	if err != nil {
		return err
	}
	crawls, err := w.Options.Crawler(r.RefreshRobots)
	if err != nil {
		return err
	}
	until := w.Clock().Add(r.Wait)
	var g errgroup.Group
	g.SetLimit(atOnce)
	failed := make([]error, len(sites))
	for i, site := range sites {
		g.Go(func() error {
			failed[i] = w.crawlOne(ctx, crawls, site, until, tell)
			return nil // one source's trouble stops no other
		})
	}
	_ = g.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	if r.NoAlerts || ctx.Err() != nil {
		return ctx.Err()
	}
	d, err := w.Deliver(ctx)
	if err != nil {
		return err
	}
	tell(Progress{Sent: &d})
	return nil
}

// crawlOne is one run of one source. The error is for what the store refuses; a shop that fails is told as
// the run's outcome.
func (w *Watcher) crawlOne(ctx context.Context, crawls crawler.Crawls, site crawler.Site, until time.Time, tell func(Progress)) error {
	id := site.Source.ID
	if !w.begin(id) {
		tell(Progress{Source: id, Note: "is being crawled already; left alone"})
		return nil
	}
	defer w.end(id)
	v, err := w.newVisit(ctx, site, tell)
	if err != nil {
		return err
	}
	var cause error
	for vis, err := range crawls.Crawl(ctx, site) {
		if err != nil {
			cause = err
			break
		}
		err := v.take(ctx, vis)
		if err == nil && vis.Checkpoint {
			err = v.flush(ctx) // what the frontier calls visited must be recorded first
		}
		if err != nil {
			return errors.Join(err, v.close(ctx, err))
		}
	}
	if cause == nil {
		cause = ctx.Err()
	}
	if err := v.settleTiles(ctx); err != nil {
		return errors.Join(err, v.close(ctx, err))
	}
	if cause == nil {
		cause = v.confirm(ctx, crawls, until)
	}
	if err := v.close(ctx, cause); err != nil {
		return err
	}
	if err := w.match(context.WithoutCancel(ctx), each(v.fresh)); err != nil {
		return err
	}
	run := v.run
	w.Log.Info("run ended", "source", id, "outcome", run.Outcome, "pages", run.Pages, "offers", run.Offers,
		"changes", run.Changes, "quarantined", run.Quarantined, "failures", run.Failed())
	tell(Progress{Source: id, Run: &run})
	return nil
}

// confirm fetches the pages of quarantined listings again, after a pause and without validators, until they are
// confirmed or dropped or the time is up. What is left waits for the next run.
func (v *visit) confirm(ctx context.Context, crawls crawler.Crawls, until time.Time) error {
	if err := v.flush(ctx); err != nil {
		return err
	}
	pause := v.w.Quality.ConfirmAfter
	for {
		pages := v.doubtful()
		if len(pages) == 0 || v.w.Clock().Add(pause).After(until) {
			return nil
		}
		v.tell(Progress{Source: v.run.Source, Note: fmt.Sprintf("doubtful pages: %d, fetched again in %s", len(pages), pause)})
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		for _, page := range pages {
			if err := v.fetchAgain(ctx, crawls, page); err != nil {
				return err
			}
		}
		if err := v.flush(ctx); err != nil {
			return err
		}
	}
}

// doubtful lists the pages of the listings held back that this run saw, in order.
func (v *visit) doubtful() []string {
	pages := map[string]bool{}
	for id, held := range v.held {
		if v.seen[id] && len(held) > 0 {
			pages[held[len(held)-1].Page] = true
		}
	}
	return slices.Sorted(maps.Keys(pages))
}

// fetchAgain is one confirming fetch. Where it fails, the listings of that page stay held and are no longer
// waited for in this run.
func (v *visit) fetchAgain(ctx context.Context, crawls crawler.Crawls, url string) error {
	role := v.roles[url]
	page, err := crawls.Fetch(ctx, v.site, crawler.Request{URL: url, Role: role, Fresh: true})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var res parsers.Result
	if err == nil {
		res, err = readPage(v.site, page, role)
	}
	if err != nil {
		v.failed(url, err)
		return v.giveUp(url)
	}
	v.run.Pages++
	before := v.run.Offers
	for _, offer := range res.Offers {
		if !offer.Price.Known() && !offer.Low.Known() {
			continue
		}
		if err := v.observe(ctx, v.observation(offer, page)); err != nil {
			return err
		}
	}
	if v.run.Offers == before {
		return v.giveUp(url)
	}
	return nil
}

func (v *visit) failed(url string, err error) {
	var f *crawler.FetchError
	if errors.As(err, &f) {
		v.fail(market.Failure{Kind: f.Kind, URL: f.URL, Status: f.Status, Message: reason(f)})
		return
	}
	v.fail(market.Failure{Kind: market.FailInternalPanic, URL: url, Message: market.NewText(err.Error()).Plain()})
}

func (v *visit) giveUp(page string) error {
	for id, held := range v.held {
		if len(held) > 0 && held[len(held)-1].Page == page {
			v.seen[id] = true
			delete(v.held, id)
		}
	}
	return nil
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
