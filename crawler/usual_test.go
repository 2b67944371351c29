package crawler_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler/keep"
	"pricegap/market"
	"pricegap/parsers"
)

// unclosed is a page of a shop that leaves the end tags out, as HTML allows, with so many paragraphs.
func unclosed(n, paragraphs int) string {
	return fmt.Sprintf(`<!doctype html><html><head><title>Lamp %[1]d</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"Product",
"name":"Lamp %[1]d","sku":"L%[1]d","offers":{"@type":"Offer","price":"1%[1]d.95","priceCurrency":"EUR","availability":"https://schema.org/InStock"}}</script>
<body><h1>Lamp %[1]d</h1><div class="price">€ 1%[1]d,95</div><button>In winkelwagen</button>`, n) +
		strings.Repeat("<p>Een lamp voor boven de tafel, met een snoer van twee meter.</p>\n", paragraphs)
}

// TestUsualIsForgotten: a shop whose pages shrink for good is read again after three runs in which each page is complete by
// every other sign, and not before. Pages that break off give no price however often they do, nor do short ones among others.
func TestUsualIsForgotten(t *testing.T) {
	short := func(n int) string { return unclosed(n, 20) }
	for name, tt := range map[string]struct {
		now  func(n int) string
		want []int // of all pages of each run but the first: how many give a price
	}{
		"shorter for good":                 {short, []int{0, 0, 0, 6, 6}},
		"cut in a word":                    {func(n int) string { return short(n)[:1400+n] }, []int{0, 0, 0, 0, 0}},
		"cut behind a tag, in an element":  {func(n int) string { return short(n) + "<div><p>Ook leuk</p>" }, []int{0, 0, 0, 0, 0}},
		"cut in a script":                  {func(n int) string { return short(n) + "<script>var a = '<b>" }, []int{0, 0, 0, 0, 0}},
		"one of them is as long as before": {func(n int) string { return unclosed(n, 20+80*(n/5)) }, []int{1, 1, 1, 1, 1}},
		"fewer than bytes are promised": {func(n int) string {
			if n == 5 {
				return "broken"
			}
			return short(n)
		}, []int{0, 0, 0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := func(n int) string { return unclosed(n, 100) }
				w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
					var n int
					if _, err := fmt.Sscanf(r.URL.Path, "/p/%d", &n); err != nil {
						http.NotFound(w, r)
						return
					}
					body := now(n)
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
					if body == "broken" {
						w.Header().Set("Content-Length", "5000")
					}
					fmt.Fprint(w, body)
				}})
				s := site("shop", market.Pace{}, pages("shop.example", 6))
				var err error
				if s.Parser, err = parsers.New("auto", func(any) error { return nil }); err != nil {
					t.Fatal(err)
				}
				var k keep.Memory
				for i, want := range append([]int{6}, tt.want...) {
					priced := 0
					for _, v := range run(t, w.crawler(t, &k), s) {
						if v.Failure == nil && v.Result.Failure == "" && len(v.Result.Offers) > 0 && v.Result.Offers[0].Price.Known() {
							priced++
						}
					}
					if priced != want {
						t.Errorf("run %d: %d of 6 pages give a price, want %d", i, priced, want)
					}
					now = func(n int) string { // another price each time, so that no page is unchanged
						return strings.NewReplacer(".95", fmt.Sprint(".", 10+i), ",95", fmt.Sprint(",", 10+i)).Replace(tt.now(n))
					}
					time.Sleep(24 * time.Hour)
				}
			})
		})
	}
}
