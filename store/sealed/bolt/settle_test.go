package bolt

import (
	"fmt"
	"slices"
	"testing"

	"go.etcd.io/bbolt"

	"pricegap/store/sealed/page"
)

// TestSettled: what is free leaves the page cache by its number, and what is in use reads as before.
func TestSettled(t *testing.T) {
	t.Parallel()
	d := made(t, 2000)
	for round := range 3 * settleEvery {
		if err := d.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("b")).Delete(fmt.Appendf(nil, "key %d", 10*round)) }); err != nil {
			t.Fatal(err)
		}
		d.Settled()
	}
	m, _, _, err := page.Newest(d.File)
	if err != nil {
		t.Fatal(err)
	}
	want, err := page.Free(d.File, m)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := page.FreeIDs(d.File, m)
	if err != nil || len(ids) == 0 || uint64(len(ids)) != want || !slices.IsSorted(ids) || ids[0] < 2 || ids[len(ids)-1] >= m.High {
		t.Errorf("%d of %d pages below %d are free: %v, %v", len(ids), want, m.High, ids, err)
	}
	if err := d.View(func(tx *bbolt.Tx) error {
		if n := tx.Bucket([]byte("b")).Stats().KeyN; n != 2000-3*settleEvery {
			t.Errorf("%d keys", n)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := Check(d.File); err != nil {
		t.Error(err)
	}
}
