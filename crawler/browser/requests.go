package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"

	"pricegap/crawler/guard"
	"pricegap/market"
	"pricegap/market/link"
)

const (
	maxAsked  = 200  // requests of a page that are let through
	maxPaused = 2000 // requests of a page, refused ones included
	maxFlying = 6    // requests of a page at once, as browsers do for one host
	maxPost   = 64 << 10
)

// errRefused is for a request that a page may not make.
var errRefused = errors.New("refused")

// refusal ends a page whose scripts were told to leave the host alone.
type refusal struct{ res *http.Response }

// Error implements error.
func (r *refusal) Error() string {
	return fmt.Sprintf("a request of the page is answered %s", r.res.Status)
}

// answer is the refusal as the answer to the page.
func (r *refusal) answer(page *http.Request, wire int64) *http.Response {
	out := *r.res
	out.Request, out.Body, out.ContentLength = page, &guard.Body{Wire: wire}, 0
	return &out
}

// pause takes a request of the page, which waits for our answer.
func (v *view) pause(ctx context.Context, ev *fetch.EventRequestPaused) {
	many := false
	v.note(func() {
		v.paused++
		v.flying++
		many = v.paused > maxPaused
	})
	if many {
		v.fail(tooMany(maxPaused))
		return
	}
	v.handle(func() {
		if err := v.answer(ctx, ev); err != nil {
			_, _ = cdp.Call(ctx, v.tab, fetch.FailRequest, fetch.FailRequestParams{
				RequestID: ev.RequestID, ErrorReason: network.ErrorReasonAborted, // any other would replace the page by one about the error
			})
		}
		v.note(func() {
			v.flying--
			v.last = time.Now()
		})
	})
}

func tooMany(limit int) error {
	return &guard.Error{Kind: market.FailBodyTooLarge, Err: fmt.Errorf("the page makes more than %d requests", limit)}
}

// answer answers one request. An error means that it is to fail in the page.
func (v *view) answer(ctx context.Context, ev *fetch.EventRequestPaused) error {
	if ev.ResourceType == network.ResourceTypeDocument {
		return v.serve(ctx, ev)
	}
	u, err := v.judge(ctx, ev)
	if err != nil {
		return err
	}
	many := false
	v.note(func() {
		v.asked++
		many = v.asked > maxAsked
	})
	if many {
		v.fail(tooMany(maxAsked))
		return errRefused
	}
	req, err := v.request(ctx, u, ev.Request)
	if err != nil {
		return err
	}
	select {
	case v.turns <- struct{}{}:
		defer func() { <-v.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	res, err := v.bring(req) //nolint:bodyclose // a guard.Body is nothing to close
	if err != nil {
		return err
	}
	return v.fulfill(ctx, ev, res, res.Body.(*guard.Body).Bytes)
}

// serve answers the request for the page itself with what the shop sent. All other documents are refused: frames are
// no part of the page, and where its scripts want to go from it is not followed (as H37 asks for every kind of page).
func (v *view) serve(ctx context.Context, ev *fetch.EventRequestPaused) error {
	first := false
	v.note(func() {
		first = !v.served && ev.FrameID == v.frame()
		v.served = v.served || first
	})
	if !first {
		return errRefused
	}
	return v.fulfill(ctx, ev, v.res, v.body)
}

// judge returns where a request leads, or why it may not be made.
func (v *view) judge(ctx context.Context, ev *fetch.EventRequestPaused) (*url.URL, error) {
	switch ev.ResourceType {
	case network.ResourceTypeScript, network.ResourceTypeStylesheet, network.ResourceTypeXHR, network.ResourceTypeFetch:
	default:
		return nil, errRefused
	}
	u, err := url.Parse(ev.Request.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return nil, errRefused
	}
	if !v.near(u) {
		return nil, errRefused
	}
	if v.rules.Allow != nil {
		if err := v.rules.Allow(ctx, u); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// near reports whether u is of the page's own site, or of a host that is listed.
func (v *view) near(u *url.URL) bool {
	if link.Site(u.Hostname()) == link.Site(v.req.URL.Hostname()) {
		return true
	}
	return v.rules.Hosts != nil && slices.ContainsFunc(v.rules.Hosts(), func(h string) bool { return strings.EqualFold(h, u.Hostname()) })
}

// request is what a script asks for, under our own name.
func (v *view) request(ctx context.Context, u *url.URL, asked *network.Request) (*http.Request, error) {
	var body bytes.Buffer
	for _, e := range asked.PostDataEntries {
		body.Write(e.Bytes)
	}
	switch {
	case asked.Method == http.MethodPost && body.Len() <= maxPost && (body.Len() > 0 || !asked.HasPostData):
	case (asked.Method == http.MethodGet || asked.Method == http.MethodHead) && !asked.HasPostData:
	default:
		return nil, errRefused
	}
	spec := &guard.Spec{Limits: v.rules.Limits, Together: &v.wire}
	if end, ok := ctx.Deadline(); ok {
		spec.Timeout = max(time.Until(end), time.Millisecond)
	}
	req, err := http.NewRequestWithContext(guard.With(bare{ctx}, spec), asked.Method, u.String(), &body)
	if err != nil {
		return nil, err
	}
	for name, value := range asked.Headers {
		if text, ok := value.(string); ok && !ours(name) {
			req.Header.Set(name, text)
		}
	}
	for _, name := range []string{"User-Agent", "Accept-Language"} {
		if own := v.req.Header.Get(name); own != "" {
			req.Header.Set(name, own)
		}
	}
	jar, err := cdp.Call(ctx, v.tab, network.GetCookies, network.GetCookiesParams{URLs: []string{u.String()}})
	if err != nil {
		return nil, err
	}
	for _, c := range jar.Cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	return req, nil
}

// ours reports whether a header is not for a page to set.
func ours(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "expect",
		"accept-encoding", "user-agent", "cookie", "proxy-authorization":
		return true
	}
	return strings.HasPrefix(name, ":") || strings.HasPrefix(name, "sec-")
}

// bare is a context without values: what the request for the page carries (its bounds, its traces) is not for those
// of its scripts, which run at the same time.
type bare struct{ context.Context }

// Value implements context.Context.
func (bare) Value(any) any { return nil }

// bring makes a request of the page. One that the page as a whole may not make, or is told not to make, ends it.
func (v *view) bring(req *http.Request) (*http.Response, error) {
	res, err := v.rules.Next.RoundTrip(req)
	if v.wire.Load() > v.rules.Limits.WireBytes {
		err := fmt.Errorf("the page and its requests take more than %d bytes", v.rules.Limits.WireBytes)
		v.fail(&guard.Error{Kind: market.FailBodyTooLarge, Err: err})
	}
	if err != nil {
		return nil, err
	}
	if v.rules.Heard != nil {
		v.rules.Heard(v.req.Context(), req.URL, res)
	}
	if s := res.StatusCode; s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable && res.Header.Get("Retry-After") != "" {
		v.fail(&refusal{res})
	}
	return res, nil
}

// fulfill gives the page an answer.
func (v *view) fulfill(ctx context.Context, ev *fetch.EventRequestPaused, res *http.Response, body []byte) error {
	p := fetch.FulfillRequestParams{RequestID: ev.RequestID, ResponseCode: int64(res.StatusCode), Body: body}
	for name, values := range res.Header {
		if name == "Content-Disposition" {
			continue // it would make a download of what we read as a page
		}
		for _, value := range values {
			p.ResponseHeaders = append(p.ResponseHeaders, &fetch.HeaderEntry{Name: name, Value: strings.ToValidUTF8(value, "�")})
		}
	}
	_, err := cdp.Call(ctx, v.tab, fetch.FulfillRequest, p)
	return err
}
