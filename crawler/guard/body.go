package guard

import (
	"bytes"
	"context"
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

// slowness is the slowest rate that a body may have: bytes over a window, looked at in steps.
type slowness struct {
	bytes  int64
	window time.Duration
}

var slowest = slowness{bytes: 20 << 10, window: 20 * time.Second} // 1 KiB/s over 20 s

// wire counts and bounds what comes from the connection, and keeps its first error, so that a decoder's
// error can be told from one of the connection.
type wire struct {
	r   io.Reader
	n   atomic.Int64
	max int64
	cut bool
	err error
}

func (w *wire) Read(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.r.Read(p)
	if got := w.n.Add(int64(n)); got > w.max && !w.cut {
		err = &Error{Kind: market.FailBodyTooLarge, Err: fmt.Errorf("more than %d bytes on the wire", w.max)}
	}
	w.err = err
	return n, err
}

// watch calls cancel when fewer than s.bytes came in any s.window, unless nothing came in the latter half of it: a
// body that stands still has until the deadline. The window slides in quarters.
func (w *wire) watch(s slowness, cancel context.CancelCauseFunc) (stop func()) {
	var (
		mu    sync.Mutex
		marks [4]int64
		i     int
		timer *time.Timer
		done  bool
	)
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(s.window/4, func() {
		mu.Lock()
		defer mu.Unlock()
		if done {
			return
		}
		now := w.n.Load()
		if i++; i >= 4 {
			if came := now - marks[i%4]; now > marks[(i-2)%4] && came < s.bytes {
				cancel(&Error{Kind: market.FailTooSlow, Err: fmt.Errorf("%d bytes in %s", came, s.window)})
				return
			}
		}
		marks[i%4] = now
		timer.Reset(s.window / 4)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		done = true
		timer.Stop()
	}
}

// readBody reads the whole body of res. The Body is never nil; beside an error it only counts.
func (t *Transport) readBody(cancel context.CancelCauseFunc, res *http.Response, spec Spec) (*Body, error) {
	w := &wire{r: res.Body, max: spec.MaxWire, cut: spec.Cut}
	defer w.watch(t.slow, cancel)()
	encoding, err := encodingOf(res.Header)
	if err != nil {
		return &Body{}, err
	}
	b, err := decode(w, encoding, res.ContentLength, spec)
	if w.n.Load() == 0 && (w.err == nil || errors.Is(w.err, io.EOF)) {
		return &Body{}, nil // a 304, or an empty body: nothing to decode
	}
	return &Body{Bytes: b, Wire: w.n.Load()}, err
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

var scratch = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// decode reads w to its end through the decoder of encoding, within spec's bounds.
func decode(w *wire, encoding string, length int64, spec Spec) ([]byte, error) {
	r, release, err := decoder(w, encoding)
	if err != nil {
		return nil, decodeError(w, err)
	}
	defer release()
	if encoding == "" && length > 0 && length <= spec.MaxDecoded { // its size is known: no copy
		return fill(bytes.NewBuffer(make([]byte, 0, length+bytes.MinRead)), r, w, encoding, spec)
	}
	buf := scratch.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= 1<<20 {
			buf.Reset()
			scratch.Put(buf)
		}
	}()
	b, err := fill(buf, r, w, encoding, spec)
	return bytes.Clone(b), err
}

// fill reads r, which unpacks w, to its end. What it returns is buf's own.
func fill(buf *bytes.Buffer, r io.Reader, w *wire, encoding string, spec Spec) ([]byte, error) {
	for {
		n, err := io.CopyN(buf, r, 64<<10)
		size := int64(buf.Len())
		switch {
		case encoding != "" && size > freeBytes && size > maxRatio*w.n.Load():
			return nil, &Error{Kind: market.FailDecompressBomb, Err: fmt.Errorf("%d bytes unpack to more than %d", w.n.Load(), size)}
		case size > spec.MaxDecoded && spec.Cut:
			return buf.Bytes()[:spec.MaxDecoded], nil
		case size > spec.MaxDecoded:
			return nil, &Error{Kind: market.FailBodyTooLarge, Err: fmt.Errorf("more than %d bytes", spec.MaxDecoded)}
		case err != nil && !errors.Is(err, io.EOF):
			return nil, decodeError(w, err)
		case err != nil && n < 64<<10:
			return buf.Bytes(), trailing(w)
		}
	}
}

// trailing refuses bytes behind the end of an encoded body.
func trailing(w *wire) error {
	var one [1]byte
	for {
		n, err := w.Read(one[:])
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
