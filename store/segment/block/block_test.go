package block

import (
	"bytes"
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// draw makes entries of any kind: all listings, most of them, a few, some more than once.
func draw(t *rapid.T) (uint32, []Entry) {
	first := rapid.Uint32Range(0, 1000).Draw(t, "block") * Size
	most := rapid.IntRange(0, 100).Draw(t, "percent")
	again := rapid.SampledFrom([]int{0, 0, 30}).Draw(t, "again")
	stray := rapid.Uint32Range(0, 1<<16).Draw(t, "stray")
	var es []Entry
	at := rapid.Uint32Range(1, 1<<32-1-Size*(1<<17)).Draw(t, "from")
	for o := range uint32(rapid.IntRange(1, Size).Draw(t, "span")) {
		if o > 0 && rapid.IntRange(0, 99).Draw(t, "seen") > most {
			continue
		}
		n := 1
		if rapid.IntRange(0, 99).Draw(t, "times") < again {
			n = 3
		}
		for i := range n {
			e := Entry{Ordinal: first + o, Sec: at + stray*uint32(i) + uint32(i) + rapid.Uint32Range(0, stray).Draw(t, "sec"), Run: rapid.Uint32Range(7, 9).Draw(t, "run")}
			if rapid.IntRange(0, 9).Draw(t, "changed") == 0 {
				e.Rec = rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "rec")
			}
			es = append(es, e)
			at += 5
		}
	}
	slices.SortStableFunc(es, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Sec, b.Sec)) })
	return first, es
}

func TestBlock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, es := draw(t)
		b, err := Parse(first, Append(nil, first, es))
		if err != nil || b.Len() != len(es) {
			t.Fatalf("%d of %d: %v", b.Len(), len(es), err)
		}
		recs := map[int][]byte{}
		if err := b.Recs(func(i int, rec []byte) bool { recs[i] = rec; return true }); err != nil {
			t.Fatal(err)
		}
		b.Ordinals(func(i int, ordinal uint32) {
			e := es[i]
			if ordinal != e.Ordinal || b.Sec(i) != e.Sec || b.Run(i) != e.Run || !bytes.Equal(recs[i], e.Rec) {
				t.Fatalf("%d: %d %d %d %q, want %+v", i, ordinal, b.Sec(i), b.Run(i), recs[i], e)
			}
			if says, err := b.Says(i); err != nil || says != (e.Rec != nil) {
				t.Fatalf("%d: Says = %t, %v, want %q", i, says, err, e.Rec)
			}
			if rec, _, err := b.Rec(i, i); err != nil || !bytes.Equal(rec, e.Rec) {
				t.Fatalf("%d: Rec = %q, %v, want %q", i, rec, err, e.Rec)
			}
		})
		for o := range uint32(Size) {
			from, end := b.Find(first + o)
			i := slices.IndexFunc(es, func(e Entry) bool { return e.Ordinal == first+o })
			n := 0
			for _, e := range es {
				if e.Ordinal == first+o {
					n++
				}
			}
			if end-from != n || n > 0 && from != i {
				t.Fatalf("listing %d: %d to %d, want %d from %d", o, from, end, n, i)
			}
		}
	})
}

// TestSmall holds what the form is for: a run that saw every listing at an even pace costs next to nothing.
func TestSmall(t *testing.T) {
	var es []Entry
	for o := range uint32(Size) {
		es = append(es, Entry{Ordinal: o, Sec: 1_700_000_000 + 2*o, Run: 3})
	}
	if n := len(Append(nil, 0, es)); n > 24 {
		t.Errorf("%d bytes", n)
	}
}

// FuzzParse holds that no bytes make a block panic.
func FuzzParse(f *testing.F) {
	f.Add(Append(nil, Size, []Entry{{Ordinal: Size, Sec: 5, Run: 1}, {Ordinal: Size + 3, Sec: 9, Run: 1, Rec: []byte("x")}}))
	f.Add(Append(nil, 0, []Entry{{Ordinal: 1, Sec: 5}, {Ordinal: 1, Sec: 1 << 31, Rec: []byte("x")}}))
	f.Fuzz(func(t *testing.T, p []byte) {
		b, err := Parse(0, p)
		if err != nil {
			return
		}
		n := 0
		b.Ordinals(func(i int, ordinal uint32) {
			_, _ = b.Sec(i), b.Run(i)
			n++
			if from, end := b.Find(ordinal); i < from || i >= end {
				t.Fatalf("entry %d of %d is not found", i, ordinal)
			}
		})
		if n != b.Len() {
			t.Fatalf("%d of %d", n, b.Len())
		}
		_ = b.Recs(func(int, []byte) bool { return true })
	})
}

func TestSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var es []Entry
		for range rapid.IntRange(0, 9).Draw(t, "stretches") {
			_, some := draw(t)
			es = append(es, some...)
		}
		want := slices.Clone(es)
		slices.SortStableFunc(want, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Sec, b.Sec)) })
		Sort(es)
		if !slices.EqualFunc(es, want, func(a, b Entry) bool {
			return a.Ordinal == b.Ordinal && a.Sec == b.Sec && a.Run == b.Run && bytes.Equal(a.Rec, b.Rec)
		}) {
			t.Fatalf("%v, want %v", es, want)
		}
	})
}
