package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
)

// shopToExplain is one shop on loopback and a configuration that knows it.
func shopToExplain(t *testing.T) (configuration string, asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var paths []string
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/robots.txt":
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, "User-agent: *\nDisallow: /geheim/\n")
		case "/p/1":
			fmt.Fprint(w, `<h1>Hamer</h1><b class="prijs">$ 12.50</b><p>and more words than a page may have without</p>`)
		case "/c/1":
			fmt.Fprint(w, `<a rel="next" href="?page=2">next</a><script type="application/ld+json">{"@type":"ItemList","itemListElement":[{"url":"/p/1"}]}</script>`)
		case "/sitemap.xml":
			w.Header().Set("Content-Type", "application/xml")
			fmt.Fprint(w, `<urlset><url><loc>http://werkbank.example/p/1</loc></url></urlset>`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(shop.Close)
	configuration = filepath.Join(t.TempDir(), "sources.yaml")
	text := fmt.Sprintf(`
crawler: {contact: "https://fonkelplein.example/crawler"}
formula: {name: Fonkelplein}
store: bolt:prices.db
sources:
  - id: werkbank
    name: Werkbank
    currency: CAD
    locale: en-CA
    vat: excluded
    parser: {kind: selectors, fields: {price: .prijs}}
    start: [{sitemap: "http://werkbank.example/sitemap.xml"}]
    pace: {pause: 0s}
    connect_to: ["::%s"]
    allow_networks: [127.0.0.0/8]
`, shop.Listener.Addr())
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return configuration, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return paths
	}
}

func explainWith(configuration, in string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	a := &app{in: strings.NewReader(in), out: &o, err: &e, clock: market.WallClock}
	code = a.run(append([]string{"--config", configuration, "explain"}, args...))
	return code, o.String(), e.String()
}

// TestExplainFetches asks about pages without a file: they are fetched as a crawl would, and read as their source
// says.
func TestExplainFetches(t *testing.T) {
	configuration, asked := shopToExplain(t)
	for _, c := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"a page, read as its source says", []string{"page", "http://werkbank.example/p/1"}, exitDone, []string{
			`price 12.50 selector .prijs "$ 12.50"`, "currency CAD selector", "vat excluded source", "name Hamer",
		}},
		{"the question comes before the source", []string{"page", "http://werkbank.example/p/1", "--currency", "AUD"}, exitDone, []string{"currency AUD"}},
		{"a category page", []string{"page", "http://werkbank.example/c/1", "--list"}, exitDone, []string{"next http://werkbank.example/c/1?page=2"}},
		{"a page that is forbidden to us", []string{"page", "http://werkbank.example/geheim/1"}, exitDone, []string{"failure robots_disallowed: ", "Disallow: /geheim/"}},
		{"a page that is not there", []string{"page", "http://werkbank.example/p/2", "--json"}, exitDone, []string{`"failure": "client_error"`, `"offers": []`, "404"}},
		{"a sitemap", []string{"sitemap", "http://werkbank.example/sitemap.xml"}, exitDone, []string{"1 pages, 0 sitemaps", "page http://werkbank.example/p/1"}},
		{"a sitemap that is not there", []string{"sitemap", "http://werkbank.example/none.xml", "--json"}, exitDone, []string{`"failure": "client_error"`, `"urls": []`}},
		{"a shop that nobody configured", []string{"page", "https://elders.example/p/1"}, exitUsage, []string{
			"explain: the host of https://elders.example/p/1 is in no source of " + configuration + ", and only its sources are visited; give a saved copy with --file",
		}},
		{"its sitemap", []string{"sitemap", "https://elders.example/sitemap.xml"}, exitUsage, []string{"explain: the host of ", "is in no source of"}},
		{"no address", []string{"page", "hamer"}, exitFailed, []string{"explain page: link: not a web address"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := explainWith(configuration, "", c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			said := strings.Join(strings.Fields(out+errs), " ")
			for _, w := range c.want {
				if !strings.Contains(said, w) {
					t.Errorf("no %q in\n%s%s", w, out, errs)
				}
			}
		})
	}
	for _, p := range asked() {
		if strings.HasPrefix(p, "/geheim") {
			t.Errorf("%s was asked for", p)
		}
	}
}

// TestExplainFetchesLines asks about several; one robots.txt serves them all.
func TestExplainFetchesLines(t *testing.T) {
	configuration, asked := shopToExplain(t)
	code, out, errs := explainWith(configuration, `{"id":1,"url":"http://werkbank.example/sitemap.xml"}
{"id":2,"url":"https://elders.example/sitemap.xml"}
{"id":3,"url":"http://werkbank.example/geheim/sitemap.xml"}
`, "sitemap", "--jsonl", "-")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != exitDone || len(lines) != 3 {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	for i, want := range []string{
		`{"id":1,"urls":["http://werkbank.example/p/1"],"sitemaps":[],"skipped":0,"failure":null,"error":null}`,
		`{"id":2,"error":"explain: the host of https://elders.example/sitemap.xml is in no source of `,
		`{"id":3,"urls":[],"sitemaps":[],"skipped":0,"failure":"robots_disallowed","error":"`,
	} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: %s\nwant %s", i+1, lines[i], want)
		}
	}
	if d := cmp.Diff([]string{"/robots.txt", "/sitemap.xml"}, asked()); d != "" {
		t.Errorf("asked (-want +got):\n%s", d)
	}
}

// TestExplainWithoutConfiguration visits nobody, and says what to do.
func TestExplainWithoutConfiguration(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PRICEGAP_CONFIG", "")
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, what := range []string{"page", "sitemap"} {
		code, out, errs := explainRun("", what, "https://elders.example/p/1")
		if code != exitUsage || out != "" || !strings.Contains(errs, "only the sources of a sources.yaml are visited; give a saved copy with --file") || !strings.Contains(errs, "pricegap init") {
			t.Errorf("%s: exit code %d\n%s%s", what, code, out, errs)
		}
	}
}
