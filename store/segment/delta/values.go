package delta

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/store/record"
)

// appendString adds v as what it shares with base at both ends, and what stands between.
func appendString(b []byte, base, v string) []byte {
	head, tail := ends(base, v)
	b = binary.AppendUvarint(b, uint64(head))
	b = binary.AppendUvarint(b, uint64(tail))
	return record.AppendBytes(b, v[head:len(v)-tail])
}

// ends returns how many bytes two strings share at either end.
func ends(base, v string) (head, tail int) {
	n := min(len(base), len(v))
	for head < n && base[head] == v[head] {
		head++
	}
	for tail < n-head && base[len(base)-1-tail] == v[len(v)-1-tail] {
		tail++
	}
	return head, tail
}

func readString(r *record.Reader, base string) string {
	head, tail, mid := r.Number(), r.Number(), r.Bytes()
	if head > uint64(len(base)) || tail > uint64(len(base)) {
		r.Bad = true
		return ""
	}
	if head == 0 && tail == 0 {
		return string(mid)
	}
	return base[:head] + string(mid) + base[uint64(len(base))-tail:]
}

// half is how many bytes the first half of a SHA-256 has.
const half = sha256.Size / 2

// The forms of a digest.
const (
	sumText = iota // as any string
	sumWhole
	sumHalf
)

// appendSum adds a SHA-256 in hex, or the first half of one, as its bytes; anything else as a string.
func appendSum(b []byte, base, v string) []byte {
	sum, err := hex.DecodeString(v)
	switch {
	case err != nil || v != strings.ToLower(v):
	case len(sum) == sha256.Size:
		return append(append(b, sumWhole), sum...)
	case len(sum) == half:
		return append(append(b, sumHalf), sum...)
	}
	return appendString(append(b, sumText), base, v)
}

func readSum(r *record.Reader, base string) string {
	switch r.Byte() {
	case sumWhole:
		return hex.EncodeToString(r.Take(sha256.Size))
	case sumHalf:
		return hex.EncodeToString(r.Take(half))
	}
	return readString(r, base)
}

// appendCount adds a count as the step from base's: 0 is unknown.
func appendCount(b []byte, base, v market.Count) []byte {
	n, known := v.Get()
	if !known {
		return append(b, 0)
	}
	from, _ := base.Get()
	return record.AppendSigned(append(b, 1), n-from)
}

func readCount(r *record.Reader, base market.Count) market.Count {
	if r.Byte() == 0 {
		return market.Count{}
	}
	from, _ := base.Get()
	return market.CountOf(from + r.Signed())
}

func sameTrust(a, b *obs) bool {
	x, y := a.Trust, b.Trust
	x.State = y.State // it stands in the quote
	return x == y
}

func appendTrust(b []byte, base, o *obs) []byte {
	b = appendString(b, base.Trust.Reason, o.Trust.Reason)
	b = record.AppendSigned(b, int64(o.Trust.Needs))
	b = appendString(b, base.Trust.By.Plain(), o.Trust.By.Plain())
	if o.Trust.DecidedAt.IsZero() {
		return append(b, 0)
	}
	b = record.AppendSigned(append(b, 1), o.Trust.DecidedAt.Unix())
	return binary.AppendUvarint(b, uint64(o.Trust.DecidedAt.Nanosecond()))
}

func readTrust(r *record.Reader, base, o *obs) {
	o.Trust.Reason = readString(r, base.Trust.Reason)
	o.Trust.Needs = int(r.Signed())
	o.Trust.By = market.NewText(readString(r, base.Trust.By.Plain()))
	o.Trust.DecidedAt = time.Time{}
	if r.Byte() == 1 {
		sec := r.Signed()
		o.Trust.DecidedAt = time.Unix(sec, int64(r.Number())).UTC()
	}
}
