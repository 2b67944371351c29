package crawler

import (
	"io"
	"net/http"
	"testing"
	"time"

	"pricegap/crawler/keep"
	"pricegap/market"
	"pricegap/parsers"
)

// infoPages reads pages of lines, and finds nothing on those without a title.
type infoPages struct {
	lines
	read int
}

func (p *infoPages) Parse(d *parsers.Doc) (parsers.Result, error) {
	p.read++
	res, err := p.lines.Parse(d)
	if len(res.Offers) == 0 {
		res.Failure, res.Message = market.FailPriceMissing, parsers.NoPrice
	}
	return res, err
}

// TestBarren holds that a page that sells nothing is read once as long as it brings the same bytes, that it is what it was all the
// same, and that its validators count for nothing.
func TestBarren(t *testing.T) {
	t.Parallel()
	body := "about us"
	s := newShop(t, map[string]http.HandlerFunc{"/about": func(w http.ResponseWriter, r *http.Request) {
		if body != "title 1" {
			w.Header().Set("ETag", `"for ever"`)
		}
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, body)
	}})
	site := s.site(starts(market.StartProducts, "/about"))
	parser := &infoPages{}
	site.Parser = parser
	recorded := time.Time{}
	site.SeenAt = func(string) time.Time { return recorded }
	var k keep.Memory
	for i, step := range []struct {
		body     string
		recorded time.Time
		read     int
		failure  market.FailureKind
	}{
		{"about us", time.Time{}, 1, market.FailPriceMissing},
		{"about us", time.Time{}, 1, market.FailPriceMissing},
		{"about us", time.Time{}, 1, market.FailPriceMissing},
		{"about you", time.Time{}, 2, market.FailPriceMissing},
		{"title 1", time.Time{}, 3, ""},
		{"about you", time.Now(), 4, market.FailPriceMissing},
		{"about you", time.Now().Add(-time.Hour), 5, market.FailPriceMissing}, // it sold something once
	} {
		body, recorded = step.body, step.recorded
		n := 0
		for v, err := range newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site) {
			if n++; err != nil || v.Failure != nil || v.Result.Failure != step.failure || v.Page.Sum == (market.Page{}).Sum {
				t.Errorf("step %d: %+v, %v", i, v, err)
			}
			if v.Result.Failure != "" && v.Result.Message != parsers.NoPrice {
				t.Errorf("step %d: %q", i, v.Result.Message)
			}
		}
		if parser.read != step.read || n != 1 {
			t.Errorf("step %d: %d reads, want %d; %d visits", i, parser.read, step.read, n)
		}
	}
}
