package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/crawler"
	"pricegap/market"
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
field with its evidence. Nothing is recorded but what the shops ask of their visitors: a pause, or to be left alone. Where
there is no store yet, or a daemon has it open, that is forgotten when the command ends.`,
		Example:           "  pricegap check --offline\n  pricegap check lampenhuis",
		ValidArgsFunction: a.completeSources,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s is valid: %d sources, %d channels, %d rules\n", cfg.Path, len(cfg.Shops), len(cfg.Channels), len(cfg.Rules))
			a.checkManners(cfg.Sites, args)
			if offline {
				return nil
			}
			return a.check(cmd.Context(), cfg, args)
		},
	}
	c.Flags().BoolVar(&offline, "offline", false, "validate only, fetch nothing")
	return c
}

func (a *app) check(ctx context.Context, cfg *config.Config, names []string) error {
	for _, n := range names {
		if !slices.ContainsFunc(cfg.Sites, func(s crawler.Site) bool { return string(s.Source.ID) == n }) {
			return usage(fmt.Errorf("no source %q in %s", n, cfg.Path))
		}
	}
	c, err := a.newCrawler(crawler.Options{
		Contact: cfg.Contact, Version: version, Hosts: a.hosts(ctx, cfg), Clock: a.clock, Log: a.logger(slog.LevelWarn),
	})
	if err != nil {
		return err
	}
	failed := false
	for _, site := range cfg.Sites {
		if len(names) > 0 && !slices.Contains(names, string(site.Source.ID)) {
			continue
		}
		ok, err := a.checkSource(ctx, c, site)
		if err != nil {
			return err
		}
		failed = failed || !ok
	}
	if failed {
		return &exitError{code: exitPartial}
	}
	return nil
}

// checkManners says which sources are crawled by more than their robots.txt, or without regard to their terms of use.
func (a *app) checkManners(sites []crawler.Site, names []string) {
	for _, s := range sites {
		if len(names) > 0 && !slices.Contains(names, string(s.Source.ID)) {
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
	raw, err := json.Marshal(o)
	if err != nil {
		return err
	}
	values := map[string]any{}
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	fmt.Fprintf(w, "  page %s\n", printable(page))
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "  FIELD\tVALUE\tREADER\tWHERE\tAS PRINTED")
	for _, f := range market.Fields {
		e, ok := o.Evidence[f]
		if !ok {
			continue
		}
		fmt.Fprintf(tw, "  %s\t%s\t%s\t%s\t%s\n", f, shorten(valueOf(o, f, values)), e.Reader, printable(e.Where), printable(e.Raw.Plain()))
	}
	return tw.Flush()
}

// valueOf is the value of a field; two of them stand in an offer in another way than they are named.
func valueOf(o market.Offer, f market.Field, values map[string]any) any {
	switch days, ok := o.DeliveryDays.Get(); {
	case f == market.FieldCurrency && o.Price.Known():
		return o.Price.Currency()
	case f == market.FieldDelivery && !o.DeliveryText.Known() && ok:
		return fmt.Sprintf("%d days", days)
	}
	return values[offerKey(f)]
}

// offerKey is the JSON name of a field in an offer where the contract of the command line has another one.
func offerKey(f market.Field) string {
	switch f {
	case market.FieldName:
		return "title"
	case market.FieldAvailability:
		return "stock"
	case market.FieldLowPrice:
		return "low"
	case market.FieldHighPrice:
		return "high"
	case market.FieldReference:
		return "reference"
	case market.FieldMember:
		return "member"
	case market.FieldCoupon:
		return "coupon"
	case market.FieldDelivery:
		return "delivery_text"
	}
	return string(f)
}

// shorten prints a value for a table.
func shorten(v any) string {
	if v == nil {
		return "-"
	}
	s := []rune(printable(fmt.Sprint(v)))
	if len(s) > 60 {
		return string(s[:59]) + "…"
	}
	return string(s)
}
