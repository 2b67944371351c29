package guard

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/market"
)

// small gives tr a budget of its own, of n bytes.
func small(tr *Transport, n int64) *budget {
	tr.budget = &budget{free: n}
	return tr.budget
}

func pageOf(n int) func(net.Conn) {
	return page(func(c net.Conn) { io.WriteString(c, head+"\r\n"+strings.Repeat("x", n)) })
}

// TestBudget: of many bodies that need more than there is together, each comes to its end, and what they hold at a time
// exceeds the budget by no more than one of them.
func TestBudget(t *testing.T) {
	const size, readers, room = 1 << 20, 16, 2 << 20
	tr := New(Options{Net: over(pageOf(size))})
	b := small(tr, room)
	var wg sync.WaitGroup
	var least atomic.Int64
	for range readers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 3 {
				var l Loan
				body, err := get(t, tr, shopURL, Spec{Loan: &l})
				if err != nil || len(body.Bytes) != size {
					t.Errorf("got %v", err)
				}
				b.mu.Lock()
				least.Store(min(least.Load(), b.free))
				b.mu.Unlock()
				l.Return()
				l.Return()
			}
		}()
	}
	wg.Wait()
	if b.free != room || b.over != nil {
		t.Errorf("%d of %d are free at the end, beyond it: %v", b.free, room, b.over)
	}
	if lowest := least.Load(); lowest < -size-stepBytes {
		t.Errorf("the budget was overdrawn by %d", -lowest)
	}
}

// TestBudgetGivenBack: whoever fails, or has no loan of his own, holds nothing afterwards; a page holds its bytes until
// it has been read.
func TestBudgetGivenBack(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(net.Conn)
		loan   *Loan
		held   int64
		want   market.FailureKind
	}{
		"no loan":   {pageOf(200 << 10), nil, 0, ""},
		"loan":      {pageOf(200 << 10), new(Loan), 256 << 10, ""},
		"nothing":   {page(func(c net.Conn) { io.WriteString(c, "HTTP/1.1 304 Not Modified\r\n\r\n") }), new(Loan), 0, ""},
		"too large": {pageOf(17 << 20), new(Loan), 0, market.FailBodyTooLarge},
		"cut short": {page(func(c net.Conn) {
			io.WriteString(c, head+"Content-Length: 900000\r\n\r\n"+strings.Repeat("x", 500_000))
		}), new(Loan), 0, market.FailTruncated},
		"encoding": {page(func(c net.Conn) { io.WriteString(c, head+"Content-Encoding: no\r\n\r\nx") }), new(Loan), 0, market.FailUnsupportedEncoding},
	} {
		t.Run(name, func(t *testing.T) {
			const room = 4 << 20
			tr := New(Options{Net: over(c.answer)})
			b := small(tr, room)
			if _, err := get(t, tr, shopURL, Spec{Loan: c.loan, MaxWire: 32 << 20}); kindOf(err) != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if held := room - b.free; held != c.held {
				t.Errorf("%d bytes are held, want %d", held, c.held)
			}
			if c.loan != nil {
				c.loan.Return()
			}
			if b.free != room {
				t.Errorf("%d bytes are never given back", room-b.free)
			}
		})
	}
}

// TestBudgetExhausted: a body that waits for room ends with its own deadline, and its server is not called slow for it;
// nor where there was room, but late.
func TestBudgetExhausted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := New(Options{Net: over(pageOf(300 << 10))})
		b := small(tr, 100<<10)
		var first, second Loan
		if _, err := get(t, tr, shopURL, Spec{Loan: &first}); err != nil {
			t.Fatal(err) // it may go beyond
		}
		start := time.Now()
		if _, err := get(t, tr, shopURL, Spec{Loan: &second}); kindOf(err) != market.FailBodyTimeout || !errors.Is(err, ErrRoom) || time.Since(start) != time.Minute {
			t.Errorf("got %v after %s, want body_timeout after a minute for want of room", err, time.Since(start))
		}
		late := New(Options{Net: over(page(func(c net.Conn) {
			io.WriteString(c, head+"Content-Length: 900000\r\n\r\n"+strings.Repeat("x", 100_000))
		}))})
		late.budget = b
		time.AfterFunc(50*time.Second, first.Return)
		if _, err := get(t, late, shopURL, Spec{Loan: &second}); kindOf(err) != market.FailTruncated || !errors.Is(err, ErrRoom) {
			t.Errorf("got %v once there was room", err)
		}
		if _, err := get(t, late, shopURL, Spec{Loan: &second}); kindOf(err) != market.FailTruncated || errors.Is(err, ErrRoom) {
			t.Errorf("got %v where there was room", err)
		}
		if _, err := get(t, tr, shopURL, Spec{Loan: &first}); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(50*time.Second, first.Return)
		if _, err := get(t, tr, shopURL, Spec{Loan: &second}); err != nil {
			t.Errorf("got %v once there was room", err)
		}
		second.Return()
		if b.free != 100<<10 {
			t.Errorf("%d free", b.free)
		}
	})
}

// TestBudgetCancelled: a wait for room ends with its request.
func TestBudgetCancelled(t *testing.T) {
	b := &budget{free: 10}
	var over, wait Loan
	if _, err := b.take(t.Context(), &over, 20); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if waited, err := b.take(ctx, &wait, 1); err == nil || !waited || wait.n != 0 {
		t.Errorf("waited %v, got %v, holds %d", waited, err, wait.n)
	}
}
