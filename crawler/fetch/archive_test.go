package fetch

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
)

// origins notes where each answer came from.
type origins struct {
	mu   sync.Mutex
	from map[string]string
	wire int64
}

// Begin implements Archive.
func (*origins) Begin(market.SourceID) {}

// Keep implements Archive.
func (o *origins) Keep(_ market.SourceID, res *http.Response, body []byte, from netip.Addr, _ time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.from[res.Request.URL.Host+res.Request.URL.Path] = from.String()
	o.wire += int64(len(body)) // none is packed
}

// TestBesideAPage: what a page that is open in the browser makes us ask of other hosts, several at a time, is archived
// with their addresses, and its bytes are the page's.
func TestBesideAPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNet(t)
		kept := &origins{from: map[string]string{}}
		n.archive = kept
		want := map[string]string{}
		n.source.ID, n.source.Network.ConnectTo = "far", nil
		for host, ip := range map[string]string{"shop": "93.184.215.14", "www.shop": "93.184.215.15", "cdn": "93.184.215.16"} {
			n.source.Network.ConnectTo = append(n.source.Network.ConnectTo, market.ConnectTo{Host: host + ".example", ToHost: ip, ToPort: "80"})
			want[host+".example/robots.txt"] = ip
		}
		want["shop.example/p/1"] = "93.184.215.14"
		var release func()
		n.way, release = n.Way(t.Context(), n.source)
		defer release()
		n.way.page = tab{begins{n.way.Transport}, func(page context.Context) {
			var wg sync.WaitGroup
			defer wg.Wait()
			for _, host := range []string{"www.shop.example", "cdn.example"} {
				wg.Go(func() {
					if err := n.allow(page, at(host, "/app.js")); err != nil {
						t.Error(err)
					}
				})
			}
		}}
		j := &Job{Source: &n.source, Role: "product", Way: n.way}
		defer j.Done()
		req, err := http.NewRequestWithContext(j.In(t.Context()), http.MethodGet, "http://shop.example/p/1", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.RoundTrip(req); err != nil { //nolint:bodyclose // there is none
			t.Fatal(err)
		}
		if d := cmp.Diff(want, kept.from); d != "" {
			t.Error(d)
		}
		if j.Wire != kept.wire {
			t.Errorf("%d bytes are the page's, want %d", j.Wire, kept.wire)
		}
	})
}
