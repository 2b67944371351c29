package crawler_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler/keep"
	"pricegap/market"
)

// TestGoneInARow: a page has ended where three runs in a row found that it is not there. Any other answer in between
// ends the row, wherever it came from and whatever is wrong with it; a run that got no answer says nothing.
func TestGoneInARow(t *testing.T) {
	t.Parallel()
	answers := map[string]http.HandlerFunc{
		"good":     page,
		"404":      http.NotFound,
		"410":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) },
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) },
		"priceless": func(w http.ResponseWriter, r *http.Request) {
			page(w, r)
			w.Write([]byte("fail price_missing\n"))
		},
		"error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"reset": func(w http.ResponseWriter, _ *http.Request) { reset(w) },
	}
	for runs, want := range map[string]string{
		"404 404 404":                    "client_error client_error gone",
		"good 404 404 404":               "- client_error client_error gone",
		"404 404 good 404":               "client_error client_error - client_error",
		"404 redirect 404 redirect 404":  "client_error - client_error - client_error",
		"404 404 priceless 404":          "client_error client_error price_missing client_error",
		"good 404 404 priceless 404 404": "- client_error client_error price_missing client_error client_error",
		"404 404 error 404":              "client_error client_error server_error client_error",
		"404 404 reset 404":              "client_error client_error reset gone",
		"404 404 410 404":                "client_error client_error gone gone",
	} {
		t.Run(runs, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var answer http.HandlerFunc
				w := newWeb(t, map[string]http.HandlerFunc{"shop.example": func(w http.ResponseWriter, r *http.Request) {
					switch r.URL.Path {
					case "/robots.txt":
						http.NotFound(w, r)
					case "/other":
						page(w, r)
					default:
						answer(w, r)
					}
				}})
				c, s := w.crawler(t, &keep.Memory{}), site("shop", market.Pace{}, pages("shop.example", 1))
				var got []string
				for name := range strings.FieldsSeq(runs) {
					answer = answers[name]
					for _, v := range run(t, c, s) {
						switch {
						case v.Failure != nil && v.Failure.Status == 0:
							got = append(got, name)
						case v.Failure != nil:
							got = append(got, string(v.Failure.Kind))
						case v.Result.Failure != "":
							got = append(got, string(v.Result.Failure))
						default:
							got = append(got, "-")
						}
					}
					time.Sleep(24 * time.Hour)
				}
				if !slices.Equal(got, strings.Fields(want)) {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		})
	}
}
