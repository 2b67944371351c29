package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pricegap/market"
)

// TestCookiesOfAHost: what the hops of one fetch set together is bounded, however few each of them sets.
func TestCookiesOfAHost(t *testing.T) {
	var jar cookies
	shop := &url.URL{Scheme: "https", Host: "shop.example", Path: "/"}
	for hop := range maxHops {
		res := &http.Response{Header: http.Header{}}
		res.Header.Add("Set-Cookie", "large="+strings.Repeat("x", maxCookie))
		for i := range maxCookies / 2 {
			res.Header.Add("Set-Cookie", fmt.Sprintf("c%d-%d=1", hop, i))
		}
		jar.keep(shop, res)
	}
	got := jar.of(shop)
	if len(got) != maxCookies {
		t.Errorf("%d cookies are kept, want %d", len(got), maxCookies)
	}
	for _, c := range got {
		if c.Name == "large" {
			t.Error("a large cookie is kept")
		}
	}
}

// TestUnavailableIsShort: a robots.txt that cannot be had leaves a short text behind, whatever its server sent.
func TestUnavailableIsShort(t *testing.T) {
	long := errors.New(strings.Repeat("long ", 100_000) + "\x1b[2J")
	for _, err := range []error{long, &Error{Kind: market.FailUnsupportedEncoding, Err: long}} {
		if got := unavailable(err).Failed; len(got) > 2000 || strings.Contains(got, "\x1b") {
			t.Errorf("%d bytes: %.80q", len(got), got)
		}
	}
}
