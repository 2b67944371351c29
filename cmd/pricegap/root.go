package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers/known"
	"pricegap/store"
)

// newRoot returns the command tree.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "pricegap",
		Short:         "Know what competitors ask, and what sets your own formula apart",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.PersistentFlags().StringVar(&a.config, "config", "", "path of sources.yaml (default: $PRICEGAP_CONFIG, ./sources.yaml, the usual folders)")
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "log every step on stderr")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	for _, c := range commands {
		root.AddCommand(c(a))
	}
	return root
}

// codeOf returns the exit code for err.
func codeOf(err error) int {
	var e *exitError
	switch {
	case errors.As(err, &e):
		return e.code
	case errors.Is(err, store.ErrLocked):
		return exitLocked
	case errors.Is(err, crawler.ErrNoContact):
		return exitUsage
	case strings.HasPrefix(err.Error(), "unknown command"), strings.HasPrefix(err.Error(), "accepts "),
		strings.HasPrefix(err.Error(), "requires at least"), strings.HasPrefix(err.Error(), "invalid argument"),
		strings.HasPrefix(err.Error(), "required flag"):
		return exitUsage // cobra has no types for these
	}
	return exitFailed
}

// hint returns the next step for the user, or nothing.
func hint(err error) string {
	switch {
	case errors.Is(err, config.ErrNotFound):
		return "run `pricegap init` to write one, or name one with --config"
	case errors.Is(err, store.ErrLocked):
		return "another pricegap has the store open; stop it, or start it with `pricegap serve` so that commands can talk to it"
	case errors.Is(err, store.ErrNewer):
		return "upgrade pricegap, or restore a backup made by this version"
	case errors.Is(err, store.ErrBackup):
		return "nothing was touched; restore another backup, or read what is left of this one with `pricegap store salvage`"
	case errors.Is(err, store.ErrForeign):
		return "point store: in sources.yaml at another file; this one was not touched"
	case errors.Is(err, store.ErrCorrupt):
		return "run `pricegap store verify`; then restore the newest backup, or read what is left with `pricegap store salvage`"
	case errors.Is(err, store.ErrIncomplete):
		return "the file is as it was; take over what is there with `pricegap store salvage OLD NEW`, which says what is missing, and name NEW as store: in sources.yaml"
	case errors.Is(err, store.ErrFull):
		return "free some space and run the command again; what was recorded is kept"
	case errors.Is(err, known.ErrSelfTest):
		return "this pricegap reads pages wrongly, so it crawls nothing; report it, and go back to the release before it"
	case errors.Is(err, crawler.ErrNoContact):
		return "set crawler.contact in sources.yaml to an https address or an e-mail address at which shops can reach you"
	}
	return ""
}

// printable makes s safe for a terminal and a log: no control, bidi or zero-width characters except line
// breaks and tabs.
func printable(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		cols := strings.Split(l, "\t")
		for j, c := range cols {
			cols[j] = market.Printable(c)
		}
		lines[i] = strings.Join(cols, "\t")
	}
	return strings.Join(lines, "\n")
}
