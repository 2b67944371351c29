// Package pack makes bytes fewer with zstd (RFC 8878), where it does.
package pack

import (
	"github.com/klauspost/compress/zstd"

	"pricegap/store/record"
)

// Most is how many bytes there are at most, unpacked.
const Most = 64 << 20

var (
	packer   = always(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(64<<10), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true)))
	unpacker = always(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(Most)))
)

// always is for what fails on wrong options only.
func always[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Pack returns what Unpack unpacks.
func Pack(b []byte) []byte { return packer.EncodeAll(b, nil) }

// Unpack returns what Pack packed, in room where there is enough. Errors: those of zstd.
func Unpack(b, room []byte) ([]byte, error) { return unpacker.DecodeAll(b, room[:0]) }

// The forms of what Append adds.
const (
	plain = iota
	packed
)

// Append adds what to b, packed where that makes it less.
func Append(b, what []byte) []byte {
	if p := Pack(what); len(p) < len(what) {
		return record.AppendBytes(append(b, packed), p)
	}
	return record.AppendBytes(append(b, plain), what)
}

// Take takes what Append added off the front of r; room is used where it is large enough and something was packed. Errors:
// record.ErrForm, and those of zstd.
func Take(r *record.Reader, room []byte) ([]byte, error) {
	form, b := r.Byte(), r.Bytes()
	switch {
	case r.Bad || form > packed:
		r.Bad = true
		return nil, record.ErrForm
	case form == packed:
		return Unpack(b, room)
	}
	return b, nil
}
