package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/watch"
)

func init() { register(newCrawl) }

type crawlFlags struct {
	wait                             time.Duration
	refreshRobots, noAlerts, exitGap bool
	jsonl                            bool
	replay                           replayFlags
}

func newCrawl(a *app) *cobra.Command {
	var f crawlFlags
	c := &cobra.Command{
		Use:   "crawl [SOURCE…]",
		Short: "Visit all sources, or those named, once: in parallel, politely",
		Long: `Visit all sources, or those named, once. What was read is recorded as it comes, so that an interrupted
run loses nothing and the next one goes on where it stopped. Then doubtful values are fetched again, and the
alerts that follow are sent.

With --replay the pages are read from WARC files, as archive: in sources.yaml keeps them, in the place of the web: by
the sources and parsers as they stand now, at the times at which the pages came. Nothing is asked of any shop, nobody
waits and nobody is told. The result goes into a store that is gone afterwards, or into the file that --into names.

Exit codes: 0 all sources were seen; 3 some sources or channels failed; 5 gaps were found (with --exit-gaps).`,
		Example: "  pricegap crawl\n  pricegap crawl lampenhuis --no-alerts\n  pricegap crawl --wait 0s --exit-gaps\n  pricegap crawl lampenhuis --replay pages --jsonl",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			return a.crawl(cmd.Context(), args, f)
		},
		ValidArgsFunction: a.completeSources,
	}
	c.Flags().DurationVar(&f.wait, "wait", 25*time.Minute, "how long to stay for confirming fetches, pending alerts and the outbox")
	c.Flags().BoolVar(&f.refreshRobots, "refresh-robots", false, "ask every robots.txt anew")
	c.Flags().BoolVar(&f.noAlerts, "no-alerts", false, "judge and send nothing; the next crawl or the daemon does")
	c.Flags().BoolVar(&f.exitGap, "exit-gaps", false, "exit with 5 when a rival is cheaper than we are")
	c.Flags().BoolVar(&f.jsonl, "jsonl", false, "print each run as one JSON object a line instead of the table; with --replay each offer that was read")
	c.Flags().StringArrayVar(&f.replay.paths, "replay", nil, "read the pages of the WARC file or folder `PATH` instead of the web; may be repeated")
	c.Flags().StringVar(&f.replay.into, "into", "", "with --replay: the data `FILE` that takes the result")
	return c
}

// check refuses flags that do not go together.
func (f crawlFlags) check(c *cobra.Command) error {
	replay := c.Flags().Changed("replay")
	if !replay && f.replay.into != "" {
		return usage(errors.New("--into goes with --replay only"))
	}
	for _, other := range []string{"wait", "refresh-robots", "exit-gaps"} {
		if replay {
			if err := exclusive(c, "replay", other); err != nil {
				return err
			}
		}
	}
	return nil
}

// crawl runs the command: progress on stderr, the summary on stdout.
func (a *app) crawl(ctx context.Context, sources []string, f crawlFlags) error {
	r := watch.CrawlRequest{NoAlerts: f.noAlerts, Wait: f.wait, RefreshRobots: f.refreshRobots, Trigger: "hand"}
	for _, s := range sources {
		r.Sources = append(r.Sources, market.SourceID(s))
	}
	if len(f.replay.paths) > 0 {
		return a.replay(ctx, r, f)
	}
	svc, done, err := a.service(ctx)
	if err != nil {
		return err
	}
	defer done()
	runs, sent, err := a.follow(svc.Crawl(ctx, r))
	if errors.Is(err, watch.ErrUnknownSource) {
		return usage(err)
	}
	if perr := a.printRuns(runs, sent, f.jsonl); err == nil {
		err = perr
	}
	switch {
	case err != nil:
		return err
	case troubled(runs, sent):
		return &exitError{code: exitPartial}
	case f.exitGap:
		return a.exitOnGaps(ctx, svc)
	}
	return nil
}

// follow shows progress and gathers what ended.
func (a *app) follow(steps func(func(watch.Progress, error) bool)) ([]market.Run, *watch.Delivery, error) {
	var runs []market.Run
	var sent *watch.Delivery
	var failed error
	p := a.newProgress()
	defer p.close()
	for step, err := range steps {
		if err != nil {
			failed = err
			continue
		}
		p.step(step)
		if step.Run != nil {
			runs = append(runs, *step.Run)
		}
		if step.Sent != nil {
			sent = step.Sent
		}
	}
	return runs, sent, failed
}

// troubled reports whether a source or a channel failed.
func troubled(runs []market.Run, sent *watch.Delivery) bool {
	return sent != nil && len(sent.Errors) > 0 || slices.ContainsFunc(runs, func(r market.Run) bool {
		return r.Outcome == market.RunFailed || r.Outcome == market.RunPartial
	})
}

func (a *app) exitOnGaps(ctx context.Context, svc watch.Service) error {
	for s, err := range svc.Standings(ctx, watch.StandingQuery{}) {
		if err != nil {
			return err
		}
		if undercut(s) {
			return &exitError{code: exitGaps}
		}
	}
	return nil
}

// undercut reports whether a comparable rival asks less than we do.
func undercut(s compare.Standing) bool {
	return slices.ContainsFunc(s.Rivals, func(p compare.Position) bool { return p.Comparable && p.Gap.Sign() < 0 })
}

// printRuns writes the summary by source, and why what failed did.
func (a *app) printRuns(runs []market.Run, sent *watch.Delivery, jsonl bool) error {
	if jsonl {
		enc := json.NewEncoder(a.out)
		for _, r := range runs {
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	if err := printSummary(a.out, runs); err != nil || sent == nil {
		return err
	}
	fmt.Fprintf(a.out, "\nalerts: %d told in %d messages", sent.Alerts, sent.Messages)
	if sent.Waiting > 0 {
		fmt.Fprintf(a.out, ", %d wait", sent.Waiting)
	}
	fmt.Fprintln(a.out)
	for _, ch := range slices.Sorted(maps.Keys(sent.Errors)) {
		fmt.Fprintf(a.out, "  channel %s: %s\n", ch, printable(sent.Errors[ch]))
	}
	return nil
}

// printSummary writes what each run came to, and why what failed did.
func printSummary(w io.Writer, runs []market.Run) error {
	slices.SortFunc(runs, func(x, y market.Run) int { return strings.Compare(string(x.Source), string(y.Source)) })
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "SOURCE\tOUTCOME\tPAGES\tUNCHANGED\tOFFERS\tCHANGES\tHELD\tDROPPED\tMISSING\tFAILED\tTIME")
	for _, r := range runs {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", r.Source, r.Outcome, r.Pages, r.Unchanged, r.Offers,
			r.Changes, r.Quarantined, r.Dropped, r.Missing, r.Failed(), r.EndedAt.Sub(r.StartedAt))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	printFailures(w, runs)
	for _, r := range runs {
		if len(r.Odd) > 0 {
			fmt.Fprintf(w, "\n%s:\n", r.Source)
			printOdd(w, r)
		}
	}
	return nil
}

// printFailures lists failures by source and kind with their meaning and one example of each.
func printFailures(w io.Writer, runs []market.Run) {
	for _, r := range runs {
		for _, kind := range slices.Sorted(maps.Keys(r.Failures)) {
			fmt.Fprintf(w, "\n%s: %d × %s: %s\n", r.Source, r.Failures[kind], kind, kind.Info().Meaning)
			i := slices.IndexFunc(r.Samples, func(f market.Failure) bool { return f.Kind == kind })
			if i < 0 {
				continue
			}
			s := r.Samples[i]
			example := []string{s.URL, "", s.Message}
			if s.Status != 0 {
				example[1] = fmt.Sprintf("status %d", s.Status)
			}
			if example = slices.DeleteFunc(example, func(part string) bool { return part == "" }); len(example) > 0 {
				fmt.Fprintf(w, "  e.g. %s\n", printable(strings.Join(example, ": ")))
			}
		}
	}
}
