package class_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/parsers/class"
)

// fixture is a page in testdata/<kind>/; the folder "content" has those that are what they seem.
type fixture struct {
	name, kind string
	body       []byte

	Status     int
	Asked, URL string
	Header     map[string]string
	List       bool
	Language   string
	Currency   money.Currency
	Usual      int
	// Price is what a page of content says: an amount, "range", or nothing, which is then Failure for a product.
	Price   string
	Failure market.FailureKind
}

func fixtures(t testing.TB) []fixture {
	t.Helper()
	names, err := filepath.Glob("testdata/*/*.html")
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	var out []fixture
	for _, name := range names {
		f := fixture{name: filepath.Base(name), kind: filepath.Base(filepath.Dir(name)), Language: "nl-NL", Currency: "EUR"}
		if f.body, err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
		meta, err := os.ReadFile(strings.TrimSuffix(name, "html") + "json")
		if err != nil {
			t.Fatal(err)
		}
		strict := json.NewDecoder(bytes.NewReader(meta))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, f)
	}
	return out
}

func (f fixture) header() http.Header {
	h := http.Header{}
	for k, v := range f.Header {
		h.Set(k, v)
	}
	return h
}

// read reads a page as the crawl does: one without success has only Refusal to ask.
func (f fixture) read(t testing.TB) parsers.Result {
	t.Helper()
	if f.Status != http.StatusOK {
		kind, why := class.Refusal(f.Status, f.header(), f.body)
		return parsers.Result{Failure: kind, Message: why}
	}
	in := parsers.Input{
		Page: market.Page{Asked: f.Asked, URL: f.URL, Status: f.Status, Header: f.header(), Body: f.body},
		Role: parsers.RoleProduct, Locale: money.Locale{Language: f.Language, Currency: f.Currency}, VAT: money.VATIncluded, Usual: f.Usual,
	}
	if f.List {
		in.Role = parsers.RoleList
	}
	p, err := parsers.New("auto", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := parsers.Read(p, parsers.NewDoc(in))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestPages reads pages that stand in the place of others, and pages of content that look like them.
func TestPages(t *testing.T) {
	kinds, languages := map[string]int{}, map[string]map[string]bool{}
	for _, f := range fixtures(t) {
		content := f.kind == "content"
		if kinds[f.kind]++; languages[f.kind] == nil {
			languages[f.kind] = map[string]bool{}
		}
		if _, lang, ok := strings.Cut(string(f.body[:min(len(f.body), 200)]), `lang="`); ok {
			languages[f.kind][lang[:2]] = true
		}
		t.Run(f.kind+"/"+f.name, func(t *testing.T) {
			if res := f.read(t); content {
				f.checkContent(t, res)
			} else {
				f.checkClass(t, res)
			}
		})
	}
	for kind, n := range kinds {
		if n < 8 || len(languages[kind]) < 5 {
			t.Errorf("%d pages of %s in %d languages are too few to measure by", n, kind, len(languages[kind]))
		}
	}
	if kinds["content"] < 100 || len(languages["content"]) < 10 {
		t.Errorf("%d pages of content in %d languages are too few to measure by", kinds["content"], len(languages["content"]))
	}
}

func (f fixture) checkClass(t *testing.T, res parsers.Result) {
	if string(res.Failure) != f.kind {
		t.Errorf("%q (%s), want %s", res.Failure, res.Message, f.kind)
	}
	if len(res.Offers) > 0 {
		t.Errorf("an offer: %+v", res.Offers[0])
	}
	if f.kind == string(market.FailPriceMissing) && !strings.Contains(res.Message, "`render: browser` or a JSON source") {
		t.Errorf("no hint: %s", res.Message)
	}
	checkWhy(t, res.Failure, res.Message)
}

func (f fixture) checkContent(t *testing.T, res parsers.Result) {
	switch {
	case res.Failure != f.Failure || strings.Contains(res.Message, "shell"):
		t.Fatalf("%q (%s), want %q", res.Failure, res.Message, f.Failure)
	case f.List:
		if len(res.Links) == 0 {
			t.Error("no links")
		}
		return
	case len(res.Offers) == 0:
		t.Fatal("no offer")
	}
	o := res.Offers[0]
	got := o.Price.Decimal()
	if o.Low.Known() {
		got = "range"
	}
	if got != f.Price {
		t.Errorf("price %q, want %q", got, f.Price)
	}
}

// checkWhy holds a reason to what people are shown: one short sentence of ours.
func checkWhy(t *testing.T, kind market.FailureKind, why string) {
	t.Helper()
	if kind == "" {
		if why != "" {
			t.Errorf("a reason for nothing: %s", why)
		}
		return
	}
	if kind.Info().Meaning == "" || why == "" || len(why) > 140 || market.NewText(why).Plain() != why {
		t.Errorf("%s: %q", kind, why)
	}
}

// TestContentTwice asks Refusal about the pages of content with statuses that a refusal may have: what they say
// counts, not how they came.
func TestContentTwice(t *testing.T) {
	for _, f := range fixtures(t) {
		if f.kind != "content" {
			continue
		}
		for _, status := range []int{200, 403, 429, 503} {
			if kind, why := class.Refusal(status, f.header(), f.body); kind != "" {
				t.Errorf("%s with status %d: %s, %s", f.name, status, kind, why)
			}
		}
	}
}

func FuzzRefusal(f *testing.F) {
	for _, x := range fixtures(f) {
		if len(x.body) < 8<<10 {
			f.Add(x.Status, x.body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		kind, why := class.Refusal(status, nil, body)
		checkWhy(t, kind, why)
	})
}

func FuzzOf(f *testing.F) {
	for _, x := range fixtures(f) {
		if len(x.body) < 8<<10 {
			f.Add(x.body, x.Asked, x.URL, x.Language, x.List)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, asked, url, language string, list bool) {
		root, err := html.Parse(bytes.NewReader(body))
		if err != nil {
			return
		}
		kind, why := class.Of(class.Page{Asked: asked, URL: url, Body: body, Root: root, Language: language, Currency: "EUR", List: list})
		checkWhy(t, kind, why)
	})
}

func BenchmarkRefusal(b *testing.B) {
	for _, f := range fixtures(b) {
		if f.name != "big.html" {
			continue
		}
		shell := "<!doctype html><title>Shop</title><div id=root></div><script>window.STATE={" + strings.Repeat(`"article":{"price":12.5,"name":"captcha"},`, 2500) + "}</script>"
		for name, body := range map[string][]byte{"content": f.body, "state": []byte(shell)} {
			b.Run(name, func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					class.Refusal(200, nil, body)
				}
			})
		}
	}
}
