package shoptest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pricegap/crawler/shoptest"
	"pricegap/market"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves a world and returns a client whose every connection goes there.
func start(t *testing.T, w *shoptest.World) (*shoptest.Server, *http.Client) {
	t.Helper()
	s, err := shoptest.Start(w)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Addr())
	}}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, &http.Client{Transport: tr}
}

func get(t *testing.T, c *http.Client, url string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func facts(w *shoptest.World, day int) map[market.SourceID]map[string]shoptest.Fact {
	out := map[market.SourceID]map[string]shoptest.Fact{}
	for _, f := range w.Truth(day) {
		if out[f.Shop] == nil {
			out[f.Shop] = map[string]shoptest.Fact{}
		}
		out[f.Shop][f.SKU] = f
	}
	return out
}

// one returns the fact of a shop about the product with that index.
func one(t *testing.T, w *shoptest.World, day int, id market.SourceID, index int) shoptest.Fact {
	t.Helper()
	for _, f := range w.Truth(day) {
		if f.Shop == id && f.Product == w.Products()[index].ID {
			return f
		}
	}
	t.Fatalf("%s does not sell product %d", id, index)
	return shoptest.Fact{}
}

func TestWorldIsDeterministic(t *testing.T) {
	a, b := shoptest.New(shoptest.Options{}), shoptest.New(shoptest.Options{})
	for day := range 8 {
		if !slices.Equal(a.Truth(day), b.Truth(day)) {
			t.Fatalf("day %d differs between two worlds of one seed", day)
		}
	}
	other := shoptest.New(shoptest.Options{Seed: 2})
	if fmt.Sprint(a.Truth(0)) == fmt.Sprint(other.Truth(0)) {
		t.Error("another seed makes the same world")
	}
}

func TestDaysMoveALittle(t *testing.T) {
	w := shoptest.New(shoptest.Options{})
	for day := 1; day < 8; day++ {
		before, after := facts(w, day-1), facts(w, day)
		moved, all := 0, 0
		for shop, fs := range after {
			for sku, f := range fs {
				all++
				was := before[shop][sku]
				if f.Price != was.Price || f.Stock != was.Stock {
					moved++
				}
				bps, err := f.Price.BasisPoints(was.Price)
				if err != nil || bps <= -3000 || bps >= 3000 {
					t.Errorf("day %d: %s %s moves from %v to %v", day, shop, sku, was.Price, f.Price)
				}
			}
		}
		if moved < all/100 || moved > all/10 {
			t.Errorf("day %d: %d of %d listings moved", day, moved, all)
		}
	}
}

func TestStory(t *testing.T) {
	w := shoptest.New(shoptest.Options{})
	ours := one(t, w, 1, shoptest.Own, 0)
	for day, below := range []bool{false, true, true, true, true, false, false} {
		theirs := one(t, w, day, shoptest.Voltavia, 0)
		bps, err := theirs.Price.BasisPoints(ours.Price)
		if err != nil || (bps < -800) != below || (!below && bps < 0) {
			t.Errorf("day %d: theirs %v, ours %v", day, theirs.Price, ours.Price)
		}
	}
	if a, b, c := one(t, w, 3, shoptest.Voltavia, 5), one(t, w, 4, shoptest.Voltavia, 5), one(t, w, 5, shoptest.Voltavia, 5); a.Price != c.Price || a.Price == b.Price {
		t.Errorf("no dip: %v %v %v", a.Price, b.Price, c.Price)
	}
	if f := one(t, w, 3, shoptest.Stekkerkelder, 4); f.Stock != market.StockOut {
		t.Errorf("not sold out: %+v", f)
	}
	if f := one(t, w, 3, shoptest.Own, 4); f.Stock != market.StockIn {
		t.Errorf("we do not have it: %+v", f)
	}
	if got := w.Happens(2); len(got) != 1 || !strings.Contains(got[0], "503") {
		t.Errorf("day 2: %q", got)
	}
}

// plainPrice reads what a tag of the bare shop says.
func plainPrice(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "<sup>", ","), "</sup>", "")
	text = strings.TrimSpace(strings.TrimPrefix(text, "€"))
	text = strings.ReplaceAll(text, ".", "")
	text = strings.ReplaceAll(text, ",-", ",00")
	return strings.ReplaceAll(text, ",", ".")
}

func TestPagesTellTheTruth(t *testing.T) {
	prices := map[market.SourceID]*regexp.Regexp{
		shoptest.Own:           regexp.MustCompile(`"price":"([0-9.]+)"`),
		shoptest.Voltavia:      regexp.MustCompile(`"price":"([0-9.]+)"`),
		shoptest.Snoerderij:    regexp.MustCompile(`itemprop="price" content="([0-9.]+)"`),
		shoptest.Stekkerkelder: regexp.MustCompile(`class="prijs">(.*?)</span>`),
		shoptest.Zoemhal:       regexp.MustCompile(`"price":\{"currency":"EUR","current":"([0-9.]+)"`),
	}
	w := shoptest.New(shoptest.Options{Products: 48})
	w.SetDay(4)
	_, c := start(t, w)
	splits, whole := 0, 0
	for _, f := range w.Truth(4) {
		resp, body := get(t, c, f.URL)
		m := prices[f.Shop].FindStringSubmatch(body)
		if resp.StatusCode != http.StatusOK || m == nil {
			t.Fatalf("%s: status %d, no price", f.URL, resp.StatusCode)
		}
		if strings.Contains(m[1], "<sup>") {
			splits++
		}
		if strings.Contains(m[1], ",-") {
			whole++
		}
		if got := plainPriceOf(f.Shop, m[1]); got != f.Price.Decimal() {
			t.Errorf("%s: reads %s, truth %s", f.URL, got, f.Price.Decimal())
		}
		title := ""
		for _, p := range w.Products() {
			if p.ID == f.Product {
				title = p.Title
			}
		}
		if !strings.Contains(html.UnescapeString(body), title) {
			t.Errorf("%s: no title", f.URL)
		}
	}
	if splits == 0 || whole == 0 {
		t.Errorf("%d split cents and %d whole euros in the bare shop", splits, whole)
	}
}

func plainPriceOf(shop market.SourceID, text string) string {
	if shop == shoptest.Stekkerkelder {
		return plainPrice(text)
	}
	return text
}

func TestStartingPointsLeadToEverything(t *testing.T) {
	w := shoptest.New(shoptest.Options{})
	s, c := start(t, w)
	want := map[market.SourceID]int{}
	for _, f := range w.Truth(0) {
		want[f.Shop]++
	}
	got := map[market.SourceID]int{}
	_, index := get(t, c, "http://voltavia.example/sitemap_index.xml")
	for _, m := range regexp.MustCompile(`<loc>(.*?)</loc>`).FindAllStringSubmatch(index, -1) {
		_, packed := get(t, c, m[1])
		z, err := gzip.NewReader(strings.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		got[shoptest.Voltavia] += bytes.Count(plain, []byte("/p/"))
	}
	_, sitemap := get(t, c, "http://fonkelplein.example/sitemap.xml")
	got[shoptest.Own] = strings.Count(sitemap, "<loc>")
	for next := "/api/listing?page=1"; next != ""; {
		_, body := get(t, c, "http://zoemhal.example"+next)
		var doc struct {
			Next  string
			Items []struct{ ID string }
		}
		if err := json.Unmarshal([]byte(body), &doc); err != nil {
			t.Fatal(err)
		}
		next = doc.Next
		got[shoptest.Zoemhal] += len(doc.Items)
	}
	got[shoptest.Snoerderij] = walk(t, c, "http://snoerderij.example", `href="(/c/[a-z]+)"`, `rel="next" href="(.*?)"`, `class="product"`)
	got[shoptest.Stekkerkelder] = walk(t, c, "http://stekkerkelder.example", `href="(/categorie/[a-z]+/1)"`, `class="volgende" href="(.*?)"`, `class="artnr"`)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("products by starting points (-truth +found)\n%s", d)
	}
	if bad := s.Disallowed(); len(bad) != 0 {
		t.Errorf("disallowed: %v", bad)
	}
	get(t, c, "http://voltavia.example/winkelwagen?stap=1")
	if bad := s.Disallowed(); len(bad) != 1 {
		t.Errorf("a disallowed request is not seen: %v", bad)
	}
}

// walk counts what stands on the category pages of a shop.
func walk(t *testing.T, c *http.Client, base, categories, next, item string) int {
	t.Helper()
	n := 0
	_, home := get(t, c, base+"/")
	for _, m := range regexp.MustCompile(categories).FindAllStringSubmatch(home, -1) {
		for path := m[1]; path != ""; {
			_, body := get(t, c, base+path)
			n += strings.Count(body, item)
			path = ""
			if m := regexp.MustCompile(next).FindStringSubmatch(body); m != nil {
				path = html.UnescapeString(m[1])
			}
		}
	}
	return n
}

func TestConditionalRequests(t *testing.T) {
	w := shoptest.New(shoptest.Options{})
	s, c := start(t, w)
	url := one(t, w, 0, shoptest.Voltavia, 0).URL
	first, _ := get(t, c, url)
	again, body := get(t, c, url, "If-None-Match", first.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("status %d with %d bytes", again.StatusCode, len(body))
	}
	w.SetDay(1)
	if changed, _ := get(t, c, url, "If-None-Match", first.Header.Get("ETag")); changed.StatusCode != http.StatusOK {
		t.Errorf("after a change: status %d", changed.StatusCode)
	}
	log := s.Requests()
	if len(log) != 3 || !log[1].Conditional || log[1].Status != http.StatusNotModified || log[0].Host != "voltavia.example" {
		t.Errorf("log: %+v", log)
	}
}

func TestTenTimesTooHighOnce(t *testing.T) {
	w := shoptest.New(shoptest.Options{})
	_, c := start(t, w)
	w.SetDay(3)
	f := one(t, w, 3, shoptest.Snoerderij, 3)
	high, err := f.Price.Scale(10, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{high.Decimal(), f.Price.Decimal(), f.Price.Decimal()} {
		if _, body := get(t, c, f.URL); !strings.Contains(body, `itemprop="price" content="`+want+`"`) {
			t.Errorf("fetch %d does not read %s", i+1, want)
		}
	}
}

func TestOutageAndFaults(t *testing.T) {
	w := shoptest.New(shoptest.Options{})
	s, c := start(t, w)
	status := func(url string) int { r, _ := get(t, c, url); return r.StatusCode }
	w.SetDay(2)
	if got := []int{status("http://zoemhal.example/"), status("http://zoemhal.example/robots.txt"), status("http://voltavia.example/")}; !cmp.Equal(got, []int{503, 200, 200}) {
		t.Errorf("outage: %v", got)
	}
	w.SetDay(0)
	s.SetFault("zoemhal.example", shoptest.Fault{Status: 429, RetryAfter: "7", Times: 2, Robots: true})
	r, _ := get(t, c, "http://zoemhal.example/robots.txt")
	if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "7" {
		t.Errorf("fault: status %d, Retry-After %q", r.StatusCode, r.Header.Get("Retry-After"))
	}
	if got := []int{status("http://zoemhal.example/"), status("http://zoemhal.example/"), status("http://nobody.example/")}; !cmp.Equal(got, []int{429, 200, 421}) {
		t.Errorf("after the fault: %v", got)
	}
}

func TestGTINsAreValid(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range shoptest.New(shoptest.Options{}).Products() {
		sum := 0
		for i, d := range p.GTIN {
			sum += int(d-'0') * (1 + 2*(i%2))
		}
		if len(p.GTIN) != 13 || sum%10 != 0 || seen[p.GTIN] {
			t.Errorf("%s: bad or repeated GTIN %s", p.ID, p.GTIN)
		}
		seen[p.GTIN] = true
	}
}

func TestCatalogSaysOurPrices(t *testing.T) {
	w := shoptest.New(shoptest.Options{})
	w.SetDay(6)
	r := csv.NewReader(bytes.NewReader(w.Catalog()))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	truth := facts(w, 6)[shoptest.Own]
	if len(rows) != len(truth)+1 {
		t.Fatalf("%d rows for %d products", len(rows), len(truth))
	}
	for _, row := range rows[1:] {
		if got, want := plainPrice(row[6]), truth[row[0]].Price.Decimal(); got != want {
			t.Errorf("%s: catalogue says %s, truth %s", row[0], got, want)
		}
	}
}

func TestSourcesIsComplete(t *testing.T) {
	text := string(shoptest.New(shoptest.Options{}).Sources("127.0.0.1:4711"))
	for _, want := range []string{`"::127.0.0.1:4711"`, "- http://snoerderij.example/c/waterkokers", "- http://stekkerkelder.example/categorie/waterkokers/1"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, name := range regexp.MustCompile(`\$\{[^}]*\}`).FindAllString(text, -1) {
		if !strings.HasPrefix(name, "${SLACK_") {
			t.Errorf("%s was not filled in", name)
		}
	}
}

func TestBigPages(t *testing.T) {
	w := shoptest.Big(120)
	_, c := start(t, w)
	kinds := map[string]int{}
	for _, f := range w.Truth(0) {
		_, body := get(t, c, f.URL)
		if n := len(body); n < 56<<10 || n > 152<<10 {
			t.Errorf("%s: %d bytes", f.URL, n)
		}
		for _, k := range []string{`application/ld+json`, `itemprop="price"`, `"@graph"`} {
			if strings.Contains(body, k) {
				kinds[k]++
			}
		}
		if !strings.Contains(body, f.Price.Decimal()) {
			t.Errorf("%s: no price", f.URL)
		}
	}
	if kinds[`application/ld+json`] <= kinds[`itemprop="price"`] || kinds[`"@graph"`] == 0 {
		t.Errorf("mark-up: %v", kinds)
	}
}
