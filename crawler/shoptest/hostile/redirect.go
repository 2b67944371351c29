package hostile

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"pricegap/market"
)

// H29–H31, H33–H38: redirects.
var redirectCases = []entry{
	header("H29", "self", "a redirect to itself", func(x *exchange) { redirect(x.own(x.r.URL.Path))(x) }, market.FailRedirectLoop),
	header("H29", "pair", "a redirect there and back", func(x *exchange) {
		to := x.own("/H29/pair/there")
		if strings.HasSuffix(x.r.URL.Path, "there") {
			to = x.own("/H29/pair")
		}
		redirect(to)(x)
	}, market.FailRedirectLoop),
	header("H29", "hops", "50 redirects in a row", func(x *exchange) {
		n, _ := strconv.Atoi(x.r.URL.Query().Get("n"))
		if n >= 50 {
			x.page(product(1))
			return
		}
		redirect(x.own(fmt.Sprintf("/H29/hops?n=%d", n+1)))(x)
	}, market.FailTooManyRedirects),
	header("H30", "cookie", "a redirect to itself that sets a cookie, then the page", cookies()),
	header("H31", "empty", "an empty Location", redirect(""), market.FailRedirectBlocked),
	header("H31", "missing", "no Location", status(http.StatusFound), market.FailRedirectBlocked),
	header("H31", "unreadable", "a Location that cannot be read", redirect("http://[::1"), market.FailRedirectBlocked),
	header("H31", "javascript", "a redirect to javascript:", redirect("javascript:alert(1)"), market.FailRedirectBlocked),
	header("H31", "data", "a redirect to data:", redirect("data:text/html,<h1>Lamp</h1>"), market.FailRedirectBlocked),
	header("H31", "file", "a redirect to file:", redirect("file:///etc/passwd"), market.FailRedirectBlocked),
	header("H31", "gopher", "a redirect to gopher:", redirect("gopher://127.0.0.1:6379/_INFO"), market.FailRedirectBlocked),
	{
		Case:  Case{ID: "H33", Variant: "foreign", Title: "sets a cookie and leads to a site that is not listed", Want: kinds(market.FailRedirectBlocked), Forbidden: []string{foreign}},
		serve: away("http://" + foreign + "/"),
	},
	{
		Case:  Case{ID: "H33", Variant: "listed", Title: "sets a cookie and leads to another host that is listed", Hosts: []string{"h33-sink." + Domain}},
		serve: away("http://h33-sink." + Domain + "/H33/sink"),
	},
	header("H33", "sink", "the host to which others lead", page(product(1))),
	{
		Case: Case{ID: "H34", Variant: "down", Title: "leads from https down to http", Secure: true, Want: kinds(market.FailRedirectBlocked)},
		serve: func(x *exchange) {
			if x.r.TLS == nil {
				x.page(product(1))
				return
			}
			redirect("http://" + x.e.Host() + "/H34/down/plain")(x)
		},
	},
	{
		Case:   Case{ID: "H35", Variant: "forbidden", Title: "leads to a path that robots.txt forbids", Want: kinds(market.FailRobotsDisallowed), Forbidden: []string{"/secret"}},
		serve:  func(x *exchange) { redirect(x.own("/secret"))(x) },
		robots: robots("User-agent: *\nDisallow: /secret\n"),
	},
	lost("home", "/"),
	lost("category", "/lamps/"),
	header("H37", "header", "a Refresh header that leads elsewhere", page(elsewhere(""), "Refresh", "0; url=/elsewhere"), notFollowed...),
	header("H37", "meta", "a meta refresh that leads elsewhere", page(elsewhere(`<meta http-equiv="refresh" content="0; url=/elsewhere">`)), notFollowed...),
	header("H37", "script", "a script that leads elsewhere", page(elsewhere(`<script>location.href = "/elsewhere"</script>`)), notFollowed...),
	header("H38", "long", "a Location of 1 MB", func(x *exchange) { redirect(x.own("/" + strings.Repeat("x", 1<<20)))(x) }, market.FailProtocolError, market.FailHeaderTooLarge),
	header("H38", "dots", "a Location of 10,000 times ../", redirect("/"+strings.Repeat("../", 10_000)), market.FailProtocolError),
}

// foreign is a host that no source lists.
const foreign = "foreign.example"

// away sets a cookie and leads elsewhere.
func away(to string) handler {
	return func(x *exchange) {
		x.answer(http.StatusFound, "", "Set-Cookie", "secret=1", "Location", to)
	}
}

// lost leads every product to one page that is no product.
func lost(variant, to string) entry {
	return header("H36", variant, "leads every product to "+to, func(x *exchange) {
		if x.r.URL.Path != to {
			redirect(x.own(to))(x)
			return
		}
		x.page(list(1, 6, ""))
	}, market.FailSoft404)
}

// elsewhere is a page without a product that leads to /elsewhere, which nobody may follow.
func elsewhere(inHead string) string {
	return `<!doctype html><html><head><meta charset="utf-8"><title>Lamp 1</title>` + inHead + `</head><body><p>Een ogenblik</p></body></html>`
}

// notFollowed are the outcomes of a page that leads elsewhere by other means than a status: it is what it is.
var notFollowed = kinds(OK, market.FailSoft404, market.FailPriceMissing)

// H32: redirects to addresses where a shop has no business.
var leadsCases = []entry{
	leads("metadata", "169.254.169.254", "/latest/meta-data/"),
	leads("ipv6", "[::1]", "/"),
	leads("mapped", "[::ffff:127.0.0.1]", "/"),
	leads("any", "[::]", "/"),
	leads("digits", "①②⑦.⓪.⓪.①", "/"),
	leads("decimal", "2130706433", "/"),
	leads("name", loopbackName, "/"),
	leads("port", "h32-port."+Domain+":22", "/"),
	{
		Case:  Case{ID: "H32", Variant: "canary", Title: "leads to a port of 127.0.0.1 where a canary sits", Want: kinds(market.FailSSRFBlocked), Hosts: []string{"127.0.0.1"}},
		serve: func(x *exchange) { redirect("http://" + x.Canary + "/")(x) },
	},
}

func leads(variant, host, path string) entry {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	listed := map[string]string{"digits": "127.0.0.1", "decimal": "127.0.0.1", "mapped": "[::ffff:7f00:1]"}[variant]
	if listed == "" {
		listed = name
	}
	return entry{
		Case:  Case{ID: "H32", Variant: variant, Title: "leads to http://" + host + path, Want: kinds(market.FailSSRFBlocked), Hosts: []string{strings.Trim(listed, "[]")}},
		serve: redirect("http://" + host + path),
	}
}
