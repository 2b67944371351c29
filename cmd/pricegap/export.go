package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pricegap/compare"
	"pricegap/compare/export"
	"pricegap/store"
	"pricegap/store/sealed/beside"
	"pricegap/watch"
	"pricegap/watch/ahead"
)

func init() { register(newExport) }

func newExport(a *app) *cobra.Command {
	var s selection
	var columns []string
	var format, language string
	c := &cobra.Command{
		Use:   "export [FILE|-]",
		Short: "Write the comparison to a file for a spreadsheet or a program",
		Long: `Write the comparison, one row a product, now or at any moment before. The format follows from the ending
of FILE unless --format says otherwise: ` + strings.Join(export.Formats(), ", ") + `. "-", or no FILE, is standard output, as csv.
A file is replaced in one step when it is complete; until then the old one stays.

Columns: ` + strings.Join(export.Columns(), ", ") + `.
"rival." columns are repeated for each rival; the name of a source instead of "rival" asks for that one.`,
		Example: `  pricegap export prices.xlsx --language nl
  pricegap export prices.csv --format csv-nl --as-of 2026-03-03
  pricegap export - --format jsonl --columns product,our_price,rival.price`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := s.query(a, nil)
			if err != nil {
				return err
			}
			path := target(args)
			if format, err = formatOf(path, format); err != nil {
				return err
			}
			o := export.Options{Columns: columns, Language: language}
			if _, err := export.New(format, io.Discard, o); err != nil {
				return usage(err)
			}
			return a.withStandings(cmd.Context(), q, false, func(ss iter.Seq2[compare.Standing, error]) error {
				return a.output(path, func(w io.Writer) error {
					out, err := export.New(format, w, o)
					if err != nil {
						return err
					}
					return drain(out, ss)
				})
			})
		},
	}
	s.add(a, c)
	c.Flags().StringSliceVar(&columns, "columns", nil, "the columns to write, in order (default: all)")
	addLanguage(c, &language, "language of the headings in xlsx: nl or en (default: the names of the columns)")
	addFormat(c, &format)
	c.AddCommand(newExportHistory(a))
	return c
}

func addFormat(c *cobra.Command, format *string) {
	addChoice(c, format, "format", "the format: "+strings.Join(export.Formats(), ", "), export.Formats()...)
}

// target is the file named, "-" for standard output.
func target(args []string) string {
	if len(args) == 0 {
		return "-"
	}
	return args[0]
}

// formatOf returns the format given, else that of the file's ending, else csv.
func formatOf(path, format string) (string, error) {
	switch ending := strings.TrimPrefix(filepath.Ext(path), "."); {
	case format != "":
		return format, nil
	case path == "-":
		return "csv", nil
	case slices.Contains(export.Formats(), ending):
		return ending, nil
	}
	return "", usage(fmt.Errorf("%s: its ending names no format; give --format: %s", path, strings.Join(export.Formats(), ", ")))
}

func newExportHistory(a *app) *cobra.Command {
	var s selection
	var from, to, format string
	var products []string
	c := &cobra.Command{
		Use:   "history [FILE|-]",
		Short: "Write every observation of every listing, or of some",
		Long: `Write every observation of every listing, ours and rivals', whether it sells a product of ours or not, or of those
selected: source by source, listing by listing in the order in which they were first recorded, oldest first. json and jsonl
hold them whole, as import observations reads them, and parquet does beside its columns. Formats and FILE are those
of export.

Columns: ` + strings.Join(export.HistoryColumns(), ", ") + `.`,
		Example: `  pricegap export history 2026-q1.csv --from 2026-01-01 --to 2026-03-31
  pricegap export history - --format jsonl --product 10023`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exclusive(cmd, "to", "as-of"); err != nil {
				return err
			}
			sq, err := s.query(a, products)
			if err != nil {
				return err
			}
			q := watch.PastQuery{Products: sq.Products, Category: sq.Category, Brand: sq.Brand, Sources: sq.Sources}
			if q.From, q.To, err = s.window(a, from, to); err != nil {
				return err
			}
			moment := sq.AsOf
			if moment.IsZero() {
				moment = a.clock()
			}
			path := target(args)
			if format, err = formatOf(path, format); err != nil {
				return err
			}
			return a.exportHistory(cmd.Context(), q, moment, path, format)
		},
	}
	s.add(a, c)
	c.Flags().Lookup("as-of").Usage = "the history as it was then; the same as --to"
	c.Flags().Lookup("source").Usage = "only these sources, ours where it is named"
	c.Flags().StringSliceVar(&products, "product", nil, "only listings that sell these products, by article number")
	addWindow(c, &from, &to)
	addFormat(c, &format)
	return c
}

func addWindow(c *cobra.Command, from, to *string) {
	c.Flags().StringVar(from, "from", "", "the first moment, written as for --as-of (default: the beginning)")
	c.Flags().StringVar(to, "to", "", "the last moment; a date counts whole (default: now)")
}

// window returns the time from the first to just after the last moment; zero times are open ends.
func (s *selection) window(a *app, from, to string) (begin, end time.Time, err error) {
	if begin, err = instant("from", from, a.clock(), false); err != nil {
		return begin, end, err
	}
	flag := "to"
	if s.asOf != "" {
		flag, to = "as-of", s.asOf
	}
	if end, err = instant(flag, to, a.clock(), true); err != nil {
		return begin, end, err
	}
	if !end.IsZero() {
		end = end.Truncate(time.Second).Add(time.Second) // observations are of whole seconds, and History ends before its end
	}
	if !end.IsZero() && !begin.Before(end) {
		return begin, end, usage(errors.New("--from is after the end"))
	}
	return begin, end, nil
}

// readAhead is how many observations are read while the ones before them are written.
const readAhead = 256

func (a *app) exportHistory(ctx context.Context, q watch.PastQuery, at time.Time, path, format string) error {
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	err = a.output(path, func(w io.Writer) error {
		out, err := export.NewHistory(format, w, at)
		if err != nil {
			return err
		}
		for p, err := range ahead.Of(readAhead, svc.Observations(ctx, q)) {
			if err == nil {
				err = out.Write(p.Product, p.Observation)
			}
			if err != nil {
				return broken(out, err)
			}
		}
		return out.Close()
	})
	return wrongName(err)
}

// output writes to stdout for "-", else to the file at path, in one step.
func (a *app) output(path string, write func(io.Writer) error) error {
	bulk.Store(true)
	if path == "-" {
		return write(a.out)
	}
	url, err := a.storeURL()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil && store.At(url, path) {
		return usage(fmt.Errorf("%s: that is the data file itself", path))
	}
	return atomically(path, write)
}

// atomically writes a file beside path and puts it in its place once it is complete and on the disk. A file
// that is replaced keeps its permissions.
func atomically(path string, write func(io.Writer) error) (err error) {
	mode := os.FileMode(0o644)
	if old, err := os.Stat(path); err == nil {
		if !old.Mode().IsRegular() {
			return usage(fmt.Errorf("%s: not a regular file; use - to write to standard output", path))
		}
		mode = old.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close() // the first error is the one to tell
			_ = os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriterSize(f, 1<<16)
	if err := write(b); err != nil {
		return err
	}
	if err := errors.Join(b.Flush(), f.Chmod(mode), f.Sync()); err != nil {
		return fmt.Errorf("export: %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("export: %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := beside.SyncDir(path); err != nil {
		return fmt.Errorf("export: %s: %w", path, err)
	}
	return nil
}
