package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/record"
	"pricegap/store/storetest"
)

// tamper changes the file at path behind the store's back.
func tamper(t *testing.T, path string, do func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(do), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// wantDamage opens the store and wants Verify to find the damage.
func wantDamage(t *testing.T, dir, what string) {
	t.Helper()
	s := openBolt(t, dir)
	defer s.Close()
	if err := s.Verify(t.Context(), nil); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("%s: Verify: %v, want ErrCorrupt", what, err)
	}
}

// judge compares what is served with the truth: right, or an error in its place.
func judge(t *testing.T, path, what string, truth map[string][]string) {
	t.Helper()
	var lines []string
	readAll(path, func(l string) { lines = append(lines, l) })
	for name, got := range sections(lines) {
		want, end := truth[name], got[len(got)-1]
		if end == "complete" && len(got) != len(want) {
			t.Errorf("%s: %s: %d values of %d and no error", what, name, len(got)-1, len(want)-1)
		}
		for i, v := range got[:len(got)-1] {
			if i >= len(want) || v != want[i] {
				t.Errorf("%s: %s: value %d is wrong", what, name, i)
				break
			}
		}
	}
}

// TestALostRecordIsFound takes one record away at a time: Verify must miss it, and reading must not pass over a
// lost observation or change.
func TestALostRecordIsFound(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	path := sampleOfAll(t, root)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	readAll(path, func(l string) { lines = append(lines, l) })
	truth := sections(lines)
	for _, bucket := range []string{"sources", "log", "segments", "parts", "bases", "late", "products", "matches", "runs", "runtimes", "alerts"} {
		for where := range 5 {
			dir := t.TempDir()
			hurt := filepath.Join(dir, "prices.db")
			if err := os.WriteFile(hurt, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			what := bucket
			tamper(t, hurt, func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				var keys [][]byte
				if err := b.ForEach(func(k, _ []byte) error { keys = append(keys, k); return nil }); err != nil {
					return err
				}
				key := keys[(len(keys)-1)*where/4]
				what += " " + string(key)
				return b.Delete(key)
			})
			wantDamage(t, dir, what)
			if !slices.Contains([]string{"late", "products", "matches", "runs", "runtimes", "alerts"}, bucket) {
				judge(t, hurt, what, truth)
			}
		}
	}
}

// TestVerifySumsUp puts sealed records in place that contradict each other.
func TestVerifySumsUp(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(sampleOfAll(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	// change rewrites one record of a bucket, the n-th from the front or, below 0, from the end.
	change := func(bucket string, n int, to func(key, payload []byte) []byte) func(tx *bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(bucket))
			var keys [][]byte
			if err := b.ForEach(func(k, _ []byte) error { keys = append(keys, k); return nil }); err != nil {
				return err
			}
			k := keys[(n+len(keys))%len(keys)]
			p, err := record.Unseal(bucket, k, b.Get(k))
			if err != nil {
				return err
			}
			return b.Put(k, record.Seal(bucket, k, to(k, bytes.Clone(p))))
		}
	}
	at := func(i int) func(_, p []byte) []byte {
		return func(_, p []byte) []byte { p[(i+len(p))%len(p)] ^= 1; return p }
	}
	for what, do := range map[string]func(tx *bbolt.Tx) error{
		"a source with a segment less":      change("sources", 0, at(len("acme")+1)),
		"a source that counts late ones":    change("sources", 0, at(-1)),
		"a frame that begins elsewhere":     change("log", 5, at(0)),
		"a frame of another listing":        change("log", 0, at(-2)),
		"a frame without its groups":        change("log", 0, func(_, p []byte) []byte { return p[:1] }),
		"a frame that is cut":               change("log", -1, func(_, p []byte) []byte { return p[:len(p)-3] }),
		"a header that counts wrong":        change("segments", 0, at(0)),
		"a header that is cut":              change("segments", 0, func(_, p []byte) []byte { return p[:3] }),
		"a block of another time":           change("segments", 1, at(5)),
		"a block that is none":              change("segments", 1, func(_, p []byte) []byte { return p[:len(p)-2] }),
		"a first sight that is none":        change("parts", 0, func(_, p []byte) []byte { return p[:len(p)/2] }),
		"a base that is none":               change("bases", 0, func(_, p []byte) []byte { return p[:len(p)/2] }),
		"what came late, without its offer": change("late", 0, func(_, p []byte) []byte { return p[:12] }),
		"wrong counts":                      change("pricegap", 0, func(_, _ []byte) []byte { return []byte(`{"Listings":3}`) }),
		"another product":                   change("products", 0, func(_, _ []byte) []byte { return []byte(`{"id":"x"}`) }),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "prices.db"), whole, 0o600); err != nil {
			t.Fatal(err)
		}
		tamper(t, filepath.Join(dir, "prices.db"), do)
		wantDamage(t, dir, what)
	}
}

// TestInsertBesideALostRecord records an older observation where another of the listing is lost.
func TestInsertBesideALostRecord(t *testing.T) {
	t.Parallel()
	for _, bucket := range []string{"log", "segments", "parts"} {
		dir := t.TempDir()
		sample(t, dir)
		tamper(t, filepath.Join(dir, "prices.db"), func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(bucket))
			k, _ := b.Cursor().Last()
			return b.Delete(k)
		})
		s := openBolt(t, dir)
		late := storetest.Observe("zoon", 1, storetest.At(3).Add(time.Minute), 7)
		if _, err := s.Record(t.Context(), late); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: Record: %v, want ErrCorrupt: something else may have been there", bucket, err)
		}
		s.Close()
	}
}

// TestTheRestGoesOn damages one source: what is known of the others is served, and recorded.
func TestTheRestGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := sample(t, dir)
	tamper(t, path, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("parts"))
		k, _ := b.Cursor().First() // of acme
		return b.Delete(k)
	})
	s := openBolt(t, dir)
	defer s.Close()
	other := storetest.Observe("zoon", 1, storetest.At(90), 7)
	if cs, err := s.Record(t.Context(), other, storetest.Observe("zoon", 900, storetest.At(90), 7)); err != nil || len(cs) != 2 {
		t.Errorf("Record: %d changes, %v", len(cs), err)
	}
	for o, err := range s.Latest(t.Context(), store.Query{Sources: []market.SourceID{"zoon"}}) {
		if err != nil || !o.SeenAt.Equal(other.SeenAt) {
			t.Errorf("%v, %v", o.SeenAt, err)
		}
	}
	for _, err := range s.Latest(t.Context(), store.Query{Sources: []market.SourceID{"acme"}}) {
		if !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), path) {
			t.Errorf("of the other: %v, want ErrCorrupt that names the file", err)
		}
	}
	for _, do := range map[string]func() error{
		"Record": func() error {
			_, err := s.Record(t.Context(), storetest.Observe("acme", 1, storetest.At(90), 7))
			return err
		},
		"Again": func() error {
			return s.Again(t.Context(), "acme", market.Sighting{Listing: "acme:000001", SeenAt: storetest.At(91)})
		},
	} {
		if err := do(); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%v, want ErrCorrupt", err)
		}
	}
}

// TestBackupStalls: whoever takes a backup and reads no further delays nobody, and has all of it later.
func TestBackupStalls(t *testing.T) {
	t.Parallel()
	dir, copies := t.TempDir(), t.TempDir()
	sample(t, dir)
	s := openBolt(t, dir)
	defer s.Close()
	was := openInfoOf(t, s)
	out, in := io.Pipe()
	go func() {
		_, err := s.Backup(t.Context(), in)
		in.CloseWithError(err)
	}()
	b := make([]byte, 1)
	if _, err := io.ReadFull(out, b); err != nil {
		t.Fatal(err)
	}
	for i := range 40 { // the file grows
		if err := s.PutState(t.Context(), fmt.Sprint("big/", i), make([]byte, 256<<10)); err != nil {
			t.Fatal(err)
		}
	}
	rest, err := io.ReadAll(out)
	if err == nil {
		err = os.WriteFile(filepath.Join(copies, "prices.db"), append(b, rest...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := openBolt(t, copies)
	defer c.Close()
	if is := openInfoOf(t, c); c.Verify(t.Context(), nil) != nil || is.Observations != was.Observations || is.Changes != was.Changes || was.Observations == 0 {
		t.Errorf("the copy holds %+v, want %+v", is, was)
	}
}
