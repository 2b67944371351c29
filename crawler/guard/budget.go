package guard

import (
	"context"
	"errors"
	"sync"
)

// ErrRoom marks the failure of a body that had to wait for room among those of the process: it may be our own fault, and
// says nothing about the server.
var ErrRoom = errors.New("the body had to wait for room")

// bodies is what all bodies of the process that are being read may hold together, in bytes.
var bodies = &budget{free: 96 << 20}

// budget hands out bytes. One Loan at a time may go beyond what is free, so that of many bodies that wait for more,
// each holding a part, one always comes to its end: what is out never exceeds the budget by more than one page.
type budget struct {
	mu    sync.Mutex
	free  int64 // negative by what beyond has taken
	over  *Loan
	given chan struct{} // closed when bytes come back; nil while nobody waits
}

// Loan is what the bodies of one page hold of the process's bytes. Whoever asks for the page returns it when the page has
// been read, and before it is asked for again. The zero Loan is ready; it is for one goroutine.
type Loan struct {
	from *budget
	n    int64
}

// take adds n bytes to l. It waits until they are free or l may go beyond the budget, and says whether it had to; its
// error is the cause of the end of ctx.
func (b *budget) take(ctx context.Context, l *Loan, n int64) (waited bool, err error) {
	for {
		b.mu.Lock()
		if b.free >= n || b.over == nil || b.over == l {
			if b.free < n {
				b.over = l
			}
			b.free -= n
			l.from, l.n = b, l.n+n
			b.mu.Unlock()
			return waited, nil
		}
		if b.given == nil {
			b.given = make(chan struct{})
		}
		given := b.given
		b.mu.Unlock()
		waited = true
		select {
		case <-given:
		case <-ctx.Done():
			return true, context.Cause(ctx)
		}
	}
}

// Return gives everything back; once more does nothing.
func (l *Loan) Return() { l.give(l.n) }

func (l *Loan) give(n int64) {
	b := l.from
	if b == nil || n == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l.n -= n
	b.free += n
	if b.over == l && b.free >= 0 {
		b.over = nil
	}
	if b.given != nil {
		close(b.given)
		b.given = nil
	}
}
