package warc

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTornTail cuts a file at every byte of its last record, as a killed process does: the reader gives what is whole
// and says that the rest is not, and the next Open cuts it off.
func TestTornTail(t *testing.T) {
	b := newBench(t, Options{})
	b.page("them", "https://them.example/1", "een")
	b.page("them", "https://them.example/2", "twee")
	b.close()
	name := b.names()[0]
	raw, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	recs := records(t, filepath.Join(b.dir, name))
	last, dir := recs[len(recs)-1].Offset, t.TempDir()
	want := recs[:len(recs)-1]
	for cut := last; cut < int64(len(raw)); cut++ {
		got, err := readAll(bytes.NewReader(raw[:cut]))
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("cut at %d: %s", cut, d)
		}
		if cut == last != (err == nil) || err != nil && !errors.Is(err, ErrTorn) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		mended(t, dir, name, raw[:cut], raw[:last])
	}
	mended(t, dir, name, raw, raw)
	mended(t, dir, name, append(bytes.Clone(raw), make([]byte, 700)...), raw) // what a file system leaves after a power cut
}

// mended holds what Open makes of a file that was left open to what it should.
func mended(t *testing.T, dir, name string, left, want []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name+opened), left, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := Open(Options{Folder: dir, Clock: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	got, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) && want == nil {
		return
	}
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("of %d bytes %d are left, want %d: %v", len(left), len(got), len(want), err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Fatalf("the folder holds %v, %v", names, err)
	}
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// TestTornHead: a file that got no further than its first record is not worth a name.
func TestTornHead(t *testing.T) {
	b := newBench(t, Options{})
	b.page("them", "https://them.example/1", "een")
	b.close()
	name := b.names()[0]
	raw, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	second := records(t, filepath.Join(b.dir, name))[1].Offset
	for _, cut := range []int64{0, 1, 20, second - 1, second, second + 1} {
		mended(t, t.TempDir(), name, raw[:cut], nil)
	}
}
