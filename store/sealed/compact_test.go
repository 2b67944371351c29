package sealed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// emptied writes a file of which most is free.
func emptied(t *testing.T, path string) *File {
	t.Helper()
	f := open(t, path)
	for i := range 50 {
		put(t, f, fmt.Sprint(i), make([]byte, 20_000))
	}
	if err := f.Update(t.Context(), func(tx *Tx) error {
		for i := range 49 {
			if err := tx.Delete("a", fmt.Append(nil, i)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestCompact: the copy takes the place of the file, by its real name, and stays locked; what follows is written there.
func TestCompact(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "f.db"), filepath.Join(dir, "link.db")
	if err := os.Symlink("f.db", link); err != nil {
		t.Fatal(err)
	}
	emptied(t, path).Close()
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	f := open(t, link)
	free, err := f.Free(t.Context())
	if size, serr := f.Size(); err != nil || serr != nil || free < size/2 || free >= size {
		t.Errorf("%d of %d bytes are free, %v, %v", free, size, err, serr)
	}
	for i := range 2 {
		before, after, err := f.Compact(t.Context(), nil)
		if err != nil || i == 0 && after >= before/2 || i == 1 && after != before {
			t.Errorf("Compact = %d, %d, %v", before, after, err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() != after || info.Mode().Perm() != 0o640 {
			t.Errorf("%v, %v", info, err)
		}
		if free, err := f.Free(t.Context()); err != nil || free > 32<<10 {
			t.Errorf("%d of %d bytes are free afterwards, %v", free, after, err)
		}
		if _, err := Open(t.Context(), path, testKind); !errors.Is(err, ErrLocked) {
			t.Errorf("another process: %v, want ErrLocked", err)
		}
	}
	if _, err := hold(path); !errors.Is(err, ErrLocked) {
		t.Errorf("another process that restores: %v, want ErrLocked", err)
	}
	put(t, f, "later", []byte("x"))
	f.Close()
	if _, _, err := f.Compact(t.Context(), nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	f = open(t, path)
	if get(t, f, "49") == nil || get(t, f, "init") == nil || get(t, f, "later") == nil || get(t, f, "0") != nil {
		t.Error("the records are not the same")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.compact*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestCompactInUse: a reader keeps what it reads, others read on, and what is written while the copy is made is in it.
func TestCompactInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f.db")
	f := emptied(t, path)
	copies, held := 0, make(chan struct{})
	tell := func(done, total int64) {
		if done < total {
			return
		}
		if copies++; copies == 1 {
			put(t, f, "meanwhile", []byte("x"))
		} else {
			close(held)
		}
	}
	compacted := make(chan error)
	if err := f.View(t.Context(), func(tx *Tx) error {
		former := f.now.Load()
		go func() {
			_, _, err := f.Compact(t.Context(), tell)
			compacted <- err
		}()
		<-held
		if err := f.Settle(t.Context()); err != nil {
			return err
		}
		if f.now.Load() == former || get(t, f, "49") == nil {
			return errors.New("the copy did not take its place while somebody reads")
		}
		put(t, f, "after", []byte("x"))
		if p, err := tx.Get("a", []byte("after")); p != nil || err != nil {
			return fmt.Errorf("the reader sees what came after it: %v, %w", p, err)
		}
		if p, err := tx.Get("a", []byte("49")); len(p) != 20_000 || err != nil {
			return fmt.Errorf("the reader has lost what it reads: %d bytes, %w", len(p), err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := <-compacted; err != nil || copies != 2 {
		t.Errorf("%d copies, %v", copies, err)
	}
	if get(t, f, "meanwhile") == nil || get(t, f, "after") == nil || get(t, f, "49") == nil {
		t.Error("something is lost")
	}
}

// TestCompactFails: a record or a page that is damaged, or a copy that cannot be made, changes nothing.
func TestCompactFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f.db")
	f := emptied(t, path)
	size, _ := f.Size()
	raw := func(do func(*bbolt.Bucket) error) {
		if err := f.now.Load().Update(func(tx *bbolt.Tx) error { return do(tx.Bucket([]byte("b"))) }); err != nil {
			t.Fatal(err)
		}
	}
	raw(func(b *bbolt.Bucket) error { return b.Put([]byte("worn"), []byte("no frame")) })
	if _, _, err := f.Compact(t.Context(), nil); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), `bucket b, key "worn"`) {
		t.Errorf("a damaged record: %v", err)
	}
	raw(func(b *bbolt.Bucket) error { return b.Delete([]byte("worn")) })
	ended, end := context.WithCancel(t.Context())
	end()
	if _, _, err := f.Compact(ended, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("called off: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(hidden(path), "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Compact(t.Context(), nil); err == nil {
		t.Error("a folder stands where the copy is made")
	}
	put(t, f, "later", []byte("x"))
	if info, err := os.Stat(path); err != nil || info.Size() != size {
		t.Errorf("%v, %v", info, err)
	}
}

// TestLeftCopy: what a process left that was killed is removed when the file is opened.
func TestLeftCopy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f.db")
	open(t, path).Close()
	if err := os.WriteFile(hidden(path), []byte("of a run that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if _, err := os.Stat(hidden(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

// hidden is where the copy of a file is made.
func hidden(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".compact")
}

// TestCompactTells: it is told how far a compaction is, percent by percent, to the end.
func TestCompactTells(t *testing.T) {
	t.Parallel()
	f := open(t, filepath.Join(t.TempDir(), "f.db"))
	if err := f.Update(t.Context(), func(tx *Tx) error {
		for i := range 400 {
			if err := tx.Put("a", fmt.Appendf(nil, "%03d", i), make([]byte, 40_000)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var told []int64
	all := int64(0)
	if _, _, err := f.Compact(t.Context(), func(done, total int64) { told, all = append(told, done), total }); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(told) || len(told) < 6 || told[0] > all/3 || told[len(told)-1] != all || all < 2*400*40_000 {
		t.Errorf("told %d of %d", told, all)
	}
}
