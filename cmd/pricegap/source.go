package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/crawler"
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
	var live bool
	doctor := &cobra.Command{
		Use: "doctor [SOURCE…]", Short: "Coverage by field and failures by kind, kept pages read again, with the next step",
		Long: `Say for each source, or those named, how many listings have each field, what failed and what to do about it. Pages that
` + "`pricegap source record`" + ` has kept are read again with the parsers and the configuration of the day: where one is read otherwise,
page and field are named. With --live they are fetched anew, politely, and a change of the shop's template (fields that are lost,
another reader or another place that gives them) is told from a mere change of prices.

Exit codes: 0 nothing is wrong with kept pages; 3 something is, and it is printed.`,
		Example: "  pricegap source doctor lampenhuis\n  pricegap source doctor lampenhuis --live", ValidArgsFunction: a.completeSources,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.sourceDoctor(cmd.Context(), args, live, asJSON)
		},
	}
	doctor.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	doctor.Flags().BoolVar(&live, "live", false, "fetch the kept pages anew, and tell a new template from new prices")
	c.AddCommand(list, doctor, newRecord(a), newSourceChanges(a))
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

// diagnosis is how a source does, and what became of its kept pages.
type diagnosis struct {
	watch.SourceHealth
	Golden kept `json:"golden,omitzero"`
}

func (a *app) sourceDoctor(ctx context.Context, names []string, live, asJSON bool) error {
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
	ds, err := a.diagnose(ctx, hs, live)
	if err != nil {
		return err
	}
	if asJSON {
		err = json.NewEncoder(a.out).Encode(ds)
	} else {
		for _, d := range ds {
			a.doctor(d)
		}
	}
	if err == nil && slices.ContainsFunc(ds, func(d diagnosis) bool { return d.Golden.wrong() }) {
		return &exitError{code: exitPartial}
	}
	return err
}

// diagnose reads the kept pages of the sources again, or where live is set fetches them anew.
func (a *app) diagnose(ctx context.Context, hs []watch.SourceHealth, live bool) ([]diagnosis, error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	var c *crawler.Crawler
	if live {
		if c, err = a.looker(ctx, cfg); err != nil {
			return nil, err
		}
	}
	out := make([]diagnosis, len(hs))
	for i, h := range hs {
		out[i].SourceHealth = h
		if site, err := siteOf(cfg, string(h.Source)); err == nil {
			if out[i].Golden, err = keptPages(ctx, cfg, site, c); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (a *app) doctor(d diagnosis) {
	h := d.SourceHealth
	fmt.Fprintf(a.out, "%s (%s)\n", h.Source, printable(h.Name))
	fmt.Fprintf(a.out, "  %d listings, %d fresh, %d held back; last good look %s\n", h.Listings, h.Fresh, h.Quarantined, moment(h.LastGoodAt))
	printOverride(a.out, h.Source, h.RobotsOverride)
	printKept(a.out, h.Source, d.Golden)
	if h.Last.ID == "" {
		fmt.Fprintf(a.out, "  never crawled: run `pricegap crawl %s`\n\n", h.Source)
		return
	}
	fmt.Fprintf(a.out, "  last run %s: %s, %d pages, %d offers, %d changes, %d expected listings not seen\n", moment(h.Last.StartedAt),
		h.Last.Outcome, h.Last.Pages, h.Last.Offers, h.Last.Changes, h.Last.Missing)
	printOdd(a.out, h.Last)
	for _, f := range market.Fields {
		if n := h.Coverage[f]; n > 0 && h.Listings > 0 {
			fmt.Fprintf(a.out, "  %-16s %3d %% of listings\n", f, n*100/h.Listings)
		}
	}
	printAsked(a.out, h.Last.Notes)
	printFailures(a.out, []market.Run{h.Last})
	for _, kind := range slices.Sorted(maps.Keys(h.Last.Failures)) {
		fmt.Fprintf(a.out, "  %s: %s\n", kind, nextSteps[kind])
	}
	fmt.Fprintln(a.out)
}
