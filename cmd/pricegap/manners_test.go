package main

import (
	"strings"
	"testing"
	"time"

	"pricegap/market"
)

func TestPrintAsked(t *testing.T) {
	var b strings.Builder
	printAsked(&b, nil)
	if b.Len() > 0 {
		t.Errorf("of nothing: %q", b.String())
	}
	printAsked(&b, map[string]int{"noarchive": 12, "nosnippet": 1, "tdm-reservation": 3, "nofollow": 2})
	want := `  shop asks: noarchive on 12 pages
  shop asks: nofollow on 2 pages
  shop asks: nosnippet on 1 pages
  shop asks: tdm-reservation on 3 pages
    for search engines: recorded; robots.txt alone says which pages and links are followed
    the shop reserves text and data mining (Directive (EU) 2019/790, article 4): ask it for permission, or take the source out
    the shop wants no copies of its pages: keep no archive of this source
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestTerms(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for day, want := range map[string]string{"": "nobody has read", "2025-11-21": "read on 2025-11-21, more than 12 months ago: read https://a.example/terms again", "2025-11-23": "", "2026-11-22": ""} {
		s := market.Source{}
		if day != "" {
			s.TermsReviewed.URL = "https://a.example/terms"
			s.TermsReviewed.Date, _ = time.Parse(time.DateOnly, day)
		}
		if got := terms(s, now); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q", day, got)
		}
		s.Own = true
		if got := terms(s, now); got != "" {
			t.Errorf("our own shop, %q: %q", day, got)
		}
	}
}

// TestManners: what the configuration says about the agreement with a shop is checked and shown.
func TestManners(t *testing.T) {
	c := newChain(t)
	out, errs, _ := c.run("check", "--offline")
	if !strings.Contains(errs, "voltavia: nobody has read the shop's terms of use") || strings.Contains(errs, "fonkelplein: ") || strings.Contains(out, "overridden") {
		t.Errorf("check:\n%s%s", out, errs)
	}
	c.edit("    pace: {pause: 0s}", `    pace: {pause: 0s}
    terms_reviewed: {url: "https://voltavia.example/terms", date: "2099-01-01"}
    robots_override: {reason: their buyer asked us to, who: F. Jansen, date: "2026-03-01"}`)
	const agreed = "voltavia: robots.txt is overridden: their buyer asked us to (F. Jansen, 2026-03-01)"
	if out, errs, _ := c.run("check", "--offline", "voltavia"); strings.Contains(errs, "terms of use") || !strings.Contains(out, agreed) {
		t.Errorf("check:\n%s%s", out, errs)
	}
	if out := c.mustRun(exitDone, "source", "doctor", "voltavia"); !strings.Contains(out, agreed) {
		t.Errorf("source doctor:\n%s", out)
	}
}
