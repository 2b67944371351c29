package pace

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler/keep"
)

// TestManyHosts: few hosts stay in memory, among them all that matter now, and nothing that is kept of the others is lost.
func TestManyHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(&keep.Memory{})
		hold := map[string]func(h *Host){
			"visited.example": func(*Host) { b.Visit("visited.example") },
			"turn.example": func(h *Host) {
				if err := h.Next(t.Context(), at(time.Second)); err != nil {
					t.Error(err)
				}
			},
			"flight.example": func(h *Host) {
				if err := h.Acquire(t.Context(), at(time.Second)); err != nil {
					t.Error(err)
				}
			},
			"alone.example": func(h *Host) { h.Heard(t.Context(), Outcome{Ill: ill.Ill, RetryAfter: time.Hour}) },
		}
		held := map[string]*Host{}
		for name, how := range hold {
			held[name] = b.Host(name)
			how(held[name])
		}
		idle := b.Visit("idle.example")
		request(t, idle, time.Minute, 0, well)
		idle.Rest(t.Context())
		for i := range 2 * maxHosts {
			h := b.Visit(fmt.Sprintf("h%d.shop.example", i))
			h.Rest(t.Context())
		}
		if n := len(b.hosts); n > maxHosts {
			t.Errorf("%d hosts are in memory", n)
		}
		for name, h := range held {
			if b.Host(name) != h {
				t.Errorf("%s was forgotten", name)
			}
		}
		again := b.Host("idle.example")
		if again == idle {
			t.Error("a host that nobody asks was not forgotten")
		}
		if got := request(t, again, time.Minute, 0, well); !about(got, time.Minute) {
			t.Errorf("it waited %s", got)
		}
	})
}

// TestAllInUse: where all hosts are in use, all stay.
func TestAllInUse(t *testing.T) {
	b := newBook(&keep.Memory{})
	for i := range maxHosts + 10 {
		b.Visit(fmt.Sprintf("h%d.shop.example", i))
	}
	if n := len(b.hosts); n != maxHosts+10 {
		t.Errorf("%d hosts are in memory", n)
	}
}

// TestRestOfOne: while one run still visits a host, the end of another says nothing about when it was asked last: a process
// that dies now may have asked it.
func TestRestOfOne(t *testing.T) {
	const pause = time.Minute
	for name, dies := range map[string]bool{"dies": true, "ends": false} {
		synctest.Test(t, func(t *testing.T) {
			k := new(keep.Memory)
			b := newBook(k)
			one, other := b.Visit("shop.example"), b.Visit("shop.example")
			request(t, one, pause, 0, well)
			next := make(chan error)
			go func() { next <- other.Next(t.Context(), at(pause)) }()
			synctest.Wait()
			one.Rest(t.Context())
			if err := <-next; err != nil {
				t.Fatal(err)
			}
			if err := other.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := pause
			if !dies {
				other.Release(t.Context(), 0, well)
				other.Rest(t.Context())
				time.Sleep(pause / 2)
				want = pause / 2
			}
			if got := request(t, newBook(k).Host("shop.example"), pause, 0, well); !about(got, want) {
				t.Errorf("the process %s: the next one waited %s, want %s", name, got, want)
			}
		})
	}
}
