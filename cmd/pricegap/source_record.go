package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/crawler"
	"pricegap/crawler/golden"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
	"pricegap/watch/health"
)

// goldenFolder holds the kept pages of each source in a folder of its name; it stands beside sources.yaml.
const goldenFolder = "golden"

type recordFlags struct {
	max                           int
	replace, reread, list, asJSON bool
}

// recorded is what became of one page that was to be kept.
type recorded struct {
	URL string `json:"url"`
	// Page is its name in the folder and Price what it says, where it is kept; else Refused says why not.
	Page    string `json:"page,omitzero"`
	Price   string `json:"price,omitzero"`
	Refused string `json:"refused,omitzero"`
}

func newRecord(a *app) *cobra.Command {
	var f recordFlags
	c := &cobra.Command{
		Use:   "record SOURCE [URL…]",
		Short: "Keep known-good pages of a source, to see at once when a parser or the shop's template changes",
		Long: `Fetch product pages of a source as a crawl would, by robots.txt and at the shop's pace, and keep each with what is read on
it in golden/SOURCE beside sources.yaml: NAME.page.gz, and NAME.json to be read and corrected. Without addresses a few of its fresh
listings are taken, spread over all of them. A page that fails, that has no price, or whose shop wants no copies is refused.

` + "`pricegap source doctor` and `pricegap check --offline`" + ` read the kept pages with the parsers and the configuration of the day,
and name each field that is read otherwise.`,
		Example: `  pricegap source record lampenhuis
  pricegap source record lampenhuis https://www.lampenhuis.example/p/1
  pricegap source record lampenhuis --replace`,
		Args: cobra.MinimumNArgs(1), ValidArgsFunction: a.completeSources,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.max < 1 || f.max > health.MaxPages:
				return usage(fmt.Errorf("--max is 1 to %d", health.MaxPages))
			case f.reread && len(args) > 1:
				return usage(errors.New("--reread is for all kept pages, and takes no address"))
			case f.list && len(args) == 1:
				return usage(errors.New("--list goes with addresses only"))
			}
			if err := exclusive(cmd, "replace", "reread"); err != nil {
				return err
			}
			return a.record(cmd.Context(), args[0], args[1:], f)
		},
	}
	c.Flags().IntVar(&f.max, "max", 3, "how many pages are kept where no address is given")
	c.Flags().BoolVar(&f.replace, "replace", false, "fetch pages anew that are kept already; without addresses all of them")
	c.Flags().BoolVar(&f.reread, "reread", false, "fetch nothing: expect of the kept pages what is read on them now")
	c.Flags().BoolVar(&f.list, "list", false, "the addresses are of category pages whose tiles are offers themselves")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON document")
	return c
}

// siteOf returns a source of the configuration.
func siteOf(cfg *config.Config, name string) (crawler.Site, error) {
	i := slices.IndexFunc(cfg.Sites, func(s crawler.Site) bool { return string(s.Source.ID) == name })
	if i < 0 {
		return crawler.Site{}, usage(fmt.Errorf("no source %q that is crawled in %s", name, cfg.Path))
	}
	return cfg.Sites[i], nil
}

// goldenOf is the folder of the kept pages of a source.
func goldenOf(cfg *config.Config, id market.SourceID) string {
	return filepath.Join(filepath.Dir(cfg.Path), goldenFolder, string(id))
}

// looker returns what visits shops for commands that record nothing.
func (a *app) looker(ctx context.Context, cfg *config.Config) (*crawler.Crawler, error) {
	return a.newCrawler(crawler.Options{
		Contact: cfg.Contact, Version: version, Hosts: a.hosts(ctx, cfg), Clock: a.clock, Log: a.logger(slog.LevelWarn),
	})
}

func (a *app) record(ctx context.Context, name string, urls []string, f recordFlags) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	site, err := siteOf(cfg, name)
	if err != nil {
		return err
	}
	r := &recording{a: a, f: f, site: site, folder: goldenOf(cfg, site.Source.ID)}
	if r.kept, err = golden.Load(r.folder); err != nil && !f.replace {
		return err
	}
	switch {
	case f.reread:
		err = r.reread()
	case len(urls) > 0:
		err = r.named(ctx, cfg, urls)
	default:
		err = r.some(ctx, cfg)
	}
	if err != nil {
		return err
	}
	return r.end()
}

// recording is a `source record` under way.
type recording struct {
	a      *app
	f      recordFlags
	site   crawler.Site
	folder string
	kept   []golden.Page
	done   []recorded
	short  bool // fewer pages are kept than were asked for
}

// reread expects of the kept pages what is read on them now.
func (r *recording) reread() error {
	if len(r.kept) == 0 {
		return fmt.Errorf("no page of %s is kept in %s", r.site.Source.ID, r.folder)
	}
	if err := r.a.checkParsers(); err != nil {
		return err
	}
	for _, p := range r.kept {
		if err := r.keep(p.Visit(r.site), true); err != nil {
			return err
		}
	}
	return nil
}

// named keeps the pages at these addresses.
func (r *recording) named(ctx context.Context, cfg *config.Config, urls []string) error {
	for i, raw := range urls {
		u, err := link.Resolve("", raw)
		if err == nil && !r.site.Covers(u) {
			err = fmt.Errorf("%s is on no host of %s", link.Redact(u), r.site.Source.ID)
		}
		if err != nil {
			return usage(err)
		}
		urls[i] = u
	}
	return r.fetch(ctx, cfg, urls, len(urls))
}

// some keeps a few pages: those that are kept already where they are to be replaced, then those of fresh listings.
func (r *recording) some(ctx context.Context, cfg *config.Config) error {
	var urls []string
	want := r.f.max
	if r.f.replace {
		for _, p := range r.kept {
			urls = append(urls, p.Asked)
		}
		want = max(want, len(urls))
	} else if want -= len(r.kept); want <= 0 {
		return fmt.Errorf("%d pages of %s are kept already in %s; name an address, or take --replace or a larger --max", len(r.kept), r.site.Source.ID, r.folder)
	}
	fresh, err := r.fresh(ctx)
	if err != nil {
		return err
	}
	for _, u := range fresh {
		if !slices.Contains(urls, u) && (r.f.replace || !r.have(u)) {
			urls = append(urls, u)
		}
	}
	if len(urls) == 0 {
		return fmt.Errorf("no fresh listing of %s is known; run `pricegap crawl %[1]s`, or name addresses", r.site.Source.ID)
	}
	return r.fetch(ctx, cfg, urls[:min(len(urls), 2*want)], want) // where so many are no good, the rest will not be
}

// request is for a page that was named, or is fetched anew as what it was kept as.
func (r *recording) request(url string) crawler.Request {
	out := r.site.Request(url)
	for _, p := range r.kept {
		if p.Asked == url {
			out.Role = p.Role
		}
	}
	if r.f.list {
		out.Role = parsers.RoleList
	}
	return out
}

func (r *recording) have(url string) bool {
	return slices.ContainsFunc(r.kept, func(p golden.Page) bool { return p.Asked == url })
}

// fresh are the addresses of fresh listings, so ordered that the first few are spread over all of them.
func (r *recording) fresh(ctx context.Context) ([]string, error) {
	hs, err := r.a.sources(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(hs, func(h health.Source) bool { return h.Source == r.site.Source.ID })
	if i < 0 {
		return nil, nil // a daemon with an older configuration
	}
	pages := hs[i].Pages
	step := max(1, len(pages)/r.f.max)
	var out []string
	for first := range step {
		for i := first; i < len(pages); i += step {
			out = append(out, pages[i])
		}
	}
	return out, nil
}

// fetch visits the pages until so many are kept.
func (r *recording) fetch(ctx context.Context, cfg *config.Config, urls []string, want int) error {
	c, err := r.a.looker(ctx, cfg)
	if err != nil {
		return err
	}
	kept := 0
	for _, u := range urls {
		if kept == want {
			return nil
		}
		if !r.f.replace && r.have(u) {
			r.done = append(r.done, recorded{URL: u, Refused: "it is kept already; --replace fetches it anew"})
			continue
		}
		v, err := c.Look(ctx, r.site, r.request(u))
		if err == nil {
			err = r.keep(v, r.f.replace)
		}
		if err != nil {
			return err
		}
		if r.done[len(r.done)-1].Refused == "" {
			kept++
		}
	}
	r.short = kept < want && slices.ContainsFunc(r.done, func(d recorded) bool { return d.Refused != "" })
	return nil
}

// keep keeps the page of a visit, or says why it is refused.
func (r *recording) keep(v crawler.Visit, replace bool) error {
	d := recorded{URL: v.Request.URL}
	p, err := golden.New(v)
	if err == nil {
		err = p.Save(r.folder, replace)
	}
	switch {
	case errors.Is(err, golden.ErrNotGood), errors.Is(err, golden.ErrKept):
		d.Refused, r.short = err.Error(), r.short || r.f.reread
	case err != nil:
		return err
	default:
		d.Page, d.Price = p.Name, p.Offers[0].Price.String()
	}
	r.done = append(r.done, d)
	return nil
}

// end prints what became of each page.
func (r *recording) end() error {
	if r.f.asJSON {
		err := json.NewEncoder(r.a.out).Encode(struct {
			Source market.SourceID `json:"source"`
			Folder string          `json:"folder"`
			Pages  []recorded      `json:"pages"`
		}{r.site.Source.ID, r.folder, r.done})
		if err != nil {
			return err
		}
	}
	some := false
	for _, d := range r.done {
		some = some || d.Refused == ""
		switch {
		case r.f.asJSON:
		case d.Refused != "":
			fmt.Fprintf(r.a.out, "refused  %s: %s\n", printable(link.Redact(d.URL)), printable(d.Refused))
		default:
			fmt.Fprintf(r.a.out, "kept     %s: %s, %s\n", printable(link.Redact(d.URL)), d.Price, filepath.Join(r.folder, d.Page+".json"))
		}
	}
	switch {
	case !some:
		return &exitError{code: exitFailed}
	case r.short:
		return &exitError{code: exitPartial}
	}
	return nil
}
