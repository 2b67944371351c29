// Package write adds to a history: what is seen goes to the end of the log, and from there into segments.
package write

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"pricegap/market"
	"pricegap/store/fail"
	"pricegap/store/sealed"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
)

// Limits say when the log of a source becomes a segment, and when what is newest is written out.
type Limits struct {
	// A segment is made of so many observations or batches, and of fewer where a new run begins.
	Observations uint32
	Batches      uint64
	Few          uint32
	// Runs is how many runs a look back reads at most, as long as each sees every listing.
	Runs uint32
}

// Usual are the limits of a shop's history.
var Usual = Limits{Observations: 1 << 13, Batches: 256, Few: 1 << 10, Runs: 64}

// Writer writes to the history in a file. All methods are safe for concurrent use.
type Writer struct {
	*memory.Memory
	limits Limits
	spare  map[uint32]*mark.Touched // by the number of a source; empty, for the next transaction
	batch  frame.Batch              // of the transaction that writes; its room is used again
}

// New returns a writer to what is in memory.
func New(m *memory.Memory, l Limits) *Writer {
	return &Writer{Memory: m, limits: l, spare: map[uint32]*mark.Touched{}}
}

// stage is what a transaction adds; memory learns of it after the commit.
type stage struct {
	h *Writer
	past.Txn
	batches uint64 // how many there are then
	sources map[market.SourceID]*staged
	parts   past.Cache // that are not full in the file yet
}

// staged is a source to which a transaction adds.
type staged struct {
	*memory.Source
	head    past.Head
	touched *mark.Touched
	ids     map[market.ListingID]uint32 // of new listings
	fresh   []market.ListingID
	next    uint32 // the listing after the one that was recorded last: in the order of the last run
	moved   bool   // the record of the source is not as it was

	reader *past.Reader // nil before somebody asks
}

// stageKey is what a stage is kept under in its transaction.
type stageKey struct{}

// update runs do in a transaction that it may share with others; do may run more than once.
func (h *Writer) update(ctx context.Context, do func(s *stage, w *frame.Batch) error) error {
	return h.File.Update(ctx, func(t *sealed.Tx) error {
		if err := h.Retry(ctx); err != nil {
			return err
		}
		s, ok := t.Kept(stageKey{}).(*stage)
		if !ok {
			s = &stage{h: h, Txn: past.Txn{Tx: t}, sources: map[market.SourceID]*staged{}}
			t.Keep(stageKey{}, s)
			t.AfterCommit(s.apply)
		}
		n, err := s.Count()
		if err != nil {
			return err
		}
		w := &h.batch
		w.Begin(n.Batches+1, n.Changes+1)
		if err := do(s, w); err != nil {
			return err
		}
		err = errors.Join(s.put(w, n), ctx.Err(), fail.Point("record: ready"))
		w.Begin(0, 0) // what it holds is in the file
		return err
	})
}

// put writes the frame, unless nothing is in it, and how far the sources are.
func (s *stage) put(w *frame.Batch, n *shelf.Counts) error {
	if w.End(); len(w.Frame.Groups) > 0 {
		n.Batches = w.Number
		if err := cmp.Or(s.Append(past.BucketLog, past.BatchKey(w.Number), w.Frame.Append(nil)), fail.Point("record: frame")); err != nil {
			return err
		}
	}
	s.batches = n.Batches
	for _, st := range s.sources {
		if st.moved {
			st.moved = false
			rec := past.SourceRecord{
				Name: st.Name, Segments: uint32(len(st.head.Spans)), Sealed: st.head.Sealed, First: st.head.Pending.First, Late: st.head.Late,
			}
			if err := s.Put(past.BucketSources, past.KeyOf(st.Number), rec.Append(nil)); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply tells memory what was committed.
func (s *stage) apply(err error) {
	h := s.h
	if err != nil {
		_ = h.Load(context.Background()) // where it fails, too, who comes next tries again
		return
	}
	h.Mu.Lock()
	defer h.Mu.Unlock()
	h.Batches = s.batches
	for _, st := range slices.SortedFunc(maps.Values(s.sources), func(a, b *staged) int { return cmp.Compare(a.Number, b.Number) }) {
		src := st.Source
		if int(src.Number) == len(h.Sources) {
			h.Sources = append(h.Sources, src)
		}
		for _, id := range st.fresh {
			src.Table.Add(id)
		}
		st.touched.Apply(&src.Table)
		st.touched.Clear()
		h.spare[src.Number] = st.touched
		src.Head = st.head
	}
}

// cut puts what a batch has so far, and goes on with another one.
func (s *stage) cut(w *frame.Batch, n *shelf.Counts) error {
	if w.End(); len(w.Frame.Groups) == 0 {
		return nil
	}
	err := s.put(w, n)
	w.Begin(n.Batches+1, n.Changes+1)
	return err
}

// source returns a source by its name; nil where it is new and make is not set.
func (s *stage) source(name market.SourceID, enlist bool) (*staged, error) {
	st := s.sources[name]
	if st == nil {
		st = &staged{ids: map[market.ListingID]uint32{}}
		for _, src := range s.h.Sources {
			if src.Name == name {
				st.Source, st.head = src, src.Head
			}
		}
		if st.Source == nil {
			if !enlist {
				return nil, nil
			}
			n, err := s.Count()
			if err != nil {
				return nil, err
			}
			st.Source, st.moved = memory.NewSource(s.h.Memory, uint32(n.Sources), name), true
			n.Sources++
		}
		if st.touched = s.h.spare[st.Number]; st.touched == nil {
			st.touched = new(mark.Touched)
		}
		delete(s.h.spare, st.Number) // what is not committed is not used again
		s.sources[name] = st
	}
	return st, st.Err
}

// frameBytes is how large a frame grows, about, so that it fits a page: what needs several is written, and counted by the kernel, as
// one, and so is whatever is written in its place later.
const frameBytes = 3750

// ready begins another frame where one is full, and seals what a source has in the log where a run would not go with it, or it is
// much.
func (s *stage) ready(w *frame.Batch, st *staged, run market.RunID) error {
	if w.Size() >= frameBytes {
		n, err := s.Count()
		if err == nil {
			err = s.cut(w, n)
		}
		if err != nil {
			return err
		}
	}
	p, l := st.head.Pending, s.h.limits
	if p.First == 0 || p.Count < l.Observations && w.Number-p.First < l.Batches && (p.Count < l.Few || run == p.Run) ||
		slices.ContainsFunc(w.Frame.Groups, func(g frame.Group) bool { return g.Source == st.Number }) {
		return nil
	}
	return s.seal(st, w.Number)
}

// reader reads the source as the transaction sees it now. It is one for all: what it read last is soon asked for again.
func (s *stage) reader(st *staged, w *frame.Batch) *past.Reader {
	if st.reader == nil {
		st.reader = &past.Reader{Parts: &s.h.Parts, Own: &s.parts, Full: st.Sealed, T: s.Tx, Number: st.Number, Name: st.Name}
	}
	st.reader.Head, st.reader.W = st.head, w
	return st.reader
}

// get returns a listing, to be changed.
func (st *staged) get(ordinal uint32) *mark.Entry {
	if e := st.touched.Get(ordinal); e != nil {
		return e
	}
	var e mark.Entry
	if ordinal < st.Table.Size() {
		e = st.Table.Entry(ordinal)
	}
	return st.touched.Add(ordinal, e)
}

// find returns the number of a listing.
func (st *staged) find(id market.ListingID) (uint32, bool) {
	if o := st.next; o < st.Table.Size() && st.Table.ID(o) == id {
		return o, true
	}
	if o, known := st.Table.Find(id); known {
		return o, true
	}
	o, known := st.ids[id]
	return o, known
}

// runOf returns the number of a run, to which it gives one.
func (st *staged) runOf(id market.RunID) uint32 {
	for i := len(st.head.Runs) - 1; i >= 0; i-- {
		if st.head.Runs[i] == id {
			return uint32(i)
		}
	}
	st.head.Runs = append(st.head.Runs, id)
	return uint32(len(st.head.Runs) - 1)
}
