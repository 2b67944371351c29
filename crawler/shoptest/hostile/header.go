package hostile

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/market"
)

// H12–H19: headers.
var headerCases = []act.Entry{
	act.New("H12", "garbage", "bytes that are no HTTP", act.Raw("\x00\x01\xfe\xff garbage \x1b[2J\r\n\r\n"), market.FailProtocolError),
	act.New("H12", "http09", "a body without status and headers", act.Raw(act.Product(1)), market.FailProtocolError),
	act.New("H12", "status", "a status that is no number", act.Raw("HTTP/1.1 abc\r\n\r\n"+act.Product(1)), market.FailProtocolError),
	act.New("H13", "many", "20 MB of headers", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say("HTTP/1.1 200 OK\r\n")
			for n := 0; n < 20<<20 && p.Say("X-Filler: "+strings.Repeat("x", 4<<10)+"\r\n"); n += 4 << 10 {
			}
			p.Say("\r\n" + act.Product(1))
		})
	}, market.FailHeaderTooLarge),
	act.New("H13", "line", "one header line without end", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say("HTTP/1.1 200 OK\r\nX-Filler: ")
			p.Flood("x")
		})
	}, market.FailHeaderTooLarge),
	act.New("H14", "hints", "103 Early Hints without end", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) { p.Flood("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n") })
	}, market.FailHeaderTooLarge, market.FailHeaderTimeout),
	act.New("H15", "switching", "101 Switching Protocols, then silence", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			p.Hold()
		})
	}, market.FailProtocolError),
	act.New("H16", "drip", "headers byte by byte", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) { p.Drip("HTTP/1.1 200 OK\r\nX-Filler: "+strings.Repeat("x", 1<<20), x.Header) })
	}, market.FailHeaderTimeout),
	act.New("H17", "twice", "two lengths that differ", act.Raw(act.Head("10", "Content-Length: 5000")+act.Product(1)), market.FailProtocolError),
	act.New("H17", "negative", "a length below 0", act.Raw(act.Head("-1")+act.Product(1)), market.FailProtocolError),
	act.New("H17", "huge", "a length of 10^20", act.Raw(act.Head("100000000000000000000")+act.Product(1)), market.FailProtocolError),
	act.New("H18", "nul", "NUL in a header", act.Raw(act.Head("", "X-Odd: a\x00b")+act.Product(1)), market.FailProtocolError),
	act.New("H18", "escape", "ESC in a header", act.Raw(act.Head("", "X-Odd: \x1b[2J\x1b]0;owned\x07")+act.Product(1)), market.FailProtocolError),
	act.New("H18", "all", "NUL, ESC, a bare LF and 8-bit bytes in headers", act.Raw("HTTP/1.1 200 OK\nX-Odd: \x00\x1b[31m\xe9\nX-\xff: 1\n\n"+act.Product(1)), market.FailProtocolError),
	// RFC 9112 §2.2 and RFC 9110 §5.5 let a recipient take these two.
	act.New("H18", "lf", "lines that end with a bare LF", act.Raw("HTTP/1.1 200 OK\nContent-Type: text/html; charset=utf-8\nConnection: close\n\n"+act.Product(1)), act.OK, market.FailProtocolError),
	act.New("H18", "latin1", "8-bit bytes in a header", act.Raw(act.Head("", "X-Odd: caf\xe9")+act.Product(1)), act.OK, market.FailProtocolError),
	act.New("H19", "many", "10,000 cookies on a redirect to itself", func(x *act.Exchange) {
		if x.Nth > 1 {
			x.Page(act.Product(1))
			return
		}
		var b strings.Builder
		for i := range 10_000 {
			fmt.Fprintf(&b, "Set-Cookie: c%d=1\r\n", i)
		}
		x.Hijack(func(p act.Pipe) {
			p.Say("HTTP/1.1 302 Found\r\nLocation: " + x.Own(x.R.URL.Path) + "\r\nContent-Length: 0\r\nConnection: close\r\n" + b.String() + "\r\n")
		})
	}),
	act.New("H19", "suffix", "cookies for a public suffix and for another site, on a redirect to itself", cookies("a=1; Domain=example", "b=1; Domain=.co.uk", "c=1; Domain=other.example")),
	act.New("H19", "long", "a cookie of 100 KB on a redirect to itself", cookies("long="+strings.Repeat("x", 100<<10))),
	act.New("H19", "huge", "a cookie of 1 MB", cookies("huge="+strings.Repeat("x", 1<<20)), market.FailHeaderTooLarge),
}

// cookies sets some, beside one that is right, on a redirect to itself; who comes back with the right one gets the page,
// who comes without it goes round in circles.
func cookies(set ...string) act.Handler {
	return func(x *act.Exchange) {
		if c, err := x.R.Cookie("right"); err == nil && c.Value == "1" {
			x.Page(act.Product(1))
			return
		}
		h := []string{"Location", x.Own(x.R.URL.Path), "Set-Cookie", "right=1"}
		for _, c := range set {
			h = append(h, "Set-Cookie", c)
		}
		x.Answer(http.StatusFound, "", h...)
	}
}

// H20–H24: statuses. Each carries a page with a price, so that who takes the page is found out.
var statusCases = []act.Entry{
	act.New("H20", "empty", "success with nothing in it", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) { p.Say(act.Head("")) })
	}, market.FailEmptyBody),
	act.New("H20", "zero", "success with a length of 0", act.Page(""), market.FailEmptyBody),
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

var refusals = act.Kinds(market.FailClientError, market.FailBlockedCaptcha, market.FailBlockedChallenge)

// code answers with a status, whatever it is, and a page that says "sold out".
func code(id, variant string, status int, want ...market.FailureKind) act.Entry {
	body := strings.ReplaceAll(act.Product(1), "InStock", "OutOfStock")
	length := fmt.Sprint(len(body))
	if status == http.StatusNoContent {
		body, length = "", ""
	}
	return act.New(id, variant, "status "+variant, func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say(strings.Replace(act.Head(length), "200 OK", variant+" Odd", 1) + body)
		})
	}, want...)
}

// H25: 429, with Retry-After in every form.
var afterCases = []act.Entry{
	after("seconds", "5", 5*time.Second),
	{Case: act.Case{ID: "H25", Variant: "date", Title: "429 with Retry-After: a date in 10 minutes", Want: act.Kinds(market.FailRateLimited), Alone: 10 * time.Minute}, Serve: func(x *act.Exchange) {
		x.Answer(http.StatusTooManyRequests, act.Product(1), "Retry-After", time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat))
	}},
	after("negative", "-1", time.Minute),
	after("exponent", "1e9", 24*time.Hour),
	after("word", "soon", time.Minute),
	{Case: act.Case{ID: "H25", Variant: "none", Title: "429 without Retry-After", Want: act.Kinds(market.FailRateLimited), Alone: time.Minute}, Serve: act.Status(http.StatusTooManyRequests)},
}

func after(variant, value string, alone time.Duration) act.Entry {
	return act.Entry{
		Case:  act.Case{ID: "H25", Variant: variant, Title: "429 with Retry-After: " + value, Want: act.Kinds(market.FailRateLimited), Alone: alone},
		Serve: act.Status(http.StatusTooManyRequests, "Retry-After", value),
	}
}
