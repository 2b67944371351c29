// Package pace holds hosts to their pause and their number of requests in flight, waits out what they ask for
// in Retry-After, and opens the breaker. Hosts know nothing of each other. Pauses are real time; what outlives the
// process is kept by the given clock.
package pace

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

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
	// Jitter lengthens each pause by up to one part in jitter.
	jitter = 5
	// The breaker opens after maxFailures failures in a row; a run waits for maxProbes probes of a host.
	maxFailures, maxProbes = 5, 2
	maxCool                = 30 * time.Minute
	maxAlone               = 24 * time.Hour
)

// Wish is how a source wants its hosts to be visited. Where several sources stand on one host, the longest pause and
// the fewest requests in flight count that any of them has wished last, as long as the host is in memory.
type Wish struct {
	Source market.SourceID
	// Pause is the time between the end of a request and the start of the next; nought adapts it to the latency.
	Pause time.Duration
	// Parallel is how many requests may be in flight; less than one means one.
	Parallel int
	// Special says that the host stands on a network of our own: only there the pause may be less than a second.
	Special bool
}

func (w Wish) pause(latency time.Duration) time.Duration {
	switch {
	case w.Special:
		return w.Pause
	case w.Pause <= 0:
		return adapted(latency)
	}
	return max(w.Pause, public)
}

func adapted(latency time.Duration) time.Duration { return min(max(5*latency, minAuto), maxAuto) }

// Host is what is known of one host. Waiting for a turn, a pause or an answer happens on channels with the caller's
// context, never under mu; the keeper alone is asked under mu, so that what it keeps is the newest state. It is safe for
// concurrent use.
type Host struct {
	name  string
	book  *Book
	turn  chan struct{} // held by the one who waits for the next start
	freed chan struct{} // a request has ended

	visits atomic.Int32 // that did not end
	used   int64        // the number of the last ask for it, of all; under the Book's mu

	mu       sync.Mutex
	wishes   map[market.SourceID]Wish
	inFlight int
	last     time.Time // when the last request started or ended
	luck     float64   // how much of the jitter the pause after last has, below 1
	kept     state
	loaded   bool
	stored   time.Duration // the latency that the keeper has; none where it has no state
	realTill time.Time     // kept.Till, on the machine's own clock
}

const none = time.Duration(-1)

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

// SetDelay sets the Crawl-delay of the robots.txt of an origin at the host, nought where it has none. The longest of the
// origins counts.
func (h *Host) SetDelay(ctx context.Context, origin string, d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.load(ctx)
	d = min(d, MaxDelay)
	if h.kept.Delays[origin] == d {
		return
	}
	if h.kept.Delays == nil {
		h.kept.Delays = map[string]time.Duration{}
	}
	h.kept.Delays[origin] = d
	if d <= 0 {
		delete(h.kept.Delays, origin)
	}
	h.save(ctx)
}

// Pause is the pause before the next request, where a source has this wish. Jitter comes on top.
func (h *Host) Pause(w Wish) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wishes[w.Source] = w
	return h.pause()
}

// pause is the longest that anybody wishes. The caller holds mu.
func (h *Host) pause() (longest time.Duration) {
	for _, w := range h.wishes {
		longest = max(longest, w.pause(h.kept.Latency))
	}
	for _, d := range h.kept.Delays {
		longest = max(longest, d)
	}
	return longest
}

// parallel is the fewest requests in flight that anybody wishes. The caller holds mu.
func (h *Host) parallel() int {
	fewest := 0
	for _, w := range h.wishes {
		if n := max(w.Parallel, 1); fewest == 0 || n < fewest {
			fewest = n
		}
	}
	return fewest
}

// Closed reports whether a request would be refused now.
func (h *Host) Closed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refuses(h.left())
}

// Left is for how long the host is still left alone, nought where it may be asked.
func (h *Host) Left(ctx context.Context) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.load(ctx)
	return max(h.left(), 0)
}

// Next waits for the moment at which the next request to the host may start, and holds all others back until Start or
// Skip, of which one follows unless there is an error: *Refused, or the context's.
func (h *Host) Next(ctx context.Context, w Wish) error {
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	h.open(ctx, w)
	err := h.await(ctx, false)
	if err != nil {
		h.Skip()
	}
	return err
}

// Skip gives back what Next gave, without a request.
func (h *Host) Skip() { <-h.turn }

// Start starts the request for which Next has waited: at once, or where the host was heard of since, when it may start
// again. Release follows unless there is an error: *Refused, or the context's.
func (h *Host) Start(ctx context.Context) error {
	defer h.Skip()
	return h.await(ctx, true)
}

// await waits until a request may start, and starts it or leaves it at that. The caller holds the turn.
func (h *Host) await(ctx context.Context, start bool) error {
	for {
		wait, full, err := h.try(ctx, start)
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

// open notes the wish, and that the host is being visited: a process that dies from now on may have made a request.
func (h *Host) open(ctx context.Context, w Wish) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.load(ctx)
	h.wishes[w.Source] = w
	if !h.kept.Open && h.pause() > 0 {
		h.kept.Open = true
		h.save(ctx)
	}
}

// try starts a request, if it is to and one may start now; else it says how long to wait, or that too many are in flight.
func (h *Host) try(ctx context.Context, start bool) (wait time.Duration, full bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := h.left()
	end, ends := ctx.Deadline()
	if h.refuses(left) || ends && left > 0 && left > time.Until(end) {
		return 0, false, &Refused{Left: left.Truncate(time.Second) + time.Second, Why: h.kept.Why}
	}
	ill := h.kept.Failures > 0 // and gets a single probe
	if h.inFlight >= h.parallel() || ill && h.inFlight > 0 {
		return 0, true, nil
	}
	pause := h.pause()
	pause += time.Duration(h.luck * float64(pause/jitter))
	if wait = max(left, time.Until(h.last.Add(pause))); wait <= 0 && start {
		h.inFlight++
		h.touch()
	}
	return wait, false, nil
}

// touch notes that a request starts or ends now. The caller holds mu.
func (h *Host) touch() { h.last, h.luck = time.Now(), rand.Float64() } //nolint:gosec // jitter, no secret

// left is for how long the host is still left alone. Both the given clock, which outlives the process, and the
// machine's must agree that it is. The caller holds mu.
func (h *Host) left() time.Duration {
	return min(h.kept.Till.Sub(h.book.Clock()), time.Until(h.realTill))
}

// refuses reports whether a request fails rather than wait for left.
func (h *Host) refuses(left time.Duration) bool {
	return left > Patience || left > 0 && h.kept.Probes > maxProbes
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

// Outlive returns a context that ends d after ctx does, or when end is called.
func Outlive(ctx context.Context, d time.Duration) (longer context.Context, end func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if Sleep(longer, d) == nil {
			cancel()
		}
	})
	return longer, func() { stop(); cancel() }
}
