package guard

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"pricegap/market"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func template(names ...string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	a := authority{key: newKey(t)}
	c := template()
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	a.cert = a.sign(t, c, a.key, c)
	return a
}

func (a authority) sign(t testing.TB, c *x509.Certificate, key crypto.Signer, parent *x509.Certificate) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// issue is a certificate of the authority with its key, and chain behind it.
func (a authority) issue(t testing.TB, c *x509.Certificate, chain ...[]byte) tls.Certificate {
	t.Helper()
	key := newKey(t)
	return tls.Certificate{Certificate: append([][]byte{a.sign(t, c, key, a.cert).Raw}, chain...), PrivateKey: key}
}

// secured speaks TLS by cfg on every connection, and then answers by answer.
func secured(cfg *tls.Config, answer func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		s := tls.Server(c, cfg)
		if s.Handshake() == nil {
			answer(s)
		}
	}
}

// sockets is over with real sockets, which hold what nobody reads yet.
func sockets(t *testing.T, answer func(net.Conn)) Net {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); answer(c) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return Net{Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, l.Addr().String())
	}}
}

// TestCertificates: what a server may say of itself, and what it costs to hear it (H08 to H11).
func TestCertificates(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	pool := x509.NewCertPool()
	pool.AddCert(ours.cert)
	with := func(change func(*x509.Certificate)) *x509.Certificate {
		c := template("shop.example")
		change(c)
		return c
	}
	self := template("shop.example")
	key := newKey(t)
	selfSigned := tls.Certificate{Certificate: [][]byte{authority{key: key}.sign(t, self, key, self).Raw}, PrivateKey: key}
	many := make([]string, 0, 1000)
	for i := range 999 {
		many = append(many, fmt.Sprintf("%s%d.example", strings.Repeat("a.", 100), i))
	}
	var chain, huge [][]byte
	for range 400 {
		chain = append(chain, ours.sign(t, template("other.example"), key, ours.cert).Raw)
	}
	for range 160 {
		huge = append(huge, make([]byte, 64<<10)) // 10 MB
	}
	for name, c := range map[string]struct {
		cfg  *tls.Config
		want market.FailureKind
	}{
		"well":        {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, template("shop.example"))}}, ""},
		"self-signed": {&tls.Config{Certificates: []tls.Certificate{selfSigned}}, market.FailTLSInvalid},
		"of others":   {&tls.Config{Certificates: []tls.Certificate{theirs.issue(t, template("shop.example"))}}, market.FailTLSInvalid},
		"expired": {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, with(func(c *x509.Certificate) {
			c.NotAfter = time.Now().Add(-time.Minute)
		}))}}, market.FailTLSExpired},
		"not yet": {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, with(func(c *x509.Certificate) {
			c.NotBefore = time.Now().Add(time.Minute)
		}))}}, market.FailTLSExpired},
		"wrong host": {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, template("other.example"))}}, market.FailTLSInvalid},
		"no host":    {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, with(func(c *x509.Certificate) { c.DNSNames = nil; c.Subject.CommonName = "shop.example" }))}}, market.FailTLSInvalid},
		"for clients": {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, with(func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}))}}, market.FailTLSInvalid},
		"SHA-1": {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, with(func(c *x509.Certificate) {
			c.SignatureAlgorithm = x509.ECDSAWithSHA1
		}))}}, market.FailTLSInvalid},
		"TLS 1.1":       {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, template("shop.example"))}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, market.FailTLSInvalid}, //nolint:gosec // what must be refused
		"1,000 names":   {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, template(append(many, "shop.example")...))}}, ""},
		"1,000 others":  {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, template(append(many, "other.example")...))}}, market.FailTLSInvalid},
		"400 in chain":  {&tls.Config{Certificates: []tls.Certificate{theirs.issue(t, template("shop.example"), chain...)}}, market.FailTLSInvalid},
		"10 MB chain":   {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, template("shop.example"), huge...)}}, market.FailTLSInvalid},
		"asks for ours": {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, template("shop.example"))}, ClientAuth: tls.RequireAnyClientCert}, market.FailTLSInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			n := sockets(t, secured(c.cfg, page(func(c net.Conn) {
				asked++
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			})))
			n.RootCAs = pool
			plain := 0
			dial := n.Dial
			o := Options{ConnectTo: []market.ConnectTo{{ToHost: "93.184.215.14"}}, Net: n}
			o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if !strings.HasSuffix(addr, ":443") {
					plain++
				}
				return dial(ctx, network, addr)
			}
			before := used(t)
			_, err := get(t, New(o), "https://shop.example/", Spec{})
			if kindOf(err) != c.want || (err == nil) != (c.want == "") {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if took := used(t) - before; took > time.Second {
				t.Errorf("%s of CPU", took)
			}
			if plain > 0 || err != nil && asked > 0 {
				t.Errorf("%d connections without TLS, %d requests to a server that is not trusted", plain, asked)
			}
		})
	}
}

// TestHTTP1Only: a server that offers HTTP/2, or nothing else, is spoken to in HTTP/1.1 (H11).
func TestHTTP1Only(t *testing.T) {
	ours := newAuthority(t)
	pool := x509.NewCertPool()
	pool.AddCert(ours.cert)
	cert := ours.issue(t, template("shop.example"))
	get := func(protocols []string, answer func(net.Conn)) (err error, offered []string) { //nolint:staticcheck // the error is what it is about
		cfg := &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: protocols}
		cfg.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			offered = h.SupportedProtos
			return nil, nil //nolint:nilnil // cfg itself
		}
		n := sockets(t, secured(cfg, answer))
		n.RootCAs = pool
		_, err = get(t, New(Options{ConnectTo: []market.ConnectTo{{ToHost: "93.184.215.14"}}, Net: n}), "https://shop.example/", Spec{})
		return err, offered
	}
	ok := page(func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") })
	if err, offered := get([]string{"h2", "http/1.1"}, ok); err != nil || len(offered) > 0 {
		t.Errorf("got %v, and offered %v", err, offered)
	}
	// A server of HTTP/2 alone begins with its SETTINGS, a GOAWAY or whatever it likes.
	for name, frames := range map[string]string{
		"settings":        "\x00\x00\x00\x04\x00\x00\x00\x00\x00",
		"bad settings":    "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\xff\xff\xff\xff",
		"goaway storm":    strings.Repeat("\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 10_000),
		"continuation":    strings.Repeat("\x00\x00\x01\x09\x00\x00\x00\x00\x01x", 10_000),
		"reset of stream": "\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08",
	} {
		err, _ := get([]string{"h2"}, page(func(c net.Conn) { io.WriteString(c, frames) }))
		if kindOf(err) != market.FailProtocolError {
			t.Errorf("%s: got %v, want protocol_error", name, err)
		}
	}
	if New(Options{}).kept.TLSNextProto == nil || New(Options{}).kept.ForceAttemptHTTP2 {
		t.Error("net/http may speak HTTP/2")
	}
}
