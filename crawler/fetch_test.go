package crawler

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pricegap/crawler/fetch"
	"pricegap/crawler/pace"
	"pricegap/market"
	"pricegap/parsers"
)

func fetched(t testing.TB, c *Crawler, s Site, path string) (market.Page, *FetchError) {
	t.Helper()
	p, err := c.Fetch(t.Context(), s, Request{URL: "http://shop.example" + path, Role: parsers.RoleProduct})
	if err == nil {
		return p, nil
	}
	fe, ok := errors.AsType[*FetchError](err)
	if !ok {
		t.Fatalf("an error without its kind: %v", err)
	}
	return p, fe
}

func to(where string) http.HandlerFunc { return status(http.StatusFound, "Location", where) }

func TestFetchPage(t *testing.T) {
	var head http.Header
	s := newShop(t, map[string]http.HandlerFunc{
		"/p/1": func(w http.ResponseWriter, r *http.Request) {
			head = r.Header.Clone()
			w.Header().Set("Content-Type", "text/html; charset=windows-1252")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, "\x80 12,95")
			z.Close()
		},
		"/old": to("/p/1"),
	})
	now := time.Date(2026, 3, 1, 6, 0, 0, 5, time.UTC)
	c := newCrawler(t, Options{Version: "1.2", Clock: func() time.Time { return now }})
	p, fe := fetched(t, c, s.site(), "/old")
	if fe != nil {
		t.Fatal(fe)
	}
	if string(p.Body) != "€ 12,95" || p.Status != 200 || p.Asked != "http://shop.example/old" || p.URL != "http://shop.example/p/1" ||
		p.Source != "shop" || !p.FetchedAt.Equal(now.Truncate(time.Second)) || p.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("page %+v with body %q", p, p.Body)
	}
	if ua := head.Get("User-Agent"); ua != "pricegap/1.2 (+https://us.example/bot)" {
		t.Errorf("user agent %q", ua)
	}
	if al := head.Get("Accept-Language"); al != "nl-NL, nl;q=0.9" {
		t.Errorf("accept-language %q", al)
	}
	if head.Get("Referer") != "" || head.Get("Cookie") != "" {
		t.Errorf("sent %v", head)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	pages := map[string]http.HandlerFunc{}
	want := map[string]market.FailureKind{}
	for code, kind := range map[int]market.FailureKind{
		200: market.FailEmptyBody, 204: market.FailClientError, 206: market.FailTruncated, 226: market.FailClientError, 299: market.FailClientError,
		300: market.FailClientError, 304: market.FailClientError, 401: market.FailClientError, 404: market.FailClientError, 410: market.FailGone,
		451: market.FailClientError, 600: market.FailProtocolError, 999: market.FailBlockedChallenge, 302: market.FailRedirectBlocked,
	} {
		pages[fmt.Sprintf("/%d", code)], want[fmt.Sprintf("/%d", code)] = status(code), kind
	}
	pages["/pdf"], want["/pdf"] = text("%PDF-1.7"), market.FailUnsupportedType
	pages["/challenge"], want["/challenge"] = status(403, "Cf-Mitigated", "challenge"), market.FailBlockedChallenge
	pages["/short"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5000")
		io.WriteString(w, "<p>€ 19.9")
	}
	want["/short"] = market.FailTruncated
	s := newShop(t, pages)
	for path, kind := range want {
		c := newCrawler(t, Options{}) // a new one each, so that no breaker opens
		_, fe := fetched(t, c, s.site(), path)
		if fe == nil || fe.Kind != kind || !strings.Contains(fe.URL, path) {
			t.Errorf("%s: got %v, want %s", path, fe, kind)
		}
		tries := 1
		if kind.Info().Retry == market.RetryYes {
			tries = pace.MaxTries
		}
		if n := s.count(path); n != tries {
			t.Errorf("%s was asked for %d times, want %d", path, n, tries)
		}
	}
}

func TestRedirects(t *testing.T) {
	pages := map[string]http.HandlerFunc{"/ok": text("ok"), "/robots.txt": text("User-agent: *\nDisallow: /secret\n"), "/secret": text("no")}
	for i := range 8 {
		pages[fmt.Sprintf("/hop%d", i)] = to(fmt.Sprintf("/hop%d", i+1))
	}
	pages["/cookie"] = func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err == nil {
			io.WriteString(w, "<p>page")
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
		w.Header().Set("Location", "/cookie")
		w.WriteHeader(http.StatusFound)
	}
	want := map[string]market.FailureKind{"/hop0": market.FailTooManyRedirects, "/hop4": "", "/cookie": ""}
	pages["/hop8"] = text("end")
	for path, c := range map[string]struct {
		location string
		want     market.FailureKind
	}{
		"/fine": {"/ok", ""}, "/self": {"/self", market.FailRedirectLoop}, "/www": {"http://www.shop.example/ok", ""},
		"/missing": {"", market.FailRedirectBlocked}, "/js": {"javascript:alert(1)", market.FailRedirectBlocked},
		"/data": {"data:text/html,x", market.FailRedirectBlocked}, "/file": {"file:///etc/passwd", market.FailRedirectBlocked},
		"/gopher": {"gopher://x", market.FailRedirectBlocked}, "/bad": {"http://[::1", market.FailRedirectBlocked},
		"/other": {"http://evil.example/ok", market.FailRedirectBlocked}, "/suffix": {"http://evilshop.example/ok", market.FailRedirectBlocked},
		"/user": {"http://shop.example@evil.example/", market.FailRedirectBlocked}, "/slashes": {"\\\\evil.example/ok", market.FailRedirectBlocked},
		"/robots": {"/secret/1", market.FailRobotsDisallowed}, "/listed": {"http://listed.example/ok", ""},
		"/meta": {"http://169.254.169.254/", market.FailRedirectBlocked}, "/dots": {strings.Repeat("../", 10_000), market.FailProtocolError},
	} {
		pages[path], want[path] = to(c.location), c.want
	}
	s := newShop(t, pages)
	site := s.site()
	site.Source.Scope.Hosts = []string{"shop.example", "listed.example"}
	c := newCrawler(t, Options{})
	for path, kind := range want {
		_, fe := fetched(t, c, site, path)
		if (fe == nil) != (kind == "") || fe != nil && fe.Kind != kind {
			t.Errorf("%s: got %v, want %q", path, fe, kind)
		}
	}
	if s.count("/secret/1") > 0 {
		t.Error("a redirect led past robots.txt")
	}
}

// TestSpecialTarget: an allowed loopback does not open the rest of the private world to a redirect.
func TestSpecialTarget(t *testing.T) {
	s := newShop(t, map[string]http.HandlerFunc{"/x": to("http://inner.shop.example/")})
	site := s.site()
	to := site.Source.Network.ConnectTo[0]
	site.Source.Network.ConnectTo = []market.ConnectTo{
		{Host: "shop.example", ToHost: to.ToHost, ToPort: to.ToPort}, {Host: "inner.shop.example", ToHost: "10.0.0.1"},
	}
	if _, fe := fetched(t, newCrawler(t, Options{}), site, "/x"); fe == nil || fe.Kind != market.FailSSRFBlocked {
		t.Errorf("got %v", fe)
	}
}

func TestRobots(t *testing.T) {
	t.Parallel()
	ok := text("<p>page")
	for name, c := range map[string]struct {
		robots http.HandlerFunc
		want   market.FailureKind
		says   string
	}{
		"none":          {status(404), "", ""},
		"forbidden":     {status(403), "", ""},
		"empty":         {status(200), "", ""},
		"allows":        {text("User-agent: *\nDisallow: /cart\n"), "", ""},
		"html":          {text("<!doctype html><p>hello"), "", ""},
		"binary":        {text("\x00\x01\x02"), "", ""},
		"forbids":       {text("User-agent: *\nDisallow: /p\n"), market.FailRobotsDisallowed, "Disallow: /p"},
		"forbids us":    {text("User-agent: pricegap\nDisallow: /\n"), market.FailRobotsDisallowed, "Disallow: /"},
		"500":           {status(500), market.FailRobotsUnavailable, "server_error"},
		"503":           {status(503), market.FailRobotsUnavailable, "(status 503); it is asked for again in 1h0m0s"},
		"429":           {status(429, "Retry-After", "3600"), market.FailRobotsUnavailable, "rate_limited"},
		"redirect":      {to("/robots2.txt"), market.FailRobotsDisallowed, "Disallow: /p"},
		"redirect away": {to("http://elsewhere.example/robots2.txt"), market.FailRobotsDisallowed, "Disallow: /p"},
		"redirects":     {to("/robots.txt"), market.FailRobotsUnavailable, "redirect_loop"},
		"delay":         {text("User-agent: *\nCrawl-delay: 0.01\n"), "", ""},
		"long delay":    {text("User-agent: *\nCrawl-delay: 86400\n"), market.FailRobotsDisallowed, "the source is skipped"},
		"large":         {text("User-agent: *\nDisallow: /p\n" + strings.Repeat("# junk\n", 200_000)), market.FailRobotsDisallowed, "Disallow: /p"},
		"bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 8<<20))
			z.Close()
		}, market.FailRobotsUnavailable, "no rules"}, // cut after 512 KiB, before it is out of proportion
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, map[string]http.HandlerFunc{"/robots.txt": c.robots, "/p/1": ok, "/robots2.txt": text("User-agent: *\nDisallow: /p\n")})
			_, fe := fetched(t, newCrawler(t, Options{}), s.site(), "/p/1")
			if (fe == nil) != (c.want == "") || fe != nil && (fe.Kind != c.want || !strings.Contains(fe.Error(), c.says)) {
				t.Errorf("got %v, want %q with %q", fe, c.want, c.says)
			}
			if n := s.count("/p/1"); (n > 0) != (c.want == "") {
				t.Errorf("the page was fetched %d times", n)
			}
		})
	}
}

func TestRateLimited(t *testing.T) {
	t.Parallel()
	n := 0
	s := newShop(t, map[string]http.HandlerFunc{
		"/soon": func(w http.ResponseWriter, _ *http.Request) {
			if n++; n == 1 {
				status(429, "Retry-After", "1")(w, nil)
				return
			}
			io.WriteString(w, "<p>page")
		},
		"/late": status(429, "Retry-After", "3600"),
		"/next": text("<p>page"),
	})
	c := newCrawler(t, Options{})
	began := time.Now()
	if _, fe := fetched(t, c, s.site(), "/soon"); fe != nil || time.Since(began) < time.Second {
		t.Errorf("got %v after %s, want the page after a second", fe, time.Since(began))
	}
	began = time.Now()
	_, fe := fetched(t, c, s.site(), "/late")
	if fe == nil || fe.Kind != market.FailRateLimited || fe.RetryAfter != time.Hour || fe.Status != 429 {
		t.Errorf("got %+v", fe)
	}
	_, fe = fetched(t, c, s.site(), "/next")
	if fe == nil || fe.Kind != market.FailRateLimited || fe.RetryAfter < 59*time.Minute || !errors.Is(fe, fetch.ErrClosed) {
		t.Errorf("the next page gave %+v, want to leave the host alone", fe)
	}
	if time.Since(began) > time.Second || s.count("/next") > 0 || s.count("/late") != 1 {
		t.Errorf("asked %v in %s", s.log(), time.Since(began))
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	n := 0
	s := newShop(t, map[string]http.HandlerFunc{"/p": func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < pace.MaxTries {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		io.WriteString(w, "<p>page")
	}})
	if _, fe := fetched(t, newCrawler(t, Options{}), s.site(), "/p"); fe != nil || n != pace.MaxTries {
		t.Errorf("got %v after %d tries", fe, n)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	site := s.site()
	s.Close()
	_, fe := fetched(t, newCrawler(t, Options{}), site, "/p")
	if fe == nil || fe.Kind != market.FailConnectRefused || !strings.Contains(fe.Error(), "robots.txt cannot be had") {
		t.Errorf("got %v", fe)
	}
}

// TestMessages: a message about a failure is one line, and has neither control bytes nor secrets.
func TestMessages(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]http.HandlerFunc{"/robots.txt": text("User-agent: *\nDisallow: /\x1b[2J\u202ep\n"), "/a": to("http://evil.example/?token=secret\x1b")})
	c := newCrawler(t, Options{})
	for _, u := range []string{
		"http://user:secret@shop.example/%1b[2J\u202ep", "http://user:secret@shop.example/a#frag", "ftp://user:secret@shop.example/",
		"http://shop.example:99999/?token=secret", "http://[::1/?token=secret",
	} {
		_, err := c.Fetch(t.Context(), s.site(), Request{URL: u})
		if err == nil {
			t.Errorf("%q: no error", u)
			continue
		}
		for _, bad := range []string{"secret", "\x1b", "\u202e", "\n", "frag"} {
			if strings.Contains(err.Error(), bad) {
				t.Errorf("%q in %q", bad, err)
			}
		}
	}
}

func TestContextsError(t *testing.T) {
	end := make(chan struct{})
	s := newShop(t, map[string]http.HandlerFunc{"*": func(http.ResponseWriter, *http.Request) { <-end }})
	defer close(end)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := newCrawler(t, Options{}).Fetch(ctx, s.site(), Request{URL: "http://shop.example/"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestPauseAtServer: the promised pause is measured where it counts, robots.txt, redirects and retries included.
func TestPauseAtServer(t *testing.T) {
	t.Parallel()
	n := 0
	s := newShop(t, map[string]http.HandlerFunc{
		"/a": to("/b"), "/b": text("<p>b"), "/c": func(w http.ResponseWriter, _ *http.Request) {
			if n++; n == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			io.WriteString(w, "<p>c")
		},
	})
	site := s.site()
	site.Source.Pace.Pause = 60 * time.Millisecond
	for range 2 { // two processes
		c := newCrawler(t, Options{})
		for _, p := range []string{"/a", "/c"} {
			if _, fe := fetched(t, c, site, p); fe != nil {
				t.Fatal(fe)
			}
		}
	}
	var gaps []time.Duration
	for i := 1; i < len(s.times); i++ {
		if s.asked[i] != "/robots.txt" { // the second crawler has another memory
			gaps = append(gaps, s.times[i].Sub(s.times[i-1]))
		}
	}
	if least := slices.Min(gaps); least < 60*time.Millisecond || len(gaps) < 6 {
		t.Errorf("least gap %s of %d", least, len(gaps))
	}
}

// TestLoopThatPanics: a loop over a run that panics leaves no worker behind, and the pages since the
// last checkpoint are visited again.
func TestLoopThatPanics(t *testing.T) {
	pages, start := products(3)
	s := newShop(t, pages)
	c := newCrawler(t, Options{})
	func() {
		defer func() { _ = recover() }()
		for range c.Crawl(t.Context(), s.site(start)) {
			panic("the loop")
		}
	}()
	if got := crawl(t, c.Crawl(t.Context(), s.site(start))); len(got) != 3 {
		t.Errorf("visits %q", got)
	}
}

// TestUnknownPage: a page that the shop calls unchanged, but of which the caller knows nothing, is fetched again in
// full from within the loop; pace and robots.txt hold for that as well.
func TestUnknownPage(t *testing.T) {
	t.Parallel()
	const pause = 20 * time.Millisecond
	var conditions []string
	pages := map[string]http.HandlerFunc{
		"/robots.txt": text("User-agent: *\nDisallow: /secret\n"), "/old": to("/new"),
		"/new": func(w http.ResponseWriter, r *http.Request) {
			conditions = append(conditions, r.Header.Get("If-None-Match"))
			w.Header().Set("ETag", `"v1"`)
			if r.Header.Get("If-None-Match") == `"v1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			text("title new")(w, r)
		},
	}
	s := newShop(t, pages)
	site := s.site(starts(market.StartProducts, "/new"))
	site.Source.Pace.Pause = pause
	c := newCrawler(t, Options{})
	crawl(t, c.Crawl(t.Context(), site))
	site.Source.Starts = []market.Start{starts(market.StartProducts, "/old")} // the same page under another address
	for v, err := range c.Crawl(t.Context(), site) {
		if err != nil || !v.Page.NotModified || v.Page.URL != "http://shop.example/new" {
			t.Fatalf("%+v, %v", v, err)
		}
		r := v.Request
		r.Fresh = true
		p, err := c.Fetch(t.Context(), site, r)
		if err != nil || p.NotModified || string(p.Body) != "title new" || p.Asked != v.Request.URL || p.URL != v.Page.URL {
			t.Errorf("page %+v, %v", p, err)
		}
		r.URL = "http://shop.example/secret"
		if _, err = c.Fetch(t.Context(), site, r); !strings.Contains(fmt.Sprint(err), "robots_disallowed") || s.count("/secret") > 0 {
			t.Errorf("got %v", err)
		}
	}
	if want := []string{"", `"v1"`, ""}; !slices.Equal(conditions, want) {
		t.Errorf("asked with %q, want %q", conditions, want)
	}
	for i := 1; i < len(s.times); i++ {
		if gap := s.times[i].Sub(s.times[i-1]); gap < pause {
			t.Errorf("only %s before %s", gap, s.asked[i])
		}
	}
}

// TestServerErrorRetryAfter: what a 5xx asks for in Retry-After is waited for within a run, up to pace.Patience; more
// than that closes the host.
func TestServerErrorRetryAfter(t *testing.T) {
	t.Parallel()
	n := 0
	s := newShop(t, map[string]http.HandlerFunc{
		"/soon": func(w http.ResponseWriter, r *http.Request) {
			if n++; n == 1 {
				status(503, "Retry-After", "1")(w, r)
				return
			}
			text("<p>page")(w, r)
		},
		"/late": status(503, "Retry-After", "121"),
	})
	c := newCrawler(t, Options{})
	began := time.Now()
	if _, fe := fetched(t, c, s.site(), "/soon"); fe != nil || time.Since(began) < time.Second || n != 2 {
		t.Errorf("got %v after %s and %d requests, want the page after a second", fe, time.Since(began), n)
	}
	_, fe := fetched(t, c, s.site(), "/late")
	if fe == nil || fe.Kind != market.FailServerError || fe.RetryAfter != 121*time.Second || s.count("/late") != 1 {
		t.Errorf("got %+v after %d requests", fe, s.count("/late"))
	}
	if _, fe = fetched(t, c, s.site(), "/soon"); fe == nil || fe.RetryAfter < 2*time.Minute || !errors.Is(fe, fetch.ErrClosed) || n != 2 {
		t.Errorf("the next page gave %+v, want to leave the host alone", fe)
	}
}
