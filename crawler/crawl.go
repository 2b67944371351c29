package crawler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"sync"
	"time"

	"pricegap/crawler/queue"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
)

const (
	defaultPages = 5000
	maxRunTime   = 4 * time.Hour
	maxRunBytes  = 1 << 30
	// A checkpoint is due after this many pages, but not more often than every so often.
	checkpointPages = 50
	checkpointEvery = time.Second
	checkpointLate  = time.Minute
	// What an interrupted run left is taken up for half a day, what a used-up budget left for a week: after
	// that the shop is better seen afresh.
	resumeWithin = 12 * time.Hour
	rotateWithin = 7 * 24 * time.Hour
	stopTimeout  = 5 * time.Second
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
	front frontier
	way   *way
	free  func()
	known *validators

	jobs    chan queue.Item
	results chan outcome
	wg      sync.WaitGroup

	began, saved   time.Time
	resumed        bool
	done, unsaved  int
	bytes, between int64 // between is what came over the wire for sitemaps since the last visit
	marks          []mark
	finished       []queue.Item
	why            string
	flying         int // items with the workers, sitemaps among them
	pages          int // of these the pages
}

// outcome is what a worker brings.
type outcome struct {
	item  queue.Item
	visit Visit
	mark  mark
	// found is what a sitemap says; its visit is told only where it failed.
	found *found
	err   error // the context's
}

// begin takes up what an earlier run left, or starts with the starting points.
func (c *Crawler) begin(ctx context.Context, s Site) (*run, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &run{c: c, site: s, began: time.Now(), saved: time.Now()}
	q, meta, err := queue.Open(ctx, c.keep, "frontier/"+string(s.Source.ID))
	if err != nil {
		return nil, fmt.Errorf("crawler: %s: %w", s.Source.ID, err)
	}
	if r.known, err = c.loadValidators(ctx, s); err != nil {
		return nil, err
	}
	within := resumeWithin
	if meta.Why == whyBudget {
		within = rotateWithin
	}
	age := c.clock().Sub(meta.SavedAt)
	r.front = newFrontier(s.Source, q)
	r.resumed = meta.Plan == plan(s.Source) && q.Len() > 0 && age >= -time.Hour && age < within
	if !r.resumed {
		q.Reset()
		r.front.starts()
	}
	workers := max(s.Source.Pace.Parallel, 1) * max(len(r.front.hosts), 1)
	workers = min(workers, maxFetches)
	r.jobs, r.results = make(chan queue.Item, workers), make(chan outcome, 2*workers)
	r.way, r.free = c.way(ctx, s.Source)
	return r, nil
}

// plan is a fingerprint of the starting points and the scope: another plan means another frontier.
func plan(s market.Source) string {
	raw, _ := json.Marshal([]any{s.Starts, s.Scope.Hosts, s.Scope.Include, s.Scope.Exclude, s.Scope.Products}) // plain data: it cannot fail
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
			r.why = whyStopped
			return ctx.Err()
		case o := <-r.results:
			r.flying--
			r.pages -= pagesOf(o.item)
			if o.err != nil {
				r.why = whyStopped
				return o.err
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
		it, ok := r.front.next()
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
	return r.front.q.Len() > 0 && (r.done+r.pages >= limit || r.bytes >= maxRunBytes || time.Since(r.began) >= maxRunTime)
}

// pagesOf is what an item counts against the budget: sitemaps cost nothing.
func pagesOf(it queue.Item) int {
	if it.Role == string(roleSitemap) {
		return 0
	}
	return 1
}

// take handles one outcome: what it leads to goes into the frontier, then its visits are yielded.
func (r *run) take(ctx context.Context, o outcome, yield func(Visit) bool) error {
	visits := r.front.learn(o)
	r.bytes += o.visit.Bytes
	if f := o.visit.Failure; f != nil {
		if closes(f) || r.c.hostClosed(hostOf(o.item.URL)) {
			r.front.close(hostOf(o.item.URL))
		}
	} else if o.visit.Result.Failure == "" && o.mark.url != "" {
		r.marks = append(r.marks, o.mark)
	}
	if o.found != nil && o.visit.Failure == nil {
		r.between += o.visit.Bytes
	} else {
		r.done += pagesOf(o.item)
		visits = append([]Visit{o.visit}, visits...)
	}
	r.finished = append(r.finished, o.item)
	r.unsaved++
	r.handOut()
	for i, v := range visits {
		v.Bytes += r.between
		r.between = 0
		v.Resumed, v.Done, v.Known = r.resumed, r.done, r.done+r.flying+r.front.q.Len()
		if i == len(visits)-1 {
			v.Checkpoint = r.due()
		}
		if !yield(v) {
			r.why = whyStopped
			return nil
		}
		if v.Checkpoint {
			r.known.note(r.c.clock(), r.marks)
			r.settle()
			if err := r.keep(ctx, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// closes reports whether a failure means that nothing of the host can be had in this run.
func closes(f *FetchError) bool {
	return f.Kind == market.FailRobotsUnavailable || errors.Is(f.Err, errClosed)
}

// due reports whether a checkpoint follows the next visit: often enough to lose little, seldom enough to cost
// little, and always at the end.
func (r *run) due() bool {
	since := time.Since(r.saved)
	return r.flying == 0 && !r.spent() || since >= checkpointLate || r.unsaved >= checkpointPages && since >= checkpointEvery
}

// settle counts what was yielded as visited. Validators are noted at checkpoints only: a page whose recording
// failed must be read again, however little it changed.
func (r *run) settle() {
	for _, it := range r.finished {
		r.front.q.Done(it)
	}
	r.finished, r.marks = nil, nil
}

// keep writes the frontier and the validators.
func (r *run) keep(ctx context.Context, last bool) error {
	r.saved, r.unsaved = time.Now(), 0
	why := r.why
	if why == "" {
		why = whyStopped // what a process that dies leaves behind
	}
	err := r.front.q.Save(ctx, queue.Meta{Plan: plan(r.site.Source), SavedAt: r.c.clock(), Why: why})
	return errors.Join(err, r.known.save(ctx, r.c, last))
}

// over yields why the run ends before its frontier is empty, where it does.
func (r *run) over(yield func(Visit) bool) error {
	if r.why == "" && r.front.left() > 0 {
		r.why = whyClosed
	}
	if r.why != whyBudget {
		return nil
	}
	v := Visit{
		Failure: &FetchError{URL: string(r.site.Source.ID), Kind: market.FailBudgetExhausted, Err: fmt.Errorf("%d pages wait for the next run", r.front.left())},
		Resumed: r.resumed, Done: r.done, Known: r.done + r.front.left(), Checkpoint: true,
	}
	if yield(v) {
		r.known.note(r.c.clock(), r.marks)
		r.settle()
	}
	return nil
}

// end waits for nothing, keeps what is left for the next run, or forgets the frontier of a run that is done.
func (r *run) end(ctx context.Context) error {
	defer r.free()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	r.front.report(r.c.log)
	r.settle()
	if r.why != "" {
		return r.keep(ctx, true)
	}
	return errors.Join(r.front.q.Finish(ctx), r.known.save(ctx, r.c, true))
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
	o.visit.Request = Request{URL: it.URL, Role: parsers.Role(it.Role)}
	j := r.c.newJob(r.site, o.visit.Request, r.way)
	j.known = r.known
	page, err := r.c.page(ctx, j)
	o.visit.Bytes = j.wire
	if err != nil {
		if fe, ok := errors.AsType[*FetchError](err); ok {
			o.visit.Failure = fe
			r.logPanic(fe)
			return o
		}
		o.err = err
		return o
	}
	o.mark = j.mark
	if it.Role == string(roleSitemap) {
		o.found, o.visit.Failure = readSitemap(page)
		return o
	}
	o.visit.Page = page
	if !page.NotModified {
		r.read(&o.visit, it)
	}
	return o
}

// read lets the parser of the source read a page. A parser that panics is our own fault and stops no other page.
func (r *run) read(v *Visit, it queue.Item) {
	defer func() {
		if p := recover(); p != nil {
			v.Failure = panicked(v.Request.URL, p)
			v.Page, v.Result = market.Page{}, parsers.Result{}
			r.logPanic(v.Failure)
		}
	}()
	in := parsers.Input{Page: v.Page, Role: v.Request.Role, Locale: r.site.Source.Locale, VAT: r.site.Source.VAT}
	if it.Start < len(r.site.Source.Starts) {
		in.JSON = r.site.Source.Starts[it.Start].JSON
	}
	res, err := r.site.Parser.Parse(parsers.NewDoc(in))
	if err != nil {
		v.Failure = unread(v.Request.URL, v.Page.Status, err)
		v.Page = market.Page{}
		return
	}
	v.Result = res
}

func (r *run) logPanic(f *FetchError) {
	if p, ok := errors.AsType[*panicError](f.Err); ok {
		r.c.log.Error("panic while visiting a page", "source", r.site.Source.ID, "url", f.URL, "panic", p.text, "stack", string(p.stack))
	}
}

// hostOf is the host of an address as pace knows it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return link.Host(address)
	}
	return u.Host
}
