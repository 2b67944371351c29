package hostile

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/crawler/shoptest/hostile/site"
	"pricegap/market"
)

// H29–H31, H33–H38: redirects.
var redirectCases = []act.Entry{
	act.New("H29", "self", "a redirect to itself", func(x *act.Exchange) { act.Redirect(x.Own(x.R.URL.Path))(x) }, market.FailRedirectLoop),
	act.New("H29", "pair", "a redirect there and back", func(x *act.Exchange) {
		to := x.Own("/H29/pair/there")
		if strings.HasSuffix(x.R.URL.Path, "there") {
			to = x.Own("/H29/pair")
		}
		act.Redirect(to)(x)
	}, market.FailRedirectLoop),
	act.New("H29", "hops", "50 redirects in a row", func(x *act.Exchange) {
		n, _ := strconv.Atoi(x.R.URL.Query().Get("n"))
		if n >= 50 {
			x.Page(act.Product(1))
			return
		}
		act.Redirect(x.Own(fmt.Sprintf("/H29/hops?n=%d", n+1)))(x)
	}, market.FailTooManyRedirects),
	act.New("H30", "cookie", "a redirect to itself that sets a cookie, then the page", cookies()),
	act.New("H31", "empty", "an empty Location", act.Redirect(""), market.FailRedirectBlocked),
	act.New("H31", "missing", "no Location", act.Status(http.StatusFound), market.FailRedirectBlocked),
	act.New("H31", "unreadable", "a Location that cannot be read", act.Redirect("http://[::1"), market.FailRedirectBlocked),
	act.New("H31", "javascript", "a redirect to javascript:", act.Redirect("javascript:alert(1)"), market.FailRedirectBlocked),
	act.New("H31", "data", "a redirect to data:", act.Redirect("data:text/html,<h1>Lamp</h1>"), market.FailRedirectBlocked),
	act.New("H31", "file", "a redirect to file:", act.Redirect("file:///etc/passwd"), market.FailRedirectBlocked),
	act.New("H31", "gopher", "a redirect to gopher:", act.Redirect("gopher://127.0.0.1:6379/_INFO"), market.FailRedirectBlocked),
	{
		Case:  act.Case{ID: "H33", Variant: "foreign", Title: "sets a cookie and leads to a site that is not listed", Want: act.Kinds(market.FailRedirectBlocked), Forbidden: []string{act.Foreign}},
		Serve: away("http://" + act.Foreign + "/"),
	},
	{
		Case:  act.Case{ID: "H33", Variant: "listed", Title: "sets a cookie and leads to another host that is listed", Hosts: []string{"h33-sink." + act.Domain}},
		Serve: away("http://h33-sink." + act.Domain + "/H33/sink"),
	},
	{Case: act.Case{ID: "H33", Variant: "sink", Title: "the host to which another one leads"}, Aside: true, Serve: act.Page(act.Product(1))},
	{
		Case: act.Case{ID: "H34", Variant: "down", Title: "leads from https down to http", Secure: true, Want: act.Kinds(market.FailRedirectBlocked)},
		Serve: func(x *act.Exchange) {
			if x.R.TLS == nil {
				x.Page(act.Product(1))
				return
			}
			act.Redirect("http://" + x.Entry.Host() + "/H34/down/plain")(x)
		},
	},
	{
		Case:   act.Case{ID: "H35", Variant: "forbidden", Title: "leads to a path that robots.txt forbids", Want: act.Kinds(market.FailRobotsDisallowed), Forbidden: []string{"/secret"}},
		Serve:  func(x *act.Exchange) { act.Redirect(x.Own("/secret"))(x) },
		Robots: act.Robots("User-agent: *\nDisallow: /secret\n"),
	},
	lost("home", "/"),
	lost("category", "/H36/"),
	lost("list", "/lamps/"),
	act.New("H37", "header", "a Refresh header that leads elsewhere", act.Page(elsewhere(""), "Refresh", "0; url=/elsewhere"), notFollowed...),
	act.New("H37", "meta", "a meta refresh that leads elsewhere", act.Page(elsewhere(`<meta http-equiv="refresh" content="0; url=/elsewhere">`)), notFollowed...),
	act.New("H37", "script", "a script that leads elsewhere", act.Page(elsewhere(`<script>location.href = "/elsewhere"</script>`)), notFollowed...),
	act.New("H38", "long", "a Location of 1 MB", func(x *act.Exchange) { act.Redirect(x.Own("/" + strings.Repeat("x", 1<<20)))(x) }, market.FailProtocolError, market.FailHeaderTooLarge),
	act.New("H38", "dots", "a Location of 10,000 times ../", act.Redirect("/"+strings.Repeat("../", 10_000)), market.FailProtocolError),
}

// away sets a cookie and leads elsewhere.
func away(to string) act.Handler {
	return func(x *act.Exchange) {
		x.Answer(http.StatusFound, "", "Set-Cookie", "secret=1", "Location", to)
	}
}

// lost leads every product to one page that is no product.
func lost(variant, to string) act.Entry {
	return act.New("H36", variant, "leads every product to "+to, func(x *act.Exchange) {
		if x.R.URL.Path != to {
			act.Redirect(x.Own(to))(x)
			return
		}
		x.Page(strings.ReplaceAll(site.List(1, 6, ""), "</a></li>", `</a> <b class="price">€ 12,95</b></li>`))
	}, market.FailSoft404)
}

// elsewhere is a page without a product that leads to /elsewhere, which nobody may follow.
func elsewhere(inHead string) string {
	return `<!doctype html><html><head><meta charset="utf-8"><title>Lamp 1</title>` + inHead + `</head><body><p>Een ogenblik</p></body></html>`
}

// notFollowed are the outcomes of a page that leads elsewhere by other means than a status: it is what it is.
var notFollowed = act.Kinds(act.OK, market.FailSoft404, market.FailPriceMissing)

// H32: redirects to addresses where a shop has no business.
var leadsCases = []act.Entry{
	leads("metadata", "169.254.169.254", "/latest/meta-data/"),
	leads("ipv6", "[::1]", "/"),
	leads("mapped", "[::ffff:127.0.0.1]", "/"),
	leads("any", "[::]", "/"),
	leads("digits", "①②⑦.⓪.⓪.①", "/"),
	leads("decimal", "2130706433", "/"),
	leads("name", loopbackName, "/"),
	leads("port", "h32-port."+act.Domain+":22", "/"),
	{
		Case:  act.Case{ID: "H32", Variant: "canary", Title: "leads to a port of 127.0.0.1 where a canary sits", Want: act.Kinds(market.FailSSRFBlocked), Hosts: []string{"127.0.0.1"}},
		Serve: func(x *act.Exchange) { act.Redirect("http://" + x.Canary + "/")(x) },
	},
}

func leads(variant, host, path string) act.Entry {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	listed := map[string]string{"digits": "127.0.0.1", "decimal": "127.0.0.1", "mapped": "[::ffff:7f00:1]"}[variant]
	if listed == "" {
		listed = name
	}
	return act.Entry{
		Case:  act.Case{ID: "H32", Variant: variant, Title: "leads to http://" + host + path, Want: act.Kinds(market.FailSSRFBlocked), Hosts: []string{strings.Trim(listed, "[]")}},
		Serve: act.Redirect("http://" + host + path),
	}
}
