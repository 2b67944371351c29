package stage

import (
	"sync"

	"pricegap/market"
)

// Gate leads looks that somebody asks for now to the run of the same source that is under way: as long as that holds new
// prices back, so does the look, and what it says is decided with all that the run sees. The zero Gate is ready to use; it is
// safe for concurrent use.
type Gate struct {
	mu   sync.Mutex
	runs map[market.SourceID]*gated
}

// gated is a run under way.
type gated struct {
	waiting bool                 // new prices wait for its end
	odd     []market.Oddity      // what it found of the whole shop, once they wait no more
	left    []market.Observation // what looks said meanwhile
}

// Open says that a run has begun.
func (g *Gate) Open(id market.SourceID, waiting bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.runs == nil {
		g.runs = map[market.SourceID]*gated{}
	}
	g.runs[id] = &gated{waiting: waiting}
}

// Take returns what looks have said since it was called last.
func (g *Gate) Take(id market.SourceID) (left []market.Observation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.runs[id]; r != nil {
		left, r.left = r.left, nil
	}
	return left
}

// Settle says what the run found of the whole shop: nothing waits any more.
func (g *Gate) Settle(id market.SourceID, odd []market.Oddity) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.runs[id]; r != nil {
		r.waiting, r.odd = false, odd
	}
}

// Close says that a run has ended, and what it found stands in the store.
func (g *Gate) Close(id market.SourceID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.runs, id)
}

// Leave hands what a look says to the run under way; it reports false where none holds new prices back.
func (g *Gate) Leave(o market.Observation) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.runs[o.Source]
	if r == nil || !r.waiting {
		return false
	}
	r.left = append(r.left, o)
	return true
}

// Odd is what the run under way has found of the whole shop; false where none has come so far.
func (g *Gate) Odd(id market.SourceID) ([]market.Oddity, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.runs[id]
	if r == nil || r.waiting {
		return nil, false
	}
	return r.odd, true
}
