package fetch

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestStrangeHostRests: the pause of another host begins anew after each answer to a page, whatever that says.
func TestStrangeHostRests(t *testing.T) {
	for _, status := range []int{200, 304, 404, 500} {
		synctest.Test(t, func(t *testing.T) {
			n := newNet(t)
			if err := n.get(t.Context(), "http://cdn.example/"); err != nil {
				t.Fatal(err)
			}
			var heard time.Time
			n.opened(t, func(page context.Context) {
				time.Sleep(time.Minute)
				n.heard(page, at("cdn.example", "/app.js"), &http.Response{StatusCode: status})
				heard = time.Now()
			})
			n.way.page = nil
			if err := n.get(t.Context(), "http://cdn.example/p/1"); err != nil {
				t.Fatal(err)
			}
			if gap := n.at[len(n.at)-1].Sub(heard); gap < n.source.Pace.Pause {
				t.Errorf("%d: asked for again after %s", status, gap)
			}
		})
	}
}
