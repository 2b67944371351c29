package watch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/quality"
	"pricegap/watch"
)

// asking is a shop whose pages may fail, and which counts what is fetched beside a run.
type asking struct {
	*pages
	fetched []crawler.Request
	fail    *crawler.Visit
	hang    bool
}

func (a *asking) Look(ctx context.Context, s crawler.Site, r crawler.Request) (crawler.Visit, error) {
	a.fetched = append(a.fetched, r)
	if a.hang {
		<-ctx.Done()
		return crawler.Visit{}, ctx.Err()
	}
	if a.fail != nil {
		return *a.fail, nil
	}
	return a.pages.Look(ctx, s, r)
}

// asked is a world in which the rival's price was seen two minutes ago.
func asked(t *testing.T) (*world, *asking) {
	t.Helper()
	w := newWorld(t)
	w.Sites[0].Source.Scope.Hosts = []string{"rival.example"}
	a := &asking{pages: w.shop}
	w.rewire(t, w.store, a, quality.Policy{})
	w.catalog("10.00")
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	w.crawl()
	w.now = w.now.Add(2 * time.Minute)
	return w, a
}

func (w *world) refresh(wait time.Duration) []watch.Looked {
	w.t.Helper()
	looked, err := w.Refresh(w.t.Context(), watch.RefreshRequest{Product: "100", Wait: wait})
	if err != nil {
		w.t.Fatal(err)
	}
	return looked
}

// TestRefresh: a page that nobody is about to visit is fetched at once and recorded, and no run is kept of it.
func TestRefresh(t *testing.T) {
	w, a := asked(t)
	before, err := w.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.shop.offers[page1] = []market.Offer{w.offer("8.50")}
	if got := w.refresh(time.Minute); len(got) != 1 || got[0] != (watch.Looked{Source: "rival", Page: page1}) {
		t.Errorf("looked %+v", got)
	}
	if len(a.fetched) != 1 || !a.fetched[0].Fresh || a.fetched[0].URL != page1 {
		t.Errorf("fetched %+v", a.fetched)
	}
	p := w.standing(time.Time{}).Rivals[0]
	if p.Price != eur(t, "8.50") || p.Age > 10*time.Second || !strings.HasPrefix(string(p.Seen.Run), "ask-2026") {
		t.Errorf("afterwards %s, %s old, of run %s", p.Price, p.Age, p.Seen.Run)
	}
	after, err := w.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before[1].Last, after[1].Last); d != "" || !after[1].LastGoodAt.Equal(before[1].LastGoodAt) {
		t.Errorf("the health of the source has changed:\n%s", d)
	}
	if got := w.refresh(time.Minute); len(got) != 0 || len(a.fetched) != 1 {
		t.Errorf("what was just seen is looked at again: %+v", got)
	}
	if run := w.crawl(); run.Outcome != market.RunDone || run.Missing != 0 || run.Expected != 1 {
		t.Errorf("the next run %+v", run)
	}
}

// TestRefreshDoubts: a price that is hard to believe is held back, however much somebody wants it now.
func TestRefreshDoubts(t *testing.T) {
	w, _ := asked(t)
	w.shop.offers[page1] = []market.Offer{w.offer("0.90")}
	if got := w.refresh(time.Minute); len(got) != 1 || got[0].Failure != nil {
		t.Errorf("looked %+v", got)
	}
	if p := w.standing(time.Time{}).Rivals[0]; p.Price != eur(t, "9.00") || p.Held == nil || p.Held.Offer.Price != eur(t, "0.90") {
		t.Errorf("afterwards %s, held %+v", p.Price, p.Held)
	}
}

// TestRefreshFails: what could not be had is told, and changes nothing.
func TestRefreshFails(t *testing.T) {
	failed := &crawler.FetchError{URL: page1, Kind: market.FailServerError, Status: 503}
	for name, tt := range map[string]struct {
		set  func(*world, *asking)
		want watch.Looked
	}{
		"the shop is down": {func(_ *world, a *asking) { a.fail = &crawler.Visit{Failure: failed} }, watch.Looked{Failure: &market.Failure{Kind: market.FailServerError, URL: page1, Status: 503}}},
		"another product stands there": {func(w *world, _ *asking) {
			o := w.offer("5.00")
			o.SKU = "R2"
			w.shop.offers[page1] = []market.Offer{o}
		}, watch.Looked{Failure: &market.Failure{Kind: market.FailSoft404, URL: page1}}},
		"the shop has moved": {func(w *world, _ *asking) { w.Sites[0].Source.Scope.Hosts = []string{"other.example"} }, watch.Looked{Failure: &market.Failure{Kind: market.FailRedirectBlocked}}},
		"it does not come":   {func(_ *world, a *asking) { a.hang = true }, watch.Looked{Late: true}},
		"in the run under way": {func(w *world, _ *asking) {
			w.shop.first = func(string) (crawler.Visit, bool) { return crawler.Visit{Failure: failed}, true }
		}, watch.Looked{Failure: &market.Failure{Kind: market.FailServerError, URL: page1, Status: 503}}},
	} {
		t.Run(name, func(t *testing.T) {
			w, a := asked(t)
			tt.set(w, a)
			tt.want.Source, tt.want.Page = "rival", page1
			if d := cmp.Diff([]watch.Looked{tt.want}, w.refresh(50*time.Millisecond)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if p := w.standing(time.Time{}).Rivals[0]; p.Price != eur(t, "9.00") || p.Age < 2*time.Minute {
				t.Errorf("afterwards %s, %s old", p.Price, p.Age)
			}
		})
	}
}

// TestRefreshInARun: where a run of the source is under way its page is put first there, and nothing else is fetched.
func TestRefreshInARun(t *testing.T) {
	w, a := asked(t)
	var first []string
	w.shop.first = func(url string) (crawler.Visit, bool) {
		first = append(first, url)
		w.shop.offers[page1] = []market.Offer{w.offer("8.75")}
		w.crawl() // stands in for the rest of the run
		return crawler.Visit{Page: market.Page{URL: url, FetchedAt: w.now}}, true
	}
	got := w.refresh(time.Minute)
	if len(got) != 1 || got[0].Failure != nil || got[0].Late || len(first) != 1 || first[0] != page1 || len(a.fetched) != 0 {
		t.Errorf("looked %+v, first %q, fetched %+v", got, first, a.fetched)
	}
	if p := w.standing(time.Time{}).Rivals[0]; p.Price != eur(t, "8.75") || strings.HasPrefix(string(p.Seen.Run), "ask-") {
		t.Errorf("afterwards %s of run %s", p.Price, p.Seen.Run)
	}
}

// TestRefreshOfNothing: names that are not there are errors, and a caller who leaves is not waited for.
func TestRefreshOfNothing(t *testing.T) {
	w, a := asked(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		ctx  context.Context
		r    watch.RefreshRequest
		want error
	}{
		{t.Context(), watch.RefreshRequest{Product: "none"}, watch.ErrUnknownProduct},
		{t.Context(), watch.RefreshRequest{Product: "100", Sources: []market.SourceID{"none"}}, watch.ErrUnknownSource},
		{t.Context(), watch.RefreshRequest{Product: "100", Sources: []market.SourceID{"us"}}, nil},
		{gone, watch.RefreshRequest{Product: "100", Wait: time.Minute}, context.Canceled},
	} {
		if got, err := w.Refresh(tt.ctx, tt.r); !errors.Is(err, tt.want) || len(got) != 0 && tt.want == nil || len(a.fetched) != 0 {
			t.Errorf("%+v: %+v, %v; fetched %d", tt.r, got, err, len(a.fetched))
		}
	}
}
