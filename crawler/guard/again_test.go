package guard

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"

	"pricegap/market"
)

// TestAskedOnce: net/http would ask again by itself where a kept connection ends before the answer.
func TestAskedOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(c)
			for { // each connection answers its first request only
				if _, err := http.ReadRequest(r); err != nil || asked.Add(1)%2 == 0 {
					break
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
			c.Close()
		}
	}()
	defer func() { l.Close(); <-done }()
	tr := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	defer tr.CloseIdleConnections()
	for i, want := range []market.FailureKind{"", market.FailProtocolError, "", market.FailProtocolError} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/", nil)
		_, err := tr.RoundTrip(req)
		var kind market.FailureKind
		if ge, ok := errors.AsType[*Error](err); ok {
			kind = ge.Kind
		}
		if kind != want || asked.Load() != int64(i+1) {
			t.Errorf("request %d: %v, and the server was asked %d times, want %q", i+1, err, asked.Load(), want)
		}
	}
}
