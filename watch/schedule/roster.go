package schedule

import (
	"sync"

	"pricegap/market"
)

// Roster is which sources are being crawled. The zero Roster is of none. It is safe for concurrent use.
type Roster struct {
	mu    sync.Mutex
	going map[market.SourceID]bool
}

// Begin enters a source; it reports false when it is entered already.
func (r *Roster) Begin(id market.SourceID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.going[id] {
		return false
	}
	if r.going == nil {
		r.going = map[market.SourceID]bool{}
	}
	r.going[id] = true
	return true
}

// End strikes a source out.
func (r *Roster) End(id market.SourceID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.going, id)
}

// Going reports whether a source is being crawled.
func (r *Roster) Going(id market.SourceID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.going[id]
}

// Quiet reports whether none is.
func (r *Roster) Quiet() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.going) == 0
}
