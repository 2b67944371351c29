package watch_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/guard"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/store"
)

// site is the shop of the cases.
func site(p parsers.Parser) crawler.Site {
	return crawler.Site{Parser: p, Source: market.Source{ID: "rival", Parser: "auto", Locale: inDutch, Starts: []market.Start{{Kind: market.StartProducts, URLs: []string{lampURL}}}}}
}

// look is one look at a page: the page, how many minutes after the first it is, and what Judge says of its price.
type look struct {
	minutes int
	body    string
	want    string
}

// looksTwice are the cases that only a second look tells: C19, C20, C23, C36, C47. Each page is read, and its price doubted with
// all that was seen before.
func looksTwice() (out []content) {
	in := func(price, currency string) string {
		return page{head: ld(`{"@type":"Product","name":"Lamp Zefier","offers":{"@type":"Offer","price":"` + price + `","priceCurrency":"` + currency + `"}}`)}.text()
	}
	euros := func(price string) string { return in(price, "EUR") }
	named := func(name, gtin string) string {
		return inPlace(name+" | Winkel", ld(`{"@type":"Product","name":"`+name+`","gtin13":"`+gtin+`","offers":`+offered("129")+`}`), `<h1>`+name+`</h1><button>In winkelwagen</button>`)
	}
	const trusted = "trusted"
	for _, c := range []struct {
		id, variant string
		looks       []look
	}{
		{"C19", "the currency flips", []look{{0, euros("129"), trusted}, {60, in("129", "USD"), "quarantined geo_variant 2"}, {120, euros("129"), trusted}}},
		{"C19", "currency and number are others", []look{{0, euros("129"), trusted}, {60, in("149", "USD"), "quarantined currency 2"}}},

		{"C20", "lost decimal sign", []look{{0, euros("12.99"), trusted}, {60, euros("1299"), "quarantined factor_100 2"}, {120, euros("1299"), "quarantined factor_100 1"}, {180, euros("1299"), trusted}}},
		{"C20", "times 10", []look{{0, euros("12.99"), trusted}, {60, euros("129.90"), "quarantined factor_10 2"}, {61, euros("129.90"), "quarantined factor_10 2"}, {120, euros("129.90"), "quarantined factor_10 1"}}},
		{"C20", "a hundredth", []look{{0, euros("1299"), trusted}, {60, euros("12.99"), "quarantined factor_100 2"}, {120, euros("1299"), trusted}}},
		{"C20", "a thousandth", []look{{0, euros("1299"), trusted}, {60, euros("1.30"), "quarantined factor_1000 2"}}},
		{"C20", "no factor and little", []look{{0, euros("12.99"), trusted}, {60, euros("11.99"), trusted}}},

		{"C23", "a flash price that is there at the second look", []look{{0, euros("129"), trusted}, {60, euros("79"), "quarantined jump 1"}, {70, euros("79"), trusted}}},
		{"C23", "a flash price that is gone at the second look", []look{{0, euros("129"), trusted}, {60, euros("79"), "quarantined jump 1"}, {70, euros("129"), trusted}}},
		{"C23", "by the time of day", []look{{0, euros("129"), trusted}, {600, euros("119"), trusted}, {2400, euros("129"), trusted}}},

		{"C36", "another GTIN, later", []look{{0, named("Lamp Zefier", "8711319005717"), trusted}, {60, named("Lamp Zefier", "4006381333931"), "quarantined identity 2"}}},

		{"C47", "another product", []look{{0, named("Lamp Zefier", ""), trusted}, {60, named("Stofzuiger Turbo", ""), "quarantined identity 0"}, {120, named("Stofzuiger Turbo", ""), "quarantined identity 0"}}},
		{"C47", "more words for the same", []look{{0, named("Lamp Zefier", ""), trusted}, {60, named("Lamp Zefier met gratis snoer", ""), trusted}}},
	} {
		out = append(out, content{c.id, c.variant, func(t *testing.T) {
			var past []market.Observation
			for i, l := range c.looks {
				res := page{}.read(t, l.body)
				if res.Failure != "" {
					t.Fatalf("look %d: %s", i, res.Failure)
				}
				o := market.Observation{Source: "rival", Listing: "rival/url:" + lampURL, SeenAt: time.Date(2026, 3, 3, 6, l.minutes, 0, 0, time.UTC), Offer: res.Offers[0]}
				was, held := quality.Baseline(past)
				v := quality.Judge(o, quality.Past{Trusted: was, Held: held, Recent: past}, quality.Policy{})
				got := string(v.Trust.State)
				if v.Trust.State != market.Trusted {
					got = fmt.Sprint(got, " ", v.Trust.Reason, " ", v.Trust.Needs)
				}
				if got != l.want {
					t.Errorf("look %d: %s is %s, want %s", i, o.Offer.Price, got, l.want)
				}
				o.Trust = v.Trust
				past = append(past, o)
			}
		}})
	}
	return out
}

// shelf answers in the place of the web.
type shelf struct {
	pages  map[string]string // by address
	header http.Header
	now    func() time.Time
	mu     sync.Mutex
	asked  []*http.Request // for pages
}

func (s *shelf) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	res := &http.Response{StatusCode: http.StatusNotFound, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: &guard.Body{}, Request: r, Uncompressed: true}
	if r.URL.Path == "/robots.txt" {
		return res, nil
	}
	s.asked = append(s.asked, r)
	if body, ok := s.pages[r.URL.String()]; ok {
		res.StatusCode, res.Body, res.ContentLength = http.StatusOK, &guard.Body{Bytes: []byte(body)}, int64(len(body))
		maps.Copy(res.Header, s.header)
		res.Header.Set("Content-Type", "text/html; charset=utf-8")
	}
	res.Header.Set("WARC-Date", s.now().UTC().Format(time.RFC3339))
	return res, nil
}

// street is a world whose rival is read by the real crawler.
type street struct {
	*world
	*shelf
}

func newStreet(t *testing.T, parser, options string) *street {
	t.Helper()
	w := newWorld(t)
	s := &street{w, &shelf{pages: map[string]string{}, now: w.clock}}
	p, err := parsers.New(parser, func(v any) error { return json.Unmarshal([]byte(options), v) })
	if err != nil {
		t.Fatal(err)
	}
	c, err := crawler.New(crawler.Options{Contact: "https://us.example/bot", Replay: s.shelf, Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	w.Sites = []crawler.Site{site(p)}
	w.rewire(t, w.store, c, quality.Policy{ConfirmAfter: time.Hour})
	return s
}

// visit shows pages and crawls them, a day after the last time.
func (s *street) visit(pages map[string]string) market.Run {
	s.t.Helper()
	s.world.now = s.world.now.Add(24 * time.Hour)
	s.pages, s.asked = pages, nil
	src := &s.Sites[0].Source
	src.Starts[0].URLs = slices.Sorted(maps.Keys(pages))
	return s.crawlFor(0)
}

// latest are all listings, and what is known of them now.
func (s *street) latest() (out []market.Observation) {
	s.t.Helper()
	for o, err := range s.store.Latest(s.t.Context(), store.Query{Sources: []market.SourceID{"rival"}}) {
		if err != nil {
			s.t.Fatal(err)
		}
		out = append(out, o)
	}
	return out
}

// marker is a page of the product that our catalogue has.
func marker(name, price, currency string) string {
	return inPlace(name+" | Winkel", ld(`{"@type":"Product","name":"`+name+`","sku":"R1","gtin13":"`+strings.TrimPrefix(barcode, "0")+`","offers":{"@type":"Offer","price":"`+price+`","priceCurrency":"`+currency+`","availability":"InStock"}}`), `<h1>`+name+`</h1><button>In winkelwagen</button>`)
}

// runs are the cases that only a run can see: C19, C42 to C45, C47, C48, C50.
func runs() (out []content) {
	one := func(body string) map[string]string { return map[string]string{page1: body} }
	add := func(id, variant string, test func(*testing.T)) { out = append(out, content{id, variant, test}) }

	add("C19", "run", heldBack(marker("Marker", "12.00", "EUR"), marker("Marker", "12.00", "USD"), quality.GeoVariant))
	add("C47", "run", heldBack(marker("Marker", "12.00", "EUR"), strings.ReplaceAll(marker("Stofzuiger Turbo", "4.00", "EUR"), `"gtin13":"4006381333931",`, ""), quality.Identity))

	add("C42", "one page for all", func(t *testing.T) {
		s, pages := newStreet(t, "auto", "{}"), map[string]string{}
		for i := range 12 {
			pages[fmt.Sprintf("https://shop.example/p/%d", i)] = page{body: price("€ 129,-")}.text()
		}
		run := s.visit(pages)
		if run.Failures[market.FailParseDrift] == 0 || len(s.asked) > 6 || run.Outcome == market.RunDone {
			t.Errorf("%s after %d pages: %v", run.Outcome, len(s.asked), run.Failures)
		}
		for u := range pages { // the same price is no sign
			pages[u] = strings.ReplaceAll(pages[u], "Een lamp", "Lamp "+u)
		}
		if run := newStreet(t, "auto", "{}").visit(pages); run.Failures[market.FailParseDrift] > 0 || run.Offers != 12 {
			t.Errorf("12 pages with one price: %s, %d offers, %v", run.Outcome, run.Offers, run.Failures)
		}
	})

	add("C43", "shorter than usual", func(t *testing.T) {
		s, pages := newStreet(t, "auto", "{}"), map[string]string{}
		long := "<p>" + strings.Repeat("Een lamp voor op de tafel. ", 200) + "</p>"
		for i := range 8 {
			pages[fmt.Sprintf("https://shop.example/p/%d", i)] = page{body: price(fmt.Sprintf("€ %d,-", 100+i)) + long}.text()
		}
		s.visit(pages)
		half := `<!doctype html><title>Lamp</title><h1>Lamp</h1>` + price("€ 5,-")
		pages["https://shop.example/p/z"] = half
		if run := s.visit(pages); run.Failures[market.FailTruncated] != 1 || len(s.latest()) != 8 {
			t.Errorf("half a page: %v, %d listings", run.Failures, len(s.latest()))
		}
		if run := newStreet(t, "auto", "{}").visit(map[string]string{"https://shop.example/p/z": half}); run.Offers != 1 {
			t.Errorf("a shop of short pages: %v", run.Failures)
		}
	})

	add("C44", "headers", func(t *testing.T) {
		s := newStreet(t, "auto", "{}")
		s.header = http.Header{"Set-Cookie": {"lang=de; Path=/"}, "Content-Language": {"de"}, "Vary": {"Accept-Language"}}
		for range 2 {
			s.visit(one(marker("Marker", "12.00", "EUR")))
			for _, r := range s.asked {
				if got := r.Header.Get("Accept-Language"); got != "nl-NL, nl;q=0.9" {
					t.Errorf("asked for %q", got)
				}
			}
			if len(s.asked) == 0 {
				t.Error("nothing was asked")
			}
		}
	})

	add("C45", "class names new at every load", func(t *testing.T) {
		s := newStreet(t, "selectors", `{"fields":{"price":".x1"}}`)
		named := func(class string) map[string]string {
			pages := map[string]string{}
			for i := range 20 {
				pages[fmt.Sprintf("https://shop.example/p/%d", i)] = page{body: fmt.Sprintf(`<p class=%q>€ %d,-</p>`, class, 100+i)}.text()
			}
			return pages
		}
		if run := s.visit(named("x1")); run.Outcome != market.RunDone || run.Offers != 20 {
			t.Fatalf("%s: %v", run.Outcome, run.Failures)
		}
		run := s.visit(named("x2"))
		if run.Outcome != market.RunFailed || run.Failures[market.FailParseDrift] == 0 {
			t.Errorf("%s: %v, %v", run.Outcome, run.Failures, run.Odd)
		}
		for _, o := range s.latest() {
			if !o.Offer.Price.Known() || o.SeenAt.Equal(run.StartedAt) || o.SeenAt.After(run.StartedAt) {
				t.Errorf("the last good value did not stay: %s at %s", o.Offer.Price, o.SeenAt)
			}
		}
	})

	add("C48", "recorded", func(t *testing.T) {
		s := newStreet(t, "auto", "{}")
		s.header = http.Header{"X-Robots-Tag": {"noarchive"}, "Tdm-Reservation": {"1"}}
		run := s.visit(one(strings.Replace(marker("Marker", "12.00", "EUR"), "</title>", `</title><meta name="robots" content="noindex">`, 1)))
		if want := map[string]int{"noarchive": 1, "noindex": 1, "tdm-reservation": 1}; !maps.Equal(run.Notes, want) || run.Offers != 1 {
			t.Errorf("notes %v, %d offers", run.Notes, run.Offers)
		}
	})

	add("C50", "recorded", func(t *testing.T) {
		s := newStreet(t, "auto", "{}")
		s.visit(one(strings.Replace(marker("Marker", "12.00", "EUR"), "<button>", `<section class="reviews"><p>P. Jansen uit Delft</p></section><button>`, 1)))
		got := s.latest()
		if raw, err := json.Marshal(got); err != nil || len(got) != 1 || strings.Contains(string(raw), "Jansen") {
			t.Errorf("%v: %s", err, raw)
		}
	})
	return out
}

// heldBack: the second page is held back for that reason; the last good price stays, and nobody is told.
func heldBack(first, second, reason string) func(*testing.T) {
	return func(t *testing.T) {
		s := newStreet(t, "auto", "{}")
		s.catalog("10.00")
		if run := s.visit(map[string]string{page1: first}); run.Offers != 1 || run.Quarantined != 0 {
			t.Fatalf("%+v", run)
		}
		told := s.deliver()
		run := s.visit(map[string]string{page1: second})
		if run.Offers != 1 || run.Quarantined != 1 {
			t.Fatalf("%+v", run)
		}
		rival := s.standing(time.Time{}).Rivals[0]
		if rival.Price.String() != "12.00 EUR" || rival.Held == nil || rival.Held.Trust.Reason != reason {
			t.Errorf("the rival is at %s, held %+v", rival.Price, rival.Held)
		}
		if n := s.deliver(); n != told {
			t.Errorf("%d messages about what is held back", n-told)
		}
	}
}
