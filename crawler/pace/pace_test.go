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

// Acquire waits for the next request and starts it.
func (h *Host) Acquire(ctx context.Context, w Wish) error {
	if err := h.Next(ctx, w); err != nil {
		return err
	}
	return h.Start(ctx)
}

// at is the wish for a pause at an address of our own, where no other rule lengthens it.
func at(pause time.Duration) Wish { return Wish{Source: "shop", Pause: pause, Special: true} }

// request is one request of d; it returns how long it waited.
func request(t *testing.T, h *Host, pause, d time.Duration, o Outcome) time.Duration {
	t.Helper()
	return wished(t, h, at(pause), d, o)
}

func wished(t *testing.T, h *Host, w Wish, d time.Duration, o Outcome) time.Duration {
	t.Helper()
	asked := time.Now()
	if err := h.Acquire(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	waited := time.Since(asked)
	time.Sleep(d)
	h.Release(t.Context(), d, o)
	return waited
}

// about reports whether d is a pause with its jitter: never less, and at most a fifth more.
func about(d, pause time.Duration) bool { return d >= pause && d <= pause+pause/jitter }

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		for i, want := range []time.Duration{0, 2 * time.Second, 2 * time.Second} {
			if got := request(t, h, 2*time.Second, time.Second, well); !about(got, want) {
				t.Errorf("request %d waited %s, want %s after the end of the one before", i, got, want)
			}
		}
		other := newBook(&keep.Memory{}).Host("other.example")
		if got := request(t, other, 2*time.Second, 0, well); got != 0 {
			t.Errorf("another host waited %s", got)
		}
	})
}

// TestJitter: pauses differ, and none is shorter than promised.
func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		request(t, h, 10*time.Second, 0, well)
		least, most := time.Hour, time.Duration(0)
		for range 200 {
			got := request(t, h, 10*time.Second, 0, well)
			least, most = min(least, got), max(most, got)
		}
		if !about(least, 10*time.Second) || !about(most, 10*time.Second) || most-least < 1500*time.Millisecond {
			t.Errorf("pauses from %s to %s, want them spread from 10 s to 12 s", least, most)
		}
	})
}

func TestPauseFor(t *testing.T) {
	open, own := Wish{Source: "shop"}, Wish{Source: "shop", Special: true}
	pause := func(w Wish, d time.Duration) Wish { w.Pause = d; return w }
	for name, c := range map[string]struct {
		wish           Wish
		latency, delay time.Duration
		want           time.Duration
	}{
		"on our own network":          {own, time.Second, 0, 0},
		"there, configured":           {pause(own, time.Millisecond), time.Second, 0, time.Millisecond},
		"configured":                  {pause(open, 5*time.Second), time.Minute, 0, 5 * time.Second},
		"configured too short":        {pause(open, time.Millisecond), 0, 0, time.Second},
		"latency not known":           {open, 0, 0, 2 * time.Second},
		"fast":                        {open, 100 * time.Millisecond, 0, 2 * time.Second},
		"five times the latency":      {open, 3 * time.Second, 0, 15 * time.Second},
		"slow":                        {open, time.Minute, 0, 30 * time.Second},
		"Crawl-delay":                 {open, time.Second, 2 * time.Minute, 2 * time.Minute},
		"Crawl-delay, our own":        {own, 0, 2 * time.Minute, 2 * time.Minute},
		"Crawl-delay below the pause": {pause(open, 5*time.Second), 0, time.Second, 5 * time.Second},
		"Crawl-delay beyond all":      {open, 0, 24 * time.Hour, MaxDelay},
	} {
		h := newBook(&keep.Memory{}).Host("shop.example")
		h.kept.Latency = c.latency
		h.SetDelay(t.Context(), "http://shop.example", c.delay)
		if got := h.Pause(c.wish); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestDelays: the longest Crawl-delay of the origins of a host counts, and is forgotten when its file states none.
func TestDelays(t *testing.T) {
	h := newBook(&keep.Memory{}).Host("shop.example")
	for i, c := range []struct {
		origin    string
		set, want time.Duration
	}{
		{"https://shop.example", 10 * time.Second, 10 * time.Second},
		{"http://shop.example", 0, 10 * time.Second},
		{"http://shop.example", 20 * time.Second, 20 * time.Second},
		{"http://shop.example", 0, 10 * time.Second},
		{"https://shop.example", 0, 0},
	} {
		h.SetDelay(t.Context(), c.origin, c.set)
		if got := h.Pause(at(0)); got != c.want {
			t.Errorf("step %d: %s, want %s", i, got, c.want)
		}
	}
}

// TestTwoSources: where two sources stand on one host, the longest pause and the fewest requests in flight count.
func TestTwoSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBook(&keep.Memory{})
		h := b.Host("shop.example")
		slow, fast := Wish{Source: "slow", Pause: 10 * time.Second, Special: true}, Wish{Source: "fast", Pause: time.Second, Parallel: 4, Special: true}
		if wished(t, h, fast, 0, well); !about(wished(t, h, fast, 0, well), time.Second) {
			t.Error("alone, the fast source waits for another")
		}
		wished(t, h, slow, 0, well)
		if got := wished(t, b.Host("SHOP.example:443"), fast, 0, well); !about(got, 10*time.Second) {
			t.Errorf("beside the slow source the fast one waited %s, want 10s", got)
		}
		if err := h.Acquire(t.Context(), slow); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := h.Acquire(ctx, fast); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second request is in flight: %v", err)
		}
		h.Release(t.Context(), time.Minute, well)
		slow.Pause = 3 * time.Second // as after a change of its configuration
		wished(t, h, slow, 0, well)
		if got := wished(t, h, fast, 0, well); !about(got, 3*time.Second) {
			t.Errorf("after the slow source was changed the fast one waited %s, want 3s", got)
		}
	})
}

// TestLatency: the pause follows the latency, which no failure lowers.
func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		w := Wish{Source: "shop"}
		wished(t, h, w, 4*time.Second, well)
		for _, c := range []struct {
			took time.Duration
			o    Outcome
			want time.Duration
		}{
			{0, Outcome{}, 20 * time.Second}, // nothing is learned from a request that was given up
			{10 * time.Millisecond, ill, 20 * time.Second},
			{10 * time.Millisecond, Outcome{Well: true, NoPage: true}, 20 * time.Second},
			{5 * time.Second, ill, 22500 * time.Millisecond},
			{500 * time.Millisecond, well, 12500 * time.Millisecond},
			{time.Minute, well, 30 * time.Second},
		} {
			wished(t, h, w, c.took, c.o)
			if got := h.Pause(w); got != c.want {
				t.Errorf("after %s, %+v: %s, want %s", c.took, c.o, got, c.want)
			}
		}
	})
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
					if err := h.Acquire(t.Context(), Wish{Source: "shop", Parallel: parallel, Special: true}); err != nil {
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
					h.Release(t.Context(), time.Second, well)
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
		err := h.Acquire(t.Context(), at(time.Second))
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
		err := h.Acquire(ctx, at(0))
		if _, ok := errors.AsType[*Refused](err); !ok || time.Since(began) != 0 {
			t.Errorf("got %v after %s", err, time.Since(began))
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := h.Acquire(ctx, at(0)); !errors.Is(err, context.Canceled) || time.Since(began) != time.Second {
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
			if err := h.Acquire(t.Context(), Wish{Source: "shop", Pause: time.Second, Parallel: 4}); err != nil {
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
			h.Release(t.Context(), 0, o)
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

// TestSingleProbe: when a host is given another chance, only one request tries it, however many wait.
func TestSingleProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		w := Wish{Source: "shop", Parallel: 4, Special: true}
		for range maxFailures {
			wished(t, h, w, 0, ill)
		}
		flying, most := 0, 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := h.Acquire(t.Context(), w); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				probing := h.kept.Failures > 0
				flying++
				if probing {
					most = max(most, flying)
				}
				mu.Unlock()
				time.Sleep(time.Minute)
				mu.Lock()
				flying--
				mu.Unlock()
				h.Release(t.Context(), time.Minute, well)
			})
		}
		wg.Wait()
		if most != 1 {
			t.Errorf("%d probes at once", most)
		}
	})
}

// TestAcrossProcesses: a host is not asked faster because the process is a new one.
func TestAcrossProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k keep.Memory
		const pause = 10 * time.Second
		h := newBook(&k).Visit("shop.example")
		request(t, h, pause, 0, well)
		h.Rest(t.Context())
		time.Sleep(4 * time.Second)
		h = newBook(&k).Visit("shop.example")
		if got := request(t, h, pause, 0, well); got != 6*time.Second {
			t.Errorf("after a clean end the next process waited %s, want 6s", got)
		}
		for _, later := range []time.Duration{4 * time.Second, 3 * time.Hour} { // no Rest: the process dies
			time.Sleep(later)
			h = newBook(&k).Visit("shop.example")
			if got := request(t, h, pause, 0, well); !about(got, pause) {
				t.Errorf("%s after its start the process crashed, and the next waited %s, want the whole pause", later, got)
			}
		}
		h.Rest(t.Context())
		time.Sleep(time.Hour)
		if got := request(t, newBook(&k).Host("shop.example"), pause, 0, well); got != 0 {
			t.Errorf("after an hour the next process waited %s", got)
		}
	})
}

// TestAllIsKept: what was learned of a host outlives a crash.
func TestAllIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k keep.Memory
		w := Wish{Source: "shop"}
		b := newBook(&k)
		b.Host("shop.example").SetDelay(t.Context(), "http://shop.example", time.Minute)
		wished(t, b.Host("slow.example"), w, 5*time.Second, well)
		for range maxFailures - 1 {
			wished(t, b.Host("sick.example"), w, 0, ill)
		}
		wished(t, b.Host("full.example"), w, 0, Outcome{Ill: market.FailRateLimited, RetryAfter: time.Hour})
		for range maxFailures - 1 {
			wished(t, b.Host("wall.example"), w, 0, well)
			b.Host("wall.example").Note(t.Context(), market.FailBlockedCaptcha)
		}

		b = newBook(&k)
		for name, want := range map[string]time.Duration{
			"shop.example": 0, // it was not asked yet
			"slow.example": 25 * time.Second,
		} {
			if got := wished(t, b.Host(name), w, 0, well); got < want || got > want*6/5 {
				t.Errorf("%s: waited %s, want %s", name, got, want)
			}
		}
		if got := b.Host("shop.example").Pause(w); got != time.Minute {
			t.Errorf("the Crawl-delay is now %s", got)
		}
		if err := b.Host("full.example").Acquire(t.Context(), w); err == nil {
			t.Error("a host that asked to be left alone for an hour is asked at once")
		}
		for name, fifth := range map[string]Outcome{"sick.example": ill, "wall.example": well} {
			wished(t, b.Host(name), w, 0, fifth)
			if fifth == well {
				b.Host(name).Note(t.Context(), market.FailBlockedCaptcha)
			}
			if got := wished(t, newBook(&k).Host(name), w, 0, well); got < 20*time.Second {
				t.Errorf("%s: after the fifth failure, in the second process, the third waited only %s", name, got)
			}
		}
	})
}

// TestNote: pages that refuse us with status 200 open the breaker, and only a good page closes it again.
func TestNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		page := func(kind market.FailureKind) time.Duration {
			waited := request(t, h, time.Second, 0, well)
			h.Note(t.Context(), kind)
			return waited
		}
		for range maxFailures - 1 {
			page(market.FailBlockedCaptcha)
		}
		if page(market.FailSoft404); h.kept.Failures != 0 {
			t.Fatalf("%d failures after a page that is only odd", h.kept.Failures)
		}
		for range maxFailures {
			if got := page(market.FailMaintenance); got > 2*time.Second {
				t.Errorf("the breaker opened early: %s", got)
			}
		}
		request(t, h, time.Second, 0, well) // robots.txt, say: it says nothing about the pages
		for i, want := range []time.Duration{time.Second, 20 * time.Second} {
			if got := page(market.FailBlockedChallenge); got < want || got > 2*want {
				t.Errorf("probe %d after %s, want %s", i+1, got, want)
			}
		}
		if err := h.Acquire(t.Context(), at(time.Second)); err == nil {
			t.Error("a third probe in one run")
		}
		time.Sleep(time.Hour)
		page("")
		if got := page(""); !about(got, time.Second) || h.kept.Failures != 0 {
			t.Errorf("after a good page the next one waited %s, with %d failures", got, h.kept.Failures)
		}
	})
}

// TestLongestWish: a host that asked for an hour is not asked sooner because the answer to another request, in flight
// at the same time, says five seconds.
func TestLongestWish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		w := Wish{Source: "shop", Parallel: 2, Special: true}
		for range 2 {
			if err := h.Acquire(t.Context(), w); err != nil {
				t.Fatal(err)
			}
		}
		h.Release(t.Context(), 0, Outcome{Ill: market.FailRateLimited, RetryAfter: time.Hour})
		h.Release(t.Context(), 0, Outcome{Ill: market.FailServerError, RetryAfter: 5 * time.Second})
		time.Sleep(59 * time.Minute)
		if left := h.left(); left != time.Minute {
			t.Errorf("left alone for another %s, want 1m", left)
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

// TestUnreadableState: where the state cannot be read, the host may have been asked just now.
func TestUnreadableState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k keep.Memory
		k.PutState(t.Context(), "pace/shop.example", []byte("{junk"))
		if got := request(t, newBook(&k).Host("shop.example"), time.Second, 0, well); !about(got, time.Second) {
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
		err := h.Acquire(t.Context(), at(0))
		if no, ok := errors.AsType[*Refused](err); !ok || no.Left < Patience || no.Why != market.FailServerError || !h.Closed() {
			t.Errorf("got %v", err)
		}
	})
}

// TestProbesByRun: when nobody asks the host any more, the probes of the next run begin anew, as they do in another
// process.
func TestProbesByRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Visit("shop.example")
		asked := func() (n int) {
			for ; h.Acquire(t.Context(), at(0)) == nil; n++ {
				h.Release(t.Context(), 0, ill)
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

// TestSameHost: the forms of a name that lead to one machine share one pace.
func TestSameHost(t *testing.T) {
	b := newBook(&keep.Memory{})
	want := b.Host("shop.example")
	for _, name := range []string{"SHOP.example", "shop.example:80", "shop.example:443", "shop.example.", "shop.example.:443"} {
		if b.Host(name) != want {
			t.Errorf("%s is another host", name)
		}
	}
	if b.Host("shop.example:8080") == want || b.Host("shop.example.:8080") != b.Host("shop.example:8080") {
		t.Error("another port is another host, with and without the dot")
	}
}

// TestRefusedSaysWhy: a request that comes well takes back neither what another one was told, nor why.
func TestRefusedSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		two := Wish{Source: "shop", Parallel: 2, Special: true}
		for range 2 {
			if err := h.Acquire(t.Context(), two); err != nil {
				t.Fatal(err)
			}
		}
		h.Release(t.Context(), time.Second, Outcome{Ill: market.FailRateLimited, RetryAfter: time.Hour})
		h.Release(t.Context(), time.Second, well)
		var no *Refused
		if err := h.Acquire(t.Context(), two); !errors.As(err, &no) || no.Why != market.FailRateLimited {
			t.Errorf("got %+v (%v), want it refused for the Retry-After", no, err)
		}
	})
}

// obedient is a Keeper that reads nothing for a context that has ended, as a store does.
type obedient struct{ keep.Memory }

func (k *obedient) GetState(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return k.Memory.GetState(ctx, key)
}

// TestLoadCancelled: a run that is stopped just when it comes to a host forgets nothing that is kept of it.
func TestLoadCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := new(obedient)
		h := newBook(k).Host("shop.example")
		request(t, h, time.Second, 0, Outcome{Ill: market.FailRateLimited, RetryAfter: time.Hour})
		h = newBook(k).Host("shop.example")
		stopped, stop := context.WithCancel(t.Context())
		stop()
		h.SetDelay(stopped, "https://shop.example", time.Second)
		var no *Refused
		if err := h.Acquire(t.Context(), at(time.Second)); !errors.As(err, &no) {
			t.Errorf("got %v, want it refused: the hour is not over", err)
		}
	})
}

// TestStart: a request that was held up leaves a pause after whatever was heard of its host meanwhile, and before it
// leaves no other may.
func TestStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBook(&keep.Memory{}).Host("shop.example")
		w := Wish{Source: "shop", Pause: 10 * time.Second, Parallel: 3, Special: true}
		for range 2 {
			if err := h.Acquire(t.Context(), w); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Next(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // held up
		h.Release(t.Context(), time.Minute, well)
		ended := time.Now()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.Next(short, w); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("another may start: %v", err)
		}
		if err := h.Start(t.Context()); err != nil || !about(time.Since(ended), w.Pause) {
			t.Errorf("started %s after an end, %v", time.Since(ended), err)
		}
	})
}

// TestHeard: what came without a turn of its own closes the host, and opens it again.
func TestHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k keep.Memory
		h := newBook(&k).Host("shop.example")
		if left := h.Left(t.Context()); left != 0 {
			t.Errorf("a host that was never asked is left alone for %s", left)
		}
		h.Heard(t.Context(), Outcome{Ill: market.FailRateLimited, RetryAfter: time.Hour})
		for name, h := range map[string]*Host{"this": h, "the next": newBook(&k).Host("shop.example")} {
			if left := h.Left(t.Context()); left != time.Hour {
				t.Errorf("%s process leaves it alone for %s", name, left)
			}
		}
		time.Sleep(time.Hour)
		if left := h.Left(t.Context()); left != 0 || h.kept.Failures != 1 {
			t.Errorf("after an hour: %s, %d failures", left, h.kept.Failures)
		}
		if h.Heard(t.Context(), well); h.kept.Failures != 0 {
			t.Error("a good answer ends no row of failures")
		}
	})
}

// TestHeardBeginsPause: the pause of a host begins anew after what came without a turn, in the next process too where this
// one dies.
func TestHeardBeginsPause(t *testing.T) {
	const pause = 10 * time.Second
	for name, c := range map[string]struct {
		o    Outcome
		dies bool
	}{"well": {well, false}, "ill": {ill, false}, "nothing": {Outcome{}, false}, "well, then death": {well, true}} {
		synctest.Test(t, func(t *testing.T) {
			k := new(keep.Memory)
			h := newBook(k).Visit("shop.example")
			request(t, h, pause, 0, well)
			h.Rest(t.Context())
			time.Sleep(time.Hour)
			h = newBook(k).Visit("shop.example")
			h.Heard(t.Context(), c.o)
			time.Sleep(pause / 2)
			want := pause / 2
			if c.dies {
				h, want = newBook(k).Visit("shop.example"), pause
			}
			if got := request(t, h, pause, 0, well); got < want || got > want+pause/jitter {
				t.Errorf("%s: a crawl waited %s, want %s", name, got, want)
			}
		})
	}
}

// TestOutlive: as long as nobody stops it a run waits for its store as long as that takes, and then for a moment.
func TestOutlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		longer, end := Outlive(ctx, time.Second)
		time.Sleep(time.Hour)
		if longer.Err() != nil {
			t.Error("it ended by itself")
		}
		stop()
		time.Sleep(900 * time.Millisecond)
		synctest.Wait()
		if longer.Err() != nil {
			t.Error("it ended with the run")
		}
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if longer.Err() == nil {
			t.Error("it goes on for ever")
		}
		end()
		again, end := Outlive(ctx, time.Hour)
		end()
		if again.Err() == nil {
			t.Error("it goes on after its end")
		}
	})
}
