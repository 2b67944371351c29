// Command pricegap watches competitors' prices and tells staff how their own formula differs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"pricegap/cmd/internal/config"
	"pricegap/market"
)

// The exit codes; docs/how-to/run-it.md explains them. Where several hold, the order is 2, 4, 1, 3, 5.
const (
	exitDone        = 0
	exitFailed      = 1 // also a foreign or newer store
	exitUsage       = 2 // wrong use or wrong configuration
	exitPartial     = 3 // some sources or channels failed
	exitLocked      = 4 // the store is in use and no daemon answers
	exitGaps        = 5 // gaps were found, with --exit-gaps
	exitInterrupted = 130
	exitTerminated  = 143
)

// exitError carries an exit code with its cause. A nil err says that everything was printed already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage marks err as wrong use: exit code 2.
func usage(err error) error { return &exitError{exitUsage, err} }

// app is what every command shares: the streams, the flags of the root and the clock.
type app struct {
	in       io.Reader
	out, err io.Writer
	clock    market.Clock
	// config is the path given with --config, "" for the usual places.
	config string
	// verbose raises the log level.
	verbose bool
	// console is where a console channel writes; nil means err.
	console io.Writer
	// selfTest is asked before anything is crawled; nil means known.Check.
	selfTest func() error
	// loaded is the configuration, once it was read.
	loaded *config.Config
}

// commands are the constructors of all commands, each registered by its own file.
var commands []func(*app) *cobra.Command

func register(c func(*app) *cobra.Command) { commands = append(commands, c) }

func main() {
	limitMemory()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit code.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	return (&app{in: in, out: out, err: errs, clock: market.WallClock}).run(args)
}

func (a *app) run(args []string) int {
	ctx, stop := withSignals(context.Background())
	defer stop()
	root := newRoot(a)
	root.SetArgs(args)
	return a.exit(ctx, root.ExecuteContext(ctx))
}

// errSignal is the cause of a context that a signal ended.
type errSignal struct{ sig os.Signal }

func (e errSignal) Error() string { return "interrupted by " + e.sig.String() }

// withSignals returns a context that ends at the first SIGINT or SIGTERM with an errSignal as its cause; a
// second signal ends the process at once.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	ch := make(chan os.Signal, 2)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case s := <-ch:
			cancel(errSignal{s})
		case <-done:
			return
		}
		select {
		case s := <-ch:
			os.Exit(signalCode(s))
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(ch)
		close(done)
		cancel(nil)
	}
}

func signalCode(s os.Signal) int {
	if s == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

// exit prints err with its hint and returns the exit code that belongs to it.
func (a *app) exit(ctx context.Context, err error) int {
	var sig errSignal
	if errors.As(context.Cause(ctx), &sig) {
		fmt.Fprintln(a.err, "pricegap: stopped; everything recorded so far is kept")
		return signalCode(sig.sig)
	}
	if err == nil {
		return exitDone
	}
	code := codeOf(err)
	var e *exitError
	if errors.As(err, &e) && e.err == nil {
		return code
	}
	fmt.Fprintf(a.err, "pricegap: %s\n", printable(err.Error()))
	if h := hint(err); h != "" {
		fmt.Fprintf(a.err, "  %s\n", h)
	}
	return code
}
