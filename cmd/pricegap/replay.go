package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"pricegap/cmd/internal/config"
	"pricegap/crawler"
	"pricegap/crawler/warc"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
)

// replayFlags are the flags of a crawl that reads kept pages.
type replayFlags struct {
	paths []string
	into  string
}

// replay is a crawl that reads kept pages in the place of the web, into a store of its own. Nobody is told anything.
func (a *app) replay(ctx context.Context, r watch.CrawlRequest, f crawlFlags) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	pages, damaged, err := warc.OpenReplay(ctx, f.replay.paths...)
	if err != nil {
		return usageUnless(ctx, err)
	}
	defer a.closing(pages.Close)()
	for _, err := range damaged {
		fmt.Fprintf(a.err, "warning: %s; what stands before that is read\n", printable(err.Error()))
	}
	st, done, err := a.replayStore(ctx, f.replay.into)
	if err != nil {
		return err
	}
	defer a.closing(done)()
	w, err := a.rewatch(cfg, st, pages)
	if err != nil {
		return err
	}
	r.NoAlerts, r.Wait, r.Trigger = true, 0, "replay"
	runs, _, err := a.follow(w.Crawl(ctx, r))
	if errors.Is(err, watch.ErrUnknownSource) {
		return usage(err)
	}
	out := a.out
	if f.jsonl {
		out = a.err // standard output is for the offers
	}
	if perr := printSummary(out, runs); err == nil {
		err = perr
	}
	if f.jsonl && err == nil {
		err = writeLines(a.out, seenBy(st.Latest(ctx, store.Query{Both: true}), runs))
	}
	if err == nil && troubled(runs, nil) {
		return &exitError{code: exitPartial}
	}
	return err
}

// usageUnless marks an error as wrong use, unless it is that the command was stopped.
func usageUnless(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return usage(err)
}

// replayStore opens the store of a replay: the file into, or one that is gone when the function is called.
func (a *app) replayStore(ctx context.Context, into string) (store.Store, func() error, error) {
	if into != "" {
		path, err := filepath.Abs(into)
		if err != nil {
			return nil, nil, err
		}
		st, err := store.Open(ctx, "bolt:"+path)
		if err != nil {
			return nil, nil, err
		}
		return st, st.Close, nil
	}
	// Whoever reads the offers may stop (`| head`): that is an error of the write then, and not the end of the process.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	dir, err := os.MkdirTemp("", "pricegap-replay-")
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(ctx, "bolt:"+filepath.Join(dir, "prices.db"))
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return st, func() error { return errors.Join(st.Close(), os.RemoveAll(dir)) }, nil
}

// rewatch joins what a replay needs: neither our catalogue, which is of today, nor rules and channels. What a crawl keeps
// of robots.txt, pace and its frontier is forgotten: it says nothing about the web.
func (a *app) rewatch(cfg *config.Config, st store.Store, pages *warc.Replay) (*watch.Watcher, error) {
	log := a.logger(slog.LevelError)
	return watch.New(watch.Options{
		Store: st, Sites: cfg.Sites, Shops: cfg.Shops, Compare: cfg.Compare, Quality: cfg.Quality, Version: version, Clock: a.clock, Log: log,
		Crawler: func(bool) (crawler.Crawls, error) {
			return a.newCrawler(crawler.Options{Contact: cfg.Contact, Version: version, Clock: a.clock, Log: log, Replay: pages})
		},
	})
}

// seenBy yields the observations of these runs.
func seenBy(obs iter.Seq2[market.Observation, error], runs []market.Run) iter.Seq2[market.Observation, error] {
	type key struct {
		source market.SourceID
		run    market.RunID
	}
	ids := map[key]bool{}
	for _, r := range runs {
		ids[key{r.Source, r.ID}] = true
	}
	return func(yield func(market.Observation, error) bool) {
		for o, err := range obs {
			if err == nil && !ids[key{o.Source, o.Run}] {
				continue
			}
			if !yield(o, err) {
				return
			}
		}
	}
}
