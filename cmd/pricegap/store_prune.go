package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config/document"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
)

// age is a flag such as 30d.
type age time.Duration

// String implements pflag.Value.
func (a *age) String() string {
	if *a == 0 {
		return ""
	}
	return document.FormatDuration(time.Duration(*a))
}

// Set implements pflag.Value.
func (a *age) Set(s string) error {
	d, err := document.ParseDuration(s)
	if err == nil && d < 24*time.Hour {
		err = errors.New("a day at least")
	}
	*a = age(d)
	return err
}

// Type implements pflag.Value.
func (a *age) Type() string { return "age" }

// pruneFlags are those of `store prune`.
type pruneFlags struct {
	source                string
	forget, daily, weekly age
	dry                   bool
}

// pruneCommand is `store prune`.
func (s *storeCommand) pruneCommand() *cobra.Command {
	var f pruneFlags
	c := &cobra.Command{
		Use: "prune", Short: "Remove old looks that showed nothing new, and what is older than an age; where the daemon has the file, the daemon does",
		Long: "Remove old looks that showed nothing new, and what is older than an age. Every change younger than --forget stays, with its\n" +
			"time; of what is older, what was in force then stays, and what the alerts have not judged yet. What came last of a source, up to about a thousand looks, stays as it is.",
		Example: "  pricegap store prune --daily 30d --weekly 180d --dry-run\n  pricegap store prune --source acme --forget 1095d",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.prune(cmd.Context(), f) },
	}
	c.Flags().Var(&f.daily, "daily", "from this age on keep the last look of a day, such as 30d")
	c.Flags().Var(&f.weekly, "weekly", "from this age on keep the last look of a week")
	c.Flags().Var(&f.forget, "forget", "from this age on keep only what was in force then")
	c.Flags().StringVar(&f.source, "source", "", "of this source only")
	c.Flags().BoolVar(&f.dry, "dry-run", false, "say what would go, and keep it")
	return c
}

func (s *storeCommand) prune(ctx context.Context, f pruneFlags) error {
	if f.forget == 0 && f.daily == 0 && f.weekly == 0 {
		return usage(errors.New("store prune: name an age with --forget, --daily or --weekly"))
	}
	what := store.Pruning{
		Source: market.SourceID(f.source), Now: s.clock(), Dry: f.dry,
		Retention: store.Retention{Forget: time.Duration(f.forget), Daily: time.Duration(f.daily), Weekly: time.Duration(f.weekly)},
	}
	var p store.Pruned
	tell, end := s.share("pruning")
	err := s.with(ctx, func(k watch.Keeper) (err error) {
		p, err = k.Prune(ctx, what, tell)
		return err
	})
	end()
	switch {
	case errors.Is(err, store.ErrNoSource):
		return usage(err)
	case err != nil:
		return err
	}
	return s.print(p, func(w io.Writer) {
		gone := "gone"
		if f.dry {
			gone = "would go"
		}
		fmt.Fprintf(w, "%s: %d observations, %d of them changes; %d runs\n", gone, p.Observations, p.Changes, p.Runs)
		if p.Observations > 0 && !f.dry {
			fmt.Fprintln(w, "the room is used again; `pricegap store compact` gives it back")
		}
	})
}
