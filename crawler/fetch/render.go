package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"pricegap/crawler/browser"
	"pricegap/crawler/guard"
	"pricegap/crawler/pace"
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

// giveBack closes the browser with the last way that needs it. Only who gave it back waits for that: who takes one
// meanwhile gets another, and they share nothing.
func (r *rendering) giveBack() {
	if pool := r.leave(); pool != nil {
		pool.Close()
	}
}

// leave returns the browser that no way needs any more, nil where one does.
func (r *rendering) leave() (last *browser.Pool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ways--; r.ways == 0 {
		last, r.pool = r.pool, nil
	}
	return last
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
		Next: begins{w.Transport}, Allow: c.allow, Heard: c.heard, Hosts: w.Hosts, Timeout: s.Pace.Timeout, Limits: s.Limits,
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

// begins starts the request for the page itself, once it has a tab.
type begins struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b begins) RoundTrip(req *http.Request) (*http.Response, error) {
	if j, ok := req.Context().Value(jobKey{}).(*Job); ok { // the requests of its scripts carry none
		if err := j.turn.start(req); err != nil {
			return nil, err
		}
	}
	return b.next.RoundTrip(req)
}

// errNotAsked is for a request of a page that belongs to no fetch of ours.
var errNotAsked = errors.New("crawler: a request of no page")

// pageOf is the page that is open in the browser with this context.
func pageOf(ctx context.Context) (*Job, bool) {
	j, ok := ctx.Value(jobKey{}).(*Job)
	return j, ok && j.turn != nil
}

// allow reports whether a page that is open in the browser may ask for u: robots.txt lets it, and its host is not left
// alone. ctx is that of the page. What the page asks of its own host comes within its turn of it.
func (c *Chain) allow(ctx context.Context, u *url.URL) error {
	page, ok := pageOf(ctx)
	if !ok {
		return errNotAsked
	}
	own := &Job{
		Source: page.Source, Way: page.Way, Anew: page.Anew, spec: page.spec, within: page.turn.host, obeyed: page.obeyed,
	}
	own.spec.Loan = nil // that of the page belongs to another goroutine
	err := (obeys{c, nil, follows{paced{c, door{c}}, true}}).allows(own.in(ctx), u)
	page.beside.Add(own.Wire)
	if err != nil {
		return fmt.Errorf("robots.txt: %w", err)
	}
	h := c.hosts.Host(u.Host)
	if left := h.Left(ctx); left > 0 && h != own.within {
		return fmt.Errorf("%w: the host is left alone for another %s", ErrClosed, left)
	}
	return nil
}

// heard notes what the answer to a request of a page says about a host besides its own; ctx is that of the page.
func (c *Chain) heard(ctx context.Context, u *url.URL, res *http.Response) {
	page, ok := pageOf(ctx)
	h := c.hosts.Host(u.Host)
	if !ok || h == page.turn.host {
		return
	}
	switch s := res.StatusCode; {
	case s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable:
		if ge, ok := errors.AsType[*guard.Error](guard.CheckStatus(s, res.Header)); ok {
			h.Heard(ctx, pace.Outcome{Ill: ge.Kind, RetryAfter: pace.RetryAfter(res.Header, s, c.clock())})
		}
	case s < http.StatusBadRequest:
		h.Heard(ctx, pace.Outcome{Well: true})
	default:
		h.Heard(ctx, pace.Outcome{})
	}
}
