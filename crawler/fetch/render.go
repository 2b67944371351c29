package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"pricegap/crawler/browser"
	"pricegap/crawler/guard"
	"pricegap/market"
	"pricegap/parsers"
)

// rendering is the browser that all ways share while one of them needs it.
type rendering struct {
	mu   sync.Mutex
	pool *browser.Pool
	ways int
}

// take returns the browser for one more way. Every take that succeeds is followed by a giveBack.
func (r *rendering) take(c *Chain) (*browser.Pool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pool == nil {
		pool, err := browser.New(browser.Options{Log: c.log})
		if err != nil {
			return nil, err
		}
		r.pool = pool
	}
	r.ways++
	return r.pool, nil
}

// giveBack closes the browser with the last way that needs it.
func (r *rendering) giveBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ways--; r.ways == 0 {
		r.pool.Close()
		r.pool = nil
	}
}

// render lets the pages of w come through the browser.
func (w *Way) render(c *Chain, s market.Source) {
	pool, err := c.browser.take(c)
	if err != nil {
		w.noBrowser, w.page = err, unable{err}
		return
	}
	w.browser = pool
	w.page = pool.Transport(browser.Rules{
		Next: begins{w.Transport}, Allow: c.allow, Hosts: w.Hosts, Timeout: s.Pace.Timeout, Limits: s.Limits,
	})
}

// Ready starts the browser where the pages of the source need one; its error, of package browser, says why it cannot.
func (w *Way) Ready(ctx context.Context) error {
	if w.browser == nil {
		return w.noBrowser
	}
	return w.browser.Start(ctx)
}

// rendered reports whether the page of j is one that needs its scripts.
func (j *Job) rendered() bool {
	return j.Way.page != nil && !j.robots && (j.Role == parsers.RoleProduct || j.Role == parsers.RoleList)
}

// out is what brings the answer to a request of j: the guard, or the browser above it.
func (j *Job) out() http.RoundTripper {
	if j.rendered() {
		return j.Way.page
	}
	return j.Way.Transport
}

// unable fails whatever it is asked for.
type unable struct{ err error }

// RoundTrip implements http.RoundTripper.
func (u unable) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &guard.Error{Kind: market.FailBrowserUnavailable, Err: u.err}
}

// begins notes when the page itself is asked for: waiting for a tab says nothing about its host.
type begins struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b begins) RoundTrip(req *http.Request) (*http.Response, error) {
	if j, ok := req.Context().Value(jobKey{}).(*Job); ok { // the requests of its scripts carry none
		j.began = time.Now()
	}
	return b.next.RoundTrip(req)
}

// errNotAsked is for a request of a page that belongs to no fetch of ours.
var errNotAsked = errors.New("crawler: a request of no page")

// allow reports whether robots.txt lets a page that is open in the browser ask for u; ctx is that of the page. A
// robots.txt that is not known yet is asked for within the turn of the page, which holds its host.
func (c *Chain) allow(ctx context.Context, u *url.URL) error {
	page, ok := ctx.Value(jobKey{}).(*Job)
	if !ok {
		return errNotAsked
	}
	own := &Job{Source: page.Source, Way: page.Way, Anew: page.Anew, spec: page.spec, within: true}
	own.spec.Loan = nil // that of the page belongs to another goroutine
	inside := door{c}
	if err := (obeys{c, nil, follows{inside, true}}).allows(own.in(ctx), u); err != nil {
		return fmt.Errorf("robots.txt: %w", err)
	}
	return nil
}
