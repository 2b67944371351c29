package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler/guard"
	"pricegap/crawler/pace"
	"pricegap/market"
)

type notFound struct{}

func (notFound) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNotFound, Body: &guard.Body{}}, nil
}

// TestHostsWithoutEnd: where every subdomain answers, a run comes to an end of new ones, and never loses those of its
// source.
func TestHostsWithoutEnd(t *testing.T) {
	c := newChain()
	source := market.Source{ID: "shop", Scope: market.Scope{Hosts: []string{"shop.example", "www.shop.example"}}}
	w, release := c.Way(t.Context(), source)
	defer release()
	j := &Job{Source: &source, Way: w}
	allows := func(host string) error {
		return obeys{c, nil, notFound{}}.allows(j.In(t.Context()), &url.URL{Scheme: "https", Host: host, Path: "/"})
	}
	came := 0
	for i := range 10 * maxStrays {
		err := allows(fmt.Sprintf("h%d.shop.example", i))
		if err == nil {
			came++
		} else if fe, ok := errors.AsType[*Error](err); !ok || fe.Kind != market.FailTrapDetected {
			t.Fatal(err)
		}
	}
	if came < maxStrays || came > maxStrays+2 {
		t.Errorf("%d hosts were asked, want %d", came, maxStrays)
	}
	for _, host := range []string{"shop.example", "WWW.shop.example", "h0.shop.example"} {
		if err := allows(host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// TestHostsAtOnce: workers that come to new hosts at the same time do not go beyond the bound together.
func TestHostsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain()
		w := &Way{hosts: map[string]*pace.Host{}, reach: func() reach {
			time.Sleep(time.Second) // all look, and then all enter
			return reach{}
		}}
		var wg sync.WaitGroup
		var came atomic.Int32
		for i := range 3 * maxStrays {
			wg.Go(func() {
				if _, err := w.enter(c, at(fmt.Sprintf("h%d.shop.example", i), "/")); err == nil {
					came.Add(1)
				}
			})
		}
		wg.Wait()
		if n := came.Load(); n != maxStrays || len(w.hosts) != maxStrays {
			t.Errorf("%d came in, and %d are noted, want %d", n, len(w.hosts), maxStrays)
		}
	})
}

// TestRobotsWithoutEnd: a robots.txt that leads to one more host each time does not lead beyond the bound.
func TestRobotsWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNet(t)
		n.robots = func(w http.ResponseWriter, r *http.Request) {
			if strings.Count(r.Host, "r.") < maxHops {
				http.Redirect(w, r, "http://r."+r.Host+"/robots.txt", http.StatusFound)
			}
		}
		last := error(nil)
		for i := range 2 * maxStrays {
			last = n.get(t.Context(), fmt.Sprintf("http://h%d.shop.example/", i))
		}
		if fe, ok := errors.AsType[*Error](last); !ok || fe.Kind != market.FailTrapDetected {
			t.Errorf("the last: %v", last)
		}
		hosts := map[string]bool{}
		for _, a := range n.asked {
			host, _, _ := strings.Cut(a, "/")
			hosts[host] = true
		}
		if most := len(n.way.Hosts()) + maxStrays; len(hosts) > most {
			t.Errorf("%d hosts were asked, want at most %d", len(hosts), most)
		}
	})
}
