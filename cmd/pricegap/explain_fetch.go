package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pricegap/cmd/internal/config"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
)

// fetching is what --help says of the questions that visit a shop.
const fetching = `Without a saved copy it is fetched as a crawl would fetch it: by robots.txt, at the pace of the shop, and not at all while
the shop wants to be left alone. What it asks for in this way is kept in the store. Where there is none yet, or a daemon has
it open, that is forgotten when the command ends: give such questions as the lines of one --jsonl, not one by one.`

// visits brings the pages that questions ask about, by the rules of the crawler: robots.txt, pace and bounds. Only
// the sources of the configuration are visited, each with its own contact, pace and network.
type visits struct {
	a *app
	c *crawler.Crawler // made at the first visit
}

// fetch brings one page and the source that it belongs to. Its errors are *crawler.FetchError where the page could
// not be had; else no visit was allowed, and the error says what to do.
func (v *visits) fetch(ctx context.Context, address string, role parsers.Role) (crawler.Site, market.Page, error) {
	cfg, err := v.a.loadConfig()
	if errors.Is(err, config.ErrNotFound) {
		err = fmt.Errorf("explain: only the sources of a sources.yaml are visited; give a saved copy with --file (\"file\" on a line): %w", err)
	}
	if err != nil {
		return crawler.Site{}, market.Page{}, err
	}
	i := slices.IndexFunc(cfg.Sites, func(s crawler.Site) bool { return s.Covers(address) })
	if i < 0 {
		return crawler.Site{}, market.Page{}, usage(fmt.Errorf("explain: the host of %s is in no source of %s, and only its sources are visited; "+
			"give a saved copy with --file (\"file\" on a line)", address, cfg.Path))
	}
	if v.c == nil {
		if v.c, err = v.a.looker(ctx, cfg); err != nil {
			return crawler.Site{}, market.Page{}, err
		}
	}
	page, err := v.c.Fetch(ctx, cfg.Sites[i], crawler.Request{URL: address, Role: role})
	return cfg.Sites[i], page, err
}
