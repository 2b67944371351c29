package crawler

import (
	"context"
	"net/http"
	"time"

	"pricegap/crawler/queue"
	"pricegap/crawler/seen"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
)

const (
	// A page that changed in one of its last ten looks or so is looked at soon, and one that was not looked at for
	// long.
	oftenChanged = 48
	longAgo      = 3 * 24 * time.Hour
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

// doubt forgets what is remembered of a page where that and what is recorded are not of one look: it was recorded since, by a run
// that was killed before it kept its validators or by a second look, and may be again what it was then; or what it showed when it
// was read could not be recorded.
func (r *run) doubt(address string) {
	if m, ok := r.known.Look(address); ok {
		r.outdated(m)
	}
}

// outdated reports whether the page of m was recorded since m was, or last before it was read, or says something else by now, and
// forgets it then.
func (r *run) outdated(m seen.Mark) bool {
	if !m.Until.IsZero() && !r.c.clock().Before(m.Until) {
		r.known.Forget(m.URL)
		return true
	}
	if r.site.SeenAt == nil {
		return false
	}
	at := r.site.SeenAt(m.URL)
	if !at.After(m.ConfirmedAt.Add(recordedSince)) && (at.IsZero() || !at.Before(m.FetchedAt.Truncate(time.Second))) {
		return false
	}
	r.known.Forget(m.URL)
	return true
}

// unsaid reports whether it says nothing that the page of o did not change, since it may have been recorded since it was
// handed out: a redirect led here, or in the meantime from elsewhere to some page.
func (r *run) unsaid(o outcome) bool {
	p, was := o.visit.Page, o.mark
	was.FetchedAt = was.ConfirmedAt // of the mark that it was held against; its own is now
	return p.NotModified && (p.URL != o.item.URL || o.led != r.led) && r.outdated(was)
}

// spare returns the outcome for a page that need not be fetched, since a sitemap that is trusted says that it was not
// modified.
func (r *run) spare(it queue.Item) (o outcome, ok bool) {
	if it.Role != string(parsers.RoleProduct) || it.Rank == queue.Asked {
		return o, false
	}
	m, ok := r.known.Look(it.URL)
	if !ok || m.Barren {
		return o, false
	}
	at, ok := r.dates.Spare(m, r.c.clock())
	if !ok {
		return o, false
	}
	o.item, o.mark, o.spared = it, seen.Mark{ConfirmedAt: at}, true
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

// wanted is a page that somebody asks for now.
type wanted struct {
	url  string
	told chan Visit // holds one; closed without it where the run does not bring the page
}

// First implements Crawls.
func (c *Crawler) First(ctx context.Context, id market.SourceID, address string) (Visit, bool) {
	told := c.ask(ctx, id, address)
	if told == nil {
		return Visit{}, false
	}
	select {
	case v, ok := <-told:
		return v, ok
	case <-ctx.Done():
		return Visit{}, false
	}
}

// ask hands a page to the run of a source and returns what its visit comes out of; nil where no run takes it.
func (c *Crawler) ask(ctx context.Context, id market.SourceID, address string) <-chan Visit {
	c.mu.Lock()
	r, ok := c.runs[id]
	c.mu.Unlock()
	if !ok {
		return nil
	}
	w := wanted{address, make(chan Visit, 1)}
	select {
	case r.asked <- w:
		return w.told
	case <-r.gone:
	case <-ctx.Done():
	}
	return nil
}

// want puts a page before all others of the run. Whoever asks hears at once where the run is not to bring it.
func (r *run) want(w wanted) {
	if !r.wanted(w.url) && (r.why != "" || !r.front.First(w.url)) {
		close(w.told)
		return
	}
	key := pageKey(w.url)
	r.wants[key] = append(r.wants[key], w.told)
}

// wanted reports whether somebody waits for a page.
func (r *run) wanted(address string) bool {
	return len(r.wants) > 0 && len(r.wants[pageKey(address)]) > 0
}

// tell hands a visit that the loop went past to those who asked for its page, and reports whether somebody did.
func (r *run) tell(v Visit) bool {
	if !r.wanted(v.Request.URL) {
		return false
	}
	key := pageKey(v.Request.URL)
	for _, told := range r.wants[key] {
		told <- v
	}
	delete(r.wants, key)
	return true
}

// pageKey is one for all ways to write the address of a page.
func pageKey(address string) string {
	if k, err := link.Canonical(address); err == nil {
		return k
	}
	return address
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
	close(r.gone)
	for _, asked := range r.wants {
		for _, told := range asked {
			close(told)
		}
	}
}
