package site

import (
	"compress/gzip"
	"crypto/sha512"
	"fmt"
	"io"
	"strings"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/market"
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// H58–H59: sitemaps.
var sitemapCases = []act.Entry{
	mapped("H58", "self", "a sitemap index that lists itself", 0, 10, func(x *act.Exchange) string { return index(x, "/sitemap.xml", "/p.xml") }),
	mapped("H58", "depth", "sitemap indexes ten deep", 0, 10, func(x *act.Exchange) string {
		var n int
		_, _ = fmt.Sscanf(x.R.URL.Path, "/sitemap-%d.xml", &n)
		if n == 0 {
			return index(x, "/p.xml", "/sitemap-1.xml")
		}
		return index(x, fmt.Sprintf("/sitemap-%d.xml", n+1))
	}, act.OK, market.FailTrapDetected),
	act.Sized(50*act.Mega, mapped("H58", "many", "a sitemap of 2 million addresses", 0, 10, func(*act.Exchange) string { return "" }, act.OK, market.FailBodyTooLarge, market.FailDecodeError, market.FailTrapDetected, market.FailBudgetExhausted)),
	mapped("H58", "hosts", "a sitemap with addresses at other hosts", 3, 10, func(x *act.Exchange) string {
		return urls("http://"+act.Foreign+"/p/9", "//"+act.Foreign+"/p/8", "http://169.254.169.254/p/7", x.Own("/p/1"), x.Own("/p/2"), x.Own("/p/3"))
	}),
	mapped("H58", "schemes", "a sitemap with file:, javascript: and data:", 3, 10, func(x *act.Exchange) string {
		return urls("file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", x.Own("/p/1"), x.Own("/p/2"), x.Own("/p/3"))
	}),
	mapped("H59", "laughs", "a billion laughs", 1, 10, func(x *act.Exchange) string {
		var b strings.Builder
		b.WriteString(`<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY l0 "http://x.example/">`)
		for i := range 10 {
			fmt.Fprintf(&b, `<!ENTITY l%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&l%d;", i), 10))
		}
		return b.String() + `]>` + strings.TrimPrefix(urls(x.Own("/p/1")+"</loc></url><url><loc>&l10;"), xmlHead)
	}, market.FailDecodeError),
	mapped("H59", "xxe", "an entity that names a file", 1, 10, func(x *act.Exchange) string {
		return `<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + strings.TrimPrefix(urls(x.Own("/p/1")+"</loc></url><url><loc>&f;"), xmlHead)
	}, market.FailDecodeError),
	act.Sized(10*act.Mega, mapped("H59", "nested", "2 million nested tags", 1, 10, func(x *act.Exchange) string {
		return strings.TrimSuffix(urls(x.Own("/p/1")), "</urlset>\n") + strings.Repeat("<url>", 2_000_000)
	}, market.FailDecodeError)),
	mapped("H59", "latin1", "a sitemap in ISO-8859-1", 2, 10, func(x *act.Exchange) string {
		return strings.Replace(urls(x.Own("/p/1"), x.Own("/p/2"), x.Own("/caf\xe9")), "UTF-8", "ISO-8859-1", 1)
	}),
	mapped("H59", "cut", "a gzip sitemap cut short", 10, 60, func(x *act.Exchange) string {
		var z, own strings.Builder
		own.WriteString(xmlHead + urlsHead)
		for i := range 40 {
			fmt.Fprintf(&own, "<url><loc>%s</loc></url><!-- %x -->\n", x.Own(fmt.Sprintf("/p/%d", i+1)), sha512.Sum512([]byte{byte(i)}))
		}
		w := gzip.NewWriter(&z)
		_, _ = io.WriteString(w, own.String()+"</urlset>\n")
		_ = w.Close() // into memory
		return z.String()[:z.Len()/2]
	}, market.FailDecodeError),
	mapped("H59", "html", "a web page in place of a sitemap", 0, 10, func(*act.Exchange) string { return act.Product(1) }, market.FailDecodeError),
}

// mapped is a site with a sitemap; products of those it names must come, and nothing of another host.
func mapped(id, variant, title string, products, requests int, sitemap func(x *act.Exchange) string, want ...market.FailureKind) act.Entry {
	c := siteCase(id, variant, title, act.Site{Start: market.StartSitemap, Paths: []string{"/sitemap.xml"}, Products: products, Requests: requests}, want...)
	c.Forbidden = []string{act.Foreign, "169.254.169.254"}
	if id == "H58" && variant == "depth" {
		c.Forbidden = append(c.Forbidden, "/sitemap-2.xml")
	}
	return act.Entry{Case: c, Serve: func(x *act.Exchange) {
		switch {
		case x.R.URL.Path == "/p.xml":
			x.Page(urls(x.Own("/p/1"), x.Own("/p/2"), x.Own("/p/3")), "Content-Type", "application/xml")
		case variant == "many":
			x.Hijack(func(p act.Pipe) { addresses(p, x, 2_000_000) })
		case variant == "cut" && strings.HasPrefix(x.R.URL.Path, "/sitemap"):
			x.Page(sitemap(x), "Content-Type", "application/gzip")
		case variant == "html" && strings.HasPrefix(x.R.URL.Path, "/sitemap"):
			x.Page(sitemap(x))
		case strings.HasPrefix(x.R.URL.Path, "/sitemap"):
			x.Page(sitemap(x), "Content-Type", "application/xml")
		default:
			serveProducts(x)
		}
	}}
}

// addresses writes a sitemap of n product pages as it goes.
func addresses(p act.Pipe, x *act.Exchange, n int) {
	p.Say("HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n" + xmlHead + urlsHead)
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<url><loc>%s</loc></url>\n", x.Own(fmt.Sprintf("/p/%d", i+1)))
		if b.Len() > 64<<10 {
			if !p.Say(b.String()) {
				return
			}
			b.Reset()
		}
	}
	p.Say(b.String() + "</urlset>\n")
}

const urlsHead = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n"

func urls(addresses ...string) string {
	var b strings.Builder
	b.WriteString(xmlHead + urlsHead)
	for _, a := range addresses {
		b.WriteString("<url><loc>" + a + "</loc></url>\n")
	}
	return b.String() + "</urlset>\n"
}

func index(x *act.Exchange, paths ...string) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, p := range paths {
		b.WriteString("<sitemap><loc>" + x.Own(p) + "</loc></sitemap>\n")
	}
	return b.String() + "</sitemapindex>\n"
}
