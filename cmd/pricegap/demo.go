package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/compare"
	"pricegap/compare/export"
	"pricegap/compare/export/terminal"
	"pricegap/crawler/shoptest"
	"pricegap/market"
	"pricegap/watch"
)

func init() { register(newDemo) }

const (
	// demoDays is how many simulated days the demo lives through.
	demoDays = 7
	// demoHour is when its crawls begin.
	demoHour = 6 * time.Hour
	// demoSpeed is how many simulated seconds pass in a real one, so that confirming fetches come "minutes" later.
	demoSpeed = 600
	// demoRows is how many products of the comparison are printed.
	demoRows = 8
)

func newDemo(a *app) *cobra.Command {
	var once bool
	var dir string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Fake shops on loopback, crawled for a week: gaps, Slack messages, exports, web pages",
		Long: `Start fictional shops on loopback, crawl them for seven simulated days with the real crawler into a real store,
and show what happened: gaps, the Slack messages as they would look, the comparison and the exports. Then serve
the web pages until interrupted (--once exits instead; so does a run without a terminal).

With SLACK_BOT_TOKEN and SLACK_CHANNEL set, the messages are sent there too.`,
		Example: "  pricegap demo\n  pricegap demo --once",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demo(cmd.Context(), dir, once || !isTerminal(a.out))
		},
	}
	c.Flags().BoolVar(&once, "once", false, "end after the last day instead of serving the web pages")
	c.Flags().StringVar(&dir, "dir", "", "folder for the configuration, store and exports (default: a new temporary one)")
	return c
}

// demoClock runs demoSpeed times as fast as a real one, from a moment that can be set.
type demoClock struct {
	mu   sync.Mutex
	base time.Time
	set  time.Time
}

func (c *demoClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Add(time.Since(c.set) * demoSpeed)
}

func (c *demoClock) jump(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.set = t, time.Now()
}

// demo lives through the days and shows them.
func (a *app) demo(ctx context.Context, dir string, once bool) error {
	dir, err := demoDir(dir)
	if err != nil {
		return err
	}
	world := shoptest.New(shoptest.Options{})
	shops, err := shoptest.Start(world)
	if err != nil {
		return err
	}
	defer shops.Close()
	clock := &demoClock{}
	clock.jump(world.Date(0).Add(demoHour))
	a.clock = clock.now
	if err := os.WriteFile(filepath.Join(dir, "sources.yaml"), world.Sources(shops.Addr()), 0o600); err != nil {
		return err
	}
	a.config = filepath.Join(dir, "sources.yaml")
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	log := a.logger(slog.LevelError)
	w, done, err := a.open(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer done()
	for day := range demoDays {
		world.SetDay(day)
		clock.jump(world.Date(day).Add(demoHour))
		if err := a.demoDay(ctx, w, world, cfg, day); err != nil {
			return err
		}
	}
	if err := a.demoResults(ctx, w, cfg, dir); err != nil || once {
		return err
	}
	fmt.Fprintln(a.out, "\nThe web pages are served until you press Ctrl-C.")
	return a.serveOver(ctx, cfg, w, log)
}

func demoDir(dir string) (string, error) {
	if dir == "" {
		return os.MkdirTemp("", "pricegap-demo-")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		return "", usage(fmt.Errorf("%s is not empty; the demo wants a folder of its own", dir))
	}
	return dir, err
}

// demoDay imports our catalogue of the day, crawls everybody and prints what came of it.
func (a *app) demoDay(ctx context.Context, w *watch.Watcher, world *shoptest.World, cfg *config.Config, day int) error {
	fmt.Fprintf(a.out, "\n── day %d, %s ──\n", day+1, world.Date(day).Format("Monday 2 January 2006"))
	for _, e := range world.Happens(day) {
		fmt.Fprintf(a.out, "  (in the shops: %s)\n", e)
	}
	items, bad, err := readCatalog("catalog.csv", bytes.NewReader(world.Catalog()), cfg.Catalog.Options)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		return fmt.Errorf("demo catalogue: line %d: %s", bad[0].Line, bad[0].Reason)
	}
	if _, err := w.ImportCatalog(ctx, items); err != nil {
		return err
	}
	var runs []market.Run
	for p, err := range w.Crawl(ctx, watch.CrawlRequest{Wait: time.Hour, Trigger: "demo"}) {
		switch {
		case err != nil:
			return err
		case p.Run != nil:
			runs = append(runs, *p.Run)
		case p.Note != "":
			fmt.Fprintf(a.out, "  %s: %s\n", p.Source, p.Note)
		}
	}
	slices.SortFunc(runs, func(x, y market.Run) int { return strings.Compare(string(x.Source), string(y.Source)) })
	for _, r := range runs {
		fmt.Fprintf(a.out, "  %s\n", runLine(r))
	}
	return nil
}

// runLine is a run in one line.
func runLine(r market.Run) string {
	s := fmt.Sprintf("%-14s %-7s %3d pages (%d unchanged), %3d offers, %2d changes", r.Source, r.Outcome, r.Pages, r.Unchanged, r.Offers, r.Changes)
	if r.Quarantined > 0 {
		s += fmt.Sprintf(", %d held back", r.Quarantined)
	}
	for _, f := range r.Samples {
		return s + fmt.Sprintf(", %d failed: %s", r.Failed(), f.Kind)
	}
	return s
}

// demoResults prints the comparison of the products that differ most and writes the exports.
func (a *app) demoResults(ctx context.Context, w *watch.Watcher, cfg *config.Config, dir string) error {
	var all []compare.Standing
	for s, err := range w.Standings(ctx, watch.StandingQuery{}) {
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	cheaper := 0
	for _, s := range all {
		if undercut(s) {
			cheaper++
		}
	}
	fmt.Fprintf(a.out, "\n── the comparison: %d products, somebody is cheaper for %d of them; the first %d ──\n\n", len(all), cheaper, demoRows)
	if err := terminal.Table(a.out, each(all[:min(demoRows, len(all))]), a.look("")); err != nil {
		return err
	}
	for format, name := range map[string]string{"csv-nl": "comparison-nl.csv", "csv": "comparison.csv", "xlsx": "comparison.xlsx", "jsonl": "comparison.jsonl"} {
		if err := a.demoExport(filepath.Join(dir, name), format, cfg, all); err != nil {
			return err
		}
	}
	info, err := w.Info(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\n%d listings, %d observations, %d changes in a file of %d KiB\n", info.Listings, info.Observations, info.Changes, info.Bytes/1024)
	fmt.Fprintf(a.out, "The files are in %s:\n", dir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		fmt.Fprintf(a.out, "  %s\n", e.Name())
	}
	return nil
}

func (a *app) demoExport(path, format string, cfg *config.Config, all []compare.Standing) error {
	return atomically(path, func(w io.Writer) (err error) {
		out, err := export.New(format, w, export.Options{Shops: cfg.Shops})
		if err != nil {
			return err
		}
		for _, s := range all {
			if err := out.Write(s); err != nil {
				return errors.Join(err, out.Close())
			}
		}
		return out.Close()
	})
}
