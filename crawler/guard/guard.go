// Package guard is the one way out to the web: an http.RoundTripper that dials no address it should not,
// ends within its bounds whatever the server does, and brings whole bodies, decoded, or a typed failure.
package guard

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pricegap/market"
)

// The bounds that hold where neither a Spec nor its Limits say anything else.
const (
	DefaultTimeout  = 60 * time.Second
	MaxWireBytes    = 8 << 20
	MaxDecodedBytes = 16 << 20
)

// defaults are the Limits where a source names none.
var defaults = market.Limits{
	ConnectTimeout: 10 * time.Second, HeaderTimeout: 20 * time.Second,
	SlowestRate: 1 << 10, SlowWindow: 20 * time.Second,
	HeaderBytes: 256 << 10, WireBytes: MaxWireBytes, BodyBytes: MaxDecodedBytes,
}

const idleTimeout = 30 * time.Second

// acceptEncoding lists the encodings that we decode; another one in the answer is refused.
var acceptEncoding = []string{"gzip, zstd, br"}

// Options say where a Transport may go.
type Options struct {
	// Allow lists special-purpose networks that may be dialled all the same, on any port.
	Allow []netip.Prefix
	// ConnectTo redirects connections as curl's --connect-to does.
	ConnectTo []market.ConnectTo
	// Absent remembers the names that do not exist; nil means a memory of the Transport's own.
	Absent *Absent
	Net
}

// Net is the network under a Transport; the zero Net is the system's.
type Net struct {
	// Resolver looks names up; nil means the system's.
	Resolver *net.Resolver
	// RootCAs are the authorities that are trusted; nil means the system's.
	RootCAs *x509.CertPool
	// Dial connects to an address that was checked, "127.0.0.1:80"; nil means the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Spec bounds one request; it travels in the request's context. The zero Spec has the defaults.
type Spec struct {
	// Timeout bounds the request from the dial to the last byte of the body; 0 means DefaultTimeout.
	Timeout time.Duration
	// Limits are the bounds of the source; those of a run mean nothing here.
	Limits market.Limits
	// MaxDecoded and MaxWire bound the body in place of BodyBytes and WireBytes; 0 leaves it to these.
	MaxDecoded, MaxWire int64
	// Together counts the bytes on the wire of several requests, which MaxWire then bounds as a whole; nil counts those of
	// each alone.
	Together *atomic.Int64
	// Packed, where not nil, is the sum of the packed body that is known: one of that sum is not unpacked again.
	Packed *Sum
	// Cut takes the first MaxDecoded bytes of a longer body in place of a failure; for robots.txt only.
	Cut bool
	// Fresh asks for a connection of its own.
	Fresh bool
	// Loan holds the bytes of the body until it is returned; nil gives them back as soon as the body is whole.
	Loan *Loan
}

type specKey struct{}

// With returns a context that carries s to RoundTrip, as it is by then.
func With(ctx context.Context, s *Spec) context.Context { return context.WithValue(ctx, specKey{}, s) }

func specOf(ctx context.Context) (s Spec) {
	if own, ok := ctx.Value(specKey{}).(*Spec); ok {
		s = *own
	}
	l, d := s.Limits, defaults
	s.Timeout = cmp.Or(s.Timeout, DefaultTimeout)
	s.MaxDecoded = cmp.Or(s.MaxDecoded, l.BodyBytes, d.BodyBytes)
	s.MaxWire = cmp.Or(s.MaxWire, l.WireBytes, d.WireBytes)
	s.Limits.ConnectTimeout = min(cmp.Or(l.ConnectTimeout, d.ConnectTimeout), s.Timeout)
	s.Limits.HeaderTimeout = cmp.Or(l.HeaderTimeout, d.HeaderTimeout)
	s.Limits.SlowestRate = cmp.Or(l.SlowestRate, d.SlowestRate)
	s.Limits.SlowWindow = cmp.Or(l.SlowWindow, d.SlowWindow)
	s.Limits.HeaderBytes = cmp.Or(l.HeaderBytes, d.HeaderBytes)
	return s
}

// Error is a request that failed below the status.
type Error struct {
	Kind market.FailureKind
	Err  error
	// Wire counts the bytes of the body that came nevertheless.
	Wire int64
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("guard: %s: %v", e.Kind, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Body is a body in memory, decoded: the whole of it, but for what RoundTrip says. It is the Body of each response of a
// Transport.
type Body struct {
	// Bytes is the body itself.
	Bytes []byte
	// Wire counts the bytes that came over the wire for it.
	Wire int64
	// From is the address at the other end of the connection over which it came; nil where there was none.
	From net.Addr
	// Packed is the sum of the body as it came, where it was packed and Spec.Packed asks for that; Same says that it is
	// the one of Spec.Packed, and was not unpacked.
	Packed Sum
	Same   bool
	off    int
}

// Sum is the first half of the SHA-256 of a body; the zero Sum is none.
type Sum [sha256.Size / 2]byte

// SumOf returns the Sum of b.
func SumOf(b []byte) Sum {
	whole := sha256.Sum256(b)
	return Sum(whole[:len(Sum{})])
}

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	if b.off >= len(b.Bytes) {
		return 0, io.EOF
	}
	n := copy(p, b.Bytes[b.off:])
	b.off += n
	return n, nil
}

// Close implements io.Closer; there is nothing to close.
func (b *Body) Close() error { return nil }

// Transport implements http.RoundTripper. It is safe for concurrent use.
type Transport struct {
	o           Options
	kept, fresh *http.Transport
	dialer      dialer
	budget      *budget
	special     sync.Map // "host:port" → bool: whether it was last dialled at an allowed special address
}

// New returns a Transport. Proxies of the environment are not used: the guard would not see where they lead. It never
// speaks HTTP/2, where one deadline would be that of many requests.
func New(o Options) *Transport {
	t := &Transport{o: o, dialer: newDialer(o), budget: bodies}
	t.kept = &http.Transport{
		DialContext:            t.dial,
		DialTLSContext:         t.dialTLS,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
		MaxResponseHeaderBytes: math.MaxInt64, // conn bounds them, by request
		DisableCompression:     true,          // decoded here, within bounds
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        idleTimeout,
	}
	t.fresh = t.kept.Clone()
	t.fresh.TLSNextProto = t.kept.TLSNextProto
	t.fresh.DisableKeepAlives = true
	return t
}

// CloseIdleConnections closes the connections that wait for another request.
func (t *Transport) CloseIdleConnections() { t.kept.CloseIdleConnections() }

// Special reports whether u leads to a special-purpose address that Options.Allow names: as it was last dialled,
// or as far as the address itself or ConnectTo tells before that.
func (t *Transport) Special(u *url.URL) bool {
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	if v, ok := t.special.Load(net.JoinHostPort(host, port)); ok {
		return v.(bool)
	}
	host, _, _ = t.dialer.target(host, port)
	a, err := netip.ParseAddr(host)
	return err == nil && special(a.Unmap(), t.o.Allow)
}

// RoundTrip implements http.RoundTripper. Its errors are *Error, or that of the request's context. The whole body has
// been read when it returns; of an answer that is no page by its status, what could be read of it: the status and its
// header count whatever follows.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	x := begin(req.Context())
	defer x.end()
	out := req.WithContext(x.ctx)
	out.Header = maps.Clone(req.Header)
	out.Header["Accept-Encoding"] = acceptEncoding
	base := t.kept
	if x.spec.Fresh {
		base = t.fresh
	}
	res, err := base.RoundTrip(out)
	if err != nil {
		return nil, x.fail(req.Context(), err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusSwitchingProtocols {
		return nil, &Error{Kind: market.FailProtocolError, Err: errors.New("the server switches protocols unasked")}
	}
	body := &Body{}
	if res.ContentLength != 0 {
		x.reads()
		if body, err = t.readBody(x, res); err != nil && (isPage(res) || req.Context().Err() != nil) {
			return nil, x.bodyError(req.Context(), err, body.Wire)
		}
	}
	body.From = x.conn.RemoteAddr()
	return response(req, res, body), nil
}

// response is res with its body in memory and without the marks of its encoding.
func response(req *http.Request, res *http.Response, b *Body) *http.Response {
	h := res.Header
	h.Del("Content-Encoding")
	h.Del("Content-Length")
	return &http.Response{
		Status: res.Status, StatusCode: res.StatusCode, Proto: res.Proto, ProtoMajor: res.ProtoMajor,
		ProtoMinor: res.ProtoMinor, Header: h, Body: b, ContentLength: int64(len(b.Bytes)), Uncompressed: true,
		Request: req,
	}
}

// special reports whether a is an address that only prefixes let through.
func special(a netip.Addr, prefixes []netip.Prefix) bool {
	return plainGuardian.SafeAddr(a) != nil && slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}
