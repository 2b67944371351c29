package page

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.etcd.io/bbolt"
)

// fill makes a file with so many records in each of two buckets, a small bucket, and some free pages.
func fill(t testing.TB, path string, records int) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	put := func(bucket string, from, n int) {
		if err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte(bucket))
			for i := from; i < from+n && err == nil; i++ {
				err = b.Put(fmt.Appendf(nil, "key-%06d", i), fmt.Appendf(nil, "%s %-40d", bucket, i))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	put("a", 0, records)
	put("b", 0, records)
	put("small", 0, 3)
	put("a", 1, 1) // leaves free pages
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSalvage damages each page of a file, one at a time: all records but those of the page are found, none that is wrong, and
// what is missing lies where it says so.
func TestSalvage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	const records = 1500
	fill(t, path, records)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, _, _, err := Newest(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	truth := map[string]string{}
	for _, bucket := range []string{"a", "b", "small"} {
		for i := range records {
			truth[fmt.Sprintf("%skey-%06d", bucket, i)] = fmt.Sprintf("%s %-40d", bucket, i)
		}
	}
	ways := map[string]func(b []byte){
		"zeroed":         func(b []byte) { clear(b) },
		"another page":   func(b []byte) { copy(b, whole[3*m.PageSize:4*m.PageSize]) },
		"a wrong number": func(b []byte) { b[20] ^= 0x40 },
		"a long page":    func(b []byte) { b[13] ^= 1 },
	}
	roots := 0
	for way, hurt := range ways {
		for id := range m.High {
			b := bytes.Clone(whole)
			hurt(b[id*m.PageSize : (id+1)*m.PageSize])
			got := map[string]bool{}
			w, err := Salvage(bytes.NewReader(b), int64(len(b)), []string{"a", "b", "small"}, func(f Found) (bool, error) {
				at := f.Bucket + string(f.Key)
				intact := truth[at] == string(f.Value)
				got[at] = got[at] || intact
				return intact, nil
			})
			if err != nil {
				t.Fatalf("page %d %s: %v", id, way, err)
			}
			missing := 0
			for _, bucket := range []string{"a", "b"} {
				for i := range records {
					if key := fmt.Appendf(nil, "key-%06d", i); !got[bucket+string(key)] {
						missing++
						if !slices.ContainsFunc(w.Lost, func(r Range) bool {
							return (r.Bucket == "" || r.Bucket == bucket) && bytes.Compare(key, r.From) >= 0 && (r.To == nil || bytes.Compare(key, r.To) < 0)
						}) {
							t.Fatalf("page %d %s: %s %s is missing, and nobody says so: %v", id, way, bucket, key, w.Lost)
						}
					}
				}
			}
			if missing > 2*records/20 {
				t.Errorf("page %d %s: %d records of %d are missing", id, way, missing, 2*records)
			}
			if !got["smallkey-000001"] {
				t.Errorf("page %d %s: a small bucket stands on a former page, too", id, way)
			}
			if len(w.Lost) > 0 && w.Lost[0].Bucket == "" {
				roots++
			}
		}
	}
	if roots == 0 {
		t.Error("the root was never met: the test proves nothing")
	}
}

// TestSalvageRefuses: where nothing says where anything is, nothing is made up.
func TestSalvageRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.db")
	fill(t, path, 100)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	none := func(Found) (bool, error) { return true, nil }
	for what, n := range map[string]int{"nothing": 0, "half a page": 60} {
		if _, err := Salvage(bytes.NewReader(whole[:n]), int64(n), nil, none); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, err := Salvage(bytes.NewReader(bytes.Repeat([]byte("x"), 1<<16)), 1<<16, nil, none); !errors.Is(err, ErrForeign) {
		t.Errorf("garbage: %v, want ErrForeign", err)
	}
	whole[30] ^= 1
	whole[4096+30] ^= 1
	if _, err := Salvage(bytes.NewReader(whole), int64(len(whole)), nil, none); err == nil || errors.Is(err, ErrForeign) {
		t.Errorf("both first pages are damaged: %v", err)
	}
}
