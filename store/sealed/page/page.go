// Package page walks the pages of a bbolt file by plain reads. bbolt trusts its pages: a flipped bit in one can serve the wrong record,
// loop for ever or end the process beyond any recover. So every number is checked before bbolt follows it. The layout is that of
// bbolt 1.5 (internal/common/{meta,page,inode}.go), little-endian machines.
package page

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

const (
	boltMagic      = 0xED0CDAED
	boltVersion    = 2
	pageHeader     = 16 // id 8, flags 2, count 2, overflow 4
	pageElement    = 16 // leaf: flags 4, pos 4, ksize 4, vsize 4; branch: pos 4, ksize 4, page 8
	flagBranch     = 1
	flagLeaf       = 2
	flagFreelist   = 16
	flagBucket     = 1
	bucketHeader   = 16 // root page 8, sequence 8
	maxTreeDepth   = 64
	noFreelist     = ^uint64(0)
	manyFree       = 0xFFFF // then the first number in a freelist is the count
	metaSumOffset  = 56
	largestPageLog = 14 // 1 KiB << 14, as far as bbolt looks
)

var (
	errPage = errors.New("page")
	le      = binary.LittleEndian
)

// Meta is what a meta page says: the size of pages in bytes, the numbers of the root and of the list of free pages, the first number
// that is not in use, and the transaction that wrote it.
type Meta struct{ PageSize, Root, Freelist, High, TxID uint64 }

// readMeta reads the meta page at off. ours is whether it is one at all, however damaged.
func readMeta(r io.ReaderAt, off int64) (m Meta, ours bool, err error) {
	var b [80]byte
	if _, err := r.ReadAt(b[:], off); err != nil {
		return m, false, fmt.Errorf("%w at byte %d: %w", errPage, off, err)
	}
	p := b[pageHeader:]
	if le.Uint32(p) != boltMagic {
		return m, false, fmt.Errorf("%w at byte %d: no meta page", errPage, off)
	}
	h := fnv.New64a()
	h.Write(p[:metaSumOffset])
	if le.Uint32(p[4:]) != boltVersion || h.Sum64() != le.Uint64(p[metaSumOffset:]) {
		return m, true, fmt.Errorf("%w at byte %d: damaged meta page", errPage, off)
	}
	return Meta{uint64(le.Uint32(p[8:])), le.Uint64(p[16:]), le.Uint64(p[32:]), le.Uint64(p[40:]), le.Uint64(p[48:])}, true, nil
}

// Check walks a whole file of so many bytes that nobody is writing. ours is whether it is a bbolt file at all, however damaged.
func Check(r io.ReaderAt, size int64) (ours bool, err error) {
	m, other, ours, err := Newest(r)
	switch {
	case err != nil:
		return ours, err
	case other != nil:
		// The damaged one may have been the newer one: to go on would serve what was before.
		return true, other
	case m.High*m.PageSize > uint64(size):
		return true, fmt.Errorf("cut off: %d bytes of %d", size, m.High*m.PageSize)
	}
	return true, newWalk(r, m.PageSize, m.High).all(m)
}

// Tree walks the pages of one tree, and returns how many bytes the keys and values of its records have. Pages with a number of high or
// above are not in use.
func Tree(r io.ReaderAt, pageSize, high, root uint64) (records uint64, err error) {
	w := newWalk(r, pageSize, high)
	err = w.tree(root, nil, nil, 0)
	return w.records, err
}

// Free returns how many pages the list of free pages of a version names.
func Free(r io.ReaderAt, m Meta) (uint64, error) {
	if m.Freelist == noFreelist {
		return 0, nil
	}
	var b [pageHeader + 8]byte
	if _, err := r.ReadAt(b[:], int64(m.Freelist*m.PageSize)); err != nil {
		return 0, fmt.Errorf("%w %d: %w", errPage, m.Freelist, err)
	}
	if le.Uint16(b[8:]) != flagFreelist {
		return 0, fmt.Errorf("%w %d: no freelist", errPage, m.Freelist)
	}
	if n := uint64(le.Uint16(b[10:])); n < manyFree {
		return n, nil
	}
	return le.Uint64(b[pageHeader:]), nil
}

// FreeIDs returns the numbers of the pages that the list of free pages of a version names, in order.
func FreeIDs(r io.ReaderAt, m Meta) ([]uint64, error) {
	n, err := Free(r, m)
	if err != nil || n == 0 {
		return nil, err
	}
	if n > m.High {
		return nil, fmt.Errorf("%w %d: a longer freelist than fits", errPage, m.Freelist)
	}
	at := m.Freelist*m.PageSize + pageHeader
	if n >= manyFree {
		at += 8
	}
	b, ids := make([]byte, 8*n), make([]uint64, n)
	if _, err := r.ReadAt(b, int64(at)); err != nil {
		return nil, fmt.Errorf("%w %d: %w", errPage, m.Freelist, err)
	}
	for i := range ids {
		ids[i] = le.Uint64(b[8*i:])
	}
	return ids, nil
}

// Newest returns the newest sound meta page, and in other what is wrong with the second one.
func Newest(r io.ReaderAt) (m Meta, other error, ours bool, err error) {
	m, ours, err = readMeta(r, 0)
	if err == nil {
		m2, _, err2 := readMeta(r, int64(m.PageSize))
		if err2 == nil && m2.TxID > m.TxID {
			m = m2
		}
		return m, err2, true, nil
	}
	for i := range largestPageLog + 1 {
		m2, is, err2 := readMeta(r, 1024<<i)
		if ours = ours || is; err2 == nil && m2.PageSize == 1024<<i {
			return m2, err, true, nil
		}
	}
	return m, nil, ours, err
}

// walk goes through the pages of one version of a file.
type walk struct {
	r        io.ReaderAt
	pageSize uint64
	high     uint64   // pages with a higher number are not in use
	met      []uint64 // a bit for each page met
	left     uint64   // pages not met
	records  uint64   // bytes of the records met
	spare    [][]byte // pages that were walked, to be read into again
}

func newWalk(r io.ReaderAt, pageSize, high uint64) *walk {
	return &walk{r: r, pageSize: pageSize, high: high, met: make([]uint64, high/64+1), left: high}
}

// all walks trees and freelist; each page must be met once.
func (w *walk) all(m Meta) error {
	for id := range uint64(2) {
		if err := w.meet(id); err != nil {
			return err
		}
	}
	if err := w.tree(m.Root, nil, nil, 0); err != nil {
		return err
	}
	if m.Freelist == noFreelist {
		return nil
	}
	if err := w.free(m.Freelist); err != nil {
		return err
	}
	if w.left != 0 {
		return fmt.Errorf("%d pages are neither in use nor free", w.left)
	}
	return nil
}

// meet marks a page; it is an error to meet one twice or one that cannot be.
func (w *walk) meet(id uint64) error {
	if id >= w.high {
		return fmt.Errorf("%w %d: beyond the end", errPage, id)
	}
	if w.met[id/64]&(1<<(id%64)) != 0 {
		return fmt.Errorf("%w %d: in use twice", errPage, id)
	}
	w.met[id/64] |= 1 << (id % 64)
	w.left--
	return nil
}

// read returns a page with all its overflow.
func (w *walk) read(id uint64) ([]byte, error) {
	if err := w.meet(id); err != nil {
		return nil, err
	}
	var h [pageHeader]byte
	if _, err := w.r.ReadAt(h[:], int64(id*w.pageSize)); err != nil {
		return nil, fmt.Errorf("%w %d: %w", errPage, id, err)
	}
	if le.Uint64(h[:]) != id {
		return nil, fmt.Errorf("%w %d: says it is %d", errPage, id, le.Uint64(h[:]))
	}
	over := uint64(le.Uint32(h[12:]))
	if over >= w.high {
		return nil, fmt.Errorf("%w %d: beyond the end", errPage, id)
	}
	for i := range over {
		if err := w.meet(id + 1 + i); err != nil {
			return nil, err
		}
	}
	b := w.buffer((over + 1) * w.pageSize)
	if _, err := w.r.ReadAt(b, int64(id*w.pageSize)); err != nil {
		return nil, fmt.Errorf("%w %d: %w", errPage, id, err)
	}
	return b, nil
}

// buffer returns room for n bytes.
func (w *walk) buffer(n uint64) []byte {
	if last := len(w.spare) - 1; last >= 0 && uint64(cap(w.spare[last])) >= n {
		b := w.spare[last][:n]
		w.spare = w.spare[:last]
		return b
	}
	return make([]byte, n)
}

// tree walks a page and all below it; its keys are at least lo and, where hi is not nil, below hi.
func (w *walk) tree(id uint64, lo, hi []byte, depth int) error {
	if depth > maxTreeDepth {
		return fmt.Errorf("%w %d: nested too deep", errPage, id)
	}
	b, err := w.read(id)
	if err != nil {
		return err
	}
	if err := w.elements(b, lo, hi, depth); err != nil {
		return fmt.Errorf("%w %d: %w", errPage, id, err)
	}
	w.spare = append(w.spare, b)
	return nil
}

// elements checks the elements of a branch or leaf page, whose keys and values must lie one behind the other
// right after the table of elements, and goes down where they lead to other pages.
func (w *walk) elements(b []byte, lo, hi []byte, depth int) error {
	flags, n := le.Uint16(b[8:]), int(le.Uint16(b[10:]))
	if flags != flagBranch && flags != flagLeaf {
		return fmt.Errorf("unknown kind %d", flags)
	}
	if flags == flagBranch && n == 0 {
		return errors.New("a branch without children")
	}
	end := uint64(pageHeader + n*pageElement)
	var last []byte
	var keys [][]byte // of a branch, and the pages below them
	var below []uint64
	for i := range n {
		at := uint64(pageHeader + i*pageElement)
		if at+pageElement > uint64(len(b)) {
			return errors.New("more elements than fit")
		}
		e := b[at : at+pageElement]
		pos, ksize, vsize := uint64(le.Uint32(e)), uint64(le.Uint32(e[4:])), uint64(0)
		if flags == flagLeaf {
			pos, ksize, vsize = uint64(le.Uint32(e[4:])), uint64(le.Uint32(e[8:])), uint64(le.Uint32(e[12:]))
		}
		if at+pos != end || end+ksize+vsize > uint64(len(b)) {
			return fmt.Errorf("element %d is not where it belongs", i)
		}
		key, value := b[end:end+ksize], b[end+ksize:end+ksize+vsize]
		end += ksize + vsize
		if i > 0 && bytes.Compare(last, key) >= 0 || bytes.Compare(key, lo) < 0 || hi != nil && bytes.Compare(key, hi) >= 0 {
			return fmt.Errorf("key %q is out of order", key)
		}
		last = key
		if flags == flagBranch {
			keys, below = append(keys, key), append(below, le.Uint64(e[8:]))
		} else if err := w.value(le.Uint32(e), value, depth); err != nil {
			return err
		} else if le.Uint32(e) == 0 {
			w.records += ksize + vsize
		}
	}
	for i := range below {
		to := hi
		if i+1 < len(keys) {
			to = keys[i+1]
		}
		if err := w.tree(below[i], keys[i], to, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// value checks what a leaf element holds: nothing to say about a record, but a bucket has pages of its own.
func (w *walk) value(flags uint32, v []byte, depth int) error {
	switch {
	case flags == 0:
		return nil
	case flags != flagBucket:
		return fmt.Errorf("unknown element %d", flags)
	case depth > maxTreeDepth || len(v) < bucketHeader:
		return errors.New("a bucket without a root")
	}
	if root := le.Uint64(v); root != 0 {
		return w.tree(root, nil, nil, depth+1)
	}
	if v = v[bucketHeader:]; len(v) < pageHeader || le.Uint16(v[8:]) != flagLeaf {
		return errors.New("a small bucket that is none")
	}
	return w.elements(v, nil, nil, depth+1)
}

// free checks the list of free pages.
func (w *walk) free(id uint64) error {
	b, err := w.read(id)
	if err != nil {
		return err
	}
	if le.Uint16(b[8:]) != flagFreelist {
		return fmt.Errorf("%w %d: no freelist", errPage, id)
	}
	n, ids := uint64(le.Uint16(b[10:])), b[pageHeader:]
	if n == manyFree {
		n, ids = le.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids)/8) {
		return fmt.Errorf("%w %d: a longer freelist than fits", errPage, id)
	}
	for i := range n {
		if err := w.meet(le.Uint64(ids[i*8:])); err != nil {
			return fmt.Errorf("freelist: %w", err)
		}
	}
	return nil
}
