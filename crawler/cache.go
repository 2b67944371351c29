package crawler

import (
	"net/http"

	"pricegap/crawler/guard"
	"pricegap/crawler/seen"
	"pricegap/parsers"
)

// cached asks conditionally for product pages that were recorded before, and knows a page again by its bytes. Lists
// and sitemaps are always read: their links are needed.
type cached struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c cached) RoundTrip(req *http.Request) (*http.Response, error) {
	j := jobOf(req)
	if j.known == nil || j.req.Fresh || j.req.Role != parsers.RoleProduct {
		return c.next.RoundTrip(req)
	}
	u := req.URL.String()
	was, ok := j.known.Look(u)
	if ok {
		req = req.Clone(req.Context())
		set(req.Header, "If-None-Match", was.ETag)
		set(req.Header, "If-Modified-Since", was.Modified)
	}
	res, err := c.next.RoundTrip(req)
	if err != nil || guard.IsRedirect(res.StatusCode) {
		return res, err
	}
	if res.StatusCode == http.StatusNotModified {
		j.notModified, j.mark = true, was
		return res, nil
	}
	if b, isBody := res.Body.(*guard.Body); isBody {
		j.mark = seen.Of(u, res.Header.Get("ETag"), res.Header.Get("Last-Modified"), b.Bytes)
		j.notModified = ok && j.mark.Sum == was.Sum
	}
	return res, nil
}

func set(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}
