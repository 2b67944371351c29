package guard

import (
	"io"
	"net"
	"testing"
	"time"

	"pricegap/market"
)

// FuzzAnswer: whatever bytes a server answers with, a request ends in a body within its bounds or in a failure with its
// kind, and nothing is held afterwards.
func FuzzAnswer(f *testing.F) {
	for _, encoding := range []string{"", "gzip", "br", "zstd"} {
		f.Add(append([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: "+encoding+"\r\n\r\n"), packed(f, encoding, []byte("<p>€ 12,95"))...))
	}
	f.Add([]byte("HTTP/1.1 304 Not Modified\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 101 Switching Protocols\r\n\r\n"))
	const most = 64 << 10
	f.Fuzz(func(t *testing.T, answer []byte) {
		tr := New(Options{Net: over(page(func(c net.Conn) { _ = c.SetDeadline(time.Now().Add(time.Second)); c.Write(answer) }))})
		room := small(tr, 1<<20)
		var l Loan
		b, err := get(t, tr, shopURL, Spec{MaxDecoded: most, Timeout: 5 * time.Second, Loan: &l})
		switch {
		case err == nil && len(b.Bytes) > most:
			t.Errorf("%d bytes", len(b.Bytes))
		case err != nil && kindOf(err).Info() == market.FailureInfo{}:
			t.Errorf("an error without its kind: %v", err)
		case err != nil && room.free != 1<<20:
			t.Errorf("a failure holds %d bytes", 1<<20-room.free)
		}
		if b != nil {
			_, _ = io.Copy(io.Discard, b)
		}
		if l.Return(); room.free != 1<<20 {
			t.Errorf("%d bytes are never given back", 1<<20-room.free)
		}
	})
}
