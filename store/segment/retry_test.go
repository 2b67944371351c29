package segment_test

import (
	"path/filepath"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
	"pricegap/store/storetest"
)

// TestMemoryIsReadAgain lets memory fail to be read, as after a commit that failed on a disk that does not answer: whoever
// comes when the disk answers again, to read or to write, is served.
func TestMemoryIsReadAgain(t *testing.T) {
	ctx := t.Context()
	kind := sealed.Kind{Format: "test", Schema: 1, Buckets: append(append([]string{}, segment.Buckets...), shelf.Buckets...), Init: shelf.Init}
	f, err := sealed.Open(ctx, filepath.Join(t.TempDir(), "prices.db"), kind)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := segment.Open(ctx, f, segment.Usual)
	if err != nil {
		t.Fatal(err)
	}
	hour := 0
	record := func() error {
		hour++
		_, err := p.Record(ctx, storetest.Observe("acme", 1, storetest.At(hour), int64(hour)))
		return err
	}
	look := func() (n int, err error) {
		for _, err = range p.History(ctx, "acme:000001", time.Time{}, time.Time{}) {
			n++
		}
		return n, err
	}
	changes := func() (n int, err error) {
		var c market.Change
		for c, err = range p.Changes(ctx, 0) {
			n = int(c.Seq)
		}
		return n, err
	}
	if err := record(); err != nil {
		t.Fatal(err)
	}
	var whole []byte
	put := func(b []byte) {
		t.Helper()
		if err := f.Update(ctx, func(tx *sealed.Tx) error { return tx.Put(past.BucketSources, past.KeyOf(0), b) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.View(ctx, func(tx *sealed.Tx) error {
		b, err := tx.Get(past.BucketSources, past.KeyOf(0))
		whole = append(whole, b...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for name, use := range map[string]func() error{
		"a record":  record,
		"a look":    func() error { _, err := look(); return err },
		"the log":   func() error { _, err := changes(); return err },
		"the check": func() error { return p.Verify(ctx, &shelf.Counts{}, func() {}) },
	} {
		put([]byte("?"))
		if p.Load(ctx) == nil || use() == nil {
			t.Fatalf("%s: what is in memory was read from a record that is none", name)
		}
		put(whole)
		if err := use(); err != nil {
			t.Errorf("%s, when it can be read again: %v", name, err)
		}
		if err := f.View(ctx, func(tx *sealed.Tx) error {
			b, err := tx.Get(past.BucketSources, past.KeyOf(0))
			whole = append(whole[:0], b...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := look(); n != hour-1 || err != nil { // one call of record failed
		t.Errorf("%d observations after %d calls, one of which failed: %v", n, hour, err)
	}
	if n, err := changes(); n != hour-1 || err != nil {
		t.Errorf("%d changes: %v", n, err)
	}
}
