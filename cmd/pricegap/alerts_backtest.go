package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/alerts"
	"pricegap/cmd/internal/config"
	"pricegap/watch/rehearse"
)

// rehearsal are the flags of alerts backtest.
type rehearsal struct {
	since, file string
	only, set   []string
	json        bool
}

func newRehearsal(a *app) *cobra.Command {
	f := rehearsal{since: "30d"}
	c := &cobra.Command{
		Use:   "backtest",
		Short: "What rules would have sent, by channel and day, and of which products most",
		Long: `Let the rules in force, or others before they are, judge what was recorded, with the patience, the hours, digests, budgets and
silences of now: what each channel would have been sent each day, and of which products most. Rules about whole sources are
tried along, since what they tell of is told in the place of the products there. The matches are those of today, nobody takes anything
on, and what stood at the beginning is not counted. --rule takes a file with rules as they stand in sources.yaml, --set tries an option in the
rules that --only names, or in each that states it. Days are in UTC.`,
		Example: "  pricegap alerts backtest --rule new-rule.yaml --since 30d\n  pricegap alerts backtest --only 'cheaper now' --set percent=3% --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.alertsBacktest(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.since, "since", f.since, `how far back: a time such as 30d, or a moment such as "2026-03-03"`)
	c.Flags().StringVar(&f.file, "rule", "", "a file with the rules to try, in the place of those in force")
	c.Flags().StringArrayVar(&f.only, "only", nil, "only the rule of this name; may be repeated")
	c.Flags().StringArrayVar(&f.set, "set", nil, "an option to try, such as percent=3%; may be repeated")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	return c
}

func (a *app) alertsBacktest(ctx context.Context, f rehearsal) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	q := rehearse.Query{Ruling: rehearse.Ruling{Only: f.only, Set: f.set}}
	if q.Since, err = a.back(f.since); err != nil {
		return err
	}
	if f.file != "" {
		if q.Rules, err = os.ReadFile(f.file); err != nil {
			return usage(err)
		}
		q.File = f.file
	}
	if _, err := readRules(cfg)(q.Ruling); err != nil {
		return usage(err)
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	t, err := svc.Rehearse(ctx, q)
	if err != nil {
		return err
	}
	if f.json {
		return json.NewEncoder(a.out).Encode(t)
	}
	return a.printRehearsal(t)
}

// readRules reads rules to try.
func readRules(cfg *config.Config) func(rehearse.Ruling) ([]alerts.Configured, error) {
	return func(r rehearse.Ruling) ([]alerts.Configured, error) {
		return cfg.TryRules(r.File, r.Rules, r.Only, r.Set, os.LookupEnv)
	}
}

func (a *app) printRehearsal(t rehearse.Trial) error {
	fmt.Fprintf(a.out, "from %s to %s would have been sent:\n\n", moment(t.From), moment(t.To))
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "RULE\tALERTS\tENDS")
	for _, r := range t.Rules {
		fmt.Fprintf(tw, "%s\t%d\t%d\n", printable(r.Name), r.Alerts, r.Ended)
	}
	if len(t.Days) > 0 {
		fmt.Fprintln(tw, "\nCHANNEL\tDAY\tMESSAGES\tDIGESTS\tALERTS\tENDS")
	}
	for _, d := range t.Days {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%d\t%d\n", printable(d.Channel), d.Day, d.Messages, d.Digests, d.Alerts, d.Ended)
	}
	if len(t.Products) > 0 {
		fmt.Fprintln(tw, "\nPRODUCT\tALERTS\tENDS\tTITLE")
	}
	for _, p := range t.Products {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%s\n", orDash(string(p.ID)), p.Alerts, p.Ended, orDash(p.Title.Plain()))
	}
	if err := tw.Flush(); err != nil || t.Others == 0 {
		return err
	}
	_, err := fmt.Fprintf(a.out, "and %d products more\n", t.Others)
	return err
}

// back is a moment in the past that a flag --since names, by how long ago or by itself.
func (a *app) back(since string) (time.Time, error) {
	if d, err := config.ParseDuration(since); err == nil && d > 0 {
		return a.clock().Add(-d), nil
	}
	return instant("since", since, a.clock(), false)
}
