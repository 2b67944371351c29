package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pricegap/store"
	"pricegap/store/segment"
	"pricegap/store/storetest"
)

// troubled is the child of the sweeps: it does everything that a store can do, each thing once more where it failed, and says what
// of it came to pass and which errors are not of the kind that was given.
type troubled struct {
	t     *testing.T
	dir   string
	known func(error) bool // the error says what went wrong
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
		if !x.known(err) {
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
		x.try("compact", func() error { _, _, err := store.Compact(x.t.Context(), x.path("prices.db"), nil); return err })
	}
	if x.try("open", x.open) {
		for i := rounds / 2; i < rounds; i++ {
			x.record(i)
			if i == rounds*3/4 {
				x.try("compact in use", func() error { _, _, err := x.s.Compact(x.t.Context(), nil); return err })
			}
		}
		x.try("verify", func() error { return x.s.Verify(x.t.Context(), nil) })
		x.try("close", x.s.Close)
	}
	x.try("upgrade", x.upgrade)
}

// formerObservations is how many observations the file of an earlier schema has that a child takes over.
const formerObservations = 339

// beforeTrouble makes the folder of a child.
func beforeTrouble(t *testing.T, dir string, former []byte) {
	t.Helper()
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "former.db"), former, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// checkTroubled judges what a child said, and the files it left. mended is whether each thing was to be done in the end.
func checkTroubled(t *testing.T, dir string, out []string, mended bool) {
	t.Helper()
	done := map[string]bool{}
	for _, line := range out {
		what, about, _ := strings.Cut(line, " ")
		switch {
		case what == "untyped", what == "failed" && mended:
			t.Error(line)
		case what == "done":
			done[about] = true
		}
	}
	for name, there := range map[string]bool{"prices.db": done["open"], "restored.db": done["restore"], "former.db": true} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			if there {
				t.Errorf("%s afterwards: %v", name, err)
			}
			continue
		}
		s, err := store.Open(t.Context(), filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s afterwards: %v", name, err)
			continue
		}
		if err := s.Verify(t.Context(), nil); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
		if i, err := s.Info(t.Context()); err != nil || name == "former.db" && i.Observations != formerObservations || name == "restored.db" && i.Observations == 0 {
			t.Errorf("%s afterwards: %d observations, %v", name, i.Observations, err)
		}
		if name == "prices.db" {
			checkRounds(t, s, done)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// checkRounds asks whether each round that was recorded is there, once.
func checkRounds(t *testing.T, s store.Store, done map[string]bool) {
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
