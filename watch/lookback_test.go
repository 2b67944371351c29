package watch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/compare"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch"
)

// TestRulesThatLookBack: what is new at a shop, what is the lowest of some days, and what is gone is known from what was seen
// before, and is told once.
func TestRulesThatLookBack(t *testing.T) {
	w := newWorld(t)
	var rules []alerts.Configured
	for _, kind := range []string{"new_listing", "new_lowest", "reference_inflated", "listing_gone"} {
		r, err := rule.New(kind, nil)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, alerts.Configured{Name: kind, Kind: kind, Rule: r, Channels: []string{"floor"}})
	}
	var err error
	w.Watcher, err = watch.New(watch.Options{
		Store: w.store, Crawler: func(bool) (crawler.Crawls, error) { return w.shop, nil }, Sites: w.Sites,
		Shops: []compare.Shop{{ID: "us", Name: "Us", Own: true, Interval: 48 * time.Hour}, {ID: "rival", Name: "Rival", Interval: 24 * time.Hour}},
		Rules: rules, Channels: []alerts.Channel{{Name: "floor", Language: "en", Notifier: w.said}},
		Quality: quality.Policy{ConfirmAfter: time.Millisecond}, Clock: w.clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.catalog("10.00")
	const page2 = "https://rival.example/p/2"
	second := w.offer("9.60")
	second.SKU, second.URL = "R2", page2
	reduced := w.offer("8.40")
	reduced.Reference = eur(t, "12.00")
	days := func(n int) { w.now = w.now.AddDate(0, 0, n) }
	end := func() { delete(w.shop.offers, page1); w.shop.fail[page1] = market.FailGone }
	back := func() { delete(w.shop.fail, page1); w.shop.offers[page1] = []market.Offer{w.offer("9.50")} }
	for _, step := range []struct {
		name string
		do   func()
		want []string
	}{
		{"what is found first is no news", func() { w.shop.offers[page1] = []market.Offer{w.offer("9.90")} }, nil},
		{"nothing changes", func() { days(1) }, nil},
		{"another listing", func() { w.shop.offers[page2] = []market.Offer{second} }, []string{"new_listing"}},
		{"known for less than 30 days", func() { w.shop.offers[page1] = []market.Offer{w.offer("9.50")} }, nil},
		{"known for longer", func() { days(40); w.catalog("10.00") }, nil},
		{"the lowest of 30 days", func() { w.shop.offers[page1] = []market.Offer{w.offer("9.00")} }, []string{"new_lowest"}},
		{"reduced from what it never cost", func() { w.shop.offers[page1] = []market.Offer{reduced} }, []string{"new_lowest", "reference_inflated"}},
		{"one page is gone", end, []string{"listing_gone"}},
		{"it is still gone", func() { days(1) }, nil},
		{"back, and gone again in a run of which nobody is told", func() {
			back()
			w.crawlUntold()
			days(1)
			end()
			w.crawlUntold()
			w.now = w.now.Add(time.Hour)
		}, []string{"listing_gone"}},
		{"gone in a run of which nobody is told, and back", func() {
			back()
			w.crawl()
			days(1)
			end()
			w.crawlUntold()
			w.now = w.now.Add(time.Hour)
			back()
		}, nil},
		{"it is gone at last", func() { days(1); end() }, []string{"listing_gone"}},
		{"another does not answer", func() { delete(w.shop.offers, page2); w.shop.fail[page2] = market.FailServerError }, nil},
	} {
		w.said.messages = nil
		step.do()
		w.crawl()
		if _, err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range w.said.messages {
			for _, a := range m.Firing {
				got = append(got, a.Rule)
				if a.Rule == "reference_inflated" && (a.Facts.Lowest != eur(t, "9.00") || a.Facts.Reference != eur(t, "12.00")) {
					t.Errorf("%s: from %s, the lowest was %s", step.name, a.Facts.Reference, a.Facts.Lowest)
				}
			}
		}
		if slices.Sort(got); !slices.Equal(got, step.want) {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
	}
}

// mortal is a store of a process that is killed before it can say that a run has ended.
type mortal struct {
	store.Store
	killed bool
}

func (m *mortal) PutRun(ctx context.Context, r market.Run) error {
	if m.killed && r.Outcome != market.RunGoing {
		return errors.New("the process dies here")
	}
	return m.Store.PutRun(ctx, r)
}

// TestGoneInAKilledRun tells what a run saw to be gone that was killed before its end: before the next run, or after it.
func TestGoneInAKilledRun(t *testing.T) {
	for _, between := range []bool{true, false} {
		t.Run(fmt.Sprint("told before the next run: ", between), func(t *testing.T) {
			w := newWorld(t)
			r, err := rule.New("listing_gone", nil)
			if err != nil {
				t.Fatal(err)
			}
			st := &mortal{Store: w.store}
			o := w.Options
			o.Store, o.Rules = st, []alerts.Configured{{Name: "gone", Kind: "listing_gone", Rule: r, Channels: []string{"floor"}}}
			o.Channels = []alerts.Channel{{Name: "floor", Language: "en", Notifier: w.said}}
			start := func() {
				if w.Watcher, err = watch.New(o); err != nil {
					t.Fatal(err)
				}
			}
			start()
			w.catalog("10.00")
			w.shop.offers[page1] = []market.Offer{w.offer("9.50")}
			w.crawl()
			w.now = w.now.Add(time.Hour)
			delete(w.shop.offers, page1)
			w.shop.fail[page1] = market.FailGone
			st.killed = true
			for range w.Crawl(t.Context(), watch.CrawlRequest{NoAlerts: true}) {
			}
			st.killed = false
			start()
			w.now = w.now.Add(time.Hour)
			w.said.messages = nil
			if !between {
				w.crawlUntold()
			}
			for range 2 {
				if _, err := w.Deliver(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			w.crawl()
			told := 0
			for _, m := range w.said.messages {
				told += len(m.Firing)
			}
			if told != 1 {
				t.Errorf("told %d times", told)
			}
		})
	}
}
