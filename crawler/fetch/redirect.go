package fetch

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"pricegap/crawler/guard"
	"pricegap/market"
	"pricegap/market/link"
)

const (
	maxHops = 5 // RFC 9309 §2.3.1.2 asks for at least five for robots.txt
	// maxCookies bounds the cookies that a host may set in one fetch, maxCookie the bytes of each.
	maxCookies = 50
	maxCookie  = 4 << 10
)

// follows follows redirects, so that every hop passes the whole chain below it and no hop inherits anything
// but our own fixed headers. Cookies live for one fetch: some shops answer only after setting one.
type follows struct {
	next http.RoundTripper
	// anywhere lets a redirect lead to another site: RFC 9309 §2.3.1.2 wants that for robots.txt.
	anywhere bool
}

// RoundTrip implements http.RoundTripper.
func (f follows) RoundTrip(req *http.Request) (*http.Response, error) {
	j := jobOf(req)
	var jar cookies
	var been []string
	for hop := 0; ; hop++ {
		res, err := f.next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		if !guard.IsRedirect(res.StatusCode) {
			j.Final = req.URL
			return res, nil
		}
		if hop == maxHops {
			return nil, fail(req.URL, res.StatusCode, market.FailTooManyRedirects, fmt.Sprintf("more than %d redirects", maxHops))
		}
		jar.keep(req.URL, res)
		been = append(been, state(req))
		to, err := f.target(j, req.URL, res)
		if err != nil {
			return nil, err
		}
		if to.Scheme != req.URL.Scheme || to.Host != req.URL.Host {
			jar = cookies{} // cookies go nowhere else (CVE-2024-45336)
		}
		if req, err = hopTo(req, to, jar.of(to)); err != nil {
			return nil, fail(to, 0, market.FailRedirectBlocked, "the target cannot be asked for")
		}
		if slices.Contains(been, state(req)) {
			return nil, fail(req.URL, res.StatusCode, market.FailRedirectLoop, "the redirects come back to where they were")
		}
	}
}

// state is what a request would be answered by: its address and its cookies.
func state(r *http.Request) string { return r.URL.String() + "\n" + r.Header.Get("Cookie") }

// hopTo is the request for the next hop.
func hopTo(req *http.Request, to *url.URL, jar []*http.Cookie) (*http.Request, error) {
	out, err := http.NewRequestWithContext(req.Context(), http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"User-Agent", "Accept", "Accept-Language", "Cache-Control"} {
		if v := req.Header.Get(name); v != "" {
			out.Header.Set(name, v)
		}
	}
	for _, c := range jar {
		out.AddCookie(c)
	}
	return out, nil
}

// target is where res sends us, if we may go there.
func (f follows) target(j *Job, from *url.URL, res *http.Response) (*url.URL, error) {
	blocked := func(text string) error { return fail(from, res.StatusCode, market.FailRedirectBlocked, text) }
	loc := res.Header.Get("Location")
	switch {
	case loc == "":
		return nil, blocked("the redirect has no target")
	case len(loc) > 2*link.MaxBytes: // not looked at: resolving ten thousand dots takes time
		return nil, fail(from, res.StatusCode, market.FailProtocolError, "the target of the redirect is too long")
	}
	raw, err := link.Resolve(from.String(), loc)
	if err != nil {
		return nil, blocked("the redirect leads to what is no web address")
	}
	to, err := url.Parse(raw)
	if err != nil {
		return nil, blocked("the redirect leads to what is no web address")
	}
	if f.anywhere {
		return to, nil
	}
	listed := slices.ContainsFunc(j.Way.reach().hosts, func(h string) bool { return strings.EqualFold(h, to.Hostname()) })
	switch {
	case !listed && link.Site(to.Hostname()) != link.Site(from.Hostname()):
		return nil, blocked("the redirect leads to another site: " + to.Hostname())
	case from.Scheme == "https" && to.Scheme == "http" && !j.Way.reach().plain:
		return nil, blocked("the redirect leads from https down to http")
	}
	return to, nil
}

// cookies are those of the hops at one host.
type cookies struct {
	jar  *cookiejar.Jar // nil before the first
	kept int
}

// keep takes the cookies of res. Public suffixes may set none.
func (c *cookies) keep(u *url.URL, res *http.Response) {
	small := http.Header{}
	for _, v := range res.Header.Values("Set-Cookie") {
		if len(v) <= maxCookie && c.kept < maxCookies {
			small.Add("Set-Cookie", v)
			c.kept++
		}
	}
	if len(small) == 0 {
		return
	}
	if c.jar == nil {
		c.jar, _ = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it never fails
	}
	c.jar.SetCookies(u, (&http.Response{Header: small}).Cookies())
}

// of are the cookies for u.
func (c *cookies) of(u *url.URL) []*http.Cookie {
	if c.jar == nil {
		return nil
	}
	return c.jar.Cookies(u)
}
