package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/parsers/feed"
	"pricegap/watch"
)

func init() { register(newImport) }

func newImport(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:     "import",
		Short:   "Bring in the own catalogue, history from elsewhere, or decided matches",
		Example: "  pricegap import catalog\n  pricegap import observations history.jsonl",
	}
	var strict bool
	sub := func(use, short, example string, run func(ctx context.Context, name string, r io.Reader, strict bool) error) {
		s := &cobra.Command{
			Use: use, Short: short, Example: example, Args: cobra.MaximumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				name, r, done, err := a.input(args)
				if err != nil {
					return err
				}
				defer a.closing(done)()
				return run(cmd.Context(), name, r, strict)
			},
		}
		s.Flags().BoolVar(&strict, "strict", false, "keep nothing unless every row is good")
		c.AddCommand(s)
	}
	sub("catalog [FILE]", "Own catalogue: CSV, XLSX, Parquet, Google Merchant XML or TSV, JSONL; without FILE the one in sources.yaml",
		"  pricegap import catalog assortiment.csv\n  pricegap import catalog - <feed.xml", a.importCatalog)
	sub("observations FILE", "History from elsewhere: JSONL, CSV, XLSX or Parquet, or what `export history` wrote",
		"  pricegap import observations history.jsonl", a.importObservations)
	sub("matches FILE", "Decided matches: CSV or JSONL with product, source and listing, SKU or address",
		"  pricegap import matches pairs.csv", a.importMatches)
	return c
}

// input opens the file that was named, "-" for standard input, nothing for the configured catalogue.
func (a *app) input(args []string) (name string, r io.Reader, done func() error, err error) {
	if len(args) == 0 {
		cfg, err := a.loadConfig()
		if err != nil {
			return "", nil, nil, err
		}
		if cfg.Catalog.Path == "" {
			return "", nil, nil, usage(errors.New("no FILE given, and catalog.file in sources.yaml names none"))
		}
		args = []string{cfg.Catalog.Path}
	}
	if args[0] == "-" {
		r, done, err := anywhere(a.in)
		return "standard input", r, done, err
	}
	f, err := os.Open(args[0])
	if err != nil {
		return "", nil, nil, usage(err)
	}
	r, release, err := anywhere(f)
	if err != nil {
		return "", nil, nil, errors.Join(err, f.Close())
	}
	return args[0], r, func() error { return errors.Join(release(), f.Close()) }, nil
}

// anywhere returns r, or a copy of it where it is Parquet, which must be readable at any place, and comes through a pipe.
func anywhere(r io.Reader) (io.Reader, func() error, error) {
	nothing := func() error { return nil }
	if regular(r) {
		return r, nothing, nil
	}
	b := bufio.NewReader(r)
	if head, _ := b.Peek(4); string(head) != "PAR1" { // an error comes again
		return b, nothing, nil
	}
	return rereadable(b)
}

// regular reports whether r is a file that may be read at any place, and again.
func regular(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// badRows prints what is wrong by line; it returns an error where nothing may be kept.
func (a *app) badRows(name string, bad []feed.BadRow, strict bool) error {
	for _, b := range bad {
		fmt.Fprintf(a.err, "%s:%d: %s\n", name, b.Line, printable(b.Reason))
	}
	if strict && len(bad) > 0 {
		return fmt.Errorf("%s: %d bad rows, nothing was kept (--strict)", name, len(bad))
	}
	return nil
}

// finish prints what was kept; bad rows beside good ones are a part done.
func (a *app) finish(what string, kept int, done watch.Imported, bad int) error {
	fmt.Fprintf(a.out, "%d %s kept, %d changes", kept, what, done.Changes)
	if bad > 0 {
		fmt.Fprintf(a.out, ", %d bad rows left out", bad)
	}
	if done.Known > 0 {
		fmt.Fprintf(a.out, ", %d passed over: their listing was seen in that second already", done.Known)
	}
	fmt.Fprintln(a.out)
	if bad > 0 {
		return &exitError{code: exitPartial}
	}
	return nil
}

func (a *app) importCatalog(ctx context.Context, name string, r io.Reader, strict bool) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	items, bad, err := readCatalog(name, r, cfg.Catalog.Options)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := a.badRows(name, bad, strict); err != nil {
		return err
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	kept, err := svc.ImportCatalog(ctx, items)
	if err != nil {
		return err
	}
	return a.finish("products", kept.Products, kept, len(bad))
}

// readCatalog reads a catalogue as the service wants it.
func readCatalog(name string, r io.Reader, o feed.Options) ([]watch.CatalogItem, []feed.BadRow, error) {
	var items []watch.CatalogItem
	bad, err := feed.Read(name, r, o, func(it feed.Item) error {
		items = append(items, watch.CatalogItem{Product: it.Product, Offer: it.Offer})
		return nil
	})
	return items, bad, err
}

// importObservations reads and keeps row by row, however long the file is.
func (a *app) importObservations(ctx context.Context, name string, r io.Reader, strict bool) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	each := func(r io.Reader, yield func(market.Observation) bool) ([]feed.BadRow, error) {
		return eachObservation(name, r, cfg.Shops, a.clock().Add(watch.Ahead), yield)
	}
	if strict {
		again, done, err := rereadable(r)
		if err != nil {
			return err
		}
		defer a.closing(done)()
		bad, err := each(again, func(market.Observation) bool { return true })
		if err := errors.Join(err, a.badRows(name, bad, true)); err != nil {
			return err
		}
		if _, err := again.Seek(0, io.SeekStart); err != nil {
			return err
		}
		r = again
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	bulk.Store(true)
	var bad []feed.BadRow
	kept, err := svc.ImportObservations(ctx, func(yield func(market.Observation, error) bool) {
		var err error
		stopped := false
		bad, err = each(r, func(o market.Observation) bool {
			if ctx.Err() != nil {
				return false
			}
			stopped = !yield(o, nil)
			return !stopped
		})
		if err == nil {
			err = ctx.Err()
		}
		if err != nil && !stopped {
			yield(market.Observation{}, err)
		}
	})
	if e := a.badRows(name, bad, false); err == nil {
		err = e
	}
	if err != nil {
		if kept.Observations > 0 {
			fmt.Fprintf(a.err, "%d observations were kept before that\n", kept.Observations)
		}
		return wrongName(err)
	}
	return a.finish("observations", kept.Observations, kept, len(bad))
}

// eachObservation reads the observations of shops, seen up to latest, until yield wants no more.
func eachObservation(name string, r io.Reader, shops []compare.Shop, latest time.Time, yield func(market.Observation) bool) ([]feed.BadRow, error) {
	bad, err := feed.EachObservation(r, func(o market.Observation, line int) error {
		if !slices.ContainsFunc(shops, func(s compare.Shop) bool { return s.ID == o.Source }) {
			return feed.BadRow{Line: line, Reason: fmt.Sprintf("sources.yaml has no source %q", o.Source)}
		}
		if o.SeenAt.After(latest) {
			return feed.BadRow{Line: line, Reason: "seen_at " + o.SeenAt.Format(time.RFC3339) + " is in the future"}
		}
		if !yield(o) {
			return errStopped
		}
		return nil
	})
	switch {
	case err == nil, errors.Is(err, errStopped):
		return bad, nil
	default:
		return bad, fmt.Errorf("%s: %w", name, err)
	}
}

// errStopped ends the reading of a file of which no more is wanted.
var errStopped = errors.New("stopped")

// rereadable returns r as something that can be read twice: itself where it is a file, else a copy of it.
func rereadable(r io.Reader) (io.ReadSeeker, func() error, error) {
	if f, ok := r.(*os.File); ok && regular(f) {
		return f, func() error { return nil }, nil
	}
	f, err := os.CreateTemp("", "pricegap-import-*")
	if err != nil {
		return nil, nil, err
	}
	done := func() error { return errors.Join(f.Close(), os.Remove(f.Name())) }
	_, err = io.Copy(f, r)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, nil, errors.Join(err, done())
	}
	return f, done, nil
}

func (a *app) importMatches(ctx context.Context, name string, r io.Reader, strict bool) error {
	ms, bad, err := feed.ReadMatches(r)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := a.badRows(name, bad, strict); err != nil {
		return err
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	kept, err := svc.ImportMatches(ctx, ms)
	switch {
	case err == nil:
		return a.finish("matches", kept.Matches, kept, len(bad))
	case strict || !unknownName(err):
		return wrongName(err)
	}
	// Some name is unknown: each match for itself, so that the others are kept.
	kept = watch.Imported{}
	refused := len(bad)
	for _, m := range ms {
		_, err := svc.ImportMatches(ctx, []market.Match{m})
		switch {
		case err == nil:
			kept.Matches++
		case unknownName(err):
			refused++
			fmt.Fprintf(a.err, "%s: product %s, listing %s: %s\n", name, printable(string(m.Product)), printable(string(m.Listing)), printable(err.Error()))
		default:
			return err
		}
	}
	return a.finish("matches", kept.Matches, kept, refused)
}

// unknownName reports whether err is about a name that sources.yaml or the catalogue does not know.
func unknownName(err error) bool {
	return errors.Is(err, watch.ErrUnknownSource) || errors.Is(err, watch.ErrUnknownProduct)
}

// wrongName marks names that sources.yaml or the catalogue does not know as wrong use.
func wrongName(err error) error {
	if unknownName(err) {
		return usage(err)
	}
	return err
}

// catalogFile is the catalogue that sources.yaml names, as crawls read it.
func catalogFile(cfg *config.Config) watch.CatalogFile {
	path := cfg.Catalog.Path
	if path == "" {
		return watch.CatalogFile{}
	}
	return watch.CatalogFile{
		Stamp: func() (string, error) {
			fi, err := os.Stat(path)
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%s %d %s", path, fi.Size(), fi.ModTime().UTC().Format(time.RFC3339Nano)), nil
		},
		Read: func() ([]watch.CatalogItem, int, error) {
			f, err := os.Open(path)
			if err != nil {
				return nil, 0, err
			}
			defer f.Close()
			items, bad, err := readCatalog(path, f, cfg.Catalog.Options)
			return items, len(bad), err
		},
	}
}
