package pace

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"pricegap/crawler/keep"
	"pricegap/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newBook(k keep.Keeper) *Book {
	return &Book{Keep: k, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
}

var (
	well = Outcome{Well: true}
	ill  = Outcome{Ill: market.FailServerError}
)

// request is one request of d; it returns how long it waited.
func request(t *testing.T, h *Host, pause, d time.Duration, o Outcome) time.Duration {
	t.Helper()
	asked := time.Now()
	if err := h.Acquire(t.Context(), pause, 1); err != nil {
		t.Fatal(err)
	}
	waited := time.Since(asked)
	time.Sleep(d)
	h.Release(d, pause, o)
	return waited
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		for i, want := range []time.Duration{0, 2 * time.Second, 2 * time.Second} {
			if got := request(t, h, 2*time.Second, time.Second, well); got != want {
				t.Errorf("request %d waited %s, want %s after the end of the one before", i, got, want)
			}
		}
		other := newBook(&keep.Memory{}).Host("other.example")
		if got := request(t, other, 2*time.Second, 0, well); got != 0 {
			t.Errorf("another host waited %s", got)
		}
	})
}

func TestPauseFor(t *testing.T) {
	h := newBook(&keep.Memory{}).Host("shop.example")
	check := func(configured time.Duration, special bool, want time.Duration) {
		t.Helper()
		if got := h.Pause(configured, special); got != want {
			t.Errorf("Pause(%s, %v) = %s, want %s", configured, special, got, want)
		}
	}
	check(0, true, 0)
	check(5*time.Second, false, 5*time.Second)
	check(time.Millisecond, false, time.Second)
	check(0, false, 2*time.Second)
	h.latency = 3 * time.Second
	check(0, false, 15*time.Second)
	h.latency = time.Minute
	check(0, false, 30*time.Second)
	h.SetDelay(120 * time.Second)
	check(0, true, 120*time.Second)
}

func TestParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for parallel, want := range map[int]int{0: 1, 1: 1, 3: 3} {
			h := newBook(&keep.Memory{}).Host("shop.example")
			var mu sync.Mutex
			var wg sync.WaitGroup
			flying, most := 0, 0
			for range 10 {
				wg.Go(func() {
					if err := h.Acquire(t.Context(), 0, parallel); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					flying++
					most = max(most, flying)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					flying--
					mu.Unlock()
					h.Release(time.Second, 0, well)
				})
			}
			wg.Wait()
			if most != want {
				t.Errorf("parallel %d: %d in flight at once, want %d", parallel, most, want)
			}
		}
	})
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		request(t, h, time.Second, 0, Outcome{Ill: market.FailRateLimited, RetryAfter: 5 * time.Second})
		if h.Closed() {
			t.Error("closed for 5 s: that is worth waiting for")
		}
		if got := request(t, h, time.Second, 0, Outcome{Ill: market.FailRateLimited, RetryAfter: time.Hour}); got != 5*time.Second {
			t.Errorf("waited %s, want 5s", got)
		}
		err := h.Acquire(t.Context(), time.Second, 1)
		no, ok := errors.AsType[*Refused](err)
		if !ok || no.Why != market.FailRateLimited || no.Left < 59*time.Minute || !h.Closed() {
			t.Errorf("got %v, want a refusal for an hour", err)
		}
		time.Sleep(time.Hour)
		if got := request(t, h, time.Second, 0, well); got != 0 || h.Closed() {
			t.Errorf("waited %s after the hour", got)
		}
	})
}

// TestDeadline: what the context does not live to see is refused at once.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		request(t, h, 0, 0, Outcome{Ill: market.FailRateLimited, RetryAfter: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		err := h.Acquire(ctx, 0, 1)
		if _, ok := errors.AsType[*Refused](err); !ok || time.Since(began) != 0 {
			t.Errorf("got %v after %s", err, time.Since(began))
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := h.Acquire(ctx, 0, 1); !errors.Is(err, context.Canceled) || time.Since(began) != time.Second {
			t.Errorf("got %v after %s, want the context's error at once", err, time.Since(began))
		}
	})
}

// TestBreaker: ten minutes of 503 cost few requests, and a single probe finds out that it is over.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		began, sick := time.Now(), 10*time.Minute
		requests, flying := 0, 0
		for time.Since(began) < 20*time.Minute {
			if err := h.Acquire(t.Context(), time.Second, 4); err != nil {
				time.Sleep(10 * time.Second)
				continue
			}
			if flying++; flying > 1 {
				t.Error("more than one probe")
			}
			o := well
			if time.Since(began) < sick {
				o = ill
				requests++
			}
			flying--
			h.Release(0, time.Second, o)
			if o == well {
				break
			}
		}
		if requests > 12 || requests < 6 {
			t.Errorf("%d requests in ten sick minutes, want at most 12 and some probes", requests)
		}
		if late := time.Since(began) - sick; late > 11*time.Minute {
			t.Errorf("recovery seen %s late", late)
		}
		if h.Closed() || h.kept.Failures != 0 {
			t.Error("the breaker is still open after a good probe")
		}
	})
}

// TestAcrossProcesses: a host is not asked faster because the process is a new one.
func TestAcrossProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k keep.Memory
		h := newBook(&k).Host("shop.example")
		request(t, h, 10*time.Second, 0, well)
		h.Rest(t.Context())
		time.Sleep(4 * time.Second)
		h = newBook(&k).Host("shop.example")
		if got := request(t, h, 10*time.Second, 0, well); got != 6*time.Second {
			t.Errorf("after a clean end the next process waited %s, want 6s", got)
		}
		time.Sleep(4 * time.Second) // no Rest: the process dies
		h = newBook(&k).Host("shop.example")
		if got := request(t, h, 10*time.Second, 0, Outcome{Ill: market.FailRateLimited, RetryAfter: time.Hour}); got != 10*time.Second {
			t.Errorf("after a crash the next process waited %s, want the whole pause", got)
		}
		h.Rest(t.Context())
		h = newBook(&k).Host("shop.example")
		if err := h.Acquire(t.Context(), 10*time.Second, 1); err == nil {
			t.Error("a new process forgot that the host is left alone")
		}
	})
}

// TestClockJumps: a simulated day lets a closed host be asked again, however little real time has passed.
func TestClockJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
		b := newBook(&keep.Memory{})
		b.Clock = func() time.Time { return now }
		h := b.Host("shop.example")
		request(t, h, 0, 0, Outcome{Ill: market.FailRateLimited, RetryAfter: time.Hour})
		if !h.Closed() {
			t.Error("not closed")
		}
		now = now.AddDate(0, 0, 1)
		if got := request(t, h, 0, 0, well); got != 0 {
			t.Errorf("waited %s a simulated day later", got)
		}
	})
}

// TestUnreadableState: what cannot be read counts as nothing known.
func TestUnreadableState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k keep.Memory
		k.PutState(t.Context(), "pace/shop.example", []byte("{junk"))
		if got := request(t, newBook(&k).Host("shop.example"), time.Second, 0, well); got != 0 {
			t.Errorf("waited %s", got)
		}
	})
}

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"5": 5 * time.Second, "1.5": 1500 * time.Millisecond, "0": time.Second, "-1": time.Minute, "1e9": 24 * time.Hour, "999999999999999999999": 24 * time.Hour,
		"soon": time.Minute, "": time.Minute, "NaN": time.Minute, "Inf": 24 * time.Hour, "-Inf": time.Minute,
		"Sun, 01 Mar 2026 06:02:00 GMT": 2 * time.Minute, "Sun, 01 Mar 2026 05:00:00 GMT": time.Second, "Sun, 01 Mar 2027 06:02:00 GMT": 24 * time.Hour,
	} {
		if got := parseRetryAfter(v, now); got != want {
			t.Errorf("parseRetryAfter(%q) = %s, want %s", v, got, want)
		}
	}
	if got := RetryAfter(http.Header{}, 503, now); got != 0 {
		t.Errorf("a 503 without Retry-After asks for %s", got)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"5", "-1", "1e9", "soon", "Sun, 01 Mar 2026 06:02:00 GMT", "0x1p-2"} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, v string) {
		if d := parseRetryAfter(v, now); d < time.Second || d > maxAlone {
			t.Errorf("%q: %s", v, d)
		}
	})
}

func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for try, least := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second} {
			if d, ok := Again(market.FailServerError, try, time.Second); !ok || d < least || d > least*5/4+1 {
				t.Errorf("try %d: %s, %v", try, d, ok)
			}
		}
		for _, k := range []market.FailureKind{market.FailClientError, market.FailGone, market.FailRobotsDisallowed, market.FailSSRFBlocked, market.FailTooSlow} {
			if _, ok := Again(k, 1, time.Second); ok {
				t.Errorf("%s is tried again", k)
			}
		}
		if _, ok := Again(market.FailServerError, MaxTries, time.Second); ok {
			t.Error("a fourth try")
		}
	})
}

// TestPatience: a host that asks for two minutes is waited for, one that asks for more is not.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		request(t, h, 0, 0, Outcome{Ill: market.FailServerError, RetryAfter: Patience})
		if got := request(t, h, 0, 0, Outcome{Ill: market.FailServerError, RetryAfter: Patience + time.Second}); got != Patience {
			t.Errorf("waited %s, want %s", got, Patience)
		}
		err := h.Acquire(t.Context(), 0, 1)
		if no, ok := errors.AsType[*Refused](err); !ok || no.Left < Patience || no.Why != market.FailServerError || !h.Closed() {
			t.Errorf("got %v", err)
		}
	})
}

// TestProbesByRun: when nobody asks the host any more, the probes of the next run begin anew, as they do in another
// process.
func TestProbesByRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		asked := func() (n int) {
			for ; h.Acquire(t.Context(), 0, 1) == nil; n++ {
				h.Release(0, 0, ill)
			}
			return n
		}
		if n := asked(); n != maxFailures+maxProbes {
			t.Errorf("the first run asked %d times", n)
		}
		h.Rest(t.Context())
		began := time.Now()
		if n := asked(); n != 1 || time.Since(began) <= 0 {
			t.Errorf("the second run asked %d times in %s, want one probe after a while", n, time.Since(began))
		}
	})
}
