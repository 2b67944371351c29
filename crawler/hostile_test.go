package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pricegap/crawler"
	"pricegap/crawler/guard"
	"pricegap/crawler/shoptest/hostile"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// impatient are the bounds for cases that end at one. They go with the delays of hurried.
var impatient = market.Limits{ConnectTimeout: 500 * time.Millisecond, HeaderTimeout: 600 * time.Millisecond, SlowWindow: 400 * time.Millisecond}

const impatience = time.Second

var hurried = hostile.Options{
	Addr: "127.66.0.1:0", Handshake: 20 * time.Millisecond, Header: 30 * time.Millisecond, Body: 30 * time.Millisecond, Tarpit: 5 * time.Millisecond,
}

// lair is a hostile server with a crawler that may reach it, and nothing else.
type lair struct {
	hostile.Place
	parser parsers.Parser

	mu     sync.Mutex
	dialed []string
}

func newLair(t testing.TB, p hostile.Place) *lair {
	t.Helper()
	auto, err := parsers.New("auto", nil)
	if err != nil {
		t.Fatal(err)
	}
	return &lair{Place: p, parser: auto}
}

func startHostile(t testing.TB, o hostile.Options) (*hostile.Server, *lair) {
	t.Helper()
	s, err := hostile.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, newLair(t, s.Place)
}

// crawler is one whose network is the lair.
func (l *lair) crawler(t testing.TB, o crawler.Options) *crawler.Crawler {
	t.Helper()
	o.Contact = "https://us.example/bot"
	o.Net = guard.Net{Resolver: mortalResolver(t, l.Resolver()), RootCAs: l.RootCAs(), Dial: l.dial}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	}
	c, err := crawler.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// mortalResolver is r with the test as its bound: net.Resolver waits for an answer longer than whoever asked.
func mortalResolver(t testing.TB, r *net.Resolver) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := t.Context().Err(); err != nil {
			return nil, err
		}
		c, err := r.Dial(ctx, network, address)
		if err == nil {
			context.AfterFunc(t.Context(), func() { _ = c.Close() })
		}
		return c, err
	}}
}

// dial notes where the guard lets a connection go.
func (l *lair) dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	l.dialed = append(l.dialed, address)
	l.mu.Unlock()
	return l.Dial(ctx, network, address)
}

// site is the source of a case.
func (l *lair) site(c hostile.Case) crawler.Site {
	s := market.Source{
		ID: market.SourceID(c.Name()), Name: c.Name(), Locale: money.Locale{Language: "nl-NL", Currency: "EUR"},
		Starts: c.Starts(), Network: l.Network(c), Pace: market.Pace{Timeout: 30 * time.Second},
		Scope: market.Scope{Hosts: append([]string{c.Host()}, c.Hosts...), Products: []string{"/p/", "/s/*/p/", "/secret"}},
	}
	if len(s.Network.ConnectTo) == 0 {
		s.Pace.Pause = time.Second // the least at a public address
	}
	if timed(c) {
		s.Limits, s.Pace.Timeout = impatient, impatience
	}
	return crawler.Site{Source: s, Parser: l.parser}
}

// timed reports whether a case ends at a bound of time.
func timed(c hostile.Case) bool {
	return c.Name() == "H53/timeout" || slices.ContainsFunc(c.Want, func(k market.FailureKind) bool {
		return strings.HasSuffix(string(k), "_timeout") || k == market.FailTooSlow
	})
}

// came is what came of one page.
type came struct {
	kind   market.FailureKind
	err    *crawler.FetchError
	offers []market.Offer
	page   market.Page
}

// fetch fetches and reads the page of a case.
func (l *lair) fetch(ctx context.Context, c *crawler.Crawler, hc hostile.Case) (came, error) {
	site, req := l.site(hc), crawler.Request{URL: hc.URL(), Role: parsers.RoleProduct}
	page, err := c.Fetch(ctx, site, req)
	var res parsers.Result
	if err == nil {
		res, err = crawler.Read(site, page, req)
	}
	fe, ok := errors.AsType[*crawler.FetchError](err)
	if err != nil && !ok {
		return came{}, fmt.Errorf("not typed: %w", err)
	}
	o := came{res.Failure, fe, res.Offers, page}
	if fe != nil {
		o.kind = fe.Kind
	}
	return o, nil
}

// clean reports why a message must not be shown; "" when it may.
func clean(message string) string {
	switch {
	case !utf8.ValidString(message):
		return "it is no UTF-8"
	case strings.ContainsFunc(message, unicode.IsControl):
		return "it has control bytes"
	case len(message) > 2000:
		return fmt.Sprintf("it has %d bytes", len(message))
	case strings.Contains(message, "secret=1"):
		return "it has a secret"
	}
	return ""
}

// prices are what the pages of a case ask for, where they ask anything.
func prices(t testing.TB, c hostile.Case) []money.Amount {
	t.Helper()
	text := map[string][]string{"H51": {"1299.00"}, "H65": {"19.99", "24.99"}}[c.ID]
	if text == nil {
		text = []string{"19.99"}
	}
	var out []money.Amount
	for _, s := range text {
		for _, currency := range []money.Currency{"EUR", "USD"} {
			a, err := money.FromDecimal(s, currency)
			if err != nil {
				t.Fatal(err)
			}
			if currency == "EUR" || c.Name() == "H65/country" {
				out = append(out, a)
			}
		}
	}
	return out
}

// judgeCase holds an outcome against the case.
func judgeCase(t testing.TB, c hostile.Case, o came) {
	t.Helper()
	if !c.Allows(o.kind) {
		t.Errorf("%s (%s): got %q, want one of %q; %v", c.Name(), c.Title, o.kind, c.Want, o.err)
	}
	if o.err != nil {
		if why := clean(o.err.Error()); why != "" {
			t.Errorf("%s: the message cannot be shown, %s: %.300q", c.Name(), why, o.err.Error())
		}
		if d := o.err.RetryAfter - c.Alone; c.Alone > 0 && (d > 2*time.Second || d < -5*time.Second) {
			t.Errorf("%s: left alone for %s, want %s", c.Name(), o.err.RetryAfter, c.Alone)
		}
	}
	for _, of := range o.offers {
		if of.Price.Known() && (o.kind != hostile.OK || !slices.Contains(prices(t, c), of.Price)) {
			t.Errorf("%s: %q, and an offer for %v", c.Name(), o.kind, of.Price)
		}
		if o.kind.Info().Phase == "page" && of.Stock != market.StockUnknown {
			t.Errorf("%s: %q, and an offer that is %v", c.Name(), o.kind, of.Stock)
		}
	}
	if text := string(o.page.Body); c.ID == "H51" && o.kind == hostile.OK && (!strings.Contains(text, "€ 1299") && c.Variant != "utf7" || strings.ContainsRune(text, utf8.RuneError)) {
		t.Errorf("%s: the euro sign is damaged: %q", c.Name(), text)
	}
	if o.kind == hostile.OK && len(c.Want) == 0 && len(o.offers) != 1 {
		t.Errorf("%s: the page came with %d offers, want 1", c.Name(), len(o.offers))
	}
}

// judgeRequests holds what the server saw against the case: nothing forbidden, no page more than three times, no way from
// https down to http.
func judgeRequests(t testing.TB, c hostile.Case, log []hostile.Request) {
	t.Helper()
	times := map[string]int{}
	for _, r := range log {
		times[r.Path]++
		for _, f := range c.Forbidden {
			if strings.HasPrefix(r.Path, f) || r.Host == f {
				t.Errorf("%s: %s%s was asked for", c.Name(), r.Host, r.Path)
			}
		}
		if c.Secure && !r.Secure {
			t.Errorf("%s: %s was asked for by http", c.Name(), r.Path)
		}
	}
	for path, n := range times {
		if n > 3 {
			t.Errorf("%s: %s was asked for %d times", c.Name(), path, n)
		}
	}
}

// hostilePages and hostileSites are the two kinds of cases.
func hostilePages() []hostile.Case {
	return slices.DeleteFunc(hostile.Cases(), func(c hostile.Case) bool { return c.Site != nil })
}

func hostileSites() []hostile.Case {
	return slices.DeleteFunc(hostile.Cases(), func(c hostile.Case) bool { return c.Site == nil })
}

// TestHostilePages fetches every case that is a single page, all by one crawler.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	s, l := startHostile(t, hurried)
	c := l.crawler(t, crawler.Options{})
	out := make([]came, len(hostilePages()))
	errs := make([]error, len(hostilePages()))
	var wg sync.WaitGroup
	turn := make(chan struct{}, 32)
	for i, hc := range hostilePages() {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if hc.Alone > 0 { // who is asked to wait does not wait for long
				cancel()
				ctx, cancel = context.WithTimeout(t.Context(), 3*time.Second)
			}
			defer cancel()
			out[i], errs[i] = l.fetch(ctx, c, hc)
		})
	}
	wg.Wait()
	for i, hc := range hostilePages() {
		t.Run(hc.Name(), func(t *testing.T) {
			if errs[i] != nil {
				t.Fatal(errs[i])
			}
			judgeCase(t, hc, out[i])
			judgeRequests(t, hc, s.Requests(hc.Host()))
		})
	}
	own := []string{s.Plain, s.Secure, net.JoinHostPort("127.66.0.1", "1"), hostile.Public.String() + ":80", hostile.Public.String() + ":443"}
	for _, a := range l.dialed {
		if !slices.Contains(own, a) {
			t.Errorf("%s was dialled", a)
		}
	}
	if n := s.Touched(); n > 0 {
		t.Errorf("the canary was touched %d times", n)
	}
	crumbs(t, s)
}

// crumbs judges the cookies that came back.
func crumbs(t *testing.T, s *hostile.Server) {
	for name, most := range map[string]int{"h19-many": 50, "h19-suffix": 1, "h19-long": 1, "h30-cookie": 1, "h33-sink": 0} {
		log := s.Requests(name + "." + hostile.Domain)
		n := 0
		for _, r := range log {
			n = max(n, len((&http.Request{Header: r.Header}).Cookies()))
			if r.Header.Get("Authorization") != "" {
				t.Errorf("%s: credentials came along", name)
			}
		}
		if n > most || most > 0 && n == 0 || len(log) == 0 {
			t.Errorf("%s: %d cookies came back in %d requests, want at most %d", name, n, len(log), most)
		}
	}
	reset := slices.DeleteFunc(s.Requests("h05-reset."+hostile.Domain), func(r hostile.Request) bool { return r.Path == "/robots.txt" })
	if len(reset) != 3 {
		t.Errorf("H05: %d tries after a reset, want 3", len(reset))
	}
}
