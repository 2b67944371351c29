package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"

	"pricegap/alerts"
	"pricegap/alerts/notify"
	"pricegap/cmd/internal/config"
	"pricegap/crawler"
	"pricegap/parsers/known"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/watch/room"
	"pricegap/web/client"
)

// notifyTimeout bounds one call to a channel.
const notifyTimeout = 20 * time.Second

// loadConfig finds and reads sources.yaml, and prints its warnings once.
func (a *app) loadConfig() (*config.Config, error) {
	if a.loaded != nil {
		return a.loaded, nil
	}
	path, err := config.Find(a.config, os.LookupEnv)
	if err != nil {
		return nil, usage(err)
	}
	cfg, err := config.Load(path, os.LookupEnv)
	if err != nil {
		return nil, usage(err)
	}
	for _, w := range cfg.Warnings {
		fmt.Fprintf(a.err, "warning: %s\n", printable(w.Error()))
	}
	a.loaded = cfg
	return cfg, nil
}

// storeURL returns where the store is.
func (a *app) storeURL() (string, error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return "", err
	}
	return cfg.StoreURL, nil
}

// logger writes to stderr what is at that level or above: for people on a terminal, JSON lines otherwise.
func (a *app) logger(level slog.Level) *slog.Logger {
	if a.verbose {
		level = slog.LevelDebug
	}
	if isTerminal(a.err) {
		return slog.New(tint.NewTextHandler(a.err, &tint.Options{Level: level, NoColor: os.Getenv("NO_COLOR") != ""}))
	}
	return slog.New(slog.NewJSONHandler(a.err, &slog.HandlerOptions{Level: level}))
}

// service returns the product: the daemon's over its socket where one answers, else this process's own. Call the
// function when done. Errors: store.ErrLocked when neither is to be had.
func (a *app) service(ctx context.Context) (watch.Service, func(), error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return nil, nil, err
	}
	c, dialErr := a.daemon(ctx, cfg)
	if c != nil {
		return c, a.closing(c.Close), nil
	}
	w, done, err := a.open(ctx, cfg, a.logger(slog.LevelError)) // what went wrong with a page stands in the summary
	switch {
	case err == nil:
		return w, a.closing(done), nil
	case !errors.Is(err, store.ErrLocked):
		return nil, nil, err
	case errors.Is(dialErr, client.ErrVersion):
		return nil, nil, &exitError{exitLocked, dialErr}
	}
	if c, _ := a.daemon(ctx, cfg); c != nil { // it was just starting
		return c, a.closing(c.Close), nil
	}
	return nil, nil, err
}

// daemon returns the daemon that has the store open; nil and the error of client.Dial when none answers. It is asked
// before the file is: to learn from the file's lock that there is one takes a second.
func (a *app) daemon(ctx context.Context, cfg *config.Config) (*client.Client, error) {
	c, err := client.Dial(ctx, cfg.Serve.Socket)
	if err != nil {
		return nil, err
	}
	i, err := c.Info(ctx)
	if err == nil && !store.At(cfg.StoreURL, i.Path) {
		err = fmt.Errorf("%w for this store", client.ErrNoDaemon) // started before sources.yaml was changed
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// closing makes a deferred call of a Close: by then the command's own outcome stands, so a failure is only said.
func (a *app) closing(done func() error) func() {
	return func() {
		if err := done(); err != nil {
			fmt.Fprintf(a.err, "pricegap: %s\n", printable(err.Error()))
		}
	}
}

// open opens the store and joins the parts over it.
func (a *app) open(ctx context.Context, cfg *config.Config, log *slog.Logger) (*watch.Watcher, func() error, error) {
	st, err := store.Open(ctx, cfg.StoreURL)
	if err != nil {
		return nil, nil, err
	}
	kept := &evidence{at: cfg.Archive, clock: a.clock, log: log}
	w, err := a.join(cfg, st, kept, log)
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return w, func() error { return errors.Join(kept.close(), st.Close()) }, nil
}

// diskOf is the disk on which a file is; tests have one of their own, that of the machine may be nearly full.
var diskOf = room.Of

// join is the wiring: configuration in, product out.
func (a *app) join(cfg *config.Config, st store.Store, kept *evidence, log *slog.Logger) (*watch.Watcher, error) {
	channels, err := a.channels(cfg)
	if err != nil {
		return nil, err
	}
	return watch.New(watch.Options{
		Store: st, Disk: diskOf(strings.TrimPrefix(cfg.StoreURL, "bolt:")),
		Crawler: a.crawler(cfg, st, kept, log), Catalog: catalogFile(cfg),
		Sites: cfg.Sites, Shops: cfg.Shops, Rules: cfg.Rules, Routes: cfg.Routes, Channels: channels, ReadRules: readRules(cfg),
		Formula: cfg.Formula, Compare: cfg.Compare, Quality: cfg.Quality, Policy: cfg.Policy, Version: version, Clock: a.clock, Log: log,
	})
}

// checkParsers reads the known page of each parser. Errors: known.ErrSelfTest; nothing may be crawled then.
func (a *app) checkParsers() error {
	if a.selfTest != nil {
		return a.selfTest()
	}
	return known.Check()
}

// newCrawler is crawler.New for parsers that read their known pages. All is started then that a crawl needs.
func (a *app) newCrawler(o crawler.Options) (*crawler.Crawler, error) {
	if err := a.checkParsers(); err != nil {
		return nil, err
	}
	letGo()
	return crawler.New(o)
}

// crawler returns what makes a crawler for each crawl. All of a process are one underneath, so that they share each
// host's pause, and what its robots.txt said.
func (a *app) crawler(cfg *config.Config, st store.Store, kept *evidence, log *slog.Logger) func(refreshRobots bool) (crawler.Crawls, error) {
	one := sync.OnceValues(func() (*crawler.Crawler, error) {
		o := crawler.Options{Contact: cfg.Contact, Version: version, Keep: st, Clock: a.clock, Log: log}
		if w := kept.open(); w != nil {
			o.Archive = w
		}
		return a.newCrawler(o)
	})
	return func(refreshRobots bool) (crawler.Crawls, error) {
		c, err := one()
		if err == nil && refreshRobots {
			c = c.Refreshed()
		}
		return c, err
	}
}

// channels makes the notifiers of the channels that are switched on.
func (a *app) channels(cfg *config.Config) ([]alerts.Channel, error) {
	env := notify.Env{HTTP: &http.Client{Timeout: notifyTimeout}, Out: a.messages(), Clock: a.clock, Folder: filepath.Dir(cfg.Path), Web: cfg.Serve.URL}
	if s := cfg.Slack; s.SigningSecret.Known() || s.AppToken.Known() {
		env.App = s.BotToken
	}
	var out []alerts.Channel
	for _, ch := range cfg.Channels {
		n, err := notify.New(ch.Kind, ch.Decode, env)
		if err != nil {
			return nil, usage(fmt.Errorf("channel %s: %w", ch.Name, err))
		}
		out = append(out, alerts.Channel{Name: ch.Name, Language: ch.Language, Notifier: n, Manner: ch.Manner})
	}
	return out, nil
}

// messages is where the console channel writes: standard output holds data only.
func (a *app) messages() io.Writer {
	if a.console != nil {
		return a.console
	}
	return a.err
}

// completeSources offers the names of the sources to the shell.
func (a *app) completeSources(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cfg, err := a.loadConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, s := range cfg.Sites {
		out = append(out, string(s.Source.ID))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
