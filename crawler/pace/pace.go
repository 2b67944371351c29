// Package pace holds hosts to their pause and their number of requests in flight, waits out what they ask for
// in Retry-After, and opens the breaker. Hosts know nothing of each other. Pauses are real time; what outlives the
// process is kept by the given clock.
package pace

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"pricegap/crawler/keep"
	"pricegap/market"
)

const (
	// Patience is how long a run waits for a host that asked to be left alone; beyond it the request is refused
	// and the host is left to the next run.
	Patience = 2 * time.Minute
	// MaxDelay is the longest Crawl-delay that is obeyed; whoever wants more is not crawled at all.
	MaxDelay = 5 * time.Minute
	// Least is the unit of back-off where the pause is nought.
	Least = 100 * time.Millisecond
	// public is the least pause at a public address, whatever is configured.
	public = time.Second
	// Without a configured pause a public host gets five times its latency, within these bounds.
	minAuto, maxAuto = 2 * time.Second, 30 * time.Second
	// The breaker opens after maxFailures failures in a row; a run waits for maxProbes probes of a host.
	maxFailures, maxProbes = 5, 2
	maxCool                = 30 * time.Minute
	maxAlone               = 24 * time.Hour
)

// Book knows all hosts of a crawler.
type Book struct {
	Keep  keep.Keeper
	Clock market.Clock
	Log   *slog.Logger

	mu    sync.Mutex
	hosts map[string]*Host
}

// Host returns the host of that name, always the same one.
func (b *Book) Host(name string) *Host {
	b.mu.Lock()
	defer b.mu.Unlock()
	h, ok := b.hosts[name]
	if !ok {
		h = &Host{name: name, book: b, turn: make(chan struct{}, 1), freed: make(chan struct{}, 1)}
		if b.hosts == nil {
			b.hosts = map[string]*Host{}
		}
		b.hosts[name] = h
	}
	return h
}

// Host is what is known of one host. Waiting for a turn, a pause or an answer happens on channels with the caller's
// context, never under mu; the keeper alone is asked under mu, so that what it keeps is the newest state. It is safe for
// concurrent use.
type Host struct {
	name  string
	book  *Book
	turn  chan struct{} // held by the one who waits for the next start
	freed chan struct{} // a request has ended

	mu       sync.Mutex
	loaded   bool
	stored   bool // the keeper has a state of it
	inFlight int
	last     time.Time // when the last request started or ended
	latency  time.Duration
	delay    time.Duration // Crawl-delay of its robots.txt
	kept     state
	realTill time.Time // kept.Till, on the machine's own clock
}

// state outlives the process.
type state struct {
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

// Refused is the error for a request that was not made, because its host is left alone.
type Refused struct {
	Left time.Duration
	// Why is the last failure of the host.
	Why market.FailureKind
}

// Error implements error.
func (e *Refused) Error() string {
	return fmt.Sprintf("the host is left alone for another %s after this failure", e.Left)
}

// Name is the host's name.
func (h *Host) Name() string { return h.name }

// SetDelay sets the Crawl-delay of the host.
func (h *Host) SetDelay(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.delay = d
}

// Pause is the pause before the next request. Less than a second is possible only where special says that the
// host stands on a network of our own.
func (h *Host) Pause(configured time.Duration, special bool) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !special {
		if configured <= 0 {
			configured = min(max(5*h.latency, minAuto), maxAuto)
		}
		configured = max(configured, public)
	}
	return max(configured, h.delay)
}

// Closed reports whether a request would be refused now.
func (h *Host) Closed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refuses(h.left())
}

// Acquire waits for the moment at which the next request to the host may start. Release follows unless there is
// an error: *Refused, or the context's.
func (h *Host) Acquire(ctx context.Context, pause time.Duration, parallel int) error {
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	h.load(ctx, pause)
	for {
		wait, full, err := h.try(ctx, pause, parallel)
		switch {
		case err != nil:
			return err
		case full:
			select {
			case <-h.freed:
			case <-ctx.Done():
				return ctx.Err()
			}
		case wait <= 0:
			return nil
		default:
			if err := Sleep(ctx, wait); err != nil {
				return err
			}
		}
	}
}

// try starts a request if one may start now; else it says how long to wait, or that too many are in flight.
func (h *Host) try(ctx context.Context, pause time.Duration, parallel int) (wait time.Duration, full bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := h.left()
	end, ends := ctx.Deadline()
	if h.refuses(left) || ends && left > 0 && left > time.Until(end) {
		return 0, false, &Refused{Left: left.Truncate(time.Second) + time.Second, Why: h.kept.Why}
	}
	tripped := h.kept.Failures >= maxFailures
	if h.inFlight >= max(parallel, 1) || tripped && h.inFlight > 0 { // a tripped host gets a single probe
		return 0, true, nil
	}
	if wait = max(left, time.Until(h.last.Add(pause))); wait <= 0 {
		h.inFlight++
		h.last = time.Now()
	}
	return wait, false, nil
}

// left is for how long the host is still left alone. Both the given clock, which outlives the process, and the
// machine's must agree that it is. The caller holds mu.
func (h *Host) left() time.Duration {
	return min(h.kept.Till.Sub(h.book.Clock()), time.Until(h.realTill))
}

// refuses reports whether a request fails rather than wait for left.
func (h *Host) refuses(left time.Duration) bool {
	return left > Patience || left > 0 && h.kept.Probes > maxProbes
}

// Outcome is what a request says about its host. The zero Outcome says nothing.
type Outcome struct {
	// Well says that the host answers as it should, if only "not found".
	Well bool
	// Ill is a failure of the host as a whole, empty when there is none, and RetryAfter what it asks for.
	Ill        market.FailureKind
	RetryAfter time.Duration
}

// Release notes the end of a request that took so long, and what it says about the host.
func (h *Host) Release(took, pause time.Duration, o Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inFlight--
	h.last = time.Now()
	select {
	case h.freed <- struct{}{}:
	default:
	}
	switch {
	case o.Ill != "":
		h.failed(o, max(pause, Least))
	case o.Well:
		h.kept.Failures, h.kept.Cool, h.kept.Probes, h.kept.Why = 0, 0, 0, ""
		if h.latency == 0 {
			h.latency = took
		}
		h.latency = (h.latency + took) / 2
	}
}

// failed counts a failure, and leaves the host alone for as long as it asked or the breaker says.
func (h *Host) failed(o Outcome, unit time.Duration) {
	h.kept.Failures++
	h.kept.Why = o.Ill
	alone := o.RetryAfter
	if h.kept.Failures >= maxFailures {
		h.kept.Cool = min(max(10*unit, 2*h.kept.Cool), maxCool)
		h.kept.Probes++
		alone = max(alone, h.kept.Cool)
		h.book.Log.Warn("host left alone", "host", h.name, "failures", h.kept.Failures, "last", h.kept.Why, "for", alone)
	}
	if alone > 0 {
		h.kept.Till, h.realTill = h.book.Clock().Add(alone), time.Now().Add(alone)
	}
}

func (h *Host) key() string { return "pace/" + h.name }

// load reads what an earlier process knew of the host, once, and marks it as being visited. A process that
// died may have made a request just now, so the whole pause is waited then.
func (h *Host) load(ctx context.Context, pause time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.book.Clock()
	if !h.loaded {
		h.loaded = true
		raw, err := h.book.Keep.GetState(ctx, h.key())
		if err != nil {
			h.book.Log.Warn("pace not read", "host", h.name, "error", err)
		}
		if raw == nil || json.Unmarshal(raw, &h.kept) != nil {
			h.kept = state{}
		}
		h.stored = raw != nil
		h.realTill = time.Now().Add(min(h.kept.Till.Sub(now), maxAlone))
		h.kept.Probes = min(h.kept.Probes, maxProbes)
		switch ago := now.Sub(h.kept.Last); {
		case h.kept.Open && ago < MaxDelay:
			h.last = time.Now()
		case ago >= 0 && ago < MaxDelay:
			h.last = time.Now().Add(-ago)
		}
	}
	if pause > 0 && !h.kept.Open {
		h.kept.Open, h.kept.Last = true, now
		h.save(ctx)
	}
}

// save keeps the state; the caller holds mu.
func (h *Host) save(ctx context.Context) {
	raw, err := json.Marshal(h.kept)
	if err == nil {
		err = h.book.Keep.PutState(ctx, h.key(), raw)
	}
	if err != nil {
		h.book.Log.Warn("pace not kept", "host", h.name, "error", err)
	}
	h.stored = true
}

// Rest notes that a run asks nothing of the host any more, so that the next process knows how long ago that was. The
// next run waits for probes of its own.
func (h *Host) Rest(ctx context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept.Probes = min(h.kept.Probes, maxProbes)
	if h.loaded && h.inFlight == 0 && (h.kept.Open || h.stored || h.kept.Failures > 0) {
		h.kept.Open, h.kept.Last = false, h.book.Clock().Add(-time.Since(h.last))
		h.save(ctx)
	}
}

// Sleep waits for d, or until ctx ends; then it returns the context's error.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
