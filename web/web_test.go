package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/web/wire"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/net/html"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func options() Options {
	return Options{Feeds: map[string]string{"news": "testdata/feed.atom"}, Formula: "Fonkelplein", Clock: func() time.Time { return noon }, Hosts: []string{"prices.internal.example"}}
}

// ask asks the door over f, as a browser on this machine would.
func ask(f *fake, o Options, method, target string, header ...string) *httptest.ResponseRecorder {
	return request(New(f, o), method, target, header...)
}

func request(door http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, http.NoBody)
	r.Host = "127.0.0.1:8080"
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	door.ServeHTTP(w, r)
	return w
}

// paths are an address for every route, taken from the router itself.
func paths() []string {
	var out []string
	for _, r := range newSite(&fake{}, options()).routes() {
		_, path, _ := strings.Cut(r.pattern, " ")
		path = strings.Replace(strings.TrimSuffix(path, "{$}"), "{channel}", "news", 1)
		if path == "/product" {
			path += "?id=FP00001"
		}
		if path == "/api/v1/history" || path == "/api/v1/verdicts" {
			path += "?product=FP00001"
		}
		out = append(out, path)
	}
	return out
}

func TestEveryRouteAnswersAtHome(t *testing.T) {
	door := New(&fake{}, options())
	for _, path := range paths() {
		for _, host := range []string{"127.0.0.1:8080", "localhost:8080", "[::1]:8080", "[::1]", "prices.internal.example", "PRICES.internal.example:80"} {
			w := request(door, http.MethodGet, path, "Host", host)
			if w.Code != http.StatusOK {
				t.Errorf("GET %s at %s: status %d: %s", path, host, w.Code, w.Body)
			}
			if got := w.Header().Get("Content-Security-Policy"); got != securityPolicy {
				t.Errorf("GET %s: policy %q", path, got)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Content-Type") == "" {
				t.Errorf("GET %s: headers %v", path, w.Header())
			}
		}
	}
}

func TestEveryRouteRefusesForeignHosts(t *testing.T) {
	door := New(&fake{}, options())
	for _, path := range append(paths(), "/nowhere") {
		for _, host := range []string{"evil.example", "127.0.0.1.evil.example:8080", "10.0.0.1", "0.0.0.0:8080", "", "localhost.evil.example", "[fe80::1]"} {
			if w := request(door, http.MethodGet, path, "Host", host); w.Code != http.StatusForbidden {
				t.Errorf("GET %s at %q: status %d", path, host, w.Code)
			}
		}
	}
}

func TestEveryRouteRefusesChangesAndForeignOrigins(t *testing.T) {
	door := New(&fake{}, options())
	for _, path := range append(paths(), "/nowhere", "/control/v1/crawl") {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			for name, header := range map[string][]string{
				"fetch metadata": {"Sec-Fetch-Site", "cross-site"}, "origin": {"Origin", "https://evil.example"},
			} {
				if w := request(door, method, path, header...); w.Code != http.StatusForbidden {
					t.Errorf("%s %s by %s: status %d", method, path, name, w.Code)
				}
			}
			if w := request(door, method, path); w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusNotFound {
				t.Errorf("%s %s: status %d", method, path, w.Code)
			}
		}
	}
}

// hostile are the texts of outside that must stay texts.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `javascript:alert(1)`,
	`{{constructor.constructor('x')()}}`, `${7*7}`, `{{.Secret}}`, `<%= 7*7 %>`,
	`</title><style>@import url(//evil.example)</style>`, `</textarea>`, `<!--`, `]]>`, "`",
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">`,
	`' onmouseover='alert(1)`, `</script><script>alert(1)`, `<a href="https://evil.example">x</a>`, `&lt;b&gt;`,
}

// allowed are the elements and attributes that our own pages are made of.
var allowed = map[string][]string{
	"html": {"lang"}, "head": {}, "meta": {"charset", "name", "content"}, "title": {}, "link": {"rel", "href", "type", "title"}, "body": {}, "header": {}, "strong": {},
	"nav": {}, "a": {"href", "aria-current", "rel", "class"}, "main": {}, "h1": {}, "h2": {}, "p": {"class"}, "footer": {}, "small": {"class", "title"}, "details": {}, "summary": {}, "s": {}, "form": {"method", "action"},
	"div": {"class"}, "label": {"for"}, "input": {"id", "name", "value", "type", "placeholder", "list", "checked"}, "datalist": {"id"},
	"option": {"value", "selected"}, "select": {"id", "name"}, "fieldset": {}, "legend": {}, "button": {}, "table": {"class"}, "thead": {}, "tbody": {}, "tr": {},
	"th": {"class"}, "td": {"class", "data-label"}, "span": {"class", "title"}, "br": {},
	"svg": {"viewbox", "role", "aria-label", "class"}, "line": {"class", "x1", "x2", "y1", "y2"}, "text": {"x", "y", "dy", "text-anchor"}, "path": {"class", "d"},
	"circle": {"class", "cx", "cy", "r"},
}

func TestForeignTextStaysText(t *testing.T) {
	for _, say := range hostile {
		door := New(&fake{say: say}, options())
		for _, path := range []string{"/", "/product?id=FP00001", "/sources", "/alerts", "/?" + url.Values{"q": {say}, "category": {say}, "brand": {say}, "source": {say}}.Encode()} {
			w := request(door, http.MethodGet, path)
			if w.Code != http.StatusOK {
				t.Fatalf("%q on %s: status %d: %s", say, path, w.Code, w.Body)
			}
			shown := inspect(t, say, path, w.Body.String())
			if !strings.Contains(shown, market.NewText(say).Plain()) {
				t.Errorf("%q on %s is not shown as it is", say, path)
			}
		}
	}
}

// inspect fails for every element and attribute that is not of our own making, and returns the page's texts.
func inspect(t *testing.T, say, path, page string) string {
	t.Helper()
	var shown strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return shown.String()
		case html.TextToken:
			shown.WriteString(html.UnescapeString(string(z.Raw())) + " ")
		case html.StartTagToken, html.SelfClosingTagToken:
			tok := z.Token()
			attrs, ok := allowed[tok.Data]
			if !ok {
				t.Errorf("%q on %s: element <%s>", say, path, tok.Data)
			}
			for _, a := range tok.Attr {
				if !strings.Contains(" "+strings.Join(attrs, " ")+" ", " "+a.Key+" ") {
					t.Errorf("%q on %s: attribute %s of <%s>", say, path, a.Key, tok.Data)
				}
				if a.Key == "href" && (tok.Data != "link" || a.Val != "data:,") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "https://") {
					t.Errorf("%q on %s: link to %q", say, path, a.Val)
				}
				shown.WriteString(a.Val + " ")
			}
			if tok.Data == "a" && strings.Contains(fmt.Sprint(tok.Attr), "https://") && !strings.Contains(fmt.Sprint(tok.Attr), "noopener noreferrer") {
				t.Errorf("%s: a link out without rel: %v", path, tok.Attr)
			}
		case html.CommentToken:
			t.Errorf("%q on %s: a comment", say, path)
		}
	}
}

func TestComparisonSaysWhatIsKnown(t *testing.T) {
	o := options()
	o.Language = "nl"
	body := ask(&fake{}, o, http.MethodGet, "/").Body.String()
	for _, want := range []string{
		"€ 1.299,00", "€ 1.249,00", "€ -50,00 (-3,9\u00a0%)", "1\u00a0u oud", "26\u00a0u oud", "4\u00a0d oud", "verouderd", "vastgehouden: € 12.990,00", "op voorraad",
		"1–1 van 1 artikelen", ">9521234567890<",
		`href="https://voltavia.example/p/1" rel="noopener noreferrer"`, "104,0", `href="/download?format=csv-nl"`, `href="/product?id=FP00001"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	for _, never := range []string{"777", "888"} {
		if strings.Contains(body, never) {
			t.Errorf("cost or floor is shown: %q", never)
		}
	}
}

func TestFilterReachesTheService(t *testing.T) {
	tests := map[string]watch.StandingQuery{
		"/?category=Water&brand=Zwiepa&source=voltavia&source=zoemhal&basis=delivered&as_of=2026-03-30": {
			Category: "Water", Brand: "Zwiepa", Sources: []market.SourceID{"voltavia", "zoemhal"}, Basis: compare.Delivered,
			AsOf: time.Date(2026, 3, 30, 21, 59, 59, 0, time.UTC),
		},
		"/?q=waterkoker": {Products: []market.ProductID{"FP00001"}},
		"/api/v1/standings?product=FP00001&as_of=2026-03-30T10:00:00Z": {
			Products: []market.ProductID{"FP00001"}, AsOf: time.Date(2026, 3, 30, 10, 0, 0, 0, time.UTC),
		},
		"/download?format=csv&brand=Zwiepa": {Brand: "Zwiepa"},
	}
	o := options()
	o.Zone = time.FixedZone("summer", 2*3600)
	for path, want := range tests {
		f := &fake{}
		ask(f, o, http.MethodGet, path)
		if len(f.asked) != 1 || !cmp.Equal(f.asked[0], want) {
			t.Errorf("%s asks %+v, want %+v", path, f.asked, want)
		}
	}
	f := &fake{}
	if w := ask(f, o, http.MethodGet, "/?q=nothing"); len(f.asked) != 0 || !strings.Contains(w.Body.String(), "Nothing to show.") {
		t.Errorf("a search without result shows everything: %v", f.asked)
	}
}

func TestOnlyWhereSomebodyIsCheaper(t *testing.T) {
	for path, rows := range map[string]int{"/": 4, "/?cheaper=1": 2, "/api/v1/standings?cheaper=1": 2, "/download?format=jsonl&cheaper=1": 2} {
		body := ask(&fake{rows: 4, dearer: 2}, options(), http.MethodGet, path).Body.String()
		n := strings.Count(body, `"id":"FP0000`)
		if strings.HasPrefix(path, "/?") || path == "/" {
			n = strings.Count(body, `class="head"`)
		} else if strings.HasPrefix(path, "/download") {
			n = strings.Count(body, "\n")
		}
		if n != rows {
			t.Errorf("%s has %d rows, want %d:\n%s", path, n, rows, body)
		}
	}
}

func TestCountIsBounded(t *testing.T) {
	for rows, want := range map[int]string{1200: "1–100 of 1200 articles", maxCounted: "1–100 of 2000 articles", maxCounted + 1: "1–100 of more than 2000 articles"} {
		if body := ask(&fake{rows: rows}, options(), http.MethodGet, "/").Body.String(); !strings.Contains(body, want) {
			t.Errorf("%d rows: no %q", rows, want)
		}
	}
}

func TestProductSaysWhatSetsUsApart(t *testing.T) {
	o := options()
	o.Language = "nl"
	o.Points = []market.SellingPoint{{Kind: market.PointPickup, Words: map[string]string{"nl": "vandaag af te halen", "en": "pick-up today"}}}
	o.Branches = []market.Branch{{ID: "noord", Name: "Fonkelplein Noord"}, {ID: "zuid", Name: "Fonkelplein Zuid"}}
	body := ask(&fake{}, o, http.MethodGet, "/product?id=FP00001").Body.String()
	if strings.Contains(body, "Zuid") {
		t.Error("a stock that is not known is told")
	}
	for _, want := range []string{
		"Fonkelplein Noord: 3 in de winkel", "vandaag af te halen", "3 jaar garantie <small>(daar: 2 jaar)</small>", "gratis", "op EAN", "<svg",
		"<strong>REFER: teamleider beslist</strong> · het zou € 104,00 worden · niet bekend: door de winkel zelf verkocht",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

func TestAlertsThatHoldComeFirst(t *testing.T) {
	body := ask(&fake{}, options(), http.MethodGet, "/alerts").Body.String()
	holds, over := strings.Index(body, ">firing<"), strings.Index(body, ">resolved<")
	if holds < 0 || over < holds {
		t.Errorf("firing at %d, resolved at %d", holds, over)
	}
	for _, want := range []string{"last seen well", "the shop refuses or fails (server_error)", "floor: waiting", "late: too old to tell", "<strong>gone</strong> refuses messages (1): channel_not_found", "pricegap alerts test gone"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

func TestPagesAreBounded(t *testing.T) {
	f := &fake{rows: 1200}
	var l list[json.RawMessage]
	if err := json.Unmarshal(ask(f, options(), http.MethodGet, "/api/v1/standings?limit=500&offset=500").Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	if len(l.Items) != 500 || l.Next != "/api/v1/standings?limit=500&offset=1000" {
		t.Errorf("%d items, next %q", len(l.Items), l.Next)
	}
	l = list[json.RawMessage]{}
	if err := json.Unmarshal(ask(f, options(), http.MethodGet, l.Next+"/api/v1/matches?limit=500&offset=1000").Body.Bytes(), &l); err != nil || len(l.Items) != 200 || l.Next != "" {
		t.Errorf("the last part: %d items, next %q, %v", len(l.Items), l.Next, err)
	}
	body := ask(f, options(), http.MethodGet, "/?page=12").Body.String()
	if n := strings.Count(body, `class="head"`); n != 100 || strings.Contains(body, "page=13") || !strings.Contains(body, "page=11") {
		t.Errorf("page 12 has %d rows", n)
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		path   string
		err    error
		status int
		code   string
	}{
		{"/api/v1/standings?limit=501", nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/verdicts", nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/verdicts?product=1&product=2", nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/verdicts?product=1&role=director", nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/verdicts?product=1&as_of=yesterday", nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/standings?basis=both", nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/standings?as_of=yesterday", nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/standings?q=" + strings.Repeat("x", 201), nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/history?product=none", nil, http.StatusNotFound, "unknown_product"},
		{"/api/v1/history?product=FP00001&from=2026-02-02&to=2026-01-01", nil, http.StatusBadRequest, "bad_request"},
		{"/api/v1/sources", fmt.Errorf("store: page 7: %w", store.ErrCorrupt), http.StatusInternalServerError, "store_corrupt"},
		{"/api/v1/alerts", errors.New("odd"), http.StatusInternalServerError, "internal"},
		{"/download?format=doc", nil, http.StatusBadRequest, "bad_request"},
		{"/download?format=csv", fmt.Errorf("watch: %w: x", watch.ErrUnknownSource), http.StatusNotFound, "unknown_source"},
	}
	for _, tt := range tests {
		w := ask(&fake{err: tt.err}, options(), http.MethodGet, tt.path)
		var p wire.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%s: %v in %s", tt.path, err, w.Body)
		}
		if w.Code != tt.status || p.Status != tt.status || p.Code != tt.code || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %+v", tt.path, w.Code, p)
		}
	}
	for path, status := range map[string]int{"/product?id=none": 404, "/?basis=both": 400, "/?page=0": 400, "/nowhere": 404} {
		if w := ask(&fake{}, options(), http.MethodGet, path); w.Code != status {
			t.Errorf("%s: status %d, want %d", path, w.Code, status)
		}
	}
	if w := ask(&fake{err: errors.New("gone")}, options(), http.MethodGet, "/readyz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("/readyz while the store fails: %d", w.Code)
	}
}

func TestAPISaysNoSecrets(t *testing.T) {
	for _, path := range paths() {
		body := ask(&fake{}, options(), http.MethodGet, path).Body.String()
		for _, never := range []string{"777.77", "888.88", "/somewhere"} {
			if strings.Contains(body, never) {
				t.Errorf("%s says %s", path, never)
			}
		}
	}
}

func TestDownloads(t *testing.T) {
	for format, begin := range map[string]string{"csv": "", "csv-nl": "", "json": "[", "jsonl": "{", "xlsx": "PK"} {
		w := ask(&fake{rows: 3}, options(), http.MethodGet, "/download?format="+format)
		if w.Code != http.StatusOK || !strings.HasPrefix(strings.TrimPrefix(w.Body.String(), "\ufeff"), begin) || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %.20q", format, w.Code, w.Body)
		}
		if d := w.Header().Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename=pricegap-20260331-1200.") {
			t.Errorf("%s: %q", format, d)
		}
	}
}

func TestMetrics(t *testing.T) {
	body := ask(&fake{}, options(), http.MethodGet, "/metrics").Body.String()
	for _, want := range []string{
		"pricegap_store_up 1", `pricegap_last_run_failures{kind="price_missing",source="voltavia"} 5`, `pricegap_last_run_pages{source="voltavia"} 12`,
		`pricegap_source_blind{source="voltavia"} 1`, fmt.Sprintf(`pricegap_last_good_run_timestamp_seconds{source="voltavia"} %v`, float64(noon.Add(-26*time.Hour).Unix())), "pricegap_alerts_waiting 1",
		`pricegap_alerts{state="firing"} 1`, "go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(body, `last_good_run_timestamp_seconds{source="fonkelplein"}`) {
		t.Error("a moment that is not known is told")
	}
	if w := ask(&fake{err: errors.New("gone")}, options(), http.MethodGet, "/metrics"); !strings.Contains(w.Body.String(), "pricegap_store_up 0") {
		t.Errorf("a store that fails: %d %s", w.Code, w.Body)
	}
}

// FuzzQuery asks pages and API with whatever follows the question mark: never a fault of ours, never markup.
func FuzzQuery(f *testing.F) {
	f.Add("q=9&category=%00&brand=%ff&basis=delivered&as_of=2026-03-31&page=2&source=a&source=b")
	f.Add("as_of=0000-01-01&from=9999-12-31&to=0001-01-01&id=FP00001&product=FP00001&limit=500&offset=1")
	f.Add("format=csv&q=%3Cscript%3E;&page=99999")
	door := New(&fake{}, options())
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/", "/product", "/alerts", "/download", "/api/v1/standings", "/api/v1/history", "/api/v1/products", "/api/v1/matches"} {
			r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
			r.Host, r.URL.RawQuery = "localhost", query
			w := httptest.NewRecorder()
			door.ServeHTTP(w, r)
			if w.Code >= http.StatusInternalServerError {
				t.Errorf("%s?%q: status %d: %s", path, query, w.Code, w.Body)
			}
			if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
				inspect(t, query, path, w.Body.String())
			}
		}
	})
}
