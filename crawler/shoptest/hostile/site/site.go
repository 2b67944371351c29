// Package site has the cases of package hostile that are about a whole site rather than a page.
package site

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/market"
)

// Cases are those about whole sites: robots.txt, sitemaps, and all that spreads over many pages.
var Cases = slices.Concat(robotsCases, sitemapCases, siteCases)

// H26–H28, H60–H66: sites that are hostile as a whole.
var siteCases = []act.Entry{
	{
		Case: siteCase("H26", "outage", "503 with Retry-After, then well", act.Site{Start: market.StartProducts, Paths: productPaths(1), Requests: 12}, act.OK, market.FailServerError),
		Serve: func(x *act.Exchange) {
			if x.Since < x.Outage {
				x.Answer(http.StatusServiceUnavailable, "", "Retry-After", fmt.Sprint(int(math.Ceil(x.Outage.Seconds()))))
				return
			}
			serveProducts(x)
		},
	},
	{
		Case: siteCase("H27", "alternate", "every second answer is a 500", act.Site{Start: market.StartProducts, Paths: productPaths(20), Products: 20, Requests: 61}),
		Serve: func(x *act.Exchange) {
			if x.Total%2 == 0 {
				x.Answer(http.StatusInternalServerError, "")
				return
			}
			serveProducts(x)
		},
	},
	{
		Case: siteCase("H27", "resets", "one request in twenty is reset", act.Site{Start: market.StartProducts, Paths: productPaths(40), Products: 40, Requests: 121}),
		Serve: func(x *act.Exchange) {
			if crc32.ChecksumIEEE([]byte(x.R.URL.Path))%20 == 0 && x.Nth == 1 {
				x.Hijack(act.Pipe.Reset)
				return
			}
			serveProducts(x)
		},
	},
	{
		Case: siteCase("H28", "refuses", "50 pages, then 403 for all", act.Site{Start: market.StartProducts, Paths: productPaths(100), Requests: 60},
			market.FailClientError, market.FailBlockedChallenge, market.FailBlockedCaptcha),
		Serve: func(x *act.Exchange) {
			if x.Total > 50 {
				x.Answer(http.StatusForbidden, act.Product(1))
				return
			}
			serveProducts(x)
		},
	},
	{
		Case:  siteCase("H60", "calendar", "a calendar with a next day, for ever", category("/calendar/2026/11/21/", 3, 200), market.FailTrapDetected),
		Serve: withProducts(func(x *act.Exchange) { x.Page(calendar(x.R.URL.Path)) }),
	},
	visits("path", "the number of the visit in the path", "/s/%s%s", act.OK, market.FailTrapDetected),
	visits("query", "the number of the visit in an unknown parameter", "%[2]s?visit=%[1]s", act.OK, market.FailTrapDetected),
	visits("session", "the number of the visit in a parameter that everybody knows", "%[2]s?PHPSESSID=%[1]s"),
	visits("matrix", "the number of the visit behind a semicolon", "%[2]s;jsessionid=%[1]s"),
	{
		Case: siteCase("H62", "pages", "a list that always has a next page, with the same products", category("/lamps/", 5, 20), act.OK, market.FailTrapDetected),
		Serve: withProducts(func(x *act.Exchange) {
			var n int
			_, _ = fmt.Sscanf(x.R.URL.RawQuery, "page=%d", &n)
			x.Page(List(1, 5, fmt.Sprintf("/lamps/?page=%d", n+1)))
		}),
	},
	{
		Case:  siteCase("H63", "facets", "40 facets of 5 values each, in every combination", category("/lamps/", 60, 400), act.OK, market.FailTrapDetected),
		Serve: withProducts(func(x *act.Exchange) { x.Page(facets(x)) }),
	},
	{
		Case: siteCase("H64", "wildcard", "every subdomain is a shop of its own", category("/lamps/", 5, 20)),
		Serve: withProducts(func(x *act.Exchange) {
			var others []string
			for i := range 20 {
				others = append(others, fmt.Sprintf("http://shop-%d.%s/p/%d", i, x.Entry.Host(), i+1))
			}
			x.Page(List(1, 5, "", others...))
		}),
	},
	act.New("H65", "price", "another price at every second visit", func(x *act.Exchange) {
		text := act.Product(1)
		if x.Nth%2 == 0 {
			text = strings.ReplaceAll(strings.ReplaceAll(text, "19.99", "24.99"), "19,99", "24,99")
		}
		x.Page(text)
	}),
	act.New("H65", "country", "the page for another country", act.Page(strings.NewReplacer("EUR", "USD", "€ 19,99", "$19.99", `lang="nl"`, `lang="en-US"`).Replace(act.Product(1))), act.OK, market.FailGeoVariant),
	{
		Case: siteCase("H66", "captcha", "a captcha with status 200 from the sixth page on", act.Site{Start: market.StartProducts, Paths: productPaths(40), Requests: 20}, market.FailBlockedCaptcha),
		Serve: func(x *act.Exchange) {
			if x.Total > 5 {
				x.Page(captcha)
				return
			}
			serveProducts(x)
		},
	},
	{
		Case: siteCase("H66", "tarpit", "each answer takes a tenth longer than the one before", act.Site{Start: market.StartProducts, Paths: productPaths(200)}, act.OK, market.FailBudgetExhausted, market.FailCancelled),
		Serve: func(x *act.Exchange) {
			t := time.NewTimer(time.Duration(float64(x.Tarpit) * math.Pow(1.1, float64(min(x.Total, 100)))))
			defer t.Stop()
			select {
			case <-t.C:
				serveProducts(x)
			case <-x.R.Context().Done():
			}
		},
	},
}

const captcha = `<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Even controleren</title></head><body><h1>Ben je een mens?</h1>
<form action="/check"><div class="g-recaptcha" data-sitekey="6LeIxAcT"></div><script src="https://www.google.com/recaptcha/api.js" async></script></form></body></html>`

func category(path string, products, requests int) act.Site {
	return act.Site{Start: market.StartCategory, Paths: []string{path}, Products: products, Requests: requests}
}

// withProducts serves products where they belong, and lists everywhere else.
func withProducts(lists act.Handler) act.Handler {
	return func(x *act.Exchange) {
		if i := strings.Index(x.R.URL.Path, "/p/"); i >= 0 {
			var n int
			_, _ = fmt.Sscanf(x.R.URL.Path[i:], "/p/%d", &n)
			x.Page(act.Product(n))
			return
		}
		lists(x)
	}
}

// List is a category page with products from n on, a next page where next is not empty, and other links.
func List(n, count int, next string, others ...string) string {
	var products []string
	for i := range count {
		products = append(products, fmt.Sprintf("/p/%d", n+i))
	}
	return listOf(products, next, others...)
}

func listOf(products []string, next string, others ...string) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Lampen</title></head><body><h1>Lampen</h1><ul>` + "\n")
	for i, p := range products {
		fmt.Fprintf(&b, `<li class="tile"><img src="/lamp.jpg" alt=""><a href="%s">Lamp %d</a></li>`+"\n", p, i+1)
	}
	b.WriteString("</ul>\n")
	if next != "" {
		fmt.Fprintf(&b, `<a rel="next" href="%s">Volgende</a>`+"\n", next)
	}
	for _, o := range others {
		fmt.Fprintf(&b, `<a href="%s">meer</a>`+"\n", o)
	}
	return b.String() + "</body></html>\n"
}

// calendar is the page of a day, which knows the next one; three products stand on every one of them.
func calendar(path string) string {
	day, err := time.Parse("/calendar/2006/01/02/", path)
	if err != nil {
		day = time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC)
	}
	return List(1, 3, day.AddDate(0, 0, 1).Format("/calendar/2006/01/02/"))
}

// visits is a list of five products whose addresses carry a number that is new on each page, as does that of its next
// page.
func visits(variant, title, form string, want ...market.FailureKind) act.Entry {
	at := func(n int, path string) string {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
		return fmt.Sprintf(form, hex.EncodeToString(sum[:16]), path)
	}
	return act.Entry{
		Case: siteCase("H61", variant, title, category(at(0, "/lamps/"), 5, 200), want...),
		Serve: withProducts(func(x *act.Exchange) {
			var products []string
			for i := range 5 {
				products = append(products, at(x.Total, fmt.Sprintf("/p/%d", i+1)))
			}
			x.Page(listOf(products, at(x.Total, "/lamps/")))
		}),
	}
}

// facets is a page of a list of 60 products that can be narrowed by 40 facets, each choice leading to further ones.
func facets(x *act.Exchange) string {
	q := x.R.URL.Query()
	var n int
	_, _ = fmt.Sscan(q.Get("page"), &n)
	var others []string
	for f := range 40 {
		name := fmt.Sprintf("f%d", f)
		for v := range 5 {
			chosen := x.R.URL.Query()
			chosen.Set(name, fmt.Sprint(v))
			others = append(others, "/lamps/?"+strings.ReplaceAll(chosen.Encode(), "&", "&amp;"))
		}
	}
	next := ""
	if n < 2 {
		q.Set("page", fmt.Sprint(n+1))
		next = "/lamps/?" + strings.ReplaceAll(q.Encode(), "&", "&amp;")
	}
	return List(20*n+1, 20, next, others...)
}
