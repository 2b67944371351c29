package fetch

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/crawler/keep"
	"pricegap/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newChain() *Chain {
	return New(Options{Keep: new(keep.Memory), Clock: market.WallClock, Log: slog.New(slog.DiscardHandler), Agent: "test"})
}

// TestRedirectOfManyStarts: how far redirects may lead is worked out once in a run, however many starting points
// there are.
func TestRedirectOfManyStarts(t *testing.T) {
	start := market.Start{Kind: market.StartProducts}
	for i := range 20_000 {
		start.URLs = append(start.URLs, fmt.Sprintf("https://shop.example/p/%d", i))
	}
	way, release := newChain().Way(t.Context(), market.Source{ID: "shop", Starts: []market.Start{start}})
	defer release()
	j := &Job{Source: new(market.Source), Way: way}
	from, _ := url.Parse("https://shop.example/p/1")
	res := &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"http://other.example/"}}}
	if got := testing.AllocsPerRun(10, func() {
		if _, err := (follows{}).target(j, from, res); err == nil {
			t.Error("a redirect to another site is followed")
		}
	}); got > 1000 {
		t.Errorf("a redirect takes %.0f allocations", got)
	}
}

type panics struct{}

func (panics) RoundTrip(*http.Request) (*http.Response, error) { panic("below") }

// TestPanicBelow: a panic on the way leaves neither its host nor the crawler with a request in flight for ever.
func TestPanicBelow(t *testing.T) {
	c := newChain()
	w, release := c.Way(t.Context(), market.Source{ID: "shop"})
	defer release()
	for name, rt := range map[string]http.RoundTripper{"pace": paced{c, panics{}}, "door": door{c}} {
		t.Run(name, func(t *testing.T) {
			j := &Job{Source: new(market.Source), Way: w}
			if name == "door" {
				j.Way = nil
			}
			ctx, cancel := context.WithTimeout(j.In(t.Context()), 5*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://shop.example/", nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				func() {
					defer func() {
						if recover() == nil {
							t.Error("the panic is swallowed")
						}
					}()
					_, err := rt.RoundTrip(req) //nolint:bodyclose // there is none
					t.Errorf("got %v", err)
				}()
			}
			if n := len(c.flight); n > 0 {
				t.Errorf("%d in flight", n)
			}
		})
	}
}
