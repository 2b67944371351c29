package past

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/sealed"
	"pricegap/store/segment/block"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
)

// errFound ends a walk.
var errFound = errors.New("found")

// Block returns a block of a segment; an empty one has no entries.
func (r *Reader) Block(segment, n uint32) (b block.Block, err error) {
	key := KeyOf(r.Number, segment, n+1)
	p, err := must(r.T, BucketSegments, key)
	if err != nil || len(p) == 0 {
		return b, err
	}
	b, err = block.Parse(n*block.Size, p)
	return b, Spoiled(BucketSegments, key, err)
}

// opened is a block that was read, the last one of some segments: listings that stand together are read one after the other.
type opened struct {
	block.Block
	segment, n uint32
	asked      bool
	recs       [][]byte // what each entry says, nil for nothing; nil before somebody asks twice
}

// rec returns what an entry says, nil for nothing. Who asks twice is told of all at once, since each costs to find.
func (b *opened) rec(i int) ([]byte, error) {
	if !b.asked {
		b.asked = true
		rec, _, err := b.Rec(i, i)
		return rec, err
	}
	if b.recs == nil {
		recs := make([][]byte, b.Len())
		if err := b.Recs(func(i int, rec []byte) bool {
			recs[i] = rec
			return true
		}); err != nil {
			return nil, err
		}
		b.recs = recs
	}
	return b.recs[i], nil
}

// entries returns the block of a segment in which a listing would stand, and its entries there; it is good until the next is read.
func (r *Reader) entries(segment, ordinal uint32) (b *opened, from, end int, err error) {
	s, n := r.Spans[segment-1], ordinal/block.Size
	if r.last == nil {
		r.last = make([]opened, max(r.Wide, 16))
	}
	if b = &r.last[0]; r.Frames != nil { // who writes may write a block anew
		b = &r.last[segment%uint32(len(r.last))]
	}
	if n < s.First || n > s.Last {
		return b, 0, 0, nil
	}
	if b.segment != segment || b.n != n {
		read, err := r.Block(segment, n)
		if err != nil {
			return b, 0, 0, err
		}
		*b = opened{Block: read, segment: segment, n: n}
	}
	if b.Len() > 0 {
		from, end = b.Find(ordinal)
	}
	return b, from, end, nil
}

// spoiled says that a block is not in the form of its kind; nil for no error.
func (r *Reader) spoiled(b *opened, err error) error {
	return Spoiled(BucketSegments, KeyOf(r.Number, b.segment, b.n+1), err)
}

// Observation returns an observation in full.
func (r *Reader) Observation(ordinal uint32, v mark.View) (o market.Observation, err error) {
	if v.Where == mark.InLate {
		return r.lateAt(ordinal, v.Sec)
	}
	if o, err = r.Content(ordinal, v); err != nil {
		return o, err
	}
	if v.Run == mark.SomeRun {
		at, err := r.Last(ordinal, v.Sec)
		if err == nil && at.Sec != v.Sec {
			err = sealed.Damaged(BucketSegments, KeyOf(r.Number), "listing %d was not seen at %d", ordinal, v.Sec)
		}
		if err != nil {
			return o, err
		}
		v.Run = at.Run
	}
	o.SeenAt, o.Run = mark.Moment(v.Sec), r.Runs[v.Run]
	return o, nil
}

// Content returns what an observation says; SeenAt and Run are not set.
func (r *Reader) Content(ordinal uint32, v mark.View) (o market.Observation, err error) {
	if r.W != nil && v.Where == mark.InLog|uint32(r.W.Number) {
		if o := r.W.Full[[3]uint32{r.Number, ordinal, v.Since}]; o != nil {
			return *o, nil
		}
		return o, fmt.Errorf("store: a batch does not know listing %d: %w", ordinal, sealed.ErrCorrupt)
	}
	if v.Where >= mark.InLog && (r.Pending.First == 0 || uint64(v.Where&^mark.InLog) < r.Pending.First) { // it was sealed meanwhile
		if v, err = r.Last(ordinal, v.Since); err != nil {
			return o, err
		}
	}
	base, err := r.Base(ordinal)
	if err != nil {
		return o, err
	}
	if v.Where >= mark.InLog {
		return r.inFrame(ordinal, v, base)
	}
	if v.Where == 0 || v.Where > uint32(len(r.Spans)) {
		return o, sealed.Damaged(BucketSegments, KeyOf(r.Number, v.Where), "listing %d at %d is nowhere", ordinal, v.Since)
	}
	b, from, end, err := r.entries(v.Where, ordinal)
	if err != nil {
		return o, err
	}
	for i := from; i < end; i++ {
		if b.Sec(i) != v.Since {
			continue
		}
		rec, err := b.rec(i)
		if err != nil {
			return o, r.spoiled(b, err)
		}
		if rec == nil {
			break
		}
		o, err = r.apply(base, rec)
		return o, r.spoiled(b, err)
	}
	return o, sealed.Damaged(BucketSegments, KeyOf(r.Number, v.Where, ordinal/block.Size+1), "listing %d at %d is missing", ordinal, v.Since)
}

func (r *Reader) apply(base *market.Observation, rec []byte) (o market.Observation, err error) {
	read := delta.Full
	if r.Glance {
		read = delta.Glance
	} else if r.Bare {
		read = delta.Bare
	}
	err = read(&r.applied, base, rec)
	r.applied.Source = base.Source
	return r.applied, err
}

// inFrame reads an observation that stands in the log.
func (r *Reader) inFrame(ordinal uint32, v mark.View, base *market.Observation) (o market.Observation, err error) {
	n := uint64(v.Where &^ mark.InLog)
	f, err := r.frame(n)
	if err != nil {
		return o, err
	}
	err = f.Each(r.Number, func(g frame.Group, _ market.RunID, e frame.Event) error {
		switch {
		case e.Ordinal != ordinal || e.Sec != v.Since || e.Seq == 0:
			return nil
		case e.Kind == frame.First:
			o = *base
		default:
			if o, err = r.apply(base, e.Data); err != nil {
				return err
			}
		}
		return errFound
	})
	if err == nil {
		err = errors.New("an observation is missing")
	}
	if errors.Is(err, errFound) {
		err = nil
	}
	return o, Spoiled(BucketLog, BatchKey(n), err)
}

// Base returns the first sight of a listing. It is not to be written to, and good until the next is read.
func (r *Reader) Base(ordinal uint32) (*market.Observation, error) {
	if r.knownOf != ordinal+1 {
		var err error
		r.knownOf = 0
		if r.known, err = r.readBase(ordinal); err != nil {
			return nil, err
		}
		r.knownOf = ordinal + 1
	}
	return &r.known, nil
}

func (r *Reader) readBase(ordinal uint32) (o market.Observation, err error) {
	if ordinal < r.Sealed {
		return r.InPart(ordinal)
	}
	if int(ordinal-r.Sealed) >= len(r.Born) {
		return o, ErrBehind
	}
	n := uint64(r.Born[ordinal-r.Sealed])
	if r.W != nil && n == r.W.Number {
		return *r.W.Births[[2]uint32{r.Number, ordinal}], nil
	}
	f, err := r.frame(n)
	if err != nil {
		return o, err
	}
	first := sights{r: r}
	err = f.Each(r.Number, func(g frame.Group, _ market.RunID, e frame.Event) error {
		if e.Kind != frame.First {
			return nil
		}
		first.meet(g, e)
		if e.Ordinal != ordinal {
			return nil
		}
		if o, err = first.of(g, e); err != nil {
			return err
		}
		return errFound
	})
	if err == nil {
		err = fmt.Errorf("the first sight of listing %d is missing", ordinal)
	}
	if errors.Is(err, errFound) {
		err = nil
	}
	return o, Spoiled(BucketLog, BatchKey(n), err)
}

// sights reads the first sights of a frame: each is written against the first of its group.
type sights struct {
	r        *Reader
	group    []byte // the body of the group
	template []byte
}

// meet notes the first of a group.
func (s *sights) meet(g frame.Group, e frame.Event) {
	if len(s.group) == 0 || &s.group[0] != &g.Body[0] {
		s.group, s.template = g.Body, e.Data
	}
}

// of returns a first sight in full; those before it in the group were met.
func (s *sights) of(g frame.Group, e frame.Event) (market.Observation, error) {
	s.meet(g, e)
	return s.r.FirstSight(s.template, e.Data)
}

// FirstSight reads a first sight that is written against another, which is written against nothing.
func (r *Reader) FirstSight(template, data []byte) (market.Observation, error) {
	none := market.Observation{Source: r.Name}
	if len(template) == 0 {
		return none, record.ErrForm
	}
	if len(data) > 0 && &template[0] == &data[0] {
		return r.apply(&none, data)
	}
	if len(r.raw) == 0 || &r.raw[0] != &template[0] {
		first, err := r.apply(&none, template)
		if err != nil {
			return none, err
		}
		r.raw, r.template = template, first
	}
	return r.apply(&r.template, data)
}

// LateKey is the key of an observation that came late.
func LateKey(number, ordinal, sec uint32) []byte { return KeyOf(number, ordinal, sec) }

// AppendLate is the record of an observation that came late.
func AppendLate(o *market.Observation) []byte {
	b := record.AppendBytes(nil, string(o.Run))
	return delta.Append(b, &market.Observation{}, o, 0)
}

// lateAt returns an observation that came late.
func (r *Reader) lateAt(ordinal, sec uint32) (o market.Observation, err error) {
	key := LateKey(r.Number, ordinal, sec)
	p, err := must(r.T, BucketLate, key)
	if err != nil {
		return o, err
	}
	return r.ParseLate(key, p)
}

// ParseLate reads the record of an observation that came late.
func (r *Reader) ParseLate(key, payload []byte) (o market.Observation, err error) {
	b := record.Reader{B: payload}
	run := b.Bytes()
	if !b.Bad {
		o, err = r.apply(&market.Observation{Source: r.Name}, b.B)
	}
	if b.Bad || len(key) != 12 {
		err = record.ErrForm
	}
	if err != nil {
		return o, Spoiled(BucketLate, key, err)
	}
	o.SeenAt, o.Run = mark.Moment(binary.BigEndian.Uint32(key[8:])), market.RunID(run)
	return o, nil
}

// LateViews calls do for the observations that came late, of one listing or, for all, of the source.
func (r *Reader) LateViews(prefix []byte, do func(ordinal uint32, v mark.View) error) error {
	if r.Late == 0 {
		return nil
	}
	// A damaged key may hide a record on either side.
	if _, _, err := r.T.Below(BucketLate, prefix); err != nil {
		return err
	}
	if _, _, err := r.T.Ceiling(BucketLate, append(slices.Clone(prefix), KeyOf(1<<32-1, 1<<32-1)...)); err != nil {
		return err
	}
	return r.T.Each(BucketLate, prefix, func(key, payload []byte) error {
		v, err := lateView(key, payload)
		if err != nil {
			return err
		}
		return do(binary.BigEndian.Uint32(key[4:]), v)
	})
}

// LastLate returns the newest observation of a listing at or before a moment, of those that came late; sec is 0 where there is none.
func (r *Reader) LastLate(ordinal, at uint32) (v mark.View, err error) {
	if r.Late == 0 {
		return v, nil
	}
	key := LateKey(r.Number, ordinal, at)
	// Where there is none at that moment, Get makes sure of those on both sides.
	if p, err := r.T.Get(BucketLate, key); err != nil {
		return v, err
	} else if p != nil {
		return lateView(key, p)
	}
	before, p, err := r.T.Below(BucketLate, key)
	if err != nil || !bytes.HasPrefix(before, KeyOf(r.Number, ordinal)) {
		return v, err
	}
	return lateView(before, p)
}

// lateView reads at a glance what came late.
func lateView(key, payload []byte) (v mark.View, err error) {
	b := record.Reader{B: payload}
	b.Bytes()
	q, err := delta.ReadQuote(b.B)
	if err != nil || len(key) != 12 {
		return v, sealed.Damaged(BucketLate, key, "%w", record.ErrForm)
	}
	sec := binary.BigEndian.Uint32(key[8:])
	return mark.View{Sec: sec, Since: sec, Where: mark.InLate, Run: mark.SomeRun, Quote: mark.QuoteOf(q)}, nil
}
