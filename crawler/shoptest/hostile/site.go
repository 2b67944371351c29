package hostile

import (
	"fmt"
	"hash/crc32"
	"math"
	"net/http"
	"strings"
	"time"

	"pricegap/market"
)

// H26–H28, H60–H66: sites that are hostile as a whole.
var siteCases = []entry{
	{
		Case: siteCase("H26", "outage", "503 with Retry-After, then well", Site{Start: market.StartProducts, Paths: productPaths(1), Requests: 12}, OK, market.FailServerError),
		serve: func(x *exchange) {
			if x.since < x.o.Outage {
				x.answer(http.StatusServiceUnavailable, "", "Retry-After", fmt.Sprint(int(math.Ceil(x.o.Outage.Seconds()))))
				return
			}
			serveProducts(x)
		},
	},
	{
		Case: siteCase("H27", "alternate", "every second answer is a 500", Site{Start: market.StartProducts, Paths: productPaths(20), Products: 20, Requests: 61}),
		serve: func(x *exchange) {
			if x.total%2 == 0 {
				x.answer(http.StatusInternalServerError, "")
				return
			}
			serveProducts(x)
		},
	},
	{
		Case: siteCase("H27", "resets", "one request in twenty is reset", Site{Start: market.StartProducts, Paths: productPaths(40), Products: 40, Requests: 121}),
		serve: func(x *exchange) {
			if crc32.ChecksumIEEE([]byte(x.r.URL.Path))%20 == 0 && x.nth == 1 {
				x.hijack(pipe.reset)
				return
			}
			serveProducts(x)
		},
	},
	{
		Case: siteCase("H28", "refuses", "50 pages, then 403 for all", Site{Start: market.StartProducts, Paths: productPaths(100), Requests: 60},
			market.FailClientError, market.FailBlockedChallenge, market.FailBlockedCaptcha),
		serve: func(x *exchange) {
			if x.total > 50 {
				x.answer(http.StatusForbidden, product(1))
				return
			}
			serveProducts(x)
		},
	},
	{
		Case:  siteCase("H60", "calendar", "a calendar with a next day, for ever", category("/calendar/2026/11/21/", 3, 200), market.FailTrapDetected),
		serve: withProducts(func(x *exchange) { x.page(calendar(x.r.URL.Path)) }),
	},
	visits("path", "the number of the visit in the path", "/s/%d%s", OK, market.FailTrapDetected),
	visits("query", "the number of the visit in an unknown parameter", "%[2]s?visit=%[1]d", OK, market.FailTrapDetected),
	visits("session", "the number of the visit in a parameter that everybody knows", "%[2]s?PHPSESSID=%[1]d"),
	visits("matrix", "the number of the visit behind a semicolon", "%[2]s;jsessionid=%[1]d"),
	{
		Case: siteCase("H62", "pages", "a list that always has a next page, with the same products", category("/lamps/", 5, 20), OK, market.FailTrapDetected),
		serve: withProducts(func(x *exchange) {
			var n int
			_, _ = fmt.Sscanf(x.r.URL.RawQuery, "page=%d", &n)
			x.page(list(1, 5, fmt.Sprintf("/lamps/?page=%d", n+1)))
		}),
	},
	{
		Case:  siteCase("H63", "facets", "40 facets of 5 values each, in every combination", category("/lamps/", 60, 400), OK, market.FailTrapDetected),
		serve: withProducts(func(x *exchange) { x.page(facets(x)) }),
	},
	{
		Case: siteCase("H64", "wildcard", "every subdomain is a shop of its own", category("/lamps/", 5, 20)),
		serve: withProducts(func(x *exchange) {
			var others []string
			for i := range 20 {
				others = append(others, fmt.Sprintf("http://shop-%d.%s/p/%d", i, x.e.Host(), i+1))
			}
			x.page(list(1, 5, "", others...))
		}),
	},
	header("H65", "price", "another price at every second visit", func(x *exchange) {
		text := product(1)
		if x.nth%2 == 0 {
			text = strings.ReplaceAll(strings.ReplaceAll(text, "19.99", "24.99"), "19,99", "24,99")
		}
		x.page(text)
	}),
	header("H65", "country", "the page for another country", page(strings.NewReplacer("EUR", "USD", "€ 19,99", "$19.99", `lang="nl"`, `lang="en-US"`).Replace(product(1))), OK, market.FailGeoVariant),
	{
		Case: siteCase("H66", "captcha", "a captcha with status 200 from the sixth page on", Site{Start: market.StartProducts, Paths: productPaths(40), Requests: 20}, market.FailBlockedCaptcha),
		serve: func(x *exchange) {
			if x.total > 5 {
				x.page(captcha)
				return
			}
			serveProducts(x)
		},
	},
	{
		Case: siteCase("H66", "tarpit", "each answer takes a tenth longer than the one before", Site{Start: market.StartProducts, Paths: productPaths(200)}, OK, market.FailBudgetExhausted, market.FailCancelled),
		serve: func(x *exchange) {
			t := time.NewTimer(time.Duration(float64(x.o.Tarpit) * math.Pow(1.1, float64(min(x.total, 100)))))
			defer t.Stop()
			select {
			case <-t.C:
				serveProducts(x)
			case <-x.r.Context().Done():
			}
		},
	},
}

const captcha = `<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Even controleren</title></head><body><h1>Ben je een mens?</h1>
<form action="/check"><div class="g-recaptcha" data-sitekey="6LeIxAcT"></div><script src="https://www.google.com/recaptcha/api.js" async></script></form></body></html>`

func category(path string, products, requests int) Site {
	return Site{Start: market.StartCategory, Paths: []string{path}, Products: products, Requests: requests}
}

// withProducts serves products where they belong, and lists everywhere else.
func withProducts(lists handler) handler {
	return func(x *exchange) {
		if i := strings.Index(x.r.URL.Path, "/p/"); i >= 0 {
			var n int
			_, _ = fmt.Sscanf(x.r.URL.Path[i:], "/p/%d", &n)
			x.page(product(n))
			return
		}
		lists(x)
	}
}

// list is a category page with products from n on, a next page where next is not empty, and other links.
func list(n, count int, next string, others ...string) string {
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
	return list(1, 3, day.AddDate(0, 0, 1).Format("/calendar/2006/01/02/"))
}

// visits is a list of five products whose addresses carry a number that is new on each page, as does that of its next
// page.
func visits(variant, title, form string, want ...market.FailureKind) entry {
	at := func(n int, path string) string { return fmt.Sprintf(form, n, path) }
	return entry{
		Case: siteCase("H61", variant, title, category(at(0, "/lamps/"), 5, 200), want...),
		serve: withProducts(func(x *exchange) {
			var products []string
			for i := range 5 {
				products = append(products, at(x.total, fmt.Sprintf("/p/%d", i+1)))
			}
			x.page(listOf(products, at(x.total, "/lamps/")))
		}),
	}
}

// facets is a page of a list of 60 products that can be narrowed by 40 facets, each choice leading to further ones.
func facets(x *exchange) string {
	q := x.r.URL.Query()
	var n int
	_, _ = fmt.Sscan(q.Get("page"), &n)
	var others []string
	for f := range 40 {
		name := fmt.Sprintf("f%d", f)
		for v := range 5 {
			chosen := x.r.URL.Query()
			chosen.Set(name, fmt.Sprint(v))
			others = append(others, "/lamps/?"+strings.ReplaceAll(chosen.Encode(), "&", "&amp;"))
		}
	}
	next := ""
	if n < 2 {
		q.Set("page", fmt.Sprint(n+1))
		next = "/lamps/?" + strings.ReplaceAll(q.Encode(), "&", "&amp;")
	}
	return list(20*n+1, 20, next, others...)
}
