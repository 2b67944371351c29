package hostile

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"pricegap/market"
)

// forbids is a robots.txt that forbids /secret; every site of these cases names two pages, /p/1 and /secret.
const forbids = "User-agent: *\nDisallow: /secret\n"

// H53–H57: robots.txt.
var robotsCases = []entry{
	noRobots("500", "robots.txt answers 500", refuse(500)),
	noRobots("503", "robots.txt answers 503", refuse(503)),
	noRobots("429", "robots.txt answers 429", refuse(429)),
	noRobots("timeout", "robots.txt never comes", silent),
	withHello(noRobots("tls", "the host of robots.txt has no good certificate", nil), hello{plain: true}, market.FailTLSInvalid),
	withRobots("H54", "large", "a robots.txt of 50 MB, the rules first", func(x *exchange) {
		x.hijack(func(p pipe) {
			p.say("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" + forbids)
			for n := 0; n < 50*mega && p.say(strings.Repeat("# junk\n", 10_000)); n += 70_000 {
			}
		})
	}, market.FailRobotsDisallowed),
	{
		Case:   robotsCase("H54", "junk", "512 KiB of junk before the rules", OK, market.FailRobotsDisallowed, market.FailRobotsUnavailable),
		serve:  page(product(1)),
		robots: robots(strings.Repeat("# junk\n", (512<<10)/7+1) + forbids),
	},
	withRobots("H54", "utf16", "a robots.txt in UTF-16", func(x *exchange) { robots("\xff\xfe" + wide(forbids))(x) }, market.FailRobotsDisallowed),
	{Case: robotsCase("H54", "html", "a web page in place of robots.txt"), serve: page(product(1)), robots: page(product(1))},
	withRobots("H54", "mark", "a robots.txt with a byte order mark", robots("\xef\xbb\xbf"+forbids), market.FailRobotsDisallowed),
	withRobots("H54", "cr", "a robots.txt whose lines end with CR alone", robots(strings.ReplaceAll(forbids, "\n", "\r")), market.FailRobotsDisallowed),
	withRobots("H55", "five", "a robots.txt behind 5 redirects", hops(5), market.FailRobotsDisallowed),
	noRobotsAs("H55", "six", "a robots.txt behind 6 redirects", hops(6)),
	withHosts(withRobots("H55", "other", "a robots.txt at another host", redirect("http://h55-sink."+Domain+"/H55/sink"), market.FailRobotsDisallowed), "h55-sink."+Domain),
	header("H55", "sink", "the host where another one's robots.txt stands", robots(forbids)),
	{
		Case:  siteCase("H56", "turns", "robots.txt forbids everything from its second time on", Site{Start: market.StartProducts, Paths: productPaths(5), Products: 5}),
		serve: serveProducts,
		robots: func(x *exchange) {
			x.mu.Lock()
			x.asked["H56 robots"]++
			n := x.asked["H56 robots"]
			x.mu.Unlock()
			text := "User-agent: *\nDisallow:\n"
			if n > 1 {
				text = "User-agent: *\nDisallow: /\n"
			}
			robots(text)(x)
		},
	},
	delay("none", "0", 0),
	delay("tenth", "0.1", 100*time.Millisecond),
	delay("minutes", "120", 2*time.Minute),
	delay("day", "86400", 0, market.FailRobotsDisallowed),
	delay("negative", "-1", 0),
	delay("word", "abc", 0),
}

// refuse is a status without a page.
func refuse(code int) handler { return func(x *exchange) { x.answer(code, http.StatusText(code)) } }

func siteCase(id, variant, title string, s Site, want ...market.FailureKind) Case {
	return Case{ID: id, Variant: variant, Title: title, Site: &s, Want: want}
}

func robotsCase(id, variant, title string, want ...market.FailureKind) Case {
	return siteCase(id, variant, title, Site{Start: market.StartProducts, Paths: []string{"/p/1", "/secret"}}, want...)
}

// noRobots is a case of which no page may be fetched.
func noRobots(variant, title string, h handler) entry { return noRobotsAs("H53", variant, title, h) }

func noRobotsAs(id, variant, title string, h handler) entry {
	c := robotsCase(id, variant, title, market.FailRobotsUnavailable)
	c.Forbidden = []string{"/p/", "/secret"}
	return entry{Case: c, serve: page(product(1)), robots: h}
}

// withRobots is a case whose robots.txt forbids /secret, and nothing else.
func withRobots(id, variant, title string, h handler, want ...market.FailureKind) entry {
	c := robotsCase(id, variant, title, want...)
	c.Forbidden = []string{"/secret"}
	c.Site.Products = 1
	return entry{Case: c, robots: h, serve: func(x *exchange) {
		if strings.HasPrefix(x.r.URL.Path, "/robots/") {
			h(x)
			return
		}
		x.page(product(1))
	}}
}

func withHello(e entry, h hello, also ...market.FailureKind) entry {
	e.hello, e.Secure, e.Want = h, true, append(e.Want, also...)
	return e
}

func withHosts(e entry, hosts ...string) entry {
	e.Hosts = hosts
	return e
}

// hops is a robots.txt behind n redirects.
func hops(n int) handler {
	return func(x *exchange) {
		var at int
		_, _ = fmt.Sscanf(x.r.URL.Path, "/robots/%d", &at) // 0 for robots.txt itself
		if at >= n {
			robots(forbids)(x)
			return
		}
		redirect(x.own(fmt.Sprintf("/robots/%d", at+1)))(x)
	}
}

// delay is a robots.txt with a Crawl-delay; alone is the least pause it asks for.
func delay(variant, value string, alone time.Duration, want ...market.FailureKind) entry {
	s := Site{Start: market.StartProducts, Paths: productPaths(4), Products: 4}
	if alone > time.Second || len(want) > 0 {
		s.Products = 0 // one run does not live to see them
	}
	c := siteCase("H57", variant, "Crawl-delay: "+value, s, want...)
	c.Alone = alone
	return entry{Case: c, serve: serveProducts, robots: robots("User-agent: *\nCrawl-delay: " + value + "\n")}
}

func productPaths(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("/p/%d", i+1))
	}
	return out
}

// serveProducts serves product n at /p/n.
func serveProducts(x *exchange) {
	var n int
	if _, err := fmt.Sscanf(x.r.URL.Path, "/p/%d", &n); err != nil {
		http.NotFound(x.w, x.r)
		return
	}
	x.page(product(n))
}
