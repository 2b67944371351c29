// Package record is the form of what the store keeps: a frame with a checksum around every value, and the numbers and texts
// inside. It knows no engine and does no I/O.
package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Version is the version of the frame that Seal writes.
const Version = 1

// overhead is how many bytes a frame adds: version (1), length (4), CRC-32C (4).
const overhead = 9

// The ways in which a value can be damaged.
var (
	ErrShort    = errors.New("record: shorter than it says")
	ErrVersion  = errors.New("record: unknown version")
	ErrChecksum = errors.New("record: checksum does not match")
	ErrForm     = errors.New("record: not in the form of its kind")
)

// castagnoli is the polynomial of CRC-32C (RFC 3720 §12.1).
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal frames payload: version, length, CRC-32C, payload; numbers are little-endian. The checksum also
// covers the place, bucket and key, so that a value is no good anywhere else.
func Seal(bucket string, key, payload []byte) []byte {
	out := make([]byte, overhead, overhead+len(payload))
	out[0] = Version
	binary.LittleEndian.PutUint32(out[1:], uint32(len(payload)))
	binary.LittleEndian.PutUint32(out[5:], sum(bucket, key, out[:5], payload))
	return append(out, payload...)
}

// Unseal returns the payload of a frame that Seal made for this bucket and key; it is a part of value.
// Errors: ErrShort, ErrVersion, ErrChecksum.
func Unseal(bucket string, key, value []byte) ([]byte, error) {
	if len(value) < overhead {
		return nil, fmt.Errorf("%w: %d bytes", ErrShort, len(value))
	}
	payload := value[overhead:]
	if sum(bucket, key, value[:5], payload) != binary.LittleEndian.Uint32(value[5:]) {
		return nil, ErrChecksum
	}
	if value[0] != Version {
		return nil, fmt.Errorf("%w: %d", ErrVersion, value[0])
	}
	if uint64(binary.LittleEndian.Uint32(value[1:])) != uint64(len(payload)) {
		return nil, ErrShort
	}
	return payload, nil
}

// sum is the CRC-32C of place, head and payload. The lengths of bucket and key take part, so that no byte
// can move from one to the other.
func sum(bucket string, key, head, payload []byte) uint32 {
	c := ^uint32(0) // byte by byte, since what is given to Update is put on the heap
	add := func(b byte) { c = castagnoli[byte(c)^b] ^ c>>8 }
	for _, n := range [2]int{len(bucket), len(key)} {
		add(byte(n))
		add(byte(n >> 8))
		add(byte(n >> 16))
		add(byte(n >> 24))
	}
	for i := range len(bucket) {
		add(bucket[i])
	}
	c = crc32.Update(^c, castagnoli, key)
	c = crc32.Update(c, castagnoli, head)
	return crc32.Update(c, castagnoli, payload)
}
