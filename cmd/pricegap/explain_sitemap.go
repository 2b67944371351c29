package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"pricegap/market/link"
	"pricegap/parsers/sitemap"
)

// fetchSitemap brings the sitemap of a question without a file, by the rules of the crawler.
var fetchSitemap func(ctx context.Context, url string) (io.ReadCloser, error)

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
}

func init() {
	registerExplain(explanation[sitemapQuestion]{
		use:   "sitemap URL",
		short: "Show which pages and sitemaps a sitemap names",
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
		answer: explainSitemap,
		text:   printSitemap,
	})
}

func explainSitemap(ctx context.Context, q sitemapQuestion) (any, error) {
	u, err := link.Resolve("", q.URL)
	if err != nil {
		return nil, fmt.Errorf("explain sitemap: %w", err)
	}
	var body io.ReadCloser
	switch {
	case q.File != "":
		body, err = os.Open(q.File)
	case fetchSitemap == nil:
		err = errors.New("sitemaps cannot be fetched here: give a file")
	default:
		body, err = fetchSitemap(ctx, u)
	}
	if err != nil {
		return nil, fmt.Errorf("explain sitemap: %w", err)
	}
	defer body.Close()
	res, err := sitemap.Read(body, u, sitemap.Options{})
	a := sitemapAnswer{URLs: make([]string, 0, len(res.URLs)), Sitemaps: res.Sitemaps, Skipped: res.Skipped}
	for _, e := range res.URLs {
		a.URLs = append(a.URLs, e.Loc)
	}
	if a.Sitemaps == nil {
		a.Sitemaps = []string{}
	}
	if err != nil {
		a.Failure, a.Error = orNull(string(sitemap.KindOf(err))), orNull(printable(err.Error()))
	}
	return a, nil
}

// printSitemap prints one address a line, and on top how many there are.
func printSitemap(w io.Writer, answer any) error {
	a := answer.(sitemapAnswer)
	fmt.Fprintf(w, "%d pages, %d sitemaps, %d entries without an address\n", len(a.URLs), len(a.Sitemaps), a.Skipped)
	if a.Error != nil {
		fmt.Fprintln(w, *a.Error)
	}
	for _, u := range a.Sitemaps {
		fmt.Fprintf(w, "sitemap  %s\n", printable(u))
	}
	for _, u := range a.URLs {
		fmt.Fprintf(w, "page     %s\n", printable(u))
	}
	return nil
}
