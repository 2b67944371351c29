package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler/guard"
	"pricegap/crawler/pace"
	"pricegap/crawler/queue"
	"pricegap/market"
)

// TestLoanOfTheOver: what failed tries and past redirects brought is given back before the next is waited for: the
// bodies of other hosts have room.
func TestLoanOfTheOver(t *testing.T) {
	large := make([]byte, 49<<20) // two of them are more than there is room for
	for name, say := range map[string]func(w http.ResponseWriter, path string){
		"tries": func(w http.ResponseWriter, _ string) {
			w.Header().Set("Retry-After", "119")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"hops": func(w http.ResponseWriter, path string) {
			w.Header().Set("Location", path+"x")
			w.WriteHeader(http.StatusFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNet(t)
				n.source.Pace.Pause = time.Minute
				n.page = func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/html")
					if r.Host != "shop.example" {
						fmt.Fprint(w, "<!doctype html><title>a page</title>")
						return
					}
					say(w, r.URL.Path)
					w.Write(large)
				}
				ctx, cancel := context.WithCancel(t.Context())
				var wg sync.WaitGroup
				defer wg.Wait()
				defer cancel()
				wg.Go(func() {
					j := &Job{Source: &n.source, Role: queue.RoleSitemap, Way: n.way}
					defer j.Done()
					req, err := http.NewRequestWithContext(j.In(ctx), http.MethodGet, "http://shop.example/sitemap", nil)
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = n.RoundTrip(req) //nolint:bodyclose // there is none
				})
				for n.pages() < 2 {
					time.Sleep(time.Second)
				}
				synctest.Wait()
				began := time.Now()
				err := n.get(t.Context(), "http://cdn.example/p/1")
				if took := time.Since(began); err != nil || took > 80*time.Second {
					t.Errorf("got %v after %s, asked for %q", err, took, n.asked)
				}
			})
		})
	}
}

// pages counts the pages that were asked for.
func (n *net) pages() (count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range n.asked {
		if !strings.HasSuffix(a, "/robots.txt") {
			count++
		}
	}
	return count
}

// TestOurRoomIsNotTheHosts: where a body had to wait for room of ours, its failure says nothing about the host.
func TestOurRoomIsNotTheHosts(t *testing.T) {
	u := at("shop.example", "/")
	for _, err := range []error{
		failure(u, 0, market.FailBodyTimeout, fmt.Errorf("%w: late", guard.ErrRoom)),
		errors.Join(failure(u, 0, market.FailTruncated, guard.ErrRoom)),
	} {
		if got := outcomeOf(nil, err); got != (pace.Outcome{}) {
			t.Errorf("%v: %+v", err, got)
		}
	}
	if got := outcomeOf(nil, fail(u, 0, market.FailBodyTimeout, "late")); got.Ill != market.FailBodyTimeout {
		t.Errorf("got %+v", got)
	}
}
