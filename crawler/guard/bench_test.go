package guard

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"
)

// BenchmarkRoundTrip compares the guard with the bare transport of net/http, for an answer that nothing changed and for
// a page of 100 KB, gzip, as CPU of the process: the difference is what the guard costs.
func BenchmarkRoundTrip(b *testing.B) {
	var text bytes.Buffer
	for i := range 2500 {
		fmt.Fprintf(&text, "<p>product %d costs € %d,95</p>\n", i*i, i)
	}
	z := packed(b, "gzip", text.Bytes())
	for _, c := range []struct{ name, answer string }{
		{"304", "HTTP/1.1 304 Not Modified\r\nDate: Sun, 01 Mar 2026 06:00:00 GMT\r\nETag: \"1\"\r\n\r\n"},
		{"page", fmt.Sprintf("%sContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", head, len(z), z)},
	} {
		url := canned(b, []byte(c.answer))
		bare := &http.Transport{DisableCompression: true}
		guarded := New(Options{Allow: loopback})
		b.Run(c.name+"/bare", func(b *testing.B) { fetches(b, bare, url) })
		b.Run(c.name+"/guard", func(b *testing.B) { fetches(b, guarded, url) })
		bare.CloseIdleConnections()
		guarded.CloseIdleConnections()
	}
}

func fetches(b *testing.B, rt http.RoundTripper, url string) {
	b.ReportAllocs()
	start := used(b)
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("User-Agent", "test")
		req.Header.Set("Accept-Encoding", "gzip")
		res, err := rt.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			b.Fatal(err)
		}
		res.Body.Close()
	}
	b.ReportMetric(float64(used(b)-start)/float64(b.N), "cpu-ns/op")
}

// used is the CPU that the process has used.
func used(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// canned is a server that says the same to everything, at almost no cost.
func canned(b *testing.B, answer []byte) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				buf := make([]byte, 4096)
				for {
					n, err := c.Read(buf) // a request comes in one piece
					if err != nil || !bytes.HasSuffix(buf[:n], []byte("\r\n\r\n")) {
						return
					}
					c.Write(answer)
				}
			})
		}
	})
	b.Cleanup(func() { l.Close(); wg.Wait() })
	return "http://" + l.Addr().String()
}
