package frame

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/store/record"
)

// drawLeft draws a frame of which all is sealed: changes of runs of a few sources, some of them forgotten, and batches without any.
func drawLeft(t *rapid.T, number, first uint64) Frame {
	f := Frame{Number: number, First: first}
	for range rapid.IntRange(0, 3).Draw(t, "groups") {
		g := Group{Source: rapid.Uint32Range(0, 2).Draw(t, "source"), Left: true, Changes: rapid.Uint64Range(0, 12).Draw(t, "changes")}
		var last Event
		at := Event{Ordinal: rapid.Uint32Range(0, 5000).Draw(t, "first"), Sec: rapid.Uint32Range(1, math.MaxUint32-1<<20).Draw(t, "since")}
		for range g.Changes {
			g.Body = record.AppendSigned(g.Body, int64(at.Ordinal)-int64(last.Ordinal))
			g.Body = record.AppendSigned(g.Body, int64(at.Sec)-int64(last.Sec))
			last = at
			step := rapid.Uint32Range(0, 60).Draw(t, "step")
			at.Ordinal, at.Sec = at.Ordinal+step, at.Sec+step*7/5+rapid.Uint32Range(0, 1).Draw(t, "later")
		}
		if g.Changes > 0 && rapid.IntRange(0, 9).Draw(t, "forgotten") == 0 {
			g.Forget()
		}
		f.Groups = append(f.Groups, g)
	}
	return f
}

// TestJoinedFrames holds that frames that are joined say what each said.
func TestJoinedFrames(t *testing.T) {
	events := func(t *rapid.T, f Frame) (out []Event) {
		t.Helper()
		if err := f.Each(math.MaxUint32, func(g Group, _ market.RunID, e Event) error {
			e.Rare = byte(g.Source)
			out = append(out, e)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		all := drawLeft(t, 7, 100)
		want, known := events(t, all), []uint64{}
		batches := rapid.IntRange(1, 12).Draw(t, "batches")
		for range batches {
			next := drawLeft(t, all.Behind(), all.First+all.Changes())
			want = append(want, events(t, next)...)
			if !all.Joins() || !next.Joins() {
				t.Fatal("what is sealed does not join")
			}
			all.Join(next)
		}
		got, err := ParseFrame(all.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		got.Number = all.Number
		if d := cmp.Diff(all, got, cmpopts.EquateEmpty()); d != "" || got.Behind() != uint64(8+batches) {
			t.Fatalf("behind it %d (-want +got):\n%s", got.Behind(), d)
		}
		if d := cmp.Diff(want, events(t, got)); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
		for seq := all.First; seq < all.First+all.Changes(); seq++ {
			known = append(known, all.Known(seq))
			if is := got.Known(seq); is != known[len(known)-1] {
				t.Fatalf("known from %d on: %d, want %d", seq, is, known[len(known)-1])
			}
		}
	})
}

// FuzzParseFrame holds that no bytes make ParseFrame or Each panic, and that what reads is written and read again.
func FuzzParseFrame(f *testing.F) {
	var w Batch
	w.Begin(1, 1)
	for o := range uint32(20) {
		w.Add(7, "run", Event{Ordinal: o, Sec: 1_700_000_000 + o}, nil)
	}
	w.End()
	f.Add(w.Frame.Append(nil))
	left := Frame{First: 9, Groups: []Group{{Source: 1, Changes: 2, Left: true, Body: []byte{2, 200, 1, 4, 6}}, {Source: 2, Changes: 5, Left: true}}}
	left.Join(Frame{Groups: left.Groups[:1]})
	f.Add(left.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := ParseFrame(b)
		if err != nil {
			return
		}
		want, whole := said(frame)
		if !whole {
			return
		}
		again, err := ParseFrame(frame.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := said(again); !cmp.Equal(want, got) || again.First != frame.First || again.More != frame.More {
			t.Fatalf("%d, %d more, want %d, %d (-want +got):\n%s", again.First, again.More, frame.First, frame.More, cmp.Diff(want, got))
		}
	})
}

// said is what each group of a frame says; false where it is not what there is to be.
func said(f Frame) (out [][]Event, whole bool) {
	for _, g := range f.Groups {
		says := []Event{{Sec: g.Source, Seq: g.Changes}}
		if err := g.Each(0, func(_ Group, _ market.RunID, e Event) error {
			says = append(says, e)
			return nil
		}); err != nil || g.Left && !g.Forgotten() && uint64(len(says)-1) != g.Changes {
			return nil, false
		}
		out = append(out, says)
	}
	return out, true
}
