package hostile

import (
	"fmt"
	"strings"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/market"
)

// H39–H44: bodies.
var bodyCases = []act.Entry{
	act.Sized(8*act.Mega, act.New("H39", "endless", "a body without end and without length", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say(act.Head("") + act.Product(1))
			p.Flood("<p>Lamp</p>\n")
		})
	}, market.FailBodyTooLarge)),
	act.New("H40", "drip", "a body byte by byte, for ever", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say(act.Head(""))
			p.Drip(act.Product(1), x.Body)
		})
	}, market.FailTooSlow),
	act.Sized(7*act.Mega, act.New("H41", "stall", "7 MiB fast, then nothing", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say(act.Head(fmt.Sprint(8*act.Mega-1)) + act.Product(1))
			fill(p, 7*act.Mega)
			p.Hold()
		})
	}, market.FailBodyTimeout)),
	act.New("H42", "price", "5000 bytes promised, and 22 sent: the price is cut in its middle", act.Raw(act.Head("5000")+"<h1>TV</h1><b>€ 19.9"), market.FailTruncated),
	chunked("size", "a chunk whose size is no number", "zz\r\n"+act.Product(1)+"\r\n0\r\n\r\n"),
	chunked("open", "chunks without end", fmt.Sprintf("%x\r\n%s\r\n", len(act.Product(1)), act.Product(1))),
	act.New("H43", "extensions", "100,000 chunks of one byte with extensions of 2 KB", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			p.Say(chunkedHead)
			chunk := "1;x=" + strings.Repeat("x", 2<<10) + "\r\na\r\n"
			for n := 0; n < 100_000 && p.Say(strings.Repeat(chunk, 10)); n += 10 {
			}
			p.Say("0\r\n\r\n")
		})
	}, market.FailTruncated, market.FailProtocolError),
	act.Sized(16*act.Mega, act.New("H44", "plain", "16 MiB and a byte of valid HTML", func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) {
			page := act.Product(1)
			p.Say(act.Head(fmt.Sprint(16*act.Mega+1)) + page)
			fill(p, 16*act.Mega+1-len(page))
		})
	}, market.FailBodyTooLarge)),
	act.Sized(16*act.Mega, packed("H44", "packed", "16 MiB and a byte of valid HTML, packed", "gzip", long(act.Product(1), "<p>Lamp %d</p>\n", "", 16*act.Mega+1).gzip, market.FailBodyTooLarge)),
}

const chunkedHead = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

func chunked(variant, title, body string) act.Entry {
	return act.New("H43", variant, title, act.Raw(chunkedHead+body), market.FailTruncated, market.FailProtocolError)
}

// fill writes n bytes of HTML.
func fill(p act.Pipe, n int) {
	text := strings.Repeat("<p>Lamp</p>\n", (64<<10)/12)
	for ; n > len(text) && p.Say(text); n -= len(text) {
	}
	p.Say(text[:min(n, len(text))])
}

// long is a text of n bytes that begins with before, counts up in pattern from time to time, and ends with after.
func long(before, pattern, after string, n int) roll {
	n -= len(before) + len(after)
	var b strings.Builder
	for i := 0; b.Len() < min(n, 64<<10); i++ {
		fmt.Fprintf(&b, pattern, i)
	}
	chunk := b.String()
	return roll{before, chunk, n / len(chunk), chunk[:n%len(chunk)] + after}
}

// H49–H52: what the bytes of a body are.
var textCases = []act.Entry{
	act.New("H49", "pdf", "a PDF called text/html", act.Page("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"), market.FailUnsupportedType),
	act.New("H49", "jpeg", "a JPEG called text/html", act.Page("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), market.FailUnsupportedType),
	act.New("H49", "zip", "a ZIP called text/html", act.Page("PK\x03\x04\x14\x00\x00\x00\x08\x00"), market.FailUnsupportedType),
	act.New("H49", "exe", "an EXE called text/html", act.Page("MZ\x90\x00\x03\x00\x00\x00\x04\x00"), market.FailUnsupportedType),
	act.New("H49", "bytes", "HTML called application/octet-stream", act.Page(act.Product(1), "Content-Type", "application/octet-stream"), market.FailUnsupportedType),
	act.New("H50", "missing", "no Content-Type", act.Raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+act.Product(1))),
	act.New("H50", "twice", "two Content-Types", act.Page(act.Product(1), "Content-Type", "text/html; charset=utf-8", "Content-Type", "application/octet-stream")),
	act.New("H50", "charset", "a charset that does not exist", act.Page(act.Product(1), "Content-Type", "text/html; charset=bogus"), act.OK, market.FailCharsetError),
	charset("header", "windows-1252 called UTF-8", "text/html; charset=utf-8", "\x80 1299"),
	charset("meta", "windows-1252 called UTF-8 by its meta", "text/html; charset=windows-1252", "<meta charset=utf-8>\x80 1299"),
	charset("utf16", "UTF-16 without a mark", "text/html", "€ 1299"),
	charset("utf7", "UTF-7", "text/html; charset=utf-7", "+IKw- 1299"),
	charset("mixed", "UTF-8 with a euro sign of windows-1252 in it", "text/html; charset=utf-8", "é \x80 1299"),
	huge("line", "one line of 10 MB", long("<p>", "lamp %d ", "</p>", 10*act.Mega)),
	huge("tags", "a million tags", long("", "<i>%d</i>", "", 12_000_000)),
	act.Sized(act.Mega, act.New("H52", "deep", "100,000 nested divs", act.Page("<!doctype html><title>Lamp</title><body>"+strings.Repeat("<div>", 100_000)+strings.Repeat("</div>", 100_000)+"</body></html>"), hard...)),
	huge("attributes", "200,000 attributes", attributes(200_000)),
}

// euros is a page with that price, which it also states in the cent for machines.
func euros(price string) string {
	return strings.NewReplacer("€ 19,99", price, "19.99", "1299.00", `<meta charset="utf-8">`, "").Replace(act.Product(1))
}

func charset(variant, title, kind, price string) act.Entry {
	body := euros(price)
	if variant == "utf16" {
		body = act.UTF16(body)
	}
	return act.New("H51", variant, title, act.Page(body, "Content-Type", kind), act.OK, market.FailCharsetError)
}

// hard are the outcomes of a page that is hard to read.
var hard = act.Kinds(act.OK, market.FailHTMLTooDeep, market.FailHTMLTooLarge, market.FailPriceMissing)

// huge is a page that is hard to read.
func huge(variant, title string, text roll) act.Entry {
	text.before = "<!doctype html><title>Lamp</title><body>" + text.before
	text.after += "</body></html>"
	n := len(text.before) + len(text.chunk)*text.times + len(text.after)
	return act.Sized(n, packed("H52", variant, title, "gzip", text.gzip, hard...))
}

// attributes is an element with n of them, all of other names.
func attributes(n int) roll {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d=1 ", i)
	}
	return roll{before: "<p ", chunk: b.String(), times: 1, after: ">Lamp</p>"}
}
