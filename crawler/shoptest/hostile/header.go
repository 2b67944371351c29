package hostile

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"pricegap/market"
)

// H12–H19: headers.
var headerCases = []entry{
	header("H12", "garbage", "bytes that are no HTTP", raw("\x00\x01\xfe\xff garbage \x1b[2J\r\n\r\n"), market.FailProtocolError),
	header("H12", "http09", "a body without status and headers", raw(product(1)), market.FailProtocolError),
	header("H12", "status", "a status that is no number", raw("HTTP/1.1 abc\r\n\r\n"+product(1)), market.FailProtocolError),
	header("H13", "many", "20 MB of headers", func(x *exchange) {
		x.hijack(func(p pipe) {
			p.say("HTTP/1.1 200 OK\r\n")
			for n := 0; n < 20<<20 && p.say("X-Filler: "+strings.Repeat("x", 4<<10)+"\r\n"); n += 4 << 10 {
			}
			p.say("\r\n" + product(1))
		})
	}, market.FailHeaderTooLarge),
	header("H13", "line", "one header line without end", func(x *exchange) {
		x.hijack(func(p pipe) {
			p.say("HTTP/1.1 200 OK\r\nX-Filler: ")
			p.flood("x")
		})
	}, market.FailHeaderTooLarge),
	header("H14", "hints", "103 Early Hints without end", func(x *exchange) {
		x.hijack(func(p pipe) { p.flood("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n") })
	}, market.FailHeaderTooLarge, market.FailHeaderTimeout),
	header("H15", "switching", "101 Switching Protocols, then silence", func(x *exchange) {
		x.hijack(func(p pipe) {
			p.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			p.hold()
		})
	}, market.FailProtocolError),
	header("H16", "drip", "headers byte by byte", func(x *exchange) {
		x.hijack(func(p pipe) { p.drip("HTTP/1.1 200 OK\r\nX-Filler: "+strings.Repeat("x", 1<<20), x.o.Header) })
	}, market.FailHeaderTimeout),
	header("H17", "twice", "two lengths that differ", raw(head("10", "Content-Length: 5000")+product(1)), market.FailProtocolError),
	header("H17", "negative", "a length below 0", raw(head("-1")+product(1)), market.FailProtocolError),
	header("H17", "huge", "a length of 10^20", raw(head("100000000000000000000")+product(1)), market.FailProtocolError),
	header("H18", "nul", "NUL in a header", raw(head("", "X-Odd: a\x00b")+product(1)), market.FailProtocolError),
	header("H18", "escape", "ESC in a header", raw(head("", "X-Odd: \x1b[2J\x1b]0;owned\x07")+product(1)), market.FailProtocolError),
	header("H18", "all", "NUL, ESC, a bare LF and 8-bit bytes in headers", raw("HTTP/1.1 200 OK\nX-Odd: \x00\x1b[31m\xe9\nX-\xff: 1\n\n"+product(1)), market.FailProtocolError),
	// RFC 9112 §2.2 and RFC 9110 §5.5 let a recipient take these two.
	header("H18", "lf", "lines that end with a bare LF", raw("HTTP/1.1 200 OK\nContent-Type: text/html; charset=utf-8\nConnection: close\n\n"+product(1)), OK, market.FailProtocolError),
	header("H18", "latin1", "8-bit bytes in a header", raw(head("", "X-Odd: caf\xe9")+product(1)), OK, market.FailProtocolError),
	header("H19", "many", "10,000 cookies on a redirect to itself", func(x *exchange) {
		if x.nth > 1 {
			x.page(product(1))
			return
		}
		var b strings.Builder
		for i := range 10_000 {
			fmt.Fprintf(&b, "Set-Cookie: c%d=1\r\n", i)
		}
		x.hijack(func(p pipe) {
			p.say("HTTP/1.1 302 Found\r\nLocation: " + x.own(x.r.URL.Path) + "\r\nContent-Length: 0\r\nConnection: close\r\n" + b.String() + "\r\n")
		})
	}),
	header("H19", "suffix", "cookies for a public suffix and for another site, on a redirect to itself", cookies("a=1; Domain=example", "b=1; Domain=.co.uk", "c=1; Domain=other.example")),
	header("H19", "long", "a cookie of 100 KB on a redirect to itself", cookies("long="+strings.Repeat("x", 100<<10))),
	header("H19", "huge", "a cookie of 1 MB", cookies("huge="+strings.Repeat("x", 1<<20)), market.FailHeaderTooLarge),
}

func header(id, variant, title string, h handler, want ...market.FailureKind) entry {
	return entry{Case: Case{ID: id, Variant: variant, Title: title, Want: want}, serve: h}
}

// cookies sets some, beside one that is right, on a redirect to itself; who comes back with the right one gets the page,
// who comes without it goes round in circles.
func cookies(set ...string) handler {
	return func(x *exchange) {
		if c, err := x.r.Cookie("right"); err == nil && c.Value == "1" {
			x.page(product(1))
			return
		}
		h := []string{"Location", x.own(x.r.URL.Path), "Set-Cookie", "right=1"}
		for _, c := range set {
			h = append(h, "Set-Cookie", c)
		}
		x.answer(http.StatusFound, "", h...)
	}
}

// H20–H24: statuses. Each carries a page with a price, so that who takes the page is found out.
var statusCases = []entry{
	header("H20", "empty", "success with nothing in it", func(x *exchange) {
		x.hijack(func(p pipe) { p.say(head("")) })
	}, market.FailEmptyBody),
	header("H20", "zero", "success with a length of 0", page(""), market.FailEmptyBody),
	code("H21", "204", 204, market.FailClientError, market.FailTruncated),
	code("H21", "205", 205, market.FailClientError, market.FailTruncated),
	code("H21", "206", 206, market.FailClientError, market.FailTruncated),
	code("H21", "226", 226, market.FailClientError, market.FailTruncated),
	code("H21", "299", 299, market.FailClientError, market.FailTruncated),
	code("H22", "999", 999, market.FailBlockedChallenge),
	code("H22", "600", 600, market.FailProtocolError, market.FailBlockedChallenge),
	code("H22", "000", 0, market.FailProtocolError, market.FailBlockedChallenge),
	code("H23", "401", 401, refusals...),
	code("H23", "403", 403, refusals...),
	code("H23", "407", 407, refusals...),
	code("H23", "451", 451, refusals...),
	code("H24", "404", 404, market.FailClientError, market.FailGone),
	code("H24", "410", 410, market.FailGone),
}

var refusals = kinds(market.FailClientError, market.FailBlockedCaptcha, market.FailBlockedChallenge)

// code answers with a status, whatever it is, and a page that says "sold out".
func code(id, variant string, status int, want ...market.FailureKind) entry {
	body := strings.ReplaceAll(product(1), "InStock", "OutOfStock")
	length := fmt.Sprint(len(body))
	if status == http.StatusNoContent {
		body, length = "", ""
	}
	return header(id, variant, "status "+variant, func(x *exchange) {
		x.hijack(func(p pipe) {
			p.say(strings.Replace(head(length), "200 OK", variant+" Odd", 1) + body)
		})
	}, want...)
}

// H25: 429, with Retry-After in every form.
var afterCases = []entry{
	after("seconds", "5", 5*time.Second),
	{Case: Case{ID: "H25", Variant: "date", Title: "429 with Retry-After: a date in 10 minutes", Want: kinds(market.FailRateLimited), Alone: 10 * time.Minute}, serve: func(x *exchange) {
		x.answer(http.StatusTooManyRequests, product(1), "Retry-After", time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat))
	}},
	after("negative", "-1", time.Minute),
	after("exponent", "1e9", 24*time.Hour),
	after("word", "soon", time.Minute),
	{Case: Case{ID: "H25", Variant: "none", Title: "429 without Retry-After", Want: kinds(market.FailRateLimited), Alone: time.Minute}, serve: status(http.StatusTooManyRequests)},
}

func after(variant, value string, alone time.Duration) entry {
	return entry{
		Case:  Case{ID: "H25", Variant: variant, Title: "429 with Retry-After: " + value, Want: kinds(market.FailRateLimited), Alone: alone},
		serve: status(http.StatusTooManyRequests, "Retry-After", value),
	}
}
