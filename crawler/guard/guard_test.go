package guard

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	neturl "net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"pricegap/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// raw serves each connection with answer, after having read the head of a request.
func raw(t testing.TB, answer func(net.Conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				answer(c)
			}
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return "http://" + l.Addr().String()
}

func get(t testing.TB, tr *Transport, url string, s Spec) (*Body, error) {
	t.Helper()
	t.Cleanup(tr.CloseIdleConnections)
	req, err := http.NewRequestWithContext(With(context.Background(), &s), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := tr.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	return res.Body.(*Body), nil
}

func kindOf(err error) market.FailureKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func packed(t testing.TB, encoding string, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		w, _ = zstd.NewWriter(&out)
	default:
		return b
	}
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestResponses(t *testing.T) {
	page := []byte("<html>" + strings.Repeat("page € 12,95 ", 200) + "</html>")
	z := packed(t, "gzip", page)
	junk := append(bytes.Clone(z), "junk behind it"...)
	two := append(bytes.Clone(z), z...)
	head := "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	body := func(encoding string, b []byte) string {
		return fmt.Sprintf("%sContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", head, encoding, len(b), b)
	}
	for name, c := range map[string]struct {
		answer string
		want   market.FailureKind
		bytes  int
	}{
		"plain":               {body("", page), "", len(page)},
		"no length":           {head + "\r\n" + string(page), "", len(page)},
		"gzip":                {body("gzip", z), "", len(page)},
		"x-gzip":              {body("x-gzip", z), "", len(page)},
		"zstd":                {body("zstd", packed(t, "zstd", page)), "", len(page)},
		"br":                  {body("br", packed(t, "br", page)), "", len(page)},
		"two members":         {body("gzip", two), "", 2 * len(page)},
		"junk behind":         {body("gzip", junk), market.FailDecodeError, 0},
		"junk behind zstd":    {body("zstd", append(packed(t, "zstd", page), "junk behind it"...)), market.FailDecodeError, 0},
		"junk behind br":      {body("br", append(packed(t, "br", page), "junk behind it"...)), market.FailDecodeError, 0},
		"gzip cut":            {body("gzip", z[:len(z)-20]), market.FailDecodeError, 0},
		"not gzip":            {body("gzip", page), market.FailDecodeError, 0},
		"gzip twice":          {body("gzip, gzip", packed(t, "gzip", z)), market.FailUnsupportedEncoding, 0},
		"deflate":             {body("deflate", page), market.FailUnsupportedEncoding, 0},
		"empty gzip":          {body("gzip", nil), "", 0},
		"empty br, chunked":   {head + "Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", 0},
		"short body":          {head + "Content-Length: 5000\r\n\r\n<p>€ 19.9", market.FailTruncated, 0},
		"short chunk":         {head + "Transfer-Encoding: chunked\r\n\r\n50\r\nabc", market.FailTruncated, 0},
		"bad chunk":           {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", market.FailProtocolError, 0},
		"short gzip body":     {fmt.Sprintf("%sContent-Encoding: gzip\r\nContent-Length: 5000\r\n\r\n%s", head, z[:40]), market.FailTruncated, 0},
		"switches protocols":  {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", market.FailProtocolError, 0},
		"nothing":             {"", market.FailProtocolError, 0},
		"garbage":             {"\x00\x01\x02\r\n\r\n", market.FailProtocolError, 0},
		"status abc":          {"HTTP/1.1 abc\r\n\r\n", market.FailProtocolError, 0},
		"HTTP/0.9":            {"<html><p>€ 12,95", market.FailProtocolError, 0},
		"HTTP/2":              {strings.Repeat("\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 50_000), market.FailProtocolError, 0},
		"bytes without end":   {strings.Repeat("x", 1<<20), market.FailProtocolError, 0},
		"length of 10^20":     {head + "Content-Length: 100000000000000000000\r\n\r\nabcdef", market.FailProtocolError, 0},
		"NUL in a header":     {head + "X-Odd: a\x00b\r\n\r\npage", market.FailProtocolError, 0},
		"ESC in a header":     {head + "X-Odd: \x1b[2J\r\n\r\npage", market.FailProtocolError, 0},
		"8-bit header name":   {head + "X-\xff: 1\r\n\r\npage", market.FailProtocolError, 0},
		"8-bit header value":  {head + "X-Odd: caf\xe9\r\n\r\npage", "", 4},          // RFC 9110 §5.5 allows it
		"bare LF":             {"HTTP/1.1 200 OK\nContent-Length: 4\n\npage", "", 4}, // RFC 9112 §2.2 allows it
		"chunk extensions":    {head + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;x="+strings.Repeat("x", 2<<10)+"\r\na\r\n", 1000) + "0\r\n\r\n", market.FailProtocolError, 0},
		"chunks without end":  {head + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\na\r\n", 100_000), market.FailTruncated, 0},
		"two lengths":         {head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", market.FailProtocolError, 0},
		"negative length":     {head + "Content-Length: -1\r\n\r\nabcdef", market.FailProtocolError, 0},
		"headers without end": {head + "X: " + strings.Repeat("x", 300<<10), market.FailHeaderTooLarge, 0},
		"many headers":        {head + strings.Repeat("X-Y: "+strings.Repeat("x", 1000)+"\r\n", 300), market.FailHeaderTooLarge, 0},
		"early hints, many":   {strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 20), market.FailProtocolError, 0},
	} {
		t.Run(name, func(t *testing.T) {
			url := raw(t, func(conn net.Conn) { io.WriteString(conn, c.answer) })
			b, err := get(t, New(Options{Allow: loopback}), url, Spec{})
			if kindOf(err) != c.want || (err == nil) != (c.want == "") {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if err == nil && len(b.Bytes) != c.bytes {
				t.Errorf("got %d bytes, want %d", len(b.Bytes), c.bytes)
			}
		})
	}
}

func TestBounds(t *testing.T) {
	zeros := func(n int) []byte { return make([]byte, n) }
	for name, c := range map[string]struct {
		encoding string
		body     []byte
		spec     Spec
		want     market.FailureKind
		bytes    int
	}{
		"as large as allowed": {"", zeros(1000), Spec{MaxDecoded: 1000}, "", 1000},
		"one byte more":       {"", zeros(1001), Spec{MaxDecoded: 1000}, market.FailBodyTooLarge, 0},
		"wire":                {"", zeros(100_000), Spec{MaxWire: 50_000}, market.FailBodyTooLarge, 0},
		"decoded":             {"gzip", zeros(900_000), Spec{MaxDecoded: 500_000}, market.FailBodyTooLarge, 0},
		"cut":                 {"", zeros(1001), Spec{MaxDecoded: 1000, Cut: true}, "", 1000},
		"cut gzip":            {"gzip", zeros(900_000), Spec{MaxDecoded: 1000, Cut: true}, "", 1000},
		"bomb gzip":           {"gzip", zeros(4 << 20), Spec{}, market.FailDecompressBomb, 0},
		"bomb br":             {"br", zeros(4 << 20), Spec{}, market.FailDecompressBomb, 0},
		"bomb zstd":           {"zstd", zeros(4 << 20), Spec{}, market.FailDecompressBomb, 0},
	} {
		t.Run(name, func(t *testing.T) {
			z := packed(t, c.encoding, c.body)
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.encoding != "" {
					w.Header().Set("Content-Encoding", c.encoding)
				}
				w.Write(z)
			}))
			defer s.Close()
			b, err := get(t, New(Options{Allow: loopback}), s.URL, c.spec)
			if kindOf(err) != c.want || (err == nil) != (c.want == "") {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if err == nil && len(b.Bytes) != c.bytes {
				t.Errorf("got %d bytes, want %d", len(b.Bytes), c.bytes)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
	for name, c := range map[string]struct {
		answer func(net.Conn, <-chan struct{})
		want   market.FailureKind
	}{
		"silent": {func(c net.Conn, end <-chan struct{}) { <-end }, market.FailHeaderTimeout},
		"stands still": {func(c net.Conn, end <-chan struct{}) {
			io.WriteString(c, head+"a few bytes")
			<-end
		}, market.FailBodyTimeout},
		"drips": {func(c net.Conn, end <-chan struct{}) {
			io.WriteString(c, head)
			for {
				select {
				case <-end:
					return
				case <-time.After(10 * time.Millisecond):
					if _, err := io.WriteString(c, "x"); err != nil {
						return
					}
				}
			}
		}, market.FailTooSlow},
	} {
		t.Run(name, func(t *testing.T) {
			end := make(chan struct{})
			url := raw(t, func(conn net.Conn) { c.answer(conn, end) })
			defer close(end)
			l := market.Limits{SlowestRate: 100 << 10, SlowWindow: 200 * time.Millisecond}
			if _, err := get(t, New(Options{Allow: loopback}), url, Spec{Timeout: 500 * time.Millisecond, Limits: l}); kindOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestContextEnds(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	url := raw(t, func(net.Conn) { <-end })
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if _, err := New(Options{Allow: loopback}).RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestAddresses(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }))
	defer s.Close()
	host, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	to := []market.ConnectTo{{Host: "shop.example", ToHost: host, ToPort: port}}
	for name, c := range map[string]struct {
		url  string
		o    Options
		want market.FailureKind
	}{
		"loopback":                   {s.URL, Options{}, market.FailSSRFBlocked},
		"allowed":                    {s.URL, Options{Allow: loopback}, ""},
		"another port":               {"http://93.184.215.14:22/", Options{}, market.FailSSRFBlocked},
		"connect to, refused":        {"http://shop.example/", Options{ConnectTo: to}, market.FailSSRFBlocked},
		"connect to, allowed":        {"http://shop.example/", Options{ConnectTo: to, Allow: loopback}, ""},
		"mapped":                     {"http://[::ffff:127.0.0.1]:" + port, Options{}, market.FailSSRFBlocked},
		"mapped, allowed":            {"http://[::ffff:127.0.0.1]:" + port, Options{Allow: loopback}, ""},
		"round digits":               {"http://①②⑦.⓪.⓪.①:" + port, Options{}, market.FailSSRFBlocked},
		"metadata":                   {"http://169.254.169.254/", Options{}, market.FailSSRFBlocked},
		"metadata, loopback allowed": {"http://169.254.169.254/", Options{Allow: loopback}, market.FailSSRFBlocked},
		"shared space":               {"http://100.64.0.1/", Options{}, market.FailSSRFBlocked},
		"6to4":                       {"http://[2002:7f00:1::]/", Options{}, market.FailSSRFBlocked},
		"NAT64":                      {"http://[64:ff9b::7f00:1]/", Options{}, market.FailSSRFBlocked},
		"multicast":                  {"http://[ff02::1]/", Options{}, market.FailSSRFBlocked},
		"zone":                       {"http://[fe80::1%25lo]/", Options{Allow: []netip.Prefix{netip.MustParsePrefix("fe80::/10")}}, market.FailSSRFBlocked},
		"unspecified":                {"http://0.0.0.0:" + port, Options{}, market.FailSSRFBlocked},
		"localhost":                  {"http://localhost:" + port, Options{}, market.FailSSRFBlocked},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(t, New(c.o), c.url, Spec{Timeout: 5 * time.Second})
			if kindOf(err) != c.want || (err == nil) != (c.want == "") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestSomeRecordSpecial: a name is refused if any of its addresses is special, and one that changes between
// lookups is checked as it is dialled.
func TestSomeRecordSpecial(t *testing.T) {
	d := newDialer(Options{})
	for _, a := range []string{"127.0.0.1:80", "10.0.0.1:443", "[::1]:80"} {
		_, err := d.first(context.Background(), []string{a}, true)
		if kindOf(err) != market.FailSSRFBlocked {
			t.Errorf("dialling %s gave %v, want ssrf_blocked", a, err)
		}
	}
}

func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	l.Close()
	tr := New(Options{Allow: loopback})
	if _, err := get(t, tr, url, Spec{}); kindOf(err) != market.FailConnectRefused {
		t.Errorf("got %v, want connect_refused", err)
	}
	if u, _ := neturl.Parse(url); !tr.Special(u) {
		t.Error("an allowed loopback address is not known as special")
	}
}

func TestSpecial(t *testing.T) {
	tr := New(Options{Allow: loopback, ConnectTo: []market.ConnectTo{{Host: "shop.example", ToHost: "127.0.0.1"}}})
	for raw, want := range map[string]bool{
		"http://shop.example": true, "https://shop.example:444": true, "http://other.example": false, "http://127.0.0.2": true,
		"https://93.184.215.14": false, "http://10.0.0.1": false, "junk": false,
	} {
		if u, _ := neturl.Parse(raw); tr.Special(u) != want {
			t.Errorf("Special(%q) = %v", raw, !want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want market.FailureKind
	}{
		"not found": {&net.DNSError{Err: "no such host", IsNotFound: true}, market.FailDNSNotFound},
		"timeout":   {&net.DNSError{Err: "i/o timeout", IsTimeout: true}, market.FailDNSTimeout},
		"servfail":  {&net.DNSError{Err: "server misbehaving", IsTemporary: true}, market.FailDNSServfail},
	} {
		if got := dnsKind(context.Background(), c.err); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestTLS(t *testing.T) {
	quiet := log.New(io.Discard, "", 0) // the servers of this test complain of handshakes that should fail
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }))
	s.Config.ErrorLog = quiet
	s.StartTLS()
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	host, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	to := []market.ConnectTo{{ToHost: host, ToPort: port}}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.Config.ErrorLog = quiet
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} //nolint:gosec // what must be refused
	old.StartTLS()
	defer old.Close()
	for name, c := range map[string]struct {
		url  string
		o    Options
		want market.FailureKind
	}{
		"trusted":     {"https://example.com/", Options{ConnectTo: to, Allow: loopback, Net: Net{RootCAs: pool}}, ""},
		"unknown":     {"https://example.com/", Options{ConnectTo: to, Allow: loopback}, market.FailTLSInvalid},
		"other name":  {"https://shop.example/", Options{ConnectTo: to, Allow: loopback, Net: Net{RootCAs: pool}}, market.FailTLSInvalid},
		"plain":       {"https" + strings.TrimPrefix(plain.URL, "http"), Options{Allow: loopback}, market.FailTLSInvalid},
		"old version": {old.URL, Options{Allow: loopback, Net: Net{RootCAs: pool}}, market.FailTLSInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(t, New(c.o), c.url, Spec{})
			if kindOf(err) != c.want || (err == nil) != (c.want == "") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if got := classify(x509.CertificateInvalidError{Reason: x509.Expired}, true); got != market.FailTLSExpired {
		t.Errorf("an expired certificate is %s", got)
	}
}

func TestFreshConnection(t *testing.T) {
	var remotes []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remotes = append(remotes, r.RemoteAddr)
		io.WriteString(w, "ok")
	}))
	defer s.Close()
	tr := New(Options{Allow: loopback})
	for _, fresh := range []bool{false, false, true} {
		if _, err := get(t, tr, s.URL, Spec{Fresh: fresh}); err != nil {
			t.Fatal(err)
		}
	}
	if remotes[0] != remotes[1] || remotes[2] == remotes[1] {
		t.Errorf("connections %v: the second should be kept, the third new", remotes)
	}
}

// TestTogether: requests that count together are bounded as one.
func TestTogether(t *testing.T) {
	url := raw(t, func(c net.Conn) { fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n%600s", "x") })
	tr := New(Options{Allow: loopback})
	var sum atomic.Int64
	for i, want := range []market.FailureKind{"", market.FailBodyTooLarge} {
		_, err := get(t, tr, url, Spec{MaxWire: 1000, Together: &sum, Fresh: true})
		if kindOf(err) != want {
			t.Errorf("request %d: got %v, want %q", i, err, want)
		}
	}
	if n := sum.Load(); n != 1200 {
		t.Errorf("%d bytes counted", n)
	}
	if _, err := get(t, tr, url, Spec{MaxWire: 1000, Fresh: true}); err != nil {
		t.Errorf("a request of its own: %v", err)
	}
}
