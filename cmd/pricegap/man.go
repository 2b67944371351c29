package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func init() { register(newMan) }

func newMan(*app) *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write a manual page for every command into a folder",
		Example: "  pricegap man /usr/local/share/man/man1",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("man: %w", err)
			}
			if err := writeManual(c.Root(), args[0]); err != nil {
				return fmt.Errorf("man: %w", err)
			}
			return nil
		},
	}
}

// writeManual writes the manual pages of c and of the commands below it into dir. They are written here, since the
// writer that cobra brings reads every text as Markdown, which ours are not: the reader alone would be an eightieth of
// the binary.
func writeManual(c *cobra.Command, dir string) error {
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			if err := writeManual(sub, dir); err != nil {
				return err
			}
		}
	}
	var b strings.Builder
	manualPage(&b, c)
	return os.WriteFile(filepath.Join(dir, manualName(c)+".1"), []byte(b.String()), 0o644)
}

// manualName is what the manual page of a command is called: pricegap-config-show.
func manualName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manualPage writes one page in the man macros of roff (man-pages(7) gives the sections and their order).
func manualPage(w io.Writer, c *cobra.Command) {
	c.InitDefaultHelpCmd()
	c.InitDefaultHelpFlag()
	name := manualName(c)
	fmt.Fprintf(w, ".TH %s 1 \"\" %s\n", quoted(strings.ToUpper(name)), quoted("pricegap "+version))
	fmt.Fprintf(w, ".SH NAME\n%s \\- %s\n", roff(name), roff(c.Short))
	fmt.Fprintf(w, ".SH SYNOPSIS\n.B %s\n", roff(c.UseLine()))
	about := c.Long
	if about == "" {
		about = c.Short
	}
	fmt.Fprint(w, ".SH DESCRIPTION\n")
	for i, p := range strings.Split(strings.TrimSpace(about), "\n\n") {
		if i > 0 {
			fmt.Fprint(w, ".PP\n")
		}
		fmt.Fprintln(w, roff(p))
	}
	manualFlags(w, "OPTIONS", c.NonInheritedFlags())
	manualFlags(w, "OPTIONS OF EVERY COMMAND", c.InheritedFlags())
	if c.Example != "" {
		fmt.Fprintf(w, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(c.Example))
	}
	var also []string
	if c.HasParent() {
		also = append(also, manualName(c.Parent()))
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			also = append(also, manualName(sub))
		}
	}
	if len(also) > 0 {
		fmt.Fprintf(w, ".SH SEE ALSO\n%s(1)\n", roff(strings.Join(also, "(1), ")))
	}
}

// manualFlags writes one section of flags, in the order of --help.
func manualFlags(w io.Writer, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(w, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		of, usage := pflag.UnquoteUsage(f)
		says := "--" + f.Name
		if f.Shorthand != "" {
			says = "-" + f.Shorthand + ", " + says
		}
		if of != "" {
			says += " " + of
		}
		fmt.Fprintf(w, ".TP\n.B %s\n%s\n", roff(says), roff(usage))
	})
}

var (
	roffText = strings.NewReplacer(`\`, `\e`, "-", `\-`)
	roffLine = strings.NewReplacer("\n.", "\n\\&.", "\n'", "\n\\&'")
)

// roff is a text in which nothing is a macro or an escape.
func roff(s string) string {
	return strings.TrimPrefix(roffLine.Replace("\n"+roffText.Replace(s)), "\n")
}

// quoted is one argument of a macro.
func quoted(s string) string { return `"` + strings.ReplaceAll(roff(s), `"`, `\(dq`) + `"` }
