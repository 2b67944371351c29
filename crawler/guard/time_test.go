package guard

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"pricegap/crawler/shoptest/hostile/dns"
	"pricegap/market"
)

const shopURL = "http://93.184.215.14/"

// over is a network in memory: each connection is served by answer, which ends when the other side is closed.
func over(answer func(net.Conn)) Net {
	return Net{Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			answer(server)
		}()
		return client, nil
	}}
}

// page reads the head of a request and then answers it.
func page(answer func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			answer(c)
		}
	}
}

// every writes s again and again until the other side is closed.
func every(c net.Conn, pause time.Duration, s string) {
	for {
		if _, err := io.WriteString(c, s); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

func silent(c net.Conn) { io.Copy(io.Discard, c) }

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"

// TestDeadlines holds every bound of time to its figure, in virtual time.
func TestDeadlines(t *testing.T) {
	_, _ = dns.Memory(names).LookupNetIP(t.Context(), "ip", "a-0.example") // what it keeps for the process is made outside
	const s = time.Second
	for name, c := range map[string]struct {
		url         string
		net         Net
		spec        Spec
		want        market.FailureKind
		least, most time.Duration
	}{
		"H01 silent resolver": {"http://shop.example/", Net{Resolver: dns.Memory(func(dns.Question) dns.Reply { return dns.Reply{Silent: true} })}, Spec{}, market.FailDNSTimeout, s, 10 * s},
		"no connection":       {shopURL, Net{Dial: hangs}, Spec{}, market.FailConnectTimeout, 10 * s, 10 * s},
		"no connection, 2 s":  {shopURL, Net{Dial: hangs}, Spec{Limits: market.Limits{ConnectTimeout: 2 * s}}, market.FailConnectTimeout, 2 * s, 2 * s},
		"no connection, whole": {
			shopURL, Net{Dial: hangs}, Spec{Timeout: 4 * s}, market.FailConnectTimeout, 4 * s, 4 * s,
		},
		"no handshake": {"https://93.184.215.14/", over(silent), Spec{}, market.FailConnectTimeout, 10 * s, 10 * s},
		"H09 slow handshake": {"https://93.184.215.14/", over(func(c net.Conn) {
			go io.Copy(io.Discard, c)
			every(c, s, "\x16")
		}), Spec{}, market.FailTLSInvalid, 0, 10 * s}, // five bytes of \x16 are no record
		"H09 handshake at 1 byte/s": {"https://93.184.215.14/", over(func(c net.Conn) {
			go io.Copy(io.Discard, c)
			io.WriteString(c, "\x16\x03\x03\x40\x00")
			every(c, s, "\x02")
		}), Spec{}, market.FailConnectTimeout, 10 * s, 10 * s},
		"H06 silent":       {shopURL, over(silent), Spec{}, market.FailHeaderTimeout, 20 * s, 20 * s},
		"silent, 3 s":      {shopURL, over(silent), Spec{Limits: market.Limits{HeaderTimeout: 3 * s}}, market.FailHeaderTimeout, 3 * s, 3 * s},
		"silent, whole":    {shopURL, over(silent), Spec{Timeout: 7 * s}, market.FailHeaderTimeout, 7 * s, 7 * s},
		"H14 early hints":  {shopURL, over(page(func(c net.Conn) { every(c, 0, "HTTP/1.1 103 Early Hints\r\n\r\n") })), Spec{}, market.FailHeaderTooLarge, 0, 0},
		"H14 slow":         {shopURL, over(page(func(c net.Conn) { every(c, s, "HTTP/1.1 103 Early Hints\r\n\r\n") })), Spec{}, market.FailHeaderTimeout, 20 * s, 20 * s},
		"H15 101, silence": {shopURL, over(page(func(c net.Conn) { io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n\r\n"); silent(c) })), Spec{}, market.FailProtocolError, 0, 0},
		"H16 slow header": {shopURL, over(page(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nX: ")
			every(c, 200*time.Millisecond, "x")
		})), Spec{}, market.FailHeaderTimeout, 20 * s, 20 * s},
		"H16 slow status line": {shopURL, over(page(func(c net.Conn) { every(c, 200*time.Millisecond, "H") })), Spec{}, market.FailHeaderTimeout, 20 * s, 20 * s},
		"H39 no end":           {shopURL, over(page(func(c net.Conn) { io.WriteString(c, head+"\r\n"); every(c, 0, strings.Repeat("x", 1<<16)) })), Spec{}, market.FailBodyTooLarge, 0, 0},
		"H40 a byte per 10 s":  {shopURL, over(page(func(c net.Conn) { io.WriteString(c, head+"\r\n"); every(c, 10*s, "x") })), Spec{}, market.FailTooSlow, 20 * s, 30 * s},
		"half the rate":        {shopURL, over(page(func(c net.Conn) { io.WriteString(c, head+"\r\n"); every(c, s, strings.Repeat("x", 512)) })), Spec{}, market.FailTooSlow, 20 * s, 21 * s},
		"rate of the source": {
			shopURL, over(page(func(c net.Conn) { io.WriteString(c, head+"\r\n"); every(c, s, strings.Repeat("x", 2000)) })),
			Spec{Limits: market.Limits{SlowestRate: 4000, SlowWindow: 8 * s}},
			market.FailTooSlow, 8 * s, 9 * s,
		},
		"fast, then slow": {shopURL, over(page(func(c net.Conn) {
			io.WriteString(c, head+"\r\n"+strings.Repeat("x", 1<<20))
			every(c, s, "x")
		})), Spec{}, market.FailTooSlow, 20 * s, 26 * s},
		"H41 fast, then nothing": {shopURL, over(page(func(c net.Conn) {
			io.WriteString(c, head+"\r\n"+strings.Repeat("x", 7<<20))
			silent(c)
		})), Spec{}, market.FailBodyTimeout, 60 * s, 60 * s},
		"fast enough, too long": {shopURL, over(page(func(c net.Conn) { io.WriteString(c, head+"\r\n"); every(c, s, strings.Repeat("x", 4096)) })), Spec{}, market.FailBodyTimeout, 60 * s, 60 * s},
		"late, but whole": {shopURL, over(page(func(c net.Conn) {
			time.Sleep(15 * s)
			io.WriteString(c, head+"Content-Length: 81920\r\n\r\n")
			for range 40 {
				io.WriteString(c, strings.Repeat("x", 2048))
				time.Sleep(s)
			}
		})), Spec{}, "", 54 * s, 55 * s},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := get(t, New(Options{Net: c.net}), c.url, c.spec)
				if took := time.Since(start); kindOf(err) != c.want || (err == nil) != (c.want == "") || took < c.least || took > c.most {
					t.Errorf("got %v after %s, want %q after %s to %s", err, took, c.want, c.least, c.most)
				}
				time.Sleep(20 * s) // the other side notices
			})
		})
	}
}

func hangs(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// served answers every request of a connection in turn.
func served(answer func(c net.Conn, nth int)) func(net.Conn) {
	return func(c net.Conn) {
		r := bufio.NewReader(c)
		for n := 1; ; n++ {
			if _, err := http.ReadRequest(r); err != nil {
				return
			}
			answer(c, n)
		}
	}
}

// TestKeptConnection: a connection outlives the bounds of the request that opened it, and the next one that falls silent
// on it is not asked again in secret.
func TestKeptConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := 0
		n := over(served(func(c net.Conn, nth int) {
			switch {
			case nth == 3:
				silent(c)
			case nth%2 == 0:
				io.WriteString(c, "HTTP/1.1 304 Not Modified\r\n\r\n")
			default:
				io.WriteString(c, head+"Content-Length: 2\r\n\r\nok")
			}
		}))
		dial := n.Dial
		n.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			opened++
			return dial(ctx, network, addr)
		}
		tr := New(Options{Net: n})
		for range 2 {
			if _, err := get(t, tr, shopURL, Spec{Timeout: 2 * time.Second}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Second)
		}
		start := time.Now()
		_, err := get(t, tr, shopURL, Spec{})
		if took := time.Since(start); kindOf(err) != market.FailHeaderTimeout || took != 20*time.Second {
			t.Errorf("got %v after %s", err, took)
		}
		if opened != 1 {
			t.Errorf("%d connections, want one", opened)
		}
	})
}

// TestHeaderBytes: a header of the size that the source allows passes, one that is larger does not, whoever had the
// connection before.
func TestHeaderBytes(t *testing.T) {
	answer := func(n int) func(net.Conn) {
		return page(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: "+strings.Repeat("x", n)+"\r\n\r\nok")
		})
	}
	for _, c := range []struct {
		limit int64
		size  int
		ok    bool
	}{{0, 255 << 10, true}, {0, 261 << 10, false}, {8 << 10, 7 << 10, true}, {8 << 10, 13 << 10, false}, {1 << 20, 1000 << 10, true}, {1 << 20, 1100 << 10, false}} {
		b, err := get(t, New(Options{Net: over(answer(c.size))}), shopURL, Spec{Limits: market.Limits{HeaderBytes: c.limit}})
		if c.ok && (err != nil || string(b.Bytes) != "ok") || !c.ok && kindOf(err) != market.FailHeaderTooLarge {
			t.Errorf("a header of %d bytes where %d are allowed: %v", c.size, c.limit, err)
		}
	}
	end := make(chan struct{})
	defer close(end)
	line := page(func(c net.Conn) { every(c, 0, strings.Repeat("x", 4096)) })
	if _, err := get(t, New(Options{Net: over(line)}), shopURL, Spec{}); kindOf(err) != market.FailHeaderTooLarge && kindOf(err) != market.FailProtocolError {
		t.Errorf("a line without end: %v", err)
	}
}

// TestCancelledDial: a request that is given up leaves no dial behind.
func TestCancelledDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan time.Duration, 1)
		start := time.Now()
		tr := New(Options{Net: Net{Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			defer func() { ended <- time.Since(start) }()
			return hangs(ctx, network, addr)
		}}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, shopURL, nil)
		if _, err := tr.RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
		if took := <-ended; took != time.Second {
			t.Errorf("the dial ended after %s", took)
		}
	})
}

// TestAbsent: that a name does not exist is remembered for five minutes, by all Transports that share the memory, and
// nothing else is.
func TestAbsent(t *testing.T) {
	answers := map[string]dns.Reply{
		"gone.example": {Code: dnsmessage.RCodeNameError}, "empty.example": {}, "ill.example": {Code: dnsmessage.RCodeServerFailure},
		"refused.example": {Code: dnsmessage.RCodeRefused},
	}
	kinds := map[string]market.FailureKind{
		"gone.example": market.FailDNSNotFound, "empty.example": market.FailDNSNotFound, "ill.example": market.FailDNSServfail,
		"refused.example": market.FailDNSServfail,
	}
	warm := dns.Memory(names)
	_, _ = warm.LookupNetIP(t.Context(), "ip", "a-0.example")
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		o := Options{Absent: new(Absent), Net: Net{Resolver: dns.Memory(func(q dns.Question) dns.Reply {
			asked.Add(1)
			for known, a := range answers { // with the suffixes of the machine's own search list as well
				if strings.HasPrefix(q.Name, known) {
					return a
				}
			}
			return dns.Reply{}
		})}}
		ask := func(name string) (anew bool) {
			before := asked.Load()
			if _, err := get(t, New(o), "http://"+name+"/", Spec{}); kindOf(err) != kinds[strings.ToLower(strings.TrimSuffix(name, "."))] {
				t.Errorf("%s: %v", name, err)
			}
			return asked.Load() > before
		}
		for name, kind := range kinds {
			remembered := kind == market.FailDNSNotFound
			if !ask(name) || ask(name) == remembered || ask(strings.ToUpper(name)+".") == remembered {
				t.Errorf("%s: remembered is not %v", name, remembered)
			}
			time.Sleep(absentFor - time.Nanosecond)
			if ask(name) == remembered {
				t.Errorf("%s: remembered for less than %s", name, absentFor)
			}
			time.Sleep(time.Nanosecond)
			if !ask(name) {
				t.Errorf("%s: remembered for more than %s", name, absentFor)
			}
		}
	})
}

func TestAbsentBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a Absent
		name := func(i int) string {
			return netip.AddrFrom4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}).String() + ".example"
		}
		for i := range absentMax + 500 {
			a.add(name(i))
			a.add(name(i))
		}
		if len(a.until) != absentMax || len(a.order) != absentMax || a.has(name(499)) || !a.has(name(500)) || !a.has(name(absentMax+499)) {
			t.Errorf("%d names, %d in order", len(a.until), len(a.order))
		}
		time.Sleep(absentFor)
		if a.add("last.example"); len(a.until) != 1 || len(a.order) != 1 {
			t.Errorf("%d names, %d in order after all are over", len(a.until), len(a.order))
		}
	})
}
