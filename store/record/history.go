package record

import "encoding/binary"

// Entry is one observation in the history of a listing. Times are seconds since 1970.
type Entry struct {
	// Prev is the time of the entry before, 0 for the first: a chain in which a lost entry shows.
	Prev int64
	// Seq is the change that this observation made, 0 for none.
	Seq uint64
	// Base, where not 0, says that this observation repeats the one at that time, seen again in Run; Doc is
	// empty then. Otherwise Doc is the observation itself, or empty where the store keeps it elsewhere.
	Base int64
	Run  string
	Doc  []byte
}

// Append adds the entry's bytes to b.
func (e Entry) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(e.Prev))
	b = binary.AppendUvarint(b, e.Seq)
	b = binary.AppendUvarint(b, uint64(e.Base))
	if e.Base != 0 {
		return append(b, e.Run...)
	}
	return append(b, e.Doc...)
}

// ParseEntry reads what Append wrote; Doc is a part of b. Errors: ErrForm.
func ParseEntry(b []byte) (Entry, error) {
	r := reader{b: b}
	e := Entry{Prev: r.seconds(), Seq: r.number(), Base: r.seconds()}
	if e.Base != 0 {
		e.Run = string(r.b)
	} else {
		e.Doc = r.b
	}
	if r.bad {
		return Entry{}, ErrForm
	}
	return e, nil
}

// Head is what is known of a listing at a glance. Times are seconds since 1970, 0 for none.
type Head struct {
	// Ordinal numbers the listings of a store in the order of first sight, from 1.
	Ordinal uint64
	// Count is how many observations there are.
	Count uint64
	// Newest is the time of the newest observation, Base of the one that it repeats (Newest itself where it
	// repeats none), Run the run that saw it.
	Newest, Base int64
	Run          string
	// Shown is the time of the newest observation that is not refused, Good of the newest that is trusted.
	Shown, Good int64
	// Glance is what the store wants to know of the newest observation without reading it; never empty.
	Glance []byte
}

// Append adds the head's bytes to b.
func (h Head) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, h.Ordinal)
	b = binary.AppendUvarint(b, h.Count)
	for _, t := range []int64{h.Newest, h.Base, h.Shown, h.Good} {
		b = binary.AppendUvarint(b, uint64(t))
	}
	b = binary.AppendUvarint(b, uint64(len(h.Run)))
	b = append(b, h.Run...)
	return append(b, h.Glance...)
}

// ParseHead reads what Append wrote; Glance is a part of b. Errors: ErrForm.
func ParseHead(b []byte) (Head, error) {
	r := reader{b: b}
	h := Head{Ordinal: r.number(), Count: r.number(), Newest: r.seconds(), Base: r.seconds(), Shown: r.seconds(), Good: r.seconds()}
	n := r.number()
	if r.bad || n > uint64(len(r.b)) {
		return Head{}, ErrForm
	}
	h.Run, h.Glance = string(r.b[:n]), r.b[n:]
	if h.Ordinal == 0 || len(h.Glance) == 0 {
		return Head{}, ErrForm
	}
	return h, nil
}

// Change says which observations of a listing differ: the entry of the change log.
type Change struct {
	Ordinal uint64
	// Before and After are times of entries; Before is 0 at first sight.
	Before, After int64
}

// Append adds the change's bytes to b.
func (c Change) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, c.Ordinal)
	b = binary.AppendUvarint(b, uint64(c.Before))
	return binary.AppendUvarint(b, uint64(c.After))
}

// ParseChange reads what Append wrote. Errors: ErrForm.
func ParseChange(b []byte) (Change, error) {
	r := reader{b: b}
	c := Change{Ordinal: r.number(), Before: r.seconds(), After: r.seconds()}
	if r.bad || len(r.b) > 0 || c.Ordinal == 0 || c.After == 0 {
		return Change{}, ErrForm
	}
	return c, nil
}

// reader takes numbers off the front of b; after the first that is not there, bad is set and stays.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || (n > 1 && r.b[n-1] == 0) { // the second: padded, which Append never writes
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) seconds() int64 {
	v := r.number()
	if v > 1<<40 { // the year 36,812: no time of ours
		r.bad = true
		return 0
	}
	return int64(v)
}
