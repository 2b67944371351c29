package crawler

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"

	"pricegap/crawler/fetch"
	"pricegap/crawler/queue"
	"pricegap/crawler/seen"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
)

// take handles one outcome: what it leads to goes into the frontier, then its visits are yielded.
func (r *run) take(ctx context.Context, o outcome, yield func(Visit) bool) error {
	ctx = context.WithoutCancel(ctx) // what is told is kept, though somebody stops the run meanwhile
	r.judge(ctx, &o)
	visits := r.learn(o)
	r.bytes += o.visit.Bytes
	if o.found != nil && o.visit.Failure == nil {
		r.between += o.visit.Bytes
	} else {
		r.done += pagesOf(o.item)
		if !o.spared {
			r.fetched += pagesOf(o.item)
		}
		visits = append([]Visit{o.visit}, visits...)
	}
	if p := o.visit.Page; p.URL != "" && p.URL != o.item.URL && !p.NotModified {
		r.led++
	}
	r.unsaved++
	if r.front.Unsaved() >= unsavedBytes { // a large sitemap: what it names need not be held twice
		saved, unsaved := r.saved, r.unsaved // it is no checkpoint
		if err := r.keep(ctx, false); err != nil {
			return err
		}
		r.saved, r.unsaved = saved, unsaved
	}
	r.handOut()
	tiles := o.item.Role == string(parsers.RoleList) && len(o.visit.Result.Offers) > 0
	r.finished = append(r.finished, finished{o.item, o.mark, tiles, o.spared, o.missed, o.there})
	checkpoint := false
	for i, v := range visits {
		v.Bytes += r.between
		r.between = 0
		v.Resumed, v.Since, v.Done, v.Fetched, v.Known = r.resumed, r.since, r.done, r.fetched, r.done+r.flying+r.front.Len()
		checkpoint = i == len(visits)-1 && (r.due(o.item) || r.wanted(o.item.URL))
		if v.Checkpoint = checkpoint; checkpoint {
			v.Frontier = func(ctx context.Context) ([]Value, error) { return r.lend(ctx, false) }
		}
		if r.flying == 0 && len(r.spared) == 0 && r.front.Len() == 0 {
			v.Left = r.front.Left() // of hosts that are left alone
		}
		if !yield(v) {
			r.why = whyStopped
			return nil
		}
	}
	if told := r.tell(o.visit); !told {
		r.c.chain.Reuse(o.visit.Page.Body)
	}
	if r.told = checkpoint; !checkpoint {
		return nil
	}
	return r.checkpoint(ctx)
}

// judge draws the conclusions of an outcome: what it says of its host, whether the page has ended, and whether it is
// one page under many addresses.
func (r *run) judge(ctx context.Context, o *outcome) {
	host, product := queue.HostOf(o.item.URL), o.item.Role == string(parsers.RoleProduct)
	switch f := o.visit.Failure; {
	case o.spared || o.found != nil && f == nil:
	case o.whole:
		r.c.chain.Host(host).Note(ctx, "") // the host is well, though the template may be another
	case f == nil:
		r.c.chain.Host(host).Note(ctx, o.visit.Result.Failure)
	case product && f.Kind == market.FailClientError && f.Status == http.StatusNotFound:
		o.missed = true
		if n := min(r.known.Missing(o.item.URL)+1, seen.GoneAfter); n == seen.GoneAfter {
			f.Kind, f.Err = market.FailGone, fmt.Errorf("not there in %d runs in a row", n)
		}
	}
	f := o.visit.Failure
	o.there = product && !o.spared && (f == nil || f.Status != 0 && f.Kind != market.FailGone && !o.missed)
	if product && !o.spared {
		r.measure(o)
	}
	failed := o.visit.Result.Failure
	if f != nil {
		failed = f.Kind
	}
	if failed == "" {
		return
	}
	o.mark = barren(o)
	if failed == market.FailParseDrift || closes(o.visit.Failure) || r.c.chain.Host(host).Closed() {
		r.front.Close(host)
	}
}

// barren is what is remembered of a page on which something is wrong: that it sells nothing, so that the same bytes need not be read
// again, and else nothing, so that it is read again, changed or not.
func barren(o *outcome) seen.Mark {
	if o.visit.Failure != nil || o.visit.Result.Failure != market.FailPriceMissing || o.visit.Result.Message != parsers.NoPrice || !o.visit.Result.Until.IsZero() {
		return seen.Mark{}
	}
	m := o.mark.Confirmed("", "")
	m.FetchedAt, m.Barren = o.mark.FetchedAt, true
	return m
}

// measure notes how long the page of a product is.
func (r *run) measure(o *outcome) {
	f, read := o.visit.Failure, o.visit.Result.Failure
	switch {
	case f != nil && f.Kind == market.FailTruncated, read == "" && o.visit.Page.NotModified:
		r.usual.Other()
	case f != nil:
	case read == "":
		r.usual.Add(len(o.visit.Page.Body))
		r.compare(o)
	case o.whole:
		r.usual.Short()
	case read == market.FailTruncated:
		r.usual.Other()
	}
}

// compare holds a page that was read against the others of the run, and against what its sitemap says of it.
func (r *run) compare(o *outcome) {
	if was, ok := r.known.Look(o.mark.URL); ok && r.dates.Check(was, o.mark) {
		o.visit.Untrue = true
		r.c.log.Warn("a page changed without a new lastmod: the dates of the sitemaps are not trusted any more in this run",
			"source", r.site.Source.ID, "url", link.Redact(o.item.URL))
	}
	if n := r.front.Saw(o.visit.Page.URL, binary.LittleEndian.Uint64(o.mark.Sum[:])); n >= queue.SameBody {
		o.visit.Result = parsers.Result{
			Failure: market.FailParseDrift, Message: fmt.Sprintf("%d pages of products bring the same page; the run is held", n),
		}
	}
}

// learn puts what an outcome leads to into the frontier, and returns a visit for each trap that is told.
func (r *run) learn(o outcome) []Visit {
	var traps []queue.Trap
	switch {
	case o.found != nil:
		if starts := r.site.Source.Starts; o.item.Start < len(starts) && starts[o.item.Start].TrustLastmod {
			for _, e := range o.found.pages {
				r.dates.Put(e.Loc, e.LastMod, o.found.at)
			}
		}
		traps = r.front.Named(o.item, o.found.addresses, o.found.sitemaps)
		<-r.naming
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
func closes(f *FetchError) bool { return f != nil && errors.Is(f.Err, fetch.ErrClosed) }

// work visits pages until there are no more.
func (r *run) work(ctx context.Context) {
	defer r.wg.Done()
	for j := range r.jobs {
		if ctx.Err() != nil {
			continue
		}
		r.results <- r.visit(ctx, j) // never blocks: it holds as many as may fly
	}
}

// visit fetches and reads one page.
func (r *run) visit(ctx context.Context, handed job) (o outcome) {
	o.job = handed
	it := handed.item
	o.visit.Request = Request{URL: it.URL, Role: parsers.Role(it.Role), Start: it.Start}
	j := r.c.newJob(&r.site.Source, o.visit.Request, r.way)
	defer j.Done()
	j.Known = r.known
	page, err := r.c.page(ctx, it.URL, j)
	o.visit.Bytes, o.mark = j.Wire, j.Mark
	if err == nil && it.Role == string(queue.RoleSitemap) {
		select {
		case r.naming <- struct{}{}:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if !page.NotModified {
		r.c.reading <- struct{}{} // never for long: whoever reads, computes
		defer func() { <-r.c.reading }()
	}
	switch {
	case err != nil:
	case it.Role == string(queue.RoleSitemap):
		o.found, err = readSitemap(page)
	default:
		site := r.site
		site.usual = r.usual.Bytes()
		if o.visit.Result, err = Read(site, page, o.visit.Request); err == nil {
			if page.NotModified && o.mark.Barren {
				o.visit.Result = parsers.Result{Failure: market.FailPriceMissing, Message: parsers.NoPrice}
				copy(page.Sum[:], o.mark.Sum[:])
			}
			if !page.NotModified {
				o.mark.Until = o.visit.Result.Until
			}
			o.visit.Page = page
			o.mark.FetchedAt = page.FetchedAt
			o.whole = site.usual > 0 && o.visit.Result.Failure == market.FailTruncated && whole(site, page, o.visit.Request)
		}
	}
	fe, ok := errors.AsType[*FetchError](err)
	if ok {
		o.visit.Failure = fe
		r.c.logPanic(r.site.Source.ID, fe)
		return o
	}
	o.err = err
	return o
}
