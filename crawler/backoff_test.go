package crawler_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/keep"
	"pricegap/crawler/pace"
	"pricegap/market"
	"pricegap/parsers"
)

// good reports whether a visit brought its page.
func good(v crawler.Visit) bool {
	return v.Failure == nil && v.Page.URL != "" && v.Result.Failure == ""
}

// TestOutage: ten minutes of 503 cost a host few requests, whoever asks, and when it is well again a single probe finds
// out, and all its pages are had.
func TestOutage(t *testing.T) {
	for name, c := range map[string]struct {
		retryAfter string
		robots     bool // robots.txt is down as well, and was never had
	}{"silent": {}, "Retry-After": {"20", false}, "long Retry-After": {"700", false}, "robots.txt too": {"", true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { outage(t, c.retryAfter, c.robots) })
		})
	}
}

func outage(t *testing.T, retryAfter string, robots bool) {
	t.Helper()
	const sickFor, n = 10 * time.Minute, 40
	began := time.Now()
	w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(3 * time.Second)
		switch {
		case time.Since(began) < sickFor && (robots || r.URL.Path != "/robots.txt"):
			if retryAfter != "" {
				w.Header().Set("Retry-After", retryAfter)
			}
			http.Error(w, "even geduld", http.StatusServiceUnavailable)
		case r.URL.Path == "/robots.txt":
			http.NotFound(w, r)
		default:
			page(w, r)
		}
	}})
	c, s := w.crawler(t, &keep.Memory{}), site("shop", market.Pace{Pause: time.Second, Parallel: 4}, pages("shop.example", n))
	had := map[string]bool{}
	visit := func() {
		for _, v := range run(t, c, s) {
			had[v.Request.URL] = had[v.Request.URL] || good(v)
		}
	}
	for time.Since(began) < sickFor {
		visit()
		time.Sleep(10 * time.Second)
	}
	for time.Since(began) < 2*time.Hour {
		visit()
		time.Sleep(time.Minute)
	}
	seen := w.seen("shop.example")
	sick := slices.IndexFunc(seen, func(a *asked) bool { return a.at.Sub(began) >= sickFor })
	if sick < 2 || sick > 12 {
		t.Errorf("%d requests in ten minutes of 503", sick)
	}
	probe := seen[sick]
	if late := probe.at.Sub(began) - sickFor; late > time.Hour {
		t.Errorf("recovered %s late", late)
	}
	if next := seen[sick+1]; next.at.Before(probe.end) {
		t.Errorf("%s was asked for beside the probe %s", next.path, probe.path)
	}
	for u, ok := range had {
		if !ok {
			t.Errorf("%s was never had", u)
		}
	}
	if len(had) != n {
		t.Errorf("%d pages were visited, want %d", len(had), n)
	}
}

// TestUnreliable: a shop that answers every other time, and resets, is asked at most three times for a page, and the
// pages that came are kept.
func TestUnreliable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chance := rand.New(rand.NewPCG(7, 7))
		var mu sync.Mutex
		asked, served := 0, map[string]bool{}
		w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked++
			switch {
			case r.URL.Path == "/robots.txt":
				http.NotFound(w, r)
			case chance.IntN(100) < 5:
				reset(w)
			case asked%2 == 0:
				http.Error(w, "oops", http.StatusInternalServerError)
			default:
				served[r.URL.Path] = true
				page(w, r)
			}
		}})
		kept := 0
		for _, v := range run(t, w.crawler(t, &keep.Memory{}), site("shop", market.Pace{}, pages("shop.example", 200))) {
			if good(v) {
				kept++
			}
		}
		tries := map[string]int{}
		resets := 0
		for _, a := range w.seen("shop.example") {
			tries[a.path]++
			if a.status == 0 {
				resets++
			}
			if tries[a.path] > 3 {
				t.Errorf("%s was asked for %d times", a.path, tries[a.path])
			}
		}
		if kept != len(served) || kept < 180 || resets == 0 {
			t.Errorf("%d pages kept of %d that came, %d resets", kept, len(served), resets)
		}
	})
}

// reset ends the connection without an answer.
func reset(w http.ResponseWriter) {
	if s, ok := w.(*status); ok {
		s.code, w = 0, s.ResponseWriter
	}
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = c.(interface{ SetLinger(int) error }).SetLinger(0)
	_ = c.Close()
}

// TestTurnsUsAway: after fifty good pages every answer is a refusal: five open the breaker, two probes follow, and the
// pages that were not asked for come first in the next run.
func TestTurnsUsAway(t *testing.T) {
	for name, refuse := range map[string]http.HandlerFunc{
		"status 403": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "go away", http.StatusForbidden) },
		"bot check": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cf-Mitigated", "challenge")
			http.Error(w, "are you human?", http.StatusServiceUnavailable)
		},
		"captcha": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "fail", market.FailBlockedCaptcha) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { turnsUsAway(t, refuse) })
		})
	}
}

func turnsUsAway(t *testing.T, refuse http.HandlerFunc) {
	t.Helper()
	var n atomic.Int64
	w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/robots.txt":
			http.NotFound(w, r)
		case n.Add(1) > 50:
			refuse(w, r)
		default:
			page(w, r)
		}
	}})
	c, s := w.crawler(t, &keep.Memory{}), site("shop", market.Pace{}, pages("shop.example", 200))
	kept, visited := 0, map[string]bool{}
	for _, v := range run(t, c, s) {
		visited[v.Request.URL] = true
		if good(v) {
			kept++
		}
	}
	if asked := len(w.seen("")); kept != 50 || asked != 1+50+5+2 {
		t.Errorf("%d requests, %d good pages", asked, kept)
	}
	n.Store(-1000)
	time.Sleep(time.Hour)
	again := run(t, c, s)
	if len(again) != 200 || slices.ContainsFunc(again, func(v crawler.Visit) bool { return !good(v) }) {
		t.Errorf("the next run made %d visits", len(again))
	}
	if i := slices.IndexFunc(again, func(v crawler.Visit) bool { return visited[v.Request.URL] }); i != 200-len(visited) {
		t.Errorf("of the %d pages that waited, the next run visits %d first", 200-len(visited), i)
	}
}

// TestRetryAfter: what a shop asks for with 429 is what it gets.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for value, want := range map[string]time.Duration{
			"5": 5 * time.Second, "date": 90 * time.Second, "-1": time.Minute, "1e9": 24 * time.Hour, "soon": time.Minute, "": time.Minute,
		} {
			retryAfter(t, value, want)
		}
	})
}

func retryAfter(t *testing.T, value string, want time.Duration) {
	t.Helper()
	count := 0
	w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
		switch count++; {
		case r.URL.Path == "/robots.txt":
			http.NotFound(w, r)
		case count == 2:
			switch value {
			case "":
			case "date":
				w.Header().Set("Retry-After", time.Now().Add(want).UTC().Format(http.TimeFormat))
			default:
				w.Header().Set("Retry-After", value)
			}
			http.Error(w, "slow down", http.StatusTooManyRequests)
		default:
			page(w, r)
		}
	}})
	c, s := w.crawler(t, &keep.Memory{}), site("shop", market.Pace{}, pages("shop.example", 1))
	r := crawler.Request{URL: "http://shop.example/p/0", Role: parsers.RoleProduct}
	tries := 0
	for ; tries < 48; tries++ { // a wait of more than two minutes is left to another run
		_, err := c.Fetch(t.Context(), s, r)
		fe, ok := errors.AsType[*crawler.FetchError](err)
		if err == nil {
			break
		}
		if !ok || fe.Kind != market.FailRateLimited || fe.RetryAfter <= 0 {
			t.Errorf("%q: %v", value, err)
		}
		time.Sleep(time.Hour)
	}
	seen := slices.DeleteFunc(w.seen("shop.example"), func(a *asked) bool { return a.path == "/robots.txt" })
	if len(seen) != 2 {
		t.Errorf("%q: %d requests", value, len(seen))
		return
	}
	if value == "date" {
		want = seen[0].end.Add(want).Truncate(time.Second).Sub(seen[0].end) // such a date has no parts of a second
	}
	if got := seen[1].at.Sub(seen[0].end); got < want || got > want+want/10 {
		t.Errorf("%q: waited %s, want %s", value, got, want)
	}
}

// TestTarpit: a shop that answers slower and slower is asked slower and slower, until the time of the run is over.
func TestTarpit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		latency := 100 * time.Millisecond
		w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(latency)
			latency = min(latency*11/10, 15*time.Second)
			page(w, r)
		}})
		began := time.Now()
		visits := run(t, w.crawler(t, &keep.Memory{}), site("shop", market.Pace{}, pages("shop.example", 2000)))
		last := visits[len(visits)-1]
		if last.Failure == nil || last.Failure.Kind != market.FailBudgetExhausted || time.Since(began) > 4*time.Hour+5*time.Minute {
			t.Errorf("after %s: %+v", time.Since(began), last.Failure)
		}
		seen := w.seen("shop.example")
		gap := func(i int) time.Duration { return seen[i+1].at.Sub(seen[i].end) }
		for i, want := range map[int]time.Duration{5: 2 * time.Second, 30: 4 * time.Second, 45: 20 * time.Second, 60: 30 * time.Second, len(seen) - 2: 30 * time.Second} {
			if got := gap(i); got < want {
				t.Errorf("gap %d is %s, want at least %s", i, got, want)
			}
		}
	})
}

// TestFair: eight fast hosts are visited as if there were no slow one, nor a hundred that ask for long pauses.
func TestFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 30
		answers := func(after time.Duration, robots string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if pace.Sleep(r.Context(), after) != nil {
					return
				}
				if r.URL.Path == "/robots.txt" {
					io.WriteString(w, robots)
					return
				}
				page(w, r)
			}
		}
		hosts := map[string]http.HandlerFunc{
			"slow.example": answers(18*time.Second, ""), "silent.example": answers(30*time.Second, ""),
		}
		var fast []string
		for i := range 8 {
			fast = append(fast, fmt.Sprintf("fast%d.example", i))
			hosts[fast[i]] = answers(50*time.Millisecond, "")
		}
		for i := range 100 {
			hosts[fmt.Sprintf("patient%d.example", i)] = answers(50*time.Millisecond, "User-agent: *\nCrawl-delay: 300\n")
		}
		w := newWeb(t, hosts)
		c := w.crawler(t, &keep.Memory{})
		began := time.Now()
		var wg sync.WaitGroup
		for host := range hosts {
			wg.Go(func() {
				start := pages(host, n)
				if strings.HasPrefix(host, "patient") {
					start = pages(host, 2)
				}
				visits := run(t, c, site(host, market.Pace{}, start))
				took, most := time.Since(began), (n+1)*(2400+50)*time.Millisecond
				if strings.HasPrefix(host, "fast") && (len(visits) != n || took > most) {
					t.Errorf("%s: %d pages in %s, want %d in %s", host, len(visits), took, n, most)
				}
			})
		}
		wg.Wait()
	})
}

// TestCrowd: where more requests are wanted than a process may have in flight, waiting for one's turn says nothing about
// the latency of the host that is asked then.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hosts := map[string]http.HandlerFunc{"fast.example": page}
		for i := range 100 {
			hosts[fmt.Sprintf("slow%d.example", i)] = func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(10 * time.Second)
				page(w, r)
			}
		}
		w := newWeb(t, hosts)
		var k keep.Memory
		c := w.crawler(t, &k)
		var wg sync.WaitGroup
		for host := range hosts {
			wg.Go(func() {
				if visits := run(t, c, site(host, market.Pace{Pause: time.Second}, pages(host, 10))); len(visits) != 10 {
					t.Errorf("%s: %d visits", host, len(visits))
				}
			})
		}
		wg.Wait()
		for host, want := range map[string]time.Duration{"fast.example": 0, "slow7.example": 10 * time.Second} {
			raw, _ := k.GetState(t.Context(), "pace/"+host)
			var kept struct{ Latency time.Duration }
			if err := json.Unmarshal(raw, &kept); err != nil || kept.Latency != want {
				t.Errorf("%s: latency %s, %v, want %s", host, kept.Latency, err, want)
			}
		}
	})
}

// TestFairWithin: the same holds for the hosts of one source.
func TestFairWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 30
		hosts := map[string]http.HandlerFunc{"slow.example": func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(18 * time.Second)
			page(w, r)
		}}
		starts := []market.Start{pages("slow.example", n)}
		for i := range 8 {
			host := fmt.Sprintf("fast%d.example", i)
			hosts[host] = page
			starts = append(starts, pages(host, n))
		}
		w := newWeb(t, hosts)
		began := time.Now()
		if visits := run(t, w.crawler(t, &keep.Memory{}), site("chain", market.Pace{}, starts...)); len(visits) != 9*n {
			t.Errorf("%d visits", len(visits))
		}
		for host := range hosts {
			seen := w.seen(host)
			took := seen[len(seen)-1].end.Sub(began)
			if most := (n + 1) * 2400 * time.Millisecond; host != "slow.example" && took > most {
				t.Errorf("%s: its pages took %s, want at most %s", host, took, most)
			}
		}
	})
}
