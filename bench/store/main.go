// Command store measures what keeps price histories, each contestant in processes of its own: observations a second,
// bytes, answers, the way back after a kill, and what it costs. Every contestant proves that it gives back what it was
// given; see proof.go. Peers are handed an easier work than pricegap: time, price, stock and a text, not whole offers
// with their evidence.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"pricegap/bench/result"
	"pricegap/bench/store/peer"
	"pricegap/bench/store/work"
)

// figures are one row of the result, in the column names of the performance table. What was not measured is 0.
type figures struct {
	Work         string  `json:"work,omitempty"`
	Scenario     string  `json:"scenario,omitempty"`
	Contestant   string  `json:"contestant,omitempty"`
	Observations int     `json:"observations,omitempty"`
	Batches      int     `json:"batches,omitempty"`
	Done         float64 `json:"done,omitempty"` // part of the work; less than 1 where the time was up
	WallS        float64 `json:"wall_s,omitempty"`
	Rate         float64 `json:"observations_per_s,omitempty"`
	Bytes        float64 `json:"bytes_per_observation,omitempty"`
	Compacted    float64 `json:"bytes_per_observation_compacted,omitempty"`
	Digests      float64 `json:"digest_bytes_per_observation,omitempty"` // halves of the SHA-256 of pages, which nothing makes smaller; ours alone keeps them
	FirstBytes   float64 `json:"bytes_per_listing_after_first_run,omitempty"`
	answers
	Whole        answers `json:"whole_offers,omitzero"` // the same, but whole offers with their evidence
	OpenS        float64 `json:"open_after_kill_s,omitempty"`
	Written      float64 `json:"written_bytes_per_observation,omitempty"`
	CPU          float64 `json:"cpu_s_per_million,omitempty"` // without that of the generator
	GeneratorCPU float64 `json:"generator_cpu_s_per_million,omitempty"`
	PeakMB       float64 `json:"peak_mb,omitempty"`      // while writing
	ReadPeakMB   float64 `json:"read_peak_mb,omitempty"` // while answering
	OwnMB        float64 `json:"generator_mb,omitempty"` // of both, the generator's
}

// answers are how long answers take: the median, after a first one.
type answers struct {
	LatestMS  float64 `json:"latest_of_all_ms,omitempty"`
	AsOfMS    float64 `json:"as_of_all_ms,omitempty"`
	ChangedMS float64 `json:"changed_in_a_run_ms,omitempty"`
	RivalsUS  float64 `json:"rivals_us,omitempty"`
	HistoryUS float64 `json:"history_us,omitempty"`
}

func (a answers) String() string {
	return fmt.Sprintf("%.1f\t%.1f\t%.1f\t%.0f\t%.0f", a.LatestMS, a.AsOfMS, a.ChangedMS, a.RivalsUS, a.HistoryUS)
}

// kinds are the contestants.
var kinds = append(slices.Clone(peer.All), pricegap)

// bench is what is asked of a run.
type bench struct {
	scale  float64
	limit  time.Duration
	only   string
	dir    string
	rounds int
}

func main() {
	var b bench
	flag.Float64Var(&b.scale, "scale", 1, "a factor on the number of listings")
	flag.DurationVar(&b.limit, "limit", 2*time.Minute, "how long a contestant may write")
	flag.StringVar(&b.only, "only", "", "contestants whose name contains this")
	flag.StringVar(&b.dir, "dir", "", "where the files of the contestants go for a while (default: the temporary folder)")
	flag.IntVar(&b.rounds, "rounds", 1, "how often the contestants take turns; of each the round with the median rate is shown")
	scenario := flag.String("work", "", "works whose name contains this")
	out := flag.String("out", "out/store.jsonl", "where the figures go, one JSON object a line")
	role := flag.String("child", "", "for the child process: what it does")
	batches := flag.Int("batches", 0, "for the child process: how many are kept already")
	flag.Parse()
	var err error
	if *role == "" {
		err = b.measure(*scenario, *out)
	} else {
		err = b.child(*role, *scenario, *batches)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// child does one job and says what it found.
func (b bench) child(role, scenario string, batches int) error {
	j := job{dir: b.dir, limit: b.limit, batches: batches}
	for _, w := range work.All {
		if w.Name == scenario {
			j.work = w.Scaled(b.scale)
		}
	}
	for _, k := range kinds {
		if k.Name == b.only {
			j.kind = k
		}
	}
	do := roles[role]
	if do == nil || j.work.Name == "" || j.kind.Name == "" {
		return fmt.Errorf("nothing to do: %q, %q, %q", role, scenario, b.only)
	}
	r, err := do(context.Background(), j)
	if err != nil {
		return err
	}
	return say(r)
}

// measure lets the contestants take turns, and shows what they reached.
func (b bench) measure(scenario, out string) error {
	var rows []figures
	var failed error
	for _, w := range work.All {
		if !strings.Contains(w.Name, scenario) {
			continue
		}
		took := map[string][]figures{}
		for range b.rounds {
			for _, k := range kinds {
				if !strings.Contains(k.Name, b.only) {
					continue
				}
				fmt.Fprintf(os.Stderr, "%s: %s …\n", w.Name, k.Name)
				r, err := b.contest(w, k)
				if err != nil {
					failed = errors.Join(failed, fmt.Errorf("%s: %s: %w", w.Name, k.Name, err))
					continue
				}
				took[k.Name] = append(took[k.Name], r)
			}
		}
		for _, k := range kinds {
			if all := took[k.Name]; len(all) > 0 {
				slices.SortFunc(all, func(x, y figures) int { return cmp.Compare(x.Rate, y.Rate) })
				rows = append(rows, all[len(all)/2])
			}
		}
	}
	return errors.Join(result.Write(out, rows), show(rows), failed)
}

// contest runs one contestant through all of it.
func (b bench) contest(w work.Work, k peer.Kind) (r figures, err error) {
	if b.dir, err = os.MkdirTemp(b.dir, "pricegap-bench-"); err != nil {
		return r, err
	}
	defer os.RemoveAll(b.dir)
	used, err := b.run("write", w, k, 0, &r)
	if err != nil {
		return r, err
	}
	r.CPU = (used.UserTime()+used.SystemTime()).Seconds()/float64(r.Observations)*1e6 - r.GeneratorCPU
	r.PeakMB = peakMB(used)
	if _, err := b.run("prove", w, k, r.Batches, &r); err != nil {
		return r, err
	}
	if used, err = b.run("read", w, k, r.Batches, &r); err != nil {
		return r, err
	}
	r.ReadPeakMB = peakMB(used)
	kept, err := b.crash(w, k, r.Batches)
	if err != nil {
		return r, err
	}
	for _, role := range []string{"recover", "compact"} {
		if _, err := b.run(role, w, k, kept, &r); err != nil {
			return r, err
		}
	}
	r.Work, r.Scenario, r.Contestant = "store", w.Name, k.Name
	return r, nil
}

func peakMB(used *os.ProcessState) float64 {
	return float64(used.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}

func (b bench) command(role string, w work.Work, k peer.Kind, batches int) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	//nolint:gosec // ourselves
	return exec.Command(self, "-child", role, "-work", w.Name, "-only", k.Name, "-scale", strconv.FormatFloat(b.scale, 'g', -1, 64),
		"-dir", b.dir, "-limit", b.limit.String(), "-batches", strconv.Itoa(batches)), nil
}

// run lets a child do a job, and adds what it found to r.
func (b bench) run(role string, w work.Work, k peer.Kind, batches int, r *figures) (*os.ProcessState, error) {
	cmd, err := b.command(role, w, k, batches)
	if err != nil {
		return nil, err
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	raw, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", role, err, said.Bytes()[max(0, said.Len()-4000):])
	}
	return cmd.ProcessState, json.Unmarshal(raw, r)
}

// crash lets a child write half a run more, kills it in the midst, and returns how many batches are acknowledged.
func (b bench) crash(w work.Work, k peer.Kind, batches int) (kept int, err error) {
	cmd, err := b.command("crash", w, k, batches)
	if err != nil {
		return 0, err
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	more := max(1, w.Scaled(b.scale).Series/work.BatchSize/2)
	late := time.AfterFunc(b.limit, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	for sc := bufio.NewScanner(pipe); sc.Scan(); {
		if kept, err = strconv.Atoi(sc.Text()); err != nil {
			break
		}
		if kept == batches+more {
			err = cmd.Process.Kill()
		}
		if err != nil {
			break
		}
	}
	if wait := cmd.Wait(); err == nil && (kept < batches+1 || cmd.ProcessState.Exited()) {
		err = fmt.Errorf("crash: it was to be killed: %w\n%s", wait, said.Bytes())
	}
	return kept, err
}

// show prints the table.
func show(rows []figures) error {
	measure := map[string]float64{} // the rate of SQLite by scenario
	for _, r := range rows {
		if r.Contestant == peer.SQLite {
			measure[r.Scenario] = r.Rate
		}
	}
	tw := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "work\tcontestant\tpart\tobs/s\t× SQLite\tB/obs (compacted)\tlatest ms\tas-of ms\tchanged ms\trivals µs\thistory µs\topen after kill s\twritten B/obs\tCPU s/million\tMB writing, reading\t")
	for _, r := range rows {
		part, times := "all", ""
		if r.Done < 1 {
			part = fmt.Sprintf("stopped at %.0f %%", 100*r.Done)
		}
		if m := measure[r.Scenario]; m > 0 {
			times = fmt.Sprintf("%.2f", r.Rate/m)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%.0f\t%s\t%.2f (%.2f)\t%s\t%.2f\t%.0f\t%.2f\t%.0f, %.0f\t\n", r.Scenario, r.Contestant, part, r.Rate, times, r.Bytes, r.Compacted,
			r.answers, r.OpenS, r.Written, r.CPU, r.PeakMB, r.ReadPeakMB)
		if r.Whole != (answers{}) {
			fmt.Fprintf(tw, "%s\t%s, whole offers\t\t\t\t\t%s\t\t\t\t\t\n", r.Scenario, r.Contestant, r.Whole)
		}
	}
	return tw.Flush()
}
