package crawler

import (
	"context"
	"net/http"
	"time"

	"pricegap/crawler/queue"
	"pricegap/market"
	"pricegap/parsers"
)

const (
	// A page that changed in one of its last ten looks or so is looked at soon, and one that was not looked at for
	// long.
	oftenChanged = 48
	longAgo      = 3 * 24 * time.Hour
	// maxAsked is how many pages that somebody asks for may wait.
	maxAsked = 64
)

// rank says how soon a product page is wanted.
func (r *run) rank(address string) queue.Rank {
	if r.site.Matched != nil && r.site.Matched(address) {
		return queue.Matched
	}
	m, ok := r.known.Look(address)
	if !ok || m.Change >= oftenChanged || r.c.clock().Sub(m.FetchedAt) >= longAgo {
		return queue.Moving
	}
	return queue.Rest
}

// recordedSince is by how much a page may be recorded later than it is remembered: times are whole seconds, and two looks
// within one are a second apart in the records.
const recordedSince = 2 * time.Second

// doubt forgets what is remembered of a page that was recorded since, by a run that was killed before it kept its
// validators or by a second look; it reports whether it did. The page may be again what it was then, and the record is not.
func (r *run) doubt(address string) bool {
	if r.site.SeenAt == nil {
		return false
	}
	m, ok := r.known.Look(address)
	if !ok || !r.site.SeenAt(address).After(m.ConfirmedAt.Add(recordedSince)) {
		return false
	}
	r.known.Forget(address)
	return true
}

// spare returns the outcome for a page that need not be fetched, since a sitemap that is trusted says that it was not
// modified.
func (r *run) spare(it queue.Item) (o outcome, ok bool) {
	if it.Role != string(parsers.RoleProduct) || it.Rank == queue.Asked {
		return o, false
	}
	m, ok := r.known.Look(it.URL)
	if !ok {
		return o, false
	}
	at, ok := r.dates.Spare(m, r.c.clock())
	if !ok {
		return o, false
	}
	o.item, o.spared = it, true
	o.visit.Request = Request{URL: it.URL, Role: parsers.RoleProduct, Start: it.Start}
	o.visit.Page = market.Page{
		Source: r.site.Source.ID, Asked: it.URL, URL: it.URL, Status: http.StatusNotModified, NotModified: true, FetchedAt: at,
	}
	return o, true
}

// takeSpared tells the pages that need not be fetched, as long as nobody stops the run.
func (r *run) takeSpared(ctx context.Context, yield func(Visit) bool) error {
	for len(r.spared) > 0 && r.why != whyStopped && ctx.Err() == nil {
		o := r.spared[0]
		r.spared = r.spared[1:]
		if err := r.take(ctx, o, yield); err != nil {
			return err
		}
	}
	return nil
}

// First puts a page before all others in the run of a source that is under way, because somebody asks for it now. It
// reports false where there is no such run, or where too many pages wait that were asked for.
func (c *Crawler) First(id market.SourceID, address string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.runs[id]
	if !ok {
		return false
	}
	select {
	case r.asked <- address:
		return true
	default:
		return false
	}
}

func (c *shared) enter(r *run) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs[r.site.Source.ID] = r
}

func (c *shared) leave(r *run) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs[r.site.Source.ID] == r {
		delete(c.runs, r.site.Source.ID)
	}
}
