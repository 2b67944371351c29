package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"pricegap/market"
)

const (
	// patience is how long a run waits for a host that asked to be left alone; beyond it the visit fails and
	// the host is left to the next run.
	patience = 2 * time.Minute
	// publicPause is the least pause at a public address, whatever is configured.
	publicPause = time.Second
	// Without a configured pause a public host gets five times its latency, within these bounds.
	minAuto, maxAuto = 2 * time.Second, 30 * time.Second
	// The breaker opens after maxFailures failures in a row; a run waits for maxProbes probes of a host.
	maxFailures, maxProbes = 5, 2
	maxCool                = 30 * time.Minute
)

// errClosed marks a visit that failed because its host is left alone: nothing was asked.
var errClosed = errors.New("the host is left alone")

// pace holds each host to its pause and its number of requests in flight, waits out Retry-After, and opens the
// breaker. Hosts know nothing of each other.
type pace struct {
	c    *Crawler
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (p pace) RoundTrip(req *http.Request) (*http.Response, error) {
	j := jobOf(req)
	h := p.c.host(req.URL.Host)
	j.way.hosts.Store(h.name, nil)
	pause := p.pauseFor(j, req.URL)
	if err := h.acquire(req.Context(), p.c, req.URL, pause, max(j.site.Source.Pace.Parallel, 1)); err != nil {
		return nil, err
	}
	start := time.Now()
	res, err := p.next.RoundTrip(req)
	h.release(p.c, start, pause, err)
	return res, err
}

// pauseFor is the pause before the next request to u's host. Less than publicPause is possible only at an
// address that the source's network allows.
func (p pace) pauseFor(j *job, u *url.URL) time.Duration {
	h := p.c.host(u.Host)
	h.mu.Lock()
	delay, latency := h.delay, h.latency
	h.mu.Unlock()
	pause := j.site.Source.Pace.Pause
	if !j.way.Special(hostPort(u)) {
		if pause <= 0 {
			pause = min(max(5*latency, minAuto), maxAuto)
		}
		pause = max(pause, publicPause)
	}
	return max(pause, delay)
}

// closed reports whether u's host is left alone for longer than a run waits.
func (p pace) closed(u *url.URL) bool { return p.c.hostClosed(u.Host) }

func (c *Crawler) hostClosed(name string) bool {
	h := c.host(name)
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refuses(h.left(c.clock()))
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// host is what is known of one host. Waiting happens on channels with the request's context, never under mu.
type host struct {
	name  string
	turn  chan struct{} // held by the one who waits for the next start
	freed chan struct{} // a request has ended

	mu       sync.Mutex
	loaded   bool
	stored   bool // the keeper has a state of it
	inFlight int
	last     time.Time // when the last request started or ended
	latency  time.Duration
	delay    time.Duration // Crawl-delay of its robots.txt
	kept     hostState
	realTill time.Time // kept.Till, on the machine's own clock
}

// hostState outlives the process.
type hostState struct {
	// Open says that requests were made and no end of them was noted: the process may have died.
	Open bool `json:"open,omitzero"`
	// Last is when the last request ended.
	Last time.Time `json:"last,omitzero"`
	// Till is until when the host is left alone, and Why the failure that asked for it.
	Till time.Time          `json:"till,omitzero"`
	Why  market.FailureKind `json:"why,omitzero"`
	// Failures counts them in a row; Cool is the last pause of the breaker, Probes how often it was tried since.
	Failures int           `json:"failures,omitzero"`
	Cool     time.Duration `json:"cool,omitzero"`
	Probes   int           `json:"probes,omitzero"`
}

func (c *Crawler) host(name string) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.hosts[name]
	if !ok {
		h = &host{name: name, turn: make(chan struct{}, 1), freed: make(chan struct{}, 1)}
		c.hosts[name] = h
	}
	return h
}

// acquire waits for the moment at which the next request to the host may start.
func (h *host) acquire(ctx context.Context, c *Crawler, u *url.URL, pause time.Duration, parallel int) error {
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	h.load(ctx, c, pause)
	for {
		h.mu.Lock()
		left, tripped, busy := h.left(c.clock()), h.kept.Failures >= maxFailures, h.inFlight
		start := time.Until(h.last.Add(pause))
		if h.refuses(left) {
			err := h.refusal(u, left)
			h.mu.Unlock()
			return err
		}
		if end, ok := ctx.Deadline(); ok && left > 0 && left > time.Until(end) {
			err := h.refusal(u, left)
			h.mu.Unlock()
			return err
		}
		full := busy >= parallel || tripped && busy > 0 // a tripped host gets a single probe
		if !full && left <= 0 && start <= 0 {
			h.inFlight++
			h.last = time.Now()
			h.mu.Unlock()
			return nil
		}
		h.mu.Unlock()
		if full {
			select {
			case <-h.freed:
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		if err := sleep(ctx, max(left, start)); err != nil {
			return err
		}
	}
}

// left is for how long the host is still left alone. Both the given clock, which outlives the process, and
// the machine's must agree that it is.
func (h *host) left(now time.Time) time.Duration {
	return min(h.kept.Till.Sub(now), time.Until(h.realTill))
}

// refuses reports whether a request fails rather than wait for left.
func (h *host) refuses(left time.Duration) bool {
	return left > patience || left > 0 && h.kept.Probes > maxProbes
}

func (h *host) refusal(u *url.URL, left time.Duration) *FetchError {
	left = left.Truncate(time.Second) + time.Second
	fe := failure(u, 0, h.kept.Why, fmt.Errorf("%w for another %s after this failure", errClosed, left))
	fe.RetryAfter = left
	return fe
}

// release notes the end of a request and what it says about the host.
func (h *host) release(c *Crawler, start time.Time, pause time.Duration, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inFlight--
	h.last = time.Now()
	select {
	case h.freed <- struct{}{}:
	default:
	}
	var fe *FetchError
	switch isFailure := errors.As(err, &fe); {
	case err != nil && !isFailure: // the context ended: nothing is learned
	case isFailure && hurts(fe):
		h.failed(c, fe, max(pause, leastPause))
	default:
		h.kept.Failures, h.kept.Cool, h.kept.Probes, h.kept.Why = 0, 0, 0, ""
		h.latency = (h.latency + time.Since(start)) / 2
		if h.latency == 0 {
			h.latency = time.Since(start)
		}
	}
}

// failed counts a failure, and leaves the host alone for as long as it asked or the breaker says.
func (h *host) failed(c *Crawler, fe *FetchError, unit time.Duration) {
	h.kept.Failures++
	h.kept.Why = fe.Kind
	alone := fe.RetryAfter
	if h.kept.Failures >= maxFailures {
		h.kept.Cool = min(max(10*unit, 2*h.kept.Cool), maxCool)
		h.kept.Probes++
		alone = max(alone, h.kept.Cool)
		c.log.Warn("host left alone", "host", h.name, "failures", h.kept.Failures, "last", fe.Kind, "for", alone)
	}
	if alone > 0 {
		h.kept.Till, h.realTill = c.clock().Add(alone), time.Now().Add(alone)
	}
}

func paceKey(name string) string { return "pace/" + name }

// load reads what an earlier process knew of the host, once, and marks it as being visited. A process that
// died may have made a request just now, so the whole pause is waited then.
func (h *host) load(ctx context.Context, c *Crawler, pause time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := c.clock()
	if !h.loaded {
		h.loaded = true
		raw, err := c.keep.GetState(ctx, paceKey(h.name))
		if err != nil {
			c.log.Warn("pace not read", "host", h.name, "error", err)
		}
		if raw == nil || json.Unmarshal(raw, &h.kept) != nil {
			h.kept = hostState{}
		}
		h.stored = raw != nil
		h.realTill = time.Now().Add(min(h.kept.Till.Sub(now), maxRetryAfter))
		h.kept.Probes = min(h.kept.Probes, maxProbes)
		switch ago := now.Sub(h.kept.Last); {
		case h.kept.Open && ago < maxCrawlDelay:
			h.last = time.Now()
		case ago >= 0 && ago < maxCrawlDelay:
			h.last = time.Now().Add(-ago)
		}
	}
	if pause > 0 && !h.kept.Open {
		h.kept.Open, h.kept.Last = true, now
		h.save(ctx, c)
	}
}

// save keeps the state; the caller holds mu.
func (h *host) save(ctx context.Context, c *Crawler) {
	raw, err := json.Marshal(h.kept)
	if err == nil {
		err = c.keep.PutState(ctx, paceKey(h.name), raw)
	}
	if err != nil {
		c.log.Warn("pace not kept", "host", h.name, "error", err)
	}
	h.stored = true
}

// rest notes that nothing is asked of a host any more, so that the next process knows how long ago that was.
func (c *Crawler) rest(ctx context.Context, name string) {
	h := c.host(name)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.loaded && h.inFlight == 0 && (h.kept.Open || h.stored || h.kept.Failures > 0) {
		h.kept.Open, h.kept.Last = false, c.clock().Add(-time.Since(h.last))
		h.save(ctx, c)
	}
}
