package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"pricegap/crawler/guard"
	"pricegap/market"
)

const (
	quiet    = 500 * time.Millisecond // without a request: the page has what it wants
	patience = 10 * time.Second       // with a page that has loaded and does not come to rest
)

// What ends a page before its time.
var (
	errCrashed = &guard.Error{Kind: market.FailProtocolError, Err: errors.New("the tab crashed")}
	errLost    = &guard.Error{Kind: market.FailBrowserUnavailable, Err: errors.New("the browser died")} // which the shop cannot help
)

// view is one page in a tab of its own, from the answer of the shop to its DOM.
type view struct {
	rules *Rules
	req   *http.Request
	res   *http.Response
	body  []byte // in UTF-8
	tab   *chromedp.Target
	fail  context.CancelCauseFunc // ends the page
	turns chan struct{}           // bounds the requests in flight
	wire  atomic.Int64
	ill   bool // the browser did not close the tab

	mu       sync.Mutex
	over     bool
	served   bool // the page itself was given
	asked    int  // requests that were let through
	paused   int  // all requests
	flying   int
	last     time.Time // when one was answered, or when the page had loaded
	loaded   bool
	changed  chan struct{}
	handlers sync.WaitGroup
}

func newView(t *Transport, req *http.Request, res *http.Response, body []byte) *view {
	return &view{
		rules: &t.rules, req: req, res: res, body: body, turns: make(chan struct{}, maxFlying), changed: make(chan struct{}, 1),
	}
}

// render returns the DOM of the page, as HTML. Its error is a *guard.Error, a *refusal, context.DeadlineExceeded at
// the deadline, or what the browser says.
func (v *view) render(ctx context.Context, c *chromium, deadline time.Time) ([]byte, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	ctx, v.fail = context.WithCancelCause(ctx)
	defer v.fail(nil)
	tab, closeTab := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext())
	defer v.close(tab)
	defer context.AfterFunc(ctx, closeTab)()
	defer context.AfterFunc(c.ctx, func() { v.fail(errLost) })()
	html, err := v.run(ctx, tab)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	} else if err != nil && c.lost() {
		err = errLost
	}
	return html, err
}

// close closes the tab and waits for what is done for it.
func (v *view) close(tab context.Context) {
	v.fail(nil)
	v.mu.Lock()
	v.over = true
	v.mu.Unlock()
	v.ill = chromedp.Cancel(tab) != nil
	v.handlers.Wait()
}

func (v *view) run(ctx, tab context.Context) ([]byte, error) {
	if err := chromedp.Do(tab); err != nil {
		return nil, err
	}
	v.tab = chromedp.FromContext(tab).Target
	if err := chromedp.Listen(tab, func(ev any) { v.hear(ctx, ev) }); err != nil {
		return nil, err
	}
	if err := v.prepare(ctx, chromedp.FromContext(tab)); err != nil {
		return nil, err
	}
	nav, err := cdp.Call(ctx, v.tab, page.Navigate, page.NavigateParams{URL: v.req.URL.String()})
	if err != nil {
		return nil, err
	}
	if nav.ErrorText != "" {
		return nil, fmt.Errorf("the page does not open: %s", nav.ErrorText)
	}
	if err := v.settle(ctx); err != nil {
		return nil, err
	}
	return v.take(ctx)
}

// noWebRTC takes away what asks by UDP. The flags of Chromium stop it too, but are renamed now and then in silence.
const noWebRTC = "for (const n of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete globalThis[n]"

// prepare sets a fresh tab up: nothing that a page sends in masses is listened to, and every request stops at us.
func (v *view) prepare(ctx context.Context, c *chromedp.Context) error {
	calls := []struct {
		s      cdp.Session
		method string
		params any
	}{
		{v.tab, runtime.Disable.Method, nil},
		{v.tab, dom.Disable.Method, nil},
		{v.tab, css.Disable.Method, nil},
		{v.tab, log.Disable.Method, nil},
		{v.tab, network.Disable.Method, nil},
		{v.tab, fetch.Enable.Method, fetch.EnableParams{}},
		{v.tab, page.AddScriptToEvaluateOnNewDocument.Method, page.AddScriptToEvaluateOnNewDocumentParams{Source: noWebRTC}},
		{v.tab, emulation.SetUserAgentOverride.Method, emulation.SetUserAgentOverrideParams{
			UserAgent: v.req.UserAgent(), AcceptLanguage: strings.Join(v.languages(), ","),
		}},
		{c.Browser, browser.SetDownloadBehavior.Method, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: c.BrowserContextID,
		}},
	}
	for _, call := range calls {
		if err := call.s.Call(ctx, call.method, call.params, nil); err != nil {
			return fmt.Errorf("%s: %w", call.method, err)
		}
	}
	return v.place(ctx)
}

// place gives the page the language of its source, and the cookies of the redirects that led to it.
func (v *view) place(ctx context.Context) error {
	if l := v.languages(); len(l) > 0 {
		locale := strings.ReplaceAll(l[0], "-", "_") // ICU's way
		if _, err := cdp.Call(ctx, v.tab, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: locale}); err != nil {
			return err
		}
	}
	var cookies []*network.CookieParam
	for _, c := range v.req.Cookies() {
		cookies = append(cookies, &network.CookieParam{Name: c.Name, Value: c.Value, URL: v.req.URL.String()})
	}
	if len(cookies) == 0 {
		return nil
	}
	_, err := cdp.Call(ctx, v.tab, network.SetCookies, network.SetCookiesParams{Cookies: cookies})
	return err
}

// languages are those of the request, without their weights.
func (v *view) languages() []string {
	var out []string
	for _, l := range strings.Split(v.req.Header.Get("Accept-Language"), ",") {
		l, _, _ = strings.Cut(l, ";")
		if l = strings.TrimSpace(l); l != "" && l != "*" {
			out = append(out, l)
		}
	}
	return out
}

// hear takes an event of the tab. It must not wait.
func (v *view) hear(ctx context.Context, ev any) {
	switch ev := ev.(type) {
	case *fetch.EventRequestPaused:
		v.pause(ctx, ev)
	case *page.EventJavascriptDialogOpening:
		// Nobody is there to answer; only leaving a page is agreed to.
		accept := ev.Type == page.DialogTypeBeforeunload
		v.handle(func() {
			_, _ = cdp.Call(ctx, v.tab, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: accept})
		})
	case *page.EventLifecycleEvent:
		if ev.Name == "load" && ev.FrameID == v.frame() {
			v.note(v.load)
		}
	case *page.EventFrameStoppedLoading: // without "load" where a script stopped it
		if ev.FrameID == v.frame() {
			v.note(v.load)
		}
	case *inspector.EventTargetCrashed:
		v.fail(errCrashed)
	}
}

// frame is the main frame of the tab.
func (v *view) frame() cdp.FrameID { return cdp.FrameID(v.tab.TargetID) }

// handle runs f beside the page, unless that is over.
func (v *view) handle(f func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.over {
		v.handlers.Go(f)
	}
}

// load notes that the page has loaded, once it was given. What its scripts do then counts from here, however long ago
// the last request was answered.
func (v *view) load() {
	if v.served && !v.loaded {
		v.loaded, v.last = true, time.Now()
	}
}

// note changes the state of the page and wakes who waits for it.
func (v *view) note(change func()) {
	v.mu.Lock()
	change()
	v.mu.Unlock()
	select {
	case v.changed <- struct{}{}:
	default:
	}
}

// settle waits until the page is ready.
func (v *view) settle(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var end time.Time // of our patience
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-v.changed:
		case <-timer.C:
		}
		loaded, rest := v.rest()
		if !loaded {
			continue
		}
		now := time.Now()
		if end.IsZero() {
			end = now.Add(min(patience, v.rules.Timeout/2))
		}
		if rest <= 0 || !now.Before(end) {
			return nil
		}
		timer.Reset(min(rest, end.Sub(now)))
	}
}

// rest reports whether the page has loaded, and how long it must stay quiet until it is ready.
func (v *view) rest() (loaded bool, left time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.flying > 0 {
		return v.loaded, patience
	}
	return v.loaded, quiet - time.Since(v.last)
}

// take returns the DOM as HTML.
func (v *view) take(ctx context.Context) ([]byte, error) {
	raw, err := v.evaluate(ctx, fmt.Sprintf(`(() => {
		const html = (document.doctype ? "<!DOCTYPE html>" : "") + (document.documentElement ? document.documentElement.outerHTML : "")
		return html.length > %d ? null : html
	})()`, v.rules.Limits.BodyBytes))
	if err != nil {
		return nil, err
	}
	var html *string
	if err := json.Unmarshal(raw, &html); err != nil {
		return nil, err
	}
	if html == nil || int64(len(*html)) > v.rules.Limits.BodyBytes {
		return nil, &guard.Error{Kind: market.FailBodyTooLarge, Err: fmt.Errorf("the page grew to more than %d bytes", v.rules.Limits.BodyBytes)}
	}
	return []byte(*html), nil
}

// evaluate returns the value of an expression as JSON. It is worked out in a world of its own, where the scripts of
// the page have changed nothing.
func (v *view) evaluate(ctx context.Context, expression string) ([]byte, error) {
	world, err := cdp.Call(ctx, v.tab, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: v.frame(), WorldName: "pricegap"})
	if err != nil {
		return nil, err
	}
	yes := true
	got, err := cdp.Call(ctx, v.tab, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: world.ExecutionContextID, ReturnByValue: &yes, Silent: &yes,
	})
	if err != nil {
		return nil, err
	}
	if got.ExceptionDetails != nil {
		return nil, errors.New(got.ExceptionDetails.Text)
	}
	return got.Result.Value, nil
}
