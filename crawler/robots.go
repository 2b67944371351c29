package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"pricegap/crawler/guard"
	"pricegap/crawler/robots"
	"pricegap/market"
)

const (
	robotsFor      = 24 * time.Hour  // RFC 9309 §2.4
	robotsAgain    = time.Hour       // after an error
	maxCrawlDelay  = 5 * time.Minute // beyond it we stay away rather than crawl for months
	robotsStateKey = "robots/"
)

// RobotsAllowed reports whether a robots.txt lets agent, a product token, fetch url, and the line that
// decides; empty where none does. Source: RFC 9309, and Google's matcher where the RFC leaves a choice.
func RobotsAllowed(body []byte, agent, url string) (ok bool, rule string) {
	return robots.Parse(body, agent).Allowed(url)
}

// obeys lets a request pass only where the robots.txt of its own host allows it; every hop of a redirect comes
// through here.
type obeys struct {
	c    *Crawler
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (o obeys) RoundTrip(req *http.Request) (*http.Response, error) {
	rules, err := o.c.rules.of(req.Context(), jobOf(req), req.URL)
	if err != nil {
		return nil, err
	}
	if rules.Failed != "" {
		left := max(rules.At.Add(robotsAgain).Sub(o.c.clock()), time.Second)
		fe := fail(req.URL, 0, market.FailRobotsUnavailable, fmt.Sprintf("%s; it is asked again in %s, or now with --refresh-robots", rules.Failed, left.Round(time.Second)))
		fe.RetryAfter = left
		return nil, fe
	}
	if d, ok := rules.file.Delay(); ok {
		if d > maxCrawlDelay {
			return nil, failure(req.URL, 0, market.FailRobotsDisallowed, fmt.Errorf("%w: robots.txt asks for a pause of %s between requests, more than the %s that we wait; the source is skipped", errClosed, d, maxCrawlDelay))
		}
		o.c.slowDown(req.URL.Host, d)
	}
	if ok, by := rules.file.Allowed(req.URL.String()); !ok {
		return nil, fail(req.URL, 0, market.FailRobotsDisallowed, "robots.txt says "+by)
	}
	return o.next.RoundTrip(req)
}

// slowDown sets the Crawl-delay of a host.
func (c *Crawler) slowDown(name string, d time.Duration) {
	h := c.host(name)
	h.mu.Lock()
	h.delay = d
	h.mu.Unlock()
}

// rulebook keeps the robots.txt of every host, in memory and across restarts.
type rulebook struct {
	c       *Crawler
	next    http.RoundTripper
	refresh bool // what other processes fetched does not count

	mu      sync.Mutex
	entries map[string]*rulesOf
}

// rulesOf is one robots.txt, or the reason why there is none.
type rulesOf struct {
	turn chan struct{} // one asks, the others wait: one flight a host
	At   time.Time     `json:"at"`
	// Failed says why it cannot be had, empty when it can; then nothing may be fetched (RFC 9309 §2.3.1.4).
	Failed string `json:"failed,omitzero"`
	// Body is the file, empty where there is none: then everything may be fetched (§2.3.1.3).
	Body   []byte `json:"body,omitzero"`
	file   *robots.File
	loaded bool
}

// of returns the rules for u, which it fetches where they are not known or too old. The error is that of ctx.
func (b *rulebook) of(ctx context.Context, j *job, u *url.URL) (rulesOf, error) {
	origin := u.Scheme + "://" + u.Host
	b.mu.Lock()
	e, ok := b.entries[origin]
	if !ok {
		e = &rulesOf{turn: make(chan struct{}, 1)}
		b.entries[origin] = e
	}
	b.mu.Unlock()
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return rulesOf{}, ctx.Err()
	}
	if !e.loaded && !b.refresh {
		b.load(ctx, origin, e)
	}
	e.loaded = true
	age := b.c.clock().Sub(e.At)
	if age < 0 || age >= robotsFor || e.Failed != "" && age >= robotsAgain {
		if err := b.fetch(ctx, origin, e, j); err != nil {
			return rulesOf{}, err
		}
	}
	return *e, nil
}

// fetch asks for the file anew.
func (b *rulebook) fetch(ctx context.Context, origin string, e *rulesOf, j *job) error {
	own := &job{site: j.site, way: j.way, robots: true, spec: guard.Spec{
		Timeout: j.spec.Timeout, MaxDecoded: robots.MaxBytes, Cut: true,
	}}
	req, err := http.NewRequestWithContext(own.in(ctx), http.MethodGet, origin+"/robots.txt", nil)
	if err != nil {
		return fmt.Errorf("crawler: %s: %w", origin, err)
	}
	req.Header.Set("User-Agent", b.c.agent)
	req.Header.Set("Accept", "text/plain, */*;q=0.5")
	res, err := b.next.RoundTrip(req)
	j.wire += own.wire
	var fe *FetchError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &fe):
		if errors.Is(err, errClosed) {
			return err // nothing was asked, so nothing is known
		}
		e.set(b.c.clock(), "robots.txt cannot be had: "+fe.Error(), nil)
	case err != nil:
		e.set(b.c.clock(), "robots.txt cannot be had: "+err.Error(), nil)
	case res.StatusCode >= 400: // there is none; 429 and 5xx came as errors
		e.set(b.c.clock(), "", nil)
	default:
		body, _ := io.ReadAll(res.Body) // in memory: it cannot fail
		e.set(b.c.clock(), "", body)
		if len(body) > 0 && !e.file.Known() {
			b.c.log.Warn("robots.txt has no rules", "host", origin, "bytes", len(body))
		}
	}
	b.save(ctx, origin, e)
	return nil
}

func (e *rulesOf) set(at time.Time, failed string, body []byte) {
	e.At, e.Failed, e.Body = at, failed, nil
	e.file = robots.Parse(body, Token)
	if e.file.Known() {
		e.Body = body
	}
}

func (b *rulebook) load(ctx context.Context, origin string, e *rulesOf) {
	raw, err := b.c.keep.GetState(ctx, robotsStateKey+origin)
	if err != nil {
		b.c.log.Warn("robots.txt not read from the store", "host", origin, "error", err)
	}
	var was rulesOf
	if raw != nil && json.Unmarshal(raw, &was) == nil {
		e.set(was.At, was.Failed, was.Body)
	}
}

func (b *rulebook) save(ctx context.Context, origin string, e *rulesOf) {
	raw, err := json.Marshal(e)
	if err == nil {
		err = b.c.keep.PutState(ctx, robotsStateKey+origin, raw)
	}
	if err != nil {
		b.c.log.Warn("robots.txt not kept", "host", origin, "error", err)
	}
	e.Body = nil // the parsed file is all that is needed now
}
