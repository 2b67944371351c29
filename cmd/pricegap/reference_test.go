package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"pricegap/market"
)

var update = flag.Bool("update", false, "rewrite docs/reference/cli.md")

const cliPage = "../../docs/reference/cli.md"

// cliHead stands above the generated part of the page.
const cliHead = `# The command line

Made from the commands themselves by ` + "`go test ./cmd/pricegap -run TestReference -update`" + `; every command says the same
with ` + "`--help`" + `. Data goes to standard output, everything else to standard error. ` + "`NO_COLOR`" + ` is honoured. What the exit
codes mean stands in [run it](../how-to/run-it.md#exit-codes).

`

// TestReference holds the page to the commands. Every command that does something has a sentence about itself,
// and an example that names it.
func TestReference(t *testing.T) {
	root := newRoot(&app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, clock: market.WallClock})
	root.InitDefaultCompletionCmd()
	var b bytes.Buffer
	b.WriteString(cliHead)
	b.WriteString("Flags of every command:\n\n")
	fenced(&b, root.PersistentFlags().FlagUsages())
	describe(t, &b, root)
	got := strings.TrimSuffix(b.String(), "\n")
	if *update {
		if err := os.WriteFile(cliPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(cliPage)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s is out of date; run go test ./cmd/pricegap -run TestReference -update (-want +got):\n%s", cliPage, d)
	}
}

// describe writes the commands below c, in the order of --help. What the library adds for shells is one line.
func describe(t *testing.T, b *bytes.Buffer, c *cobra.Command) {
	for _, sub := range c.Commands() {
		switch {
		case !sub.IsAvailableCommand():
		case sub.Name() == "completion":
			fmt.Fprintf(b, "## `pricegap completion`\n\n`pricegap completion bash`, and the same for zsh, fish and powershell, prints a script that completes commands,\nflags and the names of sources.\n\n")
		default:
			if sub.Runnable() {
				section(t, b, sub)
			}
			describe(t, b, sub)
		}
	}
}

// section writes one command.
func section(t *testing.T, b *bytes.Buffer, c *cobra.Command) {
	if c.Short == "" || !strings.Contains(c.Example, c.CommandPath()) {
		t.Errorf("%s: its sentence is %q, its example %q", c.CommandPath(), c.Short, c.Example)
	}
	fmt.Fprintf(b, "## `%s`\n\n", strings.TrimSuffix(c.UseLine(), " [flags]"))
	if about := strings.TrimSpace(c.Long); about != "" {
		fmt.Fprintf(b, "%s\n\n", about)
	} else {
		fmt.Fprintf(b, "%s.\n\n", strings.TrimSuffix(c.Short, "."))
	}
	flags := c.NonInheritedFlags()
	for p := c.Parent(); p.HasParent(); p = p.Parent() {
		flags.AddFlagSet(p.PersistentFlags())
	}
	text := strings.Trim(c.Example, "\n")
	if flags.HasAvailableFlags() {
		text += "\n\n" + flags.FlagUsages()
	}
	fenced(b, text)
}

func fenced(b *bytes.Buffer, text string) {
	fmt.Fprintf(b, "```\n%s\n```\n\n", strings.TrimRight(text, "\n"))
}
