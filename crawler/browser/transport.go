package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"pricegap/crawler/guard"
	"pricegap/market"
)

// Rules say what the pages of one source may do.
type Rules struct {
	// Next brings whatever a page asks for: the page itself and what its scripts ask for. It is a guard.Transport.
	Next http.RoundTripper
	// Allow is asked for each request of a page but that for the page itself; an error refuses it.
	Allow func(ctx context.Context, u *url.URL) error
	// Heard is told of each answer to a request that Allow was asked for; ctx is that of the page. nil means nobody.
	Heard func(ctx context.Context, u *url.URL, res *http.Response)
	// Hosts returns the host names that scripts may come from and ask, besides those of the page's own site; nil means
	// none.
	Hosts func() []string
	// Timeout bounds a page from the request to its DOM; 0 means guard.DefaultTimeout.
	Timeout time.Duration
	// Limits are the bounds of the source: WireBytes what a page and its requests take over the wire together, BodyBytes
	// each answer and the DOM.
	Limits market.Limits
}

// Transport implements http.RoundTripper for pages of one source: GET requests. It is safe for concurrent use.
type Transport struct {
	pool  *Pool
	rules Rules
}

// Transport returns a Transport by these rules.
func (p *Pool) Transport(r Rules) *Transport {
	r.Timeout = cmp.Or(r.Timeout, guard.DefaultTimeout)
	r.Limits.WireBytes = cmp.Or(r.Limits.WireBytes, guard.MaxWireBytes)
	r.Limits.BodyBytes = cmp.Or(r.Limits.BodyBytes, guard.MaxDecodedBytes)
	return &Transport{p, r}
}

// RoundTrip implements http.RoundTripper. Status and headers are those of the page itself, the body is what its DOM is
// after its scripts ran, in UTF-8: when it has loaded and asks for nothing for half a second, at most 10 s after it has
// loaded. What is no page of HTML (a redirect, an error, a PDF) is returned as it came. A
// 429, or a 503 with Retry-After, in answer to a script is the answer to the page: the host wants to be left alone. Its
// errors are *guard.Error, or that of the request's context.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	c, release, err := t.pool.take(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &guard.Error{Kind: market.FailBrowserUnavailable, Err: err}
	}
	ill := false
	defer func() { release(ill) }()
	deadline := time.Now().Add(t.rules.Timeout)
	res, err := t.rules.Next.RoundTrip(whole(req))
	if err != nil {
		return nil, err
	}
	body := res.Body.(*guard.Body)
	media := mediaType(res, body)
	if media == "" {
		return res, nil
	}
	text, err := guard.UTF8(body.Bytes, res.Header.Get("Content-Type"))
	if err != nil {
		return t.result(ctx, res, nil, body.Wire, err)
	}
	res.Header.Set("Content-Type", media+"; charset=utf-8")
	v := newView(t, req, res, text)
	v.wire.Store(body.Wire)
	dom, err := v.render(ctx, c, deadline)
	ill = v.ill
	return t.result(ctx, res, dom, v.wire.Load(), err)
}

// result is the response for a page that was rendered, or its failure.
func (t *Transport) result(ctx context.Context, res *http.Response, dom []byte, wire int64, err error) (*http.Response, error) {
	var no *refusal
	var own *guard.Error
	switch {
	case err == nil:
		h := res.Header
		for _, name := range []string{"ETag", "Last-Modified"} { // they speak of the page before its scripts ran
			h.Del(name)
		}
		from := res.Body.(*guard.Body).From
		res.Body, res.ContentLength = &guard.Body{Bytes: dom, Wire: wire, From: from}, int64(len(dom))
		return res, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &no):
		return no.answer(res.Request, wire), nil
	case errors.As(err, &own):
		return nil, &guard.Error{Kind: own.Kind, Err: own.Err, Wire: wire}
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("the page is not ready after %s", t.rules.Timeout)
		return nil, &guard.Error{Kind: market.FailBodyTimeout, Err: err, Wire: wire}
	}
	return nil, &guard.Error{Kind: market.FailProtocolError, Err: errors.New(market.NewText(err.Error()).Plain()), Wire: wire}
}

// whole is req without conditions: that the page is as it was says nothing about what its scripts make of it.
func whole(req *http.Request) *http.Request {
	out := req.Clone(req.Context())
	out.Header.Del("If-None-Match")
	out.Header.Del("If-Modified-Since")
	return out
}

// mediaType is the kind of HTML that a response is, "" where it is no page with something to run, whatever it says.
func mediaType(res *http.Response, body *guard.Body) string {
	if guard.IsRedirect(res.StatusCode) || guard.CheckStatus(res.StatusCode, res.Header) != nil || len(body.Bytes) == 0 ||
		guard.CheckType(res.Header, body.Bytes, false) != nil {
		return ""
	}
	said := res.Header.Get("Content-Type")
	if said == "" {
		said = http.DetectContentType(body.Bytes)
	}
	said, _, _ = strings.Cut(said, ";")
	switch said = strings.ToLower(strings.TrimSpace(said)); said {
	case "text/html", "application/xhtml+xml":
		return said
	}
	return ""
}
