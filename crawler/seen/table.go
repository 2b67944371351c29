package seen

import (
	"hash/maphash"
	"iter"
	"math"
	"strings"
	"time"
)

const (
	perBlock  = 256
	perText   = 1 << 16
	firstSize = 64
	// forgotten stands in entry.missing for a page of which nothing is known any more, barren for one that sells nothing.
	forgotten = math.MaxUint8
	barren    = math.MaxUint8 - 1
)

// places scatters hashes: no shop can choose addresses whose places are next to each other.
var places = maphash.MakeSeed()

// entry is a mark as it is held: addresses are known by their hash, since there may be half a million of them.
type entry struct {
	hash           uint64
	sum, packed    Sum
	text           uint32 // where the validators are: ETag, NUL, Modified
	fetched, known uint32 // seconds since 1970: when it was last asked for, and when it was last known to be so, not before
	size           uint16 // of the text; nought where there are no validators
	change         uint8
	missing        uint8 // runs in a row in which the page was not there
}

// row is in how many runs in a row the page was not there.
func (e *entry) row() uint8 {
	if e.missing == barren {
		return 0
	}
	return e.missing
}

// table holds entries by their hash, without a pointer each. The zero table is empty.
type table struct {
	blocks []*[perBlock]entry
	n      uint32 // entries, the forgotten among them
	live   int
	index  []uint32           // by hash, each in the first free place from its own on: the number of an entry and one
	texts  []*strings.Builder // of up to perText bytes; what entries had before is dropped with the table
}

// find returns the entry of a page, nil where there is none.
func (t *table) find(hash uint64) *entry {
	if e, _ := t.place(hash); e != nil && e.missing != forgotten {
		return e
	}
	return nil
}

// place returns the entry of a page, forgotten or not, or else the free place of the index for it.
func (t *table) place(hash uint64) (*entry, uint64) {
	if len(t.index) == 0 {
		return nil, 0
	}
	mask := uint64(len(t.index) - 1)
	for i := maphash.Comparable(places, hash) & mask; ; i = (i + 1) & mask {
		if t.index[i] == 0 {
			return nil, i
		}
		if e := t.entry(t.index[i] - 1); e.hash == hash {
			return e, i
		}
	}
}

func (t *table) entry(i uint32) *entry { return &t.blocks[i/perBlock][i%perBlock] }

// put returns the entry of a page, a new one where there is none, which it reports.
func (t *table) put(hash uint64) (e *entry, isNew bool) {
	e, i := t.place(hash)
	switch {
	case e != nil && e.missing != forgotten:
		return e, false
	case e == nil:
		if int(t.n) >= len(t.index)/8*7 {
			t.grow()
			_, i = t.place(hash)
		}
		if t.n%perBlock == 0 {
			t.blocks = append(t.blocks, new([perBlock]entry))
		}
		e = t.entry(t.n)
		t.n++
		t.index[i] = t.n
	}
	*e = entry{hash: hash}
	t.live++
	return e, true
}

// grow doubles the index.
func (t *table) grow() {
	t.index = make([]uint32, max(2*len(t.index), firstSize))
	for i := range t.n {
		_, at := t.place(t.entry(i).hash)
		t.index[at] = i + 1
	}
}

// forget drops an entry; its place is kept for the page.
func (t *table) forget(e *entry) {
	e.missing = forgotten
	t.live--
}

// all are the entries that are not forgotten.
func (t *table) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for i := range t.n {
			if e := t.entry(i); e.missing != forgotten && !yield(e) {
				return
			}
		}
	}
}

// valid are the validators of an entry.
func (t *table) valid(e *entry) string {
	if e.size == 0 {
		return ""
	}
	from := e.text % perText
	return t.texts[e.text/perText].String()[from : from+uint32(e.size)]
}

// setValid copies the validators of an entry, of at most maxValid bytes, unless it has them.
func (t *table) setValid(e *entry, valid string) {
	if t.valid(e) == valid {
		return
	}
	last := len(t.texts) - 1
	if last < 0 || t.texts[last].Len()+len(valid) > perText {
		b := new(strings.Builder)
		if last >= 0 {
			b.Grow(perText) // a shop of few pages has less
		}
		t.texts = append(t.texts, b)
		last++
	}
	e.text, e.size = uint32(last*perText+t.texts[last].Len()), uint16(len(valid)) //nolint:gosec // there are less than 2^32 bytes, and maxValid of each
	t.texts[last].WriteString(valid)
}

// seconds is a time as it is held; what is before 1970 or after 2106 is as near as can be.
func seconds(t time.Time) uint32 {
	return uint32(min(max(t.Unix(), 0), math.MaxUint32)) //nolint:gosec // it is within
}
