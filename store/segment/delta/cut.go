package delta

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"

	"pricegap/store/record"
)

// Fields is how many fields may differ; each has a number below it, and they are written in that order, but for Last.
const (
	Fields = bits_
	Last   = bitEvidence
)

// Listed is the field that says which listing it is: the first of all.
const Listed = bitListing

// Body is the field that has a digest. It is cut into what it says of itself and the digest.
const Body = bitBody

// IsString reports whether what is written of a field is a string: how much it shares with what is expected at either end, two numbers,
// and what stands between, with its length.
func IsString(field int) bool {
	switch field {
	case bitListing, bitSKU, bitPage, bitURL, bitGTIN, bitMPN, bitImage, bitParser, bitBrand, bitTitle, bitCategory, bitVariant, bitUnit, bitVAT,
		bitDeliveryText, bitPickup, bitSeller, bitCondition, bitName:
		return true
	}
	return false
}

// Closer is a bit of all masks that Append writes now.
const Closer = bitCloser

// Pieces are what Append wrote, cut where one field ends and the next begins: all are parts of it.
type Pieces struct {
	Quote  []byte
	Mask   uint64 // a bit for each field that differs
	Fields [Fields][]byte
	Digest []byte
}

// Cut cuts what Append wrote. Errors: record.ErrForm, also where the mask is not written as Append writes it.
func (p *Pieces) Cut(b []byte) error {
	r := record.Reader{B: b}
	TakeQuote(&r)
	p.Quote = b[:len(b)-len(r.B)]
	p.Mask = r.Number()
	if r.Bad || p.Mask>>Fields != 0 || len(b)-len(r.B) != len(p.Quote)+len(binary.AppendUvarint(nil, p.Mask)) {
		return fmt.Errorf("an observation: %w", record.ErrForm)
	}
	p.Digest = nil
	for rest := p.Mask &^ (1 << Last); rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		p.Fields[i] = TakeField(&r, i)
		if i == Body {
			p.Digest = TakeDigest(&r, p.Fields[i])
		}
	}
	if p.Mask&(1<<Last) != 0 {
		p.Fields[Last] = TakeField(&r, Last)
	}
	return r.End()
}

// TakeField takes what is written of a field off the front of r, unread; of Body all but the digest.
func TakeField(r *record.Reader, field int) []byte {
	from := r.B
	switch field {
	case bitBody:
		if form := r.Byte(); form != sumWhole && form != sumHalf {
			skipString(r)
		}
	case bitEvidence:
		skipEvidence(r)
	case bitTrust:
		skipTrust(r)
	case bitCloser:
	case bitReference:
		skipReference(r)
	case bitLow, bitHigh, bitMember, bitCoupon, bitPerMonth, bitShipping, bitUnitPrice:
		readAmount(r)
	case bitStockCount, bitDeliveryDays, bitWarranty, bitReturns, bitRating, bitRatingCount:
		skipCount(r)
	case bitBranchStock:
		for n := r.Number(); n > 0 && !r.Bad; n-- {
			r.Bytes()
			skipCount(r)
		}
	case bitServices:
		for n := r.Number(); n > 0 && !r.Bad; n-- {
			r.Bytes()
		}
	default:
		skipString(r)
	}
	if r.Bad {
		return nil
	}
	return from[:len(from)-len(r.B)]
}

// TakeDigest takes the digest off the front of r that Body says that there is; nil for none.
func TakeDigest(r *record.Reader, body []byte) []byte {
	if len(body) > 0 && body[0] == sumWhole {
		return r.Take(sha256.Size)
	}
	if len(body) > 0 && body[0] == sumHalf {
		return r.Take(half)
	}
	return nil
}

func skipString(r *record.Reader) {
	r.Number()
	r.Number()
	r.Bytes()
}

func skipCount(r *record.Reader) {
	if r.Byte() != 0 {
		r.Number()
	}
}

func skipTrust(r *record.Reader) {
	skipString(r)
	r.Number()
	skipString(r)
	if r.Byte() == 1 {
		r.Number()
		r.Number()
	}
}

func skipEvidence(r *record.Reader) {
	for n := r.Number(); n > 0 && !r.Bad; n-- {
		if r.Byte() == 0xFF {
			r.Bytes()
		}
		what := r.Byte()
		if what&goneEvidence != 0 {
			continue
		}
		if what == likeAnother {
			r.Byte()
			what = r.Byte()
		}
		for _, piece := range []byte{newReader, newWhere, newRaw} {
			if what&piece != 0 {
				skipString(r)
			}
		}
	}
}
