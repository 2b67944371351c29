package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"pricegap/compare"
	"pricegap/compare/export"
	"pricegap/compare/export/terminal"
	"pricegap/market"
	"pricegap/watch"
)

func init() { register(newCompare) }

// selection are the flags that choose products, rivals and the moment of a comparison.
type selection struct {
	asOf, category, brand string
	basis                 compare.Basis
	sources               []string
}

func (s *selection) add(a *app, c *cobra.Command) {
	c.Flags().StringVar(&s.asOf, "as-of", "", `compare what was known then: "2026-03-03" (its end), "2026-03-03 14:00" or RFC 3339; times without a zone are the machine's`)
	c.Flags().StringVar(&s.category, "category", "", "only products whose category begins with this")
	c.Flags().StringVar(&s.brand, "brand", "", "only products of this brand")
	c.Flags().StringSliceVar(&s.sources, "source", nil, "only these rivals")
	s.basis = compare.Shelf
	addChoice(c, &s.basis, "basis", "compare the shelf price, or the price delivered: shelf or delivered", compare.Shelf, compare.Delivered)
	cobra.CheckErr(c.RegisterFlagCompletionFunc("source", a.completeSources))
}

// query returns the selection for products, all when none is named; wrong values are wrong use.
func (s *selection) query(a *app, products []string) (watch.StandingQuery, error) {
	q := watch.StandingQuery{Category: s.category, Brand: s.brand, Basis: s.basis}
	for _, id := range products {
		q.Products = append(q.Products, market.ProductID(id))
	}
	for _, id := range s.sources {
		q.Sources = append(q.Sources, market.SourceID(id))
	}
	var err error
	if q.AsOf, err = instant("as-of", s.asOf, a.clock(), true); err != nil {
		return q, err
	}
	return q, nil
}

// instant reads a moment in the past given with a flag; the zero time when s is empty. A date alone is its
// last second where end is set, else its first.
func instant(flag, s string, now time.Time, end bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.DateTime, time.RFC3339} {
		t, err := time.ParseInLocation(layout, s, time.Local)
		if err != nil {
			continue
		}
		if t.After(now) {
			return t, usage(fmt.Errorf("--%s %s: that is in the future", flag, s))
		}
		if layout == time.DateOnly && end {
			t = t.AddDate(0, 0, 1).Add(-time.Second)
			if t.After(now) {
				t = now
			}
		}
		return t.UTC(), nil
	}
	return time.Time{}, usage(fmt.Errorf(`--%s %s: not a moment; write it as 2026-03-03, "2026-03-03 14:00" or 2026-03-03T14:00:00Z`, flag, s))
}

// exclusive refuses the use of more than one of the flags.
func exclusive(c *cobra.Command, flags ...string) error {
	var used []string
	for _, f := range flags {
		if c.Flags().Changed(f) {
			used = append(used, "--"+f)
		}
	}
	if len(used) > 1 {
		return usage(fmt.Errorf("%s do not go together", strings.Join(used, " and ")))
	}
	return nil
}

// color reports whether stdout takes colours: a terminal, and nobody said no (https://no-color.org).
func (a *app) color() bool {
	return isTerminal(a.out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// width returns the columns of the terminal that stdout is; 0 when it is none.
func (a *app) width() int {
	if f, ok := a.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}

// look returns how text is shown on stdout, in that language, else in the reader's (POSIX LC_ALL,
// LC_MESSAGES, LANG).
func (a *app) look(language string) terminal.Look {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" && language == "" {
			language = strings.ReplaceAll(v, "_", "-")
			language, _, _ = strings.Cut(language, ".")
		}
	}
	if language == "C" || language == "POSIX" {
		language = ""
	}
	return terminal.Look{Width: a.width(), Color: a.color(), Language: language, Zone: time.Local}
}

func newCompare(a *app) *cobra.Command {
	var s selection
	var columns []string
	var asJSON, asJSONL, exitOn bool
	c := &cobra.Command{
		Use:   "compare [PRODUCT…]",
		Short: "Show our prices beside those of rivals",
		Long: `Show our prices beside those of rivals, now or at any moment before: all products, or those named by article
number. Only fresh, trusted prices of the same thing are compared; the others are shown with a mark.

With --columns the table holds the columns named, as export writes them: ` + strings.Join(export.Columns(), ", ") + `.
"rival." columns are repeated for each rival; the name of a source instead of "rival" asks for that one.`,
		Example: `  pricegap compare --category Lampen --source lampenhuis
  pricegap compare --as-of "2026-03-03 14:00" --basis delivered
  pricegap compare --columns product,our_price,rival.gap_percent,rank`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exclusive(cmd, "json", "jsonl", "columns"); err != nil {
				return err
			}
			q, err := s.query(a, args)
			if err != nil {
				return err
			}
			return a.withStandings(cmd.Context(), q, exitOn, func(ss iter.Seq2[compare.Standing, error]) error {
				switch {
				case asJSON:
					return writeArray(a.out, ss)
				case asJSONL:
					return writeLines(a.out, ss)
				case len(columns) > 0:
					return a.compareColumns(columns, ss)
				}
				return terminal.Table(a.out, ss, a.look(""))
			})
		},
	}
	s.add(a, c)
	c.Flags().StringSliceVar(&columns, "columns", nil, "the columns to show")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	c.Flags().BoolVar(&asJSONL, "jsonl", false, "print one JSON object a line")
	c.Flags().BoolVar(&exitOn, "exit-gaps", false, "exit with 5 when a rival is cheaper than we are")
	return c
}

// compareColumns prints a table of the columns named.
func (a *app) compareColumns(columns []string, ss iter.Seq2[compare.Standing, error]) error {
	var rows *terminal.Rows
	shape := export.Shape{Point: '.', Time: moment}
	w, err := export.Cells(export.Options{Columns: columns}, shape, func(row []export.CellText) error {
		texts, right := make([]string, len(row)), make([]bool, len(row))
		for i, c := range row {
			texts[i], right[i] = c.Text, c.Number
		}
		if rows == nil {
			rows = terminal.NewRows(a.out, a.look(""), right)
		}
		return rows.Write(texts)
	})
	if err != nil {
		return usage(err)
	}
	if err := drain(w, ss); err != nil {
		return err
	}
	return rows.Close() // there is a row at least for the heading
}

// each yields the standings.
func each(ss []compare.Standing) iter.Seq2[compare.Standing, error] {
	return func(yield func(compare.Standing, error) bool) {
		for _, s := range ss {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// withStandings hands the standings that q selects to use, and then exits with 5 where asked and somebody is
// cheaper.
func (a *app) withStandings(ctx context.Context, q watch.StandingQuery, exitOn bool, use func(iter.Seq2[compare.Standing, error]) error) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	gaps := false
	err = use(func(yield func(compare.Standing, error) bool) {
		for s, err := range svc.Standings(ctx, q) {
			gaps = gaps || err == nil && undercut(s)
			if !yield(s, err) {
				return
			}
		}
	})
	switch {
	case err != nil:
		return wrongName(err)
	case gaps && exitOn:
		return &exitError{code: exitGaps}
	}
	return nil
}

// drain writes all standings to w and closes it.
func drain(w export.Writer, ss iter.Seq2[compare.Standing, error]) error {
	for s, err := range ss {
		if err == nil {
			err = w.Write(s)
		}
		if err != nil {
			return broken(w, err)
		}
	}
	return w.Close()
}

// broken closes w, to which no more is written because of err. A writer that failed says so again when it is closed, which is said once.
func broken(w io.Closer, err error) error {
	if again := w.Close(); again != nil && again.Error() != err.Error() {
		return errors.Join(err, again)
	}
	return err
}

// writeLines writes each value as one line of JSON.
func writeLines[T any](w io.Writer, vs iter.Seq2[T, error]) error {
	enc := json.NewEncoder(w)
	for v, err := range vs {
		if err != nil {
			return err
		}
		if err := enc.Encode(v); err != nil {
			return err
		}
	}
	return nil
}

// writeArray writes the values as one JSON array, one a line.
func writeArray[T any](w io.Writer, vs iter.Seq2[T, error]) error {
	sep := "[\n"
	for v, err := range vs {
		if err != nil {
			return err
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s%s", sep, b); err != nil {
			return err
		}
		sep = ",\n"
	}
	end := "\n]\n"
	if sep == "[\n" {
		end = "[]\n"
	}
	_, err := io.WriteString(w, end)
	return err
}
