package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/store"
	"pricegap/watch"
	"pricegap/watch/backup"
)

func init() { register(newStore) }

// errNoStore is returned where a command needs a store that exists.
var errNoStore = errors.New("there is no store yet")

// storeCommand is what the commands below `store` share.
type storeCommand struct {
	*app
	url    string // the flag
	asJSON bool
	force  bool
	// hourly and daily are how many copies of a folder stay.
	hourly, daily int
}

func newStore(a *app) *cobra.Command {
	s := &storeCommand{app: a}
	c := &cobra.Command{Use: "store", Short: "The data file: what is in it, is it sound, back it up", Example: "  pricegap store info\n  pricegap store backup prices.backup"}
	c.PersistentFlags().StringVar(&s.url, "store", "", "the data file, such as bolt:prices.db (default: store: in sources.yaml)")
	info := &cobra.Command{
		Use: "info", Short: "Count what is kept", Example: "  pricegap store info --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.info(cmd.Context()) },
	}
	copied := &cobra.Command{
		Use: "backup FILE|FOLDER|-", Short: "Write a consistent copy, verified, or stream it to standard output",
		Long: `Write a consistent copy, verified, to FILE; into FOLDER, where that is one, under the name that the daemon's copies have, with
its SHA-256 and what is in it as JSON beside it; or to standard output. The store may be in use meanwhile.

With --hourly and --daily, copies in FOLDER go that are neither the newest of one of so many hours nor of one of so many days.`,
		Example: "  pricegap store backup /backup/prices-$(date +%F).db\n  pricegap store backup /backup --daily 30\n  pricegap store backup - | zstd > prices.db.zst",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.backup(cmd.Context(), args[0]) },
	}
	copied.Flags().BoolVar(&s.force, "force", false, "replace FILE where it exists")
	copied.Flags().IntVar(&s.hourly, "hourly", 0, "in FOLDER, of how many hours the newest copy stays (default: all copies stay)")
	copied.Flags().IntVar(&s.daily, "daily", 0, "in FOLDER, of how many days the newest copy stays (default: all copies stay)")
	restore := &cobra.Command{
		Use: "restore FILE|-", Short: "Verify a backup and put it in the place of the store",
		Example: "  pricegap store restore /backup/prices-2026-03-01.db --force", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return s.restore(cmd.Context(), args[0]) },
	}
	restore.Flags().BoolVar(&s.force, "force", false, "replace a store that exists; it is kept under another name")
	compact := &cobra.Command{
		Use: "compact", Short: "Rewrite the file without unused room; where the daemon has it, the daemon does",
		Example: "  pricegap store compact", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.compact(cmd.Context()) },
	}
	for _, sub := range []*cobra.Command{info, s.verifyCommand(), copied, restore, compact, s.salvageCommand(), s.pruneCommand()} {
		sub.Flags().BoolVar(&s.asJSON, "json", false, "print one JSON document")
		c.AddCommand(sub)
	}
	return c
}

// place returns the address of the store.
func (s *storeCommand) place() (string, error) {
	if s.url != "" {
		return s.url, nil
	}
	return s.storeURL()
}

// existing returns the address of a store that exists. Opening would make one.
func (s *storeCommand) existing() (string, error) {
	url, err := s.place()
	if err != nil {
		return "", err
	}
	ok, err := store.Exists(url)
	if err != nil {
		return "", usage(err)
	}
	if !ok {
		return "", fmt.Errorf("%w: %s", errNoStore, url)
	}
	return url, nil
}

// with calls do with the store: this process's own where it is free, else through the daemon that has it open.
func (s *storeCommand) with(ctx context.Context, do func(watch.Keeper) error) error {
	url, err := s.existing()
	if err != nil {
		return err
	}
	if s.url == "" {
		if c, _ := s.daemon(ctx, s.loaded); c != nil {
			return errors.Join(do(c), c.Close())
		}
	}
	st, err := store.Open(ctx, url)
	if err == nil {
		return errors.Join(do(st), st.Close())
	}
	if !errors.Is(err, store.ErrLocked) || s.url != "" {
		return err
	}
	svc, done, err := s.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	return do(svc)
}

// alone says what to do where the daemon is in the way of a command that replaces the file under it.
func alone(err error, command string) error {
	if !errors.Is(err, store.ErrLocked) {
		return err
	}
	// Not wrapped: the usual hint, to ask the daemon, is no good here.
	return &exitError{code: exitLocked, err: fmt.Errorf(
		"store %s: it needs the data file for itself, but another process has it open (%s); stop `pricegap serve` first", command, err.Error())}
}

// print writes v as JSON, or else lines.
func (s *storeCommand) print(v any, lines func(w io.Writer)) error {
	if s.asJSON {
		return json.NewEncoder(s.out).Encode(v)
	}
	tw := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	lines(tw)
	return tw.Flush()
}

func (s *storeCommand) info(ctx context.Context) error {
	var i store.Info
	err := s.with(ctx, func(k watch.Keeper) (err error) {
		i, err = k.Info(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.print(i, func(w io.Writer) { printInfo(w, i) })
}

func printInfo(w io.Writer, i store.Info) {
	fmt.Fprintf(w, "store\t%s\nengine\t%s, schema %d\nbytes\t%d, %d of them free\n", printable(i.Path), i.Engine, i.Schema, i.Bytes, i.Free)
	fmt.Fprintf(w, "listings\t%d\nobservations\t%d\nchanges\t%d\n", i.Listings, i.Observations, i.Changes)
	fmt.Fprintf(w, "products\t%d\nmatches\t%d\nruns\t%d\nalerts\t%d\n", i.Products, i.Matches, i.Runs, i.Alerts)
	printSizes(w, i)
	if !i.Oldest.IsZero() {
		fmt.Fprintf(w, "oldest\t%s\nnewest\t%s\n", i.Oldest.Format(time.RFC3339), i.Newest.Format(time.RFC3339))
	}
	if !i.Tended.At.IsZero() {
		fmt.Fprintf(w, "tended\t%s: %d observations pruned\n", i.Tended.At.Format(time.RFC3339), i.Tended.Pruned.Observations)
	}
	if !i.Tended.Compacted.IsZero() {
		fmt.Fprintf(w, "compacted\t%s\n", i.Tended.Compacted.Format(time.RFC3339))
	}
}

// printSizes says what takes the room: the history as a whole and by observation, then each kind of record, the largest first.
func printSizes(w io.Writer, i store.Info) {
	if i.Sizes == nil {
		return
	}
	if n := i.PerObservation(); n > 0 && i.Observations > 0 {
		fmt.Fprintf(w, "history\t%d.%02d bytes an observation\n", n/100, n%100)
	}
	kinds := slices.SortedFunc(maps.Keys(i.Sizes), func(a, b string) int { return cmp.Or(cmp.Compare(i.Sizes[b], i.Sizes[a]), cmp.Compare(a, b)) })
	for _, kind := range kinds {
		if i.Sizes[kind] > 0 {
			fmt.Fprintf(w, "  %s\t%d bytes\n", kind, i.Sizes[kind])
		}
	}
}

func (s *storeCommand) backup(ctx context.Context, file string) error {
	if file == "-" {
		if isTerminal(s.out) {
			return usage(errors.New("store backup: standard output is a terminal; name a file or use a pipe"))
		}
		return s.with(ctx, func(k watch.Keeper) error {
			_, err := k.Backup(ctx, s.out)
			return err
		})
	}
	url, err := s.existing()
	if err != nil {
		return err
	}
	is, err := os.Stat(file)
	folder := err == nil && is.IsDir()
	_, err = os.Lstat(file)
	switch {
	case !folder && s.hourly|s.daily != 0, s.hourly < 0, s.daily < 0:
		return usage(fmt.Errorf("store backup: --hourly and --daily say how many copies stay in a folder, and %s is none, or the numbers are below nought", file))
	case err == nil && !folder && !s.force && !store.At(url, file):
		return fmt.Errorf("store backup: %s exists; --force replaces it", file)
	}
	var b backup.Copy
	switch err := s.with(ctx, func(k watch.Keeper) (err error) {
		if folder {
			b, err = backup.Plan{From: k, Folder: file, Hourly: s.hourly, Daily: s.daily, Disk: diskOf(file), Clock: s.clock, Log: s.logger(slog.LevelWarn)}.Make(ctx)
		} else {
			b, err = backup.Write(ctx, k, file)
		}
		return err
	}); {
	case errors.Is(err, backup.ErrItself):
		return usage(err)
	case err != nil:
		return err
	}
	return s.print(b, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d bytes, %d observations, verified\nSHA-256 %s\n", printable(b.File), b.Bytes, b.Info.Observations, b.SHA256)
	})
}

func (s *storeCommand) restore(ctx context.Context, file string) error {
	url, err := s.place()
	if err != nil {
		return err
	}
	in := s.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	r, err := store.Restore(ctx, url, in, s.force)
	switch {
	case errors.Is(err, store.ErrEngine):
		return usage(err)
	case errors.Is(err, store.ErrExists):
		return fmt.Errorf("%w; --force replaces it and keeps it under another name", err)
	case err != nil:
		return alone(err, "restore")
	}
	return s.print(r, func(w io.Writer) {
		fmt.Fprintf(w, "restored %s: %d observations, verified\n", printable(r.Info.Path), r.Info.Observations)
		if r.Former != "" {
			fmt.Fprintf(w, "the former store is kept as %s\n", printable(r.Former))
		}
	})
}

func (s *storeCommand) compact(ctx context.Context) error {
	var before, after int64
	tell, end := s.share("compacting")
	err := s.with(ctx, func(k watch.Keeper) (err error) {
		before, after, err = k.Compact(ctx, tell)
		return err
	})
	end()
	if err != nil {
		return err
	}
	return s.print(map[string]int64{"before_bytes": before, "after_bytes": after}, func(w io.Writer) {
		fmt.Fprintf(w, "%d bytes before, %d bytes after\n", before, after)
	})
}
