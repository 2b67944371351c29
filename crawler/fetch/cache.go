package fetch

import (
	"crypto/sha256"
	"maps"
	"net/http"

	"pricegap/crawler/guard"
	"pricegap/crawler/seen"
	"pricegap/parsers"
)

// cached asks conditionally for product pages that were recorded before, and knows a page again by its bytes. Lists
// and sitemaps are always read: their links are needed. Of a page that is rendered, what the server knows of it and its
// packed bytes say nothing.
type cached struct {
	next http.RoundTripper
	// whole wants every body unpacked, known or not: an archive keeps them.
	whole bool
}

// RoundTrip implements http.RoundTripper.
func (c cached) RoundTrip(req *http.Request) (*http.Response, error) {
	j := jobOf(req)
	if j.Known == nil || j.Fresh || j.Role != parsers.RoleProduct {
		return c.next.RoundTrip(req)
	}
	u := req.URL.String()
	was, ok := j.Known.Look(u)
	rendered := j.rendered()
	if ok && !rendered {
		asked := *req
		asked.Header = maps.Clone(req.Header)
		set(asked.Header, "If-None-Match", was.ETag)
		set(asked.Header, "If-Modified-Since", was.Modified)
		req = &asked
	}
	if packed := guard.Sum(was.Packed); !c.whole && !rendered {
		j.spec.Packed = &packed
	}
	res, err := c.next.RoundTrip(req)
	if err != nil || guard.IsRedirect(res.StatusCode) {
		return res, err
	}
	if res.StatusCode == http.StatusNotModified {
		j.NotModified, j.Mark = true, was.Confirmed(was.ETag, was.Modified)
		return res, nil
	}
	b, isBody := res.Body.(*guard.Body)
	switch {
	case !isBody:
	case b.Same:
		j.NotModified, j.Mark = true, was.Confirmed(res.Header.Get("ETag"), res.Header.Get("Last-Modified"))
	default:
		j.Sum = sha256.Sum256(b.Bytes)
		j.Mark = seen.Of(u, res.Header.Get("ETag"), res.Header.Get("Last-Modified"), j.Sum)
		j.Mark.Packed, j.Mark.ConfirmedAt = seen.Sum(b.Packed), was.ConfirmedAt
		if j.NotModified = ok && j.Mark.Sum == was.Sum; j.NotModified {
			j.Mark.Barren, j.Mark.Until = was.Barren, was.Until
		}
	}
	return res, nil
}

func set(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}
