package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/user"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pricegap/market"
	"pricegap/watch"
)

func init() { register(newMatch) }

// errNoPair is returned when a listing is not among the matches of a product.
var errNoPair = errors.New("no such pair")

func newMatch(a *app) *cobra.Command {
	c := &cobra.Command{Use: "match", Short: "Which listing sells which product: the review list", Example: "  pricegap match list --decision review"}
	var decision market.Decision
	var jsonl bool
	list := &cobra.Command{
		Use: "list", Short: "List matches, those to review first of all", Args: cobra.NoArgs,
		Example: "  pricegap match list --decision review",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.matchList(cmd.Context(), decision, jsonl)
		},
	}
	addChoice(list, &decision, "decision", "only accept, review or reject", market.Accept, market.Review, market.Reject)
	list.Flags().BoolVar(&jsonl, "jsonl", false, "print one JSON object a line")
	c.AddCommand(list)
	for _, d := range []market.Decision{market.Accept, market.Reject} {
		short := map[market.Decision]string{market.Accept: "Decide that a listing sells a product", market.Reject: "Decide that it does not; the pair never comes back"}[d]
		c.AddCommand(&cobra.Command{
			Use: string(d) + " PRODUCT LISTING", Short: short, Args: cobra.ExactArgs(2),
			Example: fmt.Sprintf("  pricegap match %s 10023 lampenhuis/sku:LH-88", d),
			RunE: func(cmd *cobra.Command, args []string) error {
				return a.matchDecide(cmd.Context(), market.ProductID(args[0]), market.ListingID(args[1]), d)
			},
		})
	}
	return c
}

func (a *app) matchList(ctx context.Context, only market.Decision, jsonl bool) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	enc := json.NewEncoder(a.out)
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	if !jsonl {
		fmt.Fprintln(tw, "DECISION\tPRODUCT\tLISTING\tHOW\tSURE\tBY\tWHY")
	}
	for m, err := range svc.Matches(ctx) {
		switch {
		case err != nil:
			return err
		case only != "" && m.Decision != only:
			continue
		case jsonl:
			if err := enc.Encode(m); err != nil {
				return err
			}
			continue
		}
		why := ""
		if len(m.Why) > 0 {
			why = printable(m.Why[0])
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%d.%02d %%\t%s\t%s\n", m.Decision, m.Product, printable(string(m.Listing)), m.Method,
			m.ScoreBasisPoints/100, m.ScoreBasisPoints%100, printable(m.DecidedBy.Plain()), why)
	}
	return tw.Flush()
}

func (a *app) matchDecide(ctx context.Context, product market.ProductID, listing market.ListingID, d market.Decision) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	m, err := findPair(ctx, svc, product, listing)
	if err != nil {
		return usage(err)
	}
	m.Decision, m.Method, m.Exact = d, "explicit", true
	m.DecidedBy, m.DecidedAt = market.NewText(who()), a.clock()
	if _, err := svc.ImportMatches(ctx, []market.Match{m}); err != nil {
		return wrongName(err)
	}
	fmt.Fprintf(a.out, "%s: %s %s\n", d, product, listing)
	return nil
}

// findPair returns the known match of that pair. A pair that was never found is stated with a file.
func findPair(ctx context.Context, svc watch.Service, product market.ProductID, listing market.ListingID) (market.Match, error) {
	for m, err := range svc.Matches(ctx) {
		if err != nil {
			return market.Match{}, err
		}
		if m.Product == product && m.Listing == listing {
			return m, nil
		}
	}
	return market.Match{}, fmt.Errorf("%w: %s and %s; state new pairs with `pricegap import matches`", errNoPair, product, listing)
}

// who is the name under which decisions made here are kept.
func who() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "command line"
}
