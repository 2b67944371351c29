package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pricegap/store"
	"pricegap/store/segment"
	"pricegap/store/storetest"
)

// faults is what the kernel answers instead of doing it.
var faults = []unix.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}

// troubled is the child of the sweep: it does everything that a store can do, each thing once more where it failed, and says what
// of it came to pass and which errors are not of the kind that was given.
type troubled struct {
	t     *testing.T
	dir   string
	fault unix.Errno
	s     store.Store
}

// try does something, and once more where it fails.
func (x *troubled) try(what string, do func() error) bool {
	for range 2 {
		err := do()
		if err == nil {
			fmt.Println("done", what)
			return true
		}
		if !errors.Is(err, x.fault) || x.fault == unix.ENOSPC && strings.HasPrefix(err.Error(), "store") && !errors.Is(err, store.ErrFull) {
			fmt.Println("untyped", what, err)
		}
	}
	fmt.Println("failed", what)
	return false
}

func (x *troubled) path(name string) string { return filepath.Join(x.dir, name) }

func (x *troubled) open() (err error) {
	x.s, err = store.OpenLimited(x.t.Context(), x.path("prices.db"), segment.Limits{Observations: 6, Batches: 4, Few: 2, Runs: 2})
	return err
}

// rounds is how many rounds are recorded, half of them before the file is compacted.
const rounds = 12

func (x *troubled) record(i int) {
	x.try("record "+strconv.Itoa(i), func() error {
		_, err := x.s.Record(x.t.Context(), killed(0, 0, i), killed(0, 1, i))
		return err
	})
	x.try("state", func() error { return x.s.PutState(x.t.Context(), "round", []byte(strconv.Itoa(i))) })
}

func (x *troubled) backup() error {
	f, err := os.Create(x.path("backup.db"))
	if err != nil {
		return err
	}
	_, err = x.s.Backup(x.t.Context(), f)
	return errors.Join(err, f.Sync(), f.Close())
}

func (x *troubled) restore() error {
	f, err := os.Open(x.path("backup.db"))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = store.Restore(x.t.Context(), x.path("restored.db"), f, true)
	return err
}

func (x *troubled) upgrade() error {
	s, err := store.Open(x.t.Context(), x.path("former.db"))
	if err != nil {
		return err
	}
	return s.Close()
}

// run does it all.
func (x *troubled) run() {
	if x.try("open", x.open) {
		for i := range rounds / 2 {
			x.record(i)
		}
		if x.try("backup", x.backup) {
			x.try("restore", x.restore)
		}
		x.try("close", x.s.Close)
		x.try("compact", func() error { _, _, err := store.Compact(x.t.Context(), x.path("prices.db")); return err })
	}
	if x.try("open", x.open) {
		for i := rounds / 2; i < rounds; i++ {
			x.record(i)
		}
		x.try("verify", func() error { return x.s.Verify(x.t.Context()) })
		x.try("close", x.s.Close)
	}
	x.try("upgrade", x.upgrade)
}

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
		(&troubled{t: t, dir: os.Getenv("STORE_DIR"), fault: unix.Errno(n)}).run()
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
	met := 0
	for i, x := range all {
		dir := filepath.Join(root, strconv.Itoa(i))
		x.check(t, dir, x.run(t, dir, former, nil))
		if t.Failed() {
			t.Fatalf("%s number %d, for good: %v: %v", x.kind, x.nth, x.good, x.fault)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		met++
	}
	t.Logf("%d runs with a fault, of %v acts by kind: nothing lost, nothing damaged, every error typed", met, count)
}

// run runs a child whose act fails, counts what it does, and returns what it said.
func (x sweep) run(t *testing.T, dir string, former []byte, count map[string]int) []string {
	t.Helper()
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "former.db"), former, 0o600)); err != nil {
		t.Fatal(err)
	}
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

// check judges what a child said, and the files it left.
func (x sweep) check(t *testing.T, dir string, out []string) {
	t.Helper()
	done := map[string]bool{}
	for _, line := range out {
		what, about, _ := strings.Cut(line, " ")
		switch {
		case what == "untyped", what == "failed" && !x.good:
			t.Error(line)
		case what == "done":
			done[about] = true
		}
	}
	for _, name := range []string{"prices.db", "restored.db", "former.db"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil && !done["open"] && !done["restore"] {
			continue
		}
		s, err := store.Open(t.Context(), filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s afterwards: %v", name, err)
			continue
		}
		if err := s.Verify(t.Context()); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
		if name == "prices.db" {
			x.checkRounds(t, s, done)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// checkRounds asks whether each round that was recorded is there, once.
func (x sweep) checkRounds(t *testing.T, s store.Store, done map[string]bool) {
	for n := range 2 {
		seen := map[time.Time]int{}
		for o, err := range s.History(t.Context(), killed(0, n, 0).Listing, time.Time{}, time.Time{}) {
			if err != nil {
				t.Error(err)
			}
			seen[o.SeenAt]++
		}
		for i := range rounds {
			if times := seen[storetest.At(i)]; times > 1 || times == 0 && done["record "+strconv.Itoa(i)] {
				t.Errorf("listing %d, round %d: there %d times", n, i, times)
			}
		}
	}
}
