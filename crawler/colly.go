package crawler

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/gocolly/colly/v2"

	"pricegap/crawler/fetch"
	"pricegap/market"
	"pricegap/market/link"
)

// collector fetches through colly, over a chain of RoundTrippers that decides everything colly must not:
// robots, limits, redirects, bounds, status, charset and retries.
type collector struct{ idle *sync.Pool }

// result is what a collector brings; the body is with the job.
type result struct {
	status int
	header http.Header
}

func newCollector(agent string, chain http.RoundTripper) collector {
	c := new(colly.Collector) // NewCollector would let COLLY_* variables of the environment overrule us
	c.Init()
	c.UserAgent = agent
	c.AllowURLRevisit = true
	c.ParseHTTPErrorResponse = true // else 304 is an error; door judges the status
	c.MaxBodySize = 0               // else it would cut in silence; the guard fails
	c.DisableCookies()              // redirect.go keeps those of one fetch
	c.SetRequestTimeout(0)          // the guard has the deadline; waiting for a host's turn may take longer
	c.SetRedirectHandler(func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse })
	c.WithTransport(chain)
	return collector{&sync.Pool{New: func() any { return newVisitor(c) }}}
}

// visitor is a clone of the base collector, with its callbacks, for one fetch at a time: making one costs as much as
// asking for a page that did not change.
type visitor struct {
	*colly.Collector
	res  result
	came bool
}

func newVisitor(base *colly.Collector) *visitor {
	v := &visitor{Collector: base.Clone()}
	v.OnResponse(func(r *colly.Response) { v.came, v.res = true, result{r.StatusCode, *r.Headers} })
	return v
}

// get fetches one address, with h as its header, which is then not for anybody else. A panic on the way is our own fault: internal_panic, with its stack in the cause.
func (c collector) get(ctx context.Context, address string, h http.Header) (res result, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(address, r)
		}
	}()
	if _, err := link.Resolve("", address); err != nil { // colly would tell the whole address, secrets and all
		return result{}, fmt.Errorf("%w: %s", fetch.ErrAddress, link.Redact(address))
	}
	v := c.idle.Get().(*visitor) // one that panics is not used again
	v.Context = ctx
	err = v.Request(http.MethodGet, address, nil, nil, h)
	res, came := v.res, v.came
	v.Context, v.res, v.came = nil, result{}, false
	c.idle.Put(v)
	switch {
	case err != nil:
		return result{}, err
	case !came:
		return result{}, fmt.Errorf("%w: %s", fetch.ErrAddress, link.Redact(address))
	}
	return res, nil
}

// panicked is the failure for a panic; the stack is for the log and never shown to staff.
func panicked(address string, r any) *FetchError {
	return &FetchError{URL: link.Redact(address), Kind: market.FailInternalPanic, Err: &panicError{fmt.Sprint(r), debug.Stack()}}
}

type panicError struct {
	text  string
	stack []byte
}

// Error implements error.
func (e *panicError) Error() string { return e.text }
