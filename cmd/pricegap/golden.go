package main

import (
	"context"
	"fmt"
	"io"

	"pricegap/cmd/internal/config"
	"pricegap/crawler"
	"pricegap/crawler/golden"
	"pricegap/market"
	"pricegap/market/link"
)

// kept is what became of the kept pages of a source.
type kept struct {
	Reports []golden.Report `json:"pages,omitzero"`
	// Error says that pages could not be read from the folder.
	Error string `json:"error,omitzero"`
}

// wrong reports whether somebody has to look.
func (k kept) wrong() bool {
	for _, r := range k.Reports {
		if r.Wrong() {
			return true
		}
	}
	return k.Error != ""
}

// keptPages reads the kept pages of a site again, or where c is set fetches them anew. The error is the context's.
func keptPages(ctx context.Context, cfg *config.Config, site crawler.Site, c *crawler.Crawler) (kept, error) {
	pages, err := golden.Load(goldenOf(cfg, site.Source.ID))
	var k kept
	if err != nil {
		k.Error = err.Error()
	}
	if c == nil {
		for _, p := range pages {
			k.Reports = append(k.Reports, p.Replay(site))
		}
		return k, ctx.Err()
	}
	var visits []crawler.Visit
	for _, p := range pages {
		r := site.Request(p.Asked)
		r.Role = p.Role
		v := crawler.Visit{Request: r, Failure: &crawler.FetchError{Kind: market.FailRedirectBlocked, URL: p.Asked}}
		if site.Covers(p.Asked) { // the file may have been corrected by hand
			if v, err = c.Look(ctx, site, r); err != nil {
				return k, err
			}
		}
		visits = append(visits, v)
	}
	k.Reports = golden.Against(pages, visits)
	return k, nil
}

// meanings say what a verdict on kept pages means, and what to do.
var meanings = map[golden.Verdict]string{
	golden.Same:     "as it was kept",
	golden.Reading:  "read otherwise than when it was kept: mend the parser or the configuration, or, if this is right, run `pricegap source record %s --reread`",
	golden.Values:   "values have changed; no sign of a new template",
	golden.Product:  "another product: keep another page with `pricegap source record %s URL`, and delete this one",
	golden.Template: "the shop's template has changed: mend selectors or parser, then run `pricegap source record %s --replace`",
	golden.Away:     "not to be had: try again, or keep another page with `pricegap source record %s URL`, and delete this one",
}

// printKept prints what became of the kept pages of a source; nothing where there are none.
func printKept(w io.Writer, id market.SourceID, k kept) {
	same := 0
	for _, r := range k.Reports {
		if r.Verdict == golden.Same {
			same++
			continue
		}
		meaning := meanings[r.Verdict]
		if r.Wrong() {
			meaning = fmt.Sprintf(meaning, id)
		}
		fmt.Fprintf(w, "  kept page %s (%s): %s\n", r.Page, printable(link.Redact(r.URL)), meaning)
		if r.Failure != "" {
			fmt.Fprintf(w, "    %s\n", printable(fmt.Sprintf("%s: %s", r.Failure, r.Message)))
		}
		for _, d := range r.Differences {
			fmt.Fprintf(w, "    %s\n", printable(d.String()))
		}
	}
	if n := len(k.Reports); n > 0 {
		fmt.Fprintf(w, "  %d of %d kept pages are read as they were kept\n", same, n)
	}
	if k.Error != "" {
		fmt.Fprintf(w, "  kept pages that cannot be read: %s\n", printable(k.Error))
	}
}

// checkKept reads the kept pages of the sources again, offline, and prints what differs; it reports whether something
// does.
func (a *app) checkKept(ctx context.Context, cfg *config.Config, wanted func(market.SourceID) bool) (bool, error) {
	wrong := false
	for _, site := range cfg.Sites {
		if !wanted(site.Source.ID) {
			continue
		}
		k, err := keptPages(ctx, cfg, site, nil)
		if err != nil {
			return wrong, err
		}
		if len(k.Reports) > 0 || k.Error != "" {
			fmt.Fprintf(a.out, "%s (%s)\n", site.Source.ID, printable(site.Source.Name))
			printKept(a.out, site.Source.ID, k)
		}
		wrong = wrong || k.wrong()
	}
	return wrong, nil
}
