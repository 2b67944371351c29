// Package frame is the form of the log: what each call recorded, and, of what is sealed, its changes.
package frame

import (
	"encoding/binary"
	"math"
	"slices"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/segment/block"
	"pricegap/store/segment/delta"
)

// Frame is what one call recorded: the number of its first change, and groups. A group is of one source and one run, until it is
// sealed: then only its changes are left, which are the change log. Once all of them are sealed, frames are joined.
type Frame struct {
	Number uint64 // of the batch; the place says it
	More   uint64 // how many batches behind it are joined to it
	First  uint64
	Groups []Group
}

// Held are frames that were read, by number; nil holds none.
type Held map[uint64]Frame

// Get returns a frame, which read reads where it is not held.
func (h Held) Get(n uint64, read func() (Frame, error)) (Frame, error) {
	if f, known := h[n]; known {
		return f, nil
	}
	f, err := read()
	if err == nil && h != nil {
		h[n] = f
	}
	return f, err
}

// Group is what a call recorded of one source in one run.
type Group struct {
	Source  uint32
	Changes uint64
	Left    bool // it is sealed
	Body    []byte
}

// Forgotten reports whether the changes of a group are not known any more: only how many there were is, so that those behind them
// keep their numbers.
func (g Group) Forgotten() bool { return g.Left && g.Changes > 0 && len(g.Body) == 0 }

// Forget makes the changes of a group forgotten.
func (g *Group) Forget() { g.Left, g.Body = true, nil }

// Known returns the number of the first change from next on that is not forgotten, as far as the frame knows.
func (f Frame) Known(next uint64) uint64 {
	seq := f.First
	for _, g := range f.Groups {
		if g.Forgotten() && seq <= next && next < seq+g.Changes {
			next = seq + g.Changes
		}
		seq += g.Changes
	}
	return next
}

// The kinds of events in a group.
const (
	same    = iota // the listing was seen unchanged
	Changed        // with delta.Append against its first sight
	First          // first sight: delta.Append against that of the group's first, which is against nothing
	More           // rare: another byte says what
	kinds   = 2    // bits
	step1   = 4    // the listing is the one after the last; else the distance follows
)

// What is rare.
const (
	Goes  = iota // the page shows the listing no more; no observation
	Moved        // seen unchanged on another page, which follows
	row          // many that were seen unchanged, as a block.Append from the first on
)

// rowOf is how many a row has at least: fewer are written one by one.
const rowOf = 8

// Event is one of a group.
type Event struct {
	Kind, Rare   byte
	Ordinal, Sec uint32
	Seq          uint64 // of a change
	Data         []byte
}

// ParseFrame reads what Append wrote. Errors: record.ErrForm.
func ParseFrame(payload []byte) (f Frame, err error) {
	r := record.Reader{B: payload}
	f.First = r.Number()
	for len(r.B) > 0 {
		source := r.Number()
		if source == joined {
			if err := f.parseJoined(&r); err != nil {
				return Frame{}, err
			}
			break
		}
		if source > joined {
			return Frame{}, record.ErrForm
		}
		g := Group{Source: uint32(source)}
		n := r.Number()
		g.Changes, g.Left, g.Body = n>>1, n&1 == 1, r.Bytes()
		f.Groups = append(f.Groups, g)
	}
	return f, r.End()
}

// Append adds what ParseFrame reads to b.
func (f Frame) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, f.First)
	if f.More > 0 {
		return f.appendJoined(b)
	}
	for _, g := range f.Groups {
		n := g.Changes << 1
		if g.Left {
			n |= 1
		}
		b = binary.AppendUvarint(b, uint64(g.Source))
		b = binary.AppendUvarint(b, n)
		b = record.AppendBytes(b, g.Body)
	}
	return b
}

// Each calls do for the events of the groups of a source, all sources for math.MaxUint32, until do returns an error; of what is
// sealed only the changes are left. run is that of the events.
func (f Frame) Each(source uint32, do func(g Group, run market.RunID, e Event) error) error {
	seq := f.First
	for _, g := range f.Groups {
		if source == g.Source || source == math.MaxUint32 {
			if err := g.Each(seq, do); err != nil {
				return err
			}
		}
		seq += g.Changes
	}
	return nil
}

// SpanOf reads what a group begins with: its run, and the lowest and the highest listing.
func (g Group) SpanOf() (r record.Reader, run market.RunID, low, high uint32) {
	r = record.Reader{B: g.Body}
	run = market.RunID(r.Bytes())
	low = uint32(r.Number())
	return r, run, low, low + uint32(r.Number())
}

// Each calls do for the events of a group whose first change has that number, until do returns an error.
func (g Group) Each(seq uint64, do func(g Group, run market.RunID, e Event) error) error {
	r, run := record.Reader{B: g.Body}, market.RunID("")
	if !g.Left {
		r, run, _, _ = g.SpanOf()
	}
	var e Event
	for len(r.B) > 0 {
		if g.Left {
			e = Event{Kind: Changed, Ordinal: e.Ordinal + uint32(r.Signed()), Sec: e.Sec + uint32(r.Signed())}
		} else {
			e = nextEvent(&r, e)
		}
		if r.Bad {
			return record.ErrForm
		}
		if e.Kind == More && e.Rare == row {
			var err error
			if e, err = g.eachOf(run, e, do); err != nil {
				return err
			}
			continue
		}
		if e.Kind == Changed || e.Kind == First {
			e.Seq = seq
			seq++
		}
		if err := do(g, run, e); err != nil {
			return err
		}
	}
	return r.End()
}

// eachOf calls do for those of a row, and returns the last.
func (g Group) eachOf(run market.RunID, e Event, do func(g Group, run market.RunID, e Event) error) (Event, error) {
	b, err := block.Parse(e.Ordinal, e.Data)
	e = Event{}
	if err == nil {
		b.Ordinals(func(i int, o uint32) {
			if err == nil {
				e = Event{Ordinal: o, Sec: b.Sec(i)}
				err = do(g, run, e)
			}
		})
	}
	return e, err
}

// IsGone reports whether the event is that a page shows the listing no more: all others are observations.
func (e Event) IsGone() bool { return e.Kind == More && e.Rare == Goes }

func nextEvent(r *record.Reader, last Event) Event {
	tag := r.Byte()
	e := Event{Kind: tag & (1<<kinds - 1), Ordinal: last.Ordinal + 1, Sec: last.Sec}
	if tag&step1 == 0 {
		e.Ordinal = last.Ordinal + uint32(r.Signed())
	}
	if e.Kind == More {
		e.Rare = r.Byte()
	}
	if e.Kind != More || e.Rare != Goes {
		e.Sec += uint32(r.Signed())
	}
	if e.Kind == Changed || e.Kind == First || e.Kind == More && e.Rare != Goes {
		e.Data = r.Bytes()
	}
	return e
}

// Batch is the frame that is being written.
type Batch struct {
	Number uint64
	Frame  Frame
	// Of the last group, while it is written.
	source    uint32
	open      bool
	run       market.RunID
	last      Event
	low, high uint32
	body      []byte
	row       []block.Entry       // the newest events, which were seen unchanged, and are not in the body yet
	template  *market.Observation // the first first sight of the group
	// What the batch itself says in full, by source, listing and second, and the first sights by source and listing.
	Full   map[[3]uint32]*market.Observation
	Births map[[2]uint32]*market.Observation
}

// Begin makes it an empty batch of that number, the first change of which has the number first. What it took is used again.
func (w *Batch) Begin(number, first uint64) {
	row, body, full, births := w.row[:0], w.body[:0], w.Full, w.Births
	if full == nil {
		full, births = map[[3]uint32]*market.Observation{}, map[[2]uint32]*market.Observation{}
	}
	clear(full)
	clear(births)
	*w = Batch{Number: number, Frame: Frame{First: first}, row: row, body: body, Full: full, Births: births}
}

// Add writes an event; o is the observation of a change.
func (w *Batch) Add(source uint32, run market.RunID, e Event, o *market.Observation) {
	if !w.open || source != w.source || run != w.run {
		w.End()
		w.open, w.source, w.run, w.last, w.low, w.high, w.body, w.template = true, source, run, Event{}, e.Ordinal, e.Ordinal, w.body[:0], nil
		w.Frame.Groups = append(w.Frame.Groups, Group{Source: source})
	}
	w.low, w.high = min(w.low, e.Ordinal), max(w.high, e.Ordinal)
	if n := len(w.row); n > 0 && (e.Kind != same || e.Ordinal <= w.row[n-1].Ordinal || e.Ordinal-w.row[0].Ordinal >= block.Size) {
		w.endRow()
	}
	if e.Kind == same {
		w.row = append(w.row, block.Entry{Ordinal: e.Ordinal, Sec: e.Sec})
		return
	}
	w.add(source, e, o)
}

// endRow writes the newest events that were seen unchanged.
func (w *Batch) endRow() {
	if n := len(w.row); n >= rowOf {
		first, last := w.row[0], w.row[n-1]
		w.add(w.source, Event{Kind: More, Rare: row, Ordinal: first.Ordinal, Sec: first.Sec, Data: block.Append(nil, first.Ordinal, w.row)}, nil)
		w.last = Event{Ordinal: last.Ordinal, Sec: last.Sec}
	} else {
		for _, e := range w.row {
			w.add(w.source, Event{Ordinal: e.Ordinal, Sec: e.Sec}, nil)
		}
	}
	w.row = w.row[:0]
}

// add writes an event to the body of the group.
func (w *Batch) add(source uint32, e Event, o *market.Observation) {
	tag := e.Kind
	if e.Ordinal == w.last.Ordinal+1 {
		tag |= step1
	}
	w.body = append(w.body, tag)
	if tag&step1 == 0 {
		w.body = record.AppendSigned(w.body, int64(e.Ordinal)-int64(w.last.Ordinal))
	}
	if e.Kind == More {
		w.body = append(w.body, e.Rare)
	}
	if e.Kind == More && e.Rare == Goes {
		e.Sec = w.last.Sec
	} else {
		w.body = record.AppendSigned(w.body, int64(e.Sec)-int64(w.last.Sec))
	}
	switch {
	case e.Kind == First:
		if w.template == nil {
			w.template = o
			e.Data = delta.Append(nil, &market.Observation{}, o, 0)
		} else {
			e.Data = delta.Append(nil, w.template, o, 0)
		}
		w.Births[[2]uint32{source, e.Ordinal}] = o
		fallthrough
	case e.Kind == Changed:
		w.Full[[3]uint32{source, e.Ordinal, e.Sec}] = o
		w.Frame.Groups[len(w.Frame.Groups)-1].Changes++
		fallthrough
	case e.Kind == More && e.Rare != Goes:
		w.body = record.AppendBytes(w.body, e.Data)
	}
	e.Data = nil
	w.last = e
}

// Size is how many bytes the batch has, about.
func (w *Batch) Size() int {
	n := len(w.body) + len(w.row)
	for _, g := range w.Frame.Groups {
		n += len(g.Body)
	}
	return n
}

// End closes the group.
func (w *Batch) End() {
	if !w.open {
		return
	}
	w.endRow()
	b := record.AppendBytes(nil, string(w.run))
	b = binary.AppendUvarint(b, uint64(w.low))
	b = binary.AppendUvarint(b, uint64(w.high-w.low))
	w.Frame.Groups[len(w.Frame.Groups)-1].Body = slices.Concat(b, w.body)
	w.open, w.body = false, w.body[:0]
}

// Forget adds changes of which nothing but their number is known.
func (w *Batch) Forget(source uint32, changes uint64) {
	w.End()
	w.Frame.Groups = append(w.Frame.Groups, Group{Source: source, Changes: changes, Left: true})
}

// Holds reports whether a listing may be in the group.
func (g Group) Holds(ordinal uint32) bool {
	if g.Left {
		return false
	}
	_, _, low, high := g.SpanOf()
	return low <= ordinal && ordinal <= high
}
