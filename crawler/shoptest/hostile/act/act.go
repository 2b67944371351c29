// Package act is what a hostile server can do to one visitor: the cases by name, the exchange in which a case answers,
// and the connection when the answer is no HTTP.
package act

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"pricegap/crawler/shoptest/hostile/cert"
	"pricegap/crawler/shoptest/hostile/dns"
	"pricegap/market"
)

// Domain is the domain below which every case has its host.
const Domain = "hostile.example"

// Foreign is a host that no source lists.
const Foreign = "foreign.example"

// Case is one behaviour of the server and what must come of it.
type Case struct {
	// ID is the number of the case, "H25"; Variant tells its forms apart, "seconds".
	ID, Variant string
	// Title says what the server does.
	Title string
	// Secure says that the case is reached by https.
	Secure bool
	// Want are the failures of which one must come; OK among them allows the page to come as well. Empty means that
	// the page must come.
	Want []market.FailureKind
	// Alone is for how long the server asks to be left alone; 0 where it does not matter.
	Alone time.Duration
	// Bytes is how large the page is, decoded and as far as the bounds of a crawler let it come; 0 for one of a common
	// size.
	Bytes int
	// Hosts are further host names that the source must list for the case to mean anything.
	Hosts []string
	// Forbidden are the beginnings of paths, or host names, that must never be asked for.
	Forbidden []string
	// Site is set for a case that is about a whole crawl.
	Site *Site
}

// OK stands in Case.Want for a page that comes.
const OK market.FailureKind = ""

// Site is a case about a whole crawl: it begins at a starting point.
type Site struct {
	Start market.StartKind
	// Paths are those of the starting point.
	Paths []string
	// Products are product pages, at /p/1 and so on, all of which must come.
	Products int
	// Requests is how many requests one run may make at most, robots.txt included; 0 where nothing is said.
	Requests int
}

// Name is "H25/seconds".
func (c Case) Name() string { return c.ID + "/" + c.Variant }

// Host is the host of the case, "h25-seconds.hostile.example".
func (c Case) Host() string { return strings.ToLower(c.ID) + "-" + c.Variant + "." + Domain }

// URL is the page of a case; for a Site the first starting point. Its path names the case as well, so that it means
// the same at any other host, save for a Site.
func (c Case) URL() string {
	if c.Site != nil {
		return c.At(c.Site.Paths[0])
	}
	return c.At("/" + c.Name())
}

// At is the address of a path on the host of the case.
func (c Case) At(path string) string {
	if c.Secure {
		return "https://" + c.Host() + path
	}
	return "http://" + c.Host() + path
}

// Allows reports whether an outcome is one of the wanted; OK is that of a page that came.
func (c Case) Allows(k market.FailureKind) bool {
	return slices.Contains(c.Want, k) || len(c.Want) == 0 && k == OK
}

// Starts are the starting points of the case, for a source.
func (c Case) Starts() []market.Start {
	if c.Site == nil {
		return []market.Start{{Kind: market.StartProducts, URLs: []string{c.URL()}}}
	}
	s := market.Start{Kind: c.Site.Start}
	for _, p := range c.Site.Paths {
		s.URLs = append(s.URLs, c.At(p))
	}
	return []market.Start{s}
}

// Entry is a Case with what the server does.
type Entry struct {
	Case
	// Aside is for a host that is no case of its own, but that of another leads to.
	Aside bool
	// Serve answers a request for anything but robots.txt, and Robots one for that; without it there is none.
	Serve, Robots Handler
	// Names answers questions for the host; nil answers Public.
	Names func(dns.Question) dns.Reply
	// Hello is what happens before the first request.
	Hello Hello
}

// Hello is what happens before the first request. The zero Hello is a good certificate in the name of the host.
type Hello struct {
	// Refused means that nobody listens.
	Refused bool
	// Order says what is wrong with the certificate.
	Order cert.Order
	// Version is the newest version of TLS that is spoken; 0 means all.
	Version uint16
	// Slow writes byte by byte, Plain answers in HTTP, H2 speaks HTTP/2 to who asks for it.
	Slow, Plain, H2 bool
}

// Options shape a Server. The zero Options mean the defaults in brackets; where a delay is lowered, the bounds of the
// visitor have to be lowered with it.
type Options struct {
	// Addr is where to listen, a loopback address ["127.0.0.1:0"]. With a port other than 0, https has the next one
	// and the name server the one after that.
	Addr string
	// Handshake is the pause between two bytes of a slow handshake [1 s].
	Handshake time.Duration
	// Header is the pause between two bytes of slow headers [200 ms], Body that of a slow body [10 s].
	Header, Body time.Duration
	// Outage is how long a shop is down, and what it says so in Retry-After [10 min].
	Outage time.Duration
	// Tarpit is the pause before the first answer of the tarpit; each is a tenth longer [100 ms].
	Tarpit time.Duration
	// Clock is that by which an outage ends [the wall clock].
	Clock market.Clock
}

// Filled has the defaults where o has none.
func (o Options) Filled() Options {
	o.Addr = cmp.Or(o.Addr, "127.0.0.1:0")
	o.Handshake = cmp.Or(o.Handshake, time.Second)
	o.Header = cmp.Or(o.Header, 200*time.Millisecond)
	o.Body = cmp.Or(o.Body, 10*time.Second)
	o.Outage = cmp.Or(o.Outage, 10*time.Minute)
	o.Tarpit = cmp.Or(o.Tarpit, 100*time.Millisecond)
	if o.Clock == nil {
		o.Clock = market.WallClock
	}
	return o
}

// Kinds is short for the wanted failures of a Case.
func Kinds(k ...market.FailureKind) []market.FailureKind { return k }

// Product is the page of product n: its price is 19.99 euro.
func Product(n int) string {
	return fmt.Sprintf(`<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>Lamp %[1]d</title><script type="application/ld+json">
{"@context":"https://schema.org","@type":"Product","name":"Lamp %[1]d","sku":"LAMP-%[1]d","offers":{"@type":"Offer",
"price":"19.99","priceCurrency":"EUR","availability":"https://schema.org/InStock"}}
</script></head><body><h1>Lamp %[1]d</h1><p class="price">€ 19,99</p></body></html>
`, n)
}

// New is a case of a single page.
func New(id, variant, title string, h Handler, want ...market.FailureKind) Entry {
	return Entry{Case: Case{ID: id, Variant: variant, Title: title, Want: want}, Serve: h}
}

// Sized is e with a page of so many bytes.
func Sized(bytes int, e Entry) Entry {
	e.Bytes = bytes
	return e
}

// Mega is a mebibyte.
const Mega = 1 << 20

// UTF16 is text as UTF-16 without a mark, little end first, as far as it lies in the basic plane.
func UTF16(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}
