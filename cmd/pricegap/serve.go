package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"pricegap/alerts/notify"
	"pricegap/cmd/internal/config"
	"pricegap/crawler"
	"pricegap/watch"
	"pricegap/watch/backup"
	"pricegap/watch/heartbeat"
	"pricegap/watch/upkeep"
	"pricegap/web"
	"pricegap/web/control"
	"pricegap/web/slackapp"
)

func init() { register(newServe) }

func newServe(a *app) *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run as a daemon: crawl by schedule, send alerts, serve web pages, API and metrics",
		Long: `Crawl each source by its schedule, judge and send alerts, and serve web pages, the JSON API, /healthz, /readyz
and /metrics on a loopback address. Commands work while it runs: they talk to it over its unix socket.
SIGTERM stops it cleanly; everything recorded is kept and the next start goes on.`,
		Example: "  pricegap serve\n  pricegap serve --listen 127.0.0.1:9000",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			if listen != "" {
				cfg.Serve.Listen = listen
			}
			return a.serve(cmd.Context(), cfg)
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "address of the web pages (default: serve.listen in sources.yaml)")
	return c
}

// serve runs until ctx ends.
func (a *app) serve(ctx context.Context, cfg *config.Config) error {
	if cfg.Contact == "" && len(cfg.Sites) > 0 {
		return crawler.ErrNoContact
	}
	if err := a.checkParsers(); err != nil {
		return err
	}
	if err := a.heartbeat(cfg, nil, nil).Check(); err != nil {
		return usage(err)
	}
	log := a.logger(slog.LevelInfo)
	w, closeStore, err := a.open(ctx, cfg, log)
	if err != nil {
		return err
	}
	err = a.serveOver(ctx, cfg, w, log)
	return errors.Join(err, closeStore())
}

// serveOver serves one Watcher on both doors and runs its schedule, until ctx ends or one of them fails.
func (a *app) serveOver(ctx context.Context, cfg *config.Config, w *watch.Watcher, log *slog.Logger) error {
	pages, err := web.Listen(cfg.Serve.Listen)
	if err != nil {
		return usage(err)
	}
	return a.serveOn(ctx, pages, cfg, w, log)
}

// serveOn is serveOver with the pages on a listener, which it closes.
func (a *app) serveOn(ctx context.Context, pages net.Listener, cfg *config.Config, w *watch.Watcher, log *slog.Logger) error {
	socket, err := web.ListenSocket(cfg.Serve.Socket)
	if err != nil {
		return errors.Join(err, pages.Close())
	}
	fmt.Fprintf(a.err, "pricegap: serving http://%s and %s\n", pages.Addr(), cfg.Serve.Socket)
	g, ctx := errgroup.WithContext(ctx)
	look := a.pages(cfg, log)
	if app := a.slackApp(cfg, w, look.Zone, log); app != nil {
		look.Slack = app.Handler()
		g.Go(func() error { return app.Serve(ctx) })
	}
	g.Go(func() error { return web.Serve(ctx, pages, web.New(w, look)) })
	g.Go(func() error { return web.Serve(ctx, socket, control.New(w)) })
	var pulse heartbeat.Pulse
	w.Beat = func() { pulse.Beat(a.clock()) }
	g.Go(func() error { return w.RunSchedule(ctx) })
	g.Go(func() error { a.heartbeat(cfg, &pulse, log).Serve(ctx); return nil })
	g.Go(func() error {
		b := cfg.Backup
		backup.Plan{From: w, Folder: b.Folder, Hourly: b.Hourly, Daily: b.Daily, Disk: diskOf(b.Folder), Clock: a.clock, Log: log}.Serve(ctx)
		return nil
	})
	g.Go(func() error {
		upkeep.Plan{Store: w.Store, Retention: cfg.Retention, Quiet: w.Quiet, Disk: w.Disk, Clock: a.clock, Log: log}.Serve(ctx)
		return nil
	})
	return g.Wait()
}

// heartbeat is who hears that the daemon works.
func (a *app) heartbeat(cfg *config.Config, pulse *heartbeat.Pulse, log *slog.Logger) heartbeat.Plan {
	h := cfg.Serve.Heartbeat
	return heartbeat.Plan{
		Pulse: pulse, URL: h.URL, Every: h.Every, Clock: a.clock, Log: log, Socket: os.Getenv("NOTIFY_SOCKET"),
		Watchdog: heartbeat.Watchdog(os.Getenv("WATCHDOG_USEC"), os.Getenv("WATCHDOG_PID"), os.Getpid()),
	}
}

// slackApp is the Slack app; nil where sources.yaml has none.
func (a *app) slackApp(cfg *config.Config, svc watch.Service, zone *time.Location, log *slog.Logger) *slackapp.App {
	s := cfg.Slack
	if !s.SigningSecret.Known() && !s.AppToken.Known() {
		return nil
	}
	hooks := "" // those of Slack
	if u, err := url.Parse(s.API); err == nil && u.Host != "" {
		hooks = u.Scheme + "://" + u.Host + "/"
	}
	return slackapp.New(svc, slackapp.Options{
		SigningSecret: s.SigningSecret, AppToken: s.AppToken, BotToken: s.BotToken, Staff: cfg.Staff, Branches: cfg.Branches, Web: cfg.Serve.URL,
		Language: s.Language, Zone: zone, API: s.API, Hooks: hooks, Clock: a.clock, Log: log,
	})
}

// pages are the looks of the web pages: our own shop's name, language and time zone, or the machine's zone where
// our shop has no schedule; and the name under which staff reach them.
func (a *app) pages(cfg *config.Config, log *slog.Logger) web.Options {
	o := web.Options{Feeds: map[string]string{}, Formula: cfg.Formula.Name, Points: cfg.Formula.Points, Branches: cfg.Branches, Zone: time.Local, Log: log, Clock: a.clock}
	if own, ok := cfg.Source(cfg.Own); ok {
		o.Formula = cmp.Or(o.Formula, own.Name)
		o.Language, _, _ = strings.Cut(strings.ToLower(own.Locale.Language), "-")
		if own.Schedule.Expr != "" && own.Schedule.Zone != nil {
			o.Zone = own.Schedule.Zone
		}
	}
	for _, ch := range cfg.Channels {
		if file, err := notify.FeedFile(ch.Kind, ch.Decode, filepath.Dir(cfg.Path)); err == nil && file != "" {
			o.Feeds[ch.Name] = file
		}
	}
	if u, err := url.Parse(cfg.Serve.URL); err == nil && u.Hostname() != "" {
		o.Hosts = []string{u.Hostname()}
	}
	return o
}
