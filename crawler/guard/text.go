package guard

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"pricegap/market"
)

// headBytes is how much of a page is searched for its charset, as the HTML standard does.
const headBytes = 1024

// UTF8 returns body as UTF-8, by its byte order mark, the charset of contentType, or a <meta> in the first
// kilobyte, in this order (HTML standard, "encoding sniffing algorithm"); without any of them it is UTF-8 if it
// is valid as such, else windows-1252. The error is an *Error of kind charset_error where text would be
// damaged. body itself is returned where nothing has to change.
func UTF8(body []byte, contentType string) ([]byte, error) {
	e, name, err := encodingFor(body, contentType)
	if err != nil {
		return nil, err
	}
	if name == "utf-8" {
		body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
		if utf8.Valid(body) {
			return body, nil
		}
		if likelyLatin(body) {
			e, name = charset.Lookup("windows-1252") // H51: the header lies, and the euro sign is 0x80
		} else {
			return nil, damaged(name)
		}
	}
	if name == "gbk" { // it is read as its larger brother (Encoding standard, "gbk decoder")
		e, name = charset.Lookup("gb18030")
	}
	out, err := e.NewDecoder().Bytes(body)
	if err != nil {
		return nil, damaged(name)
	}
	out = bytes.TrimPrefix(out, []byte("\xef\xbb\xbf"))
	if lost(body, out, name) {
		return nil, damaged(name)
	}
	return out, nil
}

// lost reports whether out, which is body by the decoder of that name, lacks a character of it: U+FFFD stands there. UTF-16
// and GB 18030 can write that one themselves; and what windows-125x does not assign below 0xA0 is a control character to
// the HTML standard (such bytes are common: quotes of UTF-8 in a page of another charset), of which nothing is missed.
func lost(body, out []byte, name string) bool {
	n := bytes.Count(out, []byte("\ufffd"))
	switch {
	case n == 0:
	case name == "utf-16" || name == "utf-16be":
		n -= bytes.Count(body, []byte("\xff\xfd"))
	case name == "utf-16le":
		n -= bytes.Count(body, []byte("\xfd\xff"))
	case name == "gb18030":
		n -= bytes.Count(body, []byte("\x84\x31\xa4\x37"))
	case strings.HasPrefix(name, "windows-"):
		at := 0 // each byte is a character
		for _, r := range string(out) {
			if r == utf8.RuneError && body[at] < 0xa0 {
				n--
			}
			at++
		}
	}
	return n > 0
}

func damaged(name string) error {
	return &Error{Kind: market.FailCharsetError, Err: fmt.Errorf("the text cannot be read as %s without damage", name)}
}

// encodingFor determines the encoding of body and its name.
func encodingFor(body []byte, contentType string) (encoding.Encoding, string, error) {
	head := body[:min(len(body), headBytes)]
	declared := ""
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		declared = params["charset"]
	}
	if declared != "" && !marked(head) {
		if lower := strings.ToLower(declared); strings.HasPrefix(lower, "utf-7") || strings.HasPrefix(lower, "utf-32") {
			return nil, "", damaged(lower) // no browser reads them, and as anything else they lose the euro sign
		} else if lower == "utf-16" {
			return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16", nil
		}
		if e, name := charset.Lookup(declared); name == "replacement" {
			return nil, "", &Error{Kind: market.FailCharsetError, Err: errors.New("an encoding that cannot be read")}
		} else if e != nil {
			return e, name, nil
		}
		contentType = "" // an unknown name says nothing: look at the page
	}
	e, name, certain := charset.DetermineEncoding(head, contentType)
	if e == nil || name == "replacement" {
		return nil, "", &Error{Kind: market.FailCharsetError, Err: errors.New("an encoding that cannot be read")}
	}
	if !certain {
		if unreadable.Match(head) {
			return nil, "", damaged("what its <meta> names")
		}
		if bytes.IndexByte(head, 0) >= 0 {
			return nil, "", &Error{Kind: market.FailCharsetError, Err: errors.New("text with zero bytes and no encoding named")}
		}
		if utf8.Valid(body) {
			return e, "utf-8", nil // the first kilobyte may be plain ASCII and the rest not
		}
	}
	return e, name, nil
}

// unreadable finds a <meta> that names an encoding which no browser reads; the standard passes over it, and the text would
// be taken as something else.
var unreadable = regexp.MustCompile(`(?i)<meta[^>]*charset\s*=\s*["']?\s*utf-(7|32)`)

// marked reports whether b begins with a byte order mark, which outranks every declaration.
func marked(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) || bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.HasPrefix(b, []byte("\xff\xfe"))
}

// likelyLatin reports whether text that claims to be UTF-8 is plainly a one-byte encoding: it has no valid
// sequence of several bytes at all.
func likelyLatin(b []byte) bool {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if size > 1 {
			return false
		}
		if r == utf8.RuneError && (b[0] == 0x81 || b[0] == 0x8d || b[0] == 0x8f || b[0] == 0x90 || b[0] == 0x9d) {
			return false // not assigned in windows-1252
		}
		b = b[size:]
	}
	return true
}

// CheckType returns nil when a body is text of a kind that the crawler reads: a page, JSON, XML or plain text,
// or gzip where packed is set. It compares what the header says with what the first bytes are (WHATWG MIME
// sniffing); the error is an *Error of kind unsupported_type.
func CheckType(h http.Header, body []byte, packed bool) error {
	declared := ""
	if v := h.Get("Content-Type"); v != "" {
		declared = strings.ToLower(strings.TrimSpace(strings.Split(v, ";")[0]))
	}
	found, _, _ := strings.Cut(http.DetectContentType(body), ";")
	if packed && (found == "application/x-gzip" || strings.Contains(declared, "gzip")) {
		return nil
	}
	bytesOnly := found == "application/octet-stream"
	wide := bytesOnly && strings.Contains(strings.ToLower(h.Get("Content-Type")), "utf-16")
	switch {
	case declared != "" && !readable(declared):
		return &Error{Kind: market.FailUnsupportedType, Err: fmt.Errorf("content type %q", declared)}
	case bytesOnly && !wide && isWide(body):
		return &Error{Kind: market.FailCharsetError, Err: errors.New("text in UTF-16 that does not say so")}
	case !readable(found) && !wide, bytes.HasPrefix(body, []byte("%PDF-")), bytes.HasPrefix(body, []byte("MZ")) && bytes.IndexByte(body[:min(len(body), 512)], 0) >= 0:
		return &Error{Kind: market.FailUnsupportedType, Err: fmt.Errorf("content that looks like %s", found)}
	}
	return nil
}

// isWide reports whether b begins as text of a Latin script does in UTF-16: most of every other byte is zero.
func isWide(b []byte) bool {
	b = b[:min(len(b), 32)&^1]
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i%2]++
		}
	}
	most := (len(b)*3 + 7) / 8
	return most > 0 && (zeros[0] >= most && zeros[1] == 0 || zeros[1] >= most && zeros[0] == 0)
}

func readable(t string) bool {
	switch t {
	case "application/xhtml+xml", "application/xml", "application/json", "application/javascript", "application/x-json":
		return true
	}
	return strings.HasPrefix(t, "text/") || strings.HasPrefix(t, "application/") && (strings.HasSuffix(t, "+json") || strings.HasSuffix(t, "+xml"))
}
