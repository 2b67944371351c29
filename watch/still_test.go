package watch_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/market"
	"pricegap/quality"
)

// TestStandsStillIsTold lets the crawler stand still while the daemon lives: staff are told that the shop cannot be seen when two
// of its intervals have passed, and once; and that it is seen again (AL9).
func TestStandsStillIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.shop.now = time.Now
		w.o.Clock, w.o.Quality = nil, quality.Policy{}
		w.o.Shops[1].Interval = time.Hour
		blind, err := rule.New("source_blind", func(v any) error { return json.Unmarshal([]byte(`{}`), v) })
		if err != nil {
			t.Fatal(err)
		}
		w.o.Rules = []alerts.Configured{{Name: "blind", Kind: "source_blind", Rule: blind, TellResolved: true}}
		w.restart()
		w.catalog("8.00")
		w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
		w.crawl()
		good := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = w.RunSchedule(ctx) }()
		time.Sleep(4 * time.Hour)
		ms := w.said.messages
		if len(ms) != 1 || len(ms[0].Firing) != 1 || ms[0].Firing[0].Topic.Source != "rival" {
			t.Fatalf("told %+v", ms)
		}
		if after := w.said.at.Sub(good); after < 2*time.Hour || after > 2*time.Hour+30*time.Second {
			t.Errorf("told after %s", after)
		}
		w.crawl()
		time.Sleep(time.Minute)
		cancel()
		<-done
		if ms = w.said.messages; len(ms) != 2 || len(ms[1].Resolved) != 1 {
			t.Errorf("when it is seen again: %+v", ms)
		}
	})
}
