package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler/pace"
	"pricegap/crawler/robots"
	"pricegap/crawler/shoptest/memory"
	"pricegap/market"
)

// net is a web in memory behind a Chain; time in it is virtual.
type net struct {
	*Chain
	way    *Way
	source market.Source
	page   http.HandlerFunc // answers in place of a page; nil is the page
	robots http.HandlerFunc // answers for robots.txt; nil is 404

	mu    sync.Mutex
	asked []string
	at    []time.Time
}

// newNet answers every request, until the test ends; there is no robots.txt.
func newNet(t *testing.T) *net {
	t.Helper()
	n := &net{Chain: newChain()}
	l := memory.Listen()
	n.net.Dial = l.Dial
	server := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		n.asked, n.at = append(n.asked, r.Host+r.URL.Path), append(n.at, time.Now())
		n.mu.Unlock()
		if r.URL.Path == "/robots.txt" && n.robots != nil {
			n.robots(w, r)
			return
		}
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		if n.page != nil {
			n.page(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>a page</title>")
	})}
	done := make(chan error)
	go func() { done <- server.Serve(l) }()
	n.source = market.Source{
		ID: "shop", Pace: market.Pace{Pause: 2 * time.Second, Parallel: 3}, Scope: market.Scope{Hosts: []string{"shop.example", "cdn.example"}},
		Network: market.Network{ConnectTo: []market.ConnectTo{{ToHost: "93.184.215.14", ToPort: "80"}}},
	}
	var release func()
	n.way, release = n.Way(t.Context(), n.source)
	t.Cleanup(func() {
		release()
		server.Close()
		<-done
	})
	return n
}

// get fetches a page.
func (n *net) get(ctx context.Context, address string) error {
	j := &Job{Source: &n.source, Role: "product", Way: n.way}
	defer j.Done()
	req, err := http.NewRequestWithContext(j.In(ctx), http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	_, err = n.RoundTrip(req) //nolint:bodyclose // there is none
	return err
}

// tab stands for the browser: inside is what a page does in it.
type tab struct {
	begins
	inside func(page context.Context)
}

// RoundTrip implements http.RoundTripper.
func (b tab) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.begins.RoundTrip(req)
	if err == nil && b.inside != nil {
		b.inside(req.Context())
	}
	return res, err
}

// opened opens a page of shop.example in a browser and lets it do what inside does.
func (n *net) opened(t *testing.T, inside func(page context.Context)) {
	t.Helper()
	n.way.page = tab{begins{n.way.Transport}, inside}
	if err := n.get(t.Context(), "http://shop.example/p/1"); err != nil {
		t.Error(err)
	}
}

func at(host, path string) *url.URL { return &url.URL{Scheme: "http", Host: host, Path: path} }

// TestHeldUp: requests of one host that waited together, for a flight or for a tab, leave one by one, at its pace.
func TestHeldUp(t *testing.T) {
	for _, of := range []string{"flight", "tab"} {
		t.Run(of, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNet(t)
				free := make(chan struct{})
				if err := n.get(t.Context(), "http://shop.example/"); err != nil {
					t.Fatal(err)
				}
				if of == "tab" {
					n.way.page = waits{begins{n.way.Transport}, free}
				}
				if of == "flight" {
					for range MaxFetches {
						n.flight <- struct{}{}
					}
				}
				var wg sync.WaitGroup
				for i := range 3 {
					wg.Go(func() {
						if err := n.get(t.Context(), fmt.Sprintf("http://shop.example/p/%d", i)); err != nil {
							t.Error(err)
						}
					})
				}
				time.Sleep(time.Minute)
				close(free)
				if of == "flight" {
					for range MaxFetches {
						<-n.flight
					}
				}
				wg.Wait()
				if len(n.at) != 5 {
					t.Errorf("asked for %q", n.asked)
				}
				for i := range n.at[1:] {
					if gap := n.at[i+1].Sub(n.at[i]); gap < n.source.Pace.Pause {
						t.Errorf("%s was asked for %s after %s", n.asked[i+1], gap, n.asked[i])
					}
				}
			})
		})
	}
}

// waits brings a page once there is a tab.
type waits struct {
	begins
	free chan struct{}
}

// RoundTrip implements http.RoundTripper.
func (w waits) RoundTrip(req *http.Request) (*http.Response, error) {
	<-w.free
	return w.begins.RoundTrip(req)
}

// TestStrangeHost: what a page asks of another host is charged to that host, and not asked while it is left alone.
func TestStrangeHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNet(t)
		cdn, shop := at("cdn.example", "/app.js"), at("shop.example", "/app.js")
		n.opened(t, func(page context.Context) {
			if err := n.allow(page, cdn); err != nil {
				t.Error(err)
			}
			res := &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"600"}}}
			n.heard(page, shop, res) // is the answer to the page, and charged with it
			n.heard(page, cdn, res)
			if err := n.allow(page, cdn); !errors.Is(err, ErrClosed) {
				t.Errorf("a host that is left alone: %v", err)
			}
			if err := n.allow(page, shop); err != nil {
				t.Errorf("the page's own host: %v", err)
			}
		})
		if a, b := n.Host("cdn.example").Left(t.Context()), n.Host("shop.example").Left(t.Context()); a != 10*time.Minute || b != 0 {
			t.Errorf("left alone: the other host for %s, that of the page for %s", a, b)
		}
		time.Sleep(10 * time.Minute)
		n.opened(t, func(page context.Context) {
			if err := n.allow(page, cdn); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	})
}

// TestOpenPageWaitsShortly: a page that is open holds its host, so it waits for no other longer than shortly, and never
// for its own robots.txt.
func TestOpenPageWaitsShortly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNet(t)
		cdn := n.Host("cdn.example")
		held, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		n.opened(t, func(page context.Context) {
			for _, host := range []string{"shop.example", "www.shop.example"} { // another run has their robots.txt in hand
				wg.Go(func() {
					_, _ = n.rules.Of(held, "http://"+host, new(robots.Anew), func(ctx context.Context) (robots.Answer, error) {
						<-ctx.Done()
						return robots.Answer{}, ctx.Err()
					})
				})
			}
			if err := cdn.Next(t.Context(), pace.Wish{Source: "other"}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			for host, most := range map[string]time.Duration{"shop.example": 0, "www.shop.example": besides, "cdn.example": besides} {
				began := time.Now()
				if err := n.allow(page, at(host, "/app.js")); (err == nil) != (most == 0) || time.Since(began) != most {
					t.Errorf("%s: %v after %s", host, err, time.Since(began))
				}
			}
			cdn.Skip()
			if err := n.allow(page, at("cdn.example", "/app.js")); err != nil {
				t.Errorf("the turn is free: %v", err)
			}
		})
	})
}

// TestBrowserCloses: while the browser of the last way closes, others come and go.
func TestBrowserCloses(t *testing.T) {
	dir := t.TempDir()
	started := filepath.Join(dir, "started")
	if err := exec.CommandContext(t.Context(), "mkfifo", started).Run(); err != nil {
		if os.Getenv("CI") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho > " + started + "\nexec sleep 60\n"                              // never says where it listens
	if err := os.WriteFile(filepath.Join(dir, "chromium"), []byte(script), 0o700); err != nil { //nolint:gosec // it is to run
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	c := newChain()
	source := market.Source{ID: "one", Render: market.RenderBrowser}
	w, release := c.Way(t.Context(), source)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	ready := make(chan struct{})
	wg.Go(func() {
		defer close(ready)
		_ = w.Ready(ctx)
	})
	if _, err := os.ReadFile(started); err != nil { // the tab is taken
		t.Fatal(err)
	}
	wg.Go(release)
	for c.browser.open() {
		time.Sleep(time.Millisecond)
	}
	source.ID = "two"
	_, other := c.Way(t.Context(), source)
	other()
	select {
	case <-ready:
		t.Error("the next had to wait until the browser had closed")
	default:
	}
	stop()
	wg.Wait()
}

func (r *rendering) open() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pool != nil
}
