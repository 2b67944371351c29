package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/guard"
	"pricegap/crawler/keep"
	"pricegap/market"
	"pricegap/parsers"
)

func product(n int) crawler.Request {
	return crawler.Request{URL: fmt.Sprintf("http://shop.example/p/%d", n), Role: parsers.RoleProduct, Fresh: true}
}

// TestLook: a look brings what a visit of a run brings, and asks again however little has changed, without validators and without
// the cookies of the look before.
func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" || r.URL.Path == "/p/1" {
				http.NotFound(w, r)
				return
			}
			if h := r.Header; h.Get("Cookie")+h.Get("If-None-Match")+h.Get("If-Modified-Since") != "" {
				t.Errorf("asked with %v", h)
			}
			w.Header().Set("ETag", `"1"`)
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			page(w, r)
		}})
		var k keep.Memory
		c, s := w.crawler(t, &k), site("shop", market.Pace{}, pages("shop.example", 1))
		run(t, c, s)
		for range 2 {
			if v, err := c.Look(t.Context(), s, product(0)); err != nil || !good(v) || len(v.Result.Offers) != 1 || v.Bytes == 0 || v.Request != product(0) {
				t.Errorf("%+v, %v", v, err)
			}
		}
		if v, err := c.Look(t.Context(), s, product(1)); err != nil || v.Failure == nil || v.Failure.Kind != market.FailClientError || v.Page.URL != "" || v.Bytes == 0 {
			t.Errorf("a page that is not there: %+v, %v", v, err)
		}
		s.Parser = panics{}
		if v, err := c.Look(t.Context(), s, product(0)); err != nil || v.Failure == nil || v.Failure.Kind != market.FailInternalPanic || v.Page.URL != "" {
			t.Errorf("a parser that panics: %+v, %v", v, err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if v, err := c.Look(gone, s, product(0)); !errors.Is(err, context.Canceled) || v.Failure != nil {
			t.Errorf("nobody waits: %+v, %v", v, err)
		}
	})
}

type panics struct{}

func (panics) Parse(*parsers.Doc) (parsers.Result, error) { panic("parser") }

// TestLookNotes: captchas that looks meet open the breaker as those of a run do, and a page that is none closes it.
func TestLookNotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var human atomic.Bool
		w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/robots.txt":
				http.NotFound(w, r)
			case human.Load():
				page(w, r)
			default:
				fmt.Fprintln(w, "fail", market.FailBlockedCaptcha)
			}
		}})
		c, s := w.crawler(t, nil), site("shop", market.Pace{}, pages("shop.example", 20))
		refused := 0
		for i := range 20 {
			v, err := c.Look(t.Context(), s, product(i))
			switch {
			case err != nil:
				t.Fatal(err)
			case v.Failure != nil && v.Failure.Kind == market.FailBlockedCaptcha:
				refused++
			case v.Result.Failure != market.FailBlockedCaptcha:
				t.Errorf("look %d: %+v", i, v)
			}
		}
		// Five open the breaker; each look by itself is a probe then, until the pause is longer than anybody waits.
		if asked := len(w.seen("")); asked != 1+5+3 || refused != 20-5-3 {
			t.Errorf("%d requests, %d looks are refused", asked, refused)
		}
		human.Store(true)
		time.Sleep(time.Hour)
		for i := range 3 {
			if v, err := c.Look(t.Context(), s, product(i)); err != nil || !good(v) {
				t.Errorf("an hour later: %+v, %v", v, err)
			}
		}
	})
}

// TestHosts: who looks at a source without recording it keeps what hosts asked for, and leaves nothing that a run could
// take for its own.
func TestHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ill atomic.Bool
		w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/robots.txt":
				http.NotFound(w, r)
			case ill.Load():
				w.Header().Set("Retry-After", "3600")
				http.Error(w, "slow down", http.StatusTooManyRequests)
			default:
				w.Header().Set("ETag", `"1"`)
				page(w, r)
			}
		}})
		var k keep.Memory
		trial := func() *crawler.Crawler {
			c, err := crawler.New(crawler.Options{Contact: "https://watcher.example/contact", Hosts: &k, Net: guard.Net{Dial: w.listener.Dial}})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		s := site("shop", market.Pace{}, pages("shop.example", 3))
		for range trial().Crawl(t.Context(), s) {
			break
		}
		all := run(t, w.crawler(t, &k), s)
		for _, v := range all {
			if !good(v) || v.Resumed || v.Page.NotModified {
				t.Errorf("a run after it: %+v", v)
			}
		}
		if asked := len(w.seen("")); len(all) != 3 || asked != 1+1+3 {
			t.Errorf("%d visits, %d requests", len(all), asked)
		}
		ill.Store(true)
		for i := range 3 {
			if v, err := trial().Look(t.Context(), s, product(i)); err != nil || v.Failure == nil || v.Failure.Kind != market.FailRateLimited {
				t.Errorf("%+v, %v", v, err)
			}
		}
		if asked := len(w.seen("")); asked != 1+1+3+1 {
			t.Errorf("%d requests: a host that has said 429 is asked again", asked)
		}
	})
}
