package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"pricegap/compare"
	"pricegap/compare/export"
	"pricegap/compare/export/terminal"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/watch/referee"
)

// demoFiles are what the demo leaves in its folder; those with a format are its exports.
var demoFiles = []struct{ name, format, about string }{
	{"comparison.xlsx", "xlsx", "the comparison as a spreadsheet"},
	{"comparison-nl.csv", "csv-nl", "the same for a Dutch spreadsheet: semicolons and decimal commas"},
	{"comparison.csv", "csv", "the same as RFC 4180 has it"},
	{"comparison.jsonl", "jsonl", "the same for programs, an object a line"},
	{"catalog.csv", "", "our own catalogue of the last day"},
	{"sources.yaml", "", "the configuration"},
	{"prices.db", "", "the store with the whole history"},
}

// results prints where somebody is cheapest, shows what staff see of the worst case, and writes the exports.
func (d *demonstration) results(ctx context.Context) error {
	var all, gaps []compare.Standing
	for s, err := range d.w.Standings(ctx, watch.StandingQuery{}) {
		if err != nil {
			return err
		}
		all = append(all, s)
		if undercut(s) {
			gaps = append(gaps, s)
		}
	}
	slices.SortStableFunc(gaps, func(a, b compare.Standing) int { return int(deepest(a) - deepest(b)) })
	shown := gaps[:min(demoRows, len(gaps))]
	fmt.Fprintf(d.out, "\n── the comparison: somebody is cheaper for %d of our %d articles; the %d largest gaps ──\n\n", len(gaps), len(all), len(shown))
	if err := terminal.Table(d.out, each(shown), d.look("")); err != nil {
		return err
	}
	if len(shown) > 0 {
		if err := d.card(ctx, shown[0].Product.ID); err != nil {
			return err
		}
	}
	return d.files(ctx, all)
}

// deepest is the largest gap below us, in hundredths of a percent of our price.
func deepest(s compare.Standing) int64 {
	var low int64
	for _, p := range s.Rivals {
		if n, ok := p.GapBasisPoints.Get(); ok && p.Comparable {
			low = min(low, n)
		}
	}
	return low
}

// card shows the difference card of a product.
func (d *demonstration) card(ctx context.Context, id market.ProductID) error {
	fmt.Fprintf(d.out, "\n── what staff see when a customer asks: pricegap ask %s ──\n\n", id)
	for s, err := range d.w.Standings(ctx, watch.StandingQuery{Products: []market.ProductID{id}}) {
		if err != nil {
			return err
		}
		l := d.look("")
		l.Branches = d.cfg.Branches
		if err := terminal.Card(d.out, s, l); err != nil {
			return err
		}
		vs, err := d.w.Verdicts(ctx, referee.Query{Product: id, AsOf: s.At, Role: policy.Staff})
		if err == nil {
			err = d.printVerdicts(vs, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// files writes the exports and says what lies where.
func (d *demonstration) files(ctx context.Context, all []compare.Standing) error {
	info, err := d.w.Info(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\n── the files: %d listings, %d observations, %d changes ──\n\n", info.Listings, info.Observations, info.Changes)
	tw := tabwriter.NewWriter(d.out, 0, 4, 2, ' ', 0)
	for _, f := range demoFiles {
		path := filepath.Join(d.dir, f.name)
		if f.format != "" {
			if err := d.export(path, f.format, all); err != nil {
				return err
			}
		}
		fmt.Fprintf(tw, "%s\t%s\n", path, f.about)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\nTo look further: pricegap compare|ask|history|alerts list, each with --config %s\n", d.config)
	return nil
}

func (d *demonstration) export(path, format string, all []compare.Standing) error {
	return atomically(path, func(w io.Writer) error {
		out, err := export.New(format, w, export.Options{Shops: d.cfg.Shops})
		if err != nil {
			return err
		}
		return drain(out, each(all))
	})
}
