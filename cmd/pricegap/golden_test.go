package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pricegap/market"
)

// kratwerk is a shop on loopback of a few crates, whose prices, template and faults the test decides, and a configuration
// that knows it.
type kratwerk struct {
	t   *testing.T
	dir string

	mu    sync.Mutex
	price string
	page  func(string) string // edits every page; nil leaves it
	gone  bool
	asked []string // paths, without robots.txt
}

const kratPage = `<html lang="nl"><title>Krat</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"Product",
"name":"Klapkrat %[1]s","sku":"KK-%[1]s","offers":{"@type":"Offer","price":"%[2]s","priceCurrency":"EUR",
"availability":"https://schema.org/InStock"}}</script><h1>Klapkrat %[1]s</h1><p class="prijs">€ %[2]s</p><p class="was">€ 99.00</p>`

func newKratwerk(t *testing.T) *kratwerk {
	k := &kratwerk{t: t, dir: t.TempDir(), price: "14.95"}
	srv := httptest.NewServer(k)
	t.Cleanup(srv.Close)
	var pages []string
	for i := range 6 {
		pages = append(pages, fmt.Sprintf(`"http://kratwerk.example/p/krat-%d"`, i))
	}
	k.write(fmt.Sprintf(`
crawler: {contact: "https://fonkelplein.example/crawler"}
formula: {name: Fonkelplein}
store: bolt:prices.db
sources:
  - id: kratwerk
    name: Kratwerk
    currency: EUR
    locale: nl
    vat: included
    start: [{products: [%s]}]
    parser: {kind: auto, fields: {reference_price: .was}}
    pace: {pause: 0s}
    connect_to: ["::%s"]
    allow_networks: [127.0.0.0/8]
`, strings.Join(pages, ", "), srv.Listener.Addr()))
	return k
}

func (k *kratwerk) write(text string) {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.dir, "sources.yaml"), []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kratwerk) configure(pairs ...string) {
	k.t.Helper()
	k.write(strings.NewReplacer(pairs...).Replace(read(k.t, filepath.Join(k.dir, "sources.yaml"))))
}

// ServeHTTP implements http.Handler.
func (k *kratwerk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.URL.Path == "/robots.txt" {
		fmt.Fprint(w, "User-agent: *\nDisallow: /geheim/\n")
		return
	}
	k.asked = append(k.asked, r.URL.Path)
	if k.gone {
		w.WriteHeader(http.StatusGone)
		return
	}
	if r.URL.Path == "/api/kratten" {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"items":[{"id":"KK-1","naam":"Klapkrat 1","prijs":%[1]s},{"id":"KK-2","naam":"Klapkrat 2","prijs":%[1]s}]}`, k.price)
		return
	}
	page := fmt.Sprintf(kratPage, r.URL.Path[strings.LastIndexByte(r.URL.Path, '-')+1:], k.price)
	if strings.HasSuffix(r.URL.Path, "/leeg") {
		page = `<html lang="nl"><title>Over ons</title><h1>Over ons</h1><p>Wij verkopen kratten.</p>`
	}
	if k.page != nil {
		page = k.page(page)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, page)
}

// now changes the shop, and returns how many pages were asked for before.
func (k *kratwerk) now(change func()) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	change()
	return len(k.asked)
}

// run runs a command and returns what it prints.
func (k *kratwerk) run(want int, args ...string) string {
	k.t.Helper()
	out, errs := k.command(want, args...)
	return out + errs
}

// read runs a command whose output is one JSON document.
func (k *kratwerk) read(want int, v any, args ...string) {
	k.t.Helper()
	out, _ := k.command(want, args...)
	if err := json.Unmarshal([]byte(out), v); err != nil {
		k.t.Fatalf("%v\n%s", err, out)
	}
}

func (k *kratwerk) command(want int, args ...string) (string, string) {
	k.t.Helper()
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs, clock: market.WallClock}
	if code := a.run(append([]string{"--config", filepath.Join(k.dir, "sources.yaml")}, args...)); code != want {
		k.t.Fatalf("%q: exit code %d, want %d\n%s%s", args, code, want, &out, &errs)
	}
	return out.String(), errs.String()
}

func (k *kratwerk) says(out string, all ...string) {
	k.t.Helper()
	for _, want := range all {
		if !strings.Contains(out, want) {
			k.t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// kept are the expected files of the kept pages.
func (k *kratwerk) kept() []string {
	k.t.Helper()
	files, err := filepath.Glob(filepath.Join(k.dir, "golden", "kratwerk", "*.json"))
	if err != nil {
		k.t.Fatal(err)
	}
	return files
}

// TestRecord keeps pages of fresh listings, spread over them, never twice, and never one that is not good.
func TestRecord(t *testing.T) {
	k := newKratwerk(t)
	k.says(k.run(exitUsage, "source", "record", "nobody"), `no source "nobody"`)
	k.says(k.run(exitUsage, "source", "record", "kratwerk", "--max", "0"), "--max is 1 to")
	k.says(k.run(exitUsage, "source", "record", "kratwerk", "https://elders.example/p/1"), "is on no host of kratwerk")
	k.says(k.run(exitUsage, "source", "record", "kratwerk", "--reread", "--replace"), "do not go together")
	k.says(k.run(exitFailed, "source", "record", "kratwerk"), "no fresh listing of kratwerk")
	k.says(k.run(exitFailed, "source", "record", "kratwerk", "--reread"), "no page of kratwerk is kept")
	k.run(exitDone, "crawl", "--wait", "0s")

	before := k.now(func() {})
	out := k.run(exitDone, "source", "record", "kratwerk", "--max", "2")
	k.says(out, "kept     http://kratwerk.example/p/krat-0: 14.95 EUR", "kept     http://kratwerk.example/p/krat-3")
	if len(k.kept()) != 2 || k.now(func() {})-before != 2 {
		t.Errorf("%d pages are kept, %v were asked for", len(k.kept()), k.asked[before:])
	}
	k.says(read(t, k.kept()[0]), `"asked": "http://kratwerk.example/p/krat-0"`, `"price": "14.95 EUR"`, `"reader": "json-ld"`)

	k.says(k.run(exitFailed, "source", "record", "kratwerk", "--max", "2"), "2 pages of kratwerk are kept already")
	k.says(k.run(exitFailed, "source", "record", "kratwerk", "http://kratwerk.example/p/krat-0"), "refused", "it is kept already")
	k.says(k.run(exitPartial, "source", "record", "kratwerk", "http://kratwerk.example/p/krat-5", "http://kratwerk.example/leeg", "http://kratwerk.example/geheim/krat-9"),
		"kept     http://kratwerk.example/p/krat-5", "refused  http://kratwerk.example/leeg", "price_missing", "refused  http://kratwerk.example/geheim/krat-9", "robots_disallowed")

	var got struct {
		Source string
		Pages  []recorded
	}
	k.now(func() { k.price = "12.95" })
	k.read(exitDone, &got, "source", "record", "kratwerk", "--replace", "--json")
	if got.Source != "kratwerk" || len(got.Pages) != 3 || got.Pages[0].Price != "12.95 EUR" || got.Pages[0].Page == "" || len(k.kept()) != 3 {
		t.Errorf("replaced: %+v", got)
	}
	k.now(func() { k.gone = true })
	k.says(k.run(exitFailed, "source", "record", "kratwerk", "--replace"), "refused", "gone")
	if len(k.kept()) != 3 {
		t.Error("what is refused takes away what was kept")
	}
}

// TestKeptPages: a parser or a configuration that reads a kept page otherwise is seen at once, without asking the shop,
// and accepted when it is right.
func TestKeptPages(t *testing.T) {
	k := newKratwerk(t)
	k.says(k.run(exitDone, "check", "--offline"), "is valid")
	k.run(exitDone, "crawl", "--wait", "0s")
	k.run(exitDone, "source", "record", "kratwerk")
	before := k.now(func() {})
	for _, args := range [][]string{{"source", "doctor"}, {"source", "doctor", "kratwerk"}, {"check", "--offline"}, {"check", "--offline", "kratwerk"}} {
		k.says(k.run(exitDone, args...), "3 of 3 kept pages are read as they were kept")
	}
	k.says(k.run(exitUsage, "check", "--offline", "nobody"), `no source "nobody"`)

	k.configure("parser: {kind: auto, fields: {reference_price: .was}}", "parser: {kind: selectors, fields: {name: h1, sku: h1, price: .was, availability: .prijs}}")
	for _, args := range [][]string{{"source", "doctor", "kratwerk"}, {"check", "--offline"}} {
		k.says(k.run(exitPartial, args...), "kept page krat-0-", "read otherwise than when it was kept", "price moved: kept 14.95 EUR (json-ld script 1: offers.price), read 99.00 EUR (selector .was)",
			"reference_price lost: kept 99.00 EUR", "availability lost: kept in_stock", "0 of 3 kept pages")
	}
	var ds []diagnosis
	k.read(exitPartial, &ds, "source", "doctor", "--json")
	if len(ds) != 1 || ds[0].Listings != 6 || len(ds[0].Golden.Reports) != 3 || ds[0].Golden.Reports[0].Verdict != "reading" || len(ds[0].Golden.Reports[0].Differences) < 3 {
		t.Errorf("doctor --json: %+v", ds)
	}

	k.configure("price: .was", "price: .prijs")
	k.says(k.run(exitDone, "source", "record", "kratwerk", "--reread"), "kept     http://kratwerk.example/p/krat-0: 14.95 EUR")
	k.says(k.run(exitDone, "check", "--offline"), "3 of 3 kept pages are read")
	k.configure("price: .prijs", "brand: h1")
	k.says(k.run(exitFailed, "source", "record", "kratwerk", "--reread"), "refused", "price_missing")
	if after := k.now(func() {}); after != before {
		t.Errorf("the shop was asked %v", k.asked[before:])
	}
	k.configure("brand: h1", "price: .prijs")
	if err := os.Remove(strings.TrimSuffix(k.kept()[0], ".json") + ".page.gz"); err != nil {
		t.Fatal(err)
	}
	k.says(k.run(exitPartial, "check", "--offline"), "kept pages that cannot be read", "2 of 2 kept pages")
}

// TestLive: the same pages as they are now tell a new template from new prices.
func TestLive(t *testing.T) {
	k := newKratwerk(t)
	k.run(exitDone, "crawl", "--wait", "0s")
	k.run(exitDone, "source", "record", "kratwerk", "--max", "1")
	before := k.now(func() {})
	k.says(k.run(exitDone, "source", "doctor", "--live"), "1 of 1 kept pages are read as they were kept")
	if after := k.now(func() { k.price = "12.95" }); after != before+1 {
		t.Errorf("%d pages were asked for", after-before)
	}
	k.says(k.run(exitDone, "source", "doctor", "--live"), "values have changed; no sign of a new template", "price changed: kept 14.95 EUR", "read 12.95 EUR")

	k.now(func() {
		k.page = func(p string) string { return strings.Replace(p, "application/ld+json", "text/plain", 1) }
	})
	k.says(k.run(exitPartial, "source", "doctor", "--live"), "the shop's template has changed", "source record kratwerk --replace", "sku moved: kept KK-0 (json-ld", "price moved: kept 14.95 EUR (json-ld", "read 12.95 EUR (visible")
	k.says(k.run(exitDone, "source", "doctor"), "1 of 1 kept pages are read as they were kept")

	k.now(func() { k.page = func(p string) string { return strings.ReplaceAll(p, "KK-0", "KK-7") } })
	k.says(k.run(exitPartial, "source", "doctor", "--live"), "another product", "sku changed: kept KK-0")

	file := k.kept()[0]
	was := read(t, file)
	if err := os.WriteFile(file, []byte(strings.Replace(was, `"asked": "`, `"asked": "http://elsewhere.example/?`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	before = k.now(func() {})
	k.says(k.run(exitPartial, "source", "doctor", "--live"), "not to be had", "redirect_blocked")
	if after := k.now(func() {}); after != before {
		t.Errorf("of another host %d pages were asked for", after-before)
	}
	if err := os.WriteFile(file, []byte(was), 0o600); err != nil {
		t.Fatal(err)
	}
	k.now(func() { k.gone = true })
	k.says(k.run(exitPartial, "source", "doctor", "--live"), "not to be had", "gone")
}

// TestRecordJSON: of a source that is read from a JSON endpoint that endpoint is kept.
func TestRecordJSON(t *testing.T) {
	k := newKratwerk(t)
	text := read(t, filepath.Join(k.dir, "sources.yaml"))
	from, to := strings.Index(text, "start:"), strings.Index(text, "    parser:")
	k.write(text[:from] + `start: [{json: "http://kratwerk.example/api/kratten", items: items, fields: {sku: id, name: naam, price: prijs}}]` + "\n" + text[to:])
	k.run(exitDone, "crawl", "--wait", "0s")
	k.says(k.run(exitDone, "source", "record", "kratwerk"), "kept     http://kratwerk.example/api/kratten: 14.95 EUR")
	k.says(read(t, k.kept()[0]), `"role": "json"`, `"sku": "KK-2"`)
	k.says(k.run(exitDone, "check", "--offline"), "1 of 1 kept pages")
	k.now(func() { k.price = "12.95" })
	k.says(k.run(exitDone, "source", "doctor", "--live"), "values have changed", "KK-2: price changed: kept 14.95 EUR (json items.1.prijs), read 12.95 EUR")
	k.configure("sku: id", "sku: naam")
	k.says(k.run(exitPartial, "check", "--offline"), "KK-2: offer lost")
}

// TestLiveDays: prices, sales and stock of weeks, in shops of four makes, are no new template.
func TestLiveDays(t *testing.T) {
	c := newChainOf(t, 40)
	c.write("sources.yaml", string(c.world.Sources(c.shops.Addr())))
	c.mustRun(exitDone, "crawl", "--wait", "0s")
	for _, shop := range []string{"voltavia", "snoerderij", "zoemhal"} {
		c.mustRun(exitDone, "source", "record", shop, "--max", "12")
	}
	out, _, code := c.run("source", "record", "stekkerkelder") // its pages are not read, its lists are
	if tried := strings.Count(out, "refused "); code != exitFailed || tried != 6 {
		t.Errorf("exit code %d after %d pages\n%s", code, tried, out)
	}
	c.mustRun(exitDone, "source", "record", "stekkerkelder", "--list", "http://stekkerkelder.example/categorie/tafellampen",
		"http://stekkerkelder.example/categorie/waterkokers", "http://stekkerkelder.example/categorie/broodroosters")
	values := 0
	for _, day := range []int{10, 19, 28} {
		c.world.SetDay(day)
		out := c.mustRun(exitDone, "source", "doctor", "--live", "--json")
		values += strings.Count(out, `"verdict":"values"`)
	}
	if values < 20 {
		t.Errorf("only %d pages have changed", values)
	}
	if asked := c.shops.Disallowed(); len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
}
