package frame

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pricegap/market"
)

// drawEvents draws what calls say of listings without a change: long rows of those that follow each other, jumps, and the same again.
func drawEvents(t *rapid.T) (all []Event) {
	at := Event{Ordinal: rapid.Uint32Range(0, 2000).Draw(t, "first"), Sec: 1_700_000_000}
	for range rapid.IntRange(1, 12).Draw(t, "rows") {
		for range rapid.SampledFrom([]int{1, rowOf - 1, rowOf, 600}).Draw(t, "long") {
			all = append(all, at)
			at.Ordinal += rapid.SampledFrom([]uint32{1, 1, 1, 3}).Draw(t, "step")
			at.Sec += rapid.Uint32Range(0, 2).Draw(t, "later")
		}
		switch rapid.IntRange(0, 3).Draw(t, "then") {
		case 0:
			all = append(all, Event{Kind: More, Rare: Goes, Ordinal: at.Ordinal, Sec: all[len(all)-1].Sec})
		case 1:
			all = append(all, Event{Kind: More, Rare: Moved, Ordinal: at.Ordinal, Sec: at.Sec, Data: []byte("https://shop.example/")})
		case 2:
			at.Ordinal = rapid.Uint32Range(0, 2000).Draw(t, "to")
			at.Sec -= rapid.Uint32Range(0, 100).Draw(t, "before")
		}
	}
	return all
}

// TestFrameGivesWhatWasAdded holds also that rows are small.
func TestFrameGivesWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w Batch
		want := drawEvents(t)
		for _, e := range want {
			w.Add(7, "run", e, nil)
		}
		w.End()
		f, err := ParseFrame(w.Frame.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		var got []Event
		err = f.Each(math.MaxUint32, func(g Group, run market.RunID, e Event) error {
			if run != "run" || g.Source != 7 || !g.Holds(e.Ordinal) {
				t.Errorf("group %d of run %q: %+v", g.Source, run, e)
			}
			got = append(got, e)
			return nil
		})
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Fatalf("%v (-want +got):\n%s", err, d)
		}
	})
	var w Batch
	for o := range uint32(500) {
		w.Add(7, "run", Event{Ordinal: o, Sec: 1_700_000_000 + o*7/5}, nil)
	}
	if w.End(); w.Size() > 200 {
		t.Errorf("500 listings that were seen again: %d bytes", w.Size())
	}
}
