package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pricegap/compare/export"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch/feedback"
)

func init() { register(newFeedback) }

func newFeedback(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "feedback", Short: "What staff say back: sales lost, prices matched, tips",
		Example: "  pricegap feedback lost --since 30d\n  pricegap feedback matches --format csv-nl > matches.csv",
	}
	c.AddCommand(
		a.feedbackReport("lost", "Sales that went elsewhere: to whom, and at which gap", feedback.Lost, a.lostTable),
		a.feedbackReport("matches", "Prices that were matched: by store of ours and by tier, and what was given away", feedback.Matched, a.matchTable),
		a.feedbackReport("tips", "Where customers saw it for less: tips, which are compared with nothing", feedback.Lower, a.saidTable),
	)
	return c
}

// newAudit is `alerts audit`, which newAlerts hangs below it.
func newAudit(a *app) *cobra.Command {
	c := a.feedbackReport("audit", "Every button that staff pressed, and what was taken on by command: who, when, what, and what came of it", "", a.saidTable)
	c.Long = "List what staff did in Slack, the newest last: each word with the Slack id of who said it, the role and store as which it was said, and what\n" +
		"came of it; what was refused, too. It is kept for two years, and part of every backup."
	return c
}

// report are the flags of a report.
type report struct {
	verb          feedback.Verb
	since, format string
	json          bool
	table         func([]feedback.Entry) error
}

func (a *app) feedbackReport(name, short string, v feedback.Verb, table func([]feedback.Entry) error) *cobra.Command {
	r := report{verb: v, since: "30d", table: table}
	parent := "feedback"
	if v == "" {
		parent = "alerts"
	}
	c := &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		Example: fmt.Sprintf("  pricegap %[1]s %[2]s --since 7d\n  pricegap %[1]s %[2]s --format csv-nl > %[2]s.csv", parent, name),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := exclusive(cmd, "json", "format"); err != nil {
				return err
			}
			return a.report(cmd.Context(), r)
		},
	}
	c.Flags().StringVar(&r.since, "since", r.since, `how far back: a time such as 30d, or a moment such as "2026-03-03"`)
	addChoice(c, &r.format, "format", "one row each, in this format: "+strings.Join(export.Formats(), ", "), export.Formats()...)
	c.Flags().BoolVar(&r.json, "json", false, "print one JSON document")
	return c
}

func (a *app) report(ctx context.Context, r report) error {
	since, err := a.back(r.since)
	if err != nil {
		return err
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	q := feedback.Query{From: since}
	if r.verb != "" {
		q.Verbs = []feedback.Verb{r.verb}
	}
	es := []feedback.Entry{} // a list, not null
	for e, err := range svc.Said(ctx, q) {
		if err != nil {
			return err
		}
		if r.verb == "" || e.Refused == "" {
			es = append(es, e)
		}
	}
	switch {
	case r.json && r.verb == feedback.Lost:
		return json.NewEncoder(a.out).Encode(map[string]any{"to": feedback.Losses(es), "sales": es})
	case r.json && r.verb == feedback.Matched:
		return json.NewEncoder(a.out).Encode(map[string]any{"granted": feedback.Grants(es), "matches": es})
	case r.json:
		return json.NewEncoder(a.out).Encode(es)
	case r.format != "":
		return export.List(r.format, a.out, saidColumns, saidRows(es))
	case len(es) == 0:
		_, err := fmt.Fprintln(a.out, "nothing was said")
		return err
	}
	return r.table(es)
}

// saidColumns are the columns of entries in a file.
var saidColumns = []export.Column{
	{Name: "at", Holds: export.Moment},
	{Name: "verb"},
	{Name: "by"},
	{Name: "role"},
	{Name: "store"},
	{Name: "product"},
	{Name: "title"},
	{Name: "source"},
	{Name: "where"},
	{Name: "price", Holds: export.Money},
	{Name: "ours", Holds: export.Money},
	{Name: "theirs", Holds: export.Money},
	{Name: "gap", Holds: export.Money},
	{Name: "gap_percent", Holds: export.Percent},
	{Name: "discount", Holds: export.Money},
	{Name: "currency"},
	{Name: "refused"},
	{Name: "alerts"},
	{Name: "effect"},
}

// saidRows are entries as rows of saidColumns.
func saidRows(es []feedback.Entry) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for _, e := range es {
			gap, percent := e.Gap()
			currency := cmp.Or(e.Price.Currency(), e.Theirs.Currency(), e.Ours.Currency())
			if !yield([]any{
				e.At, string(e.Verb), e.By.ID, string(e.By.Role), e.By.Store, string(e.Product), e.Title.Plain(), string(e.Source), e.Where.Plain(),
				e.Price, e.Ours, e.Theirs, gap, percent, e.Discount, string(currency), string(e.Refused), strings.Join(e.Alerts, " "), e.Effect,
			}) {
				return
			}
		}
	}
}

func (a *app) lostTable(es []feedback.Entry) error {
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "LOST TO\tSALES\tWIDEST GAP\tMEDIAN\tNARROWEST")
	for _, l := range feedback.Losses(es) {
		to := string(l.Source)
		if to == "" {
			to = cmp.Or(l.Where.Plain(), "not said")
		}
		fmt.Fprintf(tw, "%s\t%d\t%s\t%s\t%s\n", printable(to), l.Sales, hundredths(l.Widest), hundredths(l.Median), hundredths(l.Narrowest))
	}
	return tw.Flush()
}

func (a *app) matchTable(es []feedback.Entry) error {
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "STORE\tTIER\tMATCHES\tGIVEN AWAY")
	for _, g := range feedback.Grants(es) {
		var cost []string
		for _, c := range g.Cost {
			cost = append(cost, c.String())
		}
		fmt.Fprintf(tw, "%s\t%s\t%d\t%s\n", orDash(g.Store), g.Role, g.Matches, strings.Join(cost, " + "))
	}
	return tw.Flush()
}

func (a *app) saidTable(es []feedback.Entry) error {
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "AT\tBY\tROLE\tSTORE\tDID\tPRODUCT\tWHERE\tPRICE\tOURS\tTHEIRS\tOUTCOME")
	for _, e := range es {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", moment(e.At), orDash(e.By.ID), e.By.Role, orDash(e.By.Store), e.Verb, orDash(string(e.Product)),
			orDash(strings.TrimSpace(string(e.Source)+" "+e.Where.Plain())), sumWord(e.Price), sumWord(e.Ours), sumWord(e.Theirs), outcomeWord(e))
	}
	return tw.Flush()
}

func sumWord(a money.Amount) string { return orDash(a.Decimal()) }

// outcomeWord says what came of a word.
func outcomeWord(e feedback.Entry) string {
	switch {
	case e.Refused != "" && e.To != "":
		return fmt.Sprintf("refused: %s, %s may", e.Refused, e.To)
	case e.Refused != "":
		return "refused: " + string(e.Refused)
	}
	done := slices.DeleteFunc([]string{"done", strings.Join(e.Alerts, " "), e.Effect}, func(s string) bool { return s == "" })
	return printable(strings.Join(done, " "))
}

// hundredths writes hundredths of a percent as percent.
func hundredths(c market.Count) string {
	n, ok := c.Get()
	if !ok {
		return "-"
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return sign + strconv.FormatInt(n/100, 10) + fmt.Sprintf(".%02d%%", n%100)
}
