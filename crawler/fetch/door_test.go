package fetch

import (
	"errors"
	"io"
	"net/http"
	"slices"
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

// TestRetryAfterOfARefusal: what the host asks for is kept whatever the refusal is called.
func TestRetryAfterOfARefusal(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		header map[string]string
		body   string
		want   market.FailureKind
		alone  time.Duration
	}{
		"503":                    {503, map[string]string{"Retry-After": "600"}, "", market.FailServerError, 10 * time.Minute},
		"503 of a bot check":     {503, map[string]string{"Retry-After": "600", "Cf-Mitigated": "challenge"}, "", market.FailBlockedChallenge, 10 * time.Minute},
		"503 with a captcha":     {503, map[string]string{"Retry-After": "600"}, captcha, market.FailBlockedCaptcha, 10 * time.Minute},
		"429 with a captcha":     {429, map[string]string{"Retry-After": "600"}, captcha, market.FailRateLimited, 10 * time.Minute},
		"403":                    {403, map[string]string{"Retry-After": "600"}, "", market.FailClientError, 10 * time.Minute},
		"403 without":            {403, nil, "", market.FailClientError, 0},
		"503 of a check without": {503, map[string]string{"Cf-Mitigated": "challenge"}, "", market.FailBlockedChallenge, 0},
		"404":                    {404, map[string]string{"Retry-After": "600"}, "", market.FailClientError, 0}, // of that page
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNet(t)
				n.page = func(w http.ResponseWriter, _ *http.Request) {
					for name, value := range c.header {
						w.Header().Set(name, value)
					}
					w.Header().Set("Content-Type", "text/html")
					w.WriteHeader(c.status)
					io.WriteString(w, c.body)
				}
				err := n.get(t.Context(), "http://shop.example/p/1")
				if fe, ok := errors.AsType[*Error](err); !ok || fe.Kind != c.want || fe.Status != c.status {
					t.Errorf("got %v", err)
				}
				if left := n.Host("shop.example").Left(t.Context()); left != c.alone {
					t.Errorf("the host is left alone for %s, want %s", left, c.alone)
				}
			})
		})
	}
}

const captcha = `<!doctype html><title>Are you a robot?</title><div class="g-recaptcha" data-sitekey="x"></div><p>Please confirm that you are human`

// TestRobotsStatus: a robots.txt is had with a success that is whole, and there is none with a 4xx but 429; all else
// says nothing about it (RFC 9309 §2.3.1).
func TestRobotsStatus(t *testing.T) {
	had := []int{200, 203, 204, 226, 299, 400, 401, 403, 404, 410, 418, 451}
	not := []int{206, 300, 304, 305, 306, 399, 429, 500, 503, 599, 600, 999}
	for _, status := range append(had, not...) {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNet(t)
				n.robots = func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(status)
					if status == 200 || status == 206 {
						io.WriteString(w, "User-agent: *\nDisallow: /not")
					}
				}
				err := n.get(t.Context(), "http://shop.example/p/1")
				if slices.Contains(had, status) {
					if err != nil {
						t.Error(err)
					}
				} else if fe, ok := errors.AsType[*Error](err); !ok || fe.Kind != market.FailRobotsUnavailable || n.pages() > 0 {
					t.Errorf("got %v, asked for %q", err, n.asked)
				}
				if status != 200 {
					return
				}
				err = n.get(t.Context(), "http://shop.example/not")
				if fe, ok := errors.AsType[*Error](err); !ok || fe.Kind != market.FailRobotsDisallowed {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
