// Package column is the form of observations that stand together, each written by delta: a table, in which what they say of a field
// is a column, and what many of them say stands once. Their quotes can be read without the rest, and digests stand apart, since
// nothing packs them.
package column

import (
	"encoding/binary"
	"math/bits"

	"pricegap/store/record"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/pack"
)

// most is how many bytes a column has at most.
const most = pack.Most

// What the first byte of the columns says.
const (
	plain        = iota // columns of schema 5; see flat.go
	zipped              // the same, packed
	tabled              // a table
	tabledZipped        // a table, and packed what is to be packed of it
)

// Append adds rows, each as delta.Append writes it, to b. Errors: record.ErrForm for a row that is not; then nothing is added.
func Append(b []byte, rows [][]byte) ([]byte, error) {
	currency := currencyOf(rows)
	var quotes, digests []byte
	var masks columnar
	var union uint64
	var fields [delta.Fields]columnar
	var p delta.Pieces
	for _, row := range rows {
		if err := p.Cut(row); err != nil {
			return b, err
		}
		quotes, p.Quote = append(quotes, p.Quote[0]), p.Quote[1:]
		if currency != 0 && delta.Priced(row[0]) {
			p.Quote = p.Quote[1:]
		}
		quotes = append(quotes, p.Quote...)
		masks.add(binary.AppendUvarint(nil, shorter(p.Mask)))
		union |= p.Mask
		for rest := p.Mask &^ (1 << delta.Closer); rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			fields[i].add(p.Fields[i])
		}
		digests = append(digests, p.Digest...)
	}
	which, distinct := masks.distinct()
	tight, loose := appendWhich(nil, which, len(distinct)), []byte(nil)
	for _, i := range distinct {
		tight = append(tight, masks.at(i)...)
	}
	for rest := union &^ (1 << delta.Closer); rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		fields[i].field = i
		tight, loose = fields[i].append(tight, loose)
	}
	form := byte(tabled)
	if packed := pack.Pack(loose); len(packed) < len(loose) {
		form, loose = tabledZipped, packed
	}
	b = record.AppendBytes(append(b, currency), quotes)
	b = record.AppendBytes(append(b, form), tight)
	b = record.AppendBytes(b, loose)
	return append(b, digests...), nil
}

// shorter is a mask as it stands in a table, where nearly all have the bit Closer; longer is the mask again.
func shorter(mask uint64) uint64 { return mask&^(1<<delta.Closer)<<1 | ^mask>>delta.Closer&1 }
func longer(v uint64) uint64     { return v>>1 | ^v&1<<delta.Closer }

// currencyOf returns the byte for the currency of all prices of those rows; 0 where they have several.
func currencyOf(rows [][]byte) (c byte) {
	for _, row := range rows {
		if len(row) == 0 || !delta.Priced(row[0]) {
			continue
		}
		is, ok := delta.Currency(row)
		if !ok || c != 0 && c != is {
			return 0
		}
		c = is
	}
	return c
}

// Quotes calls do for the quote of each of n rows that Append wrote, until do says that it is enough. Errors: record.ErrForm.
func Quotes(b []byte, n int, do func(i int, q delta.Quote) bool) error {
	r := record.Reader{B: b}
	currency := r.Byte()
	quotes := record.Reader{B: r.Bytes()}
	for i := range n {
		q := delta.TakeQuoteIn(&quotes, currency)
		if r.Bad || quotes.Bad {
			return record.ErrForm
		}
		if !do(i, q) {
			return nil
		}
	}
	return quotes.End()
}

// Quote returns the quote of row i of the n that Append wrote. Errors: record.ErrForm.
func Quote(b []byte, n, i int) (q delta.Quote, err error) {
	r := record.Reader{B: b}
	currency := r.Byte()
	quotes := record.Reader{B: r.Bytes()}
	for range i {
		delta.SkipQuote(&quotes, currency)
	}
	if q = delta.TakeQuoteIn(&quotes, currency); r.Bad || quotes.Bad || i >= n {
		return q, record.ErrForm
	}
	return q, nil
}

// Rows returns the n rows that Append wrote. Errors: record.ErrForm, and those of zstd.
func Rows(b []byte, n int) ([][]byte, error) {
	t, err := openTable(b, n)
	if t == nil {
		if err == nil {
			return flatRows(b, n)
		}
		return nil, err
	}
	if _, err := t.unpack(nil); err != nil {
		return nil, err
	}
	out, all := make([][]byte, n), make([]byte, 0, t.size())
	for i := range n {
		from := len(all)
		if all, err = t.appendRow(all, i); err != nil {
			return nil, err
		}
		out[i] = all[from:len(all):len(all)]
	}
	return out, t.end()
}

// Row returns row i of the n that Append wrote. Errors: record.ErrForm, and those of zstd.
func Row(b []byte, n, i int) ([]byte, error) {
	t, err := openTable(b, n)
	if t == nil {
		if err == nil {
			return flatRow(b, n, i)
		}
		return nil, err
	}
	return t.row(i)
}

// Listings calls do for each of the n rows that Append wrote, with its mask and what it says of the listing, nil for nothing, which is
// good until the next. Errors: those of do, record.ErrForm, and those of zstd.
func Listings(b []byte, n int, do func(mask uint64, told []byte) error) error {
	t, err := openTable(b, n)
	if t == nil {
		if err == nil {
			return flatListings(b, n, do)
		}
		return err
	}
	return t.listings(do)
}
