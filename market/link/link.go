// Package link knows web addresses: how a reference becomes an address to fetch, which form of it a listing is
// filed under, what of it may be shown, and whether a pattern fits it. Parsing is that of the WHATWG URL
// Standard, as browsers do it.
package link

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/nlnwa/whatwg-url/url"
	"golang.org/x/net/publicsuffix"
)

// MaxBytes is how long an address may be.
const MaxBytes = 2083

// ErrAddress is returned for what is not a web address: not http or https, no host, too long, not parseable.
var ErrAddress = errors.New("link: not a web address")

var parser = url.NewParser()

// parse reads raw against base, which may be empty. The result has a host and the scheme http or https, and
// neither user nor fragment.
func parse(base, raw string) (*url.Url, error) {
	if len(raw) > 2*MaxBytes || len(base) > 2*MaxBytes { // twice, since percent-encoding may go either way
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrAddress, MaxBytes)
	}
	var u *url.Url
	var err error
	if base == "" {
		u, err = parser.Parse(raw)
	} else {
		u, err = parser.ParseRef(base, raw)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: it cannot be parsed", ErrAddress)
	}
	if s := u.Scheme(); s != "http" && s != "https" {
		return nil, fmt.Errorf("%w: its scheme is not http or https", ErrAddress)
	}
	if u.Hostname() == "" {
		return nil, fmt.Errorf("%w: it has no host", ErrAddress)
	}
	u.SetUsername("")
	u.SetPassword("")
	u.SetHash("")
	return u, nil
}

func bounded(s string) (string, error) {
	if len(s) > MaxBytes {
		return "", fmt.Errorf("%w: longer than %d bytes", ErrAddress, MaxBytes)
	}
	return s, nil
}

// Resolve returns the absolute address that ref means on the page base, as a browser would fetch it but
// without user, password and fragment. An empty base asks for an absolute ref. Error: ErrAddress.
func Resolve(base, ref string) (string, error) {
	if _, ok := plain(ref); ok {
		return ref, nil
	}
	u, err := parse(base, ref)
	if err != nil {
		return "", err
	}
	return bounded(u.Href(true))
}

// Site returns the registrable domain of a host name, such as "shop.example" for "www.shop.example", by the
// public suffix list; a host that has none (an address, "localhost", a suffix itself) is its own site.
func Site(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return host
	}
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

// Host returns the host name of an address, lower case and without the port; empty where it is none.
func Host(raw string) string {
	if path, ok := plain(raw); ok {
		_, host, _ := strings.Cut(raw[:path], "//")
		return host
	}
	u, err := parse("", raw)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// PathQuery returns what robots.txt and the patterns of Match are compared with: the path and, where there
// is one, the query with its "?"; "/" where raw is no address.
func PathQuery(raw string) string {
	if path, ok := plain(raw); ok {
		if before, query, _ := strings.Cut(raw[path:], "?"); query == "" {
			return before
		}
		return raw[path:]
	}
	u, err := parse("", raw)
	if err != nil {
		return "/"
	}
	return u.Pathname() + u.Search()
}
