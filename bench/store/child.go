package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// job is what a child process does, on the folder of one contestant.
type job struct {
	kind kind
	work work
	dir  string
	// limit is how long the contestant may write.
	limit time.Duration
	// batches are kept already.
	batches int
}

var roles = map[string]func(context.Context, job) (figures, error){
	"write": writeAll, "read": readAll, "crash": writeOn, "recover": recoverAll, "compact": compactAll,
}

// writeAll writes the whole work, or as much as the limit lets it, into an empty folder.
func writeAll(ctx context.Context, j job) (r figures, err error) {
	runtime.LockOSThread() // the generator's time is that of this thread
	f := newFeed(j.work)
	r.OwnMB = residentMB()
	c, err := j.kind.open(ctx, j.dir, f)
	if err != nil {
		return r, err
	}
	var b batch
	var wrote, made time.Duration
	for f.next < f.runs*len(f.plan) && wrote < j.limit {
		was := threadTime()
		f.read(&b)
		made += threadTime() - was
		start := time.Now()
		if err := c.write(ctx, &b); err != nil {
			return r, fmt.Errorf("batch %d: %w", b.number, err)
		}
		wrote += time.Since(start)
		if f.next == len(f.plan) {
			n, err := folderBytes(j.dir)
			if err != nil {
				return r, err
			}
			r.FirstBytes = float64(n) / float64(f.series)
		}
	}
	start := time.Now()
	if err := c.close(); err != nil {
		return r, err
	}
	wrote += time.Since(start)
	t := truth{f, f.next}
	n, err := folderBytes(j.dir)
	r.Batches, r.Observations = f.next, t.observations()
	r.Done = float64(r.Observations) / float64(f.series*f.runs)
	kept := float64(r.Observations)
	r.WallS, r.Rate = wrote.Seconds(), kept/wrote.Seconds()
	r.Bytes = float64(n) / kept
	r.Written = writtenBytes() / kept
	r.GeneratorCPU = made.Seconds() / kept * 1e6
	return r, err
}

// readAll times the answers, and proves them right.
func readAll(ctx context.Context, j job) (r figures, err error) {
	f := newFeed(j.work)
	c, err := j.kind.open(ctx, j.dir, f)
	if err != nil {
		return r, err
	}
	t := truth{f, j.batches}
	r.answers, err = ask(ctx, newProver(c, j.kind, t), t)
	if o, ok := c.(*ours); ok && err == nil {
		r.Whole, err = ask(ctx, newProver(whole{o}, j.kind, t), t)
	}
	return r, errors.Join(err, c.close())
}

// ask times the answers, once they are proved right.
func ask(ctx context.Context, p *prover, t truth) (r answers, err error) {
	if err := errors.Join(p.prove(ctx), p.proveChanged(ctx)); err != nil {
		return r, err
	}
	timed := func(times int, ask func(i uint64) iter.Seq2[point, error]) time.Duration {
		took, e := median(times, ask)
		err = errors.Join(err, e)
		return took
	}
	r.LatestMS = timed(5, func(uint64) iter.Seq2[point, error] { return p.latest(ctx, 0) }).Seconds() * 1e3
	r.AsOfMS = timed(5, func(uint64) iter.Seq2[point, error] { return p.latest(ctx, t.middle()) }).Seconds() * 1e3
	r.ChangedMS = timed(5, func(uint64) iter.Seq2[point, error] { return p.changed(ctx, t.since()) }).Seconds() * 1e3
	r.RivalsUS = timed(1000, func(i uint64) iter.Seq2[point, error] { return p.rivals(ctx, uint32(mix(i, 1<<47)%uint64(t.products))) }).Seconds() * 1e6
	r.HistoryUS = timed(1000, func(i uint64) iter.Seq2[point, error] { return p.history(ctx, uint32(mix(i, 1<<46)%uint64(t.series))) }).Seconds() * 1e6
	return r, err
}

// median asks so many times, for ten seconds at most, and returns how long the median answer took.
func median(times int, ask func(i uint64) iter.Seq2[point, error]) (time.Duration, error) {
	var took []time.Duration
	for i, until := 0, time.Now().Add(10*time.Second); i < times && (i == 0 || time.Now().Before(until)); i++ {
		start := time.Now()
		for _, err := range ask(uint64(i)) {
			if err != nil {
				return 0, err
			}
		}
		took = append(took, time.Since(start))
	}
	slices.SortFunc(took, cmp.Compare)
	return took[len(took)/2], nil
}

// writeOn goes on behind what was written, and says how many batches are acknowledged, until it is killed.
func writeOn(ctx context.Context, j job) (figures, error) {
	f := newFeed(j.work)
	f.skip(j.batches)
	c, err := j.kind.open(ctx, j.dir, f)
	if err != nil {
		return figures{}, err
	}
	for b := new(batch); ; {
		f.read(b)
		if err := c.write(ctx, b); err != nil {
			return figures{}, fmt.Errorf("batch %d: %w", b.number, err)
		}
		fmt.Println(f.next)
	}
}

// recoverAll times the way from the start to the first answer after a kill, and proves that all is there that was
// acknowledged, and nothing else but the batch on which it was killed.
func recoverAll(ctx context.Context, j job) (r figures, err error) {
	f := newFeed(j.work)
	start := time.Now()
	c, err := j.kind.open(ctx, j.dir, f)
	if err != nil {
		return r, err
	}
	for _, err := range c.rivals(ctx, 0) {
		if err != nil {
			return r, err
		}
	}
	r.OpenS = time.Since(start).Seconds()
	return r, errors.Join(newProver(c, j.kind, truth{f, j.batches}, truth{f, j.batches + 1}).prove(ctx), c.close())
}

// compactAll makes what is kept small, and proves that it is still there.
func compactAll(ctx context.Context, j job) (r figures, err error) {
	f := newFeed(j.work)
	if err := j.kind.compact(ctx, j.dir, f); err != nil {
		return r, err
	}
	n, err := folderBytes(j.dir)
	if err != nil {
		return r, err
	}
	t := truth{f, j.batches}
	r.Compacted = float64(n) / float64(t.observations())
	c, err := j.kind.open(ctx, j.dir, f)
	if err != nil {
		return r, err
	}
	return r, errors.Join(newProver(c, j.kind, t, truth{f, j.batches + 1}).prove(ctx), c.close())
}

// threadTime is the CPU time of this thread.
func threadTime() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// writtenBytes is what this process has had written to disk, by the kernel's count; -1 where that is not to be had.
func writtenBytes() float64 { return procValue("/proc/self/io", "write_bytes:") }

// residentMB is how much memory this process has now.
func residentMB() float64 { return procValue("/proc/self/status", "VmRSS:") / 1024 }

func procValue(file, key string) float64 {
	fd, err := os.Open(file)
	if err != nil {
		return -1
	}
	defer fd.Close()
	for sc := bufio.NewScanner(fd); sc.Scan(); {
		if rest, ok := strings.CutPrefix(sc.Text(), key); ok {
			if n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 64); err == nil {
				return n
			}
		}
	}
	return -1
}

// say prints what a child found, for its parent.
func say(r figures) error { return json.NewEncoder(os.Stdout).Encode(r) }
