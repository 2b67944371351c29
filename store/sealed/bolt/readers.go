package bolt

import (
	"sync"
	"time"
)

// Readers counts read transactions. The zero Readers counts none.
type Readers struct {
	mu   sync.Mutex
	now  int
	open map[int]int // how many there are of those that began before, and since, each Wait
}

// Enter is called before a read transaction begins, and what it returns after its end.
func (r *Readers) Enter() (leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[int]int{}
	}
	began := r.now
	r.open[began]++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.open[began]--; r.open[began] == 0 {
			delete(r.open, began)
		}
	}
}

// Wait returns when all read transactions have ended that had begun when it was called, or false when that takes longer than most.
func (r *Readers) Wait(most time.Duration) bool {
	r.mu.Lock()
	r.now++
	now := r.now
	r.mu.Unlock()
	for end := time.Now().Add(most); r.since(now); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// since reports whether one is open that began before a Wait.
func (r *Readers) since(wait int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for began := range r.open {
		if began < wait {
			return true
		}
	}
	return false
}
