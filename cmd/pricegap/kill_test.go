package main

import (
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pricegap/crawler/queue"
	"pricegap/crawler/shoptest"
	"pricegap/market"
	"pricegap/store"
)

// inFlight is how many pages a crawl of one host at one request a time may have read and not recorded: one batch of
// observations, and the page that is being fetched. Pages that have not changed are recorded in larger batches, or every
// half second: unchanged is such a batch, and some.
const inFlight, unchanged = 32 + 1, 150

// victim is a crawl that is ended again and again, while its shop goes on and remembers what was asked.
type victim struct {
	*chain
	rnd   *rand.Rand
	began time.Time // of the first of the runs that go on with each other, whole seconds
	// cycles counts these; every other begins with an empty store.
	cycles int

	mu      sync.Mutex
	fetched []string
	asked   chan struct{} // a product page was asked for
}

// harness returns how often a harness runs; without PRICEGAP_HARNESS it is skipped.
func harness(t *testing.T, full int) int {
	t.Helper()
	switch os.Getenv("PRICEGAP_HARNESS") {
	case "prove":
		return full
	case "ci":
		return full / 10
	}
	t.Skip("PRICEGAP_HARNESS is not set")
	return 0
}

// newVictim serves a shop of some 400 products.
func newVictim(t *testing.T) *victim {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("PRICEGAP_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("seed: PRICEGAP_SEED=%d", seed)
	v := &victim{chain: newChainOf(t, 500), rnd: rand.New(rand.NewPCG(seed, 0)), asked: make(chan struct{}, 1)}
	v.shops.SetFault("voltavia.example", shoptest.Fault{Delay: time.Millisecond})
	front := httptest.NewServer(v)
	t.Cleanup(front.Close)
	v.edit(`connect_to: ["::`+v.shops.Addr()+`"]`, `connect_to: ["::`+front.Listener.Addr().String()+`"]`)
	return v
}

// ServeHTTP implements http.Handler: it notes which pages of products were asked for.
func (v *victim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/p/") {
		v.mu.Lock()
		v.fetched = append(v.fetched, "http://"+r.Host+r.URL.RequestURI())
		v.mu.Unlock()
		select {
		case v.asked <- struct{}{}:
		default:
		}
	}
	v.shops.ServeHTTP(w, r)
}

// taken returns what was asked for since the last call.
func (v *victim) taken() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := v.fetched
	v.fetched = nil
	return out
}

// recorded reads from the store which pages were recorded since the crawl began that is being ended again and again,
// and whether the next one goes on with it.
func (v *victim) recorded() (pages map[string]bool, going bool) {
	v.t.Helper()
	s, err := store.Open(v.t.Context(), "bolt:"+filepath.Join(v.dir, "prices.db"))
	if err != nil {
		v.t.Fatal(err)
	}
	defer s.Close()
	frontier, _, err := queue.Open(v.t.Context(), s, "frontier/voltavia")
	if err != nil {
		v.t.Fatal(err)
	}
	pages = map[string]bool{}
	for o, err := range s.Latest(v.t.Context(), store.Query{Sources: []market.SourceID{"voltavia"}, Both: true}) {
		if err != nil {
			v.t.Fatal(err)
		}
		if !o.SeenAt.Before(v.began) {
			pages[o.Page] = true
		}
	}
	return pages, frontier.Waiting(func(string) bool { return true }) > 0
}

// crawl starts a crawl and, a moment after its first page, has it ended; it returns its exit code, -1 for a process
// that was killed, and how long it took from when it was told to end.
func (v *victim) crawl(end func(*exec.Cmd)) (code int, took time.Duration) {
	v.t.Helper()
	cmd := v.process("crawl", "voltavia", "--no-alerts", "--wait", "0s")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	moment := time.Duration(20+v.rnd.IntN(180)) * time.Millisecond
	var timer <-chan time.Time
	var told time.Time
	for {
		select {
		case <-v.asked:
			if timer == nil {
				timer = time.After(moment)
			}
		case <-timer:
			told = time.Now()
			end(cmd)
		case err := <-over:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				v.t.Fatal(err)
			}
			code = cmd.ProcessState.ExitCode()
			if code != exitDone && code != exitTerminated && code != -1 {
				v.t.Fatalf("exit %d\n%s", code, out.String())
			}
			return code, time.Since(told)
		}
	}
}

// begin begins a crawl that goes on with none: by turns one that knows nothing, and one that finds the pages unchanged,
// in a second of its own, since times are kept to the second.
func (v *victim) begin() map[string]bool {
	v.t.Helper()
	if v.cycles++; v.cycles%2 == 1 {
		if err := os.Remove(filepath.Join(v.dir, "prices.db")); err != nil {
			v.t.Fatal(err)
		}
		v.catalog()
	}
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	v.began = time.Now().UTC().Truncate(time.Second)
	return map[string]bool{}
}

// endings ends crawls n times. After each the store is asked: is all that was recorded before still there, was none of
// it fetched again, and how many pages were fetched and not recorded?
func (v *victim) endings(n, mayLose int, end func(*exec.Cmd), after func(code int, took time.Duration)) {
	products, whole, again, most := 0, 0, 0, 0
	for _, f := range v.world.Truth(0) {
		if f.Shop == shoptest.Voltavia {
			products++
		}
	}
	before := v.begin()
	for ended := 0; ended < n; {
		code, took := v.crawl(end)
		fetched := v.taken()
		now, going := v.recorded()
		for _, page := range fetched {
			if before[page] {
				v.t.Errorf("ending %d: %s was recorded and fetched again", ended, page)
			}
		}
		for page := range maps.Keys(before) {
			if !now[page] {
				v.t.Errorf("ending %d: %s was recorded and is gone", ended, page)
			}
		}
		lost := len(fetched) - (len(now) - len(before))
		again, most = again+lost, max(most, lost)
		bound := mayLose
		if bound > 1 && v.cycles%2 == 0 {
			bound = unchanged
		}
		if lost > bound {
			v.t.Errorf("ending %d: %d pages were fetched and not recorded, want at most %d", ended, lost, bound)
		}
		before = now
		if !going { // even where the process was ended after that
			if len(now) != products && (code == exitDone || len(now) > 0) {
				v.t.Errorf("a crawl came to its end with %d of %d products", len(now), products)
			}
			whole += len(now) / products
			before = v.begin()
		}
		if code == exitDone {
			continue
		}
		ended++
		after(code, took)
		if v.t.Failed() {
			v.t.FailNow()
		}
	}
	v.t.Logf("%d endings, %d crawls of %d products came to their end; fetched and not recorded: %d in all, %d at most", n, whole, products, again, most)
	if whole == 0 && n >= 50 {
		v.t.Error("no crawl came to its end: the harness proves nothing")
	}
}

// TestHarnessCrawlKills kills a crawl again and again. What was recorded is not fetched again, and nothing is lost but
// what was in flight.
func TestHarnessCrawlKills(t *testing.T) {
	n := harness(t, 100)
	newVictim(t).endings(n, inFlight, func(c *exec.Cmd) { _ = c.Process.Kill() }, func(int, time.Duration) {})
}

// TestHarnessCrawlStops stops a crawl with SIGTERM again and again (CR9): it ends within 10 s and has recorded all that
// it has read. At a second signal it ends within 1 s;
// some more are sent, since two that come before the process looks are one.
func TestHarnessCrawlStops(t *testing.T) {
	n := harness(t, 100)
	for name, tt := range map[string]struct {
		signals, mayLose int
		within           time.Duration
	}{
		"one signal": {1, 1, 10 * time.Second}, "more signals": {4, inFlight, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			var longest time.Duration
			stop := func(c *exec.Cmd) {
				for i := range tt.signals {
					time.Sleep(time.Duration(min(i, 1)) * 10 * time.Millisecond) // signals that wait for the process are one
					_ = c.Process.Signal(syscall.SIGTERM)
				}
			}
			newVictim(t).endings(n, tt.mayLose, stop, func(code int, took time.Duration) {
				longest = max(longest, took)
				killed := tt.signals > 1 && code == -1 // the last came when nobody listened any more
				if code != exitTerminated && !killed || took > tt.within {
					t.Errorf("exit %d after %s, want %d within %s", code, took, exitTerminated, tt.within)
				}
			})
			t.Logf("the longest stop took %s", longest)
		})
	}
}
