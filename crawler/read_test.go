package crawler

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"pricegap/market"
	"pricegap/parsers"
)

// byPaths is a parser that tells by which JSON paths it was asked to read.
type byPaths struct{}

func (byPaths) Parse(d *parsers.Doc) (parsers.Result, error) {
	r, err := lines{}.Parse(d)
	r.Offers = append(r.Offers, market.Offer{SKU: d.JSON.Items})
	return r, err
}

// TestReadByStart: where a source has several JSON starting points, each page is read by the paths of its own, in
// the crawl and by Read.
func TestReadByStart(t *testing.T) {
	s := newShop(t, map[string]http.HandlerFunc{
		"/a": text("next /a2\n"), "/a2": text("product /p/1\n"), "/b": text("title b\n"), "/p/1": text("title 1\n"), "/tv": text("title tv\n"),
	})
	list, a, b := starts(market.StartCategory, "/tv"), starts(market.StartJSON, "/a"), starts(market.StartJSON, "/b")
	a.JSON.Items, b.JSON.Items = "of a", "of b"
	site := s.site(list, a, b)
	site.Parser = byPaths{}
	want := map[string]struct {
		start int
		paths string
	}{"/tv": {0, ""}, "/a": {1, "of a"}, "/a2": {1, "of a"}, "/p/1": {1, "of a"}, "/b": {2, "of b"}}
	c := newCrawler(t, Options{})
	n := 0
	for v, err := range c.Crawl(t.Context(), site) {
		if err != nil || v.Failure != nil {
			t.Fatal(v.Failure, err)
		}
		if v.Last {
			continue
		}
		n++
		w := want[told(v)]
		if got := v.Result.Offers[len(v.Result.Offers)-1].SKU; v.Request.Start != w.start || got != w.paths {
			t.Errorf("%s: start %d read by %q, want %+v", told(v), v.Request.Start, got, w)
		}
		res, err := Read(site, v.Page, v.Request)
		if err != nil || res.Offers[len(res.Offers)-1].SKU != w.paths {
			t.Errorf("%s: Read gives %+v, %v; want it read by %q", told(v), res, err, w.paths)
		}
	}
	if n != len(want) {
		t.Errorf("%d visits", n)
	}
	page := market.Page{URL: "http://shop.example/elsewhere", Status: 200, Body: []byte("title x")}
	for start, w := range map[int]string{-1: "of a", 0: "of a", 1: "of a", 2: "of b", 3: "of a"} {
		res, err := Read(site, page, Request{URL: page.URL, Role: parsers.RoleJSON, Start: start})
		if err != nil || res.Offers[1].SKU != w {
			t.Errorf("a JSON page of start %d is read by %q, %v; want %q", start, res.Offers[1].SKU, err, w)
		}
	}
}

// TestReadFails: what cannot be read has its typed code, and a parser that panics takes nobody along.
func TestReadFails(t *testing.T) {
	site := Site{Parser: lines{}}
	for body, kind := range map[string]market.FailureKind{"title x\npanic": market.FailInternalPanic, "error": market.FailDecodeError} {
		page := market.Page{URL: "http://shop.example/p/1?token=abc", Status: 200, Body: []byte(body)}
		res, err := Read(site, page, Request{URL: page.URL, Role: parsers.RoleProduct})
		fe, ok := errors.AsType[*FetchError](err)
		if !ok || fe.Kind != kind || fe.Status != 200 || len(res.Offers) > 0 {
			t.Errorf("%q: got %+v, %v; want %s", body, res, err, kind)
		}
	}
	res, err := Read(site, market.Page{Body: []byte("fail price_missing")}, Request{})
	if err != nil || res.Failure != market.FailPriceMissing {
		t.Errorf("a page without a price: %+v, %v", res, err)
	}
	if res, err = Read(site, market.Page{NotModified: true, Body: []byte("panic")}, Request{}); err != nil || !slices.Equal(res.Links, nil) || len(res.Offers) > 0 {
		t.Errorf("an unchanged page is read: %+v, %v", res, err)
	}
}
