package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pricegap/market"
	"pricegap/watch"
)

// newSourceChanges is `source changes`.
func newSourceChanges(a *app) *cobra.Command {
	var run, language string
	var asJSON bool
	c := &cobra.Command{
		Use: "changes SOURCE", Short: "What a run changed of what is known of a shop",
		Long: "Print what a run changed of what is known of a shop, out of the log of changes: listings that were seen for the first time, and\n" +
			"those of which something differs from before, with the fields that do.",
		Example: "  pricegap source changes lampenhuis\n  pricegap source changes lampenhuis --run 20260301T060000Z --json",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeSources,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.sourceChanges(cmd.Context(), market.SourceID(args[0]), market.RunID(run), language, asJSON)
		},
	}
	c.Flags().StringVar(&run, "run", "", "the id of the run (default: that of the newest)")
	addLanguage(c, &language, "language of prices and words: nl or en (default: that of the machine)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return c
}

// runChanges is what a run changed.
type runChanges struct {
	Source  market.SourceID `json:"source"`
	Run     market.RunID    `json:"run"`
	Changes []watch.Past    `json:"changes"`
}

func (a *app) sourceChanges(ctx context.Context, source market.SourceID, run market.RunID, language string, asJSON bool) error {
	if err := a.sourcesNamed([]string{string(source)}); err != nil {
		return err
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	if run == "" {
		if run, err = newestRun(ctx, svc, source); err != nil {
			return err
		}
	}
	all := runChanges{source, run, []watch.Past{}}
	for p, err := range svc.Observations(ctx, watch.PastQuery{Sources: []market.SourceID{source}, Run: run}) {
		if errors.Is(err, watch.ErrUnknownRun) {
			return usage(fmt.Errorf("%w of %s", err, source))
		}
		if err != nil {
			return err
		}
		all.Changes = append(all.Changes, p)
	}
	if asJSON {
		return json.NewEncoder(a.out).Encode(all)
	}
	l := a.look(language)
	fmt.Fprintf(a.out, "%s, run %s: %d changes\n", printable(string(source)), printable(string(run)), len(all.Changes))
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	for i, p := range all.Changes {
		if i == 0 {
			fmt.Fprintln(tw, "SEEN\tLISTING\tPRODUCT\tWAS\tIS\tWHAT")
		}
		was, is := p.Before.Offer, p.Observation.Offer
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", moment(p.Observation.SeenAt), printable(string(p.Observation.Listing)),
			printable(string(p.Product)), l.Price(was.Price), l.Price(is.Price), printable(whatChanged(p)))
	}
	return tw.Flush()
}

// newestRun returns the newest run of a source.
func newestRun(ctx context.Context, svc watch.Asker, source market.SourceID) (market.RunID, error) {
	all, err := svc.Sources(ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(all, func(h watch.SourceHealth) bool { return h.Source == source })
	if i < 0 || all[i].Last.ID == "" {
		return "", fmt.Errorf("source changes: %s has not been crawled yet", source)
	}
	return all[i].Last.ID, nil
}

// whatChanged names what differs: fields, or whether the observation is held back.
func whatChanged(p watch.Past) string {
	if p.Before.Listing == "" {
		return "first seen"
	}
	var what []string
	for _, f := range p.Before.Offer.Differs(p.Observation.Offer) {
		what = append(what, string(f))
	}
	if is := p.Observation.Trust; is.State != p.Before.Trust.State {
		what = append(what, strings.TrimSpace(string(is.State)+" "+is.Reason))
	}
	return strings.Join(what, ", ")
}
