package watch_test

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
)

// tight is a store on a disk without space, while full is set.
type tight struct {
	store.Store
	full atomic.Bool
}

func (s *tight) err() error {
	if s.full.Load() {
		return fmt.Errorf("%w: prices.db", store.ErrFull)
	}
	return nil
}

func (s *tight) Keep(ctx context.Context, b store.Batch) ([]market.Change, error) {
	if err := s.err(); err != nil {
		return nil, err
	}
	return s.Store.Keep(ctx, b)
}

func (s *tight) PutState(ctx context.Context, key string, value []byte) error {
	if err := s.err(); err != nil {
		return err
	}
	return s.Store.PutState(ctx, key, value)
}

// TestFullDisk: while the disk is short, or has no space at all, nothing is fetched and waiting alerts are told as far as they can
// be; ten seconds after there is space the crawl goes on by itself, and nothing that was seen is missing.
func TestFullDisk(t *testing.T) {
	for name, fills := range map[string]bool{"short before the run": false, "full in the middle of it": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				s := &tight{Store: w.store}
				var short, filling atomic.Bool
				w.shop.now = func() time.Time {
					if filling.Load() {
						s.full.Store(true)
					}
					return time.Now()
				}
				o := w.Options
				o.Store, o.Clock = s, time.Now
				o.Disk = func() (uint64, uint64, error) {
					if short.Load() {
						return 1, 1 << 40, nil
					}
					return math.MaxInt64, 1 << 40, nil
				}
				o.Sites = []crawler.Site{o.Sites[0]}
				o.Sites[0].Source.Schedule = market.Schedule{Expr: "0 * * * *", Zone: time.UTC}
				var err error
				if w.Watcher, err = watch.New(o); err != nil {
					t.Fatal(err)
				}
				w.catalog("10.00")
				price := func() string {
					for _, p := range w.standing(time.Time{}).Rivals {
						return p.Seen.Offer.Price.String()
					}
					return "none"
				}
				w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
				for _, err := range w.Crawl(t.Context(), watch.CrawlRequest{NoAlerts: true}) {
					if err != nil {
						t.Fatal(err)
					}
				}
				before := price()
				w.shop.offers[page1] = []market.Offer{w.offer("8.50")}
				short.Store(!fills)
				filling.Store(fills)
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- w.RunSchedule(ctx) }()
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				if got := price(); got != before || len(w.said.messages) != 1 {
					t.Errorf("without space: the price is %s, was %s; %d messages", got, before, len(w.said.messages))
				}
				short.Store(false)
				filling.Store(false)
				s.full.Store(false)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if got, want := price(), eur(t, "8.50").String(); got != want {
					t.Errorf("ten seconds later the price is %s, want %s", got, want)
				}
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
