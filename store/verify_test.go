package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

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
	if err := s.Verify(t.Context()); !errors.Is(err, store.ErrCorrupt) {
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
	for _, bucket := range []string{"listings", "heads", "history", "offers", "changes", "products", "matches", "runs", "runtimes", "alerts"} {
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
			if bucket == "history" || bucket == "offers" || bucket == "changes" {
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
	// change rewrites the first record of a bucket.
	change := func(bucket string, to func(key, payload []byte) []byte) func(tx *bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(bucket))
			k, v := b.Cursor().First()
			p, err := record.Unseal(bucket, k, v)
			if err != nil {
				return err
			}
			return b.Put(k, record.Seal(bucket, k, to(k, p)))
		}
	}
	head := func(spoil func(h *record.Head)) func(tx *bbolt.Tx) error {
		return change("heads", func(_, p []byte) []byte {
			h, err := record.ParseHead(p)
			if err != nil {
				t.Fatal(err)
			}
			spoil(&h)
			return h.Append(nil)
		})
	}
	entry := func(spoil func(e *record.Entry)) func(tx *bbolt.Tx) error {
		return change("history", func(_, p []byte) []byte {
			e, err := record.ParseEntry(p)
			if err != nil {
				t.Fatal(err)
			}
			spoil(&e)
			return e.Append(nil)
		})
	}
	for what, do := range map[string]func(tx *bbolt.Tx) error{
		"a head that counts wrong":        head(func(h *record.Head) { h.Count++ }),
		"a head of an older time":         head(func(h *record.Head) { h.Newest -= 3600 }),
		"a head that trusts another":      head(func(h *record.Head) { h.Good -= 3600 }),
		"a head that shows another":       head(func(h *record.Head) { h.Shown = 0 }),
		"a head with another run":         head(func(h *record.Head) { h.Run = "other" }),
		"an observation without a change": entry(func(e *record.Entry) { e.Seq = 0 }),
		"an observation of a later change": entry(func(e *record.Entry) {
			e.Seq = 1 << 40
		}),
		"an observation that is none": change("offers", func(_, p []byte) []byte { return p[:8] }),
		"an entry that is none":       change("history", func(_, p []byte) []byte { return p[:2] }),
		"a head of another trust":     head(func(h *record.Head) { h.Glance = append([]byte{h.Glance[0] ^ 1}, h.Glance[1:]...) }),
		"a change of one with itself": change("changes", func(_, p []byte) []byte {
			c, err := record.ParseChange(p)
			if err != nil {
				t.Fatal(err)
			}
			c.Before = c.After
			return c.Append(nil)
		}),
		"wrong counts":    change("pricegap", func(_, _ []byte) []byte { return []byte(`{"Listings":3}`) }),
		"another product": change("products", func(_, _ []byte) []byte { return []byte(`{"id":"x"}`) }),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "prices.db"), whole, 0o600); err != nil {
			t.Fatal(err)
		}
		tamper(t, filepath.Join(dir, "prices.db"), do)
		wantDamage(t, dir, what)
	}
}

// TestInsertBesideALostRecord records an older observation where the one before it is lost.
func TestInsertBesideALostRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openBolt(t, dir)
	for h := range 3 {
		if _, err := s.Record(t.Context(), storetest.Observe("acme", 1, storetest.At(h), int64(h))); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	tamper(t, filepath.Join(dir, "prices.db"), func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("history"))
		c := b.Cursor()
		c.First()
		k, _ := c.Next()
		return b.Delete(k)
	})
	s = openBolt(t, dir)
	defer s.Close()
	if _, err := s.Record(t.Context(), storetest.Observe("acme", 1, storetest.At(1), 7)); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Record: %v, want ErrCorrupt: something else may have been there", err)
	}
}
