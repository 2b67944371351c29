package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"pricegap/crawler"
	"pricegap/market/link"
	"pricegap/parsers/sitemap"
)

// sitemapQuestion is a line of `explain sitemap`.
type sitemapQuestion struct {
	URL string `json:"url"`
	// File is a saved sitemap, perhaps gzip; without it the URL is fetched.
	File string `json:"file"`
}

// sitemapAnswer is what a sitemap names. Error says why the reading stopped; what came before stands all the same.
type sitemapAnswer struct {
	URLs     []string `json:"urls"`
	Sitemaps []string `json:"sitemaps"`
	Skipped  int      `json:"skipped"`
	Failure  *string  `json:"failure"`
	Error    *string  `json:"error"`
	// changed is when each of the URLs changed, as the sitemap says.
	changed []time.Time
}

func init() {
	explainers = append(explainers, func(a *app) *cobra.Command { return sitemapExplanation(&visits{a: a}).command(a) })
}

func sitemapExplanation(v *visits) explanation[sitemapQuestion] {
	return explanation[sitemapQuestion]{
		use:   "sitemap URL",
		short: "Show which pages and sitemaps a sitemap names",
		long:  fetching,
		example: `  pricegap explain sitemap https://shop.example/sitemap.xml
  pricegap explain sitemap https://shop.example/sitemap.xml.gz --file saved.xml.gz --json`,
		args: cobra.ExactArgs(1),
		flags: func(cmd *cobra.Command) func([]string) (sitemapQuestion, error) {
			var q sitemapQuestion
			cmd.Flags().StringVar(&q.File, "file", "", "a saved copy of the sitemap, perhaps gzip, instead of fetching it")
			return func(args []string) (sitemapQuestion, error) {
				q.URL = args[0]
				return q, nil
			}
		},
		answer: v.explainSitemap,
		text:   printSitemap,
	}
}

func (v *visits) explainSitemap(ctx context.Context, q sitemapQuestion) (any, error) {
	body, u, err := v.sitemapOf(ctx, q)
	a := sitemapAnswer{URLs: []string{}, Sitemaps: []string{}}
	var fe *crawler.FetchError
	if errors.As(err, &fe) {
		a.Failure, a.Error = orNull(string(fe.Kind)), orNull(printable(fe.Error()))
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	res, err := sitemap.Read(body, u, sitemap.Options{Now: v.a.clock()})
	a.Skipped = res.Skipped
	for _, e := range res.URLs {
		a.URLs, a.changed = append(a.URLs, e.Loc), append(a.changed, e.LastMod)
	}
	a.Sitemaps = append(a.Sitemaps, res.Sitemaps...)
	if err != nil {
		a.Failure, a.Error = orNull(string(sitemap.KindOf(err))), orNull(printable(err.Error()))
	}
	return a, nil
}

// sitemapOf returns the sitemap that a question is about and its address. Errors: *crawler.FetchError where it could
// not be had.
func (v *visits) sitemapOf(ctx context.Context, q sitemapQuestion) (io.ReadCloser, string, error) {
	u, err := link.Resolve("", q.URL)
	if err != nil {
		return nil, "", fmt.Errorf("explain sitemap: %w", err)
	}
	if q.File != "" {
		f, err := os.Open(q.File)
		if err != nil {
			return nil, "", fmt.Errorf("explain sitemap: %w", err)
		}
		return f, u, nil
	}
	_, page, err := v.fetch(ctx, u, crawler.RoleSitemap)
	return io.NopCloser(bytes.NewReader(page.Body)), page.URL, err
}

// printSitemap prints one address a line, with the day on which its page changed, and on top how many there are.
func printSitemap(w io.Writer, answer any) error {
	a := answer.(sitemapAnswer)
	fmt.Fprintf(w, "%d pages, %d sitemaps, %d entries without an address\n", len(a.URLs), len(a.Sitemaps), a.Skipped)
	if a.Error != nil {
		fmt.Fprintln(w, *a.Error)
	}
	for _, u := range a.Sitemaps {
		fmt.Fprintf(w, "sitemap  %s\n", printable(u))
	}
	for i, u := range a.URLs {
		day := ""
		if at := a.changed[i]; !at.IsZero() {
			day = "  " + at.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "page     %s%s\n", printable(u), day)
	}
	return nil
}
