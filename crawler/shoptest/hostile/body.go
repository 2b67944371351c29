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
	act.Sized(16*act.Mega, packed("H44", "packed", "16 MiB and a byte of valid HTML, packed", "gzip", gzipped(lamps(16*act.Mega+1)), market.FailBodyTooLarge)),
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

// lamps is a page of n bytes that packs to about a tenth.
func lamps(n int) func(write func(string) bool) {
	return func(write func(string) bool) {
		page := act.Product(1)
		if !write(page) {
			return
		}
		n := n - len(page)
		for i := uint64(1); n > 0; i++ {
			text := fmt.Sprintf("<p>Lamp %d van %d</p>\n", i, i*0x9E3779B97F4A7C15>>44)
			text = text[:min(n, len(text))]
			if n -= len(text); !write(text) {
				return
			}
		}
	}
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
	huge("line", "one line of 10 MB", "<p>", "lamp %d ", "</p>", 10*act.Mega),
	huge("tags", "a million tags", "", "<i>%d</i>", "", 13_800_000),
	act.Sized(act.Mega, act.New("H52", "deep", "100,000 nested divs", act.Page("<!doctype html><title>Lamp</title><body>"+strings.Repeat("<div>", 100_000)+strings.Repeat("</div>", 100_000)+"</body></html>"), hard...)),
	huge("attributes", "200,000 attributes", "<p ", "a%d=1 ", ">Lamp</p>", 2_300_000),
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

// huge is a page of n bytes that is hard to read: it begins with prefix, counts up in pattern, and ends with suffix.
func huge(variant, title, prefix, pattern, suffix string, n int) act.Entry {
	return act.Sized(n, packed("H52", variant, title, "gzip", gzipped(func(write func(string) bool) {
		if !write("<!doctype html><title>Lamp</title><body>" + prefix) {
			return
		}
		for i, size := 0, 0; size < n; i++ {
			text := fmt.Sprintf(pattern, i)
			if size += len(text); !write(text) {
				return
			}
		}
		write(suffix + "</body></html>")
	}), hard...))
}
