package crawler

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"pricegap/crawler/fetch"
	"pricegap/crawler/keep"
	"pricegap/crawler/queue"
	"pricegap/crawler/seen"
	"pricegap/crawler/usual"
	"pricegap/market"
)

const (
	// What an interrupted run left is taken up for half a day, what a used-up budget or a closed host left for a week:
	// after that the shop is better seen afresh.
	resumeWithin = 12 * time.Hour
	rotateWithin = 7 * 24 * time.Hour
)

// Budget is what one run of a source may use.
type Budget struct {
	Pages int // that are fetched; sitemaps cost nothing
	Bytes int64
	Time  time.Duration
}

// BudgetOf is the budget of a run of s: what it states, else 5,000 pages, 1 GiB on the wire and 4 hours.
func BudgetOf(s market.Source) Budget {
	return Budget{
		Pages: cmp.Or(s.Scope.MaxPages, 5000), Bytes: cmp.Or(s.Limits.RunBytes, 1<<30), Time: cmp.Or(s.Limits.RunTime, 4*time.Hour),
	}
}

// Spent reports whether a run that fetched so many pages and bytes, and began then, has used up its budget.
func (b Budget) Spent(pages int, bytes int64, began time.Time) bool {
	return pages >= b.Pages || bytes >= b.Bytes || time.Since(began) >= b.Time
}

// sparedAtOnce is how many pages that need not be fetched are told in a row.
const sparedAtOnce = 64

// Why a run ended before its frontier was empty.
const (
	whyStopped = "interrupted"
	whyBudget  = "budget"
	whyClosed  = "closed"
)

// Crawl implements Crawls. What an interrupted run left is taken up within 12 hours, what a run left whose budget
// was used up within 7 days; later the source is begun anew. Where all that is left waits for hosts that were left alone,
// the source is begun anew as well, so that no run does without its other hosts: what was left within 7 days waits in
// front of what comes anew.
func (c *Crawler) Crawl(ctx context.Context, s Site) iter.Seq2[Visit, error] {
	return func(yield func(Visit, error) bool) {
		r, err := c.begin(ctx, s)
		if err != nil {
			yield(Visit{}, err)
			return
		}
		defer r.free()
		defer c.leave(r)
		stopped := false
		err = r.loop(ctx, func(v Visit) bool {
			stopped = !yield(v, nil)
			return !stopped
		})
		if err != nil && r.why == "" {
			r.why = whyStopped
		}
		if err := errors.Join(err, r.end(ctx)); err != nil && !stopped {
			yield(Visit{}, err)
		}
	}
}

// run is one Crawl. All of it but work is for one goroutine, that of the loop over it.
type run struct {
	c     *Crawler
	site  Site
	front *queue.Frontier
	// lender keeps the frontier; lent says that it was lent with the last visit, and not yet kept.
	lender keep.Lender
	lent   bool
	way    *fetch.Way
	free   func()
	known  *seen.Marks
	dates  seen.Dates
	usual  usual.Length
	plan   string    // a fingerprint of what is asked for
	since  time.Time // when the frontier was begun, whole seconds

	asked chan wanted
	gone  chan struct{}           // closed when the run is over
	wants map[string][]chan Visit // who waits for a page, by its key

	jobs    chan job
	results chan outcome
	spared  []outcome     // pages that need not be fetched
	naming  chan struct{} // held from the reading of a sitemap until what it names is taken: one may name 50,000 pages
	wg      sync.WaitGroup

	began, saved   time.Time
	resumed        bool
	told           bool // the last outcome ended with a checkpoint
	done, unsaved  int
	fetched        int        // of those that are done
	bytes, between int64      // between is what came over the wire since the last visit for none
	finished       []finished // since the last checkpoint; the loop went past them
	why            string
	flying         int // items with the workers, sitemaps among them
	pages          int // of these the pages
	led            int // pages that were read where a redirect led
}

// job is an item that is handed out; led is that of the run then.
type job struct {
	item queue.Item
	led  int
}

// outcome is what a worker brings.
type outcome struct {
	job
	visit Visit
	mark  seen.Mark
	// found is what a sitemap says; its visit is told only where it failed.
	found *found
	// spared says that the page was not fetched.
	spared bool
	missed bool  // the page of a product is not there
	there  bool  // its address was answered, and not that it is not there
	whole  bool  // it counts as half a page for nothing but its length
	err    error // the context's
}

// begin takes up what an earlier run left, or starts with the starting points.
func (c *Crawler) begin(ctx context.Context, s Site) (*run, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &run{
		c: c, site: s, plan: plan(s.Source), began: time.Now(), saved: time.Now(),
		asked: make(chan wanted), gone: make(chan struct{}), wants: map[string][]chan Visit{},
	}
	r.lender.Keeper = c.keep
	q, meta, err := queue.Open(ctx, &r.lender, "frontier/"+string(s.Source.ID))
	if err != nil {
		return nil, fmt.Errorf("crawler: %s: %w", s.Source.ID, err)
	}
	if err = r.usual.Load(ctx, c.keep, s.Source.ID); err != nil {
		return nil, err
	}
	if r.known, err = seen.Open(ctx, c.keep, "seen/"+string(s.Source.ID), c.agent+" "+s.Reading); err != nil {
		return nil, err
	}
	r.way, r.free = c.chain.Way(ctx, s.Source)
	if err := r.way.Ready(ctx); err != nil {
		r.free()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &FetchError{Kind: market.FailBrowserUnavailable, Err: err}
	}
	c.chain.Begin(s.Source.ID)
	hosts := r.way.Hosts()
	if err := r.goOn(ctx, q, meta, hosts); err != nil {
		r.free()
		return nil, err
	}
	if s.Recorded != nil && r.resumed && !r.since.IsZero() {
		r.front.Skip = func(url string) bool { return s.Recorded(url, r.since) }
	}
	workers := max(s.Source.Pace.Parallel, 1) * max(len(hosts), 1)
	workers = min(workers, fetch.MaxFetches)
	r.jobs, r.results = make(chan job, workers), make(chan outcome, 2*workers)
	r.naming = make(chan struct{}, 1)
	c.enter(r)
	return r, nil
}

// goOn makes the frontier of the run: what meta says was left in q, the starting points, or both.
func (r *run) goOn(ctx context.Context, q *queue.Memory, meta queue.Meta, hosts []string) error {
	within := resumeWithin
	if meta.Why == whyBudget || meta.Why == whyClosed {
		within = rotateWithin
	}
	age := r.c.clock().Sub(meta.SavedAt)
	left := meta.Plan == r.plan && q.Waiting(func(string) bool { return true }) > 0 && age >= -time.Hour && age < within
	r.resumed = left && meta.Why != whyClosed
	if r.resumed {
		r.front = queue.NewFrontier(r.site.Source, hosts, q, r.rank)
		r.front.Resume(meta)
		r.since = meta.BeganAt
		return nil
	}
	begin := q.Reset
	if left {
		begin = q.Renew
	}
	if err := begin(ctx); err != nil {
		return err
	}
	r.front = queue.NewFrontier(r.site.Source, hosts, q, r.rank)
	r.front.Starts()
	r.since = r.c.clock().Truncate(time.Second)
	return r.keep(ctx, false) // who goes on with this run asks when it began
}

// plan is a fingerprint of the starting points and the scope: another plan means another frontier.
func plan(s market.Source) string {
	raw, _ := json.Marshal([]any{s.Starts, s.Scope.Hosts, s.Scope.Include, s.Scope.Exclude, s.Scope.Products, s.Scope.Lists}) // plain data: it cannot fail
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// loop hands out items, and yields what the workers bring until nothing is left to do.
func (r *run) loop(ctx context.Context, yield func(Visit) bool) error {
	work, cancel := context.WithCancel(ctx)
	for range cap(r.jobs) {
		r.wg.Add(1)
		go r.work(work)
	}
	defer func() {
		cancel()
		close(r.jobs)
		r.wg.Wait()
	}()
	for {
		r.handOut()
		if err := r.takeSpared(ctx, yield); err != nil || r.why == whyStopped {
			return err
		}
		if r.flying == 0 && len(r.spared) == 0 {
			return r.over(yield)
		}
		if err := ctx.Err(); err != nil {
			return r.stop(err, yield)
		}
		select {
		case <-ctx.Done():
			return r.stop(ctx.Err(), yield)
		case w := <-r.asked:
			r.want(w)
		case o := <-r.results:
			if r.unsaid(o) {
				r.between += o.visit.Bytes
				r.bytes += o.visit.Bytes
				r.jobs <- job{o.item, r.led}
				continue
			}
			r.flying--
			r.front.Release(o.item)
			r.pages -= pagesOf(o.item)
			if o.err != nil {
				return r.stop(o.err, yield)
			}
			if err := r.take(ctx, o, yield); err != nil {
				return err
			}
			if r.why == whyStopped {
				return nil
			}
		}
	}
}

// handOut gives the workers what they can take at once.
func (r *run) handOut() {
	for r.flying < cap(r.jobs) && r.why == "" && len(r.spared) < sparedAtOnce {
		if r.spent() {
			r.why = whyBudget
			return
		}
		it, ok := r.front.Next()
		if !ok {
			return
		}
		r.doubt(it.URL)
		if o, ok := r.spare(it); ok {
			r.front.Release(it)
			r.spared = append(r.spared, o)
			continue
		}
		r.flying++
		r.pages += pagesOf(it)
		r.jobs <- job{it, r.led} // never blocks: it holds as many as may fly
	}
}

// spent reports whether the budget of the run is used up.
func (r *run) spent() bool {
	return r.front.Len() > 0 && BudgetOf(r.site.Source).Spent(r.fetched+r.pages, r.bytes, r.began)
}

// pagesOf is what an item counts against the budget: sitemaps cost nothing.
func pagesOf(it queue.Item) int {
	if it.Role == string(queue.RoleSitemap) {
		return 0
	}
	return 1
}
