package segment_test

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
	"pricegap/store/storetest"
)

// TestGoneHasNoTime: that a page shows a listing no more is of no moment, so that where it is all that the log holds, nothing of the
// log is old, neither as it is written nor as it is read again. What was newest of each segment stays.
func TestGoneHasNoTime(t *testing.T) {
	ctx := t.Context()
	kind := sealed.Kind{Format: "test", Schema: 1, Buckets: append(append([]string{}, segment.Buckets...), shelf.Buckets...), Init: shelf.Init}
	f, err := sealed.Open(ctx, filepath.Join(t.TempDir(), "prices.db"), kind)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := segment.Open(ctx, f, segment.Limits{Observations: 4, Batches: 2, Few: 2, Runs: 2})
	if err != nil {
		t.Fatal(err)
	}
	bases := func() (n int) {
		if err := f.View(ctx, func(tx *sealed.Tx) error {
			return tx.Each(past.BucketBases, nil, func(_, _ []byte) error { n++; return nil })
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	record := func(h, n int, run market.RunID) {
		t.Helper()
		o := storetest.Observe("acme", n, storetest.At(h), int64(100+h))
		o.Run = run
		if _, err := p.Record(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	for h := range 8 {
		for n := range 4 {
			record(h, n, market.RunID(fmt.Sprint(h)))
		}
	}
	record(-1, 1, "late") // a run begins: what stood in the log is sealed, and this does not come to stand there
	if err := p.Again(ctx, "acme", market.Sighting{Listing: "acme:000001", Gone: true}); err != nil {
		t.Fatal(err)
	}
	before := bases()
	if before == 0 || p.Sources[0].Pending.Count != 0 {
		t.Fatalf("%d bases, and %+v in the log", before, p.Sources[0].Pending)
	}
	for _, when := range []string{"as it was written", "as it is read again"} {
		if at := p.Sources[0].Pending.From; at != math.MaxUint32 {
			t.Errorf("%s: what is in the log begins at %d", when, at)
		}
		if _, err := p.Prune(ctx, "acme", segment.Cut{Forget: 1}, 0, false, func(_, _ int64) {}); err != nil {
			t.Fatal(err)
		}
		if n := bases(); n != before {
			t.Errorf("%s: %d bases, not %d, where nothing is old enough to go", when, n, before)
		}
		if err := p.Load(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
