package pace

import (
	"context"
	"net/http"
	"time"

	"pricegap/market"
)

// Outcome is what a request says about its host. The zero Outcome says nothing.
type Outcome struct {
	// Well says that the host answers as it should, if only "not found".
	Well bool
	// NoPage says that it answers with a failure all the same; such an answer is quick, and lowers no pause.
	NoPage bool
	// Ill is a failure of the host as a whole, empty when there is none, and RetryAfter what it asks for.
	Ill        market.FailureKind
	RetryAfter time.Duration
}

// Release notes the end of a request that took so long, and what it says about the host.
func (h *Host) Release(ctx context.Context, took time.Duration, o Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inFlight--
	h.touch()
	select {
	case h.freed <- struct{}{}:
	default:
	}
	if o.Well || o.Ill != "" {
		h.learn(took, o.NoPage || o.Ill != "")
	}
	h.judge(ctx, o)
}

// Heard notes what an answer says about the host whose request had no turn of its own. The pause begins anew.
func (h *Host) Heard(ctx context.Context, o Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.load(ctx)
	h.touch()
	if !h.kept.Open {
		h.kept.Open = true
		h.save(ctx)
	}
	h.judge(ctx, o)
}

// judge counts a failure, or ends a row of them. The caller holds mu.
func (h *Host) judge(ctx context.Context, o Outcome) {
	switch {
	case o.Ill != "":
		h.failed(ctx, o)
	case o.Well && !h.kept.Noted && h.kept.Failures > 0:
		h.recovered(ctx)
	case h.kept.Open && h.moved():
		h.save(ctx)
	}
}

// Note tells what is wrong with a page that came well, once it was read, and is for good pages too: kind is empty then.
// A captcha comes with status 200: it counts as a failure of the host, and only a page that is none ends such a row.
func (h *Host) Note(ctx context.Context, kind market.FailureKind) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.load(ctx)
	switch {
	case kind != "" && Hurts(kind, http.StatusOK):
		h.kept.Noted = true
		h.failed(ctx, Outcome{Ill: kind})
	case h.kept.Noted:
		h.recovered(ctx)
	}
}

// learn moves the latency half-way to what a request took. A failure can only raise it (as in Scrapy's AutoThrottle):
// errors are answered fast, and a host in need would be asked more often.
func (h *Host) learn(took time.Duration, failed bool) {
	next := took
	if h.kept.Latency > 0 {
		next = (h.kept.Latency + took) / 2
	}
	if !failed || next > h.kept.Latency {
		h.kept.Latency = next
	}
}

// moved reports whether the pause has moved by a quarter away from the one that is kept.
func (h *Host) moved() bool {
	now, then := adapted(h.kept.Latency), adapted(max(h.stored, 0))
	return 4*now > 5*then || 5*now < 4*then
}

// failed counts a failure, and leaves the host alone for as long as it asked or the breaker says.
func (h *Host) failed(ctx context.Context, o Outcome) {
	h.kept.Failures++
	h.kept.Why = o.Ill
	alone := o.RetryAfter
	if h.kept.Failures >= maxFailures {
		h.kept.Cool = min(max(10*max(h.pause(), Least), 2*h.kept.Cool), maxCool)
		h.kept.Probes++
		alone = max(alone, h.kept.Cool)
		h.book.Log.Warn("host left alone", "host", h.name, "failures", h.kept.Failures, "last", h.kept.Why, "for", alone)
	}
	if alone > 0 { // a shorter wish of another request takes nothing back
		h.kept.Till, h.realTill = later(h.kept.Till, h.book.Clock().Add(alone)), later(h.realTill, time.Now().Add(alone))
	}
	h.save(ctx)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// recovered ends a row of failures. Till and Why stay: what the host asked for holds although another request came well.
func (h *Host) recovered(ctx context.Context) {
	h.kept.Failures, h.kept.Cool, h.kept.Probes, h.kept.Noted = 0, 0, 0, false
	h.save(ctx)
}
