package crawler

import (
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
	"pricegap/crawler/queue"
	"pricegap/crawler/seen"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
)

const (
	defaultPages = 5000
	maxRunTime   = 4 * time.Hour
	maxRunBytes  = 1 << 30
	// What an interrupted run left is taken up for half a day, what a used-up budget left for a week: after
	// that the shop is better seen afresh.
	resumeWithin = 12 * time.Hour
	rotateWithin = 7 * 24 * time.Hour
)

// Why a run ended before its frontier was empty.
const (
	whyStopped = "interrupted"
	whyBudget  = "budget"
	whyClosed  = "closed"
)

// Crawl implements Crawls. What an interrupted run left is taken up within 12 hours, what a run left whose budget
// was used up within 7 days; later the source is begun anew.
func (c *Crawler) Crawl(ctx context.Context, s Site) iter.Seq2[Visit, error] {
	return func(yield func(Visit, error) bool) {
		r, err := c.begin(ctx, s)
		if err != nil {
			yield(Visit{}, err)
			return
		}
		defer r.free()
		stopped := false
		err = r.loop(ctx, func(v Visit) bool {
			stopped = !yield(v, nil)
			return !stopped
		})
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
	way   *fetch.Way
	free  func()
	known *seen.Marks
	plan  string    // a fingerprint of what is asked for
	since time.Time // when the frontier was begun, whole seconds

	jobs    chan queue.Item
	results chan outcome
	wg      sync.WaitGroup

	began, saved   time.Time
	resumed        bool
	done, unsaved  int
	bytes, between int64      // between is what came over the wire for sitemaps since the last visit
	finished       []finished // since the last checkpoint; the loop went past them
	why            string
	flying         int // items with the workers, sitemaps among them
	pages          int // of these the pages
}

// outcome is what a worker brings.
type outcome struct {
	item  queue.Item
	visit Visit
	mark  seen.Mark
	// found is what a sitemap says; its visit is told only where it failed.
	found *found
	err   error // the context's
}

// begin takes up what an earlier run left, or starts with the starting points.
func (c *Crawler) begin(ctx context.Context, s Site) (*run, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &run{c: c, site: s, plan: plan(s.Source), began: time.Now(), saved: time.Now()}
	q, meta, err := queue.Open(ctx, c.keep, "frontier/"+string(s.Source.ID))
	if err != nil {
		return nil, fmt.Errorf("crawler: %s: %w", s.Source.ID, err)
	}
	if r.known, err = seen.Open(ctx, c.keep, "seen/"+string(s.Source.ID), c.agent+" "+s.Reading); err != nil {
		return nil, err
	}
	within := resumeWithin
	if meta.Why == whyBudget {
		within = rotateWithin
	}
	age := c.clock().Sub(meta.SavedAt)
	r.way, r.free = c.chain.Way(ctx, s.Source)
	c.chain.Begin(s.Source.ID)
	hosts := r.way.Hosts()
	r.front = queue.NewFrontier(s.Source, hosts, q, nil)
	r.resumed = meta.Plan == r.plan && r.front.Left() > 0 && age >= -time.Hour && age < within
	if r.resumed {
		r.front.Resume(meta)
		r.since = meta.BeganAt
	} else {
		q.Reset()
		r.front.Starts()
		r.since = c.clock().Truncate(time.Second)
		if err := r.keep(ctx, false); err != nil { // who goes on with this run asks when it began
			r.free()
			return nil, err
		}
	}
	if s.Recorded != nil && r.resumed && !r.since.IsZero() {
		r.front.Skip = func(url string) bool { return s.Recorded(url, r.since) }
	}
	workers := max(s.Source.Pace.Parallel, 1) * max(len(hosts), 1)
	workers = min(workers, fetch.MaxFetches)
	r.jobs, r.results = make(chan queue.Item, workers), make(chan outcome, 2*workers)
	return r, nil
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
		if r.flying == 0 {
			return r.over(yield)
		}
		select {
		case <-ctx.Done():
			return r.stop(ctx.Err(), yield)
		case o := <-r.results:
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
	for r.flying < cap(r.jobs) && r.why == "" {
		if r.spent() {
			r.why = whyBudget
			return
		}
		it, ok := r.front.Next()
		if !ok {
			return
		}
		r.flying++
		r.pages += pagesOf(it)
		r.jobs <- it // never blocks: it holds as many as may fly
	}
}

// spent reports whether the budget of the run is used up.
func (r *run) spent() bool {
	limit := r.site.Source.Scope.MaxPages
	if limit <= 0 {
		limit = defaultPages
	}
	return r.front.Len() > 0 && (r.done+r.pages >= limit || r.bytes >= maxRunBytes || time.Since(r.began) >= maxRunTime)
}

// pagesOf is what an item counts against the budget: sitemaps cost nothing.
func pagesOf(it queue.Item) int {
	if it.Role == string(queue.RoleSitemap) {
		return 0
	}
	return 1
}

// take handles one outcome: what it leads to goes into the frontier, then its visits are yielded.
func (r *run) take(ctx context.Context, o outcome, yield func(Visit) bool) error {
	visits := r.learn(o)
	r.bytes += o.visit.Bytes
	if f := o.visit.Failure; f != nil {
		if closes(f) || r.c.chain.Host(queue.HostOf(o.item.URL)).Closed() {
			r.front.Close(queue.HostOf(o.item.URL))
		}
	}
	if o.visit.Failure != nil || o.visit.Result.Failure != "" {
		o.mark = seen.Mark{} // it is read again, changed or not
	}
	if o.found != nil && o.visit.Failure == nil {
		r.between += o.visit.Bytes
	} else {
		r.done += pagesOf(o.item)
		visits = append([]Visit{o.visit}, visits...)
	}
	r.unsaved++
	if r.front.Unsaved() >= unsavedBytes { // a large sitemap: what it names need not be held twice
		if err := r.keep(ctx, false); err != nil {
			return err
		}
	}
	r.handOut()
	checkpoint := false
	for i, v := range visits {
		v.Bytes += r.between
		r.between = 0
		v.Resumed, v.Since, v.Done, v.Known = r.resumed, r.since, r.done, r.done+r.flying+r.front.Len()
		checkpoint = i == len(visits)-1 && r.due(o.item)
		v.Checkpoint = checkpoint
		if !yield(v) {
			r.why = whyStopped
			return nil
		}
	}
	tiles := o.item.Role == string(parsers.RoleList) && len(o.visit.Result.Offers) > 0
	r.finished = append(r.finished, finished{o.item, o.mark, tiles})
	if !checkpoint {
		return nil
	}
	r.settle(false)
	return r.keep(ctx, false)
}

// learn puts what an outcome leads to into the frontier, and returns a visit for each trap that is told.
func (r *run) learn(o outcome) []Visit {
	var traps []queue.Trap
	switch {
	case o.found != nil:
		traps = r.front.Named(o.item, o.found.pages, o.found.sitemaps)
	case o.visit.Failure == nil:
		traps = r.front.Learn(o.item, o.visit.Result)
	default:
		traps = r.front.Failed(o.item)
	}
	var out []Visit
	for _, t := range traps {
		out = append(out, Visit{
			Request: Request{URL: t.URL, Role: parsers.RoleList},
			Failure: &FetchError{URL: link.Redact(t.URL), Kind: market.FailTrapDetected, Err: errors.New(t.Reason)},
		})
	}
	return out
}

// closes reports whether a failure means that nothing of the host can be had in this run.
func closes(f *FetchError) bool {
	return errors.Is(f.Err, fetch.ErrClosed)
}

// work visits pages until there are no more.
func (r *run) work(ctx context.Context) {
	defer r.wg.Done()
	for it := range r.jobs {
		if ctx.Err() != nil {
			continue
		}
		r.results <- r.visit(ctx, it) // never blocks: it holds as many as may fly
	}
}

// visit fetches and reads one page.
func (r *run) visit(ctx context.Context, it queue.Item) (o outcome) {
	o.item = it
	o.visit.Request = Request{URL: it.URL, Role: parsers.Role(it.Role), Start: it.Start}
	j := r.c.newJob(r.site, o.visit.Request, r.way)
	defer j.Done()
	j.Known = r.known
	page, err := r.c.page(ctx, it.URL, j)
	o.visit.Bytes, o.mark = j.Wire, j.Mark
	switch {
	case err != nil:
	case it.Role == string(queue.RoleSitemap):
		o.found, err = readSitemap(page)
	default:
		if o.visit.Result, err = Read(r.site, page, o.visit.Request); err == nil {
			o.visit.Page = page
		}
	}
	fe, ok := errors.AsType[*FetchError](err)
	if ok {
		o.visit.Failure = fe
		r.logPanic(fe)
		return o
	}
	o.err = err
	return o
}
