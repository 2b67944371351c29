package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/crawler/shoptest"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/web"
)

func init() { register(newDemo) }

const (
	// demoDays is how many simulated days the demo lives through; the last of them is today.
	demoDays = 7
	// demoLead is how long before the present the crawls of the last day begin: longer than they seem to take.
	demoLead = time.Hour
	// demoSpeed is how many simulated seconds pass in a real one, so that confirming fetches come "minutes" later.
	demoSpeed = 600
	// demoRows is how many products of the comparison are printed.
	demoRows = 8
)

// demoOptions are the flags of the demo.
type demoOptions struct {
	once     bool
	dir      string
	products int
}

func newDemo(a *app) *cobra.Command {
	var o demoOptions
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
			o.once = o.once || !isTerminal(a.out)
			return a.demo(cmd.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.once, "once", false, "end after the last day instead of serving the web pages")
	c.Flags().StringVar(&o.dir, "dir", "", "folder for the configuration, store and exports (default: a new temporary one)")
	c.Flags().IntVar(&o.products, "products", 0, "how many articles we sell")
	cobra.CheckErr(c.Flags().MarkHidden("products")) // for tests
	return c
}

// demoClock runs demoSpeed times as fast as a real one, from a moment that can be set, until it has caught up or
// is set to the present.
type demoClock struct {
	mu   sync.Mutex
	real market.Clock
	base time.Time
	set  time.Time // zero: it shows the real time
}

func (c *demoClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.real()
	if c.set.IsZero() {
		return now
	}
	if t := c.base.Add(now.Sub(c.set) * demoSpeed); t.Before(now) {
		return t
	}
	return now
}

func (c *demoClock) jump(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.set = t, c.real()
}

func (c *demoClock) present() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = time.Time{}
}

// demoScreen keeps what the console channel writes until the day is told, so that each day reads in order.
type demoScreen struct {
	mu   sync.Mutex
	kept bytes.Buffer
	live io.Writer // takes everything at once where it is set
}

func (s *demoScreen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live != nil {
		return s.live.Write(b)
	}
	return s.kept.Write(b)
}

func (s *demoScreen) golive(w io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = w
}

// take returns the lines kept since the last call.
func (s *demoScreen) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.kept.Reset()
	if s.kept.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSpace(s.kept.String()), "\n")
}

// demonstration is one run of the demo.
type demonstration struct {
	*app
	dir    string
	world  *shoptest.World
	clock  *demoClock
	screen *demoScreen
	first  time.Time // when the crawls of the first day begin
	cfg    *config.Config
	w      *watch.Watcher
}

// demo lives through the days and shows them.
func (a *app) demo(ctx context.Context, o demoOptions) error {
	dir, err := demoDir(o.dir)
	if err != nil {
		return err
	}
	first := a.clock().UTC().Add(-demoLead).AddDate(0, 0, 1-demoDays)
	d := &demonstration{
		app: a, dir: dir, first: first, clock: &demoClock{real: a.clock}, screen: &demoScreen{},
		world: shoptest.New(shoptest.Options{Products: o.products, Begin: first.Truncate(24 * time.Hour)}),
	}
	shops, err := shoptest.Start(d.world)
	if err != nil {
		return err
	}
	defer a.closing(shops.Close)()
	if err := d.configure(shops.Addr()); err != nil {
		return err
	}
	var pages net.Listener
	if !o.once {
		if pages, err = d.listen(); err != nil {
			return err
		}
		defer func() { _ = pages.Close() }() // where it was not served
	}
	a.clock = d.clock.now
	d.clock.jump(first)
	log := a.logger(slog.LevelError)
	a.console = d.screen
	w, done, err := a.open(ctx, d.cfg, log)
	if err != nil {
		return err
	}
	defer a.closing(done)()
	d.w = w
	if err := d.live(ctx); err != nil || o.once {
		return err
	}
	fmt.Fprintf(a.out, "\nWeb pages: http://%s (until you press Ctrl-C). Links to the shops lead nowhere, since the shops are made up.\n", pages.Addr())
	return a.serveOn(ctx, pages, d.cfg, w, log)
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

// configure writes sources.yaml and the catalogue of the first day, and reads them as every command does. What
// is only missing for Slack is no warning here.
func (d *demonstration) configure(shops string) error {
	path := filepath.Join(d.dir, "sources.yaml")
	err := os.WriteFile(path, d.world.Sources(shops), 0o600)
	if err == nil {
		err = os.WriteFile(d.catalog(), d.world.Catalog(), 0o600)
	}
	if err != nil {
		return err
	}
	if d.cfg, err = config.Load(path, os.LookupEnv); err != nil {
		return usage(err)
	}
	d.config, d.loaded = path, d.cfg
	return nil
}

func (d *demonstration) catalog() string { return filepath.Join(d.dir, "catalog.csv") }

// listen takes the address of the configuration for the web pages, else any that is free.
func (d *demonstration) listen() (net.Listener, error) {
	pages, err := web.Listen(d.cfg.Serve.Listen)
	if err != nil {
		pages, err = web.Listen("127.0.0.1:0")
	}
	if err == nil {
		d.cfg.Serve.URL = "http://" + pages.Addr().String()
	}
	return pages, err
}

// live tells who plays, lives through the days, and shows what is known at the end.
func (d *demonstration) live(ctx context.Context) error {
	fmt.Fprintf(d.out, "%s is our own chain. It and its competitors are made up and answer on this machine only.\n", d.cfg.Formula.Name)
	fmt.Fprintf(d.out, "A week passes in seconds: each day our catalogue is imported, every shop is crawled, and staff are told what matters.\n")
	slack := "Messages are shown here; with SLACK_BOT_TOKEN and SLACK_CHANNEL set they go to Slack as well."
	if slices.ContainsFunc(d.cfg.Channels, func(c config.Channel) bool { return c.Kind == "slack" }) {
		slack = "Messages are shown here and sent to Slack."
	}
	fmt.Fprintln(d.out, slack)
	fmt.Fprintln(d.out, "The shop floor is told of each run, the buyers once a day. What is over is said in Slack by an edit of the message that told it;")
	fmt.Fprintln(d.out, "here it is a line of its own.")
	for day := range demoDays {
		d.world.SetDay(day)
		d.clock.jump(d.first.AddDate(0, 0, day))
		if err := d.day(ctx, day); err != nil {
			return err
		}
	}
	d.clock.present()
	d.screen.golive(d.out)
	return d.results(ctx)
}

// day imports our catalogue of the day, crawls everybody and prints what came of it.
func (d *demonstration) day(ctx context.Context, day int) error {
	fmt.Fprintf(d.out, "\n── day %d of %d, %s ──\n", day+1, demoDays, d.world.Date(day).Format("Monday 2 January 2006"))
	for _, e := range d.world.Happens(day) {
		fmt.Fprintf(d.out, "In the shops: %s.\n", e)
	}
	raw := d.world.Catalog()
	if err := os.WriteFile(d.catalog(), raw, 0o600); err != nil {
		return err
	}
	items, bad, err := readCatalog(d.catalog(), bytes.NewReader(raw), d.cfg.Catalog.Options)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		return fmt.Errorf("demo catalogue: line %d: %s", bad[0].Line, bad[0].Reason)
	}
	imported, err := d.w.ImportCatalog(ctx, items)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "Our catalogue: %d articles, %d changes.\n", len(items), imported.Changes)
	var runs []market.Run
	for p, err := range d.w.Crawl(ctx, watch.CrawlRequest{Wait: demoLead, Trigger: "demo"}) {
		switch {
		case err != nil:
			return err
		case p.Run != nil:
			runs = append(runs, *p.Run)
		}
	}
	if err := d.printRuns(runs); err != nil {
		return err
	}
	told := d.screen.take()
	if told == nil {
		fmt.Fprintln(d.out, "Staff are told nothing: nothing new matters.")
		return nil
	}
	fmt.Fprintln(d.out, "Staff are told:")
	for _, l := range told {
		fmt.Fprintln(d.out, strings.TrimRight("  │ "+l, " "))
	}
	return nil
}

// printRuns writes a line for each shop, in the order of sources.yaml.
func (d *demonstration) printRuns(runs []market.Run) error {
	order := func(r market.Run) int {
		return slices.IndexFunc(d.cfg.Sources, func(s market.Source) bool { return s.ID == r.Source })
	}
	slices.SortFunc(runs, func(x, y market.Run) int { return cmp.Compare(order(x), order(y)) })
	tw := tabwriter.NewWriter(d.out, 0, 4, 1, ' ', 0)
	for _, r := range runs {
		fmt.Fprintf(tw, "  %s\t %s:\t %d pages,\t %d unchanged;\t %d offers,\t %d changes", r.Source, r.Outcome, r.Pages, r.Unchanged, r.Offers, r.Changes)
		if r.Quarantined > 0 {
			fmt.Fprintf(tw, ", %d doubted and fetched again", r.Quarantined)
		}
		if len(r.Samples) > 0 {
			fmt.Fprintf(tw, "; %s", r.Samples[0].Kind.Info().Meaning)
		}
		fmt.Fprintln(tw)
	}
	return tw.Flush()
}
