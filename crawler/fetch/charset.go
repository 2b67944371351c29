package fetch

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"mime"
	"net/http"
	"strings"
	"unsafe"

	"pricegap/crawler/guard"
	"pricegap/crawler/queue"
)

// reads brings pages to UTF-8, so that colly has nothing left to guess, and leaves the body of a page that did
// not change behind. The bytes of a sitemap stay as they are: XML names its own charset. The body goes to the job
// and colly gets none: it would copy it in growing pieces, half of the memory of a crawl.
type reads struct{ next http.RoundTripper }

// sameBytes reports whether a and b are the same bytes in memory.
func sameBytes(a, b []byte) bool {
	return len(a) == len(b) && unsafe.SliceData(a) == unsafe.SliceData(b)
}

// RoundTrip implements http.RoundTripper.
func (r reads) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	j := jobOf(req)
	said := res.Header.Get("Content-Type")
	body, ok := res.Body.(*guard.Body)
	switch {
	case !ok:
	case j.NotModified:
	case j.Role == queue.RoleSitemap:
		j.Body = body.Bytes
	default:
		text, err := guard.UTF8(body.Bytes, said)
		var ge *guard.Error
		if errors.As(err, &ge) {
			return nil, failure(res.Request.URL, res.StatusCode, ge.Kind, ge.Err)
		}
		if j.Body = text; !sameBytes(text, body.Bytes) {
			j.Sum = sha256.Sum256(text)
		}
		media, _, err := mime.ParseMediaType(said)
		if err != nil {
			media = strings.TrimSpace(strings.Split(said, ";")[0])
		}
		res.Header.Set("Content-Type", cmp.Or(media, "text/html")+"; charset=utf-8")
	}
	res.Body, res.ContentLength = http.NoBody, 0
	return res, nil
}
