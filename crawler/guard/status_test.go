package guard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/market"
)

// TestStatusBeforeBody: where the status says that an answer is no page, what is wrong with its body hides neither the
// status nor what stands beside it.
func TestStatusBeforeBody(t *testing.T) {
	text := strings.Repeat("not now ", 300)
	z := packed(t, "gzip", []byte(text))
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n", n) }
	gzipped := func(b []byte) string { return "Content-Encoding: gzip\r\n" + length(len(b)) + string(b) }
	bodies := map[string]struct {
		rest  func(net.Conn)
		whole market.FailureKind // of a page with such a body
		part  int                // what can be read of it
	}{
		"deflate":    {says("Content-Encoding: deflate\r\n" + length(3) + "abc"), market.FailUnsupportedEncoding, 0},
		"not gzip":   {says(gzipped([]byte(text))), market.FailDecodeError, 0},
		"junk":       {says(gzipped(append(bytes.Clone(z), "junk"...))), market.FailDecodeError, len(text)},
		"cut short":  {says(length(5000) + text), market.FailTruncated, len(text)},
		"bad chunk":  {says("Transfer-Encoding: chunked\r\n\r\nzz\r\nabc"), market.FailProtocolError, 0},
		"too large":  {says("\r\n" + strings.Repeat("x", 9<<10)), market.FailBodyTooLarge, 8 << 10},
		"bomb":       {says(gzipped(packed(t, "gzip", make([]byte, 4<<20)))), market.FailDecompressBomb, -1},
		"stands":     {func(c net.Conn) { says(length(5000) + text)(c); silent(c) }, market.FailBodyTimeout, len(text)},
		"slow":       {func(c net.Conn) { says("\r\n")(c); every(c, time.Second, "x") }, market.FailTooSlow, -1},
		"whole":      {says(length(len(text)) + text), "", len(text)},
		"whole gzip": {says(gzipped(z)), "", len(text)},
	}
	for status, refused := range map[int]bool{
		200: false, 203: false, 206: true, 301: true, 302: true, 308: true, 403: true, 404: true, 410: true, 429: true, 500: true, 503: true, 999: true,
	} {
		for name, c := range bodies {
			for _, known := range []*Sum{nil, {}} {
				t.Run(fmt.Sprintf("%d %s %v", status, name, known != nil), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						tr := New(Options{Net: over(page(func(conn net.Conn) {
							fmt.Fprintf(conn, "HTTP/1.1 %d X\r\nRetry-After: 3600\r\nLocation: /new\r\n", status)
							c.rest(conn)
						}))})
						defer time.Sleep(2 * time.Second) // the server notices
						defer tr.CloseIdleConnections()
						b := small(tr, 32<<20)
						loan := new(Loan)
						spec := &Spec{Packed: known, Loan: loan}
						if name == "too large" {
							spec.MaxDecoded = 8 << 10
						}
						req, err := http.NewRequestWithContext(With(t.Context(), spec), http.MethodGet, shopURL, nil)
						if err != nil {
							t.Fatal(err)
						}
						res, err := tr.RoundTrip(req) //nolint:bodyclose // a Body is nothing to close
						switch {
						case !refused && c.whole != "":
							if kindOf(err) != c.whole || b.free != 32<<20 {
								t.Errorf("got %v, want %s; %d bytes are held", err, c.whole, 32<<20-b.free)
							}
							return
						case err != nil:
							t.Fatal(err)
						case res.StatusCode != status || res.Header.Get("Retry-After") != "3600" || res.Header.Get("Location") != "/new":
							t.Errorf("got %d, %v", res.StatusCode, res.Header)
						}
						got := res.Body.(*Body)
						if n := len(got.Bytes); c.part >= 0 && n != c.part {
							t.Errorf("got %d bytes, want %d", n, c.part)
						}
						if held := 32<<20 - b.free; held < int64(len(got.Bytes)) {
							t.Errorf("%d bytes are held for %d", held, len(got.Bytes))
						}
						loan.Return()
						if b.free != 32<<20 {
							t.Errorf("%d bytes are never given back", 32<<20-b.free)
						}
					})
				})
			}
		}
	}
}

// says writes s.
func says(s string) func(net.Conn) { return func(c net.Conn) { io.WriteString(c, s) } }

// TestStopBeforeStatus: a request that was stopped while its body came is not answered by its status.
func TestStopBeforeStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := New(Options{Net: over(page(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 429 X\r\nContent-Length: 10\r\n\r\nx")
			silent(c)
		}))})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, shopURL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) { //nolint:bodyclose // there is none
			t.Errorf("got %v", err)
		}
	})
}
