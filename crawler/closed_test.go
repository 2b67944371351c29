package crawler_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/keep"
	"pricegap/market"
)

// TestClosedHostStarvesNoOther: what a host left that is left alone does not keep a run from the rest of the source,
// however often there is one.
func TestClosedHostStarvesNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(t, map[string]http.HandlerFunc{
			"shop.example": func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					http.NotFound(w, r)
					return
				}
				page(w, r)
			},
			"blog.shop.example": func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					fmt.Fprint(w, "User-agent: *\nCrawl-delay: 600\n")
					return
				}
				t.Errorf("%s was fetched", r.URL)
			},
		})
		s := site("shop", market.Pace{}, pages("shop.example", 5), pages("blog.shop.example", 10))
		var k keep.Memory
		for no := range 6 {
			began := time.Now()
			shop := 0
			for _, v := range run(t, w.crawler(t, &k), s) {
				if v.Failure == nil {
					shop++
				}
			}
			if shop != 5 {
				t.Errorf("run %d: %d pages of the shop", no, shop)
			}
			time.Sleep(time.Until(began.Add(6 * time.Hour)))
		}
	})
}

// TestThrottledHostIsSeenInWhole: of a shop that stops each run before it is seen in whole, the next run sees the rest
// first, a day later too.
func TestThrottledHostIsSeenInWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		served := 0
		w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				http.NotFound(w, r)
				return
			}
			if served++; served > 4 {
				w.Header().Set("Retry-After", "3600")
				http.Error(w, "not so fast", http.StatusTooManyRequests)
				return
			}
			page(w, r)
		}})
		s := site("shop", market.Pace{}, pages("shop.example", 10))
		var k keep.Memory
		seen := map[string]int{}
		for range 5 {
			began := time.Now()
			served = 0
			var got []crawler.Visit
			for _, v := range run(t, w.crawler(t, &k), s) {
				if v.Resumed {
					t.Error("the run says that it goes on with another")
				}
				if v.Failure == nil {
					got = append(got, v)
					seen[v.Request.URL]++
				}
			}
			if len(got) != 4 {
				t.Fatalf("%d pages in a run", len(got))
			}
			time.Sleep(time.Until(began.Add(24 * time.Hour)))
		}
		for _, u := range s.Source.Starts[0].URLs {
			if !slices.Contains([]int{1, 2, 3}, seen[u]) {
				t.Errorf("%s was seen %d times in 20", u, seen[u])
			}
		}
	})
}
