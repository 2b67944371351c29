package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"pricegap/crawler/guard"
	"pricegap/market"
)

type notFound struct{}

func (notFound) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNotFound, Body: &guard.Body{}}, nil
}

// TestHostsWithoutEnd: where every subdomain answers, a run comes to an end of new ones, and never loses those of its
// source.
func TestHostsWithoutEnd(t *testing.T) {
	c := newChain()
	source := market.Source{ID: "shop", Scope: market.Scope{Hosts: []string{"shop.example", "www.shop.example"}}}
	w, release := c.Way(t.Context(), source)
	defer release()
	j := &Job{Source: &source, Way: w}
	allows := func(host string) error {
		return obeys{c, nil, notFound{}}.allows(j.In(t.Context()), &url.URL{Scheme: "https", Host: host, Path: "/"})
	}
	came := 0
	for i := range 10 * maxStrays {
		err := allows(fmt.Sprintf("h%d.shop.example", i))
		if err == nil {
			came++
		} else if fe, ok := errors.AsType[*Error](err); !ok || fe.Kind != market.FailTrapDetected {
			t.Fatal(err)
		}
	}
	if came < maxStrays || came > maxStrays+2 {
		t.Errorf("%d hosts were asked, want %d", came, maxStrays)
	}
	for _, host := range []string{"shop.example", "WWW.shop.example", "h0.shop.example"} {
		if err := allows(host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}
