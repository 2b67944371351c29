// Package warc keeps fetched pages as WARC/1.1 files (ISO 28500:2017), reads such files, and answers requests from
// them. Each record is a gzip member of its own, so any WARC tool reads them.
//
// What is kept is what the crawler read: bodies are stored without the content and transfer encoding they came in, and
// Content-Length fits; nothing is ever cut. Headers that are keys to a session (Cookie, Set-Cookie, Authorization) are
// left out, and so are pages whose owner asks for no copies (noarchive). Digests are SHA-256 in hexadecimal, as with
// the observations in the store.
package warc

import (
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"time"
)

// The types of records that are written, and read by Replay.
const (
	typeInfo     = "warcinfo"
	typeRequest  = "request"
	typeResponse = "response"
	typeRevisit  = "revisit"
)

// The profiles of revisit records (ISO 28500:2017 §6.7).
const (
	profileSame        = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
	profileNotModified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
)

const (
	mediaFields   = "application/warc-fields"
	mediaRequest  = "application/http;msgtype=request"
	mediaResponse = "application/http;msgtype=response"
)

// ErrTorn is returned for a record that ends too early, as the last one of a writer that was killed does. All records
// before it are whole.
var ErrTorn = errors.New("the record is not whole")

// ErrFormat is returned for what is no WARC record.
var ErrFormat = errors.New("not a WARC record")

// ErrTooLarge is returned for a record or a header beyond the bounds.
var ErrTooLarge = errors.New("the record is too large")

// ErrDigest is returned for a record whose content does not fit its digest.
var ErrDigest = errors.New("the content does not fit its digest")

// Record is one record of a WARC file.
type Record struct {
	// Type is "warcinfo", "request", "response", "revisit" or another one that tools write.
	Type string
	// ID is the WARC-Record-ID without its brackets, such as "urn:uuid:…".
	ID string
	// At is the WARC-Date, in UTC; zero where it cannot be read.
	At time.Time
	// URL is the WARC-Target-URI, empty where there is none.
	URL string
	// Header has all named fields; Get takes names as the standard writes them.
	Header textproto.MIMEHeader
	// Block is the content. It is valid until the next record is read.
	Block []byte
	// Offset is where the record begins in what was read, in bytes: the gzip member that holds it, or the record
	// itself in a plain file. Index counts the records before it in that member.
	Offset int64
	Index  int
}

// address is the form in which an address is written and looked up: without user, password and fragment.
func address(u *url.URL) string {
	c := *u
	c.User, c.Fragment, c.RawFragment = nil, "", ""
	raw := c.String()
	for i := range len(raw) {
		if raw[i] <= ' ' || raw[i] == 0x7f {
			return escaped(raw)
		}
	}
	return raw
}

// escaped percent-encodes what would break a header line; net/url lets it pass in a query.
func escaped(raw string) string {
	var out []byte
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c == 0x7f {
			out = fmt.Appendf(out, "%%%02X", c)
		} else {
			out = append(out, c)
		}
	}
	return string(out)
}

// secret are the headers that are never written.
var secret = map[string]bool{
	"Authorization": true, "Proxy-Authorization": true, "Cookie": true, "Set-Cookie": true, "Set-Cookie2": true,
}

// dropped are the headers of a response that do not fit a body as we have it; its length is written anew.
var dropped = func() map[string]bool {
	out := map[string]bool{"Content-Length": true, "Content-Encoding": true, "Transfer-Encoding": true}
	for k := range secret {
		out[k] = true
	}
	return out
}()

// temporary reports whether a status is a refusal that the next try may undo.
func temporary(status int) bool {
	return status == http.StatusTooManyRequests || status >= 500
}
