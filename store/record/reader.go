package record

import "encoding/binary"

// Reader takes numbers and bytes off the front of B. After the first that is not there Bad is set and stays, and
// everything reads as nought.
type Reader struct {
	B   []byte
	Bad bool
}

// Number takes a uvarint.
func (r *Reader) Number() uint64 {
	if len(r.B) > 0 && r.B[0] < 0x80 {
		v := r.B[0]
		r.B = r.B[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(r.B)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.B = r.B[n:]
	return v
}

// Signed takes a number of either sign.
func (r *Reader) Signed() int64 {
	v := r.Number()
	return int64(v>>1) ^ -int64(v&1)
}

// Byte takes a byte.
func (r *Reader) Byte() byte {
	if len(r.B) == 0 {
		r.fail()
		return 0
	}
	v := r.B[0]
	r.B = r.B[1:]
	return v
}

// Take takes n bytes; they are a part of B.
func (r *Reader) Take(n uint64) []byte {
	if n > uint64(len(r.B)) {
		r.fail()
		return nil
	}
	v := r.B[:n]
	r.B = r.B[n:]
	return v
}

// Bytes takes what AppendBytes wrote; it is a part of B.
func (r *Reader) Bytes() []byte { return r.Take(r.Number()) }

// End returns ErrForm when something was not there, or is left over.
func (r *Reader) End() error {
	if r.Bad || len(r.B) > 0 {
		return ErrForm
	}
	return nil
}

func (r *Reader) fail() { r.Bad, r.B = true, nil }

// AppendSigned adds a number of either sign to b.
func AppendSigned(b []byte, v int64) []byte {
	return binary.AppendUvarint(b, uint64(v)<<1^uint64(v>>63))
}

// AppendBytes adds v to b, with its length in front.
func AppendBytes[T []byte | string](b []byte, v T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}
