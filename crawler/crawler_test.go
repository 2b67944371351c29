package crawler

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shop is a small shop on loopback, reached as shop.example. Each request is noted.
type shop struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
	times []time.Time
}

// newShop serves pages by path; a path that is missing is 404, robots.txt too.
func newShop(t testing.TB, pages map[string]http.HandlerFunc) *shop {
	t.Helper()
	s := &shop{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.RequestURI())
		s.times = append(s.times, time.Now())
		s.mu.Unlock()
		if h, ok := pages[r.URL.RequestURI()]; ok {
			h(w, r)
			return
		}
		if h, ok := pages["*"]; ok {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// log returns the paths that were asked for, robots.txt left out.
func (s *shop) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, a := range s.asked {
		if a != "/robots.txt" {
			out = append(out, a)
		}
	}
	return out
}

func (s *shop) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.asked {
		if a == path {
			n++
		}
	}
	return n
}

// site is the source that is served by s.
func (s *shop) site(starts ...market.Start) Site {
	host, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	return Site{
		Source: market.Source{
			ID: "shop", Name: "Shop", Locale: money.Locale{Language: "nl-NL", Currency: "EUR"}, Starts: starts,
			Network: market.Network{
				ConnectTo: []market.ConnectTo{{ToHost: host, ToPort: port}},
				Allow:     []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
			},
		},
		Parser: lines{},
	}
}

// lines is a parser for tests: "product URL", "next URL" and "other URL" are links, "title T" is an offer, "fail K" a
// failure, "panic" panics.
type lines struct{}

func (lines) Parse(d *parsers.Doc) (parsers.Result, error) {
	var r parsers.Result
	for l := range strings.Lines(string(d.Page.Body)) {
		key, value, _ := strings.Cut(strings.TrimSpace(l), " ")
		switch key {
		case "product", "next", "other":
			r.Links = append(r.Links, parsers.Link{URL: "http://shop.example" + value, Kind: parsers.LinkKind(key)})
		case "title":
			r.Offers = append(r.Offers, market.Offer{URL: d.Page.URL, Title: market.NewText(value)})
		case "fail":
			r.Failure = market.FailureKind(value)
		case "panic":
			panic("a reader panics")
		case "error":
			return r, errors.New("nothing can be read")
		}
	}
	return r, nil
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

func newCrawler(t testing.TB, o Options) *Crawler {
	t.Helper()
	if o.Contact == "" {
		o.Contact = "https://us.example/bot"
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// told writes a visit as one word a page.
func told(v Visit) string {
	p := strings.TrimPrefix(v.Request.URL, "http://shop.example")
	switch {
	case v.Failure != nil:
		return p + "!" + string(v.Failure.Kind)
	case v.Page.NotModified:
		return p + "="
	case v.Result.Failure != "":
		return p + "?" + string(v.Result.Failure)
	}
	return p
}

func crawl(t testing.TB, visits iter.Seq2[Visit, error]) []string {
	t.Helper()
	var out []string
	for v, err := range visits {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, told(v))
	}
	return out
}

func starts(kind market.StartKind, paths ...string) market.Start {
	s := market.Start{Kind: kind}
	for _, p := range paths {
		s.URLs = append(s.URLs, "http://shop.example"+p)
	}
	return s
}

func TestNewWantsContact(t *testing.T) {
	for contact, want := range map[string]string{
		"":                       "",
		"nobody":                 "",
		"http://us.example/bot":  "",
		"https://us.example/bot": "pricegap/1.2 (+https://us.example/bot)",
		"bot@us.example":         "pricegap/1.2 (+mailto:bot@us.example)",
		"a@b\r\nX: y":            "",
	} {
		c, err := New(Options{Contact: contact, Version: "1.2"})
		if want == "" {
			if !errors.Is(err, ErrNoContact) {
				t.Errorf("contact %q gave %v, want ErrNoContact", contact, err)
			}
		} else if err != nil || c.UserAgent() != want {
			t.Errorf("contact %q gave %q, %v", contact, c.UserAgent(), err)
		}
	}
}

func TestCrawlCategory(t *testing.T) {
	s := newShop(t, map[string]http.HandlerFunc{
		"/tv":        text("product /p/1\nproduct /p/2\nnext /tv?page=2\nother /about\n"),
		"/tv?page=2": text("product /p/2\nproduct /p/3\n"),
		"/p/1":       text("title one"), "/p/2": text("panic"), "/p/3": text("fail price_missing"),
	})
	got := crawl(t, newCrawler(t, Options{}).Crawl(context.Background(), s.site(starts(market.StartCategory, "/tv"))))
	want := []string{"/tv", "/p/1", "/p/2!internal_panic", "/tv?page=2", "/p/3?price_missing"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("visits %q, want %q", got, want)
	}
}
