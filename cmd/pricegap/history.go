package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/compare"
	"pricegap/compare/export/terminal"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch"
)

func init() { register(newHistory) }

type historyFlags struct {
	selection
	from, to        string
	language        string
	height, days    int
	asJSON, asJSONL bool
}

func newHistory(a *app) *cobra.Command {
	var f historyFlags
	c := &cobra.Command{
		Use:   "history PRODUCT",
		Short: "Show one product over time at every shop, with a chart",
		Long: `Show one product over time: a chart of the trusted prices, ours first, and the figures of each listing. The
product may be named by article number, EAN, MPN or words of its title.

LOWEST nD is the lowest price that stood in the last --days days before the end; USUAL the price that stood longest, and FOR
what share of the time; A MONTH how many changes there are in 30 days; STEP by how much the price moves, up or down, on the
average. Only trusted prices count.`,
		Example: "  pricegap history 10023\n  pricegap history 8712345678906 --from 2026-01-01 --source lampenhuis",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(exclusive(cmd, "json", "jsonl"), exclusive(cmd, "to", "as-of")); err != nil {
				return err
			}
			if f.height < 0 {
				return usage(fmt.Errorf("--height %d: it is 0 or more", f.height))
			}
			if f.days < 1 || f.days > 36_500 {
				return usage(fmt.Errorf("--days %d: it is 1 to 36500", f.days))
			}
			from, to, err := f.window(a, f.from, f.to)
			if err != nil {
				return err
			}
			return a.history(cmd.Context(), strings.Join(args, " "), from, to, f)
		},
	}
	c.Flags().StringVar(&f.asOf, "as-of", "", "the history as it was then; the same as --to")
	c.Flags().StringSliceVar(&f.sources, "source", nil, "only these rivals, and us")
	cobra.CheckErr(c.RegisterFlagCompletionFunc("source", a.completeSources))
	addWindow(c, &f.from, &f.to)
	c.Flags().IntVar(&f.height, "height", 12, "rows of the chart; 0 leaves it out")
	c.Flags().IntVar(&f.days, "days", 30, "over how many days before the end the lowest price is told")
	addLanguage(c, &f.language, "language of prices and words: nl or en (default: that of the machine)")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print product and series as one JSON object")
	c.Flags().BoolVar(&f.asJSONL, "jsonl", false, "print one observation a line")
	return c
}

func (a *app) history(ctx context.Context, text string, from, to time.Time, f historyFlags) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	found, err := find(ctx, svc, text, 1)
	if err != nil {
		return err
	}
	p := found[0]
	p.Cost, p.Floor = money.Amount{}, money.Amount{} // not for everybody who may look at prices
	told, err := a.told(ctx, svc, p.ID, from, to, f.days)
	if err != nil {
		return wrongName(err)
	}
	if len(f.sources) > 0 {
		if err := a.sourcesNamed(f.sources); err != nil {
			return err
		}
		told = slices.DeleteFunc(told, func(s listingTold) bool {
			return !s.Own && !slices.Contains(f.sources, string(s.Source))
		})
	}
	switch {
	case f.asJSON:
		return json.NewEncoder(a.out).Encode(struct {
			Product market.Product `json:"product"`
			Series  []listingTold  `json:"series"`
		}{p, told})
	case f.asJSONL:
		return writeLines(a.out, func(yield func(market.Observation, error) bool) {
			for _, s := range told {
				for _, o := range s.Points {
					if !yield(o, nil) {
						return
					}
				}
			}
		})
	}
	return a.drawHistory(p, told, from, to, f)
}

// listingTold is the history of a listing with its figures.
type listingTold struct {
	watch.Series
	compare.Stats
	// LowestRecent is the lowest price that stood in the last days.
	LowestRecent money.Amount `json:"lowest_recent,omitzero"`
}

// told returns the history of each listing of a product with its figures. For the lowest price of the last days it looks back
// beyond from.
func (a *app) told(ctx context.Context, svc watch.Asker, id market.ProductID, from, to time.Time, days int) ([]listingTold, error) {
	end := to
	if end.IsZero() {
		end = a.clock()
	}
	since := end.AddDate(0, 0, -days)
	begin := from
	if since.Before(begin) {
		begin = since
	}
	series, err := svc.History(ctx, id, begin, to)
	if err != nil {
		return nil, err
	}
	stood, err := standing(ctx, svc, id, series, begin, since)
	if err != nil {
		return nil, err
	}
	var out []listingTold
	for _, s := range series {
		all := slices.Concat(stood[s.Match.Listing], s.Points)
		t := listingTold{s, compare.Summarise(s.Points, from, to), compare.LowestSince(all, since, to)}
		t.Points = slices.DeleteFunc(t.Points, func(o market.Observation) bool { return o.SeenAt.Before(from) })
		out = append(out, t)
	}
	return out, nil
}

// lookBack is how far before what was asked it is looked first for the price that stood then; each time after that four times as far.
const lookBack = 30 * 24 * time.Hour

// standing returns, of each listing of which the points from begin on do not tell the trusted price that stood at since, the last one
// before begin.
func standing(ctx context.Context, svc watch.Asker, id market.ProductID, series []watch.Series, begin, since time.Time) (map[market.ListingID][]market.Observation, error) {
	priced := func(o market.Observation) bool { return o.Trust.State == market.Trusted && o.Offer.Price.Known() }
	wanted := map[market.ListingID]bool{}
	for _, s := range series {
		if i := slices.IndexFunc(s.Points, priced); i >= 0 && s.Points[i].SeenAt.After(since) {
			wanted[s.Match.Listing] = true
		}
	}
	out := map[market.ListingID][]market.Observation{}
	for back := lookBack; len(wanted) > 0 && !begin.IsZero(); back *= 4 {
		to := begin
		if begin = to.Add(-back); begin.Unix() <= 0 {
			begin = time.Time{}
		}
		earlier, err := svc.History(ctx, id, begin, to)
		if err != nil {
			return nil, err
		}
		for _, s := range earlier {
			for _, o := range slices.Backward(s.Points) {
				if wanted[s.Match.Listing] && priced(o) {
					out[s.Match.Listing] = []market.Observation{o}
					delete(wanted, s.Match.Listing)
				}
			}
		}
	}
	return out, nil
}

// sourcesNamed refuses the names of sources that sources.yaml does not have.
func (a *app) sourcesNamed(names []string) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	for _, n := range names {
		if _, ok := cfg.Source(market.SourceID(n)); !ok {
			return usage(fmt.Errorf("--source %s: %s has none of that name", n, cfg.Path))
		}
	}
	return nil
}

// drawHistory prints the title, the chart and a line of figures for each listing.
func (a *app) drawHistory(p market.Product, told []listingTold, from, to time.Time, f historyFlags) error {
	l := a.look(f.language)
	fmt.Fprintf(a.out, "%s  %s\n\n", printable(string(p.ID)), printable(p.Title.Plain()))
	if f.height > 0 {
		var lines []terminal.Line
		for _, s := range told {
			lines = append(lines, terminal.LineOf(s.Name, s.Points))
		}
		if err := terminal.Chart(a.out, lines, from, to, f.height, l); err != nil {
			return err
		}
		fmt.Fprintln(a.out)
	}
	tw := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(tw, "SHOP\tNOW\tLOWEST\tHIGHEST\tLOWEST %dD\tUSUAL\tFOR\tCHANGES\tA MONTH\tSTEP\tSEEN\tHELD\tLAST SEEN\tLISTING\n", f.days)
	for _, s := range told {
		usual, share := s.Usual()
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%d\t%d\t%s\t%s\n", printable(s.Name), l.Price(s.Last), l.Price(s.Lowest), l.Price(s.Highest),
			l.Price(s.LowestRecent), l.Price(usual), percents(l, share), s.Changes, l.Hundredths(s.PerMonth), percents(l, s.Step), s.Seen, s.Held,
			moment(s.LastAt), printable(string(s.Match.Listing)))
	}
	return tw.Flush()
}

// percents returns basis points as a percentage, "–" where they are not known.
func percents(l terminal.Look, bp market.Count) string {
	if !bp.Known() {
		return l.Hundredths(bp)
	}
	return l.Hundredths(bp) + "%"
}
