package site

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/market"
)

// forbids is a robots.txt that forbids /secret; every site of these cases names two pages, /p/1 and /secret.
const forbids = "User-agent: *\nDisallow: /secret\n"

// H53–H57: robots.txt.
var robotsCases = []act.Entry{
	noRobots("500", "robots.txt answers 500", act.Status(http.StatusInternalServerError)),
	noRobots("503", "robots.txt answers 503", act.Status(http.StatusServiceUnavailable)),
	noRobots("429", "robots.txt answers 429 and asks for an hour", act.Status(http.StatusTooManyRequests, "Retry-After", "3600")),
	noRobots("timeout", "robots.txt never comes", act.Silent),
	withHello(noRobots("tls", "the host of robots.txt has no good certificate", nil), act.Hello{Plain: true}, market.FailTLSInvalid),
	withRobots("H54", "large", "a robots.txt of 50 MB, the rules first", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" + forbids)
			for n := 0; n < 50*act.Mega && p.Say(strings.Repeat("# junk\n", 10_000)); n += 70_000 {
			}
		})
	}, market.FailRobotsDisallowed),
	{
		Case:   robotsCase("H54", "junk", "512 KiB of junk before the rules", act.OK, market.FailRobotsDisallowed, market.FailRobotsUnavailable),
		Serve:  act.Page(act.Product(1)),
		Robots: act.Robots(strings.Repeat("# junk\n", (512<<10)/7+1) + forbids),
	},
	withRobots("H54", "utf16", "a robots.txt in UTF-16", func(x *act.Exchange) { act.Robots("\xff\xfe" + act.UTF16(forbids))(x) }, market.FailRobotsDisallowed),
	{Case: robotsCase("H54", "html", "a web page in place of robots.txt"), Serve: act.Page(act.Product(1)), Robots: act.Page(act.Product(1))},
	withRobots("H54", "mark", "a robots.txt with a byte order mark", act.Robots("\xef\xbb\xbf"+forbids), market.FailRobotsDisallowed),
	withRobots("H54", "cr", "a robots.txt whose lines end with CR alone", act.Robots(strings.ReplaceAll(forbids, "\n", "\r")), market.FailRobotsDisallowed),
	withRobots("H55", "five", "a robots.txt behind 5 redirects", hops(5), market.FailRobotsDisallowed),
	noRobotsAs("H55", "six", "a robots.txt behind 6 redirects", hops(6)),
	withHosts(withRobots("H55", "other", "a robots.txt at another host", act.Redirect("http://h55-sink."+act.Domain+"/H55/sink"), market.FailRobotsDisallowed), "h55-sink."+act.Domain),
	{Case: act.Case{ID: "H55", Variant: "sink", Title: "the host where another one's robots.txt stands"}, Aside: true, Serve: act.Robots(forbids)},
	{
		Case:  siteCase("H56", "turns", "robots.txt forbids everything from its second time on", act.Site{Start: market.StartProducts, Paths: productPaths(5), Products: 5}),
		Serve: serveProducts,
		Robots: func(x *act.Exchange) {
			text := "User-agent: *\nDisallow:\n"
			if x.Nth > 1 {
				text = "User-agent: *\nDisallow: /\n"
			}
			act.Robots(text)(x)
		},
	},
	delay("none", "0", 0),
	delay("tenth", "0.1", 100*time.Millisecond),
	delay("minutes", "120", 2*time.Minute),
	delay("day", "86400", 0, market.FailRobotsDisallowed),
	delay("negative", "-1", 0),
	delay("word", "abc", 0),
}

func siteCase(id, variant, title string, s act.Site, want ...market.FailureKind) act.Case {
	return act.Case{ID: id, Variant: variant, Title: title, Site: &s, Want: want}
}

func robotsCase(id, variant, title string, want ...market.FailureKind) act.Case {
	return siteCase(id, variant, title, act.Site{Start: market.StartProducts, Paths: []string{"/p/1", "/secret"}}, want...)
}

// noRobots is a case of which no page may be fetched.
func noRobots(variant, title string, h act.Handler) act.Entry {
	return noRobotsAs("H53", variant, title, h)
}

func noRobotsAs(id, variant, title string, h act.Handler) act.Entry {
	c := robotsCase(id, variant, title, market.FailRobotsUnavailable)
	c.Forbidden = []string{"/p/", "/secret"}
	return act.Entry{Case: c, Robots: h, Serve: behind(h)}
}

// behind serves a page, and what a robots.txt leads to.
func behind(robots act.Handler) act.Handler {
	return func(x *act.Exchange) {
		if strings.HasPrefix(x.R.URL.Path, "/robots/") {
			robots(x)
			return
		}
		x.Page(act.Product(1))
	}
}

// withRobots is a case whose robots.txt forbids /secret, and nothing else.
func withRobots(id, variant, title string, h act.Handler, want ...market.FailureKind) act.Entry {
	c := robotsCase(id, variant, title, want...)
	c.Forbidden = []string{"/secret"}
	c.Site.Products = 1
	return act.Entry{Case: c, Robots: h, Serve: behind(h)}
}

func withHello(e act.Entry, h act.Hello, also ...market.FailureKind) act.Entry {
	e.Hello, e.Secure, e.Want = h, true, append(e.Want, also...)
	return e
}

func withHosts(e act.Entry, hosts ...string) act.Entry {
	e.Hosts = hosts
	return e
}

// hops is a robots.txt behind n redirects.
func hops(n int) act.Handler {
	return func(x *act.Exchange) {
		var at int
		_, _ = fmt.Sscanf(x.R.URL.Path, "/robots/%d", &at) // 0 for robots.txt itself
		if at >= n {
			act.Robots(forbids)(x)
			return
		}
		act.Redirect(x.Own(fmt.Sprintf("/robots/%d", at+1)))(x)
	}
}

// delay is a robots.txt with a Crawl-delay; alone is the least pause it asks for.
func delay(variant, value string, alone time.Duration, want ...market.FailureKind) act.Entry {
	s := act.Site{Start: market.StartProducts, Paths: productPaths(4), Products: 4}
	if alone > time.Second || len(want) > 0 {
		s.Products = 0 // one run does not live to see them
	}
	c := siteCase("H57", variant, "Crawl-delay: "+value, s, want...)
	c.Alone = alone
	return act.Entry{Case: c, Serve: serveProducts, Robots: act.Robots("User-agent: *\nCrawl-delay: " + value + "\n")}
}

func productPaths(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("/p/%d", i+1))
	}
	return out
}

// serveProducts serves product n at /p/n.
func serveProducts(x *act.Exchange) {
	var n int
	if _, err := fmt.Sscanf(x.R.URL.Path, "/p/%d", &n); err != nil {
		http.NotFound(x.W, x.R)
		return
	}
	x.Page(act.Product(n))
}
