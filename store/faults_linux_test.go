package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pricegap/store"
)

// faults is what the kernel answers instead of doing it.
var faults = []unix.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}

// sweep is a run in which an act of a kind fails.
type sweep struct {
	kind  string
	fault unix.Errno
	nth   int
	good  bool // and all after it, too
}

// TestHarnessFaults lets the N-th write, fsync, truncation, rename or opening of everything that a store does fail, once and for
// good, until none is left. Nothing may crash or be damaged, errors say which fault it was, and what fails once is done when it is
// asked for again.
func TestHarnessFaults(t *testing.T) {
	if os.Getenv("STORE_CHILD") == "troubled" {
		n, err := strconv.Atoi(os.Getenv("STORE_FAULT"))
		if err != nil {
			t.Fatal(err)
		}
		if err := reportCalls(); err != nil {
			t.Fatal(err)
		}
		(&troubled{t: t, dir: os.Getenv("STORE_DIR"), known: func(err error) bool {
			full := unix.Errno(n) == unix.ENOSPC && strings.HasPrefix(err.Error(), "store")
			return errors.Is(err, unix.Errno(n)) && (!full || errors.Is(err, store.ErrFull))
		}}).run()
		return
	}
	rnd, root := seeded(t), t.TempDir()
	defer keep(t, root)
	former := golden(t, "schema2.db.gz")
	count := map[string]int{}
	if out := (sweep{}).run(t, filepath.Join(root, "whole"), former, count); slices.ContainsFunc(out, func(l string) bool { return !strings.HasPrefix(l, "done") && l != "PASS" }) {
		t.Fatalf("without a fault:\n%s", strings.Join(out, "\n"))
	}
	var all []sweep
	for kind, n := range count {
		for _, fault := range faults {
			for nth := range n {
				all = append(all, sweep{kind, fault, nth + 1, false}, sweep{kind, fault, nth + 1, true})
			}
		}
	}
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = all[:figure(len(all))]
	for i, x := range all {
		dir := filepath.Join(root, strconv.Itoa(i))
		checkTroubled(t, dir, x.run(t, dir, former, nil), !x.good)
		if t.Failed() {
			t.Fatalf("%s number %d, for good: %v: %v", x.kind, x.nth, x.good, x.fault)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d runs with a fault, of %v acts by kind: nothing lost, nothing damaged, every error typed", len(all), count)
}

// run runs a child whose act fails, counts what it does, and returns what it said.
func (x sweep) run(t *testing.T, dir string, former []byte, count map[string]int) []string {
	t.Helper()
	beforeTrouble(t, dir, former)
	n := 0
	w := &watcher{t: t, dir: dir, each: func(a act) unix.Errno {
		kind := a.kind
		if kind == "link" {
			kind = "rename"
		}
		if count != nil && kind != "unlink" {
			count[kind]++
		}
		if kind != x.kind || x.fault == unix.ENOSPC && kind == "open" && a.flags&unix.O_CREAT == 0 {
			return 0
		}
		if n++; n == x.nth || x.good && n > x.nth {
			return x.fault
		}
		return 0
	}}
	if err := w.run("^TestHarnessFaults$", "troubled", "STORE_FAULT="+strconv.Itoa(int(x.fault))); err != nil {
		t.Errorf("the child crashed: %v\n%s", err, strings.Join(w.out, "\n"))
	}
	return w.out
}
