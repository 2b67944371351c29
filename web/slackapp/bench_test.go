package slackapp

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pricegap/alerts/notify/button"
)

// BenchmarkAcknowledged sends 20 requests a second (AL10), commands, presses and forms by turns, while the app works on those before,
// and reports how long the slowest one in a hundred waits for its acknowledgement. Use -benchtime 400x.
func BenchmarkAcknowledged(b *testing.B) {
	f := newSlack(b)
	var reader sync.WaitGroup
	done := make(chan struct{})
	reader.Go(func() {
		for {
			select {
			case <-f.got: // nobody reads it
			case <-done:
				return
			}
		}
	})
	b.Cleanup(func() { close(done); reader.Wait() })
	a := start(b, &shop{title: "Waterkoker", price: "12.35", now: "12.35", alerts: firing()}, f, nil)
	srv := httptest.NewServer(a.Handler())
	defer srv.Close()
	client := srv.Client()
	took := make([]time.Duration, b.N)
	var g sync.WaitGroup
	every := time.NewTicker(time.Second / 20)
	defer every.Stop()
	for i := range b.N {
		id := strconv.Itoa(i)
		var r *http.Request
		switch i % 3 {
		case 0:
			r = slash(f, "U1", "8712345678906", "T"+id)
		case 1:
			r = interact(map[string]any{
				"type": "block_actions", "user": map[string]any{"id": "U1"}, "trigger_id": "T" + id, "response_url": f.URL + "/hooks/" + id,
				"container": map[string]any{"message_ts": id}, "actions": []any{map[string]any{"type": "button", "action_id": button.Action(button.Share), "block_id": product}},
			})
		default:
			v := map[string]any{"callback_id": button.Action(button.Lost), "private_metadata": `{"product":"A1","currency":"EUR"}`}
			r = filled(v, "U1", "V"+id, map[string]any{"where": text("a stall")})
		}
		target, err := url.Parse(srv.URL + r.URL.Path)
		if err != nil {
			b.Fatal(err)
		}
		r.URL, r.RequestURI, r.Host = target, "", target.Host
		<-every.C
		g.Go(func() {
			at := time.Now()
			resp, err := client.Do(r)
			if err != nil || resp.StatusCode != http.StatusOK {
				b.Error(resp, err)
				return
			}
			took[i] = time.Since(at)
			_ = resp.Body.Close()
		})
	}
	g.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
