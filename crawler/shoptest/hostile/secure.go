package hostile

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"pricegap/crawler/shoptest/hostile/act"
	"pricegap/crawler/shoptest/hostile/cert"
	"pricegap/market"
)

// H08–H11: TLS.
var secureCases = []act.Entry{
	secure("H08", "self-signed", "a certificate signed by itself", act.Hello{Order: cert.Order{SelfSigned: true}}, market.FailTLSInvalid),
	secure("H08", "expired", "a certificate that ended yesterday", act.Hello{Order: cert.Order{Expired: true}}, market.FailTLSExpired),
	secure("H08", "wrong-host", "a certificate for another host", act.Hello{Order: cert.Order{Names: []string{"another.example"}}}, market.FailTLSInvalid),
	secure("H08", "sha1", "a certificate signed over SHA-1", act.Hello{Order: cert.Order{SHA1: true}}, market.FailTLSInvalid),
	secure("H08", "tls11", "TLS 1.1 and nothing newer", act.Hello{Version: tls.VersionTLS11}, market.FailTLSInvalid),
	secure("H09", "slow", "a handshake byte by byte", act.Hello{Slow: true}, market.FailTLSInvalid, market.FailConnectTimeout),
	secure("H09", "plain", "plain HTTP on the port of https", act.Hello{Plain: true}, market.FailTLSInvalid),
	secure("H10", "names", "a good certificate for 1,000 names", act.Hello{Order: cert.Order{Names: manyNames()}}),
	secure("H10", "chain", "a chain of certificates of 10 MB", act.Hello{Order: cert.Order{ChainBytes: 10 << 20}}, market.FailTLSInvalid, market.FailConnectTimeout),
	h2("settings", "HTTP/2 with a frame size that is not allowed", frame(4, 0, 0, []byte{0, 5, 0, 0, 0, 0}), market.FailProtocolError),
	h2("goaway", "a storm of GOAWAY", frame(7, 0, 0, make([]byte, 8)), market.FailProtocolError, market.FailHeaderTooLarge),
	h2("continuation", "CONTINUATION without end", frame(1, 0, 1, []byte{0x88})+strings.Repeat(frame(9, 0, 1, bytes.Repeat([]byte{0x00}, 64)), 2), market.FailProtocolError, market.FailHeaderTooLarge),
	h2("reset", "RST_STREAM after the headers", frame(4, 0, 0, nil)+frame(1, 4, 1, []byte{0x88})+frame(3, 0, 1, []byte{0, 0, 0, 2}), market.FailProtocolError),
}

func secure(id, variant, title string, h act.Hello, want ...market.FailureKind) act.Entry {
	return act.Entry{Case: act.Case{ID: id, Variant: variant, Title: title, Secure: true, Want: want}, Serve: act.Page(act.Product(1)), Hello: h}
}

func manyNames() []string {
	out := []string{"h10-names." + act.Domain}
	for i := range 999 {
		out = append(out, "h10-names-"+string(rune('a'+i%26))+strings.Repeat("x", i/26)+"."+act.Domain)
	}
	return out
}

// h2 is a case of HTTP/2: the frames come again and again, to who speaks it and to who does not.
func h2(variant, title, frames string, want ...market.FailureKind) act.Entry {
	e := secure("H11", variant, title, act.Hello{H2: true}, want...)
	e.Serve = func(x *act.Exchange) {
		x.Hijack(func(p act.Pipe) { send(p, frames, variant == "continuation" || variant == "goaway") })
	}
	return e
}

func send(p act.Pipe, frames string, endless bool) {
	if !p.Say(frames) {
		return
	}
	if endless {
		p.Flood(frames)
	}
}

// frame is a frame of HTTP/2 (RFC 9113 §4.1).
func frame(kind, flags byte, stream uint32, payload []byte) string {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	out = append(out, flags)
	out = binary.BigEndian.AppendUint32(out, stream)
	return string(append(out, payload...))
}

// http2 serves those who chose HTTP/2 in the handshake.
func (s *Server) http2() map[string]func(*http.Server, *tls.Conn, http.Handler) {
	return map[string]func(*http.Server, *tls.Conn, http.Handler){"h2": func(_ *http.Server, c *tls.Conn, _ http.Handler) {
		e := find(c.ConnectionState().ServerName, "")
		if e == nil {
			return
		}
		e.Serve(&act.Exchange{Options: s.o, W: &bare{c}, Entry: e, Until: s.ctx, Wait: &s.wg})
	}}
}

// bare is a ResponseWriter that can only be hijacked.
type bare struct{ net.Conn }

var _ http.Hijacker = (*bare)(nil)

// Header implements http.ResponseWriter.
func (b *bare) Header() http.Header { return http.Header{} }

// WriteHeader implements http.ResponseWriter.
func (b *bare) WriteHeader(int) {}

// Hijack implements http.Hijacker.
func (b *bare) Hijack() (net.Conn, *bufio.ReadWriter, error) { return b.Conn, nil, nil }

// tls is the handshake of the host that is asked for.
func (s *Server) tls() *tls.Config {
	good := func(order cert.Order, names ...string) (*tls.Certificate, error) {
		if len(order.Names) == 0 {
			order.Names = names
		}
		return s.ca.Issue(order)
	}
	return &tls.Config{GetConfigForClient: func(in *tls.ClientHelloInfo) (*tls.Config, error) {
		e := find(in.ServerName, "")
		if e == nil {
			return nil, errors.New("hostile: no such host")
		}
		h := e.Hello
		if h.Plain {
			_, _ = in.Conn.Write([]byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
			return nil, errors.New("hostile: plain HTTP")
		}
		if t, ok := in.Conn.(*throttle); ok && h.Slow {
			t.slow.Store(true)
		}
		c := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: h.Version, NextProtos: []string{"http/1.1"}}
		if h.H2 {
			c.NextProtos = []string{"h2", "http/1.1"}
		}
		c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			made, ok := s.certs.Load(e.Name())
			if ok {
				return made.(*tls.Certificate), nil
			}
			one, err := good(h.Order, e.Host())
			if err == nil {
				s.certs.Store(e.Name(), one)
			}
			return one, err
		}
		return c, nil
	}}
}

// throttled accepts connections that may be slowed down.
type throttled struct {
	net.Listener
	s *Server
}

// Accept implements net.Listener.
func (t throttled) Accept() (net.Conn, error) {
	c, err := t.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &throttle{Conn: c, s: t.s}, nil
}

// throttle writes byte by byte once slow is set.
type throttle struct {
	net.Conn
	s    *Server
	slow atomic.Bool
}

// Write implements net.Conn.
func (t *throttle) Write(b []byte) (int, error) {
	if !t.slow.Load() {
		return t.Conn.Write(b)
	}
	for i := range b {
		select {
		case <-time.After(t.s.o.Handshake):
		case <-t.s.ctx.Done():
			return i, net.ErrClosed
		}
		if _, err := t.Conn.Write(b[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(b), nil
}
