package crawler_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"golang.org/x/net/dns/dnsmessage"

	"pricegap/crawler"
	"pricegap/crawler/guard"
	"pricegap/crawler/shoptest/hostile/dns"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
)

// publicIP is where every shop of these tests stands.
const publicIP = "93.184.215.14"

// forbidden are addresses that nobody may lead us to; "trap-N.example" is a name for the Nth that is one.
var forbidden = []string{
	"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.1", "192.168.1.1", "198.18.0.1",
	"224.0.0.1", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]",
	"[2001::1]", "[2001:db8::1]", "[2002:7f00:1::]", "[3fff::1]", "[5f00::1]", "[fc00::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]",
	publicIP + ":22", publicIP + ":25", publicIP + ":6379",
	"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "①②⑦.⓪.⓪.①", "１２７。０。０。１", "127.0.0.1.", "localhost", "LOCALHOST.", "user:secret@127.0.0.1",
	"shop.example@127.0.0.1", "shop.example%40127.0.0.1", `shop.example\@127.0.0.1`, `127.0.0.1\@shop.example.evil.example`, "[::1%25lo]",
}

// targets are the forbidden addresses, and a name for each that is an address.
func targets() []string {
	out := slices.Clone(forbidden)
	for i, a := range forbidden {
		if net.ParseIP(strings.Trim(a, "[]")) != nil {
			out = append(out, fmt.Sprintf("trap-%d.example", i))
		}
	}
	return out
}

// outside is a network in which shops answer at publicIP, by their host, and nothing else may be dialled.
type outside struct {
	t      *testing.T
	answer func(*http.Request) string
	mu     sync.Mutex
	wrong  []string // what was dialled nevertheless
}

func (o *outside) net() guard.Net {
	resolver := dns.Memory(func(q dns.Question) dns.Reply {
		var i int
		switch {
		case strings.HasPrefix(q.Name, "shop"):
			return addrs(publicIP)
		case q.Name == "localhost":
			return addrs("127.0.0.1", "::1")
		}
		if _, err := fmt.Sscanf(q.Name, "trap-%d.example", &i); err == nil {
			return addrs(strings.Trim(forbidden[i], "[]"))
		}
		return dns.Reply{Code: dnsmessage.RCodeNameError}
	})
	return guard.Net{Resolver: resolver, Dial: func(_ context.Context, _, address string) (net.Conn, error) {
		if address != publicIP+":80" {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.wrong = append(o.wrong, address)
			return nil, errors.New("not to be dialled")
		}
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			for r := bufio.NewReader(server); ; {
				req, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				if _, err := io.WriteString(server, o.answer(req)); err != nil {
					return
				}
			}
		}()
		return client, nil
	}}
}

func addrs(of ...string) (r dns.Reply) {
	for _, a := range of {
		r.Addrs = append(r.Addrs, netip.MustParseAddr(a))
	}
	return r
}

func respond(code int, body string, header ...string) string {
	h := ""
	for i := 0; i < len(header); i += 2 {
		h += header[i] + ": " + header[i+1] + "\r\n"
	}
	return fmt.Sprintf("HTTP/1.1 %d %s\r\n%sContent-Length: %d\r\n\r\n%s", code, http.StatusText(code), h, len(body), body)
}

// blind is a parser that sees nothing.
type blind struct{}

func (blind) Parse(*parsers.Doc) (parsers.Result, error) { return parsers.Result{}, nil }

// TestForgery leads the crawler to every forbidden address in every way that a shop has. None is dialled.
func TestForgery(t *testing.T) {
	all := targets()
	var listed []string // the operator may even have allowed these hosts
	for _, target := range all {
		if a, err := link.Resolve("http://shop.example/", "http://"+target+"/"); err == nil {
			u, err := url.Parse(a)
			if err != nil {
				t.Fatal(err)
			}
			listed = append(listed, u.Hostname())
		}
	}
	resolver := mortalResolver(t, (&outside{}).net().Resolver)
	_, _ = resolver.LookupNetIP(t.Context(), "ip", "shop.example") // what it keeps for the process is made outside
	plain := []market.FailureKind{market.FailSSRFBlocked}
	odd := slices.Concat(plain, []market.FailureKind{market.FailRedirectBlocked, market.FailDNSNotFound, market.FailClientError})
	index := func(s string) (i int) { _, _ = fmt.Sscanf(s, "/r/%d", &i); return i }
	vectors := 0
	for name, c := range map[string]struct {
		hosts  []string
		start  func(i int) string
		answer func(r *http.Request) string
		kinds  []market.FailureKind // beside those that the target itself asks for
		none   bool                 // what is not listed is not even tried
	}{
		"direct": {
			hosts: listed, start: func(i int) string { return "http://" + all[i] + "/" },
			kinds: []market.FailureKind{market.FailProtocolError}, // of what is no address at all
		},
		"redirect": {hosts: listed, start: func(i int) string { return fmt.Sprintf("http://shop.example/r/%d", i) }, answer: func(r *http.Request) string {
			return respond(302, "", "Location", "http://"+all[index(r.URL.Path)]+"/")
		}},
		"redirect to another site": {start: func(i int) string { return fmt.Sprintf("http://shop.example/r/%d", i) }, answer: func(r *http.Request) string {
			return respond(302, "", "Location", "http://"+all[index(r.URL.Path)]+"/")
		}, kinds: []market.FailureKind{market.FailRedirectBlocked}},
		"robots.txt": {start: func(i int) string { return fmt.Sprintf("http://shop%d.example/", i) }, answer: func(r *http.Request) string {
			return respond(302, "", "Location", "http://"+all[index("/r/"+strings.TrimPrefix(r.Host, "shop"))]+"/robots.txt")
		}, kinds: []market.FailureKind{market.FailRobotsUnavailable}},
		"sitemap":                 {hosts: listed, answer: func(*http.Request) string { return sitemapOf(all) }},
		"sitemap of another site": {answer: func(*http.Request) string { return sitemapOf(all) }, none: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web := &outside{t: t, answer: func(r *http.Request) string {
					switch {
					case r.URL.Path == "/robots.txt" && name != "robots.txt":
						return respond(404, "")
					case strings.HasPrefix(r.URL.Path, "/@"): // a backslash is a slash: this is the shop itself
						return respond(403, "")
					}
					return c.answer(r)
				}}
				src := market.Source{ID: "shop", Scope: market.Scope{Hosts: c.hosts, MaxPages: 1000}}
				if c.hosts != nil {
					src.Scope.Hosts = append([]string{"shop.example"}, c.hosts...)
				}
				if c.start == nil {
					src.Starts = []market.Start{{Kind: market.StartSitemap, URLs: []string{"http://shop.example/sitemap.xml"}}}
				} else {
					s := market.Start{Kind: market.StartProducts}
					for i := range all {
						s.URLs = append(s.URLs, c.start(i))
					}
					src.Starts = []market.Start{s}
				}
				cr, err := crawler.New(crawler.Options{Contact: "https://us.example/bot", Net: web.net()})
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for v, err := range cr.Crawl(t.Context(), crawler.Site{Source: src, Parser: blind{}}) {
					if err != nil {
						t.Fatal(err)
					}
					if strings.HasPrefix(v.Request.URL, "http://shop.example/@") || strings.Contains(v.Request.URL, `\`) {
						continue
					}
					n++
					kinds := slices.Concat(odd, c.kinds)
					if c.hosts != nil && isAddress(targetOf(v.Request.URL, all)) {
						kinds = plain
					}
					if v.Failure == nil || !slices.Contains(kinds, v.Failure.Kind) {
						t.Errorf("%s gave %v, want one of %v", v.Request.URL, v.Failure, kinds)
					}
				}
				if c.none != (n == 0) {
					t.Errorf("%d visits", n)
				}
				if !c.none {
					vectors += n
				}
				if len(web.wrong) > 0 {
					t.Errorf("dialled %v", web.wrong)
				}
			})
		})
	}
	if vectors < 150 {
		t.Errorf("only %d vectors", vectors)
	}
	t.Logf("%d vectors", vectors)
}

// targetOf is the target that the address of a visit stands for.
func targetOf(address string, all []string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	var i int
	if _, err := fmt.Sscanf(u.Path, "/r/%d", &i); err == nil {
		return all[i]
	}
	return u.Host
}

// isAddress reports whether a target is an address, or a name for one, beyond doubt: that of each is ssrf_blocked.
func isAddress(target string) bool {
	return net.ParseIP(strings.Trim(target, "[]")) != nil || strings.HasPrefix(target, "trap-")
}

func sitemapOf(hosts []string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	for _, h := range hosts {
		fmt.Fprintf(&b, "<url><loc>http://%s/</loc></url>", h)
	}
	b.WriteString("</urlset>")
	return respond(200, b.String(), "Content-Type", "application/xml")
}
