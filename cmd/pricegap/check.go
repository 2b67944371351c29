package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/compare/policy"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers/known"
)

func init() { register(newCheck) }

// checkPages is how many pages check looks at in search of one with an offer.
const checkPages = 12

func newCheck(a *app) *cobra.Command {
	var offline bool
	c := &cobra.Command{
		Use:   "check [SOURCE…]",
		Short: "Validate the configuration, then fetch one page of each source and print what it says",
		Long: `Validate the configuration, then fetch one product page of each source, or of those named, and print every
field with its evidence. Pages that ` + "`pricegap source record`" + ` has kept are read again first, with --offline too: where one is read
otherwise, page and field are named, and the exit code is 3; so it is where a case of the price-match policy is decided otherwise
than it expects. Nothing is recorded but what the shops ask of their visitors: a pause, or to be left alone. Where
there is no store yet, or a daemon has it open, that is forgotten when the command ends.`,
		Example:           "  pricegap check --offline\n  pricegap check lampenhuis",
		ValidArgsFunction: a.completeSources,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s is valid: %d sources, %d channels, %d rules\n", cfg.Path, len(cfg.Shops), len(cfg.Channels), len(cfg.Rules))
			for _, n := range args {
				if _, err := siteOf(cfg, n); err != nil {
					return err
				}
			}
			wanted := func(id market.SourceID) bool { return len(args) == 0 || slices.Contains(args, string(id)) }
			a.checkManners(cfg.Sites, wanted)
			undecided := a.checkPolicy(cfg.Policy)
			failed, err := a.checkKept(cmd.Context(), cfg, wanted)
			failed = failed || undecided
			if err == nil && !offline {
				var unread bool
				unread, err = a.check(cmd.Context(), cfg, wanted)
				failed = failed || unread
			}
			if err == nil && failed {
				return &exitError{code: exitPartial}
			}
			return err
		},
	}
	c.Flags().BoolVar(&offline, "offline", false, "validate, and read the kept pages again; fetch nothing")
	return c
}

// checkPolicy tries the cases of the price-match policy; it reports whether one is decided otherwise.
func (a *app) checkPolicy(p *policy.Policy) (failed bool) {
	if p == nil {
		return false
	}
	otherwise := 0
	for _, c := range p.Cases {
		if said := p.Try(c); said != "" {
			fmt.Fprintf(a.out, "policy: case %q: %s\n", printable(c.Name), said)
			otherwise++
		}
	}
	if len(p.Cases) == 0 {
		fmt.Fprintf(a.out, "policy %s: it has no cases to be tried by\n", p.Print())
		return false
	}
	fmt.Fprintf(a.out, "policy %s: %d of %d cases are decided as expected\n", p.Print(), len(p.Cases)-otherwise, len(p.Cases))
	return otherwise > 0
}

// check looks at one page of each source; it reports whether one has none with an offer.
func (a *app) check(ctx context.Context, cfg *config.Config, wanted func(market.SourceID) bool) (failed bool, err error) {
	c, err := a.looker(ctx, cfg)
	if err != nil {
		return false, err
	}
	for _, site := range cfg.Sites {
		if !wanted(site.Source.ID) {
			continue
		}
		ok, err := a.checkSource(ctx, c, site)
		if err != nil {
			return false, err
		}
		failed = failed || !ok
	}
	return failed, nil
}

// checkManners says which sources are crawled by more than their robots.txt, or without regard to their terms of use.
func (a *app) checkManners(sites []crawler.Site, wanted func(market.SourceID) bool) {
	for _, s := range sites {
		if !wanted(s.Source.ID) {
			continue
		}
		printOverride(a.out, s.Source.ID, s.Source.RobotsOverride)
		if t := terms(s.Source, a.clock()); t != "" {
			fmt.Fprintf(a.err, "warning: %s: %s\n", s.Source.ID, t)
		}
	}
}

// checkSource looks for one page with an offer and prints it; it reports whether there was one.
func (a *app) checkSource(ctx context.Context, c *crawler.Crawler, site crawler.Site) (bool, error) {
	site.Source.Scope.MaxPages = checkPages
	fmt.Fprintf(a.out, "\n%s (%s)\n", site.Source.ID, printable(site.Source.Name))
	var failures []string
	var part *crawler.Visit // a page with a product, and no price of its own
	for v, err := range c.Crawl(ctx, site) {
		switch {
		case errors.Is(err, context.Canceled):
			return false, err
		case err != nil:
			failures = append(failures, err.Error())
		case v.Failure != nil:
			failures = append(failures, v.Failure.Error())
		case v.Result.Failure != "":
			failures = append(failures, fmt.Sprintf("%s: %s: %s", v.Request.URL, v.Result.Failure, v.Result.Message))
			if part == nil && len(v.Result.Offers) > 0 {
				part = &v
			}
		case len(v.Result.Offers) > 0:
			return true, printEvidence(a.out, v.Page.URL, v.Result.Offers[0])
		}
	}
	if part != nil { // what was read all the same shows what is missing
		if err := printEvidence(a.out, part.Page.URL, part.Result.Offers[0]); err != nil {
			return false, err
		}
	}
	fmt.Fprintf(a.out, "  no offer with a price on the first %d pages\n", checkPages)
	for _, f := range failures {
		fmt.Fprintf(a.out, "  %s\n", printable(f))
	}
	return false, nil
}

// printEvidence prints every known field of an offer with its evidence.
func printEvidence(w io.Writer, page string, o market.Offer) error {
	values := known.Values(o)
	fmt.Fprintf(w, "  page %s\n", printable(page))
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "  FIELD\tVALUE\tREADER\tWHERE\tAS PRINTED")
	for _, f := range market.Fields {
		e, ok := o.Evidence[f]
		if !ok {
			continue
		}
		fmt.Fprintf(tw, "  %s\t%s\t%s\t%s\t%s\n", f, shorten(cmp.Or(values[f], "-")), e.Reader, printable(e.Where), printable(e.Raw.Plain()))
	}
	return tw.Flush()
}

// shorten prints a value for a table.
func shorten(v string) string {
	s := []rune(printable(v))
	if len(s) > 60 {
		return string(s[:59]) + "…"
	}
	return string(s)
}
