package crawler

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"pricegap/crawler/keep"
	"pricegap/market"
)

// broken crawls until visit n, at which the loop breaks off as a process does that is killed.
func broken(t *testing.T, c *Crawler, s Site, n int) (got []string) {
	t.Helper()
	for v, err := range c.Crawl(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, told(v)); len(got) == n {
			break
		}
	}
	return got
}

// TestRecordedIsNotFetchedAgain: a run that goes on asks what was recorded since the first of the runs began, and
// fetches the rest; a run that goes on with none asks nothing.
func TestRecordedIsNotFetchedAgain(t *testing.T) {
	pages, start := products(6)
	s := newShop(t, pages)
	var k keep.Memory
	now := time.Date(2026, 3, 1, 6, 0, 0, 5000, time.UTC)
	clock := func() time.Time { return now }
	site := s.site(start)
	var asked []time.Time
	site.Recorded = func(_ string, since time.Time) bool {
		asked = append(asked, since)
		return false
	}
	broken(t, newCrawler(t, Options{Keep: &k, Clock: clock}), site, 2)
	if len(asked) > 0 {
		t.Errorf("a run that goes on with none asked %d times", len(asked))
	}
	now = now.Add(time.Hour)
	broken(t, newCrawler(t, Options{Keep: &k, Clock: clock}), site, 1) // interrupted again
	now = now.Add(time.Hour)
	recorded := []string{"http://shop.example/p/01", "http://shop.example/p/04"}
	site.Recorded = func(url string, since time.Time) bool {
		asked = append(asked, since)
		return slices.Contains(recorded, url)
	}
	before := len(s.log())
	got := crawl(t, newCrawler(t, Options{Keep: &k, Clock: clock}).Crawl(t.Context(), site))
	if want := []string{"/p/00", "/p/02", "/p/03", "/p/05"}; !slices.Equal(got, want) || !slices.Equal(s.log()[before:], want) {
		t.Errorf("visits %q, asked for %q, want %q", got, s.log()[before:], want)
	}
	first := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	if len(asked) == 0 || slices.ContainsFunc(asked, func(since time.Time) bool { return !since.Equal(first) }) {
		t.Errorf("asked what was recorded since %v, want %v", asked, first)
	}
}

// TestListsWithOffersAreReadAgain: the offers of a list are recorded at the end of a run, so a list with offers is read
// again by who goes on with a run that was killed, while a listing that was recorded is not.
func TestListsWithOffersAreReadAgain(t *testing.T) {
	pages, start := products(3)
	pages["/tv"], pages["/audio"], pages["/api"] = text("title tile"), text("other /about"), text("title item")
	s := newShop(t, pages)
	var k keep.Memory
	site := s.site(starts(market.StartCategory, "/tv", "/audio"), starts(market.StartJSON, "/api"), start)
	first := broken(t, newCrawler(t, Options{Keep: &k}), site, 6)
	rest := crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site))
	slices.Sort(first)
	slices.Sort(rest)
	if want := []string{"/api", "/audio", "/p/00", "/p/01", "/p/02", "/tv"}; !slices.Equal(first, want) {
		t.Fatalf("first %q, want %q", first, want)
	}
	if slices.Contains(rest, "/api") || slices.Contains(rest, "/audio") || !slices.Contains(rest, "/tv") {
		t.Errorf("then %q: want the list with offers, and none of what was settled before", rest)
	}
}

// TestLast: the last visit of a run in which lists showed offers is a checkpoint of no page that says so, and only with it such
// lists count as visited; where nothing is left to count there is none.
func TestLast(t *testing.T) {
	t.Parallel()
	for tv, wants := range map[string][2]bool{"title tile": {true, true}, "other /about": {}} {
		pages, _ := products(1)
		pages["/tv"] = text(tv)
		s := newShop(t, pages)
		var k keep.Memory
		site := s.site(starts(market.StartCategory, "/tv"))
		for run, want := range wants {
			var visits []Visit
			for v, err := range newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site) {
				if err != nil {
					t.Fatal(err)
				}
				if visits = append(visits, v); run == 0 && v.Checkpoint && !v.Last {
					lent, err := v.Frontier(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					for _, x := range lent {
						k.PutState(t.Context(), x.Key, x.Value)
					}
				}
				if run == 0 && v.Last {
					break // it is not known whether it was recorded
				}
			}
			if visits[0].Request.URL != "http://shop.example/tv" || visits[0].Last || visits[len(visits)-1].Last != want || !visits[len(visits)-1].Checkpoint {
				t.Errorf("%q, run %d: %+v, want the list, and a last visit: %t", tv, run, visits, want)
			}
		}
	}
}

// TestLongInterrupted: a crawl of which everything was recorded and nothing was settled ends without a fetch.
func TestLongInterrupted(t *testing.T) {
	pages, start := products(3)
	s := newShop(t, pages)
	var k keep.Memory
	site := s.site(start)
	broken(t, newCrawler(t, Options{Keep: &k}), site, 3)
	site.Recorded = func(string, time.Time) bool { return true }
	before := len(s.log())
	if got := crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site)); len(got) > 0 || len(s.log()) > before {
		t.Errorf("visits %q", got)
	}
	site.Recorded = nil
	if got := crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site)); len(got) != 3 {
		t.Errorf("the next crawl visits %q", got)
	}
}

// TestMissingIsCountedOnce: a page that is not there counts once, however often the run is interrupted before that is
// settled.
func TestMissingIsCountedOnce(t *testing.T) {
	pages, start := products(1)
	s := newShop(t, pages)
	var k keep.Memory
	site := s.site(start)
	crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site))
	s.set("/p/00", nil)
	for range 3 {
		broken(t, newCrawler(t, Options{Keep: &k}), site, 1)
	}
	for run, want := range []string{"/p/00!client_error", "/p/00!client_error", "/p/00!gone"} {
		if got := crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site)); !slices.Equal(got, []string{want}) {
			t.Errorf("run %d: %q, want %q", run+1, got, want)
		}
	}
}

// TestRecordedSinceIsRead: what is remembered of a page from before it was recorded last, or from a look that was not recorded,
// says nothing; the page is read, wherever a redirect led, although it is what it was.
func TestRecordedSinceIsRead(t *testing.T) {
	pages, start := products(3)
	pages["/p/02"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/q", http.StatusFound) }
	pages["/q"] = text("title q")
	s := newShop(t, pages)
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	c := newCrawler(t, Options{Clock: func() time.Time { return now }})
	site := s.site(start)
	recorded := map[string]time.Time{}
	site.SeenAt = func(url string) time.Time { return recorded[url] }
	read := func() (got []string) {
		for v, err := range c.Crawl(t.Context(), site) {
			if err != nil || v.Failure != nil {
				t.Fatalf("%+v, %v", v, err)
			}
			if !v.Page.NotModified {
				got = append(got, v.Page.URL)
			}
		}
		slices.Sort(got)
		return got
	}
	all := []string{"http://shop.example/p/00", "http://shop.example/p/01", "http://shop.example/q"}
	if got := read(); !slices.Equal(got, all) {
		t.Fatalf("first %q", got)
	}
	for _, page := range all {
		recorded[page] = now.Add(time.Second)
	}
	if got := read(); len(got) > 0 {
		t.Errorf("recorded as they were fetched: %q are read", got)
	}
	recorded[all[1]], recorded[all[2]] = now.Add(time.Minute), now.Add(time.Minute)
	now = now.Add(time.Hour)
	if got := read(); !slices.Equal(got, all[1:]) {
		t.Errorf("recorded since they were fetched: %q are read, want %q", got, all[1:])
	}
	for _, page := range all {
		recorded[page] = now
	}
	if got := read(); len(got) > 0 {
		t.Errorf("in the next run %q are read", got)
	}
	recorded[all[0]] = now.Add(-time.Second)
	delete(recorded, all[1])
	if got := read(); !slices.Equal(got, all[:1]) {
		t.Errorf("not recorded as it was fetched: %q are read, want %q", got, all[:1])
	}
}

// TestRecordedMeanwhile: that a page did not change says nothing where a redirect led to a newer one between its hand-out
// and its answer, whether that is settled by then or not: the page is read. Where no redirect leads anywhere, the records
// are asked once for each page.
func TestRecordedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, settled := range map[string]bool{"told": false, "settled": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recordedMeanwhile(t, settled)
		})
	}
}

func recordedMeanwhile(t *testing.T, settled bool) {
	t.Helper()
	const address = "http://shop.example/p/00"
	tagged := func(w http.ResponseWriter, tag string) {
		w.Header().Set("ETag", tag)
		text("title "+tag)(w, nil)
	}
	pages, start := products(2)
	pages["/p/00"] = func(w http.ResponseWriter, _ *http.Request) { tagged(w, "old") }
	s := newShop(t, pages)
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	c := newCrawler(t, Options{Clock: func() time.Time { return now }})
	site := s.site(start)
	recorded, lookups := map[string]time.Time{}, 0
	site.SeenAt = func(url string) time.Time {
		lookups++
		return recorded[url]
	}
	read := func(visited func(v Visit)) {
		for v, err := range c.Crawl(t.Context(), site) {
			if err != nil || v.Failure != nil {
				t.Fatalf("%+v, %v", v, err)
			}
			recorded[v.Page.URL] = v.Page.FetchedAt
			visited(v)
		}
	}
	read(func(Visit) {})
	read(func(Visit) {})
	if lookups != 2 {
		t.Errorf("the records are asked %d times for 2 pages", lookups)
	}
	now = now.Add(time.Hour)
	asked, redirected, release := make(chan struct{}), make(chan struct{}), make(chan struct{})
	n := 0
	s.set("/p/00", func(w http.ResponseWriter, _ *http.Request) {
		switch n++; n {
		case 1: // by its own address, answered late and by one who knows nothing newer
			close(asked)
			<-release
			w.WriteHeader(http.StatusNotModified)
		default:
			tagged(w, "new")
		}
	})
	s.set("/p/01", func(w http.ResponseWriter, r *http.Request) {
		<-asked
		http.Redirect(w, r, "/p/00", http.StatusFound)
	})
	s.set("/api", func(w http.ResponseWriter, r *http.Request) {
		<-redirected
		text("title item")(w, r)
	})
	if settled {
		site.Source.Starts = append(site.Source.Starts, starts(market.StartJSON, "/api"))
	}
	site.Source.Pace.Parallel = 3
	var got []string
	read(func(v Visit) {
		if v.Page.URL == address && !v.Page.NotModified {
			got = append(got, v.Result.Offers[0].Title.Plain())
		}
		switch {
		case v.Request.URL == address:
		case v.Page.URL == address:
			close(redirected)
			if !settled {
				close(release)
			}
		default:
			close(release)
		}
	})
	if want := []string{"new", "new"}; !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
}
