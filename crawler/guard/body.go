package guard

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"pricegap/market"
)

// A body may unpack to maxRatio times its size on the wire, once it is larger than freeBytes.
const (
	maxRatio  = 100
	freeBytes = 1 << 20
	zstdFrame = 8 << 20 // RFC 8878 §3.1.1.1.2 asks decoders for windows of 8 MiB
)

// stepBytes is by how much a body takes from the budget.
const stepBytes = 64 << 10

// wire counts and bounds what comes from the connection, and keeps its first error, so that a decoder's
// error can be told from one of the connection.
type wire struct {
	r    io.Reader
	n    int64
	sum  *atomic.Int64 // what max bounds: n, or that of several
	max  int64
	cut  bool
	err  error
	rate rate
}

// Read implements io.Reader.
func (w *wire) Read(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.r.Read(p)
	w.n += int64(n)
	switch {
	case w.sum.Add(int64(n)) > w.max && !w.cut:
		err = &Error{Kind: market.FailBodyTooLarge, Err: fmt.Errorf("more than %d bytes on the wire", w.max)}
	case err == nil:
		err = w.rate.add(int64(n))
	}
	w.err = err
	return n, err
}

// rate refuses a body of which fewer than least bytes came in any window, which slides in quarters. It looks when
// bytes come: a body that stands still has until the deadline.
type rate struct {
	least    int64
	quarter  time.Duration
	next     time.Time // the end of this quarter
	quarters int       // that have ended
	n        int64
	marks    [4]int64 // n at the ends of the last quarters
}

func newRate(l market.Limits) rate {
	q := l.SlowWindow / 4
	return rate{least: int64(float64(l.SlowestRate) * l.SlowWindow.Seconds()), quarter: q, next: time.Now().Add(q)}
}

func (r *rate) add(n int64) error {
	for now := time.Now(); !now.Before(r.next); r.next = r.next.Add(r.quarter) {
		r.quarters++
		mark := &r.marks[r.quarters%4]
		if came := r.n - *mark; r.quarters >= 4 && came < r.least {
			return &Error{Kind: market.FailTooSlow, Err: fmt.Errorf("%d bytes in %s", came, 4*r.quarter)}
		}
		*mark = r.n
	}
	r.n += n
	return nil
}

// rest begins anew after a wait of our own.
func (r *rate) rest() { *r = rate{least: r.least, quarter: r.quarter, next: time.Now().Add(r.quarter)} }

// readBody reads the whole body of res. The Body is never nil; beside an error it only counts for a page, and has what
// could be read of any other answer.
func (t *Transport) readBody(x *exchange, res *http.Response) (*Body, error) {
	encoding, err := encodingOf(res.Header)
	if err != nil {
		return &Body{}, err
	}
	f := filler{
		wire: wire{r: res.Body, sum: cmp.Or(x.spec.Together, new(atomic.Int64)), max: x.spec.MaxWire, cut: x.spec.Cut, rate: newRate(x.spec.Limits)},
		x:    x, budget: t.budget, loan: x.spec.Loan, max: x.spec.MaxDecoded,
	}
	if f.loan == nil {
		f.loan = new(Loan)
		defer f.loan.Return()
	}
	body := &Body{}
	if encoding != "" && x.spec.Packed != nil {
		buf := scratch.Get().(*[]byte)
		defer scratch.Put(buf)
		held, err := f.take(buf, body)
		defer f.loan.give(held)
		if err != nil || body.Same {
			return body, err
		}
	}
	b, err := f.decode(encoding, res.ContentLength)
	if f.wire.n == 0 && errors.Is(f.wire.err, io.EOF) {
		b, err = nil, nil // empty: nothing to decode
	}
	if err != nil && isPage(res) {
		b = nil
		f.loan.give(f.held)
	}
	body.Bytes, body.Wire = b, max(body.Wire, f.wire.n)
	return body, err
}

// take reads the whole wire as it comes into buf, from where it is read then; a body that is known ends there. held is
// what of the loan is for buf.
func (f *filler) take(buf *[]byte, body *Body) (held int64, err error) {
	spec := f.x.spec
	raw := filler{wire: f.wire, x: f.x, budget: f.budget, loan: f.loan, max: spec.MaxWire}
	b, err := raw.fill((*buf)[:0], spec.MaxWire, &raw.wire, false)
	if cap(b) <= pooledBytes {
		*buf = b
	}
	body.Wire = raw.wire.n
	if err != nil {
		return raw.held, err
	}
	body.Packed = SumOf(b)
	body.Same = len(b) > 0 && body.Packed == *spec.Packed
	const never = time.Hour // a rate is for what comes from afar
	f.wire = wire{
		r: bytes.NewReader(b), sum: new(atomic.Int64), max: spec.MaxWire, cut: spec.Cut, rate: rate{quarter: never, next: time.Now().Add(never)},
	}
	return raw.held, nil
}

// encodingOf is the one content encoding of a response, "" for none.
func encodingOf(h http.Header) (string, error) {
	var found []string
	for _, e := range strings.Split(strings.Join(h.Values("Content-Encoding"), ","), ",") {
		if e = strings.ToLower(strings.TrimSpace(e)); e != "" && e != "identity" {
			found = append(found, strings.TrimPrefix(e, "x-"))
		}
	}
	if len(found) == 0 {
		return "", nil
	}
	if e := found[0]; len(found) == 1 && (e == "gzip" || e == "br" || e == "zstd") {
		return e, nil
	}
	return "", &Error{Kind: market.FailUnsupportedEncoding, Err: fmt.Errorf("content encoding %q", strings.Join(found, ", "))}
}

// filler reads a body into memory, within its bounds and those of the process.
type filler struct {
	wire   wire
	x      *exchange
	budget *budget
	loan   *Loan
	held   int64 // of the loan
	max    int64 // of the decoded body
}

// scratch has buffers for bodies whose size is not known, up to pooledBytes each.
var scratch = sync.Pool{New: func() any { b := make([]byte, 0, stepBytes); return &b }}

// A buffer of up to pooledBytes is used again, and so much of a length that is promised is believed beforehand.
const pooledBytes = 1 << 20

// decode reads the wire to its end through the decoder of encoding.
func (f *filler) decode(encoding string, length int64) ([]byte, error) {
	r, release, err := decoder(&f.wire, encoding)
	if err != nil {
		return nil, decodeError(&f.wire, err)
	}
	defer release()
	if encoding == "" && length > 0 { // its size is known: no copy
		return f.fill(room(int(min(length, pooledBytes))+1), length, r, false)
	}
	buf := scratch.Get().(*[]byte)
	b, err := f.fill((*buf)[:0], f.max, r, encoding != "")
	if cap(b) > pooledBytes {
		return b, err
	}
	*buf = b
	defer scratch.Put(buf)
	return append(room(len(b)), b...), err
}

// pages has the memory of bodies that nobody needs any more, up to keptBytes each.
var pages sync.Pool

const keptBytes = 256 << 10

// room returns an empty slice for n bytes.
func room(n int) []byte {
	if b, ok := pages.Get().(*[]byte); ok && cap(*b) >= n {
		return (*b)[:0]
	}
	return make([]byte, 0, n)
}

// Reuse gives the memory of a body to another one. Nobody may need it, or a part of it, any more.
func Reuse(body []byte) {
	if n := cap(body); n > 0 && n <= keptBytes {
		pages.Put(&body)
	}
}

// fill appends to b what r, which unpacks the wire, still has; most is as long as it can become. The buffer doubles, so
// that all that is ever made for a body is twice its size.
func (f *filler) fill(b []byte, most int64, r io.Reader, packed bool) ([]byte, error) {
	for {
		if err := f.hold(int64(len(b))); err != nil {
			return b, err
		}
		if len(b) == cap(b) {
			b = append(make([]byte, 0, min(2*int64(cap(b)), max(most, int64(cap(b)))+1)), b...)
		}
		n, err := r.Read(b[len(b):min(int64(cap(b)), f.held)])
		b = b[:len(b)+n]
		size := int64(len(b))
		switch {
		case packed && size > freeBytes && size > maxRatio*f.wire.n:
			return b, &Error{Kind: market.FailDecompressBomb, Err: fmt.Errorf("%d bytes unpack to more than %d", f.wire.n, size)}
		case size > f.max && f.wire.cut:
			return b[:f.max], nil
		case size > f.max:
			return b[:f.max], &Error{Kind: market.FailBodyTooLarge, Err: fmt.Errorf("more than %d bytes", f.max)}
		case errors.Is(err, io.EOF):
			return b, f.trailing()
		case err != nil:
			return b, decodeError(&f.wire, err)
		}
	}
}

// hold takes room for more than n bytes from the budget.
func (f *filler) hold(n int64) error {
	if n < f.held {
		return nil
	}
	waited, err := f.budget.take(f.x.ctx, f.loan, stepBytes)
	if waited {
		f.x.waited = true
		f.wire.rate.rest()
	}
	if err != nil {
		return err
	}
	f.held += stepBytes
	return nil
}

// trailing refuses bytes behind the end of an encoded body.
func (f *filler) trailing() error {
	one := make([]byte, 1)
	for {
		n, err := f.wire.Read(one)
		switch {
		case n > 0:
			return &Error{Kind: market.FailDecodeError, Err: errors.New("bytes behind the end of the packed body")}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// decodeError is the connection's error if it has one, else one of the decoder.
func decodeError(w *wire, err error) error {
	if w.err != nil && !errors.Is(w.err, io.EOF) {
		return w.err
	}
	return &Error{Kind: market.FailDecodeError, Err: fmt.Errorf("the packed body does not decode: %w", err)}
}

var (
	gzips   sync.Pool
	zstds   sync.Pool
	brotlis sync.Pool
)

// decoder returns a reader that unpacks w, and what gives it back. Decoders are reused: making one costs
// more than a page.
func decoder(w *wire, encoding string) (io.Reader, func(), error) {
	switch encoding {
	case "gzip":
		z, ok := gzips.Get().(*gzip.Reader)
		if !ok {
			z = new(gzip.Reader)
		}
		release := func() { gzips.Put(z) }
		if err := z.Reset(w); err != nil {
			release()
			return nil, nil, err
		}
		return z, release, nil
	case "zstd":
		z, ok := zstds.Get().(*zstd.Decoder)
		if !ok {
			var err error
			if z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdFrame)); err != nil {
				return nil, nil, err
			}
		}
		if err := z.Reset(w); err != nil {
			return nil, nil, err
		}
		return z, func() { _ = z.Reset(nil); zstds.Put(z) }, nil
	case "br":
		z, ok := brotlis.Get().(*brotli.Reader)
		if !ok {
			z = new(brotli.Reader)
		}
		if err := z.Reset(w); err != nil {
			return nil, nil, err
		}
		return z, func() { brotlis.Put(z) }, nil
	}
	return w, func() {}, nil
}
