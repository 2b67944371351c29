package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/record"
	"pricegap/store/segment"
	"pricegap/store/storetest"
)

// sampleLimits are such that a small store has something of everything that a large one has.
var sampleLimits = segment.Limits{Observations: 100, Batches: 5, Few: 30, Runs: 2}

// sample writes a small store and returns its path.
func sample(t testing.TB, dir string) string {
	t.Helper()
	s, err := store.OpenLimited(t.Context(), filepath.Join(dir, "prices.db"), sampleLimits)
	if err != nil {
		t.Fatal(err)
	}
	for h := range 30 {
		var obs []market.Observation
		for n := range 10 {
			obs = append(obs, storetest.Observe("acme", n, storetest.At(h), int64(100+h/(n+1))))
		}
		obs = append(obs, storetest.Observe("zoon", 1, storetest.At(h), 5)) // beyond the range of acme
		if _, err := s.Record(t.Context(), obs...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutState(t.Context(), "big", bytes.Repeat([]byte("0123456789abcdef"), 1000)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "prices.db")
}

func TestOpenAddresses(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for url, want := range map[string]string{"bolt:a.db": "a.db", "b.db": "b.db", "bolt:" + dir + "/c.db": "c.db", "bolt://" + dir + "/d.db": "d.db", "./e:f.db": "e:f.db"} {
		s, err := store.Open(t.Context(), url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		s.Close()
		info, err := os.Stat(filepath.Join(dir, want))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want a file of mode 0600", url, info, err)
		}
	}
	for _, url := range []string{"postgres://db/prices", "", "bolt:", "sqlite:x.db"} {
		if _, err := store.Open(t.Context(), url); !errors.Is(err, store.ErrEngine) || !strings.Contains(err.Error(), "bolt:PATH") {
			t.Errorf("%q: %v, want ErrEngine that says what there is", url, err)
		}
	}
	if _, err := store.Open(t.Context(), "bolt:missing/x.db"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	locks, _ := filepath.Glob(filepath.Join(dir, "*.lock"))
	if len(left)+len(locks) > 0 {
		t.Errorf("left behind: %v %v", left, locks)
	}
}

// forge writes a bbolt file with that in its main bucket.
func forge(t *testing.T, path, bucket string, records map[string][]byte) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		nested, err := b.CreateBucket([]byte("nested"))
		if err != nil {
			return err
		}
		if err := nested.Put([]byte("k"), []byte("v")); err != nil {
			return err
		}
		for k, v := range records {
			if err := b.Put([]byte(k), v); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesAndDoesNotTouch(t *testing.T) {
	t.Parallel()
	seal := func(doc string) map[string][]byte {
		return map[string][]byte{"schema": record.Seal("pricegap", []byte("schema"), []byte(doc))}
	}
	schema := func(n int) map[string][]byte { return seal(fmt.Sprintf(`{"format":"pricegap","schema":%d}`, n)) }
	flipped := seal(`{"format":"pricegap","schema":1}`)
	flipped["schema"][20] ^= 1
	for name, tt := range map[string]struct {
		make func(t *testing.T, path string)
		want error
	}{
		"empty":       {func(t *testing.T, p string) { os.WriteFile(p, nil, 0o600) }, store.ErrForeign},
		"garbage":     {func(t *testing.T, p string) { os.WriteFile(p, bytes.Repeat([]byte("garbage "), 5000), 0o600) }, store.ErrForeign},
		"a few bytes": {func(t *testing.T, p string) { os.WriteFile(p, []byte("hi"), 0o600) }, store.ErrForeign},
		"zeros":       {func(t *testing.T, p string) { os.WriteFile(p, make([]byte, 1<<16), 0o600) }, store.ErrForeign},
		"SQLite": {func(t *testing.T, p string) {
			os.WriteFile(p, append([]byte("SQLite format 3\x00"), make([]byte, 8192)...), 0o600)
		}, store.ErrForeign},
		"folder":          {func(t *testing.T, p string) { os.Mkdir(p, 0o700) }, store.ErrForeign},
		"pipe":            {func(t *testing.T, p string) { syscall.Mkfifo(p, 0o600) }, store.ErrForeign},
		"another bbolt":   {func(t *testing.T, p string) { forge(t, p, "theirs", map[string][]byte{"a": []byte("b")}) }, store.ErrForeign},
		"another product": {func(t *testing.T, p string) { forge(t, p, "pricegap", seal(`{"format":"else","schema":1}`)) }, store.ErrForeign},
		"newer":           {func(t *testing.T, p string) { forge(t, p, "pricegap", schema(store.Schema+1)) }, store.ErrNewer},
		"schema damaged":  {func(t *testing.T, p string) { forge(t, p, "pricegap", flipped) }, store.ErrCorrupt},
		"buckets missing": {func(t *testing.T, p string) { forge(t, p, "pricegap", schema(store.Schema)) }, store.ErrCorrupt},
		"cut off": {func(t *testing.T, p string) {
			if err := os.Truncate(sample(t, filepath.Dir(p)), 20_000); err != nil {
				t.Fatal(err)
			}
		}, store.ErrCorrupt},
		"cut to the first page": {func(t *testing.T, p string) { os.Truncate(sample(t, filepath.Dir(p)), 4096) }, store.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "prices.db")
			tt.make(t, path)
			before, _ := os.Stat(path)
			var was []byte
			if before.Mode().IsRegular() {
				was, _ = os.ReadFile(path)
			}
			_, err := store.Open(t.Context(), path)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Open: %v, want %v", err, tt.want)
			}
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%q does not name the file", err)
			}
			after, serr := os.Stat(path)
			if serr != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
				t.Errorf("touched: %v %v", after, serr)
			}
			if before.Mode().IsRegular() {
				if is, _ := os.ReadFile(path); !bytes.Equal(is, was) {
					t.Error("the bytes changed")
				}
			}
		})
	}
}

func TestOpenLocked(t *testing.T) {
	t.Parallel()
	if os.Getenv("STORE_CHILD") == "hold" {
		s := openBolt(t, os.Getenv("STORE_DIR"))
		defer s.Close()
		os.Stdout.WriteString("held\n")
		os.Stdin.Read(make([]byte, 1)) // until the parent lets go
		return
	}
	dir := t.TempDir()
	cmd, out := child(t, "^TestOpenLocked$", "hold", dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if !out.Scan() || out.Text() != "held" {
		t.Fatalf("child says %q", out.Text())
	}
	path, begun := filepath.Join(dir, "prices.db"), time.Now()
	_, err = store.Open(t.Context(), path)
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "process "+strconv.Itoa(cmd.Process.Pid)) {
		t.Errorf("Open: %v, want ErrLocked with process %d", err, cmd.Process.Pid)
	}
	if d := time.Since(begun); d > 10*time.Second {
		t.Errorf("after %v", d)
	}
	backup, err := os.Open(sample(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer backup.Close()
	if _, err := store.Restore(t.Context(), path, backup, true); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Restore over a store in use: %v, want ErrLocked", err)
	}
	if _, _, err := store.Compact(t.Context(), path, nil); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Compact of a store in use: %v, want ErrLocked", err)
	}
	in.Close()
	for out.Scan() { //nolint:revive // to the end
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	openBolt(t, dir).Close()
}

func TestTwoOpenInOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openBolt(t, dir)
	defer s.Close()
	if _, err := store.Open(t.Context(), filepath.Join(dir, "prices.db")); !errors.Is(err, store.ErrLocked) {
		t.Errorf("second Open: %v, want ErrLocked", err)
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	here, link, other := filepath.Join(dir, "prices.db"), filepath.Join(dir, "link.db"), filepath.Join(dir, "other.db")
	for _, path := range []string{here, other} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(here, link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{here: true, link: true, other: false, filepath.Join(dir, "none.db"): true} {
		if got := store.At("bolt:"+here, path); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
	if store.At("bolt:"+filepath.Join(dir, "new.db"), here) {
		t.Error("a store that is not there yet is no other")
	}
}
