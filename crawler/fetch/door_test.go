package fetch

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/market"
)

// broken are bodies that cannot be had: whole, or decoded.
var broken = map[string]func(w http.ResponseWriter, status int){
	"deflate": func(w http.ResponseWriter, status int) {
		w.Header().Set("Content-Encoding", "deflate")
		w.WriteHeader(status)
		io.WriteString(w, "x\x9c")
	},
	"no gzip": func(w http.ResponseWriter, status int) {
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		io.WriteString(w, "later")
	},
	"cut short": func(w http.ResponseWriter, status int) {
		w.Header().Set("Content-Length", "5000")
		w.WriteHeader(status)
		io.WriteString(w, "later")
	},
}

// TestRefusalWithBrokenBody: a refusal is obeyed and told by its status, whatever is wrong with its body (H23 to H26).
func TestRefusalWithBrokenBody(t *testing.T) {
	for status, want := range map[int]struct {
		kind  market.FailureKind
		alone time.Duration
	}{
		http.StatusForbidden:          {market.FailClientError, 0},
		http.StatusNotFound:           {market.FailClientError, 0},
		http.StatusGone:               {market.FailGone, 0},
		http.StatusTooManyRequests:    {market.FailRateLimited, time.Hour},
		http.StatusServiceUnavailable: {market.FailServerError, time.Hour},
	} {
		for name, body := range broken {
			t.Run(strconv.Itoa(status)+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := newNet(t)
					n.page = func(w http.ResponseWriter, _ *http.Request) {
						if want.alone > 0 {
							w.Header().Set("Retry-After", "3600")
						}
						body(w, status)
					}
					err := n.get(t.Context(), "http://shop.example/p/1")
					if fe, ok := errors.AsType[*Error](err); !ok || fe.Kind != want.kind || fe.Status != status || fe.RetryAfter != want.alone {
						t.Errorf("got %v", err)
					}
					if left := n.Host("shop.example").Left(t.Context()); left != want.alone || len(n.asked) != 2 {
						t.Errorf("asked for %q, and the host is left alone for %s", n.asked, left)
					}
				})
			})
		}
	}
}

// TestRedirectWithBrokenBody: nobody reads the body of a redirect.
func TestRedirectWithBrokenBody(t *testing.T) {
	for name, body := range broken {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNet(t)
				n.page = func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/old" {
						w.Header().Set("Location", "/new")
						body(w, http.StatusMovedPermanently)
						return
					}
					w.Header().Set("Content-Type", "text/html")
					io.WriteString(w, "<!doctype html><title>new</title>")
				}
				if err := n.get(t.Context(), "http://shop.example/old"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
