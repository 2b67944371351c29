package sealed

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"pricegap/store/sealed/bolt"
	"pricegap/store/sealed/fault"
	"pricegap/store/sealed/page"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testKind = Kind{
	Format: "test", Schema: 1, Buckets: []string{"a", "b"},
	Init: func(t *Tx) error { return t.Put("a", []byte("init"), []byte("done")) },
	Verify: func(ctx context.Context, f *File) error {
		for _, err := range (Scan[bool]{Bucket: "a", Load: func(*Tx, []byte, []byte) (bool, bool, error) { return true, true, nil }}).Run(ctx, f) {
			if err != nil {
				return err
			}
		}
		return f.CheckPages(ctx)
	},
}

func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(t.Context(), path, testKind)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func put(t testing.TB, f *File, key string, value []byte) {
	t.Helper()
	if err := f.Update(t.Context(), func(tx *Tx) error { return tx.Put("a", []byte(key), value) }); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, f *File, key string) (out []byte) {
	t.Helper()
	if err := f.View(t.Context(), func(tx *Tx) error {
		p, err := tx.Get("a", []byte(key))
		out = bytes.Clone(p)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestUpdatesShareACommit(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "f.db"))
	f.turn <- struct{}{} // somebody commits: all that follow wait, and are one commit
	const n = 20
	var wg sync.WaitGroup
	flushes, over, failed := 0, 0, errors.New("this one fails")
	ctx, cancel := context.WithCancel(t.Context())
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() {
			ctx := ctx
			if i != 3 {
				ctx = t.Context()
			}
			errs[i] = f.Update(ctx, func(tx *Tx) error {
				if tx.Kept(n) == nil {
					tx.Keep(n, true)
					tx.BeforeCommit(func() error { flushes++; return nil })
					tx.AfterCommit(func(err error) {
						if over++; err != nil || flushes != over {
							t.Errorf("after %d commits, of which %d began: %v", over, flushes, err)
						}
					})
				}
				if err := tx.Put("a", fmt.Append(nil, i), []byte("v")); err != nil || i != 5 {
					return err
				}
				return failed
			})
		})
	}
	for queued := 0; queued < n; {
		f.mu.Lock()
		queued = len(f.queue)
		f.mu.Unlock()
	}
	cancel()
	<-f.turn
	wg.Wait()
	for i, err := range errs {
		switch want := map[int]error{3: context.Canceled, 5: failed}[i]; {
		case want == nil && err != nil, want != nil && !errors.Is(err, want):
			t.Errorf("update %d: %v, want %v", i, err, want)
		}
		if has := get(t, f, fmt.Sprint(i)) != nil; has != (errs[i] == nil) {
			t.Errorf("update %d returned %v, its record is there: %v", i, errs[i], has)
		}
	}
	if flushes != 1 {
		t.Errorf("%d commits, want 1", flushes)
	}
}

func TestAPanicIsAnError(t *testing.T) {
	t.Parallel()
	f := open(t, filepath.Join(t.TempDir(), "f.db"))
	put(t, f, "k", []byte("v"))
	err := f.View(t.Context(), func(*Tx) error { panic("bbolt asserts") })
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "bbolt asserts") {
		t.Errorf("View: %v", err)
	}
	if got := get(t, f, "k"); string(got) != "v" {
		t.Errorf("after it: %q", got)
	}
	for range 2 {
		if err := f.Update(t.Context(), func(*Tx) error { panic("bbolt asserts") }); !errors.Is(err, ErrCorrupt) {
			t.Errorf("Update: %v", err)
		}
	}
	// What bbolt left locked must not block anybody.
	if err := f.View(t.Context(), func(*Tx) error { return nil }); !errors.Is(err, ErrCorrupt) {
		t.Errorf("View after a broken Update: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if got := get(t, open(t, f.Path()), "k"); string(got) != "v" {
		t.Errorf("opened again: %q", got)
	}
}

func TestAFileCutWhileOpen(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "f.db"))
	for i := range 200 {
		put(t, f, fmt.Sprint(i), make([]byte, 2000))
	}
	if err := os.Truncate(f.Path(), 3*4096); err != nil {
		t.Fatal(err)
	}
	if err := testKind.Verify(t.Context(), f); !errors.Is(err, ErrCorrupt) {
		t.Errorf("reading beyond the end of the file: %v, want ErrCorrupt", err)
	}
}

func TestADamagedRecordIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	f := open(t, path)
	put(t, f, "the key", []byte("a value that is to be found"))
	f.Close()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(b, []byte("to be found"))
	b[at] = 'T'
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	f = open(t, path)
	err = f.View(t.Context(), func(tx *Tx) error {
		_, err := tx.Get("a", []byte("the key"))
		return err
	})
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), `bucket a, key "the key"`) {
		t.Errorf("Get: %v, want ErrCorrupt with file, bucket and key", err)
	}
}

// TestPagesAreChecked flips every byte of the structure of a file, one at a time: the walk must refuse it, or
// bbolt serve what was there.
func TestPagesAreChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	f := open(t, path)
	if err := f.Update(t.Context(), func(tx *Tx) error {
		for i := range 400 {
			if err := tx.Put("a", fmt.Appendf(nil, "key-%04d", i), make([]byte, 40)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	put(t, f, "key-0001", make([]byte, 30)) // leaves free pages
	f.Close()
	file, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := bolt.Check(file); err != nil {
		t.Fatalf("a sound file: %v", err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	m, _, _, err := page.Newest(file)
	if err != nil {
		t.Fatal(err)
	}
	free := freePages(t, file, m)
	refused := 0
	for page := range info.Size() / int64(m.PageSize) {
		if free[uint64(page)] || uint64(page) >= m.High {
			continue
		}
		for off := int64(8); off < 14; off++ { // kind, count and overflow, which decide about everything else
			at := page*int64(m.PageSize) + off
			if page < 2 {
				at += 16 // the meta proper
			}
			var b [1]byte
			if _, err := file.ReadAt(b[:], at); err != nil {
				t.Fatal(err)
			}
			if _, err := file.WriteAt([]byte{b[0] ^ 1}, at); err != nil {
				t.Fatal(err)
			}
			if err := bolt.Check(file); errors.Is(err, ErrCorrupt) {
				refused++
			} else {
				t.Errorf("page %d, byte %d changed: %v", page, off, err)
			}
			if _, err := file.WriteAt(b[:], at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if refused < 100 {
		t.Errorf("%d refusals: the file is too small to prove anything", refused)
	}
}

func freePages(t *testing.T, file *os.File, m page.Meta) map[uint64]bool {
	b := make([]byte, m.PageSize)
	if _, err := file.ReadAt(b, int64(m.Freelist*m.PageSize)); err != nil {
		t.Fatal(err)
	}
	out := map[uint64]bool{}
	for i := range int(binary.LittleEndian.Uint16(b[10:])) {
		out[binary.LittleEndian.Uint64(b[16+8*i:])] = true
	}
	return out
}

func TestFull(t *testing.T) {
	for _, err := range []error{
		&os.PathError{Op: "write", Path: "f.db", Err: syscall.ENOSPC}, fmt.Errorf("file resize error: %s", syscall.EFBIG), //nolint:errorlint // as bbolt does
	} {
		if got := fault.Wrap("f.db", err); !errors.Is(got, ErrFull) {
			t.Errorf("%v: %v, want ErrFull", err, got)
		}
	}
	for _, err := range []error{syscall.EIO, fmt.Errorf("file sync error: %s", syscall.EIO)} { //nolint:errorlint // as bbolt does
		if got := fault.Wrap("f.db", err); errors.Is(got, ErrFull) || !errors.Is(got, syscall.EIO) {
			t.Errorf("%v: %v, want EIO and not ErrFull", err, got)
		}
	}
}

func TestReplacedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	f := open(t, path)
	put(t, f, "k", []byte("old"))
	var b bytes.Buffer
	if _, err := f.CopyTo(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if _, err := f.CopyTo(t.Context(), writerFunc(func([]byte) (int, error) { return 0, syscall.ENOSPC })); !errors.Is(err, syscall.ENOSPC) ||
		errors.Is(err, ErrFull) || strings.Contains(err.Error(), path) {
		t.Errorf("onto another disk that is full: %v", err)
	}
	put(t, f, "k", []byte("new"))
	f.Close()
	whole := b.Bytes()

	if _, err := Restore(t.Context(), path, testKind, bytes.NewReader(whole), false); !errors.Is(err, ErrExists) {
		t.Errorf("without force: %v, want ErrExists", err)
	}
	for name, bad := range map[string][]byte{"cut": whole[:len(whole)/2], "nothing": nil, "garbage": []byte("garbage")} {
		if _, err := Restore(t.Context(), path, testKind, bytes.NewReader(bad), true); !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := read(t, path); got != "new" {
		t.Errorf("after restores that failed: %q", got)
	}
	former, err := Restore(t.Context(), path, testKind, bytes.NewReader(whole), true)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("restored: %q", got)
	}
	if got := read(t, former); got != "new" {
		t.Errorf("the former file: %q", got)
	}
	if err := os.WriteFile(path, []byte("damaged beyond all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), path, testKind, bytes.NewReader(whole), true); err != nil {
		t.Errorf("over a damaged file: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 3 {
		t.Errorf("left behind: %v, %v, want the file and two former ones", entries, err)
	}
}

// read opens path, reads one record and closes it.
func read(t *testing.T, path string) string {
	t.Helper()
	f := open(t, path)
	defer f.Close()
	return string(get(t, f, "k"))
}

// TestADamagedKeyHidesNothing spoils one key so that all stay in order, which no check of pages can see. What
// is then not found where it was must be an error, not an absence.
func TestADamagedKeyHidesNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		old, spoilt string
		ask         func(ctx context.Context, f *File) error
	}{
		"get, moved up":     {"key-31-", "key-32-", ask("key-31-")},
		"get, moved down":   {"key-31-", "key-30-", ask("key-31-")},
		"first of a prefix": {"key-10-", "key-09-", walk("key-1")},
		"last of a prefix":  {"key-19-", "key-20-", walk("key-1")},
		"last of all":       {"key-60-", "kez-60-", walk("key-")},
		"in the middle":     {"key-31-", "key-32-", walk("")},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.db")
			f := open(t, path)
			for _, k := range []string{"key-03-", "key-10-", "key-13-", "key-19-", "key-31-", "key-53-", "key-60-"} {
				put(t, f, k, []byte("v"))
			}
			if err := tt.ask(t.Context(), f); err != nil {
				t.Fatalf("before: %v", err)
			}
			f.Close()
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, bytes.ReplaceAll(b, []byte(tt.old), []byte(tt.spoilt)), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := tt.ask(t.Context(), open(t, path)); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%v, want ErrCorrupt", err)
			}
		})
	}
}

func ask(key string) func(context.Context, *File) error {
	return func(ctx context.Context, f *File) error {
		return f.View(ctx, func(tx *Tx) error {
			_, err := tx.Get("a", []byte(key))
			return err
		})
	}
}

func walk(prefix string) func(context.Context, *File) error {
	return func(ctx context.Context, f *File) error {
		for _, err := range (Scan[bool]{Bucket: "a", Prefix: []byte(prefix), Load: func(*Tx, []byte, []byte) (bool, bool, error) { return true, true, nil }}).Run(ctx, f) {
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// TestUpdateCalledOff: who waits for its turn may leave, and then nothing of it is done; what is under way is waited for.
func TestUpdateCalledOff(t *testing.T) {
	t.Parallel()
	f := open(t, filepath.Join(t.TempDir(), "f.db"))
	ctx, leave := context.WithCancel(t.Context())
	ended, ran := make(chan error), false
	if err := f.Alone(t.Context(), func() error {
		go func() { ended <- f.Update(ctx, func(*Tx) error { ran = true; return nil }) }()
		leave()
		return <-ended
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("it left with %v", err)
	}
	put(t, f, "later", []byte("x"))
	if ran {
		t.Error("it was done nevertheless")
	}
	ctx, leave = context.WithCancel(t.Context())
	if err := f.Update(ctx, func(tx *Tx) error { leave(); return tx.Put("a", []byte("under way"), nil) }); err != nil || get(t, f, "under way") == nil {
		t.Errorf("called off while it is done: %v", err)
	}
}

// TestBelowWhatWasDeleted: what stands below a key is found where all of the pages between was deleted in the transaction.
func TestBelowWhatWasDeleted(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "x.db"))
	key := func(i int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(i)) }
	const n = 200
	if err := f.Update(t.Context(), func(tx *Tx) error {
		for i := range n {
			if err := tx.Put("b", key(i), make([]byte, 400)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := f.Update(t.Context(), func(tx *Tx) error {
		for i := n - 2; i > 0; i-- {
			if err := tx.Delete("b", key(i)); err != nil {
				return err
			}
		}
		for below, want := range map[int][]byte{n - 1: key(0), n / 2: key(0), 1: key(0), 0: nil, n: key(n - 1)} {
			if k, _, err := tx.Below("b", key(below)); err != nil || !bytes.Equal(k, want) {
				t.Errorf("below %d: %x, %v, want %x", below, k, err, want)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
