package pace

import (
	"context"
	"encoding/json"
	"time"

	"pricegap/market"
)

// state outlives the process.
type state struct {
	// Open says that requests were made and no end of them was noted: the process may have died.
	Open bool `json:"open,omitzero"`
	// Last is when the last request ended.
	Last time.Time `json:"last,omitzero"`
	// Latency is what requests took of late, Delays the Crawl-delay of each origin.
	Latency time.Duration            `json:"latency,omitzero"`
	Delays  map[string]time.Duration `json:"delays,omitzero"`
	// Till is until when the host is left alone, and Why the failure that asked for it.
	Till time.Time          `json:"till,omitzero"`
	Why  market.FailureKind `json:"why,omitzero"`
	// Failures counts them in a row, and Noted says that a page was among them; Cool is the last pause of the breaker,
	// Probes how often it was tried since.
	Failures int           `json:"failures,omitzero"`
	Noted    bool          `json:"noted,omitzero"`
	Cool     time.Duration `json:"cool,omitzero"`
	Probes   int           `json:"probes,omitzero"`
}

func (h *Host) key() string { return "pace/" + h.name }

// load reads what an earlier process knew of the host, once, even where ctx has ended: what is not read now is
// overwritten later. A process that died may have made a request just now, so
// the whole pause is waited then. The caller holds mu.
func (h *Host) load(ctx context.Context) {
	if h.loaded {
		return
	}
	h.loaded, h.stored = true, none
	raw, err := h.book.Keep.GetState(context.WithoutCancel(ctx), h.key())
	switch {
	case err == nil && raw == nil:
		return
	case err == nil:
		err = json.Unmarshal(raw, &h.kept)
	}
	if err != nil {
		h.book.Log.Warn("pace not read", "host", h.name, "error", err)
		h.kept = state{Open: true} // so it may have been asked just now
	}
	now := h.book.Clock()
	h.stored = h.kept.Latency
	h.realTill = time.Now().Add(min(h.kept.Till.Sub(now), maxAlone))
	h.kept.Probes = min(h.kept.Probes, maxProbes)
	h.last = time.Now()
	if ago := now.Sub(h.kept.Last); !h.kept.Open && ago > 0 {
		h.last = h.last.Add(-min(ago, 2*MaxDelay))
	}
}

// save keeps the state, even where ctx has ended. The caller holds mu.
func (h *Host) save(ctx context.Context) {
	raw, err := json.Marshal(h.kept)
	if err == nil {
		err = h.book.Keep.PutState(context.WithoutCancel(ctx), h.key(), raw)
	}
	if err != nil {
		h.book.Log.Warn("pace not kept", "host", h.name, "error", err)
	}
	h.stored = h.kept.Latency
}

// Rest ends a Visit. After the last one nothing is asked of the host any more, which is kept, so that the next process knows
// how long ago that was. The next run waits for probes of its own.
func (h *Host) Rest(ctx context.Context) {
	h.visits.Add(-1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept.Probes = min(h.kept.Probes, maxProbes)
	if h.loaded && h.idle() && (h.kept.Open || h.stored != none) {
		h.kept.Open, h.kept.Last = false, h.book.Clock().Add(-time.Since(h.last))
		h.save(ctx)
	}
}

// idle reports whether nobody asks the host, or is about to. The caller holds mu.
func (h *Host) idle() bool { return h.visits.Load() == 0 && h.inFlight == 0 && len(h.turn) == 0 }
