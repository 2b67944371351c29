package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"pricegap/store"
)

// salvageCommand is `store salvage`.
func (s *storeCommand) salvageCommand() *cobra.Command {
	return &cobra.Command{
		Use: "salvage FILE NEW", Short: "Read every intact record out of a damaged file into a new one",
		Long: "Read every intact record out of a damaged file into a new one, and say what is lost. FILE is not touched. Left out is also\n" +
			"what nobody can be sure of: what a listing was behind a change that is lost, up to its next one.\n" +
			"Where not everything is in the new file, the exit code is 3.",
		Example: "  pricegap store salvage prices.db salvaged.db",
		Args:    cobra.ExactArgs(2),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.salvage(cmd.Context(), args[0], args[1]) },
	}
}

func (s *storeCommand) salvage(ctx context.Context, damaged, to string) error {
	r, err := store.Salvage(ctx, damaged, to)
	switch {
	case errors.Is(err, store.ErrEngine):
		return usage(err)
	case errors.Is(err, store.ErrExists):
		return fmt.Errorf("%w; salvage makes a new one", err)
	case err != nil:
		return alone(err, "salvage")
	}
	if err := s.print(r, func(w io.Writer) { printSalvaged(w, r) }); err != nil {
		return err
	}
	if r.Behind || r.Doubtful > 0 || len(r.Unnamed)+len(r.Lost) > 0 {
		return &exitError{code: exitPartial}
	}
	return nil
}

func printSalvaged(w io.Writer, r store.Salvaged) {
	fmt.Fprintf(w, "%s is made, verified\n", printable(r.Info.Path))
	for _, k := range r.Kept {
		switch {
		case k.Of == 0 && k.Kept == 0:
		case k.Of == 0:
			fmt.Fprintf(w, "%s\t%d\n", k.Kind, k.Kept)
		default:
			fmt.Fprintf(w, "%s\t%d of %d\n", k.Kind, k.Kept, k.Of)
		}
	}
	if r.Doubtful > 0 {
		fmt.Fprintf(w, "left out\t%d observations of which nobody knows what they say\n", r.Doubtful)
	}
	if r.Behind {
		fmt.Fprintln(w, "behind\twhat was recorded last may be missing")
	}
	for _, name := range r.Unnamed {
		fmt.Fprintf(w, "unnamed\ta source lost its name, and is %s now\n", printable(name))
	}
	for _, l := range r.Lost {
		to := l.To
		if to == "" {
			to = "the end"
		}
		fmt.Fprintf(w, "lost\t%s: records from %s to %s\n", printable(l.Kind), printable(l.From), printable(to))
	}
	if len(r.Lost) == 0 {
		fmt.Fprintln(w, "nothing is lost")
	}
}
