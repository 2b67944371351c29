package watch_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch"
)

// killed leaves what a process leaves that was killed after its first observation.
func (w *world) killed() market.RunID {
	w.t.Helper()
	now := w.now.Add(time.Minute).Truncate(time.Second)
	w.now = now.Add(time.Minute)
	run := market.Run{ID: market.RunID(now.Format("20060102T150405Z")), Source: "rival", StartedAt: now, Outcome: market.RunGoing}
	if err := w.store.PutRun(w.t.Context(), run); err != nil {
		w.t.Fatal(err)
	}
	o := w.offer("9.00")
	_, err := w.store.Record(w.t.Context(), market.Observation{
		Source: "rival", Listing: market.Identify("rival", page1, o), SeenAt: now.Add(5 * time.Second), Run: run.ID, Page: page1, Offer: o,
		Trust: market.Trust{State: market.Trusted},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return run.ID
}

// TestKilledRun: a run that could not end itself is shown as interrupted, marked so by the next one with what it
// recorded, and what it recorded is matched although it is no longer new.
func TestKilledRun(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	id := w.killed()
	hs, err := w.Sources(t.Context())
	if err != nil || hs[1].Last.ID != id || hs[1].Last.Outcome != market.RunInterrupted {
		t.Errorf("before the next run: %+v, %v", hs[1].Last, err)
	}
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	if run := w.crawl(); run.Outcome != market.RunDone {
		t.Errorf("next run: %+v", run)
	}
	var runs []market.Run
	for r, err := range w.store.Runs(t.Context(), "rival") {
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, r)
	}
	if len(runs) != 2 {
		t.Fatalf("runs: %+v", runs)
	}
	if r := runs[1]; r.ID != id || r.Outcome != market.RunInterrupted || r.Offers != 1 || r.EndedAt.Sub(r.StartedAt) != 5*time.Second || !r.Good() {
		t.Errorf("the killed run: %+v", r)
	}
	if p := w.standing(time.Time{}).Rivals[0]; p.Price != eur(t, "9.00") {
		t.Errorf("what the killed run recorded was not matched: %+v", p)
	}
}

// signalling tells of each crawl that begins.
type signalling struct {
	*pages
	began chan market.SourceID
}

func (s signalling) Crawl(ctx context.Context, site crawler.Site) iter.Seq2[crawler.Visit, error] {
	s.began <- site.Source.ID
	return s.pages.Crawl(ctx, site)
}

// TestScheduleGoesOn: a source whose last run was cut off is crawled when the daemon starts, though it is not due.
func TestScheduleGoesOn(t *testing.T) {
	w := newWorld(t)
	w.killed()
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	shop := signalling{w.shop, make(chan market.SourceID, 10)}
	o := w.Options
	o.Crawler = func(bool) (crawler.Crawls, error) { return shop, nil }
	start := w.now
	o.Clock = func() time.Time { return start }
	w.shop.now = o.Clock
	o.Sites = slices.Clone(o.Sites)
	o.Sites[0].Source.Schedule = market.Schedule{Expr: "0 0 1 1 *"}
	again, err := watch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- again.RunSchedule(ctx) }()
	if id := <-shop.began; id != "rival" {
		t.Errorf("%s was crawled", id)
	}
	cancel()
	if err := <-done; err != nil || len(shop.began) != 0 {
		t.Errorf("%v; %d more crawls", err, len(shop.began))
	}
}

// TestImportStream: what was kept before an error stays, is counted and is matched; a source that nobody knows
// ends it.
func TestImportStream(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	good := market.Observation{Source: "rival", SeenAt: w.now.Add(-time.Hour), Page: page1, Offer: w.offer("9.00")}
	done, err := w.ImportObservations(t.Context(), func(yield func(market.Observation, error) bool) {
		_ = yield(good, nil) && yield(market.Observation{Source: "nobody", SeenAt: good.SeenAt}, nil) && yield(good, nil)
	})
	if err == nil || done.Observations != 1 {
		t.Errorf("%+v, %v", done, err)
	}
	if p := w.standing(time.Time{}).Rivals[0]; p.Price != eur(t, "9.00") {
		t.Errorf("not matched: %+v", p)
	}
}

// batches is a store that remembers the pages of each Keep.
type batches struct {
	store.Store
	pages [][]string
}

func (b *batches) Keep(ctx context.Context, x store.Batch) ([]market.Change, error) {
	var pages []string
	for _, o := range x.Observations {
		pages = append(pages, o.Page)
	}
	b.pages = append(b.pages, slices.Compact(pages))
	return b.Store.Keep(ctx, x)
}

// TestPageIsRecordedAsAWhole: what a page shows goes into one transaction, since a run that goes on where this one was
// killed takes any of it for all.
func TestPageIsRecordedAsAWhole(t *testing.T) {
	w := newWorld(t)
	st := &batches{Store: w.store}
	w.rewire(t, st, w.shop, quality.Policy{})
	for p := range 4 {
		url := fmt.Sprintf("https://rival.example/p/%d", p)
		w.shop.role[url] = parsers.RoleProduct
		for i := range 25 {
			w.shop.offers[url] = append(w.shop.offers[url], market.Offer{SKU: fmt.Sprintf("%d-%d", p, i), Price: eur(t, "5.00")})
		}
	}
	if run := w.crawl(); run.Offers != 100 {
		t.Fatalf("run %+v", run)
	}
	recorded := map[string]int{}
	for _, pages := range st.pages {
		for _, p := range pages {
			recorded[p]++
		}
	}
	if len(recorded) != 4 || len(st.pages) < 2 {
		t.Errorf("pages by transaction: %q", st.pages)
	}
	for p, n := range recorded {
		if n != 1 {
			t.Errorf("%s is recorded in %d transactions", p, n)
		}
	}
}

// TestPagesLeft: a run whose host was left alone before its end is not done, however few of its pages failed.
func TestPagesLeft(t *testing.T) {
	w := newWorld(t)
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	for left, want := range map[int]market.RunOutcome{0: market.RunDone, 7: market.RunPartial} {
		w.shop.left = left
		if run := w.crawl(); run.Outcome != want {
			t.Errorf("%d pages are left: %s, want %s", left, run.Outcome, want)
		}
	}
}
