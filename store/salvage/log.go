package salvage

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
)

// change is one that the log knows, of a listing that is sealed.
type change struct {
	ordinal, sec uint32
	seq          uint64
	found        bool // its observation is there
}

// gap is where frames of the log are lost: from and before end, and the numbers of their changes.
type gap struct {
	from, end       uint64
	fromSeq, endSeq uint64
}

// log is what is left of the log.
type log struct {
	of       map[uint32][]change // by source, by listing and time
	pending  map[uint32][]uint64 // the frames in which a source has what no segment holds
	sealedTo map[uint32]uint64   // the last frame of which a segment holds what a source has there
	gaps     []gap
	// Forgotten are the sources of which it does not know all changes; unnumbered says that it lost one that is there.
	forgotten  map[uint32]bool
	unnumbered bool
}

// readLog reads the log.
func readLog(ctx context.Context, from *sealed.File, before *shelf.Counts) (log, error) {
	l := log{of: map[uint32][]change{}, pending: map[uint32][]uint64{}, sealedTo: map[uint32]uint64{}, forgotten: map[uint32]bool{}}
	next, seq := uint64(1), uint64(1)
	err := shelf.Each(ctx, from, past.BucketLog, 8, func(_ *sealed.Tx, key, payload []byte) error {
		f, err := frame.ParseFrame(payload)
		if err != nil || len(key) != 8 {
			return nil //nolint:nilerr // it counts as lost
		}
		n := binary.BigEndian.Uint64(key)
		if n != next {
			l.gaps = append(l.gaps, gap{next, n, seq, f.First})
		}
		f.Number = n
		next, seq = f.Behind(), f.First
		for _, g := range f.Groups {
			l.group(next-1, seq, g)
			seq += g.Changes
		}
		return nil
	})
	if before != nil && before.Batches >= next {
		l.gaps = append(l.gaps, gap{next, before.Batches + 1, seq, before.Changes + 1})
	}
	for _, cs := range l.of {
		slices.SortFunc(cs, func(a, b change) int { return cmp.Or(cmp.Compare(a.ordinal, b.ordinal), cmp.Compare(a.sec, b.sec)) })
	}
	return l, err
}

// group enters a group of frame n, whose first change has that number.
func (l *log) group(n, seq uint64, g frame.Group) {
	if !g.Left {
		if p := l.pending[g.Source]; len(p) == 0 || p[len(p)-1] != n {
			l.pending[g.Source] = append(p, n)
		}
		return
	}
	if g.Forgotten() {
		l.forgotten[g.Source] = true
		return
	}
	if g.Changes > 0 {
		l.sealedTo[g.Source] = n
	}
	_ = g.Each(seq, func(_ frame.Group, _ market.RunID, e frame.Event) error { // its checksum was right
		l.of[g.Source] = append(l.of[g.Source], change{e.Ordinal, e.Sec, e.Seq, false})
		return nil
	})
}

// find returns the change of a listing at a second; nil where the log knows none.
func (l *log) find(source, ordinal, sec uint32) *change {
	cs := l.of[source]
	i, found := slices.BinarySearchFunc(cs, change{ordinal: ordinal, sec: sec}, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.ordinal, b.ordinal), cmp.Compare(a.sec, b.sec))
	})
	if !found {
		return nil
	}
	return &cs[i]
}

// firstOf returns the first change of a listing, which is its first sight; nil where the log does not know it.
func (l *log) firstOf(source, ordinal uint32) *change {
	cs := l.of[source]
	i, _ := slices.BinarySearchFunc(cs, ordinal, func(c change, o uint32) int { return cmp.Compare(c.ordinal, o) })
	if i == len(cs) || cs[i].ordinal != ordinal || !l.whole(source) {
		return nil
	}
	return &cs[i]
}

// cursor is where one that stood at seq is to stand: what stood in a gap may be new to whom it belongs, and has a number that may be
// any.
func (l *log) cursor(seq uint64) uint64 {
	for _, g := range l.gaps {
		if l.unnumbered && seq < g.endSeq {
			return 0
		}
		if g.fromSeq <= seq && seq < g.endSeq {
			return g.fromSeq - 1
		}
	}
	return seq
}

// whole reports whether the log knows of all changes of a source.
func (l *log) whole(source uint32) bool {
	return !l.forgotten[source] && !slices.ContainsFunc(l.gaps, gap.changes)
}

// changes reports whether some are lost.
func (g gap) changes() bool { return g.fromSeq < g.endSeq }

// lostSince reports whether changes are lost between two frames that may be of a source, and that no segment holds.
func (l *log) lostSince(source uint32, first, after, before uint64) bool {
	return slices.ContainsFunc(l.gaps, func(g gap) bool {
		return g.changes() && g.end > max(first, after+1, l.sealedTo[source]+1) && g.from < before
	})
}

// beginning is the number with which a key begins.
func beginning(key []byte) uint32 { return binary.BigEndian.Uint32(key) }
