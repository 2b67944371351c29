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
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"pricegap/bench/store/peer"
	"pricegap/bench/store/work"
)

// job is what a child process does, on the folder of one contestant.
type job struct {
	kind peer.Kind
	work work.Work
	dir  string
	// limit is how long the contestant may write.
	limit time.Duration
	// batches are kept already.
	batches int
}

var roles = map[string]func(context.Context, job) (figures, error){
	"write": writeAll, "prove": proveAll, "read": readAll, "crash": writeOn, "recover": recoverAll, "compact": compactAll,
}

// writeAll writes the whole work, or as much as the limit lets it, into an empty folder.
func writeAll(ctx context.Context, j job) (r figures, err error) {
	runtime.LockOSThread() // the generator's time is that of this thread
	f := work.New(j.work)
	r.OwnMB = residentMB()
	c, err := j.kind.Open(ctx, j.dir, f)
	if err != nil {
		return r, err
	}
	var b work.Batch
	var wrote, made time.Duration
	var digests float64
	for f.Left() && wrote < j.limit {
		was := threadTime()
		f.Read(&b)
		made += threadTime() - was
		if b.Run == 1 && b.Opens {
			n, err := folderBytes(j.dir)
			if err != nil {
				return r, err
			}
			r.FirstBytes = float64(n) / float64(f.Series)
		}
		start := time.Now()
		if err := c.Write(ctx, &b); err != nil {
			return r, fmt.Errorf("batch %d: %w", b.Number, err)
		}
		wrote += time.Since(start)
		for _, row := range b.Rows {
			if row.Changed {
				digests++
			}
		}
	}
	start := time.Now()
	if err := c.Close(); err != nil {
		return r, err
	}
	wrote += time.Since(start)
	t := f.Kept()
	n, err := folderBytes(j.dir)
	r.Batches, r.Observations = t.Batches, t.Observations()
	r.Done = float64(r.Observations) / float64(f.Series*f.Runs)
	kept := float64(r.Observations)
	r.WallS, r.Rate = wrote.Seconds(), kept/wrote.Seconds()
	r.Bytes = float64(n) / kept
	r.Written = max(0, writtenBytes()) / kept
	r.Digests = digests * 16 / kept
	r.GeneratorCPU = made.Seconds() / kept * 1e6
	return r, err
}

// open opens what was written, and tells what it must hold.
func (j job) open(ctx context.Context) (work.Truth, peer.Contestant, error) {
	f := work.New(j.work)
	c, err := j.kind.Open(ctx, j.dir, f)
	return work.Truth{Feed: f, Batches: j.batches}, c, err
}

// proveAll proves all answers right.
func proveAll(ctx context.Context, j job) (r figures, err error) {
	t, c, err := j.open(ctx)
	if err != nil {
		return r, err
	}
	p := newProver(c, j.kind, t)
	err = errors.Join(p.prove(ctx), p.proveChanged(ctx))
	if o, ok := c.(*ours); ok {
		p.Contestant = whole{o}
		err = errors.Join(err, p.prove(ctx), p.proveChanged(ctx))
	}
	return r, errors.Join(err, c.Close())
}

// readAll times the answers.
func readAll(ctx context.Context, j job) (r figures, err error) {
	t, c, err := j.open(ctx)
	if err != nil {
		return r, err
	}
	r.answers, err = ask(ctx, c, t)
	if o, ok := c.(*ours); ok && err == nil {
		r.Whole, err = ask(ctx, whole{o}, t)
	}
	return r, errors.Join(err, c.Close())
}

func ask(ctx context.Context, c peer.Contestant, t work.Truth) (r answers, err error) {
	timed := func(times int, ask func(i uint64) iter.Seq2[work.Point, error]) time.Duration {
		took, e := median(times, ask)
		err = errors.Join(err, e)
		return took
	}
	r.LatestMS = timed(5, func(uint64) iter.Seq2[work.Point, error] { return c.Latest(ctx, 0) }).Seconds() * 1e3
	r.AsOfMS = timed(5, func(uint64) iter.Seq2[work.Point, error] { return c.Latest(ctx, t.Middle()) }).Seconds() * 1e3
	r.ChangedMS = timed(5, func(uint64) iter.Seq2[work.Point, error] { return c.Changed(ctx, t.Since()) }).Seconds() * 1e3
	r.RivalsUS = timed(1000, func(i uint64) iter.Seq2[work.Point, error] {
		return c.Rivals(ctx, work.Pick(i, t.Products))
	}).Seconds() * 1e6
	r.HistoryUS = timed(1000, func(i uint64) iter.Seq2[work.Point, error] {
		return c.History(ctx, work.Pick(i, t.Series))
	}).Seconds() * 1e6
	return r, err
}

// median asks so many times, for ten seconds at most, and returns how long the median answer took.
func median(times int, ask func(i uint64) iter.Seq2[work.Point, error]) (time.Duration, error) {
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
	f := work.New(j.work)
	f.Skip(j.batches)
	c, err := j.kind.Open(ctx, j.dir, f)
	if err != nil {
		return figures{}, err
	}
	for b := new(work.Batch); ; {
		f.Read(b)
		if err := c.Write(ctx, b); err != nil {
			return figures{}, fmt.Errorf("batch %d: %w", b.Number, err)
		}
		fmt.Println(b.Number + 1)
	}
}

// recoverAll times the way from the start to the first answer after a kill, and proves that all is there that was
// acknowledged, and nothing else but the batch on which it was killed.
func recoverAll(ctx context.Context, j job) (r figures, err error) {
	f := work.New(j.work)
	start := time.Now()
	c, err := j.kind.Open(ctx, j.dir, f)
	if err != nil {
		return r, err
	}
	for _, err := range c.Rivals(ctx, 0) {
		if err != nil {
			return r, err
		}
	}
	r.OpenS = time.Since(start).Seconds()
	return r, errors.Join(proveKilled(ctx, c, j, f), c.Close())
}

// compactAll makes what is kept small, and proves that it is still there.
func compactAll(ctx context.Context, j job) (r figures, err error) {
	if err := j.kind.Compact(ctx, j.dir, work.New(j.work)); err != nil {
		return r, err
	}
	n, err := folderBytes(j.dir)
	if err != nil {
		return r, err
	}
	t, c, err := j.open(ctx)
	if err != nil {
		return r, err
	}
	r.Compacted = float64(n) / float64(t.Observations())
	return r, errors.Join(proveKilled(ctx, c, j, t.Feed), c.Close())
}

// proveKilled proves what a contestant says that was killed on the batch behind those that it had acknowledged.
func proveKilled(ctx context.Context, c peer.Contestant, j job, f *work.Feed) error {
	return newProver(c, j.kind, work.Truth{Feed: f, Batches: j.batches}, work.Truth{Feed: f, Batches: j.batches + 1}).prove(ctx)
}

// threadTime is the CPU time of this thread, to the nanosecond: getrusage(2) counts what ran since the last tick of the kernel only
// when the next one comes.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
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

// folderBytes is how large the files of a folder are.
func folderBytes(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		fi, err := d.Info()
		if err == nil {
			n += fi.Size()
		}
		return err
	})
	return n, err
}
