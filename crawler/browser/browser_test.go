package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"go.uber.org/goleak"

	"pricegap/crawler/guard"
	"pricegap/market"
)

// shared is the Pool of the tests that need none of their own.
var shared = sync.OnceValues(func() (*Pool, error) { return New(Options{Tabs: 4}) })

func TestMain(m *testing.M) {
	code := m.Run()
	if p, err := shared(); err == nil {
		p.Close()
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// pool returns the shared Pool. A machine without Chromium skips, CI fails.
func pool(t testing.TB) *Pool {
	t.Helper()
	p, err := shared()
	if err != nil {
		missing(t, err)
	}
	return p
}

func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CI") == "" {
		t.Skip(err)
	}
	t.Fatal(err)
}

func newPool(t testing.TB, o Options) *Pool {
	t.Helper()
	p, err := New(o)
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(p.Close)
	return p
}

// shop is a server that notes what it is asked for.
type shop struct {
	*httptest.Server
	mux *http.ServeMux

	mu   sync.Mutex
	seen []*http.Request
}

// newShop serves pages by their path; text is served as HTML, but for scripts and JSON by their name.
func newShop(t testing.TB, pages map[string]any) *shop {
	t.Helper()
	s := &shop{mux: http.NewServeMux()}
	for path, p := range pages {
		switch p := p.(type) {
		case string:
			s.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
				kind := "text/html; charset=utf-8"
				switch {
				case strings.HasSuffix(path, ".js"):
					kind = "text/javascript"
				case strings.HasSuffix(path, ".json"):
					kind = "application/json"
				}
				w.Header().Set("Content-Type", kind)
				io.WriteString(w, p)
			})
		case func(http.ResponseWriter, *http.Request):
			s.mux.HandleFunc(path, p)
		}
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r)
		s.mu.Unlock()
		s.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// asked are the paths that were asked for, in order.
func (s *shop) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, r := range s.seen {
		out = append(out, r.Method+" "+r.URL.Path)
	}
	return out
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// rules lead to loopback only.
func rules(t testing.TB) Rules {
	g := guard.New(guard.Options{Allow: loopback})
	t.Cleanup(g.CloseIdleConnections)
	return Rules{Next: g, Timeout: 20 * time.Second}
}

const (
	agent    = "pricegap/test (+https://us.example/bot)"
	language = "nl-NL, nl;q=0.9"
)

// get renders a page. It returns its status, its DOM and its failure.
func get(t testing.TB, tr http.RoundTripper, address string) (res *http.Response, dom string, kind market.FailureKind) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept-Language", language)
	res, err = tr.RoundTrip(req)
	if err != nil {
		ge, ok := errors.AsType[*guard.Error](err)
		if !ok {
			t.Errorf("%s: an error without its kind: %v", address, err)
			return nil, "", "none"
		}
		t.Logf("%s: %v", address, err)
		return nil, "", ge.Kind
	}
	b, ok := res.Body.(*guard.Body)
	if !ok {
		t.Fatalf("%s: the body is a %T", address, res.Body)
	}
	return res, string(b.Bytes), ""
}

const jsShop = `<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Boormachine</title>
<link rel="stylesheet" href="/shop.css"><link rel="preload" as="image" href="/hero.jpg"><link rel="icon" href="/favicon.ico">
<style>@font-face { font-family: f; src: url(/font.woff2) } body { font-family: f; background: url(/back.png) }</style></head>
<body><h1>Boormachine</h1><img src="/photo.jpg"><video src="/film.mp4" autoplay></video><div id="price">laden</div>
<script src="/shop.js"></script></body></html>`

const jsShopScript = `
(async () => {
	try { await fetch('/private/data.json') } catch (e) { document.body.dataset.private = 'refused' }
	const r = await fetch('/api/price.json', {headers: {'X-Api-Key': 'k'}})
	const p = await r.json()
	const more = await (await fetch('/api/graphql', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"q":1}'})).text()
	document.getElementById('price').textContent = '€ ' + p.price
	document.body.dataset.more = more
	document.body.dataset.cart = await (await fetch('/api/cart')).text()
	document.body.dataset.agent = navigator.userAgent
	document.body.dataset.languages = navigator.languages.join()
	document.body.dataset.format = (1234.5).toLocaleString()
	document.body.dataset.webdriver = navigator.webdriver
	document.body.dataset.cookie = document.cookie
})()`

func TestRender(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]any{
		"/p/1": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("ETag", `"shell"`)
			w.Header().Set("X-Shop", "yes")
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1", Path: "/"})
			io.WriteString(w, jsShop)
		},
		"/shop.css": "", "/shop.js": jsShopScript, "/api/price.json": `{"price":"12,95"}`, "/private/data.json": "{}",
		"/api/graphql": func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "cart", Value: "c1", Path: "/", HttpOnly: true})
			b, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "got %s", b)
		},
		"/api/cart": func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Cookie")) },
	})
	r := rules(t)
	r.Allow = func(_ context.Context, u *url.URL) error {
		if strings.HasPrefix(u.Path, "/private/") {
			return errors.New("robots.txt")
		}
		return nil
	}
	res, dom, kind := get(t, pool(t).Transport(r), s.URL+"/p/1")
	if kind != "" {
		t.Fatal(kind)
	}
	for _, want := range []string{
		"<!DOCTYPE html><html lang=\"nl\">", `<div id="price">€ 12,95</div>`, `data-more="got {&quot;q&quot;:1}"`, `data-agent="` + agent, `data-languages="nl-NL,nl"`,
		`data-format="1.234,5"`, `data-webdriver="true"`, `data-private="refused"`, `data-cookie="session=s1"`, `data-cart="`, `cart=c1`,
	} {
		if !strings.Contains(dom, want) {
			t.Errorf("the DOM has no %s:\n%s", want, dom)
		}
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("X-Shop") != "yes" || res.Header.Get("ETag") != "" || res.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%d with %v", res.StatusCode, res.Header)
	}
	got := s.asked()
	slices.Sort(got)
	if want := []string{"GET /api/cart", "GET /api/price.json", "GET /p/1", "GET /shop.css", "GET /shop.js", "POST /api/graphql"}; !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
	for _, req := range s.seen {
		if req.UserAgent() != agent || req.Header.Get("Accept-Language") != language {
			t.Errorf("%s came with %v", req.URL, req.Header)
		}
		if strings.HasPrefix(req.URL.Path, "/api/") && !strings.Contains(req.Header.Get("Cookie"), "session=s1") {
			t.Errorf("%s came without the cookie: %v", req.URL, req.Header)
		}
		if req.URL.Path == "/api/price.json" && req.Header.Get("X-Api-Key") != "k" {
			t.Errorf("%s came with %v", req.URL, req.Header)
		}
	}
	if wire := res.Body.(*guard.Body).Wire; wire < int64(len(jsShop)+len(jsShopScript)) {
		t.Errorf("%d bytes counted", wire)
	}
}

// TestFresh: nothing of a page is there for the next one, of the same source or another.
func TestFresh(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]any{"/": `<body><script>
		document.body.dataset.was = document.cookie + (localStorage.getItem('k') || '')
		document.cookie = 'c=1; max-age=9999'; localStorage.setItem('k', 'v')
		document.body.dataset.now = document.cookie + (localStorage.getItem('k') || '')</script>`})
	tr := pool(t).Transport(rules(t))
	for range 2 {
		if _, dom, _ := get(t, tr, s.URL+"/"); !strings.Contains(dom, `data-was=""`) || !strings.Contains(dom, `data-now="c=1v"`) {
			t.Errorf("the page finds something:\n%s", dom)
		}
	}
}

// TestCookieOfRedirect: what a redirect set, the scripts of the page have too.
func TestCookieOfRedirect(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]any{"/": `<body><script>document.body.dataset.c = document.cookie</script>`})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "seen", Value: "1"})
	res, err := pool(t).Transport(rules(t)).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if dom := string(res.Body.(*guard.Body).Bytes); !strings.Contains(dom, `data-c="seen=1"`) {
		t.Errorf("no cookie:\n%s", dom)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]any{
		"/late":   `<body><script>setTimeout(() => fetch('/x.json').then(() => setTimeout(() => { document.body.dataset.done = 1 }, 200)), 200)</script>`,
		"/never":  `<body><script>setInterval(() => fetch('/x.json'), 100)</script><p id=here>here`,
		"/x.json": "{}",
	})
	for path, want := range map[string]string{"/late": `data-done="1"`, "/never": "here"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			r := rules(t)
			r.Timeout = 4 * time.Second
			if _, dom, kind := get(t, pool(t).Transport(r), s.URL+path); !strings.Contains(dom, want) {
				t.Errorf("%s: no %q in %q", kind, want, dom)
			}
		})
	}
}

// TestUntouched: what is no page of HTML comes as it is, and costs no tab.
func TestUntouched(t *testing.T) {
	t.Parallel()
	status := func(code int, header ...string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			io.WriteString(w, "<script>document.write('ran')</script>")
		}
	}
	s := newShop(t, map[string]any{
		"/moved": status(302, "Location", "/p/1"), "/gone": status(410), "/busy": status(503, "Retry-After", "9"),
		"/data": status(200, "Content-Type", "application/json"), "/file": status(200, "Content-Type", "application/pdf"),
		"/pdf": "%PDF-1.7 <script>document.write('ran')</script>", "/jpeg": "\xff\xd8\xff\xe0 <script>document.write('ran')</script>", // H49
		"/cond": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			io.WriteString(w, "<p>page")
		},
	})
	tr := pool(t).Transport(rules(t))
	for path, code := range map[string]int{"/moved": 302, "/gone": 410, "/busy": 503, "/data": 200, "/file": 200, "/pdf": 200, "/jpeg": 200} {
		res, dom, kind := get(t, tr, s.URL+path)
		if kind != "" || res.StatusCode != code || (code != 302 && (!strings.Contains(dom, "document.write") || strings.Contains(dom, "<body>"))) {
			t.Errorf("%s: %q, %+v with %q", path, kind, res, dom)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/cond", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("If-None-Match", `"x"`)
	req.Header.Set("If-Modified-Since", "Sun, 01 Mar 2026 00:00:00 GMT")
	res, err := tr.RoundTrip(req)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("a page is asked for conditionally: %+v, %v", res, err)
	}
	if _, _, kind := get(t, tr, "http://127.0.0.1:1/"); kind != market.FailConnectRefused {
		t.Errorf("a dead port gave %q", kind)
	}
	if _, _, kind := get(t, tr, "http://10.1.2.3/"); kind != market.FailSSRFBlocked {
		t.Errorf("an address inside gave %q", kind)
	}
}

// TestCharset: scripts see the text that the guard would read, H51 included, and so they do in what calls itself a file.
func TestCharset(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]any{
		"/file": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Disposition", "attachment")
			io.WriteString(w, "<meta charset=utf-8><body>€ 1<script>document.body.dataset.n = document.body.innerText.charCodeAt(0)</script>")
		},
		"/1252": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=windows-1252")
			io.WriteString(w, "<body>\x80 1<script>document.body.dataset.n = document.body.innerText.charCodeAt(0)</script>")
		},
		"/lies": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<body>\x80 1<script>document.body.dataset.n = document.body.innerText.charCodeAt(0)</script>")
		},
		"/broken": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<body>é € \xff")
		},
	})
	tr := pool(t).Transport(rules(t))
	for _, path := range []string{"/1252", "/lies", "/file"} {
		if _, dom, kind := get(t, tr, s.URL+path); !strings.Contains(dom, "€ 1") || !strings.Contains(dom, `data-n="8364"`) {
			t.Errorf("%s: %q %s", path, kind, dom)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/broken", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tr.RoundTrip(req)
	if ge, ok := errors.AsType[*guard.Error](err); !ok || ge.Kind != market.FailCharsetError || ge.Wire == 0 {
		t.Errorf("damaged text gave %+v", ge)
	}
}

// TestLeftAlone: a shop that asks a script for fewer requests asks us.
func TestLeftAlone(t *testing.T) {
	t.Parallel()
	busy := func(code int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(code)
		}
	}
	s := newShop(t, map[string]any{
		"/429": `<script>fetch('/slow.json')</script>`, "/slow.json": busy(429),
		"/503": `<script>fetch('/down.json')</script>`, "/down.json": busy(503),
		"/404": `<script>fetch('/none.json')</script><p>here`,
	})
	var mu sync.Mutex
	heard := map[string]int{}
	r := rules(t)
	r.Heard = func(_ context.Context, u *url.URL, res *http.Response) {
		mu.Lock()
		defer mu.Unlock()
		heard[u.Path] = res.StatusCode
	}
	tr := pool(t).Transport(r)
	for _, code := range []int{429, 503} {
		res, _, kind := get(t, tr, fmt.Sprintf("%s/%d", s.URL, code))
		if kind != "" || res.StatusCode != code || res.Header.Get("Retry-After") != "120" {
			t.Errorf("%d: %q, %+v", code, kind, res)
		}
	}
	if _, dom, kind := get(t, tr, s.URL+"/404"); !strings.Contains(dom, "here") {
		t.Errorf("a missing file fails the page: %q", kind)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(heard) != 3 || heard["/slow.json"] != 429 || heard["/down.json"] != 503 || heard["/none.json"] != 404 {
		t.Errorf("heard of %v", heard)
	}
}

func TestFind(t *testing.T) {
	here := func(names ...string) func(string) (string, error) {
		return func(n string) (string, error) {
			if slices.Contains(names, n) {
				if !strings.HasPrefix(n, "/") {
					n = "/usr/bin/" + n
				}
				return n, nil
			}
			return "", errors.New("none")
		}
	}
	for name, c := range map[string]struct {
		goos string
		look func(string) (string, error)
		want string
	}{
		"debian":        {"linux", here("chromium", "google-chrome"), "/usr/bin/chromium"},
		"ubuntu":        {"linux", here("chromium-browser"), "/usr/bin/chromium-browser"},
		"chrome only":   {"linux", here("google-chrome"), "/usr/bin/google-chrome"},
		"container":     {"linux", here("headless_shell"), "/usr/bin/headless_shell"},
		"mac":           {"darwin", here("/Applications/Chromium.app/Contents/MacOS/Chromium"), "/Applications/Chromium.app/Contents/MacOS/Chromium"},
		"none":          {"linux", here(), ""},
		"in the folder": {"linux", func(n string) (string, error) { return "./" + n, nil }, ""},
	} {
		got, err := find(c.goos, c.look)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if err != nil && (!errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "apt-get install chromium")) {
			t.Errorf("%s: the error helps nobody: %v", name, err)
		}
	}
}

// connect is a guard that finds a name at the shop.
func connect(t testing.TB, name string, s *shop) http.RoundTripper {
	t.Helper()
	host, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	g := guard.New(guard.Options{Allow: loopback, ConnectTo: []market.ConnectTo{{Host: name, ToHost: host, ToPort: port}}})
	t.Cleanup(g.CloseIdleConnections)
	return g
}

// tabOf opens a tab in which nothing is prepared.
func tabOf(t testing.TB, c *chromium) *chromedp.Target {
	t.Helper()
	tab, end := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	if err := chromedp.Do(tab); err != nil {
		t.Fatal(err)
	}
	return chromedp.FromContext(tab).Target
}
