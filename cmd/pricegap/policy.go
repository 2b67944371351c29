package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch/referee"
)

func init() { register(newPolicy) }

// errNoPolicy is returned where neither sources.yaml nor a flag names a policy.
var errNoPolicy = errors.New("sources.yaml has no price-match policy: write a policy:, or name a file with --policy")

func newPolicy(a *app) *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: "When we match a price: templates, and what a policy would have granted", Example: "  pricegap policy backtest --since 30d"}
	c.AddCommand(newBacktest(a), &cobra.Command{
		Use: "template [NAME]", Short: "Print the template of a price-match policy, or the names of all", Args: cobra.MaximumNArgs(1),
		Example:   "  pricegap policy template\n  pricegap policy template named-sellers",
		ValidArgs: policy.Templates(),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := fmt.Fprintln(a.out, strings.Join(policy.Templates(), "\n"))
				return err
			}
			text, ok := policy.Template(args[0])
			if !ok {
				return usage(fmt.Errorf("there is no template %q; there are %s", args[0], strings.Join(policy.Templates(), ", ")))
			}
			_, err := a.out.Write(text)
			return err
		},
	})
	return c
}

// backtest are the flags of policy backtest.
type backtest struct {
	since, file, category, brand, store string
	sources                             []string
	json                                bool
}

func newBacktest(a *app) *cobra.Command {
	f := backtest{since: "30d"}
	c := &cobra.Command{
		Use:   "backtest",
		Short: "How many matches a policy would have granted, and at what cost",
		Long: `Judge each day by the price-match policy in force, or by another one before it is: how many matches staff would have
granted, how many each role above, how many would have been referred because something was not known, and what they would have
cost. One moment a day is judged, as if one customer had asked for each article that was cheaper elsewhere: what is printed is
the most that a day could cost for one of each.`,
		Example: "  pricegap policy backtest --since 30d\n  pricegap policy backtest --policy new-policy.yaml --category Lampen",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.backtest(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.since, "since", f.since, `how far back: a time such as 30d, or a moment such as "2026-03-03"`)
	c.Flags().StringVar(&f.file, "policy", "", "a file with the policy to try, in the place of the one in force")
	c.Flags().StringVar(&f.category, "category", "", "only products whose category begins with this")
	c.Flags().StringVar(&f.brand, "brand", "", "only products of this brand")
	c.Flags().StringSliceVar(&f.sources, "source", nil, "only these rivals")
	c.Flags().StringVar(&f.store, "store", "", "the id of the store of ours where it is asked")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	cobra.CheckErr(c.RegisterFlagCompletionFunc("source", a.completeSources))
	return c
}

// query returns what is asked; wrong values are wrong use.
func (f backtest) query(a *app, cfg *config.Config) (referee.BacktestQuery, error) {
	q := referee.BacktestQuery{Category: f.category, Brand: f.brand, Store: f.store}
	if err := checkStore(f.store, cfg.Branches); err != nil {
		return q, err
	}
	for _, s := range f.sources {
		id := market.SourceID(s)
		if !slices.ContainsFunc(cfg.Sources, func(s market.Source) bool { return s.ID == id }) {
			return q, usage(fmt.Errorf("--source %s: there is no such source", printable(s)))
		}
		q.Sources = append(q.Sources, id)
	}
	var err error
	if q.Since, err = a.back(f.since); err != nil {
		return q, err
	}
	if f.file == "" {
		if cfg.Policy == nil {
			return q, usage(errNoPolicy)
		}
		return q, nil
	}
	p, err := cfg.LoadPolicy(f.file, os.LookupEnv)
	if err != nil {
		return q, usage(err)
	}
	q.Policy = p
	return q, nil
}

func (a *app) backtest(ctx context.Context, f backtest) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	q, err := f.query(a, cfg)
	if err != nil {
		return err
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	t, err := svc.Backtest(ctx, q)
	if err != nil {
		return err
	}
	if f.json {
		return json.NewEncoder(a.out).Encode(t)
	}
	return a.printTrial(t)
}

func (a *app) printTrial(t policy.Trial) error {
	name := t.Policy
	if name == "" {
		name = t.Print
	}
	fmt.Fprintf(a.out, "policy %s, %d days from %s: %d articles were cheaper elsewhere, %d questions\n\n",
		printable(name), t.Days, t.From.UTC().Format(time.DateOnly), t.Products, t.Asked)
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "WOULD HAVE BEEN\tTIMES\tCOST AT MOST")
	for _, g := range t.Granted {
		fmt.Fprintf(tw, "matched by %s\t%d\t%s\n", g.Role, g.Matches, sums(g.Cost))
	}
	fmt.Fprintf(tw, "referred, something was not known\t%d\t%s\n", t.Doubted.Matches, sums(t.Doubted.Cost))
	fmt.Fprintf(tw, "declined\t%d\t\n", t.Declined)
	if len(t.Rivals) > 0 {
		fmt.Fprintln(tw, "\nRIVAL\tMATCHED\tCOST AT MOST\tREFERRED\tDECLINED")
	}
	for _, r := range t.Rivals {
		fmt.Fprintf(tw, "%s\t%d\t%s\t%d\t%d\n", printable(r.Name), r.Granted, sums(r.Cost), r.Doubted, r.Declined)
	}
	if len(t.Rules) > 0 {
		fmt.Fprintln(tw, "\nRULE THAT STOOD IN THE WAY\tFAILED\tNOT KNOWN")
	}
	for _, r := range t.Rules {
		fmt.Fprintf(tw, "%s\t%d\t%d\n", r.Rule, r.Failed, r.Unknown)
	}
	return tw.Flush()
}

// sums prints a sum for each currency.
func sums(all []money.Amount) string {
	if len(all) == 0 {
		return "-"
	}
	var out []string
	for _, s := range all {
		out = append(out, s.String())
	}
	return strings.Join(out, " + ")
}
