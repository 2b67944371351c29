package page

import (
	"bytes"
	"errors"
	"io"
	"math/bits"
)

// ErrForeign is returned for what is no bbolt file.
var ErrForeign = errors.New("page: no bbolt file")

// Origin is where a record of a damaged file was found.
type Origin int

// The origins.
const (
	InTree Origin = iota // where it belongs
	Astray               // on a page that is in use, but to which no page leads any more
	Former               // on a page that is not in use any more: what was there before
)

// Found is a record of a damaged file, as it stands there. Its slices are valid during the call.
type Found struct {
	Bucket     string
	Key, Value []byte
	Origin     Origin
}

// Range are keys of a bucket of which some records are lost: from From on, and before To, where that is not nil; all buckets where
// Bucket is empty.
type Range struct {
	Bucket   string
	From, To []byte
}

// Wreck is what was found out about a damaged file.
type Wreck struct {
	Lost []Range
	// Behind says that one of the two pages which say what is newest is damaged: what was committed last may be missing.
	Behind bool
}

// Salvage reads what is left of a file of that many bytes, and calls keep for each record of those buckets: first those in their
// place, then, where something is missing, those on pages astray and on pages that are not in use any more. keep says whether
// the record is intact; of one that is not in its place, nobody knows the bucket, and keep is asked about each. Errors: ErrForeign,
// those of keep, and that no page says where anything is.
func Salvage(r io.ReaderAt, size int64, buckets []string, keep func(Found) (bool, error)) (Wreck, error) {
	m, other, ours, err := Newest(r)
	switch {
	case !ours:
		return Wreck{}, ErrForeign
	case err != nil:
		return Wreck{}, err
	case m.PageSize < 1024 || bits.OnesCount64(m.PageSize) != 1:
		return Wreck{}, errors.New("pages of an impossible size")
	}
	m.High = min(m.High, uint64(size)/m.PageSize)
	s := &salvage{r: r, m: m, buckets: buckets, keep: keep, met: make([]uint64, m.High/64+1), Wreck: Wreck{Behind: other != nil}}
	s.free = s.freePages()
	if err := s.tree(m.Root, "", nil, nil, 0); err != nil || len(s.Lost) == 0 || s.free == nil {
		return s.Wreck, err
	}
	err = s.scan(Astray, func(id uint64) bool { return !has(s.met, id) && !has(s.free, id) })
	if err == nil && s.Lost[0].Bucket == "" {
		err = s.scan(Former, func(id uint64) bool { return has(s.free, id) })
	}
	return s.Wreck, err
}

// salvage is under way.
type salvage struct {
	Wreck
	r       io.ReaderAt
	m       Meta
	buckets []string
	keep    func(Found) (bool, error)
	met     []uint64 // a bit for each page that was read, or that somebody leads to
	free    []uint64 // a bit for each page that is not in use; nil where that is not known
}

func has(set []uint64, id uint64) bool { return set[id/64]&(1<<(id%64)) != 0 }

func (s *salvage) meet(id uint64) { s.met[id/64] |= 1 << (id % 64) }

func (s *salvage) lose(bucket string, from, to []byte) error {
	s.Lost = append(s.Lost, Range{bucket, bytes.Clone(from), bytes.Clone(to)})
	return nil
}

// element is one of a page: of a leaf a record or a bucket, of a branch the page below.
type element struct {
	flags      uint32
	key, value []byte
	below      uint64
}

// page reads a page, with its overflow as far as that makes sense; nil where it is none.
func (s *salvage) page(id uint64) []byte {
	var h [pageHeader]byte
	if id < 2 || id >= s.m.High {
		return nil
	}
	if _, err := s.r.ReadAt(h[:], int64(id*s.m.PageSize)); err != nil || le.Uint64(h[:]) != id {
		return nil
	}
	over := uint64(le.Uint32(h[12:]))
	if over >= s.m.High-id {
		over = 0
	}
	b := make([]byte, (over+1)*s.m.PageSize)
	if _, err := s.r.ReadAt(b, int64(id*s.m.PageSize)); err != nil {
		return nil
	}
	return b
}

// elementsOf returns the elements of a page that lie within it, and whether all are where they belong, up to end.
func elementsOf(b []byte) (es []element, end int, sound bool) {
	flags, n := le.Uint16(b[8:]), int(le.Uint16(b[10:]))
	end, sound = pageHeader+n*pageElement, flags == flagLeaf || flags == flagBranch && n > 0
	for i := range n {
		at := pageHeader + i*pageElement
		if at+pageElement > len(b) {
			return es, end, false
		}
		d := b[at : at+pageElement]
		e := element{below: le.Uint64(d[8:])}
		pos, ksize, vsize := uint64(le.Uint32(d)), uint64(le.Uint32(d[4:])), uint64(0)
		if flags != flagBranch {
			e.flags, pos, ksize, vsize = le.Uint32(d), uint64(le.Uint32(d[4:])), uint64(le.Uint32(d[8:])), uint64(le.Uint32(d[12:]))
		}
		from := uint64(at) + pos
		if from+ksize+vsize > uint64(len(b)) {
			sound = false
			continue
		}
		sound = sound && from == uint64(end)
		end = int(from + ksize + vsize)
		e.key, e.value = b[from:from+ksize], b[from+ksize:from+ksize+vsize]
		es = append(es, e)
	}
	return es, end, sound
}

// tree reads a page of a bucket, and all below it, whose keys are from lo on and before hi; the bucket without a name is that of
// the buckets.
func (s *salvage) tree(id uint64, bucket string, lo, hi []byte, depth int) error {
	b := s.page(id)
	if b == nil || has(s.met, id) || s.free != nil && has(s.free, id) || depth > maxTreeDepth {
		if id < s.m.High {
			s.meet(id)
		}
		return s.lose(bucket, lo, hi)
	}
	s.meet(id)
	es, end, sound := elementsOf(b)
	if sound {
		for i := uint64(1); i*s.m.PageSize < uint64(end); i++ {
			s.meet(id + i)
		}
	}
	if le.Uint16(b[8:]) != flagBranch {
		if !sound {
			_ = s.lose(bucket, lo, hi)
		}
		return s.leaf(es, bucket, depth)
	}
	if !sound { // where it leads is anybody's guess
		return s.lose(bucket, lo, hi)
	}
	for i, e := range es {
		to := hi
		if i+1 < len(es) {
			to = es[i+1].key
		}
		if err := s.tree(e.below, bucket, e.key, to, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// leaf hands on the records of a page, or the buckets.
func (s *salvage) leaf(es []element, bucket string, depth int) error {
	for _, e := range es {
		var err error
		var intact bool
		switch {
		case bucket == "" && e.flags == flagBucket && len(e.value) >= bucketHeader:
			err = s.bucket(string(e.key), e.value, depth)
		case bucket == "":
			err = s.lose("", e.key, e.key)
		case e.flags == 0:
			if intact, err = s.keep(Found{bucket, e.key, e.value, InTree}); err != nil || intact {
				break
			}
			fallthrough
		default:
			err = s.lose(bucket, e.key, append(bytes.Clone(e.key), 0))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket reads a bucket, which a small one is itself.
func (s *salvage) bucket(name string, v []byte, depth int) error {
	if root := le.Uint64(v); root != 0 {
		return s.tree(root, name, nil, nil, depth+1)
	}
	if v = v[bucketHeader:]; len(v) < pageHeader {
		return s.lose(name, nil, nil)
	}
	es, _, sound := elementsOf(v)
	if !sound {
		_ = s.lose(name, nil, nil)
	}
	return s.leaf(es, name, depth+1)
}

// scan reads the leaves among those pages, whichever bucket they are of.
func (s *salvage) scan(from Origin, these func(id uint64) bool) error {
	for id := uint64(2); id < s.m.High; id++ {
		if !these(id) {
			continue
		}
		b := s.page(id)
		if b == nil || le.Uint16(b[8:]) != flagLeaf {
			continue
		}
		es, _, _ := elementsOf(b)
		if err := s.stray(es, from); err != nil {
			return err
		}
	}
	return nil
}

// stray hands on records of which the bucket is not known.
func (s *salvage) stray(es []element, from Origin) error {
	for _, e := range es {
		if v := e.value; e.flags == flagBucket && len(v) >= bucketHeader+pageHeader && le.Uint64(v) == 0 {
			small, _, _ := elementsOf(v[bucketHeader:])
			if err := s.stray(small, from); err != nil {
				return err
			}
		}
		for i := 0; e.flags == 0 && i < len(s.buckets); i++ {
			intact, err := s.keep(Found{s.buckets[i], e.key, e.value, from})
			if err != nil {
				return err
			}
			if intact {
				break
			}
		}
	}
	return nil
}

// freePages are the pages that are not in use; nil where that cannot be read.
func (s *salvage) freePages() []uint64 {
	b := s.page(s.m.Freelist)
	if s.m.Freelist >= s.m.High || b == nil || le.Uint16(b[8:]) != flagFreelist {
		return nil
	}
	for i := range uint64(len(b)) / s.m.PageSize {
		s.meet(s.m.Freelist + i)
	}
	n, ids := uint64(le.Uint16(b[10:])), b[pageHeader:]
	if n == manyFree {
		n, ids = le.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids)/8) {
		return nil
	}
	set := make([]uint64, len(s.met))
	for i := range n {
		id := le.Uint64(ids[8*i:])
		if id >= s.m.High {
			return nil
		}
		set[id/64] |= 1 << (id % 64)
	}
	return set
}
