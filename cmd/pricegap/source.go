package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/market"
	"pricegap/watch"
)

func init() { register(newSource) }

func newSource(a *app) *cobra.Command {
	c := &cobra.Command{Use: "source", Short: "How each source does", Example: "  pricegap source list\n  pricegap source doctor"}
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "Freshness of each source and when it is due", Example: "  pricegap source list", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.sourceList(cmd.Context(), asJSON) },
	}
	list.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	doctor := &cobra.Command{
		Use: "doctor [SOURCE…]", Short: "Coverage by field and failures by kind, with the next step",
		Example: "  pricegap source doctor lampenhuis", ValidArgsFunction: a.completeSources,
		RunE: func(cmd *cobra.Command, args []string) error { return a.sourceDoctor(cmd.Context(), args, asJSON) },
	}
	doctor.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	c.AddCommand(list, doctor)
	return c
}

func (a *app) sources(ctx context.Context) ([]watch.SourceHealth, error) {
	svc, done, err := a.service(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return svc.Sources(ctx)
}

func (a *app) sourceList(ctx context.Context, asJSON bool) error {
	hs, err := a.sources(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(hs)
	}
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "SOURCE\tNAME\tLISTINGS\tFRESH\tHELD\tLAST RUN\tOUTCOME\tLAST GOOD\tNEXT\tSTATE")
	for _, h := range hs {
		state := "ok"
		switch {
		case h.Blind:
			state = "blind"
		case h.Last.ID == "":
			state = "never crawled"
		}
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\n", h.Source, printable(h.Name), h.Listings, h.Fresh, h.Quarantined,
			moment(h.Last.StartedAt), h.Last.Outcome, moment(h.LastGoodAt), moment(h.NextAt), state)
	}
	return tw.Flush()
}

// moment prints a time to the minute in the machine's zone, "-" when there is none.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

func (a *app) sourceDoctor(ctx context.Context, names []string, asJSON bool) error {
	hs, err := a.sources(ctx)
	if err != nil {
		return err
	}
	for _, n := range names {
		if !slices.ContainsFunc(hs, func(h watch.SourceHealth) bool { return string(h.Source) == n }) {
			return usage(fmt.Errorf("%w: %s", watch.ErrUnknownSource, n))
		}
	}
	if len(names) > 0 {
		hs = slices.DeleteFunc(hs, func(h watch.SourceHealth) bool { return !slices.Contains(names, string(h.Source)) })
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(hs)
	}
	for _, h := range hs {
		a.doctor(h)
	}
	return nil
}

func (a *app) doctor(h watch.SourceHealth) {
	fmt.Fprintf(a.out, "%s (%s)\n", h.Source, printable(h.Name))
	fmt.Fprintf(a.out, "  %d listings, %d fresh, %d held back; last good look %s\n", h.Listings, h.Fresh, h.Quarantined, moment(h.LastGoodAt))
	printOverride(a.out, h.Source, h.RobotsOverride)
	if h.Last.ID == "" {
		fmt.Fprintf(a.out, "  never crawled: run `pricegap crawl %s`\n\n", h.Source)
		return
	}
	fmt.Fprintf(a.out, "  last run %s: %s, %d pages, %d offers, %d changes, %d expected listings not seen\n", moment(h.Last.StartedAt),
		h.Last.Outcome, h.Last.Pages, h.Last.Offers, h.Last.Changes, h.Last.Missing)
	for _, f := range market.Fields {
		if n := h.Coverage[f]; n > 0 && h.Listings > 0 {
			fmt.Fprintf(a.out, "  %-16s %3d %% of listings\n", f, n*100/h.Listings)
		}
	}
	printAsked(a.out, h.Last.Notes)
	printFailures(a.out, []market.Run{h.Last})
	for kind := range h.Last.Failures {
		if step := nextStep(kind); step != "" {
			fmt.Fprintf(a.out, "  %s: %s\n", kind, step)
		}
	}
	fmt.Fprintln(a.out)
}

// nextStep is what whoever runs the crawls can do about a failure.
func nextStep(k market.FailureKind) string {
	switch k {
	case market.FailDNSNotFound:
		return "check the host name in sources.yaml"
	case market.FailSSRFBlocked:
		return "the name leads to a private address: if it is your intranet, add it to allow_networks of the source"
	case market.FailConnectRefused, market.FailConnectTimeout, market.FailServerError, market.FailMaintenance:
		return "the shop is down or overloaded; nothing to do, the next run tries again"
	case market.FailTLSInvalid, market.FailTLSExpired:
		return "the shop's certificate is broken; it is never ignored: tell the shop, or use its other address"
	case market.FailRateLimited:
		return "raise pace.pause of the source, or crawl it at night"
	case market.FailClientError, market.FailBlockedChallenge, market.FailBlockedCaptcha:
		return "the shop refuses us: ask it for permission or a feed; blocks are not evaded"
	case market.FailRobotsDisallowed:
		return "robots.txt forbids these pages: leave them out with scope.exclude, or ask the shop"
	case market.FailRobotsUnavailable:
		return "robots.txt cannot be had, so nothing may be fetched; it is asked again within the hour"
	case market.FailPriceMissing:
		return "run `pricegap check` on the source; the template may need selectors in sources.yaml"
	case market.FailPriceAmbiguous:
		return "say with selectors: which price is the listing's own"
	case market.FailBudgetExhausted:
		return "raise limits.max_pages of the source, or narrow the starting points"
	case market.FailInternalPanic:
		return "a fault of pricegap: report it with the lines of `pricegap crawl -v`"
	}
	return ""
}
